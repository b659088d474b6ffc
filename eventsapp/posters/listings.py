"""The dates of a series that a poster lists."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from eventsapp.agenda.models import Event, EventStatus
from eventsapp.database import db


def next_dates(event: Event, *, now: datetime, limit: int) -> Sequence[Event]:
    """The dates to come of the same activity, the soonest first; one statement.

    Cancelled ones are left out, and those that stay out of public lists, unless this event does too.
    """
    wanted = select(Event).where(
        Event.activity_id == event.activity_id,
        Event.ends_at > now,
        Event.status == EventStatus.SCHEDULED,
    )
    if not event.is_restricted:
        wanted = wanted.where(Event.is_restricted.is_(False))
    return db.session.scalars(
        wanted.options(joinedload(Event.venue), joinedload(Event.topic))
        .order_by(Event.starts_at, Event.id)
        .limit(limit)
    ).all()
