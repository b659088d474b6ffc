"""What each recipient's calendar was told of an event."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventsapp.agenda.models import Event
from eventsapp.database import Model, choice


class Method(enum.StrEnum):
    """The iTIP methods we send (RFC 5546 1.4)."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


class PartStat(enum.StrEnum):
    """What the invited answered (RFC 5545 3.2.12)."""

    NEEDS_ACTION = "NEEDS-ACTION"
    ACCEPTED = "ACCEPTED"
    TENTATIVE = "TENTATIVE"
    DECLINED = "DECLINED"


class Capacity(enum.StrEnum):
    """As what somebody is invited: who registered, who holds a school Saturday, who keeps its place."""

    GUEST = "inscrit"
    HOST = "structure"
    PLACE = "lieu"


class Invitation(Model):
    """The iTIP state of one event for one address.

    One row per (event, address), for ever: a calendar knows only the UID and the address, so who
    registers again after cancelling must get a REQUEST above the CANCEL (ical RULES Q9). Whoever both
    registered and keeps the place has one row, as the latter: the date stays while either holds.
    """

    __tablename__ = "invitation"
    __table_args__ = (
        UniqueConstraint("event_id", "address"),
        CheckConstraint("(answer_stamp IS NULL) = (answered_at IS NULL)", name="answer_has_stamp"),
        Index("ix_invitation_invited_as", "invited_as", "event_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    address: Mapped[str] = mapped_column(String(254))
    """In lower case."""
    name: Mapped[str] = mapped_column(String(120))
    token: Mapped[str] = mapped_column(String(16), unique=True)
    """Of the reply address agenda+token@…: derived by HMAC, so that it stays the same."""
    sequence: Mapped[int] = mapped_column(default=0)
    method: Mapped[Method] = mapped_column(choice(Method))
    last_stamp: Mapped[datetime]
    """DTSTAMP of the last message; the next is strictly later."""
    partstat: Mapped[PartStat] = mapped_column(choice(PartStat), default=PartStat.NEEDS_ACTION)
    """Of the hour and place last told: asked again where these change (RFC 5546 3.2.2.1)."""
    invited_as: Mapped[Capacity] = mapped_column(choice(Capacity), default=Capacity.GUEST)
    terms: Mapped[str] = mapped_column(String(60), default="")
    """Hours and place of the last message (`promises.terms_of`); "": nobody knows what they know."""
    words: Mapped[str] = mapped_column(String(16), default="")
    """Digest of the title, the place and the description of the last message."""

    answered_at: Mapped[datetime | None]
    """When the last answer that counts came in; None: they did not answer yet."""
    answer_sequence: Mapped[int] = mapped_column(default=0)
    """SEQUENCE of that answer, at most ours: a lower one comes too late (RULES I8)."""
    answer_stamp: Mapped[datetime | None]
    """DTSTAMP of that answer: of two with one SEQUENCE the later counts (RULES I8)."""
    answer_comment: Mapped[str] = mapped_column(String(500), default="")
    """What they wrote beside it: shown, never obeyed (RULES I10)."""
    answers_former: Mapped[bool] = mapped_column(default=False)
    """« Répondu avant le changement »: their last answer is to an hour or a place that was given up since."""
    refreshed_at: Mapped[datetime | None]
    """When a calendar last asked for it again and was sent it: once an hour at most (RULES I13)."""

    event: Mapped[Event] = relationship()
