"""What happened, one line each: who did what to which thing, when.

A line holds no name, address or number of a resident: it says which row, and whoever may read
that row looks there.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, Index, String, func, select
from sqlalchemy.orm import Mapped, mapped_column

from eventsapp.database import Model, db, write_now


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

    `actor` is "account:12", "household:7", "professional:3", "contact:5", "organisation:4", "worker",
    "cli", "seeds" or "visitor"; `thing` is a stored row that has its id (flushed). `details` are JSON
    values without personal data.
    """
    write_now(
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


@dataclass(frozen=True)
class Filters:
    """What a reader asked to see; None: no wish. `until` is not included."""

    thing: str | None = None
    actor: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def of_territory(
    territory_id: int, filters: Filters, *, limit: int, offset: int = 0
) -> Sequence[JournalLine]:
    """The lines of a territory that fit, the latest first; one statement."""
    return db.session.scalars(
        select(JournalLine)
        .where(JournalLine.territory_id == territory_id, *_conditions(filters))
        .order_by(JournalLine.at.desc(), JournalLine.id.desc())
        .limit(limit)
        .offset(offset)
    ).all()


def of_installation(things: Collection[str], roles: Collection[str], *, limit: int) -> Sequence[JournalLine]:
    """The latest lines about things of these kinds and roles that are of no territory; one statement."""
    return db.session.scalars(
        select(JournalLine)
        .where(
            JournalLine.territory_id.is_(None),
            JournalLine.thing.in_(things),
            JournalLine.details["role"].as_string().in_(roles),
        )
        .order_by(JournalLine.at.desc(), JournalLine.id.desc())
        .limit(limit)
    ).all()


def what_was_before(thing: str, verb: str, numbers: Collection[int]) -> list[tuple[int, Any]]:
    """What lines of this verb note as `before`, with the number of the row, the earliest first; one
    statement."""
    lines = db.session.execute(
        select(JournalLine.thing_id, JournalLine.details)
        .where(
            JournalLine.thing == thing,
            JournalLine.verb == verb,
            JournalLine.thing_id.in_(numbers),
        )
        .order_by(JournalLine.at, JournalLine.id)
    )
    return [(line.thing_id, line.details["before"]) for line in lines]


def how_many(territory_id: int, filters: Filters) -> int:
    """How many lines of a territory fit; one statement."""
    found = select(func.count(JournalLine.id)).where(
        JournalLine.territory_id == territory_id, *_conditions(filters)
    )
    return db.session.scalar(found) or 0


def actors_of(territory_id: int) -> Sequence[str]:
    """Who has done anything in a territory, families apart; one statement."""
    return db.session.scalars(
        select(JournalLine.actor)
        .where(
            JournalLine.territory_id == territory_id,
            ~JournalLine.actor.startswith("household:"),
            ~JournalLine.actor.startswith("professional:"),
        )
        .distinct()
        .order_by(JournalLine.actor)
    ).all()


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.thing:
        found.append(JournalLine.thing == filters.thing)
    if filters.actor:
        found.append(JournalLine.actor == filters.actor)
    if filters.since:
        found.append(JournalLine.at >= filters.since)
    if filters.until:
        found.append(JournalLine.at < filters.until)
    return found
