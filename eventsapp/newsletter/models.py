"""Who receives the weekly letter, and what they chose of it."""

from __future__ import annotations

import enum
from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventsapp.database import Model, choice
from eventsapp.places.models import Territory


class SubscriptionStatus(enum.StrEnum):
    """Whether the letter goes to an address."""

    PENDING = "a_confirmer"
    """Somebody typed it. Nothing but one letter that asks goes there until its link was used."""
    ACTIVE = "active"
    ENDED = "arretee"
    """Stopped by its reader, or since no letter arrives there any more."""


SUBSCRIPTION_MOVES: dict[SubscriptionStatus, frozenset[SubscriptionStatus]] = {
    SubscriptionStatus.PENDING: frozenset({SubscriptionStatus.ACTIVE, SubscriptionStatus.ENDED}),
    SubscriptionStatus.ACTIVE: frozenset({SubscriptionStatus.ENDED}),
    SubscriptionStatus.ENDED: frozenset({SubscriptionStatus.ACTIVE, SubscriptionStatus.PENDING}),
}
"""From each status, those it may go to: from ENDED to ACTIVE by who goes back on it and had confirmed."""


class Subscription(Model):
    """One address that receives the letter of one territory; no name, nothing of who it is."""

    __tablename__ = "subscription"
    __table_args__ = (
        UniqueConstraint("territory_id", "email_key"),
        CheckConstraint("status != 'active' OR confirmed_at IS NOT NULL", name="active_is_confirmed"),
        CheckConstraint("(status = 'arretee') = (ended_at IS NOT NULL)", name="ended_has_moment"),
        Index("ix_subscription_due", "status", "issued_on", "territory_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id"))
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(254))
    """The same in lower case: one mailbox gets one letter, however it is spelled."""
    language: Mapped[str] = mapped_column(String(8))
    themes: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Values of Theme; none: all of them."""
    quartiers: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Slugs of quartiers of the territory; none: all of them."""
    status: Mapped[SubscriptionStatus] = mapped_column(choice(SubscriptionStatus))
    nonce: Mapped[str] = mapped_column(String(43))
    """Random: what its link is derived from, with a secret that no table holds (`newsletter.links`)."""
    fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    """Of the token of its link, by which the row is found."""
    asked_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    issued_on: Mapped[date]
    """The Monday of the last week that it was served for, with a letter or with nothing to say; before any,
    the Monday before it was asked for. It moves in the transaction that posts the letter."""
    failures: Mapped[int] = mapped_column(default=0)
    """How many letters in a row did not arrive."""
    failed_on: Mapped[date | None]
    """The Monday of the last that did not."""
    returned: Mapped[str] = mapped_column(String(12), default="")
    """Why it ended where its reader did not stop it: the status by which a server said that the mailbox is
    gone (« 5.1.1 »), or `subscribing.SEVERAL` letters that came back; empty otherwise."""

    territory: Mapped[Territory] = relationship()

    @property
    def about(self) -> str:
        """As `Letter.about` names it."""
        return f"subscription:{self.id}"
