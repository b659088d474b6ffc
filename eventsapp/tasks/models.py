"""Tasks, and the heartbeats of the workers that run them."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from eventsapp.database import Model, choice


class TaskStatus(enum.StrEnum):
    """Where a task is."""

    QUEUED = "en_attente"
    RUNNING = "en_cours"
    DONE = "terminee"
    FAILED = "echouee"
    CANCELLED = "arretee"


TASK_MOVES: dict[TaskStatus, frozenset[TaskStatus]] = {
    TaskStatus.QUEUED: frozenset({TaskStatus.RUNNING, TaskStatus.CANCELLED}),
    TaskStatus.RUNNING: frozenset(
        {TaskStatus.DONE, TaskStatus.FAILED, TaskStatus.CANCELLED, TaskStatus.QUEUED}
    ),
    TaskStatus.DONE: frozenset(),
    TaskStatus.FAILED: frozenset(),
    TaskStatus.CANCELLED: frozenset(),
}
"""From each status, those it may go to; running goes back to queued when its worker fell silent."""


class Task(Model):
    """Queued work: what to do, how far it is, whether somebody asked it to stop."""

    __tablename__ = "task"
    __table_args__ = (
        CheckConstraint("progress BETWEEN 0 AND 100", name="progress_percent"),
        Index("ix_task_queue", "status", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(60))
    """Which job of jobs.timetable runs it: "planning.school_year"."""
    parameters: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    status: Mapped[TaskStatus] = mapped_column(choice(TaskStatus), default=TaskStatus.QUEUED)
    progress: Mapped[int] = mapped_column(default=0)
    """Percent."""
    step: Mapped[str] = mapped_column(String(200), default="")
    """What it is doing, as a French msgid."""
    problem: Mapped[str] = mapped_column(String(600), default="")
    result_id: Mapped[int | None]
    """The row it made, where it makes one."""
    requested_by: Mapped[int | None]
    """The account that asked; accounts live upstairs, hence no foreign key."""
    stop_requested: Mapped[bool] = mapped_column(default=False)
    attempts: Mapped[int] = mapped_column(default=0)
    """How often a worker began it. A worker that lost its task (it fell silent, another began it
    again) finds another number here and writes nothing more."""
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    beat_at: Mapped[datetime | None]
    """Its worker is alive; one silent for long is queued again."""
    finished_at: Mapped[datetime | None]


class Heartbeat(Model):
    """The last sign of life of a worker process; /readyz reads it."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    at: Mapped[datetime]
