"""Who came, as pages ask for it; a constant number of statements."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, func, select
from sqlalchemy.orm import joinedload

from eventsapp.agenda.listings import hosted_by
from eventsapp.agenda.models import Event, EventStatus
from eventsapp.attendance.models import AttendanceFigures, AttendanceMark, Counter, EventMeans
from eventsapp.attendance.tally import Gesture, tally
from eventsapp.database import db
from eventsapp.people.models import Organisation
from eventsapp.places.models import Territory
from eventsapp.registrations import listings as registrations
from eventsapp.registrations.models import Registration

LATELY = timedelta(days=60)
"""How long a desk is reminded of what nobody has counted."""


@dataclass(frozen=True)
class Family:
    """A registration with a place, and since when somebody of it is there; None: not yet."""

    registration: Registration
    arrived_at: datetime | None


@dataclass(frozen=True)
class Attendance:
    """The state of an event's attendance."""

    families: Sequence[Family]
    counts: dict[Counter, int]
    """Whoever was counted without a name."""
    revision: int
    """How many marks it is drawn from: rises with each that comes in."""

    @property
    def arrived(self) -> int:
        """Families on the list of whom somebody is there."""
        return sum(family.arrived_at is not None for family in self.families)

    @property
    def people(self) -> int:
        """How many were counted without a name."""
        return sum(number for counter, number in self.counts.items() if counter is not Counter.FAMILIES)


@dataclass(frozen=True)
class Sources:
    """Where the marks of an event come from."""

    marks: int
    phones: int
    last_at: datetime | None


def of_event(event: Event) -> Attendance:
    """Families with a place by first name, and what was counted; three statements."""
    gestures = gestures_of(event)
    done = tally(gestures)
    families = [
        Family(registration, done.arrived.get(registration.id))
        for registration in registrations.expected_at(event)
    ]
    return Attendance(families, done.counts, len(gestures))


def gestures_of(event: Event) -> list[Gesture]:
    """The marks of an event; one statement."""
    rows = db.session.execute(
        select(
            AttendanceMark.nonce,
            AttendanceMark.kind,
            AttendanceMark.made_at,
            AttendanceMark.registration_id,
            AttendanceMark.counter,
            AttendanceMark.step,
        ).where(AttendanceMark.event_id == event.id)
    )
    return [Gesture(*row) for row in rows]


def sources_of(event: Event) -> Sources:
    """How many gestures came from how many phones, the last one when; one statement."""
    row = db.session.execute(
        select(
            func.count(AttendanceMark.id),
            func.count(AttendanceMark.actor.distinct()),
            func.max(AttendanceMark.received_at),
        ).where(AttendanceMark.event_id == event.id, AttendanceMark.actor.startswith("day_link:"))
    ).one()
    return Sources(*row)


def figures_of(event: Event) -> AttendanceFigures | None:
    """The figures of an event; None where nothing was counted."""
    return db.session.scalars(select(AttendanceFigures).where(AttendanceFigures.event_id == event.id)).first()


def uncounted(
    organisation: Organisation, *, now: datetime, limit: int, territories: Collection[int] | None = None
) -> Sequence[Event]:
    """What an organisation held lately, of which nobody has said who came, the last first; in these
    territories or in all; one statement."""
    return db.session.scalars(
        select(Event)
        .where(
            hosted_by(organisation, territories),
            Event.starts_at > now - LATELY,
            Event.starts_at <= now,
            Event.ends_at <= now,
            Event.status == EventStatus.SCHEDULED,
            ~exists().where(AttendanceFigures.event_id == Event.id),
        )
        .options(joinedload(Event.venue), joinedload(Event.territory).defer(Territory.drawing))
        .order_by(Event.starts_at.desc(), Event.id)
        .limit(limit)
    ).all()


def means_of(event: Event) -> EventMeans | None:
    """What an event took; None where nobody said."""
    return db.session.scalars(select(EventMeans).where(EventMeans.event_id == event.id)).first()
