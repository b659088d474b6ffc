"""Running queued tasks: which kind of task calls which room, and how its progress is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from time import monotonic

import structlog
from flask import Flask, current_app

from eventsapp import clock
from eventsapp.database import begin_writing, db
from eventsapp.jobs.door import Turn
from eventsapp.tasks import queue

log = structlog.get_logger("eventsapp.job")

TELL_EVERY = 0.5
"""Seconds between two signs of progress: what a page that reloads can show."""


class Left(Exception):
    """The task is left in the middle: somebody asked to stop, or the worker ends."""


class Report:
    """How far a task is, told in a transaction of its own, apart from the work that is under way.

    Also says whether to go on: not when somebody asked to stop, the task was lost, or the worker ends.
    """

    def __init__(self, claim: queue.Claim, turn: Turn) -> None:
        self._app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # a proxy
        self._claim, self._turn = claim, turn
        self._told = -TELL_EVERY
        self._go_on = True
        self.share = 0.0
        self.step = ""

    def tell(self, share: float, step: str) -> None:
        """`share` of the work is done (0 to 1); `step` is what it does, a French msgid."""
        is_news = step != self.step
        self.share, self.step = share, step
        if is_news or monotonic() - self._told >= TELL_EVERY:
            self._beat()

    def is_stopped(self) -> bool:
        """Whether the work must be left; asks the database at most twice a second."""
        if self._turn.is_ending():
            return True
        if self._go_on and monotonic() - self._told >= TELL_EVERY:
            self._beat()
        return not self._go_on

    def _beat(self) -> None:
        self._told = monotonic()
        # Another context, hence another session: the work's own transaction stays as it is.
        with self._app.app_context():
            try:
                begin_writing()
                self._go_on = queue.beat(
                    self._claim, progress=int(self.share * 100), step=self.step, now=clock.now()
                )
                db.session.commit()
            finally:
                db.session.remove()


Work = Callable[[queue.Claim, Report, datetime], int | None]
"""Does a claimed task and gives the number of the row it made. Raises Left when it was stopped."""


def run_next(turn: Turn, *, only: int | None = None) -> str:
    """Takes the next task and does it; says what became of it, or nothing when there was none."""
    begin_writing()
    claim = queue.claim(turn.now, only=only)
    db.session.commit()
    if claim is None:
        return ""
    try:
        made = KINDS[claim.kind](claim, Report(claim, turn), turn.now)
    except Left:
        db.session.rollback()
        return _leave(claim, turn)
    except Exception as error:
        db.session.rollback()
        log.exception("task failed", task=claim.task_id, kind=claim.kind)
        begin_writing()
        queue.fail(claim, type(error).__name__, now=clock.now())
        db.session.commit()
        return f"{claim.kind} failed"
    begin_writing()
    # A failure of the commit below leaves the task to `requeue_silent`: work is done again, never lost.
    kept = queue.finish(claim, result_id=made, now=clock.now())
    db.session.commit()
    return f"{claim.kind} {'done' if kept else 'done too late'}"


def _leave(claim: queue.Claim, turn: Turn) -> str:
    begin_writing()
    if turn.is_ending():
        queue.give_back(claim)
        said = "given back"
    else:
        queue.stop(claim, now=clock.now())
        said = "stopped"
    db.session.commit()
    return f"{claim.kind} {said}"


def _plan_school_year(claim: queue.Claim, report: Report, now: datetime) -> int | None:
    raise NotImplementedError


KINDS: dict[str, Work] = {"planning.school_year": _plan_school_year}
"""Every kind of task, and what does it."""
