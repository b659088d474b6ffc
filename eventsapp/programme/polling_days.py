"""The Sundays on which schools are polling stations, from dated data beside this file. Pure.

`polling_days.csv` holds one line for each Sunday of a general election, with its source and a state:
`sure` once the order that convenes voters is out, `announced` before. Elections whose day nobody knows yet
(a dissolution, those of 2028) are not guessed: an operator adds a line when they are called
(docs/operating.md). In Paris nearly all schools hold polling stations; they are taken from the Saturday on,
when booths are set up, and given back on Sunday night.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path

from eventsapp.programme.data_files import rows

FILE = Path(__file__).with_name("polling_days.csv")
SUNDAY = 6


class PollingState(StrEnum):
    """How sure a day is."""

    SURE = "sure"
    ANNOUNCED = "announced"


@dataclass(frozen=True)
class PollingDay:
    """A Sunday of a general election."""

    day: date
    election: str
    """Its French name: « Élection présidentielle, premier tour »."""
    state: PollingState
    source: str

    @property
    def eve(self) -> date:
        """The Saturday on which schools are made ready."""
        return self.day - timedelta(days=1)


class PollingCalendar:
    """The polling days that are known; ask `known()` for those we ship."""

    def __init__(self, days: Iterable[PollingDay]) -> None:
        self.days = tuple(sorted(days, key=lambda one: one.day))
        self._taken = {day: one for one in self.days for day in (one.eve, one.day)}

    def taking(self, day: date) -> PollingDay | None:
        """The election that takes schools on that Paris day, a Sunday or the Saturday before it; or None.

        Raises TypeError for a datetime, whose day depends on a time zone.
        """
        if isinstance(day, datetime):
            raise TypeError("a day is asked for: give the date on a Paris clock, not a datetime")
        return self._taken.get(day)

    def taken(self, first: date, last: date) -> tuple[date, ...]:
        """Every taken day from `first` to `last`, both included, in order."""
        return tuple(day for day in sorted(self._taken) if first <= day <= last)


@cache
def known() -> PollingCalendar:
    """The days of our file, read and checked on the first call. Raises BrokenDataFile."""
    return read(FILE)


def read(path: Path) -> PollingCalendar:
    """A calendar from a file written like the one beside this module. Raises BrokenDataFile."""
    days: list[PollingDay] = []
    for row in rows(path, ("day", "election", "state", "source")):
        day = row.parsed("day", date.fromisoformat)
        row.check(day.weekday() == SUNDAY, f"{day} is no Sunday (art. L55 du code électoral)")
        row.check(not days or day > days[-1].day, "repeats or precedes the row before")
        days.append(PollingDay(day, row["election"], row.parsed("state", PollingState), row["source"]))
    return PollingCalendar(days)
