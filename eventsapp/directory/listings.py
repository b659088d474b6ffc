"""Places and whom to reach there, as desks ask for them; a constant number of statements."""

from __future__ import annotations

import enum
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, case, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from eventsapp.clock import local
from eventsapp.database import AsTyped, as_typed, db
from eventsapp.directory.models import Contact, ContactImport
from eventsapp.people.models import Organisation, OrganisationApproval, OrganisationKind
from eventsapp.places.models import SCHOOL_KINDS, Quartier, Territory, Venue, VenueKind
from eventsapp.refusals import NotFound

Row = TypeVar("Row")

MONTHS_OF_CONFIRMING = (9, 10)
"""September and October: what is to be confirmed comes first."""


class Need(enum.StrEnum):
    """What a contact may lack."""

    TO_VERIFY = "a-verifier"
    WITHOUT_MAIL = "sans-courriel"
    MAIL_FAILS = "courriel-en-panne"


class Whose(enum.StrEnum):
    """Whose contacts."""

    SCHOOLS = "ecoles"
    VENUES = "autres-lieux"
    ASSOCIATIONS = "associations"
    ORGANISATIONS = "autres-structures"


@dataclass(frozen=True)
class Filters:
    """What a coordinator asked to see; None or empty: no wish. `words`: of the name of a place."""

    need: Need | None = None
    whose: Whose | None = None
    words: str = ""


@dataclass(frozen=True)
class VenueFilters:
    """The same of places."""

    kind: VenueKind | None = None
    quartier: str | None = None
    ended: bool = False
    words: str = ""


def school_year_start(day: date) -> date:
    """The 1 September that began the school year of a day. Contacts change then, whatever the holidays:
    the *rentrée* itself moves by a day or two (arrêtés of the calendrier scolaire)."""
    return date(day.year if day.month >= 9 else day.year - 1, 9, 1)


def is_verified(contact: Contact, *, on: date) -> bool:
    """Whether somebody said in the present school year that it is right."""
    start = local(school_year_start(on), 0)
    return contact.verified_at is not None and contact.verified_at >= start


def contacts(
    territory: Territory, filters: Filters, *, on: date, limit: int, offset: int = 0
) -> Sequence[Contact]:
    """The contacts of the places and approved organisations of a territory that fit, by place; one
    statement. In September and October those to confirm come first."""
    place = func.coalesce(Venue.name, Organisation.name)
    first = [case((_unverified(on), 0), else_=1)] if on.month in MONTHS_OF_CONFIRMING else []
    return db.session.scalars(
        _of_territory(select(Contact), territory, filters, on)
        .options(contains_eager(Contact.venue), contains_eager(Contact.organisation))
        .order_by(*first, AsTyped(place), AsTyped(Contact.name), Contact.id)
        .limit(limit)
        .offset(offset)
    ).all()


def how_many_contacts(territory: Territory, filters: Filters, *, on: date) -> int:
    """How many fit; one statement."""
    return db.session.scalar(_of_territory(select(func.count(Contact.id)), territory, filters, on)) or 0


def to_verify(territory: Territory, *, on: date) -> int:
    """How many nobody has confirmed since 1 September; one statement."""
    return how_many_contacts(territory, Filters(need=Need.TO_VERIFY), on=on)


def contact_by_id(number: int, territory: Territory) -> Contact:
    """One contact of a territory that has not ended; one statement. Raises NotFound."""
    contact = db.session.scalars(
        _of_territory(select(Contact), territory, Filters(), None)
        .where(Contact.id == number)
        .options(contains_eager(Contact.venue), contains_eager(Contact.organisation))
    ).first()
    if contact is None:
        raise NotFound()
    return contact


def contacts_of(place: Venue | Organisation) -> Sequence[Contact]:
    """The contacts of a place, by name; one statement."""
    column = Contact.venue_id if isinstance(place, Venue) else Contact.organisation_id
    return db.session.scalars(
        select(Contact)
        .where(column == place.id, Contact.ended_at.is_(None))
        .order_by(AsTyped(Contact.name), Contact.id)
    ).all()


def kinds_of_places(numbers: Collection[int]) -> dict[int, VenueKind | None]:
    """The kind of the place that contacts are of, by the number of the contact; None: of an organisation.
    Whoever has ended is among them until they are forgotten. One statement, or none."""
    if not numbers:
        return {}
    found = select(Contact.id, Venue.kind).outerjoin(Contact.venue).where(Contact.id.in_(numbers))
    return {row.id: row.kind for row in db.session.execute(found)}


def contacts_of_venues(numbers: Collection[int]) -> dict[int, list[Contact]]:
    """The contacts of several venues, by the number of the venue; one statement, or none."""
    if not numbers:
        return {}
    rows = db.session.scalars(
        select(Contact)
        .where(Contact.venue_id.in_(numbers), Contact.ended_at.is_(None))
        .order_by(AsTyped(Contact.name), Contact.id)
    )
    found: dict[int, list[Contact]] = {}
    for contact in rows:
        found.setdefault(contact.venue_id or 0, []).append(contact)
    return found


