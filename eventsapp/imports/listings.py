"""Queries about sources, each in a constant number of statements."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from eventsapp.database import db
from eventsapp.imports.models import ImportSource
from eventsapp.people.models import Organisation
from eventsapp.places.models import Territory
from eventsapp.programme.models import Action
from eventsapp.refusals import NotFound

_SHOWN = (
    joinedload(ImportSource.action).joinedload(Action.territory).defer(Territory.drawing),
    joinedload(ImportSource.venue),
    joinedload(ImportSource.asked_by),
)


def of_organisation(organisation: Organisation) -> Sequence[ImportSource]:
    """Its sources, the oldest first; one statement."""
    return db.session.scalars(
        select(ImportSource)
        .where(ImportSource.organisation_id == organisation.id)
        .options(*_SHOWN)
        .order_by(ImportSource.id)
    ).all()


def by_id(number: int, organisation: Organisation) -> ImportSource:
    """One source of an organisation; one statement. Raises NotFound for another's, too."""
    found = db.session.scalars(
        select(ImportSource)
        .where(ImportSource.id == number, ImportSource.organisation_id == organisation.id)
        .options(*_SHOWN, joinedload(ImportSource.organisation))
    ).first()
    if found is None:
        raise NotFound()
    return found
