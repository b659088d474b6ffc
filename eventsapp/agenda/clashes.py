"""What speaks against a day and an hour, to be said before an event goes there; it forbids nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from eventsapp.agenda.models import Activity, Event, EventStatus
from eventsapp.clock import day_of
from eventsapp.database import db
from eventsapp.places.models import Venue
from eventsapp.programme.school_calendar import CalendarNotCovered, Closure, zone_c

SUNDAY = 6


@dataclass(frozen=True)
class Clashes:
    """Holidays, Sundays, and what else takes place there at the same hours."""

    closures: tuple[Closure, ...]
    """School holidays, bridges and public holidays of zone C; empty beyond the known years."""
    is_sunday: bool
    events: Sequence[Event]

    def __bool__(self) -> bool:
        return bool(self.closures or self.is_sunday or self.events)


def clashes(event: Event, *, starts_at: datetime, ends_at: datetime, venue: Venue) -> Clashes:
    """What speaks against holding `event` then and there; one statement."""
    day = day_of(starts_at)
    try:
        closures = zone_c().closures_on(day)
    except CalendarNotCovered:
        closures = ()
    others = db.session.scalars(
        select(Event)
        .where(
            Event.venue_id == venue.id,
            Event.id != event.id,
            Event.status == EventStatus.SCHEDULED,
            Event.starts_at < ends_at,
            Event.ends_at > starts_at,
        )
        .options(joinedload(Event.activity).joinedload(Activity.action))
        .order_by(Event.starts_at, Event.id)
    ).all()
    return Clashes(closures, day.weekday() == SUNDAY, others)
