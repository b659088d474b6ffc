"""Calendars (RFC 5545): every VEVENT becomes the sessions it makes, or the reason why not.

Hours: UTC stays; a TZID is that of the file's VTIMEZONE, of the world's database, or of Windows (« Romance
Standard Time »); an hour without a zone is on a Paris clock. A whole day (VALUE=DATE) is refused: it does not
say when to come. Rules are unfolded by recurring-ical-events between now and two years ahead, with EXDATE,
RDATE and RECURRENCE-ID; a rule that comes back more than once a day is refused.
"""

from __future__ import annotations

import json
from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import recurring_ical_events
from icalendar import Calendar, Component

from eventsapp.codes import fingerprint
from eventsapp.imports import moments, plain
from eventsapp.imports.rows import (
    LONGEST_DESCRIPTION,
    LONGEST_PLACE,
    LONGEST_TITLE,
    LONGEST_URL,
    MOST_RECORDS,
    MOST_SESSIONS,
    EndMissing,
    FileUnreadable,
    HourMissing,
    NoDateAhead,
    Reading,
    Refused,
    Row,
    RowTwice,
    RowUnreadable,
    RuleRefused,
    StartMissing,
    TitleMissing,
    TooManyRecords,
    TooManySessions,
    ZoneUnknown,
    key_of,
    parent_of,
    without_repeats,
)
from eventsapp.refusals import Refusal

AHEAD = timedelta(days=2 * 366)
"""How far rules are unfolded: as far as the agenda announces."""

_NUMBER = "X-RECORD-NUMBER"
"""Says of each occurrence which VEVENT it comes from."""

_CALM = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}
_KNOWN = set("FREQ INTERVAL COUNT UNTIL BYDAY BYMONTH BYMONTHDAY BYSETPOS WKST".split())
"""Parts of rules that calendars of people write."""
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_CYCLE = [date(2000, 1, 1) + timedelta(days=number) for number in range(28 * 366)]
"""After 28 years days fall on the same weekdays: what does not happen in them never does."""


def read(octets: bytes, *, now: datetime) -> Reading:
    """What a calendar says; rules from `now` on. Raises FileUnreadable, TooManyRecords."""
    try:
        calendars = Calendar.from_ical(octets, multiple=True)
        found = [event for calendar in calendars for event in calendar.walk("VEVENT")]
    except Exception as error:  # whatever is broken in it, it is broken
        raise FileUnreadable(field="file") from error
    if not calendars or any(one.name != "VCALENDAR" for one in calendars):
        raise FileUnreadable(field="file")
    if len(found) > MOST_RECORDS:
        raise TooManyRecords(field="file", most=MOST_RECORDS)
    rows: list[Row] = []
    refused: list[Refused] = []
    for group in _groups(found, refused):
        for one in _unfolded(group, calendars[0], now):
            if isinstance(one, Row):
                rows.append(one)
            else:
                refused.append(one)
    return without_repeats(len(found), rows, refused)


class _Record:
    """A VEVENT and what is said of it in every case; nothing here raises."""

    def __init__(self, number: int, event: Component) -> None:
        self.number, self.event = number, event
        self.title = plain.line(_text(event, "SUMMARY"))
        uid = _text(event, "UID").strip()
        where = [self.title.casefold(), _text(event, "LOCATION"), _text(event, "DTSTART")]
        self.uid = parent_of(uid) or fingerprint(json.dumps(where))
        self.sequence = _whole(_text(event, "SEQUENCE"))
        self.problem: Refusal | None = None

    @property
    def is_override(self) -> bool:
        """It speaks of one date of another's rule."""
        return "RECURRENCE-ID" in self.event

    @property
    def repeats(self) -> bool:
        """It has more dates than its first."""
        return "RRULE" in self.event or "RDATE" in self.event

    def refused(self, refusal: Refusal) -> Refused:
        """It is left out for this reason."""
        return Refused.because(self.number, self.title, refusal)


