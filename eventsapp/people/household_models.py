"""Browsers where a household has shown that a page is its own, and the codes by which it shows so."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventsapp.database import Model, choice
from eventsapp.people.models import Household, Person


class HouseholdBrowser(Model):
    """One browser where a household is confirmed: its private link shows people there, not only dates."""

    __tablename__ = "household_browser"

    id: Mapped[int] = mapped_column(primary_key=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id", ondelete="CASCADE"), index=True)
    fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    """Of a token that only the browser's cookie holds."""
    browser: Mapped[str] = mapped_column(String(40))
    """As `browsers.named` says it: « Firefox, Android », or nothing."""
    confirmed_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)

    household: Mapped[Household] = relationship()


class CodePurpose(enum.StrEnum):
    """What a code of six digits does."""

    BROWSER = "telephone"
    """It confirms a browser."""
    EMAIL = "courriel"
    """It proves a new mail address."""
    PHONE = "numero"
    """It proves a new phone number."""


class HouseholdCode(Model):
    """A code on its way to a household: one a purpose, kept as a keyed fingerprint, gone when it is used."""

    __tablename__ = "household_code"
    __table_args__ = (
        UniqueConstraint("household_id", "purpose"),
        CheckConstraint("(purpose = 'courriel') = (email <> '')", name="email_is_proved"),
        CheckConstraint("(purpose = 'numero') = (phone <> '')", name="phone_is_proved"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id", ondelete="CASCADE"))
    purpose: Mapped[CodePurpose] = mapped_column(choice(CodePurpose))
    fingerprint: Mapped[str] = mapped_column(String(64))
    email: Mapped[str] = mapped_column(String(254), default="")
    """The new address that the code was sent to."""
    phone: Mapped[str] = mapped_column(String(32), default="")
    """The new number, as it was typed."""
    tries: Mapped[int] = mapped_column(default=0)
    ends_at: Mapped[datetime] = mapped_column(index=True)

    household: Mapped[Household] = relationship()


# A lost link is asked for by an address or a number (registrations.lost_links).
Index("ix_person_email_lower", func.lower(Person.email))
Index("ix_person_phone_e164", Person.phone_e164)
