"""Who may be seen on photos of an event, for which use, from when to when."""

from __future__ import annotations

import enum
from datetime import datetime

from flask_babel import lazy_gettext
from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventsapp.database import Model, choice
from eventsapp.registrations.models import Participant


class PhotoUse(enum.StrEnum):
    """Where a photo may be shown: each is asked for by itself (GDPR art. 7.2)."""

    REPORT = "bilan"
    WEBSITE = "site"
    POSTER = "affiche"

    @property
    def label(self) -> str:
        """« Dans le bilan remis à la Caf »…"""
        return str(_USE_LABELS[self])


_USE_LABELS = {
    PhotoUse.REPORT: lazy_gettext("Dans le bilan remis à la Caf"),
    PhotoUse.WEBSITE: lazy_gettext("Sur le site et les réseaux de l’association"),
    PhotoUse.POSTER: lazy_gettext("Sur une affiche ou dans la presse"),
}


class PhotoConsent(Model):
    """A yes for one participant and one use; taken back, it stays as what was once agreed to and when."""

    __tablename__ = "photo_consent"
    __table_args__ = (
        CheckConstraint("until > given_at", name="ends_after_given"),
        Index(
            "uq_photo_consent_open",
            "participant_id",
            "use",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
        Index("ix_photo_consent_participant", "participant_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id", ondelete="CASCADE"))
    use: Mapped[PhotoUse] = mapped_column(choice(PhotoUse))
    given_at: Mapped[datetime]
    until: Mapped[datetime]
    """A year later at most: nobody agrees for ever."""
    withdrawn_at: Mapped[datetime | None]

    participant: Mapped[Participant] = relationship()