def _groups(found: Sequence[Component], refused: list[Refused]) -> list[list[_Record]]:
    """The records that share a UID; of two for the same date the one with the higher SEQUENCE (RFC 5546
    2.1.4),
    of those without a title or an hour none."""
    groups: dict[str, dict[str, _Record]] = defaultdict(dict)
    for number, event in enumerate(found, 1):
        record = _Record(number, event)
        try:
            _check(record)
            which = _instant(event, "RECURRENCE-ID").isoformat() if record.is_override else ""
        except Refusal as refusal:
            refused.append(record.refused(refusal))
            continue
        except Exception:  # a broken property of some library's own kind
            refused.append(record.refused(RowUnreadable()))
            continue
        known = groups[record.uid].get(which)
        if known is None:
            groups[record.uid][which] = record
            continue
        kept, left = (record, known) if record.sequence > known.sequence else (known, record)
        groups[record.uid][which] = kept
        refused.append(left.refused(RowTwice(number=kept.number)))
    return [list(group.values()) for group in groups.values()]


def _check(record: _Record) -> None:
    if not record.title:
        raise TitleMissing()
    _instant(record.event, "DTSTART")
    if record.repeats:
        _check_rule(record.event)


def _check_rule(event: Component) -> None:
    """Refuses a rule that comes back within a day, and one that never comes true: its search for a first date
    would go on to the year 9999."""
    rules = event.get("RRULE")
    for rule in rules if isinstance(rules, list) else [rules] if rules is not None else []:
        try:
            said = {str(name).upper(): value for name, value in dict(rule).items()}
            parts = {name: value if isinstance(value, list) else [value] for name, value in said.items()}
            freq = [str(one).upper() for one in parts.get("FREQ", [])]
            intervals = [int(one) for one in parts.get("INTERVAL", [1])]
            happens = _happens(parts, often=freq[:1] in (["DAILY"], ["WEEKLY"]))
        except (TypeError, ValueError) as error:
            raise RuleRefused() from error
        is_calm = len(freq) == 1 and freq[0] in _CALM and all(0 < one <= 400 for one in intervals)
        if not is_calm or set(parts) - _KNOWN or not happens:
            raise RuleRefused()


def _happens(parts: dict[str, list[Any]], *, often: bool) -> bool:
    """Whether any day has that month, number and weekday; `often`: of a rule of days or weeks, where places
    in a set make no sense. Raises TypeError, ValueError."""
    months = {int(str(one)) for one in parts.get("BYMONTH", [])}
    numbers = {int(one) for one in parts.get("BYMONTHDAY", [])}
    weekdays = {_DAYS.index(str(one).upper()[-2:]) for one in parts.get("BYDAY", [])}
    if often and "BYSETPOS" in parts:
        return False
    return any(
        (not months or day.month in months)
        and (not weekdays or day.weekday() in weekdays)
        and (not numbers or day.day in numbers or day.day - _month_length(day) - 1 in numbers)
        for day in _CYCLE
    )


def _month_length(day: date) -> int:
    return monthrange(day.year, day.month)[1]


def _unfolded(group: Sequence[_Record], calendar: Component, now: datetime) -> Iterator[Row | Refused]:
    """The sessions of the records of one UID."""
    masters = [record for record in group if record.repeats and not record.is_override]
    if not masters:
        for record in group:
            yield _row(record, record.event)
        return
    by_number = {record.number: record for record in group}
    said: set[int] = set()
    try:
        occurrences = _occurrences(group, calendar, now)
    except Refusal as refusal:
        yield from (record.refused(refusal) for record in group)
        return
    except Exception:  # of a rule that the library does not understand
        yield from (record.refused(RuleRefused()) for record in group)
        return
    for one in occurrences:
        record = by_number[_whole(_text(one, _NUMBER))]
        said.add(record.number)
        yield _row(record, one)
    yield from (record.refused(NoDateAhead()) for record in group if record.number not in said)


