"""What hosts and places hear when one event changes by itself: one letter or call each, once.

`app.bind_listeners` binds this module to `agenda.telling`, after `registrations.following`, so both hear of a
change at the same moment, and of none that was undone. Of many changed by one gesture `doing` tells.
"""

from __future__ import annotations

from datetime import datetime

from eventsapp.agenda import listeners
from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.disruptions import letters, staff
from eventsapp.disruptions.changes import Before, Change, changes_nothing
from eventsapp.places.models import Venue


def event_changed(change: listeners.Change, now: datetime) -> None:
    """Hour, place or state of an event changed. Whoever did it knows; what is over is told to nobody."""
    event = change.event
    if change.is_batched or event.ends_at <= now:
        return
    said = said_of(change)
    if changes_nothing(said):  # put back meanwhile
        return
    reason = event.cancel_reason if said.cancels else ""
    for reader in staff.concerned_by([said], but=change.actor).readers:
        letters.changed(reader, event.territory, reason=reason, now=now)


def places_opened(event: Event, now: datetime) -> None:
    """Who waits for a place is no business of theirs."""


def said_of(change: listeners.Change) -> Change:
    """The same, as letters to hosts and places say it."""
    event, terms = change.event, change.before
    venue = event.venue if event.venue_id == terms.venue_id else db.session.get_one(Venue, terms.venue_id)
    says_room = change.room or venue is not event.venue
    before = Before(
        terms.starts_at,
        terms.ends_at,
        venue,
        event.host,
        event.topic,
        "" if says_room else event.room,
        event.title,
        event.summary,
    )
    if event.is_cancelled:
        return Change(event, before, cancels=not terms.is_cancelled)
    return Change(
        event,
        before,
        restores=terms.is_cancelled,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        venue=event.venue,
        room=event.room if says_room else None,
    )
