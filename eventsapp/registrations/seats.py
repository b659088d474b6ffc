"""Seats are taken and freed by one conditional UPDATE each.

Whoever reads a number and writes it back later oversells. Here the database compares and adds in
one statement, under a CHECK that says the same, so the last seat is sold once on SQLite and on
PostgreSQL alike.
"""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import set_committed_value

from eventsapp.agenda.models import Activity, Event, EventStatus
from eventsapp.database import db, rows_changed
from eventsapp.programme.models import Action


def locked(event_id: int) -> Event:
    """The event with what letters say of it, its row locked until the transaction ends.

    One after the other, then, at one event: otherwise a party could start to wait at the very
    moment when the seats it lacks are freed. (SQLite drops FOR UPDATE and locks the database.)
    """
    return db.session.scalars(
        select(Event)
        .where(Event.id == event_id)
        .options(
            joinedload(Event.venue),
            joinedload(Event.territory),
            joinedload(Event.activity).joinedload(Activity.action).joinedload(Action.axis),
        )
        .with_for_update(of=Event)
        .execution_options(populate_existing=True)
    ).one()


def take(event: Event, seats: int) -> bool:
    """Takes all the seats or none; False when they are not there or the event is cancelled."""
    taken = rows_changed(
        update(Event)
        .where(
            Event.id == event.id,
            Event.status == EventStatus.SCHEDULED,
            Event.seats_taken + seats <= Event.capacity,
        )
        .values(seats_taken=Event.seats_taken + seats)
    )
    if taken:
        set_committed_value(event, "seats_taken", event.seats_taken + seats)
    return taken == 1


def free(event: Event, seats: int) -> None:
    """Gives seats back."""
    db.session.execute(
        update(Event)
        .where(Event.id == event.id)
        .values(seats_taken=Event.seats_taken - seats)
        .execution_options(synchronize_session=False)
    )
    set_committed_value(event, "seats_taken", event.seats_taken - seats)
