"""Whom a letter to an organisation or a place reaches: those who answer for it there, or its contacts."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from eventsapp.access.models import Grant, Role
from eventsapp.database import db
from eventsapp.directory.models import Contact
from eventsapp.languages import DEFAULT
from eventsapp.mailroom.outbox import Reader
from eventsapp.people import contacts
from eventsapp.people.models import Account, Organisation
from eventsapp.refusals import Refusal


def of_organisations(organisations: Sequence[Organisation]) -> dict[int, list[Reader]]:
    """The readers of each organisation that can be reached, by its number; two statements, or none.

    Its owners; without one its contacts, confirmed ones first; without any the address or the telephone of
    the organisation itself.
    """
    numbers = [one.id for one in organisations]
    found = _by_grant(Grant.organisation_id, numbers, Role.OWNER)
    for number, known in _by_contact(Contact.organisation_id, numbers).items():
        found.setdefault(number, known)
    for organisation in organisations:
        itself = _itself(organisation)
        if itself is not None:
            found.setdefault(organisation.id, [itself])
    return found


def of_places(numbers: Collection[int]) -> dict[int, list[Reader]]:
    """The readers of each place that can be reached, by its number: its contacts who sign in, and those who
    do not; two statements, or none."""
    found = _by_grant(Grant.venue_id, numbers, Role.SCHOOL_CONTACT)
    for number, known in _by_contact(Contact.venue_id, numbers).items():
        found.setdefault(number, []).extend(known)
    return found


def language_at(address: str) -> str:
    """What is read at a mailbox (in lower case) of an organisation or a place, by who left it too; ours where
    nobody knows. Two statements at most."""
    for kind in (Account, Contact):
        theirs = select(kind.language).where(func.lower(kind.email) == address)
        found = db.session.scalars(theirs.order_by(kind.id.desc()).limit(1)).first()
        if found is not None:
            return found
    return DEFAULT.code


def _by_grant(
    place: InstrumentedAttribute[int | None], numbers: Collection[int], role: Role
) -> dict[int, list[Reader]]:
    found: dict[int, list[Reader]] = {}
    if not numbers:
        return found
    grants = (
        select(Grant)
        .join(Grant.account)
        .where(place.in_(numbers), Grant.role == role, Grant.ended_at.is_(None), Account.closed_at.is_(None))
        .options(joinedload(Grant.account))
        .order_by(Grant.granted_at, Grant.id)
    )
    for grant in db.session.scalars(grants):
        account = grant.account
        reader = Reader(
            name=account.name,
            language=account.language,
            email=account.email,
            mail_fails=account.mail_failed_at is not None,
        )
        found.setdefault(getattr(grant, place.key), []).append(reader)
    return found


def _by_contact(
    place: InstrumentedAttribute[int | None], numbers: Collection[int]
) -> dict[int, list[Reader]]:
    found: dict[int, list[Reader]] = {}
    if not numbers:
        return found
    known = (
        select(Contact)
        .where(place.in_(numbers), Contact.ended_at.is_(None))
        .order_by(Contact.verified_at.is_(None), Contact.id)
    )
    for one in db.session.scalars(known):
        reader = Reader(
            name=one.name,
            language=one.language,
            email=one.email,
            phone=one.phone_e164,
            mail_fails=one.mail_failed_at is not None,
        )
        found.setdefault(getattr(one, place.key), []).append(reader)
    return found


def _itself(organisation: Organisation) -> Reader | None:
    try:
        phone = contacts.phone(organisation.phone or "")
    except Refusal:  # a seed or an import wrote what nobody can dial
        phone = None
    try:
        email = contacts.email(organisation.email or "")
    except Refusal:  # or two addresses in one: no mail could bear them, and no calendar
        email = None
    if email is None and phone is None:
        return None
    return Reader(
        name=organisation.name,
        language=DEFAULT.code,
        email=email,
        phone=phone.e164 if phone else None,
    )
