"""Grants: who holds which role where; what is offered by mail, who stands in, who helps for a day."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from eventsapp.agenda.models import Event
from eventsapp.database import Model, choice
from eventsapp.people.models import Account, Organisation
from eventsapp.places.models import Territory, Venue


class Role(enum.StrEnum):
    """The roles of the desks, each held somewhere."""

    ADMINISTRATOR = "administration"
    """Runs the installation: names coordinators. Reads no letter and no registration by that."""
    COORDINATOR = "coordination"
    """Runs a territory; co-pilots of the Caf and of the City alike."""
    OWNER = "responsable"
    """Answers for an organisation: its sessions and its team."""
    MEMBER = "membre"
    """Works on the sessions of an organisation."""
    SCHOOL_CONTACT = "ecole"
    """Sees and confirms the dates of a school, a venue."""


Where = Territory | Organisation | Venue | None
"""Where a role is held; None: in the whole installation."""

PLACE_OF_ROLE: dict[Role, type[Territory] | type[Organisation] | type[Venue] | None] = {
    Role.ADMINISTRATOR: None,
    Role.COORDINATOR: Territory,
    Role.OWNER: Organisation,
    Role.MEMBER: Organisation,
    Role.SCHOOL_CONTACT: Venue,
}


def columns_of(role: Role, where: Where) -> dict[str, Any]:
    """The columns that say a role and its place. Raises ValueError when they do not fit."""
    wanted = PLACE_OF_ROLE[role]
    if (where is None) != (wanted is None) or (wanted and not isinstance(where, wanted)):
        raise ValueError(f"{role} is not held in {where!r}")
    return {"role": role, **columns_of_place(where)}


def columns_of_place(where: Where) -> dict[str, Any]:
    """The columns that say a place alone."""
    return {
        "territory_id": where.id if isinstance(where, Territory) else None,
        "organisation_id": where.id if isinstance(where, Organisation) else None,
        "venue_id": where.id if isinstance(where, Venue) else None,
    }


def _role_fits_place() -> CheckConstraint:
    """The database's own `columns_of`."""
    named = {Territory: "territory_id", Organisation: "organisation_id", Venue: "venue_id"}
    cases = []
    for role, kind in PLACE_OF_ROLE.items():
        wanted = [f"{column} IS {'NOT ' if kind is place else ''}NULL" for place, column in named.items()]
        cases.append(f"(role = '{role}' AND {' AND '.join(wanted)})")
    return CheckConstraint(" OR ".join(cases), name="role_fits_place")


class HeldSomewhere:
    """The columns of a role in a place."""

    role: Mapped[Role] = mapped_column(choice(Role))
    territory_id: Mapped[int | None] = mapped_column(ForeignKey("territory.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    venue_id: Mapped[int | None] = mapped_column(ForeignKey("venue.id"), index=True)

    @declared_attr
    def territory(cls) -> Mapped[Territory | None]:  # noqa: N805 - SQLAlchemy hands the class over
        """The territory of a coordinator."""
        return relationship(Territory)

    @declared_attr
    def organisation(cls) -> Mapped[Organisation | None]:  # noqa: N805 - as above
        """The organisation of an owner or member."""
        return relationship(Organisation)

    @declared_attr
    def venue(cls) -> Mapped[Venue | None]:  # noqa: N805 - as above
        """The school of a contact."""
        return relationship(Venue)

    @property
    def where(self) -> Where:
        """The place; None: the installation."""
        return self.territory or self.organisation or self.venue


class Grant(HeldSomewhere, Model):
    """An account holds a role somewhere, until the grant is ended."""

    __tablename__ = "access_grant"
    __table_args__ = (
        _role_fits_place(),
        # One running grant of a role in a place for each account; NULLs differ, so one index a place.
        *(
            Index(
                f"uq_access_grant_{name}",
                "account_id",
                "role",
                *columns,
                unique=True,
                sqlite_where=text(condition),
                postgresql_where=text(condition),
            )
            for name, columns, condition in (
                ("installation", (), "ended_at IS NULL AND role = 'administration'"),
                ("territory", ("territory_id",), "ended_at IS NULL AND territory_id IS NOT NULL"),
                ("organisation", ("organisation_id",), "ended_at IS NULL AND organisation_id IS NOT NULL"),
                ("venue", ("venue_id",), "ended_at IS NULL AND venue_id IS NOT NULL"),
            )
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    granted_at: Mapped[datetime]
    granted_by: Mapped[str] = mapped_column(String(80))
    """An actor, as journals write: « account:3 »."""
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(80))

    account: Mapped[Account] = relationship()


class StandIn(Model):
    """« Absente du … au …, remplacée par … »: on these days an account holds somebody else's grant too."""

    __tablename__ = "stand_in"
    __table_args__ = (
        CheckConstraint("last_day >= first_day", name="ends_after_it_begins"),
        Index("ix_stand_in_account", "account_id", "last_day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    grant_id: Mapped[int] = mapped_column(ForeignKey("access_grant.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    first_day: Mapped[date]
    last_day: Mapped[date]
    """Both on a Paris calendar, both included."""
    noted_at: Mapped[datetime]
    noted_by: Mapped[str] = mapped_column(String(80))
    ended_at: Mapped[datetime | None]
    """Earlier than its last day, by somebody."""

    grant: Mapped[Grant] = relationship()
    account: Mapped[Account] = relationship()


class GrantOffer(HeldSomewhere, Model):
    """A role offered by mail: its link is used up by whoever reads that mailbox, and says yes.

    With `grant_id`, an existing grant passes on: for good (a hand-over), or from `first_day` to
    `last_day` (a stand-in). Without, the role is held beside whoever holds it already.
    """

    __tablename__ = "grant_offer"
    __table_args__ = (
        _role_fits_place(),
        CheckConstraint("email = lower(email)", name="email_in_lower_case"),
        CheckConstraint("(first_day IS NULL) = (last_day IS NULL)", name="both_days_or_none"),
        CheckConstraint("first_day IS NULL OR grant_id IS NOT NULL", name="days_need_a_grant"),
        CheckConstraint("last_day >= first_day", name="ends_after_it_begins"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    """In lower case; forgotten with the offer."""
    fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    grant_id: Mapped[int | None] = mapped_column(ForeignKey("access_grant.id"), index=True)
    first_day: Mapped[date | None]
    last_day: Mapped[date | None]
    offered_at: Mapped[datetime]
    offered_by: Mapped[str] = mapped_column(String(80))
    language: Mapped[str] = mapped_column(String(8), default="fr")
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]

    grant: Mapped[Grant | None] = relationship()

    @classmethod
    def unanswered(cls) -> tuple[ColumnElement[bool], ...]:
        """The conditions of an offer that was neither accepted nor taken back."""
        return cls.accepted_at.is_(None), cls.withdrawn_at.is_(None)

    @classmethod
    def waits(cls, now: datetime) -> tuple[ColumnElement[bool], ...]:
        """The conditions of an offer whose link works."""
        return *cls.unanswered(), cls.expires_at > now

    @property
    def is_hand_over(self) -> bool:
        """A grant passes on for good."""
        return self.grant_id is not None and self.first_day is None

    @property
    def is_stand_in(self) -> bool:
        """A grant passes on for some days."""
        return self.first_day is not None


class DayLink(Model):
    """A link for one helper of one event, who has no account; it ends with the day, or when revoked."""

    __tablename__ = "day_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    """Whom it was made for: « Nadia, accueil »."""
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(80))
    revoked_at: Mapped[datetime | None]

    event: Mapped[Event] = relationship()
