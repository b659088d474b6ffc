"""The files of `seeds/data`, read and checked: a broken one is refused with its file and line.

Names are checked against each other here (a school's quartier, an activity's places), and points against
outlines, so that what is planted fits together.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from pathlib import Path

from eventsapp.agenda.models import ActivityKind, Audience, RegistrationMode
from eventsapp.agenda.rules import WhenClosed
from eventsapp.places.models import VenueKind
from eventsapp.places.outlines import Geometry, contains, lines, rings
from eventsapp.programme.data_files import Row, rows
from eventsapp.programme.models import ProjectStatus, Theme
from eventsapp.seeds.cells import features, names, or_none, ordinals, text_property, weekday, yes_or_no
from eventsapp.seeds.records import (
    ActionRecord,
    ActivityRecord,
    PlaceRecord,
    QuartierRecord,
    Records,
    SessionRecord,
    TerritoryRecord,
)

DATA = Path(__file__).with_name("data")


def read(data: Path = DATA) -> Records:
    """All the records. Raises BrokenDataFile."""
    territories = tuple(_territories(data))
    quartiers = tuple(_quartiers(data, {one.slug for one in territories}))
    outlines = {one.slug: one.outline for one in territories}
    known = {(one.territory, one.name) for one in quartiers}
    places = (*_schools(data, outlines, known), *_landmarks(data, outlines, known))
    return Records(
        territories=territories,
        quartiers=quartiers,
        places=places,
        actions=tuple(_actions(data, set(outlines))),
        activities=tuple(_activities(data, {(one.territory, one.name) for one in places})),
        topics=names(data / "topics.csv", "name"),
        associations=names(data / "associations.csv", "name"),
        first_names=names(data / "first_names.csv", "locale", "first_name"),
        water=tuple(feature["geometry"] for _, feature in features(data / "water.geojsonl", rings)),
        streets=tuple(feature["geometry"] for _, feature in features(data / "streets.geojsonl", lines)),
    )


def _territories(data: Path) -> Iterator[TerritoryRecord]:
    outlines = {
        text_property(row, feature, "territory"): feature["geometry"]
        for row, feature in features(data / "outlines.geojsonl", rings)
    }
    columns = ("slug", "number", "name", "insee_code", "postal_code", "status")
    for row in rows(data / "territories.csv", columns):
        row.check(row["slug"] in outlines, f"outlines.geojsonl has no {row['slug']}")
        yield TerritoryRecord(
            slug=row["slug"],
            number=row.parsed("number", int),
            name=row["name"],
            insee_code=row["insee_code"],
            postal_code=row["postal_code"],
            status=row.parsed("status", ProjectStatus),
            outline=outlines[row["slug"]],
        )


def _quartiers(data: Path, territories: set[str]) -> Iterator[QuartierRecord]:
    for row, feature in features(data / "quartiers.geojsonl", rings):
        territory = text_property(row, feature, "territory")
        row.check(territory in territories, f"unknown territory: {territory}")
        yield QuartierRecord(territory, text_property(row, feature, "name"), feature["geometry"])


SCHOOL_COLUMNS = (
    "territory",
    "kind",
    "name",
    "short_name",
    "address",
    "postal_code",
    "quartier",
    "latitude",
    "longitude",
    "source_name",
)
SCHOOL_SOURCE = "etablissements-scolaires 2026-2027, opendata.paris.fr, ODbL 1.0 (Ville de Paris)"


def _schools(
    data: Path, outlines: dict[str, Geometry], quartiers: set[tuple[str, str]]
) -> Iterator[PlaceRecord]:
    for row in rows(data / "schools.csv", SCHOOL_COLUMNS):
        yield _place(row, outlines, quartiers, row["short_name"], SCHOOL_SOURCE)


LANDMARK_COLUMNS = (
    "territory",
    "kind",
    "name",
    "address",
    "postal_code",
    "quartier",
    "latitude",
    "longitude",
    "year",
    "licence",
    "source",
)


def _landmarks(
    data: Path, outlines: dict[str, Geometry], quartiers: set[tuple[str, str]]
) -> Iterator[PlaceRecord]:
    for row in rows(data / "landmarks.csv", LANDMARK_COLUMNS):
        row.check(row["licence"].startswith(("ODbL", "CC BY", "Licence Ouverte")), "its licence is not named")
        yield _place(row, outlines, quartiers, row["name"], f"{row['source']}, {row['licence']}")


def _place(
    row: Row,
    outlines: dict[str, Geometry],
    quartiers: set[tuple[str, str]],
    short_name: str,
    source: str,
) -> PlaceRecord:
    territory, quartier = row["territory"], or_none(row, "quartier", str)
    latitude, longitude = or_none(row, "latitude", float), or_none(row, "longitude", float)
    row.check(territory in outlines, f"unknown territory: {territory}")
    row.check(
        quartier is None or (territory, quartier) in quartiers, f"{territory} has no quartier {quartier}"
    )
    row.check((latitude is None) == (longitude is None), "half a point")
    if latitude is not None and longitude is not None:
        inside = contains(outlines[territory], latitude=latitude, longitude=longitude)
        row.check(inside, f"{latitude}, {longitude} is not in {territory}")
    return PlaceRecord(
        territory=territory,
        kind=row.parsed("kind", VenueKind),
        name=row["name"],
        short_name=short_name,
        address=or_none(row, "address", str) or "",
        postal_code=row["postal_code"],
        quartier=quartier,
        latitude=latitude,
        longitude=longitude,
        source=source,
    )


def _actions(data: Path, territories: set[str]) -> Iterator[ActionRecord]:
    columns = ("territory", "theme", "name", "public_name", "need", "description", "sensitive")
    for row in rows(data / "actions.csv", columns):
        row.check(row["territory"] in territories, f"unknown territory: {row['territory']}")
        yield ActionRecord(
            territory=row["territory"],
            theme=row.parsed("theme", Theme),
            name=row["name"],
            public_name=row["public_name"],
            need=or_none(row, "need", str) or "",
            description=or_none(row, "description", str) or "",
            is_sensitive=row.parsed("sensitive", yes_or_no),
        )


ACTIVITY_COLUMNS = (
    "key",
    "territory",
    "action",
    "kind",
    "title",
    "summary",
    "starts",
    "minutes",
    "audience",
    "restricted",
    "registration",
    "capacity",
    "weekday",
    "ordinals",
    "when_closed",
    "places",
)


def _activities(data: Path, places: set[tuple[str, str]]) -> Iterator[ActivityRecord]:
    sessions: dict[str, list[SessionRecord]] = {}
    for row in rows(data / "sessions.csv", ("key", "title", "summary")):
        sessions.setdefault(row["key"], []).append(SessionRecord(row["title"], row["summary"]))
    for row in rows(data / "activities.csv", ACTIVITY_COLUMNS):
        held_at = tuple(row["places"].split(";"))
        unknown = [name for name in held_at if (row["territory"], name) not in places]
        row.check(not unknown, f"{row['territory']} has no place {', '.join(unknown)}")
        row.check(row["key"] in sessions, f"sessions.csv has no {row['key']}")
        yield ActivityRecord(
            key=row["key"],
            territory=row["territory"],
            action=row["action"],
            kind=row.parsed("kind", ActivityKind),
            title=row["title"],
            summary=row["summary"],
            starts=row.parsed("starts", time.fromisoformat),
            minutes=row.parsed("minutes", int),
            audience=row.parsed("audience", Audience),
            is_restricted=row.parsed("restricted", yes_or_no),
            registration=row.parsed("registration", RegistrationMode),
            capacity=or_none(row, "capacity", int),
            weekday=row.parsed("weekday", weekday),
            ordinals=or_none(row, "ordinals", ordinals) or (),
            when_closed=or_none(row, "when_closed", WhenClosed),
            places=held_at,
            sessions=tuple(sessions[row["key"]]),
        )
