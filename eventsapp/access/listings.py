"""Who answers for what, as pages ask for it; a constant number of statements."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, defer, joinedload

from eventsapp.access.models import Grant, GrantOffer, Role
from eventsapp.database import db
from eventsapp.people.models import Account, Organisation, OrganisationApproval
from eventsapp.places.models import Territory, Venue
from eventsapp.refusals import NotFound


@dataclass(frozen=True)
class Partner:
    """An organisation approved in a territory, and whether somebody answers for it."""

    organisation: Organisation
    approved_at: datetime
    is_trusted: bool
    """What it proposes is published at once."""
    people: int
    """Who holds a role in it."""
    has_owner: bool
    was_owned: bool
    is_invited: bool

    @property
    def is_orphaned(self) -> bool:
        """Somebody answered for it, and nobody does now."""
        return self.was_owned and not self.has_owner

    @property
    def is_unanswered(self) -> bool:
        """Somebody was invited to answer for it, and never did."""
        asked = self.organisation.owner_asked_at is not None
        return asked and not (self.was_owned or self.has_owner or self.is_invited)

    @property
    def has_nobody(self) -> bool:
        """A coordinator should know: nobody answers for it, and somebody did or was to."""
        return self.is_orphaned or self.is_unanswered


def partners(territory: Territory, *, now: datetime) -> list[Partner]:
    """The organisations approved in a territory, those without an owner first; one statement."""
    people = (
        select(func.count(Grant.account_id.distinct()))
        .where(Grant.organisation_id == Organisation.id, Grant.ended_at.is_(None))
        .correlate(Organisation)
        .scalar_subquery()
    )
    once_owned = exists().where(Grant.organisation_id == Organisation.id, Grant.role == Role.OWNER)
    rows = db.session.execute(
        select(
            Organisation,
            OrganisationApproval.approved_at,
            OrganisationApproval.is_trusted,
            people,
            an_owner_of(Organisation.id),
            once_owned,
            waiting_offer_of(Organisation.id, now),
        )
        .join(OrganisationApproval, OrganisationApproval.organisation_id == Organisation.id)
        .where(OrganisationApproval.territory_id == territory.id)
        .order_by(Organisation.name, Organisation.id)
    )
    found = [Partner(*row) for row in rows]
    return sorted(found, key=lambda one: not one.has_nobody)


def organisation_by_id(number: int) -> Organisation:
    """One organisation. Raises NotFound. The caller asks who may see it."""
    organisation = db.session.get(Organisation, number)
    if organisation is None:
        raise NotFound()
    return organisation


def organisations_named(numbers: Collection[int], territory: Territory | None) -> dict[int, tuple[str, bool]]:
    """What organisations are called, and whether they may act in a territory; one statement, or none."""
    if not numbers:
        return {}
    approved = exists().where(
        OrganisationApproval.organisation_id == Organisation.id,
        OrganisationApproval.territory_id == (territory.id if territory else None),
    )
    found = select(Organisation.id, Organisation.name, approved.label("acts"))
    rows = db.session.execute(found.where(Organisation.id.in_(numbers)))
    return {row.id: (row.name, row.acts) for row in rows}


def holders_of(numbers: Collection[int]) -> dict[int, str]:
    """Who holds or held grants, by the number of the grant; "" once the account is closed. One statement,
    or none."""
    if not numbers:
        return {}
    found = select(Grant.id, Account.name).join(Grant.account).where(Grant.id.in_(numbers))
    return {row.id: row.name for row in db.session.execute(found)}


def territories_of(organisation: Organisation) -> list[Territory]:
    """Where an organisation is approved, by number; one statement."""
    return territories_of_all([organisation]).get(organisation.id, [])


def territories_of_all(organisations: Sequence[Organisation]) -> dict[int, list[Territory]]:
    """The same of several, by the number of the organisation; one statement, or none."""
    if not organisations:
        return {}
    rows = db.session.execute(
        select(OrganisationApproval.organisation_id, Territory)
        .join(Territory, Territory.id == OrganisationApproval.territory_id)
        .where(OrganisationApproval.organisation_id.in_([one.id for one in organisations]))
        .options(defer(Territory.drawing))
        .order_by(Territory.number)
    )
    found: dict[int, list[Territory]] = {}
    for number, territory in rows:
        found.setdefault(number, []).append(territory)
    return found


def owned_among(organisations: Sequence[Organisation]) -> set[int]:
    """Those that somebody answers for, by number; one statement, or none."""
    if not organisations:
        return set()
    numbers = [one.id for one in organisations]
    owned = select(Organisation.id).where(Organisation.id.in_(numbers), an_owner_of(Organisation.id))
    return set(db.session.scalars(owned))


def team(organisation: Organisation) -> Sequence[Grant]:
    """Who holds a role in an organisation, owners first; one statement."""
    return db.session.scalars(
        select(Grant)
        .where(Grant.organisation_id == organisation.id, Grant.ended_at.is_(None))
        .options(joinedload(Grant.account), joinedload(Grant.organisation))
        .order_by(Grant.role.desc(), Grant.granted_at, Grant.id)
    ).all()


def team_of_territory(territory: Territory) -> Sequence[Grant]:
    """Who coordinates a territory, then the contacts of its schools by school; one statement."""
    schools = select(Venue.id).where(Venue.territory_id == territory.id)
    return db.session.scalars(
        select(Grant)
        .where(
            Grant.ended_at.is_(None),
            or_(Grant.territory_id == territory.id, Grant.venue_id.in_(schools)),
        )
        .options(
            joinedload(Grant.account),
            joinedload(Grant.territory).defer(Territory.drawing),
            joinedload(Grant.venue),
        )
        .order_by(Grant.role, Grant.venue_id, Grant.granted_at, Grant.id)
    ).all()


def offers_of_territory(territory: Territory, *, now: datetime) -> Sequence[GrantOffer]:
    """The offers of a territory and of its schools that wait for an answer; one statement."""
    schools = select(Venue.id).where(Venue.territory_id == territory.id)
    return db.session.scalars(
        select(GrantOffer)
        .where(
            or_(GrantOffer.territory_id == territory.id, GrantOffer.venue_id.in_(schools)),
            *GrantOffer.waits(now),
        )
        .options(
            joinedload(GrantOffer.territory).defer(Territory.drawing),
            joinedload(GrantOffer.venue),
            joinedload(GrantOffer.grant).joinedload(Grant.account),
        )
        .order_by(GrantOffer.offered_at, GrantOffer.id)
    ).all()


def offers_of_installation(*, now: datetime) -> Sequence[GrantOffer]:
    """The offers to coordinate or to administer that wait for an answer; one statement."""
    return db.session.scalars(
        select(GrantOffer)
        .where(
            GrantOffer.role.in_((Role.ADMINISTRATOR, Role.COORDINATOR)),
            *GrantOffer.waits(now),
        )
        .options(
            joinedload(GrantOffer.territory).defer(Territory.drawing),
            joinedload(GrantOffer.grant).joinedload(Grant.account),
        )
        .order_by(GrantOffer.offered_at, GrantOffer.id)
    ).all()


def everywhere() -> list[tuple[Territory, list[Grant]]]:
    """Every territory with who coordinates it, by number; two statements."""
    territories = db.session.scalars(select(Territory).order_by(Territory.number)).all()
    grants = db.session.scalars(
        select(Grant)
        .where(Grant.role == Role.COORDINATOR, Grant.ended_at.is_(None))
        .options(joinedload(Grant.account), joinedload(Grant.territory).defer(Territory.drawing))
        .order_by(Grant.granted_at, Grant.id)
    ).all()
    return [(one, [grant for grant in grants if grant.territory_id == one.id]) for one in territories]


def an_owner_of(organisation_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Somebody answers for the organisation of this column."""
    return exists().where(
        Grant.organisation_id == organisation_id, Grant.role == Role.OWNER, Grant.ended_at.is_(None)
    )


def waiting_offer_of(organisation_id: InstrumentedAttribute[int], now: datetime) -> ColumnElement[bool]:
    """Somebody is invited to answer for the organisation of this column."""
    return exists().where(
        GrantOffer.organisation_id == organisation_id,
        GrantOffer.role == Role.OWNER,
        *GrantOffer.waits(now),
    )
