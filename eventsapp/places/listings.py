"""Queries about places, shared by pages, machines and feeds."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import defer, joinedload

from eventsapp.database import db
from eventsapp.places.models import SCHOOL_KINDS, Territory, Venue
from eventsapp.refusals import NotFound


def territory_by_slug(slug: str) -> Territory:
    """The territory at an address; one statement. Raises NotFound."""
    territory = db.session.scalars(select(Territory).where(Territory.slug == slug)).first()
    if territory is None:
        raise NotFound()
    return territory


def territories() -> Sequence[Territory]:
    """Every territory, by number; one statement."""
    return db.session.scalars(
        select(Territory).options(defer(Territory.drawing)).order_by(Territory.number)
    ).all()


def schools(territory: Territory) -> Sequence[Venue]:
    """The schools of a territory that are in use, by name; one statement."""
    return db.session.scalars(
        select(Venue)
        .where(Venue.territory_id == territory.id, Venue.kind.in_(SCHOOL_KINDS), Venue.ended_at.is_(None))
        .order_by(Venue.name, Venue.id)
    ).all()


def names_of(numbers: Collection[int]) -> dict[int, str]:
    """What schools are called, by number; one statement, or none."""
    if not numbers:
        return {}
    rows = db.session.execute(
        select(Venue.id, Venue.name).where(Venue.id.in_(numbers), Venue.kind.in_(SCHOOL_KINDS))
    )
    return {row.id: row.name for row in rows}


def school_by_id(number: int) -> Venue:
    """One school, with its territory. Raises NotFound, for a place that is no school too."""
    venue = db.session.scalars(
        select(Venue)
        .where(Venue.id == number, Venue.kind.in_(SCHOOL_KINDS))
        .options(joinedload(Venue.territory))
    ).first()
    if venue is None:
        raise NotFound()
    return venue


def venue_of(territory: Territory, number: int) -> Venue:
    """One place of a territory. Raises NotFound for another territory's, too."""
    venue = db.session.scalars(
        select(Venue).where(Venue.id == number, Venue.territory_id == territory.id)
    ).first()
    if venue is None:
        raise NotFound()
    return venue


def venues(territory: Territory, *, words: str = "", limit: int | None = None) -> Sequence[Venue]:
    """The places of a territory whose name or street holds each of some words, by name; one statement."""
    found = select(Venue).where(Venue.territory_id == territory.id)
    for word in words.split()[:6]:
        meant = f"%{word.replace('!', '!!').replace('%', '!%').replace('_', '!_')}%"
        found = found.where(or_(Venue.name.ilike(meant, escape="!"), Venue.address.ilike(meant, escape="!")))
    return db.session.scalars(found.order_by(Venue.name, Venue.id).limit(limit)).all()
