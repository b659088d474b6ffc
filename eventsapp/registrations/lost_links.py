"""« J’ai perdu mon lien »: a new one goes to the address that was given, and the asker learns nothing.

Typing an address opens no page and shows no household: what comes of it is read in that mailbox, or said on
the phone by somebody who calls that number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from flask_babel import force_locale, gettext
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload

from eventsapp import attempts, journal
from eventsapp.agenda.models import Event
from eventsapp.codes import link_token
from eventsapp.database import db
from eventsapp.languages import DEFAULT, known
from eventsapp.mailroom import outbox
from eventsapp.mailroom.outbox import OutgoingLetter, Reader, Sender
from eventsapp.people import contacts, households
from eventsapp.people.models import Household, Person
from eventsapp.people.readers import reader_of
from eventsapp.registrations.models import Registration
from eventsapp.settings import setting

STILL = timedelta(days=30)
"""How long after its event a registration is still looked for."""
ASKED_A_DAY = 3
"""Letters that one address gets within a day by asking: more would be somebody else's joke."""
MOST = 10
"""Families of one mailbox that one letter leads to, the latest first."""
USELESS_AFTER = timedelta(days=2)


@dataclass(frozen=True)
class Found:
    """A family of that address, and when its latest event is."""

    household: Household
    starts_at: datetime
    territory_id: int


@dataclass(frozen=True)
class Way:
    """A line of the letter: a link, and the day it is about. What it is about stays unsaid: mails are read
    on shared screens."""

    link: str
    day: datetime


def ask(typed: str, *, now: datetime) -> None:
    """Sends one letter with a new link for each family of this address, or puts its number among those to be
    called; nothing where there is none, and about as slowly (`python -m bench.strangers`).

    Raises contacts.ContactMissing, EmailUnreadable, PhoneUnreadable: what anybody can see of what they typed.
    """
    email, number = _address(typed)
    found = _found(email, number, now)
    # Counted whoever they are: what is not done for nobody takes no time.
    a_day = timedelta(days=1)
    wait = attempts.count("lost_link", (email or number).lower(), most=ASKED_A_DAY, within=a_day, now=now)
    if found and not wait:
        # As each gave it: of two spellings, a mailbox may be two mailboxes (RFC 5321 2.4).
        stored = dict.fromkeys(one.household.contact.email for one in found[:MOST] if email)
        for spelled in stored or [None]:
            theirs = [one for one in found[:MOST] if not email or one.household.contact.email == spelled]
            _send(theirs, spelled or "", number, now=now)
        return
    # The same letter is written, and thrown away: a clock would tell who is registered.
    with db.session.begin_nested() as thrown_away:
        reader = Reader(name="", language=DEFAULT.code, email=email or None, phone=number or None)
        ways = [Way(households.link_address(link_token()), now)] if email else []
        _post(reader, ways, "lost_link", territory_id=None, now=now)
        db.session.flush()
        thrown_away.rollback()


def _address(typed: str) -> tuple[str, str]:
    """A mail address or a number as dialled; the other is empty."""
    if "@" in typed:
        return contacts.email(typed, field="address") or "", ""
    if any(sign.isalpha() for sign in typed):
        raise contacts.EmailUnreadable(field="address")
    phone = contacts.phone(typed, field="address")
    if phone is None:
        raise contacts.ContactMissing(field="address")
    return "", phone.e164


def _found(email: str, number: str, now: datetime) -> Sequence[Found]:
    """The families of an address, in whatever case it was typed then and now, with a registration to come or
    of the last month, the latest first; one statement."""
    by: ColumnElement[bool] = Person.phone_e164 == number
    if email:
        by = func.lower(Person.email) == email.lower()
    latest = func.max(Event.starts_at)
    rows = db.session.execute(
        select(Household, latest, func.max(Event.territory_id))
        .join(Household.contact)
        .join(Registration, Registration.household_id == Household.id)
        .join(Registration.event)
        .where(by, Event.ends_at > now - STILL)
        .group_by(Household.id, Person.id)
        .options(joinedload(Household.contact))
        .order_by(latest.desc(), Household.id.desc())
    )
    return [Found(*row) for row in rows]


def _send(found: Sequence[Found], email: str, number: str, *, now: datetime) -> None:
    contact = found[0].household.contact
    reader = replace(
        reader_of(contact, asked_for_it=True),
        email=email or None,
        phone=number or None,
        phone_is_shared=any(one.household.contact.phone_is_shared for one in found),
    )
    # A number is called: nobody reads a link out, a person changes or cancels with them.
    ways = [
        Way(households.link_address(households.new_link(one.household, now=now)), one.starts_at)
        for one in found
        if email
    ]
    about = f"household:{found[0].household.id}"
    _post(reader, ways, email or number, territory_id=found[0].territory_id, about=about, now=now)
    for one in found:
        journal.note(
            f"household:{one.household.id}",
            "asked for a new link",
            one.household,
            now=now,
            territory_id=one.territory_id,
        )


def _post(
    reader: Reader,
    ways: Sequence[Way],
    thread: str,
    *,
    territory_id: int | None,
    about: str = "",
    now: datetime,
) -> None:
    with force_locale((known(reader.language) or DEFAULT).locale):
        sender = gettext("L’agenda des quartiers")
    outbox.post(
        OutgoingLetter(
            kind="registrations/lost_link",
            reader=reader,
            sender=Sender(name=sender, address=setting("MAIL_DEFAULT_SENDER")),
            context={"name": reader.name, "ways": ways, "agenda_name": sender},
            thread=outbox.thread_of("lost_link", thread),
            territory_id=territory_id,
            about=about,
            holds_private_link=bool(ways),
            useless_after=now + USELESS_AFTER,
        ),
        now=now,
    )
