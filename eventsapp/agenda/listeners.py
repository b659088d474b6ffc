"""What must travel upstairs when an event changes, in the same transaction.

No room below knows who listens: `app.bind_listeners` binds once, `scheduling` calls.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from eventsapp.agenda.models import Event


class Listener(Protocol):
    """A module or object that wants to hear of events."""

    def event_rescheduled(self, event: Event, now: datetime) -> None:
        """Its hour or place changed."""

    def event_cancelled(self, event: Event, now: datetime) -> None:
        """It does not take place."""

    def event_restored(self, event: Event, now: datetime) -> None:
        """It takes place after all."""


class Listeners:
    """The bound listeners, called in the order they were bound."""

    def __init__(self) -> None:
        self._bound: list[Listener] = []

    def bind(self, listener: Listener) -> None:
        """Binds once; binding again (a second app in a test run) changes nothing."""
        if listener not in self._bound:
            self._bound.append(listener)

    def rescheduled(self, event: Event, now: datetime) -> None:
        """Tells everyone that the hour or place of `event` changed."""
        for listener in self._bound:
            listener.event_rescheduled(event, now)

    def cancelled(self, event: Event, now: datetime) -> None:
        """Tells everyone that `event` does not take place."""
        for listener in self._bound:
            listener.event_cancelled(event, now)

    def restored(self, event: Event, now: datetime) -> None:
        """Tells everyone that `event` takes place after all."""
        for listener in self._bound:
            listener.event_restored(event, now)
