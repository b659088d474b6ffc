"""Gestures of a coordinator that changed several sessions, kept until they are told and a while after."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventsapp.agenda.notice_models import ChangeBatch
from eventsapp.database import Model, choice
from eventsapp.places.models import Territory, VenueClosure


class Gesture(enum.StrEnum):
    """What was done to several sessions at once."""

    CLOSING = "fermeture"
    REPLACING = "remplacement"
    MOVING = "deplacement"
    HOUSING = "lieu"
    CANCELLING = "annulation"


class Disruption(Model):
    """One gesture: what each session was before, when hosts and places are told, whether it was undone."""

    __tablename__ = "disruption"
    __table_args__ = (
        Index("ix_disruption_territory", "territory_id", "made_at"),
        Index("ix_disruption_due", "told_at", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id"))
    gesture: Mapped[Gesture] = mapped_column(choice(Gesture))
    reason: Mapped[str] = mapped_column(String(240), default="")
    closure_id: Mapped[int | None] = mapped_column(ForeignKey("venue_closure.id"), index=True)
    batch_id: Mapped[int | None] = mapped_column(
        ForeignKey("change_batch.id", ondelete="SET NULL"), index=True
    )
    """The agenda's own memory of it, forgotten after some months."""
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """One a session: `event`, and what it was (`starts_at`, `ends_at`, `venue`, `host`, `topic`, `room`,
    `title`, `summary`) and became; numbers of rows and instants, nobody's name."""
    made_by: Mapped[str] = mapped_column(String(80))
    made_at: Mapped[datetime]
    due_at: Mapped[datetime]
    """When hosts and places are told."""
    told_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]

    territory: Mapped[Territory] = relationship()
    closure: Mapped[VenueClosure | None] = relationship()
    batch: Mapped[ChangeBatch | None] = relationship()
