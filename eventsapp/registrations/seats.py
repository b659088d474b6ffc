"""Seats are taken and freed by one conditional UPDATE each.

Whoever reads a number and writes it back later oversells. Here the database compares and adds in
one statement, under a CHECK that says the same, so the last seat is sold once on SQLite and on
PostgreSQL alike.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from sqlalchemy import Integer, Select, Update, bindparam, func, inspect, select, update
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.util import identity_key

from eventsapp.agenda.models import Event, EventStatus
from eventsapp.agenda.said import SAID
from eventsapp.database import db, rows_changed
from eventsapp.registrations.capacity import Limits, Load
from eventsapp.registrations.models import CHILD_BRACKETS, YOUNGEST_BRACKETS, AgeBracket, Registration


def locked(event_id: int) -> Event:
    """The event with what letters say of it, its row locked until the transaction ends.

    One after the other, then, at one event: otherwise a party could start to wait at the very
    moment when the seats it lacks are freed. (SQLite drops FOR UPDATE and locks the database.)

    Of an event that was read just before with all that letters say of it, its own row is read again, no more:
    everybody else there waits meanwhile, and mostly nothing of it but the seats taken has changed. (FOR NO
    KEY UPDATE: who only refers to the event, as answers that are kept do, does not wait.)
    """
    event = db.session.identity_map.get(identity_key(Event, event_id))
    if event is None or _SAID & inspect(event).unloaded:
        return db.session.scalars(_locking(), {"event_id": event_id}).one()
    row = db.session.execute(_locking_row(), {"event_id": event_id}).one()
    known = inspect(event).dict
    other = {name for name, value in zip(row._fields, row, strict=True) if known.get(name, row) != value}
    if other <= _COUNTED:
        for name in other:
            set_committed_value(event, name, getattr(row, name))
    else:
        db.session.refresh(event, row._fields)
        if any(name.endswith("_id") for name in other):
            db.session.expire(event, inspect(Event).relationships.keys())  # it is held elsewhere
    return event


_SAID = frozenset({"venue", "territory", "activity"})
"""What letters say of an event besides its own row."""
_COUNTED = frozenset({"seats_taken", "children_taken", "under_6_taken"})


@lru_cache(maxsize=1)
def _locking_row() -> Select[*tuple[Any, ...]]:
    """All of its own row that is read with it, by the names of its attributes."""
    read = [one for one in inspect(Event).column_attrs if not one.deferred]
    columns = [one.columns[0].label(one.key) for one in read]
    return select(*columns).where(Event.id == bindparam("event_id")).with_for_update(key_share=True)


@lru_cache(maxsize=1)
def _locking() -> Select[Event]:
    return (
        select(Event)
        .where(Event.id == bindparam("event_id"))
        .options(*SAID)
        .with_for_update(of=Event, key_share=True)
        .execution_options(populate_existing=True)
    )


def load_of(brackets: Iterable[AgeBracket]) -> Load:
    """What people of these brackets weigh; a baby on a lap counts too, for the rooms are small."""
    counted = Counter(brackets)
    return Load(
        seats=counted.total(),
        children=sum(counted[bracket] for bracket in CHILD_BRACKETS),
        under_6=sum(counted[bracket] for bracket in YOUNGEST_BRACKETS),
    )


def weight_of(registration: Registration) -> Load:
    """What a registration weighs, by its participants."""
    return load_of(one.bracket for one in registration.participants)


def limits_of(event: Event) -> Limits:
    """Places and quotas of an event whose places are counted."""
    entry = event.entry
    return Limits(event.capacity or 0, entry.most_adults, entry.most_children, entry.most_under_6)


def taken_at(event: Event) -> Load:
    """What those seated weigh."""
    return Load(event.seats_taken, event.children_taken, event.under_6_taken)


def open_places(event: Event) -> int:
    """How many people may still come, the quotas kept and an adult among them; of an event with places."""
    limits, taken = limits_of(event), taken_at(event)
    left = max(0, limits.capacity - taken.seats)
    adults = left if limits.most_adults is None else min(left, limits.most_adults - taken.adults)
    children = left if limits.most_children is None else min(left, limits.most_children - taken.children)
    return 0 if adults <= 0 else min(left, adults + max(0, children))


def take(event: Event, load: Load) -> bool:
    """Takes all the seats or none; False when there are too few, a quota is full or the event cancelled."""
    more = {"of_all": load.seats, "of_children": load.children, "of_under_6": load.under_6}
    taken = rows_changed(_taking(), {"event_id": event.id, **more})
    if taken:
        _note_taken(event, taken_at(event) + load)
    return taken == 1


@lru_cache(maxsize=1)
def _taking() -> Update:
    """Made once: everybody who registers says it, and all others who do so there wait meanwhile."""
    rows = Event.metadata.tables[Event.__tablename__]
    seats, children, under_6 = rows.c.seats_taken, rows.c.children_taken, rows.c.under_6_taken
    more, more_children, more_under_6 = (
        bindparam(name, type_=Integer()) for name in ("of_all", "of_children", "of_under_6")
    )
    return (
        update(rows)
        .where(
            rows.c.id == bindparam("event_id"),
            rows.c.status == EventStatus.SCHEDULED,
            seats + more <= rows.c.capacity,
            # A quota that is not set is no more than the places themselves.
            seats - children + more - more_children <= func.coalesce(rows.c.most_adults, rows.c.capacity),
            children + more_children <= func.coalesce(rows.c.most_children, rows.c.capacity),
            under_6 + more_under_6 <= func.coalesce(rows.c.most_under_6, rows.c.capacity),
        )
        .values(
            seats_taken=seats + more,
            children_taken=children + more_children,
            under_6_taken=under_6 + more_under_6,
        )
    )


def free(event: Event, load: Load) -> None:
    """Gives seats back."""
    db.session.execute(
        update(Event)
        .where(Event.id == event.id)
        .values(
            seats_taken=Event.seats_taken - load.seats,
            children_taken=Event.children_taken - load.children,
            under_6_taken=Event.under_6_taken - load.under_6,
        )
        .execution_options(synchronize_session=False)
    )
    _note_taken(event, taken_at(event) - load)


def _note_taken(event: Event, taken: Load) -> None:
    """What the database counts now, without asking it again."""
    set_committed_value(event, "seats_taken", taken.seats)
    set_committed_value(event, "children_taken", taken.children)
    set_committed_value(event, "under_6_taken", taken.under_6)
