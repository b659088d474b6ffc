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
from eventsapp.planning.listings import LineOfPlan
from eventsapp.planning.models import Draft
from eventsapp.planning.plan import WhyLine
from eventsapp.programme.school_calendar import zone_c


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

    @property
    def held(self) -> int:
        """How many months have a session."""
        return sum(cell.session is not None for cell in self.cells)

    @property
    def owed(self) -> int:
        """How many months are planned."""
        return sum(cell.session is not None or cell.gap is not None for cell in self.cells)


@dataclass(frozen=True)
class MonthOfGaps:
    """The schools without a session in a month, by reason, and the most that any plan could hold then."""

    month: date
    count: int
    most: int | None
    by_reason: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Grid:
    """Everything that the page of a plan draws."""

    months: tuple[Month, ...]
    rows: tuple[SchoolRow, ...]
    gaps: tuple[MonthOfGaps, ...]
    quartiers: tuple[tuple[str, str], ...]
    """(slug, name) of every quartier of the plan, by name, whatever the filter."""


def grid_of(draft: Draft, quartier: str = "") -> Grid:
    """The grid of a draft, of one quartier or of all; two statements, whatever its size."""
    lines = listings.lines_of(draft)
    asked = {number for line in lines if line.gap for number in _mentioned(line.gap)}
    names = listings.names_of(asked)
    quartiers = {(line.quartier_slug, line.quartier) for line in lines if line.quartier_slug}
    shown = [line for line in lines if not quartier or line.quartier_slug == quartier]
    months = sorted({line.period for line in lines})
    return Grid(
        months=tuple(_month(month, draft.first_day) for month in months),
        rows=tuple(_rows(shown, months, names)),
        gaps=tuple(_gaps(shown, names, {} if quartier else draft.figures.get("coverage_by_period", {}))),
        quartiers=tuple(sorted(quartiers, key=lambda one: one[1])),
    )


def _rows(lines: Iterable[LineOfPlan], months: list[str], names: dict[int, str]) -> Iterable[SchoolRow]:
    for venue_id, group in groupby(lines, key=lambda line: line.venue_id):
        by_month = {line.period: line for line in group}
        any_line = next(iter(by_month.values()))
        cells = tuple(_cell(by_month.get(month), names) for month in months)
        yield SchoolRow(venue_id, any_line.school, any_line.quartier, cells)


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
