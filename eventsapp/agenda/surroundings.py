"""What stands around events and is told with them: places, actions, themes.

A name that is put right, an action that turns discreet, another theme: written in the room below, then seen
in calendars. The fragments of the events concerned are rendered anew and the revision of the territory
rises; SEQUENCE stays, since nothing takes place at another hour or place, and nobody is written to.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, select

from eventsapp.agenda import fragments
from eventsapp.agenda.models import Activity, Event
from eventsapp.agenda.revisions import revise
from eventsapp.database import db
from eventsapp.directory import venues
from eventsapp.places.models import Territory, Venue
from eventsapp.programme import rewriting
from eventsapp.programme.models import Action, Axis
from eventsapp.programme.rewriting import ActionAnswers
from eventsapp.refusals import Refusal, msgid


class StaysSensitive(Refusal):
    """People came to something that was promised to stay discreet."""

    sentence = msgid(
        "Cette action a déjà des rendez-vous discrets : elle le reste, pour les personnes qui y viennent. "
        "Créez une autre action pour ce qui peut se dire à tous."
    )


def change_venue(
    venue: Venue, territory: Territory, answers: venues.Answers, *, actor: str, now: datetime
) -> int:
    """Puts a place right, and says how many entries of calendars that changes.

    Raises what `directory.venues.change` raises.
    """
    before = venue.quartier_id
    venues.change(venue, territory, answers, actor=actor, now=now)
    # No calendar says its quartier, but feeds are chosen by it.
    chosen_otherwise = venue.quartier_id != before
    return _tell(Event.venue_id == venue.id, now, revised={territory.id} if chosen_otherwise else set())


def change_action(action: Action, answers: ActionAnswers, axis: Axis, *, actor: str, now: datetime) -> int:
    """Rewrites an action, and says how many entries of calendars that changes.

    One that turns sensitive takes all its events, past ones too, out of public lists, and their words out of
    calendars that follow. The other way round it can go only while it has none: what was discreet stays so.
    Raises StaysSensitive, and what `programme.rewriting.change_action` raises.
    """
    rewriting.lock(action.territory_id)
    db.session.refresh(action)
    of_action = Event.activity_id.in_(select(Activity.id).where(Activity.action_id == action.id))
    turns_open = action.is_sensitive and not answers.is_sensitive
    if turns_open and db.session.scalar(select(exists().where(of_action))):
        raise StaysSensitive(field="is_sensitive")
    rewriting.change_action(action, answers, axis, actor=actor, now=now)
    hidden: Sequence[Event] = ()
    if action.is_sensitive:
        hidden = db.session.scalars(select(Event).where(of_action, ~Event.is_restricted)).all()
        for event in hidden:
            event.is_restricted = True
        db.session.flush()
    return _tell(of_action, now, revised={action.territory_id} if hidden else set())


def to_come_at(venue: Venue, *, now: datetime) -> int:
    """How many events still take place somewhere, restricted ones too; one statement."""
    found = select(func.count(Event.id)).where(
        Event.venue_id == venue.id, Event.ends_at > now, Event.cancelled_at.is_(None)
    )
    return db.session.scalar(found) or 0


def _tell(concerned: ColumnElement[bool], now: datetime, *, revised: Collection[int]) -> int:
    """Renders the entries of these events anew; those that differ count as changed now. The agenda of the
    territories `revised` has another version all the same."""
    events = db.session.scalars(
        select(Event)
        .where(concerned)
        .options(*fragments.WHAT_IS_SAID)
        .execution_options(populate_existing=True)
    ).all()
    different = [event for event in events if fragments.renew(event, now)]
    db.session.flush()
    for territory_id in sorted({event.territory_id for event in different} | set(revised)):
        revise(territory_id, now)
    return len(different)
