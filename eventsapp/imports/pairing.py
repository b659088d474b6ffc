"""Which session that was taken over before each session of a file is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from eventsapp.clock import day_of
from eventsapp.imports.models import ImportedRow
from eventsapp.imports.places import Places, folded
from eventsapp.imports.rows import Row
from eventsapp.imports.steps import Content
from eventsapp.places.models import Venue


def paired(
    rows: Sequence[Row], known: Sequence[ImportedRow], places: Places, now: datetime
) -> dict[str, ImportedRow]:
    """Which row of before each row is, by its key.

    Exports give their sessions no numbers, so one that was moved has another key: within a record, a session
    that came and one that went are the same if they fall on one day, or if there is one of each left. So are
    those that bear the same title at the same hour when a record was split, merged or made anew there.
    """
    by_key = {one.key: one for one in known}
    pairs = {row.key: by_key[row.key] for row in rows if row.key in by_key}
    gone: dict[str, list[ImportedRow]] = defaultdict(list)
    for one in known:
        if one.key not in pairs and one.session_at > now:
            gone[one.parent].append(one)
    came: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.key not in pairs and row.parent in gone:
            came[row.parent].append(row)
    for parent, newer in came.items():
        older = gone[parent]
        for row in list(newer):
            days = [one for one in older if _day(one) == day_of(row.starts_at)]
            same = [other for other in newer if day_of(other.starts_at) == day_of(row.starts_at)]
            if len(days) == len(same) == 1:
                pairs[row.key] = days[0]
                older.remove(days[0])
                newer.remove(row)
        if len(newer) == len(older) == 1:
            pairs[newer[0].key] = older[0]
    return pairs | _paired_elsewhere(rows, known, pairs, places, now)


def _paired_elsewhere(
    rows: Sequence[Row],
    known: Sequence[ImportedRow],
    pairs: Mapping[str, ImportedRow],
    places: Places,
    now: datetime,
) -> dict[str, ImportedRow]:
    """Those of other records with the same title at the same hour: in the same place, else the only one of
    each."""
    matched = {one.id for one in pairs.values()}
    gone: dict[object, list[ImportedRow]] = defaultdict(list)
    for one in known:
        if one.id not in matched and one.session_at > now:
            was = Content.from_dict(one.content)
            gone[folded(was.title), was.starts_at].append(one)
    came: dict[object, list[Row]] = defaultdict(list)
    for row in rows:
        if row.key not in pairs and (folded(row.title), row.starts_at) in gone:
            came[folded(row.title), row.starts_at].append(row)
    found: dict[str, ImportedRow] = {}
    for said, newer in came.items():
        older = list(gone[said])
        for row in list(newer):
            venue = places.meant(row)
            number = venue.id if isinstance(venue, Venue) else None
            there = [one for one in older if one.content["venue_id"] == number]
            if len(there) == 1:
                found[row.key] = there[0]
                older.remove(there[0])
                newer.remove(row)
        if len(newer) == len(older) == 1:
            found[newer[0].key] = older[0]
    return found


def _day(one: ImportedRow) -> object:
    return day_of(Content.from_dict(one.content).starts_at)
