"""The places of a territory, as a coordinator keeps them: added, put right, given up and used again.

What calendars are told of a place is told by `agenda.surroundings`, which calls these verbs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from eventsapp import journal
from eventsapp.codes import slug_from
from eventsapp.database import as_typed, db
from eventsapp.people import contacts
from eventsapp.places.models import Quartier, Territory, Venue, VenueKind
from eventsapp.refusals import Conflict, Refusal, msgid

LONGEST_NAME = 120
LONGEST_SHORT_NAME = 60
LONGEST_ADDRESS = 160
LONGEST_CITY = 60
LONGEST_WAY = 240
LONGEST_SLUG = 80


class KindMissing(Refusal):
    """None of the kinds of places."""

    sentence = msgid("Choisissez une sorte de lieu.")


class NameTaken(Refusal):
    """Two places of a territory under one name. Parameter: `name`."""

    sentence = msgid("Un lieu d’ici s’appelle déjà « %(name)s ». Ajoutez ce qui les distingue.")


class PostalCodeUnreadable(Refusal):
    """Not five digits."""

    sentence = msgid("Écrivez un code postal de cinq chiffres, comme 75019.")


class PointUnreadable(Refusal):
    """No point of the world."""

    sentence = msgid("Écrivez la latitude puis la longitude, comme 48.8936, 2.3764.")


class HasEnded(Conflict):
    """Somebody has given it up meanwhile."""

    sentence = msgid("Ce lieu est déjà retiré.")


class IsInUse(Conflict):
    """Somebody has taken it up again meanwhile."""

    sentence = msgid("Ce lieu est utilisé.")


@dataclass(frozen=True)
class Answers:
    """What was typed about a place."""

    kind: str = ""
    name: str = ""
    short_name: str = ""
    quartier: Quartier | None = None
    address: str = ""
    postal_code: str = ""
    city: str = ""
    access: str = ""
    door: str = ""
    step_free: bool | None = None
    point: str = ""
    """Latitude, longitude, in degrees (WGS 84)."""


def add(territory: Territory, answers: Answers, *, actor: str, now: datetime) -> Venue:
    """One more place, at an address of its own.

    Raises KindMissing, NameTaken, PostalCodeUnreadable, PointUnreadable, and what `people.contacts` raises.
    """
    _lock(territory)
    venue = Venue(territory_id=territory.id)
    details = _read(territory, answers)
    taken = set(db.session.scalars(select(Venue.slug).where(Venue.territory_id == territory.id)))
    venue.slug = _free(slug_from(str(details["name"]), longest=LONGEST_SLUG), taken)
    _write(venue, details)
    db.session.add(venue)
    db.session.flush()
    journal.note(actor, "added", venue, now=now, territory_id=territory.id)
    return venue


def change(venue: Venue, territory: Territory, answers: Answers, *, actor: str, now: datetime) -> None:
    """Puts a place right; its slug stays. Raises what `add` raises."""
    _lock(territory)
    _write(venue, _read(territory, answers, besides=venue.id))
    db.session.flush()
    journal.note(actor, "changed", venue, now=now, territory_id=territory.id)


def end(venue: Venue, *, actor: str, now: datetime) -> None:
    """Given up for good: nothing new is announced there. Raises HasEnded."""
    db.session.refresh(venue, ["ended_at"], with_for_update=True)
    if venue.ended_at is not None:
        raise HasEnded()
    venue.ended_at = now
    journal.note(actor, "ended", venue, now=now, territory_id=venue.territory_id)


def restore(venue: Venue, *, actor: str, now: datetime) -> None:
    """It was not for good. Raises IsInUse."""
    db.session.refresh(venue, ["ended_at"], with_for_update=True)
    if venue.ended_at is None:
        raise IsInUse()
    venue.ended_at = None
    journal.note(actor, "restored", venue, now=now, territory_id=venue.territory_id)


def _read(territory: Territory, answers: Answers, *, besides: int = 0) -> dict[str, object]:
    """What was typed, by column."""
    if answers.kind not in set(VenueKind):
        raise KindMissing(field="kind")
    name = contacts.name_of(answers.name, field="name", longest=LONGEST_NAME)
    known = db.session.execute(
        select(Venue.id, Venue.name).where(Venue.territory_id == territory.id, Venue.ended_at.is_(None))
    )
    if any(row.id != besides and as_typed(row.name) == as_typed(name) for row in known):
        raise NameTaken(field="name", name=name)
    short_name = _line(answers.short_name, "short_name", LONGEST_SHORT_NAME)
    latitude, longitude = _point(answers.point)
    return {
        "kind": VenueKind(answers.kind),
        "name": name,
        "short_name": short_name or name[:LONGEST_SHORT_NAME].rstrip(),
        "quartier_id": answers.quartier.id if answers.quartier else None,
        "address": _line(answers.address, "address", LONGEST_ADDRESS),
        "postal_code": _postal_code(answers.postal_code),
        "city": _line(answers.city, "city", LONGEST_CITY) or "Paris",
        "access": _line(answers.access, "access", LONGEST_WAY),
        "door": _line(answers.door, "door", LONGEST_WAY),
        "step_free": answers.step_free,
        "latitude": latitude,
        "longitude": longitude,
    }


def _write(venue: Venue, details: dict[str, object]) -> None:
    for column, value in details.items():
        setattr(venue, column, value)


def _line(typed: str, field: str, longest: int) -> str:
    return contacts.text(" ".join(typed.split()), field=field, longest=longest)


def _postal_code(typed: str) -> str:
    code = "".join(typed.split())
    if code and not re.fullmatch("[0-9]{5}", code):
        raise PostalCodeUnreadable(field="postal_code")
    return code


def _point(typed: str) -> tuple[float | None, float | None]:
    """Degrees as a map shows them: « 48.8936, 2.3764 » or « 48,8936 2,3764 »."""
    if not typed.strip():
        return None, None
    found = re.fullmatch(r"\s*(-?\d{1,2}[.,]\d{1,8})\s*[,; ]\s*(-?\d{1,3}[.,]\d{1,8})\s*", typed, re.ASCII)
    if not found:
        raise PointUnreadable(field="point")
    latitude, longitude = (float(one.replace(",", ".")) for one in found.groups())
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise PointUnreadable(field="point")
    return latitude, longitude


def _free(slug: str, taken: set[str]) -> str:
    """A slug that no other place of the territory has: one that was given up keeps its own."""
    number, free = 2, slug
    while free in taken:
        free = f"{slug[: LONGEST_SLUG - 4]}-{number}"
        number += 1
    return free


def _lock(territory: Territory) -> None:
    db.session.execute(select(Territory.id).where(Territory.id == territory.id).with_for_update())
