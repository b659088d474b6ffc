"""Sessions that organisations propose, and how far each of them is."""

from __future__ import annotations

import enum
from datetime import date, datetime, time, timedelta
from typing import Any

from flask_babel import lazy_gettext
from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventsapp.agenda.models import Activity, Audience, RegistrationMode, Topic
from eventsapp.clock import local
from eventsapp.database import Model, choice
from eventsapp.media.models import Picture
from eventsapp.people.models import Account, Organisation
from eventsapp.places.models import Territory, Venue
from eventsapp.programme.models import Action


class ProposalStatus(enum.StrEnum):
    """How far a proposal is."""

    WAITING = "en_attente"
    CHANGES_ASKED = "a_revoir"
    PUBLISHED = "publiee"
    REFUSED = "refusee"
    WITHDRAWN = "retiree"

    @property
    def label(self) -> str:
        """« Attend une réponse », « À revoir »…"""
        return str(_STATUS_LABELS[self])


_STATUS_LABELS = {
    ProposalStatus.WAITING: lazy_gettext("Attend une réponse"),
    ProposalStatus.CHANGES_ASKED: lazy_gettext("À revoir"),
    ProposalStatus.PUBLISHED: lazy_gettext("Publiée"),
    ProposalStatus.REFUSED: lazy_gettext("Refusée"),
    ProposalStatus.WITHDRAWN: lazy_gettext("Retirée"),
}

MOVES: dict[ProposalStatus, frozenset[ProposalStatus]] = {
    ProposalStatus.WAITING: frozenset(
        {
            ProposalStatus.WAITING,
            ProposalStatus.CHANGES_ASKED,
            ProposalStatus.PUBLISHED,
            ProposalStatus.REFUSED,
            ProposalStatus.WITHDRAWN,
        }
    ),
    ProposalStatus.CHANGES_ASKED: frozenset(
        {ProposalStatus.WAITING, ProposalStatus.PUBLISHED, ProposalStatus.REFUSED, ProposalStatus.WITHDRAWN}
    ),
    ProposalStatus.PUBLISHED: frozenset(),
    ProposalStatus.REFUSED: frozenset(),
    ProposalStatus.WITHDRAWN: frozenset(),
}
"""From each status, those it may go to. What waits may be corrected, and waits on; what was to be changed is
published at once where the organisation has become trusted meanwhile."""

OPEN = (ProposalStatus.WAITING, ProposalStatus.CHANGES_ASKED)
"""Somebody still has to do something."""


class Proposal(Model):
    """A session, or a series of them, that an organisation would like to see in the agenda."""

    __tablename__ = "proposal"
    __table_args__ = (
        UniqueConstraint("organisation_id", "form"),
        CheckConstraint("minutes > 0 AND minutes <= 1440", name="lasts"),
        CheckConstraint("capacity IS NULL OR capacity > 0", name="capacity_positive"),
        CheckConstraint("(registration = 'comptee') = (capacity IS NOT NULL)", name="counted_has_capacity"),
        CheckConstraint("(picture_id IS NULL) = (picture_alternative = '')", name="picture_is_described"),
        CheckConstraint("(status = 'publiee') = (activity_id IS NOT NULL)", name="published_has_activity"),
        CheckConstraint(
            "(status IN ('publiee', 'refusee', 'retiree')) = (settled_at IS NOT NULL)",
            name="settled_has_moment",
        ),
        CheckConstraint("status NOT IN ('a_revoir', 'refusee') OR reason <> ''", name="no_has_reason"),
        CheckConstraint("edition > 0", name="has_edition"),
        CheckConstraint("rule IS NULL OR sessions IS NULL", name="recurs_one_way"),
        Index("ix_proposal_territory", "territory_id", "status", "submitted_at"),
        Index("ix_proposal_organisation", "organisation_id", "status", "submitted_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id"))
    """Its action's: who decides on it."""
    action_id: Mapped[int] = mapped_column(ForeignKey("action.id"), index=True)
    venue_id: Mapped[int] = mapped_column(ForeignKey("venue.id"), index=True)
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topic.id"), index=True)
    form: Mapped[str] = mapped_column(String(40))
    """Which form it was sent by: sent twice, it is one proposal."""
    title: Mapped[str] = mapped_column(String(160))
    summary: Mapped[str] = mapped_column(String(400), default="")
    description: Mapped[str] = mapped_column(Text, default="")
    day: Mapped[date]
    """Its first or only day, in Paris."""
    start: Mapped[time]
    """The hour at which it begins, on a Paris clock."""
    minutes: Mapped[int]
    """How long it lasts."""
    rule: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """When it recurs, as `agenda.rules.Rule` writes itself; None: once, or `sessions`."""
    sessions: Mapped[list[list[str]] | None] = mapped_column(JSON(none_as_null=True))
    """Its sessions one by one, start and end of each in ISO 8601, where no rule makes them."""
    audience: Mapped[Audience] = mapped_column(choice(Audience))
    spoken_languages: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Codes of the languages spoken there besides French."""
    accessibility: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Values of `agenda.models.Accessibility`."""
    registration: Mapped[RegistrationMode] = mapped_column(choice(RegistrationMode))
    capacity: Mapped[int | None]
    picture_id: Mapped[int | None] = mapped_column(ForeignKey("picture.id"), index=True)
    picture_alternative: Mapped[str] = mapped_column(String(160), default="")
    """What one sees in it, in French (WCAG 1.1.1)."""
    status: Mapped[ProposalStatus] = mapped_column(choice(ProposalStatus), default=ProposalStatus.WAITING)
    reason: Mapped[str] = mapped_column(String(400), default="")
    """Why it was refused or what is to be changed, as the letter says it."""
    edition: Mapped[int] = mapped_column(default=1)
    """Rises when it is corrected: a coordinator says yes to what she has read."""
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    """Who sent it last, and hears what becomes of it."""
    submitted_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    activity_id: Mapped[int | None] = mapped_column(ForeignKey("activity.id"), index=True)
    """What it has become: a series of its own, or one that it has added dates to."""
    first_event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"), index=True)
    """The first of its dates: they were announced together, so the next of its series are its own."""
    continues_id: Mapped[int | None] = mapped_column(
        ForeignKey("proposal.id", ondelete="SET NULL"), index=True
    )
    """The first proposal of the same series: further dates of it join what that has become."""

    organisation: Mapped[Organisation] = relationship()
    territory: Mapped[Territory] = relationship()
    action: Mapped[Action] = relationship()
    venue: Mapped[Venue] = relationship()
    topic: Mapped[Topic | None] = relationship()
    picture: Mapped[Picture | None] = relationship()
    asked_by: Mapped[Account] = relationship()
    activity: Mapped[Activity | None] = relationship()

    @property
    def is_open(self) -> bool:
        """Somebody still has to do something."""
        return self.status in OPEN

    @property
    def starts_at(self) -> datetime:
        """When it begins on its first day: an aware instant."""
        return local(self.day, self.start.hour, self.start.minute)

    @property
    def ends_at(self) -> datetime:
        """When it ends on its first day: an aware instant."""
        return self.starts_at + timedelta(minutes=self.minutes)
