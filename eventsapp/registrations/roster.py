"""Who is registered at one event, as its desk asks: page by page, found by a word, summed by age bracket."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Select, case, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from eventsapp.agenda.models import Event
from eventsapp.database import AsTyped, as_typed, db
from eventsapp.people.models import Household, Person, Professional
from eventsapp.refusals import NotFound
from eventsapp.registrations.listings import Line, rank_in_queue
from eventsapp.registrations.models import (
    ACTIVE,
    CHILD_BRACKETS,
    AgeBracket,
    Participant,
    Registration,
    RegistrationStatus,
)

PER_PAGE = 50
MOST_WORDS = 4


@dataclass(frozen=True)
class Page:
    """Some of the parties: those with seats by first name, those to whom one is offered, then those who wait
    by rank."""

    lines: Sequence[Line]
    total: int
    number: int
    pages: int


@dataclass(frozen=True)
class Sums:
    """Parties and people of one status, and the people by age bracket."""

    parties: int = 0
    people: int = 0
    brackets: Mapping[AgeBracket, int] = field(default_factory=dict)


def page(event: Event, *, words: str = "", number: int = 1, per_page: int = PER_PAGE) -> Page:
    """A page of the parties that `words` find, of all when there are none; three statements.

    A word is looked for in first names, mail addresses and phone numbers.
    """
    found = _active(event).where(*_conditions(words))
    total = db.session.scalar(found.with_only_columns(func.count(), maintain_column_froms=True)) or 0
    pages = max(1, -(-total // per_page))
    number = min(max(number, 1), pages)
    return Page(_lines(found, limit=per_page, offset=(number - 1) * per_page), total, number, pages)


def everybody(event: Event, *, limit: int) -> Sequence[Line]:
    """All of them in the same order, `limit` at most; two statements."""
    return _lines(_active(event), limit=limit)


def sums(event: Event) -> dict[RegistrationStatus, Sums]:
    """How many parties and people have seats, are offered some, and wait; two statements."""
    parties = db.session.execute(
        select(Registration.status, func.count(Registration.id), func.sum(Registration.seats))
        .where(Registration.event_id == event.id, Registration.status.in_(ACTIVE))
        .group_by(Registration.status)
    )
    people = db.session.execute(
        select(Registration.status, Participant.bracket, func.count(Participant.id))
        .join(Participant.registration)
        .where(Registration.event_id == event.id, Registration.status.in_(ACTIVE))
        .group_by(Registration.status, Participant.bracket)
    )
    brackets: dict[RegistrationStatus, dict[AgeBracket, int]] = {status: {} for status in ACTIVE}
    for status, bracket, count in people:
        brackets[status][bracket] = count
    known = {status: Sums(count, seats, brackets[status]) for status, count, seats in parties}
    return {status: known.get(status, Sums()) for status in ACTIVE}


def by_code(event: Event, code: str) -> Line:
    """One registration of an event and its rank. Raises NotFound for another event's, too."""
    lines = _lines(_registrations(event).where(Registration.code == code), limit=1)
    if not lines:
        raise NotFound()
    return lines[0]


def numbers_of(registration: Registration) -> tuple[int, dict[AgeBracket, int]]:
    """Adults of any age, and children by bracket, as the form of the desk counts them."""
    counted = Counter(one.bracket for one in registration.participants)
    children = {bracket: counted[bracket] for bracket in CHILD_BRACKETS}
    return counted.total() - sum(children.values()), children


def _registrations(event: Event) -> Select[Registration]:
    return (
        select(Registration)
        .outerjoin(Registration.household)
        .outerjoin(Registration.professional)
        .join(Person, Person.id == func.coalesce(Household.contact_id, Professional.person_id))
        .where(Registration.event_id == event.id)
    )


def _active(event: Event) -> Select[Registration]:
    return _registrations(event).where(Registration.status.in_(ACTIVE))


def _lines(found: Select[Registration], *, limit: int, offset: int = 0) -> list[Line]:
    waits = Registration.status == RegistrationStatus.WAITING
    group = case((waits, 2), (Registration.status == RegistrationStatus.OFFERED, 1), else_=0)
    since = case((waits, Registration.waiting_since))
    rows = db.session.execute(
        found.add_columns(rank_in_queue())
        .options(
            joinedload(Registration.household).joinedload(Household.contact),
            joinedload(Registration.professional).options(
                joinedload(Professional.person), joinedload(Professional.organisation)
            ),
            selectinload(Registration.participants),
        )
        .order_by(group, since, AsTyped(Person.first_name), Registration.id)
        .limit(limit)
        .offset(offset)
    )
    return [
        Line(registration, place if registration.status is RegistrationStatus.WAITING else None)
        for registration, place in rows
    ]


def _conditions(words: str) -> list[ColumnElement[bool]]:
    """One for each word; digits are looked for in numbers as they are dialled, « 06 39 » typed as one."""
    digits = "".join(sign for sign in words if sign.isdigit())
    if len(digits) >= 4 and not any(sign.isalpha() for sign in words):
        return [Person.phone_e164.contains(digits.removeprefix("0"), autoescape=True)]
    return [
        or_(
            AsTyped(Person.first_name).contains(as_typed(word), autoescape=True),
            func.lower(Person.email).contains(word.lower(), autoescape=True),
        )
        for word in words.split()[:MOST_WORDS]
    ]
