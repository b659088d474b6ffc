"""What every change of an event does: its row is locked, and feeds and calendars see a new version.

An event has one kind of lock everywhere, FOR NO KEY UPDATE: nobody deletes it or gives it another key. Who
only refers to it, as a form that is kept does, neither waits nor has others wait, or a `claim` skip. And who
holds it may lock it again: the second of two kinds would wait for who refers to it and waits for the first.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Select, case, literal, select, update
from sqlalchemy.orm import joinedload

from eventsapp.agenda import fragments
from eventsapp.agenda.models import Activity, Event
from eventsapp.database import Moment, SecondAfter, db
from eventsapp.places.models import Territory
from eventsapp.programme.models import Action


def lock(event: Event) -> None:
    """One change of an event at a time, each seeing what the one before left: of two people who cancel
    at once, one is told that it is done (PostgreSQL; SQLite has one writer anyway)."""
    db.session.execute(select(Event.id).where(Event.id == event.id).with_for_update(key_share=True))
    db.session.refresh(event)


def locked(event_id: int) -> Event:
    """An event by its number, as the one before left it: as `lock`, in one statement."""
    return db.session.scalars(
        select(Event)
        .where(Event.id == event_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()


def claim(event_id: int) -> Event | None:
    """An event with what letters say of it, locked as whoever changes it does; None when it is gone, or
    another transaction holds it: a recurring job leaves it for its next turn."""
    return db.session.scalars(
        select(Event)
        .where(Event.id == event_id)
        .options(
            joinedload(Event.venue),
            joinedload(Event.territory),
            joinedload(Event.activity).joinedload(Activity.action).joinedload(Action.axis),
        )
        .with_for_update(of=Event, key_share=True, skip_locked=True)
        .execution_options(populate_existing=True)
    ).first()


def lock_all(numbers: Select[int]) -> None:
    """Locks several events, always in the same order: before one gesture changes them all, or two such
    gestures would wait for each other."""
    locking = select(Event.id).where(Event.id.in_(numbers)).order_by(Event.id)
    db.session.execute(locking.with_for_update(key_share=True))


def changed(event: Event, now: datetime, *, sequence: bool) -> None:
    """Writes the fragment of a changed event anew and raises its territory's revision; with `sequence`
    its own too: hour, place or status changed (RFC 5546 2.1.4)."""
    event.changed_at = now
    if sequence:
        event.sequence += 1
    db.session.flush()
    fragments.write(event)
    revise(event.territory_id, now)


def revise(territory_id: int, now: datetime) -> None:
    """One UPDATE that never goes back: two writers in the same second still make two revisions."""
    db.session.execute(
        update(Territory)
        .where(Territory.id == territory_id)
        .values(revision=Territory.revision + 1, revised_at=later(now))
        .execution_options(synchronize_session="fetch")
    )


def later(now: datetime) -> ColumnElement[datetime]:
    """What `revised_at` becomes: `now`, or the second after what stands there, where another wrote it since.

    `now` is when a writer came, who may have waited for a row while another came later and went before. Of
    who read meanwhile, a calendar that compares dates alone must be told (RULES F5).
    """
    return case((Territory.revised_at > now, SecondAfter(Territory.revised_at)), else_=literal(now, Moment))
