"""A series beside the agenda: which of its dates are announced, and which announced dates are not of it.

Works on what it is given; `agenda.series.outlook` asks the database.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from eventsapp.agenda.models import Event
from eventsapp.agenda.recurrence import Occurrence, held
from eventsapp.clock import day_of


@dataclass(frozen=True)
class SeriesDate:
    """One date of a series, held or not, and its events; or a day of events that the series does not hold."""

    day: date
    """The day it is held, else the day that it speaks of."""
    occurrence: Occurrence | None
    """What became of it and why; None for events on a day of which the series says nothing."""
    events: tuple[Event, ...]
    """What is announced on that day, cancelled events too."""
    today: date

    @property
    def is_past(self) -> bool:
        """Before today; what is held today is not past."""
        return self.day < self.today

    @property
    def is_held(self) -> bool:
        """Whether the series holds that day."""
        return self.occurrence is not None and self.occurrence.day is not None

    @property
    def is_missing(self) -> bool:
        """Held from tomorrow on, and not announced."""
        return self.is_held and not self.events and self.day > self.today

    @property
    def falls_out(self) -> bool:
        """Announced, to come, and not held by the series."""
        return not self.is_held and not self.is_past and not all(event.is_cancelled for event in self.events)


def joined(occurrences: Iterable[Occurrence], events: Iterable[Event], *, today: date) -> list[SeriesDate]:
    """Dates and events brought together by their Paris day, in the order of the days."""
    occurrences = list(occurrences)
    by_day: defaultdict[date, list[Event]] = defaultdict(list)
    for event in events:
        by_day[day_of(event.starts_at)].append(event)
    days_held = set(held(occurrences))
    dates = []
    for one in occurrences:
        day = spoken_of(one)
        # The events of a day stand beside whoever holds it, else beside the reason why nobody does.
        of_it = by_day.pop(day, []) if one.day is not None or day not in days_held else []
        dates.append(SeriesDate(day, one, tuple(of_it), today))
    dates += [SeriesDate(day, None, tuple(strays), today) for day, strays in by_day.items()]
    return sorted(dates, key=lambda date_: (date_.day, not date_.is_held))


def spoken_of(one: Occurrence) -> date:
    """The day held, else the day that the rule or a person meant."""
    day = one.day or one.original or (one.exception.day if one.exception else None)
    if day is None:
        raise ValueError("an occurrence speaks of no day")
    return day
