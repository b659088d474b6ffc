"""Referrals: a link that lets one family register at an event whose registration is by referral only."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventsapp.agenda.models import Event
from eventsapp.database import Model
from eventsapp.people.models import Organisation


class Referral(Model):
    """Made by a relay worker for one family, whose name is not kept; used up by its registration."""

    __tablename__ = "referral"
    __table_args__ = (
        CheckConstraint("registration_id IS NULL OR used_at IS NOT NULL", name="registered_is_used"),
        Index("ix_referral_maker", "made_by", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    """For whom its maker works; None: for the coordination of the territory."""
    fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    made_by: Mapped[str] = mapped_column(String(80))
    """An actor, as journals write: « account:3 »."""
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]
    registration_id: Mapped[int | None] = mapped_column(
        ForeignKey("registration.id", ondelete="SET NULL"), index=True
    )

    event: Mapped[Event] = relationship()
    organisation: Mapped[Organisation | None] = relationship()
