"""Two connections and one last seat: one is confirmed, one waits. On both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.agenda import listings
from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.registrations import booking, seats
from eventsapp.registrations.models import Registration, RegistrationStatus
from tests import factories
from tests.races import at_once
from tests.registrations.stories import answers, fill_in, kinds, register


def confirm(token: str, event_id: int) -> Callable[[], RegistrationStatus]:
    return lambda: booking.confirm(token, event_id, language="fr", now=clock.now()).registration.status


def test_one_last_seat_for_two(app: Flask, db_session: scoped_session[Session]) -> None:
    event = factories.an_event(capacity=3)
    register(event, answers("Awa", adults=2))
    tokens = [fill_in(event, answers(name)) for name in ("Binta", "Driss")]
    event_id = event.id
    db_session.remove()
    came = at_once(app, *(confirm(token, event_id) for token in tokens))
    assert sorted(map(str, came)) == ["attente", "confirmee"]
    assert db_session.scalar(select(Event.seats_taken).where(Event.id == event_id)) == 3
    assert sorted(kinds()) == ["confirmed REQUEST", "confirmed REQUEST", "waiting"]


def test_eight_families_and_ten_seats_are_never_oversold(
    app: Flask, db_session: scoped_session[Session]
) -> None:
    event = factories.an_event(capacity=10)
    names = ("Awa", "Binta", "Clara", "Driss", "Elif", "Farid", "Gina", "Hana")
    tokens = [fill_in(event, answers(name, adults=1, children=2)) for name in names]
    event_id = event.id
    db_session.remove()
    came = at_once(app, *(confirm(token, event_id) for token in tokens))
    assert sorted(map(str, came)) == ["attente"] * 5 + ["confirmee"] * 3
    assert db_session.scalar(select(Event.seats_taken).where(Event.id == event_id)) == 9


def test_a_double_click_in_two_requests_at_once_registers_once(
    app: Flask, db_session: scoped_session[Session]
) -> None:
    event = factories.an_event()
    token, event_id = fill_in(event, answers("Awa", adults=2)), event.id
    db_session.remove()
    came = at_once(app, confirm(token, event_id), confirm(token, event_id), confirm(token, event_id))
    assert list(map(str, came)) == ["confirmee"] * 3
    assert db_session.scalar(select(func.count(Registration.id))) == 1
    assert db_session.scalar(select(Event.seats_taken).where(Event.id == event_id)) == 2
    assert kinds() == ["confirmed REQUEST"]


def test_who_arrives_while_seats_are_freed_is_never_left_waiting_beside_them(
    app: Flask, db_session: scoped_session[Session]
) -> None:
    event = factories.an_event(capacity=2)
    awa_id = register(event, answers("Awa", adults=2)).registration.id
    token, event_id = fill_in(event, answers("Binta", adults=2)), event.id
    db_session.remove()

    def awa_cancels() -> bool:
        awa = db.session.get_one(Registration, awa_id)
        return booking.cancel(awa, actor="household:1", now=clock.now())

    came = at_once(app, awa_cancels, confirm(token, event_id))
    assert came[0] is True, came
    binta = db_session.scalars(select(Registration).where(Registration.id != awa_id)).one()
    assert binta.status is RegistrationStatus.CONFIRMED
    assert db_session.scalar(select(Event.seats_taken).where(Event.id == event_id)) == 2


@pytest.mark.databases("postgresql")  # SQLite lets nobody write between a form's reading and its end
def test_what_changed_between_reading_an_event_and_holding_it_is_known(
    db_session: scoped_session[Session],
) -> None:
    """The letter of who registers then names the new place and hour."""
    workshop, manin = factories.an_event(), factories.a_school("École Manin")
    db_session.commit()
    read = listings.by_code(workshop.code, whole=False)
    former, later = read.venue.name, read.starts_at + timedelta(hours=1)
    with db.engine.begin() as elsewhere:
        elsewhere.execute(
            update(Event).values(venue_id=manin.id, starts_at=later, ends_at=later + timedelta(hours=2))
        )
    held = seats.locked(read.id)
    assert (held is read, held.starts_at) == (True, later)
    assert (former != "École Manin", held.venue.name) == (True, "École Manin")
