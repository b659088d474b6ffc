"""The signs of life of the workers."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select

from eventsapp.database import db
from eventsapp.tasks.models import Heartbeat

EVERY = timedelta(seconds=10)
"""How often a worker gives one."""

FORGOTTEN_AFTER = timedelta(days=1)
"""A worker silent for a day is gone; its name will not come back."""


def sign(name: str, now: datetime) -> None:
    """The worker called `name` lives."""
    db.session.merge(Heartbeat(name=name, at=now))


def leave(name: str) -> None:
    """The worker called `name` ends, in good order."""
    db.session.execute(delete(Heartbeat).where(Heartbeat.name == name))


def newest() -> datetime | None:
    """The latest sign of life of any worker; None when none was ever seen."""
    return db.session.scalar(select(func.max(Heartbeat.at)))


def forget_old(now: datetime) -> int:
    """Forgets the workers that are gone; says how many."""
    gone = delete(Heartbeat).where(Heartbeat.at < now - FORGOTTEN_AFTER).returning(Heartbeat.name)
    return len(db.session.scalars(gone).all())
