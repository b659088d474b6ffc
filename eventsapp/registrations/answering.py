"""How long a place that came free is held for somebody who must say yes to it (pure).

The delay is the one that the event sets, but half of what is left until it begins at most, so that the next
in line has time too; and in the last hour nothing is offered: the seats are the party's at once, as where no
answer is asked for. An offer never outlives the beginning.
"""

from __future__ import annotations

from datetime import datetime, timedelta

CHOICES = (6, 12, 24, 48, 72)
"""Hours that a desk may set."""
TOO_SHORT = timedelta(hours=1)
"""Before the beginning: nobody could answer, and then another, in so little time."""
STEP = timedelta(minutes=15)
"""Deadlines are said as a clock says them, and never earlier than the delay: up to the next quarter."""


def must_answer(hours: int | None, starts_at: datetime, now: datetime) -> bool:
    """Whether a place that comes free now is offered, and not given."""
    return hours is not None and starts_at - now > TOO_SHORT


def deadline(hours: int, starts_at: datetime, told_at: datetime) -> datetime:
    """Until when somebody who was told at `told_at` may answer."""
    delay = min(timedelta(hours=hours), max(starts_at - told_at, timedelta()) / 2)
    return min(_up_to_a_quarter(told_at + delay), starts_at)


def _up_to_a_quarter(moment: datetime) -> datetime:
    over = timedelta(minutes=moment.minute % 15, seconds=moment.second, microseconds=moment.microsecond)
    return moment + STEP - over if over else moment
