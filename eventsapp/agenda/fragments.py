"""The stored fragments: one rendered VEVENT per event, written when the event changes.

Rendering costs about a millisecond an event and a feed is polled thousands of times a day, so a
feed joins these columns. `RENDERER` is part of every feed's ETag: raise it when the text changes.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from eventsapp.agenda.entries import cancelled_prefix, entry_of
from eventsapp.agenda.models import Activity, Event
from eventsapp.codes import fingerprint
from eventsapp.database import db
from eventsapp.ical.calendar import fragment
from eventsapp.programme.models import Action
from eventsapp.settings import setting

RENDERER = 2


def write(event: Event) -> None:
    """Renders the fragment of one event again, in the current transaction."""
    event.fragment = fragment(entry_of(event), cancelled_prefix=cancelled_prefix())


def rebuild() -> int:
    """Renders all fragments again, after PUBLIC_URL or the renderer changed; says how many differ.

    Who changed them must raise the revision of the territories too (the caller, a door, does).
    """
    different = 0
    events = db.session.scalars(
        select(Event).options(
            joinedload(Event.venue),
            joinedload(Event.activity).joinedload(Activity.action).joinedload(Action.axis),
        )
    )
    for event in events:
        before = event.fragment
        write(event)
        different += event.fragment != before
    return different


def renderer_version() -> str:
    """What the fragments depend on besides the data, in eight letters, for ETags."""
    return fingerprint(f"{RENDERER} {setting('PUBLIC_URL')}")[:8]
