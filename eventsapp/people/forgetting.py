"""People whom nothing ties to us any more are deleted; the rooms above say who they are."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import delete, select

from eventsapp.database import db, rows_changed
from eventsapp.people.models import Household, Person, PrivateLink, Professional


@dataclass(frozen=True)
class Deleted:
    """How many rows are gone."""

    people: int
    links: int


def delete_households(numbers: Collection[int]) -> Deleted:
    """Deletes these households, whoever spoke for them, and their links: these open nothing any more."""
    if not numbers:
        return Deleted(0, 0)
    contacts = list(db.session.scalars(select(Household.contact_id).where(Household.id.in_(numbers))))
    links = rows_changed(delete(PrivateLink).where(PrivateLink.household_id.in_(numbers)))
    rows_changed(delete(Household).where(Household.id.in_(numbers)))
    return Deleted(rows_changed(delete(Person).where(Person.id.in_(contacts))), links)


def delete_professionals(numbers: Collection[int]) -> Deleted:
    """Deletes these professionals, the persons who act for no other organisation, and their links."""
    if not numbers:
        return Deleted(0, 0)
    persons = set(db.session.scalars(select(Professional.person_id).where(Professional.id.in_(numbers))))
    links = rows_changed(delete(PrivateLink).where(PrivateLink.professional_id.in_(numbers)))
    rows_changed(delete(Professional).where(Professional.id.in_(numbers)))
    acting = set(
        db.session.scalars(select(Professional.person_id).where(Professional.person_id.in_(persons)))
    )
    speaking = set(db.session.scalars(select(Household.contact_id).where(Household.contact_id.in_(persons))))
    return Deleted(rows_changed(delete(Person).where(Person.id.in_(persons - acting - speaking))), links)
