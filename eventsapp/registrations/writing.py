"""How a letter about a registration is written: to whom, from whom, with what it says of the event.

`registrations.letters` says which letters there are; the words stand in templates/mail/registrations/.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from sqlalchemy import select

from eventsapp.agenda import telling
from eventsapp.agenda.entries import address_of, where_of
from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.invitations import promises
from eventsapp.invitations.promises import Promise
from eventsapp.mailroom import mailbox, outbox
from eventsapp.mailroom.models import Channel, Letter
from eventsapp.mailroom.outbox import OutgoingLetter, Reader, Sender
from eventsapp.people import households, professionals
from eventsapp.people.readers import first_means, reader_of
from eventsapp.places.wording import agenda_name
from eventsapp.registrations import listings
from eventsapp.registrations.models import Registration, RegistrationStatus
from eventsapp.settings import setting

_ABOUT = "registration"


def post(
    letter: str,
    registration: Registration,
    now: datetime,
    *,
    promise: Promise | None = None,
    link_token: str | None = None,
    thread: str | None = None,
    urgent: bool = False,
    replaces: bool = True,
    reader: Reader | None = None,
    **more: Any,
) -> Letter | None:
    """Posts the letter of the folder registrations/`letter`; `more` is what its files name besides.

    None for who wants no messages. `urgent`, `replaces`: as `outbox.OutgoingLetter` says. `reader`: where
    it is another mailbox than the one they are told at.
    """
    event, contact = registration.event, registration.contact
    address = promise.organizer.address if promise else setting("MAIL_DEFAULT_SENDER")
    return outbox.post(
        OutgoingLetter(
            kind=f"registrations/{letter}",
            reader=reader or reader_of(contact),
            sender=Sender(name=agenda_name(event.territory, contact.language), address=address),
            context=context_of(registration, link_token, **more),
            thread=thread or thread_of(registration),
            territory_id=event.territory_id,
            about=about(registration),
            calendar=promise.calendar if promise else None,
            method=promise.method if promise else None,
            holds_private_link=link_token is not None,
            useless_after=event.ends_at,
            urgent=urgent,
            replaces=replaces,
        ),
        now=now,
    )


def context_of(registration: Registration, link_token: str | None, **more: Any) -> dict[str, Any]:
    """What every letter about a registration may name."""
    contact = registration.contact
    return {
        "first_name": contact.first_name,
        "agenda_name": agenda_name(registration.event.territory, contact.language),
        "seats": registration.seats,
        "offered": registration.status is RegistrationStatus.OFFERED,
        "was": None,
        "was_at": "",
        "answers_are_read": mailbox.is_set_up(),
        "link": _address_of(registration, link_token) if link_token else "",
        **_facts(registration.event),
        **more,
    }


def _facts(event: Event) -> dict[str, Any]:
    """What every letter says of the event; of a sensitive one neither its title nor its place's name."""
    venue, neutral = event.venue, event.activity.action.is_sensitive
    return {
        "event": event,
        "when": event,
        "title": "" if neutral else event.title,
        **where_of(venue, neutral=neutral),
        "room": event.room,
        "door": event.door or venue.door,
        "access": event.access or venue.access,
        "reason": event.cancel_reason,
        "page": address_of(event),
        "agenda": f"{setting('PUBLIC_URL')}/{event.territory.slug}/",
    }


def thread_of(registration: Registration) -> str:
    """One thread for each mailbox, whose calendar must hear things in order; one for each call."""
    address = registration.contact.email
    return outbox.thread_of(registration.event_id, address or f"registration {registration.id}")


def about(registration: Registration) -> str:
    """What its letters are about, and with what they are forgotten."""
    return f"{_ABOUT}:{registration.id}"


def of_about(words: str) -> Registration | None:
    """Whom a letter or an answer is about, as `about` says it; None where that is somebody or something else,
    or nobody any more. One statement, or none."""
    kind, _, number = words.partition(":")
    return db.session.get(Registration, int(number)) if kind == _ABOUT and number.isdecimal() else None


def new_link(registration: Registration, now: datetime) -> str | None:
    """A link of its own for each letter; somebody we call has none."""
    if first_means(registration.contact) in {None, Channel.CALL}:
        return None
    if registration.professional is not None:
        return professionals.new_link(registration.professional, now=now)
    return households.new_link(registration.household, now=now) if registration.household else None


def former_mailbox(registration: Registration) -> str | None:
    """The mailbox whose calendar still holds the date, where it is not told by the usual letter: they are
    called now, or their address was replaced since the invitation. One statement, and some a mailbox."""
    for address in mailboxes_invited(registration):
        elsewhere = listings.is_seated_elsewhere(registration, address)
        if promises.may_hold_date(registration.event, address) and not elsewhere:
            return address
    return None


def mailboxes_invited(registration: Registration) -> list[str]:
    """Every mailbox whose calendar was asked to come for this party, in lower case, the last first; one
    statement."""
    return mailboxes_invited_of([registration])[registration.id]


def mailboxes_invited_of(registrations: Collection[Registration]) -> dict[int, list[str]]:
    """The same of each of these, by its number; one statement, or none."""
    numbers = {about(one): one.id for one in registrations}
    found: dict[int, dict[str, None]] = {number: {} for number in numbers.values()}
    if found:
        sent = select(Letter.about, Letter.address).where(
            Letter.about.in_(numbers), Letter.method == "REQUEST"
        )
        for about_whom, address in db.session.execute(sent.order_by(Letter.id.desc())):
            found[numbers[about_whom]][address.lower()] = None
    return {number: list(mailboxes) for number, mailboxes in found.items()}


def is_near(registration: Registration, now: datetime) -> bool:
    """Whether what they knew or what holds now is less than 48 hours away: told by the quickest means."""
    return min(registration.told.starts_at, registration.event.starts_at) - now < telling.IMMINENT


def promise_of(
    tell: Callable[..., Promise | None],
    registration: Registration,
    *,
    at: str | None = None,
    now: datetime,
) -> Promise | None:
    """What their calendar is told, by `promises.request` or `promises.cancel`; nothing without e-mail.

    Who is told by other means gets no invitation, but a date that stands in a calendar is put right there.
    `at`: another mailbox than theirs of today.
    """
    contact = registration.contact
    address = at or contact.email
    if not address or contact.wants_no_messages or registration.event.ends_at <= now:
        return None  # what is over is in no calendar to come (RULES M12)
    stands_there = promises.holds_date if tell is promises.request else promises.may_hold_date
    if first_means(contact) is not Channel.MAIL and not stands_there(registration.event, address):
        return None
    more = {"rings": contact.wants_alarm} if tell is promises.request else {}
    return tell(
        registration.event,
        address=address,
        name=contact.first_name,
        organizer_name=agenda_name(registration.event.territory, contact.language),
        language=contact.language,
        now=now,
        **more,
    )


def _address_of(registration: Registration, token: str) -> str:
    rooms = households if registration.professional is None else professionals
    return rooms.link_address(token)
