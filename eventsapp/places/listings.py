"""Queries about places, shared by pages, machines and feeds."""

from __future__ import annotations

from sqlalchemy import select

from eventsapp.database import db
from eventsapp.places.models import Territory
from eventsapp.refusals import NotFound


def territory_by_slug(slug: str) -> Territory:
    """The territory at an address; one statement. Raises NotFound."""
    territory = db.session.scalars(select(Territory).where(Territory.slug == slug)).first()
    if territory is None:
        raise NotFound()
    return territory
