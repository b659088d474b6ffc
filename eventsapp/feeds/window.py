"""The days that a feed holds (RULES F15), the same in every one, public and private."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, or_

from eventsapp.agenda.models import Event, EventStatus
from eventsapp.clock import local

DAYS_BACK, MONTHS_AHEAD = 60, 18
"""A school year and the next, well below a thousand events."""


@dataclass(frozen=True)
class Window:
    """The Paris days that a feed holds on one of them, the first and the last included."""

    today: date

    @property
    def first_day(self) -> date:
        """So far back that a calendar which comes once a week still sees what took place."""
        return self.today - timedelta(days=DAYS_BACK)

    @property
    def last_day(self) -> date:
        """The same day of the month, as many months ahead as there are, or the last of that month."""
        months = self.today.year * 12 + self.today.month - 1 + MONTHS_AHEAD
        first = date(months // 12, months % 12 + 1, 1)
        end_of_month = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        return min(first + timedelta(days=self.today.day - 1), end_of_month)

    @property
    def opened_at(self) -> datetime:
        """The last midnight in Paris: the instant at which these days became the days of feeds."""
        return local(self.today, 0)

    def holds(self) -> list[ColumnElement[bool]]:
        """The conditions of an event that feeds hold; a cancelled one until its day has passed, so that
        calendars which only add and change show the cancellation (RULES P6)."""
        return [
            Event.starts_at >= local(self.first_day, 0),
            Event.starts_at < local(self.last_day + timedelta(days=1), 0),
            or_(Event.status != EventStatus.CANCELLED, Event.ends_at >= self.opened_at),
        ]
