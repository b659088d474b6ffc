"""Alive and ready, for machines that watch: figures only, nobody's data."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, jsonify
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from eventsapp import clock, schema
from eventsapp.agenda import telling
from eventsapp.database import db
from eventsapp.mailroom import mailbox, readings
from eventsapp.mailroom.backlog import backlog as letters_backlog
from eventsapp.tasks import heartbeats
from eventsapp.tasks import listings as tasks

bp = Blueprint("health", __name__)

WORKER_SILENT_AFTER = 6 * heartbeats.EVERY
"""Six signs of life missed: no worker runs, or the only one hangs."""

LETTERS_LATE_AFTER = timedelta(minutes=10)
"""Due letters leave within seconds. A mail server that is away puts them off, which is not late."""

CHANGES_LATE_AFTER = timedelta(minutes=10)
"""A change is told within seconds of falling due."""

ANSWERS_LATE_AFTER = timedelta(minutes=30)
"""The mailbox is read every minute; a mail server may be away for as long as it takes to start it anew."""

TASKS_LATE_AFTER = timedelta(minutes=10)
"""A task may have to wait for another one; not for that long."""


@bp.get("/healthz")
def alive() -> Response:
    """The process answers; nothing else is asked."""
    return _plainly({"alive": True})


@bp.get("/readyz")
def ready() -> tuple[Response, int]:
    """Whether the service as a whole works, part by part; 503 names the parts that do not."""
    now = clock.now()
    parts = {name: _ask(part, now) for name, part in PARTS.items()}
    failing = [name for name, part in parts.items() if not part["ok"]]
    answer = _plainly({"ready": not failing, "failing": failing, "parts": parts})
    return answer, 503 if failing else 200


def _database(now: datetime) -> dict[str, Any]:
    db.session.execute(text("SELECT 1"))
    return {"ok": True}


def _migrations(now: datetime) -> dict[str, Any]:
    state = schema.state()
    return {"ok": state.is_current, "current": state.current, "head": state.head}


def _worker(now: datetime) -> dict[str, Any]:
    newest = heartbeats.newest()
    if newest is None:
        return {"ok": False, "silent_seconds": None}
    return {"ok": now - newest <= WORKER_SILENT_AFTER, "silent_seconds": _seconds(newest, now)}


def _letters(now: datetime) -> dict[str, Any]:
    backlog = letters_backlog(now)
    late = backlog.oldest_due is not None and now - backlog.oldest_due > LETTERS_LATE_AFTER
    return {
        "ok": not late,
        "due": backlog.due,
        "put_off": backlog.put_off,
        "failed": backlog.failed,
        "oldest_due_seconds": _seconds(backlog.oldest_due, now),
    }


def _changes(now: datetime) -> dict[str, Any]:
    backlog = telling.backlog(now)
    late = backlog.oldest_due is not None and now - backlog.oldest_due > CHANGES_LATE_AFTER
    return {"ok": not late, "due": backlog.due, "oldest_due_seconds": _seconds(backlog.oldest_due, now)}


def _tasks(now: datetime) -> dict[str, Any]:
    backlog = tasks.backlog()
    late = backlog.oldest is not None and now - backlog.oldest > TASKS_LATE_AFTER
    return {"ok": not late, "waiting": backlog.waiting, "oldest_seconds": _seconds(backlog.oldest, now)}


def _answers(now: datetime) -> dict[str, Any]:
    """The mailbox; a server that is away for a while puts answers off, and loses none."""
    if not mailbox.is_set_up():
        return {"ok": True, "set_up": False}
    state = readings.state()
    late = state.last_read_at is None or now - state.last_read_at > ANSWERS_LATE_AFTER
    return {
        "ok": not late,
        "set_up": True,
        "problem": state.problem.name.lower() if state.problem else "",
        "silent_seconds": _seconds(state.last_read_at, now),
    }


PARTS: dict[str, Callable[[datetime], dict[str, Any]]] = {
    "database": _database,
    "migrations": _migrations,
    "worker": _worker,
    "changes": _changes,
    "letters": _letters,
    "answers": _answers,
    "tasks": _tasks,
}
"""What readiness is made of."""


def _ask(part: Callable[[datetime], dict[str, Any]], now: datetime) -> dict[str, Any]:
    try:
        return part(now)
    except SQLAlchemyError as error:
        db.session.rollback()
        return {"ok": False, "problem": type(error).__name__}


def _seconds(since: datetime | None, now: datetime) -> int | None:
    return None if since is None else max(0, int((now - since).total_seconds()))


def _plainly(content: dict[str, Any]) -> Response:
    answer = jsonify(content)
    answer.cache_control.no_store = True
    return answer
