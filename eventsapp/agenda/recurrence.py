"""The dates of a series: what its rule says, what the school calendar closes, what people changed by hand.

Pure. `preview` gives one line per date that is held, and one per date that is not, each with its reason,
so that a page shows what moved and why before anyone says yes. It is a function of its three arguments:
asking again, or with the exceptions in another order, gives the same lines.

Who has a day when two want it: a date of the rule that is open, then one added by hand, then one moved by
hand, then one moved because of a closure. So two lines never hold one day, and an exception changes the
fate of its own date alone, unless it takes the very day where a closed date would have gone.

A closed date moves by whole weeks, to the nearest open day of its weekday, and never as far as its
neighbour in the series: the second Saturday of July does not become a third one of September.

Exceptions are kept whatever becomes of the rule. One whose date the rule no longer says has no effect,
and has its line too. Days chosen by hand need not be open nor within the span: people know what they
want; the line says what the calendar thinks of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

from eventsapp.agenda.rules import (
    Added,
    Avoid,
    DateException,
    Dropped,
    Moved,
    Ordinal,
    Rule,
    WhenClosed,
    check_exceptions,
)
from eventsapp.programme.school_calendar import Closure, ClosureKind, SchoolCalendar

ONE_WEEK = timedelta(weeks=1)

AVOIDED_BY = {
    ClosureKind.SCHOOL_HOLIDAYS: Avoid.SCHOOL_HOLIDAYS,
    ClosureKind.BRIDGE: Avoid.SCHOOL_HOLIDAYS,
    ClosureKind.PUBLIC_HOLIDAY: Avoid.PUBLIC_HOLIDAYS,
}
"""Which choice of a rule keeps it out of which closure."""


class Outcome(StrEnum):
    """What became of a date."""

    AS_PLANNED = "as_planned"
    MOVED_CLOSED = "moved_closed"
    """Its own day is closed; it is held on another."""
    MOVED_BY_HAND = "moved_by_hand"
    ADDED_BY_HAND = "added_by_hand"
    DROPPED_CLOSED = "dropped_closed"
    """Its own day is closed, and the rule asks for nothing instead."""
    DROPPED_END_OF_SPAN = "dropped_end_of_span"
    """Closed, and no open day before the series begins or ends."""
    DROPPED_NEIGHBOUR = "dropped_neighbour"
    """Closed, and no open day before its neighbour in the series (`obstacle`)."""
    DROPPED_TAKEN = "dropped_taken"
    """Moved, but the series already holds the day where it would go (`obstacle`)."""
    DROPPED_BY_HAND = "dropped_by_hand"
    NO_EFFECT = "no_effect"
    """An exception about a date that the rule no longer says, or adding a day that it says already."""


@dataclass(frozen=True)
class Occurrence:
    """One date of a series, held or not, and why."""

    outcome: Outcome
    day: date | None
    """The day it is held; None when it is not."""
    original: date | None
    """The day that the rule says, which stays its name when it moves; None when it was added by hand."""
    closure: Closure | None = None
    """What closed its own day; for a day chosen by hand, what closes that day all the same."""
    obstacle: date | None = None
    """The day of the series that stood in its way."""
    exception: DateException | None = None
    """What a person asked, whatever came of it."""


def preview(rule: Rule, exceptions: Iterable[DateException], calendar: SchoolCalendar) -> list[Occurrence]:
    """Every date of the series with what became of it, in the order of the days.

    Raises what check_exceptions raises, and CalendarNotCovered when the rule avoids holidays and its
    span, or a day chosen by hand, lies outside the years of the calendar.
    """
    exceptions = sorted(exceptions, key=lambda one: one.day)
    check_exceptions(exceptions)
    series = _Series(rule, calendar)
    changed = {one.day: one for one in exceptions if not isinstance(one, Added)}
    series.hold_open_days(without=changed)
    for one in exceptions:
        if isinstance(one, Added):
            series.add(one)
    for one in changed.values():
        series.change(one)
    series.place_closed_days(without=changed)
    return sorted(series.occurrences, key=_order)


def held(occurrences: Iterable[Occurrence]) -> list[date]:
    """The days held, oldest first, each once."""
    return sorted(one.day for one in occurrences if one.day is not None)


def planned_days(rule: Rule) -> tuple[date, ...]:
    """The days that the rule says, oldest first, before any closure or exception."""
    in_rhythm = _by_month(rule) if rule.ordinals else _by_week(rule)
    return tuple(sorted({day for day in in_rhythm if rule.first <= day <= rule.last}))


class _Series:
    """The work of one preview: who holds which day so far."""

    def __init__(self, rule: Rule, calendar: SchoolCalendar) -> None:
        self.rule = rule
        self.calendar = calendar
        self.planned = planned_days(rule)
        self.occurrences: list[Occurrence] = []
        self.taken: set[date] = set()
        if rule.avoid:
            # Refused for its span, not for the days that happen to fall in it: the answer is steadier.
            calendar.require(rule.first)
            calendar.require(rule.last)

    def hold_open_days(self, *, without: Iterable[date]) -> None:
        for day in self.planned:
            if day not in without and self._closure(day) is None:
                self._write(Occurrence(Outcome.AS_PLANNED, day, day))

    def add(self, added: Added) -> None:
        closure = self._closure(added.day)
        line = Occurrence(Outcome.ADDED_BY_HAND, added.day, None, closure=closure, exception=added)
        if added.day in self.taken:
            line = replace(line, outcome=Outcome.NO_EFFECT, day=None, obstacle=added.day)
        self._write(line)

    def change(self, asked: Dropped | Moved) -> None:
        line = Occurrence(Outcome.DROPPED_BY_HAND, None, asked.day, exception=asked)
        if asked.day not in self.planned:
            line = replace(line, outcome=Outcome.NO_EFFECT)
        elif isinstance(asked, Moved) and asked.to in self.taken:
            line = replace(line, outcome=Outcome.DROPPED_TAKEN, obstacle=asked.to)
        elif isinstance(asked, Moved):
            closure = self._closure(asked.to)
            line = replace(line, outcome=Outcome.MOVED_BY_HAND, day=asked.to, closure=closure)
        self._write(line)

    def place_closed_days(self, *, without: Iterable[date]) -> None:
        for day, neighbour in self._with_neighbours():
            closure = self._closure(day)
            if day not in without and closure is not None:
                self._write(replace(self._replacement(day, neighbour), closure=closure))

    def _with_neighbours(self) -> Iterator[tuple[date, date | None]]:
        """Each planned day with the one that it may not reach, in the direction closed days move."""
        if self.rule.when_closed is WhenClosed.PREVIOUS:
            yield from ((day, before) for before, day in pairwise((None, *self.planned)) if day)
        else:
            yield from ((day, after) for day, after in pairwise((*self.planned, None)) if day)

    def _replacement(self, day: date, neighbour: date | None) -> Occurrence:
        if self.rule.when_closed is WhenClosed.NOTHING:
            return Occurrence(Outcome.DROPPED_CLOSED, None, day)
        step = ONE_WEEK if self.rule.when_closed is WhenClosed.NEXT else -ONE_WEEK
        landing = day + step
        while self.rule.first <= landing <= self.rule.last:
            if landing == neighbour:
                return Occurrence(Outcome.DROPPED_NEIGHBOUR, None, day, obstacle=neighbour)
            if self._closure(landing) is None:
                if landing in self.taken:
                    return Occurrence(Outcome.DROPPED_TAKEN, None, day, obstacle=landing)
                return Occurrence(Outcome.MOVED_CLOSED, landing, day)
            landing += step
        return Occurrence(Outcome.DROPPED_END_OF_SPAN, None, day)

    def _closure(self, day: date) -> Closure | None:
        """What the rule avoids on that day; the calendar is not asked when it avoids nothing."""
        if not self.rule.avoid:
            return None
        closures = self.calendar.closures_on(day)
        return next((one for one in closures if AVOIDED_BY[one.kind] in self.rule.avoid), None)

    def _write(self, line: Occurrence) -> None:
        self.occurrences.append(line)
        if line.day is not None:
            self.taken.add(line.day)


def _by_week(rule: Rule) -> Iterator[date]:
    day = rule.first + timedelta(days=(rule.weekday - rule.first.weekday()) % 7)
    while day <= rule.last:
        yield day
        day += rule.every * ONE_WEEK


def _by_month(rule: Rule) -> Iterator[date]:
    number = rule.first.year * 12 + rule.first.month - 1
    while number <= rule.last.year * 12 + rule.last.month - 1:
        days = _weekdays_of_month(number // 12, number % 12 + 1, rule.weekday)
        for ordinal in rule.ordinals:
            yield days[-1 if ordinal is Ordinal.LAST else ordinal - 1]
        number += rule.every


def _weekdays_of_month(year: int, month: int, weekday: int) -> Sequence[date]:
    first = date(year, month, 1)
    first += timedelta(days=(weekday - first.weekday()) % 7)
    return [day for day in (first + number * ONE_WEEK for number in range(5)) if day.month == month]


def _order(one: Occurrence) -> tuple[date, bool]:
    """By the day held, else the day meant; the one held first."""
    day = one.day or one.original or (one.exception.day if one.exception else None)
    if day is None:
        raise ValueError("an occurrence speaks of no day")
    return day, one.day is None
