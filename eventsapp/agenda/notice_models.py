"""What waits to be told of an event, and gestures that changed many at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventsapp.agenda.models import Event
from eventsapp.agenda.terms import Terms
from eventsapp.database import Model
from eventsapp.places.models import Territory, Venue

REMEMBERED = (
    "starts_at",
    "ends_at",
    "venue_id",
    "room",
    "door",
    "access",
    "cancelled_at",
    "cancel_reason",
)
"""The columns of Event that a change may touch and an undo puts back."""


class Before:
    """The columns of an event as they were before a change, by the same names."""

    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    venue_id: Mapped[int] = mapped_column(ForeignKey("venue.id"), index=True)
    room: Mapped[str] = mapped_column(String(80))
    door: Mapped[str] = mapped_column(String(240))
    access: Mapped[str] = mapped_column(String(240))
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str] = mapped_column(String(240))

    @property
    def terms(self) -> Terms:
        """When, where and whether, as it was."""
        return Terms(self.starts_at, self.ends_at, self.venue_id, self.cancelled_at is not None)


def remembered(event: Event) -> dict[str, Any]:
    """The columns of `Before` as they are now: taken before a change."""
    return {name: getattr(event, name) for name in REMEMBERED}


class ChangeBatch(Model):
    """One gesture that changed several events, to be undone as one."""

    __tablename__ = "change_batch"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    """What was done, in the past tense, as the journal says it: "venue_closed", "moved"."""
    territory_id: Mapped[int | None] = mapped_column(ForeignKey("territory.id"), index=True)
    actor: Mapped[str] = mapped_column(String(80))
    made_at: Mapped[datetime] = mapped_column(index=True)
    undone_at: Mapped[datetime | None]

    territory: Mapped[Territory | None] = relationship()


class Notice(Before, Model):
    """An event has changed and people are not told yet: what they were last told, and when they will be.

    At most one an event; it is written with the change and goes when people are told, or when the
    change is undone.
    """

    __tablename__ = "notice"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), unique=True)
    opened_at: Mapped[datetime]
    """The first change since people were told."""
    changed_at: Mapped[datetime]
    """The last one."""
    due_at: Mapped[datetime] = mapped_column(index=True)
    """When people are told; until then it can be undone."""
    actor: Mapped[str] = mapped_column(String(80))
    """Who made the last change."""
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("change_batch.id"), index=True)
    """The gesture of the last change, where it touched several events."""

    event: Mapped[Event] = relationship()
    venue: Mapped[Venue] = relationship()
    batch: Mapped[ChangeBatch | None] = relationship()


class BatchedChange(Before, Model):
    """One event of a batch, as it was before."""

    __tablename__ = "batched_change"
    __table_args__ = (
        UniqueConstraint("batch_id", "event_id"),
        Index("ix_batched_change_event", "event_id", "batch_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("change_batch.id"))
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    notice_id: Mapped[int | None] = mapped_column(ForeignKey("notice.id"), index=True)
    """The notice it waits in; None: people were told."""

    batch: Mapped[ChangeBatch] = relationship()
    venue: Mapped[Venue] = relationship()
    event: Mapped[Event] = relationship()
    notice: Mapped[Notice | None] = relationship()
