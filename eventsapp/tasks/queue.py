"""The queue: work asked for now and done by a worker later, with progress and a way to stop it.

Any number of workers may run. Each takes a task by one UPDATE, which the database lets only one of
them win; from then on it writes through its `Claim`, so that a worker that was thought dead, and
whose task another began again, changes nothing any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select, update

from eventsapp.database import db
from eventsapp.refusals import Conflict, msgid
from eventsapp.tasks.models import TASK_MOVES, Task, TaskStatus

SILENCE = timedelta(minutes=2)
"""How long a worker may say nothing about its task before another takes it over. The solver tells
its progress twice a second; two minutes outlast a machine that swaps."""

MOST_ATTEMPTS = 3
"""How often a task is begun before it is given up: one that kills its worker would kill them all."""


class TaskIsOver(Conflict):
    """What is done, failed or stopped cannot be stopped."""

    sentence = msgid("Ce travail est déjà terminé.")


@dataclass(frozen=True)
class Claim:
    """A task that is ours, and what to do."""

    task_id: int
    attempt: int
    kind: str
    parameters: dict[str, Any]
    requested_by: int | None


def enqueue(kind: str, parameters: dict[str, Any], *, requested_by: int | None, now: datetime) -> Task:
    """Asks for work; gives the task, flushed. `requested_by` is the account that asks."""
    task = Task(
        kind=kind,
        parameters=parameters,
        status=TaskStatus.QUEUED,
        requested_by=requested_by,
        created_at=now,
    )
    db.session.add(task)
    db.session.flush()
    return task


def claim(now: datetime, *, only: int | None = None) -> Claim | None:
    """Takes the oldest queued task (or the one called `only`); None when there is none to take.

    One statement. On PostgreSQL SKIP LOCKED lets workers pass each other; SQLite, which knows no
    row locks and drops the words, has one writer at a time. The caller commits before it begins.
    """
    waiting = select(Task.id).where(Task.status == TaskStatus.QUEUED).order_by(Task.id).limit(1)
    if only is not None:
        waiting = waiting.where(Task.id == only)
    taken = db.session.execute(
        update(Task)
        .where(
            Task.id == waiting.with_for_update(skip_locked=True).scalar_subquery(),
            _may_become(TaskStatus.RUNNING),
        )
        .values(
            status=TaskStatus.RUNNING,
            attempts=Task.attempts + 1,
            started_at=now,
            beat_at=now,
            progress=0,
            step="",
        )
        .returning(Task.id, Task.attempts, Task.kind, Task.parameters, Task.requested_by)
        .execution_options(synchronize_session=False)
    ).first()
    return Claim(*taken) if taken else None


def beat(claim: Claim, *, progress: int, step: str, now: datetime) -> bool:
    """Says that the work goes on, how far it is (percent) and what it does (a French msgid).

    False: leave it, because somebody asked to stop or because the task is no longer ours.
    """
    stop_requested = db.session.scalar(
        update(Task)
        .where(*_ours(claim))
        .values(beat_at=now, progress=max(0, min(100, progress)), step=step[:200])
        .returning(Task.stop_requested)
        .execution_options(synchronize_session=False)
    )
    return stop_requested is False


def finish(claim: Claim, *, result_id: int | None = None, now: datetime) -> bool:
    """The work is done and made the row `result_id`; False when the task is no longer ours."""
    return _settle(claim, TaskStatus.DONE, now, progress=100, result_id=result_id)


def stop(claim: Claim, *, now: datetime) -> bool:
    """The work was left because somebody asked; False when the task is no longer ours."""
    return _settle(claim, TaskStatus.CANCELLED, now)


def fail(claim: Claim, problem: str, *, now: datetime) -> bool:
    """The work could not be done; `problem` says why, without personal data."""
    return _settle(claim, TaskStatus.FAILED, now, problem=problem[:600])


def give_back(claim: Claim) -> bool:
    """The worker ends before the work does: another may begin it at once."""
    given = db.session.scalar(
        update(Task)
        .where(*_ours(claim), _may_become(TaskStatus.QUEUED))
        .values(status=TaskStatus.QUEUED)
        .returning(Task.id)
        .execution_options(synchronize_session=False)
    )
    return given is not None


def request_stop(task: Task, *, now: datetime) -> None:
    """Asks the worker to leave a task; one that nobody began is cancelled at once.

    Raises TaskIsOver.
    """
    cancelled = db.session.scalar(
        update(Task)
        .where(Task.id == task.id, Task.status == TaskStatus.QUEUED)
        .values(status=TaskStatus.CANCELLED, stop_requested=True, finished_at=now)
        .returning(Task.id)
        .execution_options(synchronize_session=False)
    )
    asked = cancelled or db.session.scalar(
        update(Task)
        .where(Task.id == task.id, Task.status == TaskStatus.RUNNING)
        .values(stop_requested=True)
        .returning(Task.id)
        .execution_options(synchronize_session=False)
    )
    db.session.expire(task)
    if asked is None:
        raise TaskIsOver()


def requeue_silent(now: datetime) -> int:
    """Queues again the tasks whose worker fell silent; gives up those begun too often. How many."""
    silent = (Task.status == TaskStatus.RUNNING, Task.beat_at < now - SILENCE)
    queued = db.session.scalars(
        update(Task)
        .where(*silent, Task.attempts < MOST_ATTEMPTS)
        .values(status=TaskStatus.QUEUED)
        .returning(Task.id)
        .execution_options(synchronize_session=False)
    ).all()
    given_up = db.session.scalars(
        update(Task)
        .where(*silent, Task.attempts >= MOST_ATTEMPTS)
        .values(status=TaskStatus.FAILED, problem="its worker died each time", finished_at=now)
        .returning(Task.id)
        .execution_options(synchronize_session=False)
    ).all()
    return len(queued) + len(given_up)


def _settle(claim: Claim, status: TaskStatus, now: datetime, **values: object) -> bool:
    settled = db.session.scalar(
        update(Task)
        .where(*_ours(claim), _may_become(status))
        .values(status=status, finished_at=now, beat_at=now, **values)
        .returning(Task.id)
        .execution_options(synchronize_session=False)
    )
    return settled is not None


def _ours(claim: Claim) -> tuple[ColumnElement[bool], ...]:
    return (
        Task.id == claim.task_id,
        Task.status == TaskStatus.RUNNING,
        Task.attempts == claim.attempt,
    )


def _may_become(status: TaskStatus) -> ColumnElement[bool]:
    return Task.status.in_([before for before, allowed in TASK_MOVES.items() if status in allowed])
