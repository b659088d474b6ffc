"""Territories with their maps, quartiers, schools and landmarks; the projects of the signed ones."""

from __future__ import annotations

from datetime import datetime

from eventsapp.codes import slug_from
from eventsapp.database import db
from eventsapp.places.drawing import Part, draw
from eventsapp.places.models import SCHOOL_KINDS, Quartier, Territory, Venue
from eventsapp.programme import contents
from eventsapp.programme.models import Action, Axis, Theme
from eventsapp.seeds.records import PlaceRecord, Records

Venues = dict[tuple[str, str], Venue]
"""(territory, name) → venue."""

Quartiers = dict[tuple[str, str], Quartier]
"""(territory, name) → quartier."""

Actions = dict[tuple[str, str], Action]
"""(territory, slug of the public name) → action."""


def plant_territories(records: Records, *, now: datetime) -> dict[str, Territory]:
    """The territories by their slug, each with its map."""
    territories: dict[str, Territory] = {}
    for record in records.territories:
        quartiers = [one for one in records.quartiers if one.territory == record.slug]
        territory = Territory(
            slug=record.slug,
            number=record.number,
            name=record.name,
            insee_code=record.insee_code,
            postal_code=record.postal_code,
            drawing=draw(
                record.outline,
                [Part(slug_from(one.name), one.name, one.outline) for one in quartiers],
                # Canals and streets are known around the quartiers only; elsewhere crumbs would be drawn.
                records.water if quartiers else (),
                records.streets if quartiers else (),
            ),
            revised_at=now,
        )
        db.session.add(territory)
        territories[record.slug] = territory
    db.session.flush()
    return territories


def plant_places(records: Records, territories: dict[str, Territory]) -> Venues:
    """The quartiers with every school and landmark in them; venues by territory and name."""
    quartiers = {
        (one.territory, one.name): Quartier(
            territory=territories[one.territory],
            slug=slug_from(one.name),
            name=one.name,
            outline=dict(one.outline),
        )
        for one in records.quartiers
    }
    db.session.add_all(quartiers.values())
    venues = {
        (record.territory, record.name): _venue(record, territories[record.territory], quartiers)
        for record in records.places
    }
    db.session.add_all(venues.values())
    db.session.flush()
    return venues


def plant_projects(records: Records, territories: dict[str, Territory], *, now: datetime) -> Actions:
    """The project of each territory; axes and actions stand in the order of the records."""
    actions: Actions = {}
    for record in records.territories:
        territory = territories[record.slug]
        project = contents.open_project(territory, record.status, actor="seeds", now=now)
        axes: dict[Theme, Axis] = {}
        for one in records.actions:
            if one.territory != record.slug:
                continue
            if one.theme not in axes:
                axes[one.theme] = contents.add_axis(project, one.theme, actor="seeds", now=now)
            action = contents.add_action(
                axes[one.theme],
                one.name,
                public_name=one.public_name,
                need=one.need,
                description=one.description,
                is_sensitive=one.is_sensitive,
                actor="seeds",
                now=now,
            )
            actions[record.slug, action.slug] = action
    return actions


def _venue(record: PlaceRecord, territory: Territory, quartiers: Quartiers) -> Venue:
    return Venue(
        territory=territory,
        quartier=quartiers[record.territory, record.quartier] if record.quartier else None,
        slug=slug_from(record.name, longest=80),
        kind=record.kind,
        name=record.name,
        short_name=record.short_name,
        address=record.address,
        postal_code=record.postal_code,
        latitude=record.latitude,
        longitude=record.longitude,
        door=f"Entrée principale, {record.address}" if record.kind in SCHOOL_KINDS else "",
        source=record.source,
        is_demonstration=True,
    )
