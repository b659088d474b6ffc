"""Families whose words can be found again anywhere in a database: nobody else has such names."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from eventsapp import clock
from eventsapp.agenda.models import Event
from eventsapp.attendance import marking
from eventsapp.database import db
from eventsapp.jobs import timetable
from eventsapp.jobs.door import Turn, never
from eventsapp.people import households
from eventsapp.people.contacts import phone
from eventsapp.people.models import Household
from eventsapp.registrations import admission, booking, seats
from eventsapp.registrations.models import AgeBracket, Need, Registration, WayIn
from eventsapp.registrations.party import Member
from tests import factories
from tests.attendance.gestures import arrived
from tests.registrations.stories import a_transaction

AWA = ("Zawadie", "zawadie@marqueur.example", "06 39 98 77 11", "Zoumana")
BINTA = ("Zbintou", "zbintou@marqueur.example", "06 39 98 77 22", "Zaliou")
CLARA = ("Zclara", None, "06 39 98 77 33", "Zlouis")
FAMILIES = (AWA, BINTA, CLARA)
WORDS = ("zawadie", "zoumana", "zbintou", "zaliou", "zclara", "zlouis", "marqueur.example", "9877", "98 77")
"""What would tell one of them, in lower case."""


def a_family(who: tuple[str, str | None, str | None, str]) -> Household:
    """A household known through its adult; committed."""
    first_name, email, number, _ = who
    with a_transaction():
        return households.open_new(
            first_name=first_name,
            email=email,
            phone=phone(number) if number else None,
            language="fr",
            now=clock.now(),
        )


def comes(event: Event, who: tuple[str, str | None, str | None, str], household: Household) -> Registration:
    """They register, an adult and a child of 6 to 10 who needs an interpreter, and are told."""
    members = [
        Member(bracket=AgeBracket.FROM_26, first_name=who[0]),
        Member(
            bracket=AgeBracket.FROM_6,
            first_name=who[3],
            needs=frozenset({Need.INTERPRETER, Need.WHEELCHAIR}),
            interpreter="bm",
        ),
    ]
    with a_transaction():
        locked = seats.locked(event.id)
        admission.require_open(locked, clock.now())
        registration = booking.enter(locked, household, members, way=WayIn.ONLINE, now=clock.now())
        link = households.new_link(household, now=clock.now())
        booking.tell(booking.Confirmed(registration, link), now=clock.now())
    return registration


def arrives(event: Event, *registrations: Registration) -> None:
    """They stand at the door, and are counted on a phone."""
    gestures = [arrived(one.code, at=event.starts_at) for one in registrations]
    with a_transaction():
        marking.keep(event, gestures, actor="day_link:1", now=clock.now())


def nightly(*, is_ending: Any = never) -> None:
    """The jobs of one night, as they stand in the timetable."""
    turn = Turn(clock.now(), "house:1", is_ending)
    jobs = {job.name: job for job in timetable.TIMETABLE}
    for name in ("needs", "families", "old registrations"):
        db.session.rollback()
        jobs[name].run(turn)
        db.session.commit()


def words_left() -> list[tuple[str, str, str]]:
    """Where one of WORDS stands in any column of any table: table, column, what."""
    db.session.rollback()
    found = []
    for table in db.metadata.sorted_tables:
        for row in db.session.execute(select(table)).mappings():
            for column, value in row.items():
                said = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
                found += [(table.name, str(column), word) for word in WORDS if word in said.lower()]
    db.session.rollback()
    return found


def two_workshops(**values: Any) -> tuple[Event, Event]:
    """Saturday's workshop, with room for four, and the one a week later, held by the same association."""
    host = values.pop("host", None) or factories.an_association("Espace 19")
    first = factories.an_event("Atelier cuisine", capacity=4, host=host, **values)
    second = factories.an_event(
        "Atelier cuisine", capacity=4, host=host, starts_at=factories.SATURDAY + timedelta(days=7)
    )
    db.session.commit()
    return first, second


def months_after(event: Event, months: int) -> datetime:
    """Four in the morning, so many months and a day after an event."""
    return event.ends_at + timedelta(days=31 * months + 1)
