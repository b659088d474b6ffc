"""What must travel upstairs when an event changes, in the transaction that tells of it.

No room below knows who listens: `app.bind_listeners` binds once, `telling` calls.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from eventsapp.agenda.models import Event
from eventsapp.agenda.terms import Terms


@dataclass(frozen=True)
class Change:
    """An event that people are to be told of, and what they were told before its changes.

    Whoever came, or was told something, in between knows other terms than `before`: a listener
    compares what each was told with `event.terms`. Both may be equal: what changed was put back.
    """

    event: Event
    before: Terms
    room: bool = False
    """Its room changed, and that is told."""
    actor: str = ""
    """Who changed it last: they need not be told."""
    is_batched: bool = False
    """It is one of many that one gesture changed."""


class Listener(Protocol):
    """A module or object that wants to hear of events."""

    def event_changed(self, change: Change, now: datetime) -> None:
        """Its people are told, each what they do not know yet: hour, place, cancelled or not."""

    def places_opened(self, event: Event, now: datetime) -> None:
        """It takes place after all, or has more places, as of now and before anybody is told."""


class Listeners:
    """The bound listeners, called in the order they were bound."""

    def __init__(self) -> None:
        self._bound: list[Listener] = []

    def bind(self, listener: Listener) -> None:
        """Binds once; binding again (a second app in a test run) changes nothing."""
        if listener not in self._bound:
            self._bound.append(listener)

    def changed(self, change: Change, now: datetime) -> None:
        """Has everyone told of a change."""
        for listener in self._bound:
            listener.event_changed(change, now)

    def places_opened(self, event: Event, now: datetime) -> None:
        """Says that `event` may have places for those who wait."""
        for listener in self._bound:
            listener.places_opened(event, now)
