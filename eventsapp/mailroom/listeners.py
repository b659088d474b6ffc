"""What must travel upstairs when no mail will ever reach an address, in the transaction that learns of it.

No room below knows who listens: `app.bind_listeners` binds once; `rounds` calls where a server refuses a
letter for good, `escalation` where one comes back.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from eventsapp.mailroom.models import Letter


class Listener(Protocol):
    """A module or object that wants to hear of mails that did not arrive."""

    def letter_returned(self, letter: Letter, problem: str, now: datetime) -> None:
        """`problem`: what the server said, « 550 5.1.1 no such user »."""


class Listeners:
    """The bound listeners, called in the order they were bound."""

    def __init__(self) -> None:
        self._bound: list[Listener] = []

    def bind(self, listener: Listener) -> None:
        """Binds once; binding again (a second app in a test run) changes nothing."""
        if listener not in self._bound:
            self._bound.append(listener)

    def returned(self, letter: Letter, problem: str, now: datetime) -> None:
        """Says that this letter did not arrive and never will."""
        for listener in self._bound:
            listener.letter_returned(letter, problem, now)


listeners = Listeners()
