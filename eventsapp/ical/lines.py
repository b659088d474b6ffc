"""Calendar lines of strangers, taken apart: octets in, components with the properties asked for out.

`Calendar.from_ical` would read far more than an answer is asked for: it stops at the first property out of
form, unrolls zones that the sender made up, and keeps them for everybody. So lines are only unfolded and
split here, the splitting by icalendar's own `Contentline`, and what nobody asked for is never looked at.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from icalendar.parser import Contentline
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from eventsapp.clock import PARIS

_LINE_END = re.compile(r"\r\n|\n|\r")
_STARTS_A_LINE = re.compile(r"\s*[A-Za-z0-9-]+\s*[:;]")
_NAME = re.compile(r"\s*([A-Za-z0-9-]+)\s*(?=[:;])")
_MOMENT = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:[T ](\d\d):?(\d\d):?(\d\d)(?:[.,]\d+)?(Z?))?", re.ASCII)
_ESCAPED = re.compile(r"\\([\\;,nN:\"])")
_YEARS = range(1970, 2101)
"""Those that calendars can mean; beyond them, clocks and databases end."""
LONGEST = 8192
"""Characters of a line: no value that is read needs more, and splitting costs as much as the line is long."""
DEEPEST = 10
"""Components inside each other (RULES I18); what stands deeper is passed over."""


@dataclass(frozen=True)
class Line:
    """One property: its name in capitals, its parameters, their names in capitals, and its raw value."""

    name: str
    parameters: dict[str, str]
    value: str


@dataclass
class Component:
    """What stands between BEGIN and END, as far as it was asked for: the first of each line that it holds."""

    name: str
    lines: list[Line] = field(default_factory=list)

    def first(self, name: str) -> Line | None:
        """The first of these lines, if any."""
        return next((line for line in self.lines if line.name == name), None)

    def value(self, name: str) -> str:
        """Its value without white space around it; empty where there is none."""
        line = self.first(name)
        return line.value.strip() if line else ""


def text_of(octets: bytes) -> str:
    """The text: UTF-8, with a mark or without, UTF-16 with one, else what Western machines write."""
    if octets.startswith((b"\xff\xfe", b"\xfe\xff")):
        return octets.decode("utf-16", "replace")
    try:
        return octets.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Not cp1252 strictly: five of its octets mean nothing and would raise.
        return octets.decode("cp1252", "replace")


def components(octets: bytes, wanted: Mapping[str, Collection[str]]) -> Iterator[Component]:
    """The components named in `wanted`, each when it ends, with the properties that are wanted of it.

    One that nothing ends, or that another one's END cuts short, ends there. VALARM and the like inside of a
    wanted component are no part of it.
    """
    open_ones: list[Component] = []
    for line in _unfolded(text_of(octets)):
        name = _name_of(line)
        if name == "BEGIN":
            if len(open_ones) < DEEPEST:
                open_ones.append(Component(line.partition(":")[2].strip().upper()))
        elif name == "END":
            ended = line.partition(":")[2].strip().upper()
            while open_ones and any(one.name == ended for one in open_ones):
                last = open_ones.pop()
                if last.name in wanted:
                    yield last
                if last.name == ended:
                    break
        elif open_ones and name in wanted.get(open_ones[-1].name, ()):
            open_ones[-1].lines.append(_split(name, line[:LONGEST]))
    yield from (one for one in reversed(open_ones) if one.name in wanted)


def _unfolded(text: str) -> Iterator[str]:
    """Lines put together again; also those that a mail program broke without the space that says so."""
    pieces: list[str] = []
    for line in _LINE_END.split(text.replace("\0", "")):
        if line[:1] in {" ", "\t"} and pieces:
            pieces.append(line[1:])
        elif pieces and line.strip() and not _STARTS_A_LINE.match(line):
            pieces.append(line)
        elif line.strip():
            if pieces:
                yield "".join(pieces)
            pieces = [line]
    if pieces:
        yield "".join(pieces)


def _name_of(line: str) -> str:
    found = _NAME.match(line)
    return found[1].upper() if found else ""


def _split(name: str, line: str) -> Line:
    """One line taken apart; by hand where the library refuses it (a quote that never ends, say)."""
    try:
        _, parameters, value = Contentline(line).raw_parts()  # type: ignore[no-untyped-call]  # the library says no types here
    except ValueError:
        head, _, value = line.partition(":")
        given = (piece.partition("=") for piece in head.split(";")[1:])
        return Line(name, {key.strip().upper(): said.strip(' "') for key, _, said in given}, value)
    return Line(name, {key.upper(): _one(said) for key, said in parameters.items()}, value)


def _one(said: object) -> str:
    return str(said[0] if isinstance(said, list) and said else said)


def unescaped(value: str) -> str:
    r"""A TEXT value as it was meant (RFC 5545 section 3.3.11): `\n`, `\,`, `\;` and `\\` undone."""
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)


def moment(line: Line | None, *, floating: str = "Europe/Paris") -> datetime | date | None:
    """An instant in UTC, or a date; None for what is neither, or lies beyond 1970 to 2100.

    An hour of no zone, or of one that nobody knows, is meant on a clock of `floating`: what we send is
    on Paris clocks. Zones that the sender made up are not unrolled (RULES I18).
    """
    found = _MOMENT.match(line.value.strip()) if line else None
    if line is None or found is None or int(found[1]) not in _YEARS:
        return None
    with suppress(ValueError, OverflowError):
        year, month, day = int(found[1]), int(found[2]), int(found[3])
        if found[4] is None:
            return date(year, month, day)
        second = min(int(found[6]), 59)  # 60 is a leap second
        zone = UTC if found[7] else _zone(line.parameters.get("TZID", "") or floating)
        return datetime(year, month, day, int(found[4]), int(found[5]), second, tzinfo=zone).astimezone(UTC)
    return None


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _zone(tzid: str) -> ZoneInfo:
    """By its IANA name, whatever stands before it (« /citadel.org/20210210_1/Europe/Paris »), or by the name
    that Windows has for it (« W. Europe Standard Time »); Paris for « Customized Time Zone »."""
    words = tzid.strip(' "')[:200].split("/")
    for start in range(len(words)):
        name = "/".join(words[start:])
        if name in _zones():
            return ZoneInfo(name)
        if name in WINDOWS_TO_OLSON:
            return ZoneInfo(WINDOWS_TO_OLSON[name])
    return PARIS
