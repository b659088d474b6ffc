"""Exports of OpenAgenda and of portals that republish it, in JSON.

Four shapes are known: events of OpenAgenda (API v2, and v1 with `start`), records of Opendatasoft («
evenements- publics-openagenda », with the fields in `fields` or beside each other), the same of 2018
(`timetable`), and « Que faire à Paris » (`occurrences`). Pictures, phone numbers and mail addresses of
contacts are not read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from eventsapp.codes import fingerprint
from eventsapp.imports import moments, plain
from eventsapp.imports.rows import (
    LONGEST_DESCRIPTION,
    LONGEST_PLACE,
    LONGEST_SUMMARY,
    LONGEST_TITLE,
    LONGEST_URL,
    MOST_RECORDS,
    EndMissing,
    FileUnreadable,
    OnlineOnly,
    Reading,
    Refused,
    Row,
    RowUnreadable,
    StartMissing,
    TitleMissing,
    TooManyRecords,
    key_of,
    parent_of,
    without_repeats,
)
from eventsapp.refusals import Refusal

LISTS = ("events", "results", "records", "data")
"""Where each shape keeps its records."""

CANCELLED = {4, 6}
"""OpenAgenda: 4 postponed (not held at that hour), 6 cancelled; 5 is full, which is held."""
ONLINE = 2
"""OpenAgenda, `attendanceMode`: 1 on site, 2 online, 3 both."""

Fields = Mapping[str, Any]


def read(text: str) -> Reading:
    """What an export says. Raises FileUnreadable, TooManyRecords."""
    records = _records(text)
    if len(records) > MOST_RECORDS:
        raise TooManyRecords(field="file", most=MOST_RECORDS)
    rows: list[Row] = []
    refused: list[Refused] = []
    for number, record in enumerate(records, 1):
        fields = _fields(record)
        title = plain.line(_said(fields, "title", "title_fr"))
        try:
            for one in _sessions(number, fields, title):
                if isinstance(one, Row):
                    rows.append(one)
                else:
                    refused.append(one)
        except Refusal as refusal:
            refused.append(Refused.because(number, title, refusal))
    return without_repeats(len(records), rows, refused)


def _records(text: str) -> list[Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FileUnreadable(field="file") from error
    if isinstance(found, dict):
        found = next((found[name] for name in LISTS if isinstance(found.get(name), list)), None)
    if not isinstance(found, list):
        raise FileUnreadable(field="file")
    return found


def _fields(record: Any) -> Fields:
    """The fields of a record, wherever its shape keeps them; none for what is no record."""
    for inner in ("record", "fields"):
        if isinstance(record, dict) and isinstance(record.get(inner), dict):
            record = record[inner]
    return record if isinstance(record, dict) else {}


def _sessions(number: int, fields: Fields, title: str) -> Iterator[Row | Refused]:
    """The sessions of one record, and what is refused of them. Raises a Refusal for the whole record."""
    if not fields:
        raise RowUnreadable()
    if not title:
        raise TitleMissing()
    if _code(fields, "attendanceMode", "attendancemode") == ONLINE:
        raise OnlineOnly()
    parent, place, address = _parent(fields, title), *_where(fields)
    said = _texts(fields)
    pairs = moments.timings(next((fields[name] for name in TIMINGS if fields.get(name)), None)) or _only(
        fields
    )
    if not pairs:
        raise StartMissing()
    for begin, end in pairs:
        try:
            starts_at = moments.moment(begin)
            if not end:
                raise EndMissing()
            starts_at, ends_at = moments.span(starts_at, moments.moment(end))
        except Refusal as refusal:
            yield Refused.because(number, title, refusal)
            continue
        yield Row(
            number=number,
            key=key_of(parent, starts_at),
            parent=parent,
            title=plain.cut(title, LONGEST_TITLE),
            starts_at=starts_at,
            ends_at=ends_at,
            place=place,
            address=address,
            is_cancelled=_code(fields, "status") in CANCELLED,
            is_shortened=len(title) > LONGEST_TITLE or said["is_shortened"],
            summary=said["summary"],
            description=said["description"],
            url=said["url"],
        )


TIMINGS = ("timings", "timetable", "occurrences")


def _only(fields: Fields) -> list[tuple[str, str]]:
    """The one session of a record that lists none."""
    begin = fields.get("date_start") or fields.get("firstdate_begin") or ""
    end = fields.get("date_end") or fields.get("lastdate_end") or ""
    return [(str(begin), str(end))] if begin else []


def _parent(fields: Fields, title: str) -> str:
    number = next(
        (fields[name] for name in ("uid", "event_id", "id") if fields.get(name) not in (None, "")), None
    )
    if isinstance(number, str | int):
        return parent_of(str(number))
    return fingerprint(json.dumps([title.casefold(), *_where(fields)]))


def _texts(fields: Fields) -> dict[str, Any]:
    lead = _said(fields, "lead_text")
    short = plain.line(lead or _said(fields, "description", "description_fr"))
    long = plain.text(
        _said(fields, "longDescription", "longdescription_fr", "free_text")
        or (_said(fields, "description") if lead else "")
    )
    if not long and len(short) > LONGEST_SUMMARY:
        long = short
    url = plain.line(_said(fields, "canonicalurl", "canonicalUrl", "link", "url"))
    return {
        "summary": plain.cut(short, LONGEST_SUMMARY),
        "description": plain.cut(long, LONGEST_DESCRIPTION),
        "url": url[:LONGEST_URL] if url.startswith(("https://", "http://")) else "",
        "is_shortened": len(long) > LONGEST_DESCRIPTION or (len(short) > LONGEST_SUMMARY and long != short),
    }


def _where(fields: Fields) -> tuple[str, str]:
    """The place and the address, as the record says them."""
    location = fields.get("location")
    inner: Fields = location if isinstance(location, dict) else {}
    place = _said(inner, "name") or _said(
        fields, "location_name", "locationName", "placename", "address_name"
    )
    street = _said(inner, "address") or _said(fields, "location_address", "address", "address_street")
    zipcode = _said(inner, "postalCode") or _said(
        fields, "address_zipcode", "location_postalcode", "postalCode"
    )
    address = plain.line(street)
    code = plain.line(zipcode)
    if code and code not in address:
        address = f"{address} {code}".strip()
    return plain.cut(plain.line(place), LONGEST_PLACE), plain.cut(address, LONGEST_PLACE)


def _said(fields: Fields, *names: str) -> str:
    """The first of these that says something; of several languages French, else any."""
    for name in names:
        value = fields.get(name)
        if isinstance(value, dict):
            value = value.get("fr") or next(
                (one for one in value.values() if isinstance(one, str) and one), ""
            )
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if isinstance(value, str) and value.strip():
            return value
    return ""


def _code(fields: Fields, *names: str) -> int | None:
    """A code that stands alone, or as the `id` of an object, also of one written as text."""
    for name in names:
        value = fields.get(name)
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except (ValueError, RecursionError):
                continue
        if isinstance(value, dict):
            value = value.get("id")
        if isinstance(value, int):
            return value
    return None
