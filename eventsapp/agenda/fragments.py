"""The stored fragments: one rendered VEVENT per event, written when the event changes.

Rendering costs about a millisecond an event and a feed is polled thousands of times a day, so a
feed joins these columns. `RENDERER` is part of every feed's ETag: raise it when the text changes.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload, undefer

from eventsapp.agenda.entries import cancelled_prefix, entry_of
from eventsapp.agenda.models import Activity, Event
from eventsapp.codes import fingerprint
from eventsapp.database import db
from eventsapp.ical.calendar import fragment
from eventsapp.programme.models import Action
from eventsapp.settings import setting

RENDERER = 3

BATCH = 500
"""Events rendered between two words of progress: half a second."""

WHAT_IS_SAID = (
    undefer(Event.fragment),
    joinedload(Event.venue),
    joinedload(Event.picture),
    joinedload(Event.activity).joinedload(Activity.action).joinedload(Action.axis),
)
"""All that a fragment says of an event, and what it says now."""


def write(event: Event) -> None:
    """Renders the fragment of one event again, in the current transaction."""
    event.fragment = fragment(entry_of(event), cancelled_prefix=cancelled_prefix())


def renew(event: Event, now: datetime) -> bool:
    """Renders the fragment of an event of which only the surroundings may have changed; whether it differs.

    What differs counts as changed now, so that DTSTAMP says so too: calendars that compare it would keep
    their copy (RULES P2).
    """
    before = event.fragment
    write(event)
    if event.fragment == before:
        return False
    event.changed_at = now
    write(event)
    return True


def rebuild(now: datetime, progress: Callable[[int, int], object] = lambda done, of: None) -> int:
    """Renders all fragments again, after PUBLIC_URL or the renderer changed; says how many differ.

    `progress` is told after each BATCH how many are done, and of how many. Who changed them must raise the
    revision of the territories too (the caller, a door, does).
    """
    numbers = db.session.scalars(select(Event.id).order_by(Event.id)).all()
    different = 0
    for first in range(0, len(numbers), BATCH):
        batch = numbers[first : first + BATCH]
        events = db.session.scalars(select(Event).where(Event.id.in_(batch)).options(*WHAT_IS_SAID))
        different += sum(renew(event, now) for event in events)
        db.session.flush()
        progress(first + len(batch), len(numbers))
    return different


def renderer_version() -> str:
    """What the fragments depend on besides the data, in eight letters, for ETags."""
    return fingerprint(f"{RENDERER} {setting('PUBLIC_URL')}")[:8]
