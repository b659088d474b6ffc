"""Private feeds: addresses that a calendar program reads and that hold what is somebody's own."""

from __future__ import annotations

import enum
from datetime import date, datetime
from uuid import uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from eventsapp.database import Model, choice
from eventsapp.invitations.models import Invitation


class FeedKind(enum.StrEnum):
    """What a private feed holds."""

    HOUSEHOLD = "foyer"
    """What a family is registered to."""
    PROFESSIONAL = "professionnel"
    """What a professional is registered to."""
    ORGANISATION = "structure"
    """What an organisation holds."""
    SCHOOL = "ecole"
    """What takes place at a school."""
    TERRITORY = "territoire"
    """Everything that is announced in a territory."""


COLUMN_OF_KIND = {
    FeedKind.HOUSEHOLD: "household_id",
    FeedKind.PROFESSIONAL: "professional_id",
    FeedKind.ORGANISATION: "organisation_id",
    FeedKind.SCHOOL: "venue_id",
    FeedKind.TERRITORY: "territory_id",
}
"""Whose rows it holds, by which column."""

PARTIES = (FeedKind.HOUSEHOLD, FeedKind.PROFESSIONAL)
"""They hold registrations and are read by whoever is registered; the others by an account or a contact."""


def _one_owner() -> CheckConstraint:
    """The database's own `COLUMN_OF_KIND`: one place or party, or none once a party was forgotten."""
    cases = []
    for kind, column in COLUMN_OF_KIND.items():
        others = [f"{other} IS NULL" for other in COLUMN_OF_KIND.values() if other != column]
        there = f"({column} IS NULL) = (emptied_at IS NOT NULL)"
        nobody = "account_id IS NULL AND contact_id IS NULL"
        reader = nobody if kind in PARTIES else "(account_id IS NULL) <> (contact_id IS NULL)"
        cases.append(f"(kind = '{kind}' AND {there} AND {' AND '.join(others)} AND {reader})")
    return CheckConstraint(" OR ".join(cases), name="one_owner")


class FeedLink(Model):
    """One private feed on one device: a token of 256 bits, kept as its fingerprint (RULES F13).

    When a household or professional is forgotten, its row stays for a while without anybody in it and
    answers with an empty calendar, so that its readers clear themselves (RULES F14).
    """

    __tablename__ = "feed_link"
    __table_args__ = (
        _one_owner(),
        CheckConstraint("emptied_at IS NULL OR label = ''", name="emptied_says_nothing"),
        Index("ix_feed_link_household_id", "household_id"),
        Index("ix_feed_link_professional_id", "professional_id"),
        Index("ix_feed_link_account_id", "account_id"),
        Index("ix_feed_link_contact_id", "contact_id"),
        Index("ix_feed_link_emptied_at", "emptied_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[FeedKind] = mapped_column(choice(FeedKind))
    uid: Mapped[str] = mapped_column(String(36), default=lambda: str(uuid4()))
    """Of the calendar itself, for ever: it stays when the address is renewed (RFC 7986 5.3)."""
    fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    household_id: Mapped[int | None] = mapped_column(ForeignKey("household.id", ondelete="CASCADE"))
    professional_id: Mapped[int | None] = mapped_column(ForeignKey("professional.id", ondelete="CASCADE"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"))
    venue_id: Mapped[int | None] = mapped_column(ForeignKey("venue.id", ondelete="CASCADE"))
    territory_id: Mapped[int | None] = mapped_column(ForeignKey("territory.id", ondelete="CASCADE"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    """Who reads it by their role: it stops with their right."""
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    """The contact of a school who reads it: it stops when she leaves, or with her private links."""
    label: Mapped[str] = mapped_column(String(40), default="")
    """As its owner calls the device: « mon téléphone »; may be empty."""
    leaves_out_invited: Mapped[bool] = mapped_column(default=False)
    """« Sans ce que l’on m’a déjà envoyé » (RULES F16)."""
    reminds: Mapped[bool] = mapped_column(default=False)
    """Asked for a reminder the day before (RULES P10)."""
    made_at: Mapped[datetime]
    """When its present address was made."""
    last_read_on: Mapped[date | None]
    """The last day, in Paris, on which a calendar read it."""
    edition: Mapped[str | None] = mapped_column(String(20))
    """The version of its octets that was read last, and since when it is: some of what they depend on leaves
    no date behind, as a registration that was forgotten (RULES F5)."""
    edition_since: Mapped[datetime | None]
    emptied_at: Mapped[datetime | None]
    """Since when nobody stands behind it any more."""


# « Sans ce que l’on m’a déjà envoyé » asks what a mailbox was told.
Index("ix_invitation_address", Invitation.address)
