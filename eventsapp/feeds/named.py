"""What a public feed is asked for by name: the rows behind its slugs, read with its version at once.

A feed bears the names of what it was asked for. So nothing is known here that only discreet events lead to:
their actions and series, a hotel where nothing public ever took place, its association.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Select,
    bindparam,
    exists,
    literal,
    null,
    or_,
    select,
    union_all,
)

from eventsapp.agenda.models import Activity, Event
from eventsapp.people.models import Organisation, OrganisationApproval
from eventsapp.places.models import Quartier, Territory, Venue, VenueKind
from eventsapp.programme.models import Action

TERRITORY = "territory"
"""The kind of the row that says the version; its slug is the parameter of that name."""


@lru_cache(maxsize=32)  # of five kinds, each asked or not
def version_and_names(kinds: tuple[str, ...]) -> Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]]:
    """A row of the territory, and one of each thing named: kind, id, slug, name, number, revision,
    revised_at; the last three of the territory alone. Parameters: `territory`, and slugs for each kind."""
    territory = select(
        literal(TERRITORY).label("kind"),
        Territory.id,
        Territory.slug,
        Territory.name,
        Territory.number,
        Territory.revision,
        Territory.revised_at,
    ).where(_here())
    return union_all(territory, *(_KNOWN[kind]() for kind in kinds)) if kinds else territory


def _quartiers() -> Select[*tuple[Any, ...]]:
    found = _rows("quartiers", Quartier.id, Quartier.slug, Quartier.name)
    return found.where(Quartier.territory_id == Territory.id)


def _actions() -> Select[*tuple[Any, ...]]:
    found = _rows("actions", Action.id, Action.slug, Action.public_name)
    return found.where(Action.territory_id == Territory.id, Action.is_sensitive.is_(False))


def _organisations() -> Select[*tuple[Any, ...]]:
    approved = exists().where(
        OrganisationApproval.territory_id == Territory.id,
        OrganisationApproval.organisation_id == Organisation.id,
    )
    found = _rows("organisations", Organisation.id, Organisation.slug, Organisation.name)
    return found.where(or_(approved, _public_event(Event.host_id == Organisation.id)))


def _venues() -> Select[*tuple[Any, ...]]:
    found = _rows("venues", Venue.id, Venue.slug, Venue.name)
    known = or_(Venue.kind != VenueKind.OTHER, _public_event(Event.venue_id == Venue.id))
    return found.where(Venue.territory_id == Territory.id, known)


def _activities() -> Select[*tuple[Any, ...]]:
    found = _rows("activities", Activity.id, Activity.slug, Activity.title)
    return found.where(
        Activity.territory_id == Territory.id,
        Activity.action_id == Action.id,
        Action.is_sensitive.is_(False),
    )


_KNOWN: dict[str, Callable[[], Select[*tuple[Any, ...]]]] = {
    "quartiers": _quartiers,
    "actions": _actions,
    "organisations": _organisations,
    "venues": _venues,
    "activities": _activities,
}
KINDS = tuple(_KNOWN)
"""What a selection says by slug, as its fields are called."""


def _rows(kind: str, number: Any, slug: Any, name: Any) -> Select[*tuple[Any, ...]]:
    slugs: BindParameter[Any] = bindparam(kind, expanding=True)
    found = select(literal(kind), number, slug, name, null(), null(), null())
    # Joined by nothing but the territory that is asked for: an organisation is of no territory.
    return found.join(Territory, _here()).where(slug.in_(slugs))


def _here() -> ColumnElement[bool]:
    return Territory.slug == bindparam(TERRITORY)


def _public_event(which: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(Event.territory_id == Territory.id, Event.is_restricted.is_(False), which)
