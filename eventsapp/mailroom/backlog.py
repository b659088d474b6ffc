"""How much mail waits, in figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, case, func, select

from eventsapp.database import db
from eventsapp.mailroom.models import Channel, Letter, LetterStatus


@dataclass(frozen=True)
class Backlog:
    """Letters by mail and by text that have not left."""

    due: int
    """They could leave now."""
    put_off: int
    """They wait for a mail server or a gateway to answer, or to take them."""
    failed: int
    """Given up: a human looks."""
    oldest_due: datetime | None
    """Since when the first of the due ones could have left."""


def backlog(now: datetime) -> Backlog:
    """What waits at `now`; one statement over the index of due letters."""
    waiting = Letter.status == LetterStatus.WAITING
    is_due = waiting & (Letter.due_at <= now)
    due, put_off, failed, oldest_due = db.session.execute(
        select(
            _how_many(is_due),
            _how_many(waiting & (Letter.due_at > now)),
            _how_many(Letter.status == LetterStatus.FAILED),
            func.min(case((is_due, Letter.due_at))),
        ).where(
            Letter.channel != Channel.CALL,
            Letter.status.in_((LetterStatus.WAITING, LetterStatus.FAILED)),
        )
    ).one()
    return Backlog(due, put_off, failed, oldest_due)


def _how_many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((condition, Letter.id)))
