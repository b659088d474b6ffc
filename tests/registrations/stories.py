"""What happens in the stories of this folder, in a line each: Awa registers, Binta cancels."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import select

from eventsapp import clock
from eventsapp.agenda import telling
from eventsapp.agenda.models import Event
from eventsapp.database import begin_writing, db
from eventsapp.mailroom import sealing
from eventsapp.mailroom.models import Letter
from eventsapp.people.contacts import phone
from eventsapp.registrations import booking, enrolments, referrals
from eventsapp.registrations.booking import Confirmed
from eventsapp.registrations.enrolments import Answers
from eventsapp.registrations.models import AgeBracket, Registration
from eventsapp.registrations.party import PartyAnswers


@contextmanager
def a_transaction() -> Iterator[None]:
    """What a door does: a transaction of its own that writes, committed if nothing was refused."""
    db.session.commit()
    begin_writing()
    try:
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise


def answers(first_name: str, adults: int = 1, children: int = 0, **contact: str | None) -> PartyAnswers:
    """Awa, reached at awa@example.org unless `email` or `number` says otherwise."""
    number = contact.get("number")
    by_default = None if number else f"{first_name.lower()}@example.org"
    return PartyAnswers(
        first_name=first_name,
        email=contact.get("email", by_default),
        phone=phone(number) if number else None,
        adults=adults,
        children={AgeBracket.FROM_6: children} if children else {},
    )


def fill_in(event: Event, who: Answers) -> str:
    """The form is filled in and kept; gives its token."""
    with a_transaction():
        return enrolments.open_(event, who, clock.now())


def register(event: Event, who: Answers, *, language: str = "fr") -> Confirmed:
    """From the form to the confirmation, in two transactions like two requests."""
    token = fill_in(event, who)
    with a_transaction():
        referral = referrals.make(event, None, actor="cli", now=clock.now()) if _needs(event) else None
        return booking.confirm(token, event.id, language=language, referral=referral, now=clock.now())


def _needs(event: Event) -> bool:
    """A sensitive action takes families that somebody refers, and no others."""
    return referrals.is_needed(event)


def cancel(registration: Registration, now: datetime | None = None) -> bool:
    """The household cancels on its own page."""
    with a_transaction():
        return booking.cancel(registration, actor="household:1", now=now or clock.now())


def told(now: datetime | None = None) -> int:
    """People are told of what has changed, as a worker does once the window is over (ten minutes from now,
    unless an hour is given); of how many events."""
    now = now or clock.now() + timedelta(minutes=10)
    db.session.commit()
    number = 0
    for event_id in telling.due(now):
        with a_transaction():
            number += telling.tell(event_id, now)
    db.session.commit()
    return number


def letters(address: str | None = None) -> list[Letter]:
    """What stands in the outbox, in the order it was posted, to one address or to all."""
    db.session.rollback()  # what others committed meanwhile is seen from here on
    query = select(Letter).order_by(Letter.id)
    return list(db.session.scalars(query if address is None else query.where(Letter.address == address)))


def kinds(address: str | None = None) -> list[str]:
    """Which letters stand in the outbox, with their methods: « confirmed REQUEST », « waiting »."""
    return [
        " ".join(filter(None, (letter.kind.removeprefix("registrations/"), letter.method)))
        for letter in letters(address)
    ]


def text_of(letter: Letter) -> str:
    """The text of a letter, sealed or not."""
    return sealing.unseal(letter.text) if letter.is_sealed else letter.text