def _occurrences(group: Sequence[_Record], calendar: Component, now: datetime) -> list[Component]:
    alone = Calendar()
    zone = calendar.get("X-WR-TIMEZONE")
    if zone is not None:
        alone.add("X-WR-TIMEZONE", zone)
    for record in group:
        record.event[_NUMBER] = str(record.number)
        record.event.subcomponents = []  # its alarms; an event within an event is a record of its own
        alone.add_component(record.event)
    # One window: `after` would search in thousands of small ones.
    found = recurring_ical_events.of(alone).between(now, now + AHEAD)
    if len(found) > MOST_SESSIONS:
        raise TooManySessions(most=MOST_SESSIONS)
    return sorted(found, key=lambda one: _utc(one["DTSTART"].dt))


def _row(record: _Record, event: Component) -> Row | Refused:
    """One session, or why it is left out."""
    try:
        return _session(record, event)
    except Refusal as refusal:
        return record.refused(refusal)
    except Exception:  # a broken property of some library's own kind
        return record.refused(RowUnreadable())


def _session(record: _Record, event: Component) -> Row:
    title = plain.line(_text(event, "SUMMARY")) or record.title
    description = plain.text(_text(event, "DESCRIPTION"))
    starts_at = _instant(event, "DTSTART")
    starts_at, ends_at = moments.span(starts_at, _end(event, starts_at))
    original = _instant(event, "RECURRENCE-ID") if "RECURRENCE-ID" in event else None
    url = plain.line(_text(event, "URL"))
    return Row(
        number=record.number,
        key=key_of(record.uid, original),
        parent=record.uid,
        title=plain.cut(title, LONGEST_TITLE),
        description=plain.cut(description, LONGEST_DESCRIPTION),
        starts_at=starts_at,
        ends_at=ends_at,
        place=plain.cut(plain.line(_text(event, "LOCATION")), LONGEST_PLACE),
        url=url[:LONGEST_URL] if url.startswith(("https://", "http://")) else "",
        is_cancelled=_text(event, "STATUS").strip().upper() == "CANCELLED",
        is_shortened=len(title) > LONGEST_TITLE or len(description) > LONGEST_DESCRIPTION,
    )


def _end(event: Component, starts_at: datetime) -> datetime:
    """DTEND, else DTSTART and DURATION. RFC 5545 3.6.1 lets an event without both last no time: refused."""
    if "DTEND" in event:
        return _instant(event, "DTEND")
    if "DURATION" in event:
        lasts: Any = event["DURATION"]
        return starts_at + timedelta(seconds=lasts.dt.total_seconds())
    raise EndMissing()


def _instant(event: Component, name: str) -> datetime:
    """A property as an instant in UTC. Raises StartMissing, HourMissing, ZoneUnknown."""
    found = event.get(name)
    if isinstance(found, list):
        found = found[0]
    if found is None:
        raise EndMissing() if name == "DTEND" else StartMissing()
    try:
        said: Any = found.dt
    except Exception as error:  # icalendar keeps what it could not read, and fails when one asks
        raise StartMissing() from error
    if not isinstance(said, datetime):
        raise HourMissing() if isinstance(said, date) else StartMissing()
    zone = found.params.get("TZID")
    if said.tzinfo is None and zone:
        raise ZoneUnknown(zone=plain.line(str(zone))[:60])
    if not moments.FIRST_YEAR <= said.year <= moments.LAST_YEAR:
        raise StartMissing()
    return _utc(said)


def _utc(said: datetime | date) -> datetime:
    if not isinstance(said, datetime):
        raise HourMissing()
    naive = said.replace(second=0, microsecond=0)
    return moments.on_paris_clock(naive) if naive.tzinfo is None else naive.astimezone(UTC)


def _text(event: Component, name: str) -> str:
    """A property as text; the first of several."""
    found = event.get(name)
    if isinstance(found, list):
        found = found[0] if found else None
    try:
        return "" if found is None else str(found)
    except Exception:  # icalendar's own kinds for what is broken
        return ""


def _whole(said: str) -> int:
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0
