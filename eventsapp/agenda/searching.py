"""A search as people type it on a phone: no accents, a straight apostrophe, small letters."""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_, select

from eventsapp.agenda.models import Event
from eventsapp.database import AsTyped, as_typed
from eventsapp.places.models import Quartier, Venue


def says(word: str) -> ColumnElement[bool]:
    """A word of a search: in the title, the place's name, street or quartier; `%` and `_` mean themselves."""
    wanted = as_typed(word)
    in_quartier = select(Quartier.id).where(AsTyped(Quartier.name).contains(wanted, autoescape=True))
    return or_(
        AsTyped(Event.title).contains(wanted, autoescape=True),
        AsTyped(Venue.name).contains(wanted, autoescape=True),
        AsTyped(Venue.address).contains(wanted, autoescape=True),
        Venue.quartier_id.in_(in_quartier),
    )
