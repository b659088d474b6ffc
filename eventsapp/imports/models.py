"""Sources that partners import their agendas from, and what was taken over of each."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext
from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventsapp.agenda.models import Audience
from eventsapp.database import Model, choice
from eventsapp.imports.rows import LONGEST_PARENT
from eventsapp.people.models import Account, Organisation
from eventsapp.places.models import Venue
from eventsapp.programme.models import Action
from eventsapp.proposals.models import Proposal


class Following(enum.StrEnum):
    """What becomes of what a scheduled reading finds."""

    BY_HAND = "a_la_main"
    """It waits until somebody has looked."""
    BY_ITSELF = "tout_seul"
    """What is new and what has moved is taken over; what was edited by hand here waits all the same."""

    @property
    def label(self) -> str:
        """« Je regarde d’abord »…"""
        return str(_FOLLOWING_LABELS[self])


_FOLLOWING_LABELS = {
    Following.BY_HAND: lazy_gettext("Je regarde d’abord, puis j’accepte"),
    Following.BY_ITSELF: lazy_gettext("Les nouveautés et les changements passent sans moi"),
}


class ImportSource(Model):
    """An agenda that a partner keeps elsewhere: files of it that they send, or an address that is read."""

    __tablename__ = "import_source"
    __table_args__ = (
        CheckConstraint("url <> '' OR next_at IS NULL", name="only_addresses_are_read"),
        CheckConstraint("failures >= 0", name="failures_are_counted"),
        CheckConstraint("(reading IS NULL) = (read_at IS NULL)", name="reading_has_moment"),
        Index("ix_import_source_organisation", "organisation_id", "id"),
        Index("ix_import_source_due", "next_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    action_id: Mapped[int] = mapped_column(ForeignKey("action.id"), index=True)
    """Under which action its sessions stand; its territory decides where places are looked for."""
    venue_id: Mapped[int | None] = mapped_column(ForeignKey("venue.id"), index=True)
    """Where a session is held that names no place; None: such a session waits."""
    name: Mapped[str] = mapped_column(String(80))
    url: Mapped[str] = mapped_column(String(500), default="")
    """Empty: files are sent. It may hold a secret of the partner: shown to their people only."""
    audience: Mapped[Audience] = mapped_column(choice(Audience))
    following: Mapped[Following] = mapped_column(choice(Following))
    cancels_vanished: Mapped[bool] = mapped_column(default=False)
    """What is no longer in the file is cancelled without asking."""
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    """In whose name a scheduled reading proposes, and who hears what becomes of it."""
    created_at: Mapped[datetime]
    next_at: Mapped[datetime | None]
    """When the address is read next."""
    etag: Mapped[str] = mapped_column(String(200), default="")
    modified: Mapped[str] = mapped_column(String(60), default="")
    """Last-Modified, as it came."""
    failures: Mapped[int] = mapped_column(default=0)
    """How many readings have failed one after the other."""
    problem: Mapped[str] = mapped_column(String(240), default="")
    """Why the last one has, as a msgid."""
    problem_values: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    """The parameters of that sentence."""
    reading: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), deferred=True)
    """What was read last (`rows.Reading`), and is shown until it is taken over."""
    read_at: Mapped[datetime | None]
    waiting: Mapped[int] = mapped_column(default=0)
    """How much of the last reading waits for somebody."""

    organisation: Mapped[Organisation] = relationship()
    action: Mapped[Action] = relationship()
    venue: Mapped[Venue | None] = relationship()
    asked_by: Mapped[Account] = relationship()

    @property
    def territory_id(self) -> int:
        """Where its sessions are held: its action's."""
        return self.action.territory_id


class ImportPlace(Model):
    """Which place some words of a source mean, chosen once; without one: elsewhere, left out."""

    __tablename__ = "import_place"
    __table_args__ = (UniqueConstraint("source_id", "words"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("import_source.id", ondelete="CASCADE"))
    words: Mapped[str] = mapped_column(String(200))
    """As `places.folded` writes them."""
    venue_id: Mapped[int | None] = mapped_column(ForeignKey("venue.id"), index=True)

    venue: Mapped[Venue | None] = relationship()


class ImportedRow(Model):
    """One session that was taken over: what the file said of it then, and the proposal it became."""

    __tablename__ = "imported_row"
    __table_args__ = (
        UniqueConstraint("source_id", "key"),
        Index("ix_imported_row_proposal", "proposal_id", "session_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("import_source.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(64))
    """`rows.Row.key`."""
    parent: Mapped[str] = mapped_column(String(LONGEST_PARENT))
    """`rows.Row.parent`."""
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id", ondelete="CASCADE"))
    session_at: Mapped[datetime]
    """When it begins as it was proposed: which of the sessions of its proposal it is."""
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What the file said when it was last taken over (`steps.Content`): what differs from it here was
    edited by hand, what differs from it in the next file has changed there."""
    taken_at: Mapped[datetime]

    proposal: Mapped[Proposal] = relationship()
