"""The door of the worker: each job opens an application context, calls a room, commits, and leaves.

Whatever happens inside, the session is removed and the worker lives: the next turn comes anyway.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter

import structlog
from flask import Flask

from eventsapp import clock
from eventsapp.database import begin_writing, db

log = structlog.get_logger("eventsapp.job")


@dataclass(frozen=True)
class Turn:
    """One run of one job: its hour, the worker that runs it, and whether that one was asked to end."""

    now: datetime
    worker: str
    is_ending: Callable[[], bool]


def never() -> bool:
    """What a turn outside of a worker answers: nobody asks it to end."""
    return False


def one_by_one(waiting: Sequence[int], tell: Callable[[int, datetime], int], turn: Turn, what: str) -> int:
    """Tells each of what waits in a transaction of its own, and counts: one that fails is logged and holds up
    no other."""
    told = 0
    db.session.rollback()
    for number in waiting:
        if turn.is_ending():
            break
        try:
            begin_writing()
            told += tell(number, turn.now)
            db.session.commit()
        except Exception:
            db.session.rollback()
            log.exception(f"{what} not told", **{f"{what}_id": number})
    return told


def enter(
    app: Flask,
    name: str,
    job: Callable[[Turn], object],
    *,
    worker: str,
    is_ending: Callable[[], bool] = never,
    hour: Callable[[], datetime] = clock.now,
) -> None:
    """Runs one turn of a job; never raises, logs a failure without anybody's data.

    What a job gives back is logged when it is not empty: "letters sent=3".
    """
    started = perf_counter()
    with app.app_context():
        try:
            outcome = job(Turn(hour(), worker, is_ending))
            db.session.commit()
        except Exception:
            db.session.rollback()
            log.exception("job failed", job=name)
        else:
            if outcome:
                log.info("job", job=name, outcome=str(outcome), ms=round((perf_counter() - started) * 1000))
        finally:
            db.session.remove()
