"""Events as OpenAgenda's API v2 lists those of an agenda, for who reads such listings.

The fields are those of developers.openagenda.com, « Structure d’un événement » and « Lecture »; one event
of ours is one of theirs with one timing. Ours are all in person and free.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from eventsapp import languages
from eventsapp.agenda.models import Accessibility
from eventsapp.clock import PARIS, day_of
from eventsapp.feeds.exporting import Record
from eventsapp.languages import DEFAULT
from eventsapp.programme.models import Theme

SCHEDULED, RESCHEDULED, CANCELLED = 1, 2, 6
"""Values of `status`."""
IN_PERSON, PUBLISHED = 1, 2
"""Values of `attendanceMode` and `state`."""
LONGEST_DESCRIPTION = 200

_HELPS = {
    "hi": {Accessibility.SIGN_LANGUAGE, Accessibility.HEARING_LOOP},
    "ii": {Accessibility.EASY_FRENCH},
    "pi": {Accessibility.QUIET},
}
"""Whom what an event offers helps, in their letters: hearing, intellectual, psychic impairment."""


def listing(records: Sequence[Record]) -> bytes:
    """`total` and `events`, as a read of an agenda answers; all of them at once."""
    events = [event_of(record) for record in records]
    return json.dumps({"total": len(events), "events": events, "after": None}, ensure_ascii=False).encode()


def event_of(record: Record) -> dict[str, Any]:
    """One event, with all public fields (`detailed=1`)."""
    timing = {
        "begin": record.starts_at.astimezone(PARIS).isoformat(),
        "end": record.ends_at.astimezone(PARIS).isoformat(),
    }
    return {
        "uid": record.number,
        "extIds": [{"key": "uid", "value": record.uid}],
        "slug": f"{record.code}-{record.slug}" if record.slug else record.code,
        "title": {"fr": record.title},
        "description": {"fr": _cut(record.summary or record.title)},
        "longDescription": {"fr": record.description},
        "image": _image(record),
        "conditions": {"fr": "Gratuit, sur inscription" if record.is_counted else "Gratuit"},
        "keywords": {"fr": [Theme(record.theme).official_name, record.action] if record.theme else []},
        "timings": [timing],
        "firstTiming": timing,
        "lastTiming": timing,
        "dateRange": {"fr": _date_range(record)},
        "timezone": "Europe/Paris",
        "attendanceMode": IN_PERSON,
        "status": _status(record),
        "state": PUBLISHED,
        "location": _location(record),
        "registration": [{"type": "link", "value": record.address}] if record.is_counted else [],
        "accessibility": _accessibility(record),
        "canonicalUrl": record.address,
        "createdAt": record.created_at.astimezone(PARIS).isoformat(),
        "updatedAt": record.changed_at.astimezone(PARIS).isoformat(),
    }


def _status(record: Record) -> int:
    if record.is_cancelled:
        return CANCELLED
    return RESCHEDULED if record.former_starts else SCHEDULED


def _location(record: Record) -> dict[str, Any]:
    place = record.place
    town = f"{place.postal_code} {place.city}".strip()
    return {
        "uid": place.number,
        "name": place.name or place.street,
        "address": ", ".join(part for part in (place.street, town) if part),
        "city": place.city,
        "postalCode": place.postal_code,
        "district": place.quartier or None,
        "countryCode": "FR",
        "latitude": place.latitude,
        "longitude": place.longitude,
        "timezone": "Europe/Paris",
    }


def _image(record: Record) -> dict[str, str] | None:
    """Where it lies, and its name there."""
    base, _, name = record.image.rpartition("/")
    return {"base": f"{base}/", "filename": name} if name else None


def _accessibility(record: Record) -> dict[str, bool]:
    """Motor impairment where one enters without a step; sight: nothing of ours says so."""
    offered = set(record.accessibility)
    helps = {letters: bool(offered & means) for letters, means in _HELPS.items()}
    return {**helps, "vi": False, "mi": bool(record.place.step_free)}


def _date_range(record: Record) -> str:
    """« Samedi 28 novembre, 9 h 30 »."""
    day = languages.long_day(day_of(record.starts_at), DEFAULT, year=False)
    return f"{day[:1].upper()}{day[1:]}, {languages.hour(record.starts_at, DEFAULT)}"


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_DESCRIPTION else text[: LONGEST_DESCRIPTION - 1] + "…"
