"""The only place that asks the time."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
"""The zone in which the activities happen and people read hours."""


def now() -> datetime:
    """The present instant, aware, in UTC, to the second (what calendars and databases keep)."""
    return datetime.now(UTC).replace(microsecond=0)


def today() -> date:
    """The present day in Paris."""
    return now().astimezone(PARIS).date()


def local(day: date, hour: int, minute: int = 0) -> datetime:
    """The instant at which a Paris wall clock shows `hour`:`minute` on `day`, aware, in UTC."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=PARIS).astimezone(UTC)


def day_of(moment: datetime) -> date:
    """The Paris day on which an aware instant falls."""
    return moment.astimezone(PARIS).date()
