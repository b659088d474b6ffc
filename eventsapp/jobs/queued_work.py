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
from eventsapp.planning import drafting, listings
from eventsapp.refusals import Refusal
from eventsapp.tasks import queue

log = structlog.get_logger("eventsapp.job")

TELL_EVERY = 0.5
"""Seconds between two signs of progress: what a page that reloads can show."""


class Left(Exception):
    """The task is left in the middle: somebody asked to stop, or the worker ends."""


Listener = Callable[[float, str], None]
"""Told how far a task is (0 to 1) and what it does (a French msgid)."""


class Report:
    """How far a task is, told in a transaction of its own, apart from the work that is under way.

    Also says whether to go on: not when somebody asked to stop, the task was lost, or the worker ends.
    """

    def __init__(self, claim: queue.Claim, turn: Turn, listener: Listener | None = None) -> None:
        self._app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # a proxy
        self._claim, self._turn, self._listener = claim, turn, listener
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
            if self._listener is not None:
                self._listener(share, step)

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
"""Does a claimed task and gives the number of the row it made, its writes left in an open transaction
so that they and the end of the task are one. Raises Left when it was stopped."""


def run_next(turn: Turn, *, only: int | None = None, listener: Listener | None = None) -> str:
    """Takes the next task (or the one called `only`) and does it.

    Says what became of it, or nothing when there was none to take. Commits by itself: no
    transaction stays open while the work thinks. `listener` hears the progress too.
    """
    begin_writing()
    claim = queue.claim(turn.now, only=only)
    db.session.commit()
    if claim is None:
        return ""
    try:
        made = KINDS[claim.kind](claim, Report(claim, turn, listener), turn.now)
        ended = _finish(claim, made)
    except Left:
        db.session.rollback()
        ended = _leave(claim, turn)
    except Exception as error:
        db.session.rollback()
        log.exception("task failed", task=claim.task_id, kind=claim.kind)
        ended = _fail(claim, error)
    return f"{claim.kind} {ended}"


def _finish(claim: queue.Claim, made: int | None) -> str:
    if queue.finish(claim, result_id=made, now=clock.now()):
        db.session.commit()
        return "done"
    db.session.rollback()
    return "done too late: it was no longer ours"


def _leave(claim: queue.Claim, turn: Turn) -> str:
    begin_writing()
    if turn.is_ending():
        queue.give_back(claim)
        ended = "given back"
    else:
        queue.stop(claim, now=clock.now())
        ended = "stopped"
    db.session.commit()
    return ended


def _fail(claim: queue.Claim, error: Exception) -> str:
    # A refusal is a sentence for whoever asked; anything else is our mistake, and stays in the logs.
    problem = str(error) if isinstance(error, Refusal) else type(error).__name__
    begin_writing()
    queue.fail(claim, problem, now=clock.now())
    db.session.commit()
    return "failed"


def _plan_school_year(claim: queue.Claim, report: Report, now: datetime) -> int | None:
    """Works a draft out; reads, thinks without a transaction, then writes."""
    draft = listings.by_id(claim.parameters["draft"])
    asked = drafting.question(draft, now=now)
    db.session.rollback()
    plan = drafting.think(asked.problem, on_progress=report.tell, should_stop=report.is_stopped)
    if plan is None:
        raise Left
    begin_writing()
    draft = listings.by_id(claim.parameters["draft"])
    drafting.keep(draft, asked, plan, now=clock.now())
    return draft.id


KINDS: dict[str, Work] = {drafting.TASK: _plan_school_year}
"""Every kind of task, and what does it."""
