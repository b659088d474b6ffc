"""Whom a letter to an organisation reaches: those who answer for it, or the contact it gave."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from eventsapp.access.models import Grant, Role
from eventsapp.database import db
from eventsapp.directory.models import Contact
from eventsapp.languages import DEFAULT
from eventsapp.mailroom.outbox import Reader
from eventsapp.people import contacts
from eventsapp.people.models import Organisation
from eventsapp.refusals import Refusal


def of_organisations(organisations: Sequence[Organisation]) -> dict[int, Reader]:
    """One reader for each organisation that can be reached, by its number; two statements, or none.

    Its first owner; else its first contact, confirmed ones before the others; else the address or the
    telephone of the organisation itself.
    """
    if not organisations:
        return {}
    numbers = [one.id for one in organisations]
    found: dict[int, Reader] = {}
    owners = (
        select(Grant)
        .where(Grant.organisation_id.in_(numbers), Grant.role == Role.OWNER, Grant.ended_at.is_(None))
        .options(joinedload(Grant.account))
        .order_by(Grant.granted_at, Grant.id)
    )
    for grant in db.session.scalars(owners):
        if grant.organisation_id is not None and grant.account.closed_at is None:
            account = grant.account
            reader = Reader(name=account.name, language=account.language, email=account.email)
            found.setdefault(grant.organisation_id, reader)
    known = (
        select(Contact)
        .where(Contact.organisation_id.in_(numbers), Contact.ended_at.is_(None))
        .order_by(Contact.verified_at.is_(None), Contact.id)
    )
    for contact in db.session.scalars(known):
        if contact.organisation_id is not None:
            reader = Reader(
                name=contact.name, language=contact.language, email=contact.email, phone=contact.phone_e164
            )
            found.setdefault(contact.organisation_id, reader)
    for organisation in organisations:
        itself = _itself(organisation)
        if itself is not None:
            found.setdefault(organisation.id, itself)
    return found


def _itself(organisation: Organisation) -> Reader | None:
    try:
        phone = contacts.phone(organisation.phone or "")
    except Refusal:  # a seed or an import wrote what nobody can dial
        phone = None
    if not organisation.email and phone is None:
        return None
    return Reader(
        name=organisation.name,
        language=DEFAULT.code,
        email=organisation.email,
        phone=phone.e164 if phone else None,
    )
