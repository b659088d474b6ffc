"""Places offered and not yet taken, as desks ask for them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import contains_eager, joinedload

from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.people.models import Household, Professional
from eventsapp.places.models import Territory
from eventsapp.registrations.models import Registration

MOST_SHOWN = 200
"""Offers of one page: more are never open at once."""


def of_territory(territory: Territory) -> Sequence[Registration]:
    """Those that are open in a territory, who must answer soonest first, then who was not reached yet; one
    statement."""
    return db.session.scalars(
        _open(territory)
        .options(
            contains_eager(Registration.event),
            joinedload(Registration.household).joinedload(Household.contact),
            joinedload(Registration.professional).joinedload(Professional.person),
        )
        .order_by(Registration.answer_by.is_(None), Registration.answer_by, Event.starts_at, Registration.id)
        .limit(MOST_SHOWN)
    ).all()


def how_many(territory: Territory) -> int:
    """How many offers are open in a territory; one statement."""
    return db.session.scalar(_open(territory).with_only_columns(func.count(Registration.id))) or 0


def _open(territory: Territory) -> Select[Registration]:
    return (
        select(Registration)
        .join(Registration.event)
        .where(Registration.offered_at.is_not(None), Event.territory_id == territory.id)
    )
