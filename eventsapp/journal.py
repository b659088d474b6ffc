"""What happened, one line each: who did what to which thing, when.

A line holds no name, address or number of a resident: it says which row, and whoever may read
that row looks there.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from eventsapp.database import Model, db


class JournalLine(Model):
    """One thing done: `verb` in the past tense, `thing` as "event", `thing_id` its row."""

    __tablename__ = "journal_line"
    __table_args__ = (
        Index("ix_journal_line_thing", "thing", "thing_id"),
        Index("ix_journal_line_territory", "territory_id", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(80))
    verb: Mapped[str] = mapped_column(String(40))
    thing: Mapped[str] = mapped_column(String(40))
    thing_id: Mapped[int]
    territory_id: Mapped[int | None]
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


def note(
    actor: str,
    verb: str,
    thing: Any,
    *,
    now: datetime,
    territory_id: int | None = None,
    **details: Any,
) -> None:
    """Writes one line in the current transaction.

    `actor` is "account:12", "household:7", "worker" or "cli"; `thing` is a stored row that has
    its id (flushed). `details` are JSON values without personal data.
    """
    db.session.add(
        JournalLine(
            at=now,
            actor=actor,
            verb=verb,
            thing=thing.__tablename__,
            thing_id=thing.id,
            territory_id=territory_id,
            details=details,
        )
    )
