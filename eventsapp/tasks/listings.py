"""Queries about queued work, shared by pages, commands and health."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from eventsapp.database import db
from eventsapp.refusals import NotFound
from eventsapp.tasks.models import Task, TaskStatus


@dataclass(frozen=True)
class Backlog:
    """How many tasks wait to be begun, and since when the first of them does."""

    waiting: int
    oldest: datetime | None


def backlog() -> Backlog:
    """What waits; one statement."""
    waiting, oldest = db.session.execute(
        select(func.count(), func.min(Task.created_at)).where(Task.status == TaskStatus.QUEUED)
    ).one()
    return Backlog(waiting, oldest)


def by_id(task_id: int) -> Task:
    """The task with this number, as the database has it now; raises NotFound."""
    task = db.session.get(Task, task_id, populate_existing=True)
    if task is None:
        raise NotFound()
    return task


def recent(*, status: TaskStatus | None = None, limit: int = 20) -> Sequence[Task]:
    """The latest tasks, newest first."""
    found = select(Task).order_by(Task.id.desc()).limit(limit)
    if status is not None:
        found = found.where(Task.status == status)
    return db.session.scalars(found).all()
