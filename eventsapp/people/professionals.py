"""Professionals: a person who comes for an organisation, and the private link of one.

As with households, what is typed into a form opens a new one. The organisation is the approved one of that
name in the territory; otherwise the name stays as typed, with the person who said it: an Organisation made
from it would be a partner that nobody approved, in every list of partners.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from eventsapp.codes import fingerprint, link_token
from eventsapp.database import db
from eventsapp.people.contacts import Phone
from eventsapp.people.households import LinkUnknown
from eventsapp.people.models import (
    Means,
    Organisation,
    OrganisationApproval,
    Person,
    PrivateLink,
    Professional,
)
from eventsapp.places.models import Territory
from eventsapp.settings import setting

LONGEST_ORGANISATION = 120


def names_in(territory: Territory) -> Sequence[str]:
    """How the organisations approved in a territory are called; one statement."""
    return db.session.scalars(
        select(Organisation.name)
        .join(OrganisationApproval, OrganisationApproval.organisation_id == Organisation.id)
        .where(OrganisationApproval.territory_id == territory.id)
        .order_by(Organisation.name)
    ).all()


def open_new(
    *,
    first_name: str,
    email: str | None,
    phone: Phone | None,
    means: Means | None,
    organisation: str,
    territory: Territory,
    language: str,
    now: datetime,
) -> Professional:
    """A new professional, of the organisation of that name where one is approved in the territory; added,
    not yet flushed."""
    known = _approved(organisation, territory)
    person = Person(
        first_name=first_name,
        email=email,
        phone=phone.typed if phone else None,
        phone_e164=phone.e164 if phone else None,
        means=means,
        language=language,
        created_at=now,
    )
    professional = Professional(
        person=person, organisation=known, organisation_name="" if known else organisation
    )
    db.session.add(professional)
    return professional


def new_link(professional: Professional, *, now: datetime) -> str:
    """A new private link of the professional: its token, to be shown once and never stored."""
    token = link_token()
    db.session.add(PrivateLink(professional=professional, fingerprint=fingerprint(token), created_at=now))
    return token


def by_link(token: str) -> Professional:
    """The professional of a private link, with person and organisation; one statement. Raises LinkUnknown."""
    professional = db.session.scalars(
        select(Professional)
        .join(PrivateLink, PrivateLink.professional_id == Professional.id)
        .where(PrivateLink.fingerprint == fingerprint(token), PrivateLink.revoked_at.is_(None))
        .options(joinedload(Professional.person), joinedload(Professional.organisation))
    ).first()
    if professional is None:
        raise LinkUnknown()
    return professional


def link_address(token: str) -> str:
    """The public address of a professional's private link, for screens and letters, never for calendars."""
    return f"{setting('PUBLIC_URL')}/ma-venue/{token}"


def _approved(name: str, territory: Territory) -> Organisation | None:
    """The only organisation approved there that is called so, letter for letter but for capitals."""
    named = db.session.scalars(
        select(Organisation)
        .join(OrganisationApproval, OrganisationApproval.organisation_id == Organisation.id)
        .where(OrganisationApproval.territory_id == territory.id)
    )
    found = [one for one in named if one.name.casefold() == name.casefold()]
    return found[0] if len(found) == 1 else None
