"""Days and hours as people and other programs write them; what has no zone is on a Paris clock.

Days stand before months, as in France: 05/12 is the fifth of December.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from eventsapp.clock import PARIS
from eventsapp.imports.rows import (
    MOST_SESSIONS,
    EndsBeforeStart,
    HourMissing,
    HourUnknown,
    LastsTooLong,
    StartMissing,
    TooManySessions,
)
from eventsapp.typed import composed

LONGEST = timedelta(hours=24)
FIRST_YEAR, LAST_YEAR = 1970, 2199

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "janvier janv jan january",
            "fevrier fevr fev feb february",
            "mars mar march",
            "avril avr apr april",
            "mai may",
            "juin jun june",
            "juillet juil jul july",
            "aout aug august",
            "septembre sept sep september",
            "octobre oct october",
            "novembre nov november",
            "decembre dec december",
        ),
        1,
    )
    for name in names.split()
}
_ISO_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
_NUMBERS = re.compile(r"(?<!\d)(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}|\d{2})(?!\d)")
_WORDS = re.compile(r"(?<!\d)(\d{1,2})(?:er|st|nd|rd|th)?\s+([a-z]+)\.?\s+(\d{4})(?!\d)")
_HOUR = re.compile(r"(?<![\d:])(\d{1,2})\s*(?:[h:]\s*(\d{2})?(?::\d{2})?|heures?)(?!\d)")
_INSTANT = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)


def moment(said: object) -> datetime:
    """An instant as a program writes it (ISO 8601), in UTC. Raises HourMissing, StartMissing."""
    if not isinstance(said, str):
        raise StartMissing()
    found = _INSTANT.fullmatch(said.strip())
    if found is None:
        if _ISO_DAY.fullmatch(said.strip()):
            raise HourMissing()
        raise StartMissing()
    year, month, number, hour, minute = (int(part) for part in found.groups()[:5])
    zone = found.group(7)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise StartMissing()
    try:
        on = date(year, month, number)
        # 24:00 is the midnight after (ISO 8601).
        naive = datetime.combine(on, time(hour % 24 if hour == 24 else hour, minute))
    except ValueError as error:
        raise StartMissing() from error
    naive += timedelta(days=hour // 24)
    if zone is None:
        return on_paris_clock(naive)
    if zone in "Zz":
        return naive.replace(tzinfo=UTC)
    shift = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
    return (naive - (shift if zone[0] == "+" else -shift)).replace(tzinfo=UTC)


def on_paris_clock(naive: datetime) -> datetime:
    """The instant at which a Paris clock shows that, in UTC."""
    return naive.replace(tzinfo=PARIS).astimezone(UTC)


def day(said: str) -> date | None:
    """The day in a text, or None: « samedi 5 décembre 2026 », « 05/12/2026 », « 2026-12-05 »."""
    text = _folded(said)
    for pattern, order in ((_ISO_DAY, (1, 2, 3)), (_NUMBERS, (3, 2, 1)), (_WORDS, (3, 2, 1))):
        found = pattern.search(text)
        if found is None:
            continue
        year, month, number = (found.group(place) for place in order)
        try:
            made = date(
                int(year) + (2000 if len(year) == 2 else 0),
                int(month) if month.isdigit() else _MONTHS.get(month, 0),
                int(number),
            )
        except ValueError:
            continue
        if FIRST_YEAR <= made.year <= LAST_YEAR:
            return made
    return None


def hours(said: str) -> list[time]:
    """The hours in a text, in its order: « de 14h à 16h30 », « 14:00 - 16:30 », « 14 h »."""
    text = _HIDDEN.sub(" ", _folded(said))
    if text.strip() in {"midi", "minuit"}:
        return [time(12 if text.strip() == "midi" else 0)]
    found = []
    for hour, minute in _HOUR.findall(text):
        if int(hour) < 24 and int(minute or 0) < 60:
            found.append(time(int(hour), int(minute or 0)))
    return found


_HIDDEN = re.compile(f"{_ISO_DAY.pattern}t?|{_NUMBERS.pattern}")
"""Days in figures, which are no hours."""


def length(said: str) -> timedelta | None:
    """How long, or None: « 2h », « 1 h 30 », « 90 min », « PT2H »."""
    text = _folded(said)
    found = re.fullmatch(
        r"(?:pt)?(?:(\d{1,3})\s*(?:h|heures?|:))?\s*(?:(\d{1,4})\s*(?:m|min|mn|minutes?)?)?", text
    )
    if not text or found is None or not any(found.groups()):
        return None
    lasts = timedelta(hours=int(found.group(1) or 0), minutes=int(found.group(2) or 0))
    return lasts or None


def span(starts_at: datetime, ends_at: datetime) -> tuple[datetime, datetime]:
    """The same two instants, the end put on the day after where an evening goes on past midnight.

    Many exports write « 21:00 → 01:00 » of one day. Only an evening may do that: it begins at 17:00 or later
    and ends before 8:00. Raises HourUnknown, EndsBeforeStart, LastsTooLong.
    """
    if starts_at == ends_at:
        raise HourUnknown()
    if ends_at < starts_at:
        begin, end = starts_at.astimezone(PARIS), ends_at.astimezone(PARIS)
        if begin.date() != end.date() or begin.hour < 17 or end.hour >= 8:
            raise EndsBeforeStart()
        ends_at = on_paris_clock(end.replace(tzinfo=None) + timedelta(days=1))
    if ends_at - starts_at > LONGEST:
        raise LastsTooLong()
    return starts_at, ends_at


def timings(said: object) -> list[tuple[str, str]]:
    """The sessions of a record as exports write them, each as the texts of its start and end.

    A list of `begin` and `end` (OpenAgenda 2, `start` in 1), also as the text of such a list (Opendatasoft);
    « start_end;start_end » (Que faire à Paris); « start end;start end » (the schema of 2018). Empty for none.
    Raises StartMissing, TooManySessions.
    """
    if isinstance(said, str):
        text = said.strip()
        if not text.startswith("["):
            pieces = [piece.strip() for piece in text.split(";") if piece.strip()]
            return _pairs([re.split(r"_|\s+(?=\d{4}-)", piece, maxsplit=1) for piece in pieces])
        try:
            said = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise StartMissing() from error
    if said is None or said == "":
        return []
    if not isinstance(said, list):
        raise StartMissing()
    return _pairs([_ends(one) for one in said])


def _ends(one: Any) -> list[Any]:
    if not isinstance(one, dict):
        raise StartMissing()
    return [one.get("begin", one.get("start")), one.get("end")]


def _pairs(pieces: Iterable[list[Any]]) -> list[tuple[str, str]]:
    found = []
    for piece in pieces:
        begin, end = (*piece, None)[:2]
        if not isinstance(begin, str):
            raise StartMissing()
        found.append((begin, end if isinstance(end, str) else ""))
        if len(found) > MOST_SESSIONS:
            raise TooManySessions(most=MOST_SESSIONS)
    return found


def _folded(said: str) -> str:
    """In small letters without accents."""
    plain = composed(said[:200], "NFKD").encode("ascii", "ignore").decode()
    return re.sub(r"\s+", " ", plain).strip().lower()
