"""Contacts: whom to write to or call about a place or an organisation, and lists of them that wait."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventsapp.database import Model
from eventsapp.people.mailboxes import HasMailbox
from eventsapp.people.models import Organisation
from eventsapp.places.models import Venue


class Contact(HasMailbox, Model):
    """Whom to reach at a place or in an organisation: a headteacher, a caretaker, who answers the phone.

    No account: it is written to by link, or called. Wrong after a summer as often as not, so each is
    confirmed again for a school year.
    """

    __tablename__ = "contact"
    __table_args__ = (
        CheckConstraint("(venue_id IS NULL) <> (organisation_id IS NULL)", name="of_one"),
        CheckConstraint("email IS NOT NULL OR phone IS NOT NULL", name="reachable"),
        Index("ix_contact_venue", "venue_id", "ended_at"),
        Index("ix_contact_organisation", "organisation_id", "ended_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    venue_id: Mapped[int | None] = mapped_column(ForeignKey("venue.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    name: Mapped[str] = mapped_column(String(80))
    function: Mapped[str] = mapped_column(String(80), default="")
    """« directrice », « gardien »."""
    email: Mapped[str | None] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(String(32))
    """As typed; `phone_e164` is for dialling."""
    phone_e164: Mapped[str | None] = mapped_column(String(16))
    hours: Mapped[str] = mapped_column(String(120), default="")
    """When to call: « le matin avant 8 h 30 »."""
    language: Mapped[str] = mapped_column(String(8), default="fr")
    verified_at: Mapped[datetime | None]
    """When somebody last said that it is right; None: never."""
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    """Gone elsewhere."""

    venue: Mapped[Venue | None] = relationship()
    organisation: Mapped[Organisation | None] = relationship()


class ContactImport(Model):
    """A list of contacts that was sent and read, and waits to be taken over or let go.

    The lines stay here for the hour in which a coordinator looks at what would happen, and go the moment
    it has happened: a second click finds none.
    """

    __tablename__ = "contact_import"

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id"), index=True)
    lines: Mapped[list[Any]] = mapped_column(JSON)
    """Of each line its number in the file and its cells by column (`directory.sheets`)."""
    ignored: Mapped[list[str]] = mapped_column(JSON)
    """Columns of the file that nobody here knows."""
    sent_at: Mapped[datetime] = mapped_column(index=True)
    done_at: Mapped[datetime | None]
    """When it was taken over."""
