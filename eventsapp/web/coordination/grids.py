"""A plan as a page shows it: schools by months, and what is missing, month by month."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from flask_babel import gettext

from eventsapp.languages import NO_BREAK
from eventsapp.planning import listings, wording
from eventsapp.planning.engine.saturdays.plan import WhyLine
from eventsapp.planning.listings import LineOfPlan
from eventsapp.planning.models import Draft
from eventsapp.programme.school_calendar import zone_c

FIRST_HALF = {"09", "10", "11", "12", "01"}
"""The months of a school year up to January."""


@dataclass(frozen=True)
class Month:
    """A column: a month and how many of its Saturdays the plan could use."""

    first: date
    open_saturdays: int


@dataclass(frozen=True)
class Cell:
    """One school in one month: a session and why it is so, or a gap; both None where nothing is owed."""

    session: LineOfPlan | None = None
    day: str = ""
    """« Sam. 28 »: the column says the month."""
    reasons: tuple[str, ...] = ()
    is_wished: bool = False
    gap: str | None = None


@dataclass(frozen=True)
class SchoolRow:
    """A school and its months, in the order of the grid's columns."""

    venue_id: int
    name: str
    quartier: str
    cells: tuple[Cell, ...]
    held: int
    """How many months of the whole plan have a session."""
    owed: int
    """How many months are planned."""


@dataclass(frozen=True)
class MonthOfGaps:
    """The schools without a session in a month, by reason, and the most that any plan could hold then."""

    month: date
    count: int
    most: int | None
    by_reason: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Half:
    """A part of the year that a screen shows without scrolling: up to January, or after."""

    key: str
    first: date
    last: date


@dataclass(frozen=True)
class Grid:
    """Everything that the page of a plan draws."""

    months: tuple[Month, ...]
    halves: tuple[Half, ...]
    """What the year may be narrowed to; empty where it is short enough."""
    rows: tuple[SchoolRow, ...]
    gaps: tuple[MonthOfGaps, ...]
    quartiers: tuple[tuple[str, str], ...]
    """(slug, name) of every quartier of the plan, by name, whatever the filter."""


def grid_of(draft: Draft, quartier: str = "", half: str = "") -> Grid:
    """The grid of a draft, of one quartier or of all, of half its year or of all of it.

    Two statements, whatever its size. What a school has and misses is always told of the whole year.
    """
    lines = listings.lines_of(draft)
    asked = {number for line in lines if line.gap for number in _mentioned(line.gap)}
    names = listings.names_of(asked)
    quartiers = {(line.quartier_slug, line.quartier) for line in lines if line.quartier_slug}
    shown = [line for line in lines if not quartier or line.quartier_slug == quartier]
    whole_year = sorted({line.period for line in lines})
    halves = _halves(whole_year)
    months = halves.get(half, whole_year)
    return Grid(
        months=tuple(_month(month, draft.first_day) for month in months),
        halves=tuple(Half(key, _first_day(part[0]), _first_day(part[-1])) for key, part in halves.items()),
        rows=tuple(_rows(shown, months, names)),
        gaps=tuple(_gaps(shown, names, {} if quartier else draft.figures.get("coverage_by_period", {}))),
        quartiers=tuple(sorted(quartiers, key=lambda one: one[1])),
    )


def _halves(months: list[str]) -> dict[str, list[str]]:
    """The months up to January and those after, by their key in addresses; none where one half is all."""
    halves = {
        "1": [month for month in months if month[-2:] in FIRST_HALF],
        "2": [month for month in months if month[-2:] not in FIRST_HALF],
    }
    return halves if all(halves.values()) else {}


def _rows(lines: Iterable[LineOfPlan], months: list[str], names: dict[int, str]) -> Iterable[SchoolRow]:
    for venue_id, group in groupby(lines, key=lambda line: line.venue_id):
        by_month = {line.period: line for line in group}
        any_line = next(iter(by_month.values()))
        cells = tuple(_cell(by_month.get(month), names) for month in months)
        gaps = sum(line.gap is not None for line in by_month.values())
        yield SchoolRow(
            venue_id, any_line.school, any_line.quartier, cells, len(by_month) - gaps, len(by_month)
        )


def _cell(line: LineOfPlan | None, names: dict[int, str]) -> Cell:
    if line is None:
        return Cell()
    if line.gap is not None:
        return Cell(gap=wording.gap(line.gap, names))
    return Cell(
        session=line,
        day=_saturday(line.day) if line.day else "",
        reasons=tuple(wording.reasons(line.reasons)),
        is_wished=any(reason["key"] == WhyLine.SERVES_WISH for reason in line.reasons),
    )


def _gaps(lines: Iterable[LineOfPlan], names: dict[int, str], most: dict[str, int]) -> Iterable[MonthOfGaps]:
    by_month: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for line in lines:
        if line.gap is not None:
            by_month[line.period][wording.gap(line.gap, names)].append(line.school)
    for month, by_reason in sorted(by_month.items()):
        largest_first = sorted(by_reason.items(), key=lambda pair: -len(pair[1]))
        yield MonthOfGaps(
            month=_first_day(month),
            count=sum(map(len, by_reason.values())),
            most=most.get(month),
            by_reason=tuple((reason, tuple(schools)) for reason, schools in largest_first),
        )


def _mentioned(gap: dict[str, Any]) -> list[int]:
    return list(gap["params"].get("associations", ()))


def _month(month: str, first_day: date) -> Month:
    first = _first_day(month)
    last = first.replace(day=monthrange(first.year, first.month)[1])
    saturdays = zone_c().saturdays(max(first, first_day), last)
    return Month(first, sum(saturday.is_open for saturday in saturdays))


def _saturday(day: date) -> str:
    number = gettext("1er") if day.day == 1 else str(day.day)
    return gettext("Sam. %(day)s", day=number).replace(" ", NO_BREAK)


def _first_day(month: str) -> date:
    return date.fromisoformat(f"{month}-01")
