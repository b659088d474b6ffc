"""What is read of an event, by who says it: whole rows of all that it leads to weigh four times as much."""

from __future__ import annotations

from sqlalchemy.orm import contains_eager, joinedload, load_only

from eventsapp.agenda.models import Activity, Event
from eventsapp.places.models import Territory, Venue
from eventsapp.programme.models import Action, Axis

_ACTION = contains_eager(Event.activity).contains_eager(Activity.action)
SHOWN = (
    load_only(
        Event.code,
        Event.title,
        Event.starts_at,
        Event.ends_at,
        Event.status,
        Event.audience,
        Event.registration,
        Event.capacity,
        Event.seats_taken,
        Event.children_taken,
        Event.under_6_taken,
        Event.entry,
        Event.activity_id,
        Event.venue_id,
    ),
    contains_eager(Event.activity).load_only(Activity.action_id),
    _ACTION.load_only(Action.axis_id, Action.is_sensitive),
    _ACTION.contains_eager(Action.axis).load_only(Axis.theme),
    contains_eager(Event.venue).load_only(
        Venue.name, Venue.address, Venue.postal_code, Venue.city, Venue.latitude, Venue.longitude
    ),
)
"""What lists show of an event: a third of its columns."""

SERIES = (
    joinedload(Event.territory).load_only(Territory.slug, Territory.number, Territory.name),
    joinedload(Event.activity).options(
        load_only(
            Activity.action_id,
            Activity.territory_id,
            Activity.title,
            Activity.retention_months,
            Activity.retention_reason,
        ),
        joinedload(Activity.action).options(
            load_only(Action.axis_id, Action.is_sensitive), joinedload(Action.axis).load_only(Axis.theme)
        ),
    ),
)
"""What is said of an event's series, and whose agenda it stands in."""
SAID = (
    *SERIES,
    joinedload(Event.venue).load_only(
        Venue.name,
        Venue.address,
        Venue.postal_code,
        Venue.city,
        Venue.latitude,
        Venue.longitude,
        Venue.access,
        Venue.door,
    ),
)
"""What forms, letters and own pages say of an event besides its own row: a quarter of those rows' columns.
The map of a territory alone weighs more than all of it."""
