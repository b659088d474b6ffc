"""How long a place that came free is held for somebody who must say yes to it (pure).

The delay is the one that the event sets, but half of what is left until it begins at most, so that the next
in line has time too; and in the last hour nothing is offered: the seats are the party's at once, as where no
answer is asked for. A delay that would run out in the night runs until the morning, as long as the event is
not about to begin: who sleeps cannot say yes. An offer never outlives the beginning.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from eventsapp.clock import PARIS

CHOICES = (6, 12, 24, 48, 72)
"""Hours that a desk may set."""
TOO_SHORT = timedelta(hours=1)
"""Before the beginning: nobody could answer, and then another, in so little time."""
EVENING, MORNING = time(22), time(8)
"""On a Paris clock: in between nobody is asked to answer."""
STEP = timedelta(minutes=15)
"""Deadlines are said as a clock says them, and never earlier than the delay: up to the next quarter."""


def must_answer(hours: int | None, starts_at: datetime, now: datetime) -> bool:
    """Whether a place that comes free now is offered, and not given."""
    return hours is not None and starts_at - now > TOO_SHORT


def deadline(hours: int, starts_at: datetime, told_at: datetime) -> datetime:
    """Until when somebody who was told at `told_at` may answer."""
    delay = min(timedelta(hours=hours), max(starts_at - told_at, timedelta()) / 2)
    until = min(_up_to_a_quarter(told_at + delay), starts_at)
    morning = _morning_after(until)
    return until if morning is None or starts_at - morning < TOO_SHORT else morning


def leaves_by(minutes: int, starts_at: datetime, now: datetime) -> datetime:
    """Until when somebody whose calendar said no may change their mind: so many minutes, but a tenth of what
    is left until it begins at most, for others need the time to come in their place."""
    delay = min(timedelta(minutes=minutes), max(starts_at - now, timedelta()) / 10)
    return now + timedelta(minutes=delay // timedelta(minutes=1))


def _morning_after(moment: datetime) -> datetime | None:
    """When the night of this moment ends; None by day."""
    there = moment.astimezone(PARIS)
    if MORNING <= there.time() <= EVENING:
        return None
    day = there.date() + timedelta(days=there.time() > EVENING)
    return datetime.combine(day, MORNING, PARIS).astimezone(moment.tzinfo)


def _up_to_a_quarter(moment: datetime) -> datetime:
    over = timedelta(minutes=moment.minute % 15, seconds=moment.second, microseconds=moment.microsecond)
    return moment + STEP - over if over else moment
