"""Who registers waits for their turn in this process before they wait for it at the database.

Whoever holds an event's row is waited for by all who register there. If they wait at the database, those of
the holder's own process keep taking the interpreter from it, and each time it gets its turn back later: 300
families at once took a third longer (`python -m bench.burst`). One at a time is a courtesy and no lock:
what must not happen twice is seen to by the database, for other processes too.
"""

from __future__ import annotations

from threading import Lock

from flask import Flask, request

TAKEN_IN_TURN = {"registrations.confirm": Lock()}
"""Doors that hold an event while many want it."""
PATIENCE = 5.0
"""Seconds after which somebody goes in without: another event may be held up by a long change."""
_KEPT = "eventsapp.turn"


def bind(app: Flask) -> None:
    """Takes the turn before the write lock, and ends it with the request."""

    @app.before_request
    def take() -> None:
        turn = TAKEN_IN_TURN.get(request.endpoint or "")
        # Not when the door is asked again: it has its turn.
        if (
            turn
            and request.method == "POST"
            and _KEPT not in request.environ
            and turn.acquire(timeout=PATIENCE)
        ):
            request.environ[_KEPT] = turn

    @app.teardown_request
    def end(_error: BaseException | None) -> None:
        turn = request.environ.pop(_KEPT, None)
        if turn is not None:
            turn.release()
