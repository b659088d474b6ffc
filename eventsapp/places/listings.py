"""Queries about places, shared by pages, machines and feeds; a constant number of statements."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from eventsapp.database import db
from eventsapp.places.models import SATURDAY_SCHOOLS, Quartier, Territory, Venue, VenueKind
from eventsapp.refusals import NotFound


def territory_by_slug(slug: str) -> Territory:
    """The territory at an address; one statement. Raises NotFound."""
    territory = db.session.scalars(select(Territory).where(Territory.slug == slug)).first()
    if territory is None:
        raise NotFound()
    return territory


def all_territories() -> Sequence[Territory]:
    """Every territory, by number; one statement."""
    return db.session.scalars(select(Territory).order_by(Territory.number)).all()


def quartiers_of(territory: Territory) -> Sequence[Quartier]:
    """The quartiers of a territory, by name; one statement."""
    return db.session.scalars(
        select(Quartier).where(Quartier.territory_id == territory.id).order_by(Quartier.name)
    ).all()


def venues_of(territory: Territory, kinds: Collection[VenueKind] = tuple(VenueKind)) -> Sequence[Venue]:
    """The venues of these kinds with their quartiers, by name; one statement."""
    return db.session.scalars(
        select(Venue)
        .where(Venue.territory_id == territory.id, Venue.kind.in_(kinds))
        .options(joinedload(Venue.quartier))
        .order_by(Venue.name, Venue.id)
    ).all()


def saturday_schools(territory: Territory) -> Sequence[Venue]:
    """The nursery, primary and mixed schools: those that hold Saturday mornings; one statement."""
    return venues_of(territory, SATURDAY_SCHOOLS)
