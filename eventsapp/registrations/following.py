"""What registrations do when an event changes: they tell their people, in the same transaction.

`app.bind_listeners` binds this module to `agenda.scheduling`.
"""

from __future__ import annotations

from datetime import datetime

from eventsapp.agenda.models import Event


def event_rescheduled(event: Event, now: datetime) -> None:
    """The hour or the place of `event` changed."""


def event_cancelled(event: Event, now: datetime) -> None:
    """`event` does not take place."""


def event_restored(event: Event, now: datetime) -> None:
    """`event` takes place after all."""