def venues(
    territory: Territory, filters: VenueFilters, *, limit: int | None = None, offset: int = 0
) -> Sequence[Venue]:
    """The places of a territory that fit, by name; one statement."""
    return db.session.scalars(
        _venues(select(Venue), territory, filters)
        .options(joinedload(Venue.quartier).load_only(Quartier.name))
        .order_by(AsTyped(Venue.name), Venue.id)
        .limit(limit)
        .offset(offset)
    ).all()


def how_many_venues(territory: Territory, filters: VenueFilters) -> int:
    """How many fit; one statement."""
    return db.session.scalar(_venues(select(func.count(Venue.id)), territory, filters)) or 0


def venue_by_id(number: int, territory: Territory) -> Venue:
    """One place of a territory, in use or not; one statement. Raises NotFound."""
    venue = db.session.scalars(
        select(Venue)
        .where(Venue.id == number, Venue.territory_id == territory.id)
        .options(joinedload(Venue.quartier).load_only(Quartier.name, Quartier.slug))
    ).first()
    if venue is None:
        raise NotFound()
    return venue


def quartiers(territory: Territory) -> Sequence[Quartier]:
    """The neighbourhoods of a territory, by name; one statement."""
    return db.session.scalars(
        select(Quartier).where(Quartier.territory_id == territory.id).order_by(Quartier.name)
    ).all()


def organisations(territory: Territory) -> Sequence[Organisation]:
    """The organisations that may act in a territory, by name; one statement."""
    return db.session.scalars(
        select(Organisation)
        .where(Organisation.id.in_(_approved(territory)))
        .order_by(AsTyped(Organisation.name), Organisation.id)
    ).all()


def import_by_id(number: int, territory: Territory) -> ContactImport:
    """A list that was sent in a territory. Raises NotFound."""
    found = db.session.scalars(
        select(ContactImport).where(ContactImport.id == number, ContactImport.territory_id == territory.id)
    ).first()
    if found is None:
        raise NotFound()
    return found


def _of_territory(
    wanted: Select[Row], territory: Territory, filters: Filters, on: date | None
) -> Select[Row]:
    wanted = (
        wanted.outerjoin(Contact.venue)
        .outerjoin(Contact.organisation)
        .where(
            Contact.ended_at.is_(None),
            or_(Venue.territory_id == territory.id, Contact.organisation_id.in_(_approved(territory))),
        )
    )
    if filters.need is Need.TO_VERIFY and on is not None:
        wanted = wanted.where(_unverified(on))
    if filters.need is Need.WITHOUT_MAIL:
        wanted = wanted.where(Contact.email.is_(None))
    if filters.need is Need.MAIL_FAILS:
        wanted = wanted.where(Contact.mail_failed_at.is_not(None))
    if filters.whose:
        wanted = wanted.where(_WHOSE[filters.whose])
    for word in as_typed(filters.words).split():
        place = AsTyped(func.coalesce(Venue.name, Organisation.name))
        wanted = wanted.where(place.contains(word, autoescape=True))
    return wanted


_WHOSE: dict[Whose, ColumnElement[bool]] = {
    Whose.SCHOOLS: Venue.kind.in_(SCHOOL_KINDS),
    Whose.VENUES: Venue.kind.not_in(SCHOOL_KINDS),
    Whose.ASSOCIATIONS: Organisation.kind == OrganisationKind.ASSOCIATION,
    Whose.ORGANISATIONS: Organisation.kind != OrganisationKind.ASSOCIATION,
}


def _venues(wanted: Select[Row], territory: Territory, filters: VenueFilters) -> Select[Row]:
    in_use = Venue.ended_at.is_not(None) if filters.ended else Venue.ended_at.is_(None)
    wanted = wanted.where(Venue.territory_id == territory.id, in_use)
    if filters.kind:
        wanted = wanted.where(Venue.kind == filters.kind)
    if filters.quartier:
        named = select(Quartier.id).where(
            Quartier.territory_id == territory.id, Quartier.slug == filters.quartier
        )
        wanted = wanted.where(Venue.quartier_id.in_(named))
    for word in as_typed(filters.words).split():
        said = [AsTyped(column).contains(word, autoescape=True) for column in _SEARCHED]
        wanted = wanted.where(or_(*said))
    return wanted


_SEARCHED = (Venue.name, Venue.short_name, Venue.address)


def _approved(territory: Territory) -> Select[int]:
    return select(OrganisationApproval.organisation_id).where(
        OrganisationApproval.territory_id == territory.id
    )


def _unverified(on: date) -> ColumnElement[bool]:
    start = local(school_year_start(on), 0)
    return or_(Contact.verified_at.is_(None), Contact.verified_at < start)
