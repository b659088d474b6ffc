"""Every rate limit, on one page: how often, within what time, told apart by what.

A network is what the nearest proxy that we trust says (TRUSTED_PROXIES), an IPv6 one by its /64, which
one household or phone holds. Families share networks: a school's Wi-Fi, a hotel's, a carrier's; so
those limits are wide where residents register, and the narrow ones go by address or account. Whoever
reaches one may still come in another way (a link where passwords are refused), and nobody else is
shut out with them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from flask import Flask, Response, g, make_response, request
from flask_babel import ngettext

from eventsapp import attempts, clock
from eventsapp.attempts import Try
from eventsapp.codes import fingerprint
from eventsapp.database import at_once, db
from eventsapp.people import accounts
from eventsapp.refusals import Refusal
from eventsapp.settings import setting
from eventsapp.web import errors
from eventsapp.web.guards import current_account, current_half

MINUTES_10, MINUTES_15 = timedelta(minutes=10), timedelta(minutes=15)
HOUR = timedelta(hours=1)


def network() -> str:
    """Where the request comes from."""
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ip_network((address, 64), strict=False))
    return str(address)


def typed_email() -> str:
    """The address that was typed, known to us or not, as accounts would know it: however it is written,
    in wide letters or another case, it is one."""
    typed = request.form.get("email", "")
    try:
        return accounts.address(typed)
    except Refusal:
        return typed.strip().lower()


def typed_email_here() -> str:
    """The same, from one network: a guesser elsewhere does not shut its owner out."""
    email = typed_email()
    return f"{email} {network()}" if email else ""


def half_account() -> str:
    """Whose second factor is tried."""
    half = current_half()
    return half.account.actor if half else ""


def account() -> str:
    """Whose desk it is."""
    found = current_account()
    return found.actor if found else ""


def network_here() -> str:
    """A network at one event."""
    return f"{(request.view_args or {}).get('code', '')} {network()}"


def link() -> str:
    """Which private link it is: a helper's, a school's, that of a question."""
    return fingerprint(str((request.view_args or {}).get("token", "")))


@dataclass(frozen=True)
class Limit:
    """At most so many within that time, by whom; an empty `by` is not counted."""

    most: int
    within: timedelta
    by: Callable[[], str]


LIMITS: dict[str, tuple[Limit, ...]] = {
    # Not by the address that is typed: a stranger would shut its owner out (accounts.MOST_WAITING instead).
    "sign_in.ask": (Limit(30, MINUTES_10, network),),
    # Ten from one network; a hundred from all of them together, which somebody's enemy may use up: the
    # link by mail stays open to them.
    "second_step.enter": (
        Limit(30, MINUTES_10, network),
        Limit(10, MINUTES_15, typed_email_here),
        Limit(100, HOUR, typed_email),
    ),
    "second_step.check": (Limit(10, HOUR, half_account),),
    "second_step.recover": (Limit(10, HOUR, half_account),),
    "passkeys.enter": (Limit(60, MINUTES_10, network),),
    "passkeys.complete": (Limit(10, HOUR, half_account),),
    "keys.add": (Limit(20, HOUR, account),),
    "password.choose": (Limit(10, HOUR, account),),
    "password.remove": (Limit(10, HOUR, account),),
    "codes.turn_on": (Limit(20, HOUR, account),),
    "codes.renew": (Limit(10, HOUR, account),),
    "codes.turn_off": (Limit(10, HOUR, account),),
    # A hundred families of a school on one Wi-Fi register for one Saturday on the evening it opens, with
    # two mistakes each and a double click now and then. At several events together a network may do twice
    # that much: several schools, or a carrier, share it. No limit counts an event from all networks
    # together: a stranger with many addresses would shut everybody out.
    "registrations.keep_answers": (Limit(300, HOUR, network_here), Limit(600, HOUR, network)),
    "registrations.confirm": (Limit(150, HOUR, network_here), Limit(300, HOUR, network)),
    # The full form: a page a person, and the pages around them.
    "people.keep_person": (Limit(600, MINUTES_10, network),),
    "people.more": (Limit(600, MINUTES_10, network),),
    "people.remove": (Limit(600, MINUTES_10, network),),
    "fewer.keep": (Limit(200, MINUTES_10, network),),
    "partner_requests.ask": (Limit(10, HOUR, network),),
    # A day-care office looks for the links of its three schools; a stranger would fill their mailboxes
    # (and gets three a day: hosting.links.ASKED_A_DAY).
    "host.ask_again": (Limit(10, HOUR, network),),
    # A family looks for its link, on a school's Wi-Fi; a stranger would fill mailboxes and the call list (and
    # gets three letters a day: registrations.lost_links.ASKED_A_DAY).
    "lost_links.ask": (Limit(20, HOUR, network),),
    # Somebody asks for the weekly letter; a stranger would have us write to others (three letters a day to
    # one address: newsletter.subscribing.ASKED_A_DAY). A club asks for all its members on one evening.
    "newsletter.ask": (Limit(30, HOUR, network),),
    "newsletter.choose": (Limit(40, HOUR, link),),
    # Five codes an hour for a household (people.household_codes), whichever of its links asks.
    "own_codes.send": (Limit(10, HOUR, link),),
    "own_codes.check": (Limit(40, HOUR, link),),
    # Each change is a letter, and may seat others.
    "own_people.change": (Limit(40, HOUR, link),),
    "own_returning.register": (Limit(40, HOUR, link),),
    "own_preferences.ask_address": (Limit(10, HOUR, link),),
    "own_preferences.replace_address": (Limit(40, HOUR, link),),
    "own_preferences.ask_number": (Limit(10, HOUR, link),),
    "own_preferences.replace_number": (Limit(40, HOUR, link),),
    # A thumb at a busy door, twenty times a minute for an hour; a phone sends several gestures at once.
    "day.keep_marks": (Limit(1200, HOUR, link),),
    "day.count": (Limit(1200, HOUR, link),),
    "day.arrive": (Limit(1200, HOUR, link),),
    "day.undo": (Limit(1200, HOUR, link),),
    # Each may write a letter a date.
    "standing.ask": (Limit(20, HOUR, link),),
    "standing.resume": (Limit(20, HOUR, link),),
    "professional_standing.ask": (Limit(20, HOUR, link),),
    "professional_standing.resume": (Limit(20, HOUR, link),),
    # Codes of slips: whoever holds the link sees the list anyway, and a code tells no more.
    "day.arrive_by_code": (Limit(1200, HOUR, link),),
    # A relay worker at a stand, all day long; what leaves are letters.
    "relay.register": (Limit(120, HOUR, account),),
    "referrals.make": (Limit(60, HOUR, account),),
    # A school answers for forty dates, and thinks again. Each answer is journalled, and another room of
    # tomorrow's date is told to its families at once: a link in the wrong hands writes to them so often.
    "host.answer": (Limit(100, HOUR, link),),
    "host.correct": (Limit(40, HOUR, link),),
    "host.say_gone": (Limit(40, HOUR, link),),
    "coming_back.answer": (Limit(40, HOUR, link),),
    "host_coming.say": (Limit(40, HOUR, link),),
    # A partner tries addresses and files: each costs a process of the reader, and a visit to somebody's site.
    "imports.add": (Limit(20, HOUR, account),),
    "imports.change": (Limit(30, HOUR, account),),
    "imports.read": (Limit(12, HOUR, account),),
    "imports.send": (Limit(30, HOUR, account),),
    # Each image is a second of work.
    "showcase.keep": (Limit(30, HOUR, account),),
}
"""What counts each time it is asked (POST)."""

GUESSES = Limit(30, MINUTES_10, network)
"""What counts only where it leads nowhere: links that do not exist. One that does always opens, and
pays nothing: a neighbour on the same network guesses in vain."""

GUESSED = frozenset(
    {
        "own_page.show",
        "own_page.cancellation",
        "own_page.cancel",
        "own_data.show",
        "own_data.download",
        "own_data.erasure",
        "own_data.erase",
        "own_codes.form",
        "own_codes.send",
        "own_codes.check",
        "own_codes.forget_others",
        "own_codes.leave",
        "own_people.form",
        "own_people.change",
        "own_needs.form",
        "own_needs.keep",
        "own_photos.form",
        "own_photos.say",
        "own_preferences.form",
        "own_preferences.keep",
        "own_preferences.ask_address",
        "own_preferences.replace_address",
        "own_preferences.ask_number",
        "own_preferences.replace_number",
        "own_returning.index",
        "own_returning.form",
        "own_returning.register",
        "own_page.answer_offer",
        "standing.offer",
        "standing.ask",
        "standing.pause",
        "standing.resume",
        "standing.ending",
        "standing.end",
        "professional_page.show",
        "professional_page.cancellation",
        "professional_page.cancel",
        "professional_page.keep_alarm",
        "professional_page.answer_offer",
        "professional_standing.offer",
        "professional_standing.ask",
        "professional_standing.pause",
        "professional_standing.resume",
        "professional_standing.ending",
        "professional_standing.end",
        "sign_in.link",
        "sign_in.enter",
        "invitations.show",
        "invitations.accept",
        "day.show",
        "coming_back.show",
        "coming_back.answer",
        "host_coming.show",
        "host_coming.say",
        "host.show",
        "host.answer",
        "host.entries",
        "host.details",
        "host.correct",
        "host.say_gone",
        "day.arrive",
        "day.undo",
        "day.count",
        "day.keep_marks",
        "day.arrive_by_code",
        "own_slips.show",
        "referral_links.show",
        "referral_links.enter",
        "newsletter.show",
        "newsletter.confirm",
        "newsletter.choose",
        "newsletter.stopping",
        "newsletter.stop",
        "newsletter.resume",
    }
)
"""Doors that a link opens by itself."""


def bind(app: Flask) -> None:
    """Counts before any door takes the write lock, so that what is refused is counted all the same."""

    @app.before_request
    def refuse_too_many() -> Response | None:
        if not setting("RATE_LIMITS"):
            return None
        if request.method != "POST" or request.endpoint not in LIMITS or g.get("counted"):
            return None
        wait = _count(request.endpoint, LIMITS[request.endpoint])
        g.counted = True  # once, though a request that lost a race is asked again
        return too_many(wait) if wait else None

    @app.after_request
    def count_guesses(answer: Response) -> Response:
        if answer.status_code in {404, 410} and request.endpoint in GUESSED and setting("RATE_LIMITS"):
            wait = _count("guesses", (GUESSES,))
            return too_many(wait) if wait else answer
        return answer


def too_many(seconds: int) -> Response:
    """The page that says how long to wait."""
    minutes = math.ceil(seconds / 60)
    said = ngettext(
        "Attendez %(num)d minute, puis recommencez.", "Attendez %(num)d minutes, puis recommencez.", minutes
    )
    answer = make_response(errors.page(429, said))
    answer.headers["Retry-After"] = str(seconds)
    return answer


def _count(kind: str, limits: tuple[Limit, ...]) -> int:
    """Counts one attempt against each limit, or against none where one is reached; the wait, or 0.

    Beside the session, in one statement that is a transaction of its own: every form passes here. What is
    refused uses up nothing, neither of one's own nor of what all networks share.
    """
    named = [(limit, limit.by()) for limit in limits]
    tries = [
        Try(kind=f"{kind} {limit.by.__name__}", who=who, most=limit.most, within=limit.within)
        for limit, who in named
        if who
    ]
    db.session.rollback()  # who it is was read; from here on it is written
    if not tries:
        return 0
    with at_once() as connection:
        return attempts.count_all(tries, now=clock.now(), on=connection)
