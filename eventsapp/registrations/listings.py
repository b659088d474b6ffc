"""Registrations as pages and letters ask for them; a constant number of statements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import ScalarSelect, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import aliased, joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from eventsapp.agenda.models import Event, RegistrationMode
from eventsapp.agenda.said import SAID
from eventsapp.database import AsTyped, db
from eventsapp.mailroom.models import Channel
from eventsapp.people.models import Household, Person, Professional
from eventsapp.people.readers import first_means
from eventsapp.places.models import Territory, Venue
from eventsapp.refusals import NotFound
from eventsapp.registrations.models import NOT_YET_COMING, Registration, RegistrationStatus, party_key


@dataclass(frozen=True)
class Line:
    """A registration of a household or a professional, and its rank where it waits (1: the next)."""

    registration: Registration
    rank: int | None


def of_party(party: Household | Professional, *, with_people: bool = True) -> list[Line]:
    """Every registration of a household or a professional with all that its own page shows, in the events'
    order; one statement. `with_people`: for whoever may know whom it is about."""
    rows = db.session.execute(_of_party(party_key(party), with_people), {"party_id": party.id})
    return [
        Line(registration, place if registration.status is RegistrationStatus.WAITING else None)
        for registration, place in rows.unique()
    ]


@lru_cache(maxsize=4)
def _of_party(key: str, with_people: bool) -> Select[Registration, int]:
    return (
        select(Registration, rank_in_queue())
        .join(Registration.event)
        .where(getattr(Registration, key) == bindparam("party_id"))
        .options(_with_event(), *([joinedload(Registration.participants)] if with_people else []))
        .order_by(Event.starts_at, Registration.id)
    )


def of_party_by_code(party: Household | Professional, code: str) -> Registration:
    """One registration of theirs. Raises NotFound for somebody else's, too."""
    registration = db.session.scalars(
        select(Registration)
        .where(getattr(Registration, party_key(party)) == party.id, Registration.code == code)
        .options(_with_event())
    ).first()
    if registration is None:
        raise NotFound()
    return registration


def rank(registration: Registration) -> int | None:
    """The place of a registration in its event's queue, from 1; None when it does not wait."""
    if registration.status is not RegistrationStatus.WAITING:
        return None
    return db.session.scalar(_rank(), {"registration_id": registration.id})


@lru_cache(maxsize=1)
def _rank() -> Select[int]:
    return select(rank_in_queue()).where(Registration.id == bindparam("registration_id"))


@lru_cache(maxsize=1)
def rank_in_queue() -> ScalarSelect[int]:
    """How many wait up to a registration, itself among them: its rank, where it waits itself."""
    ahead = aliased(Registration)
    return (
        select(func.count(ahead.id))
        .where(
            ahead.event_id == Registration.event_id,
            ahead.status == RegistrationStatus.WAITING,
            or_(
                ahead.waiting_since < Registration.waiting_since,
                and_(ahead.waiting_since == Registration.waiting_since, ahead.id <= Registration.id),
            ),
        )
        .correlate(Registration)
        .scalar_subquery()
    )


def how_many_wait(event: Event) -> int:
    """How many parties wait at an event; one statement."""
    waiting = select(func.count(Registration.id)).where(
        Registration.event_id == event.id, Registration.status == RegistrationStatus.WAITING
    )
    return db.session.scalar(waiting) or 0


def somebody_waits(event: Event) -> bool:
    """Whether there is a queue at an event; one statement."""
    return db.session.scalar(_first_waiting(), {"at_event": event.id}) is not None


@lru_cache(maxsize=1)
def _first_waiting() -> Select[int]:
    return (
        select(Registration.id)
        .where(
            Registration.event_id == bindparam("at_event"), Registration.status == RegistrationStatus.WAITING
        )
        .limit(1)
    )


def active_at(event: Event) -> Sequence[Registration]:
    """Those who are seated or wait at an event, with their contacts, in the order they came."""
    return db.session.scalars(_active(event)).all()


def expected_at(event: Event) -> Sequence[Registration]:
    """Those who have a place, with contact and participants, by first name; two statements."""
    return db.session.scalars(
        _active(event)
        .where(Registration.status == RegistrationStatus.CONFIRMED)
        .outerjoin(Registration.household)
        .outerjoin(Registration.professional)
        .join(Person, Person.id == func.coalesce(Household.contact_id, Professional.person_id))
        .options(selectinload(Registration.participants))
        .order_by(None)
        .order_by(AsTyped(Person.first_name), Registration.id)
    ).all()


def families_at(venue: Venue, *, now: datetime) -> dict[int, int]:
    """How many families have a place at each event to come in a place, by event; one statement."""
    rows = db.session.execute(
        select(Registration.event_id, func.count(Registration.id))
        .join(Registration.event)
        .where(
            Event.venue_id == venue.id,
            Event.ends_at > now,
            Registration.household_id.is_not(None),
            Registration.status == RegistrationStatus.CONFIRMED,
        )
        .group_by(Registration.event_id)
    )
    return {row[0]: row[1] for row in rows}


def waiting_at(event: Event) -> Sequence[Registration]:
    """The queue of an event with its participants, the first first; two statements."""
    return db.session.scalars(_waiting_at(), {"at_event": event.id}).all()


@lru_cache(maxsize=1)
def _waiting_at() -> Select[Registration]:
    """Made once: it is asked before everybody who may be seated."""
    return (
        select(Registration)
        .where(
            Registration.event_id == bindparam("at_event"), Registration.status == RegistrationStatus.WAITING
        )
        .options(*_with_party(), selectinload(Registration.participants))
        .order_by(Registration.waiting_since, Registration.id)
    )


def at_mailbox(event: Event, address: str) -> Sequence[Registration]:
    """The registrations of an event that answer to an address and were not cancelled, the oldest first: two
    families may share a mailbox. One statement."""
    theirs = (
        _active(event)
        .outerjoin(Registration.household)
        .outerjoin(Registration.professional)
        .join(Person, Person.id == func.coalesce(Household.contact_id, Professional.person_id))
        .where(func.lower(Person.email) == address.lower())
    )
    return db.session.scalars(theirs).all()


def seated_at_mailbox(event: Event, address: str) -> Sequence[Registration]:
    """Those of them who have their seats: for whom alone a calendar answers, since who waits, or is only
    offered a place, has no date in it (RULES section 6). One statement."""
    return [one for one in at_mailbox(event, address) if one.status is RegistrationStatus.CONFIRMED]


def is_seated_elsewhere(registration: Registration, address: str) -> bool:
    """Whether another confirmed registration of the same event answers to the same address.

    Two families may share a mailbox: its calendar must keep the date while one of them comes.
    """
    found = (
        select(Registration.id)
        .outerjoin(Registration.household)
        .outerjoin(Registration.professional)
        .join(Person, Person.id == func.coalesce(Household.contact_id, Professional.person_id))
        .where(
            Registration.event_id == registration.event_id,
            Registration.status == RegistrationStatus.CONFIRMED,
            Registration.id != registration.id,
            func.lower(Person.email) == address.lower(),
        )
    )
    return bool(db.session.scalar(select(found.exists())))


def _active(event: Event) -> Select[Registration]:
    return (
        select(Registration)
        .where(
            Registration.event_id == event.id,
            Registration.status != RegistrationStatus.CANCELLED,
        )
        .options(*_with_party())
        .order_by(Registration.id)
    )


def latest_territory(household: Household) -> Territory | None:
    """Where it registered last: whose agenda stands around its pages, whose desk calls about the
    family itself, not about an event; one statement."""
    return db.session.scalar(
        select(Territory)
        .join(Event, Event.territory_id == Territory.id)
        .join(Registration, Registration.event_id == Event.id)
        .where(Registration.household_id == household.id)
        .order_by(Registration.id.desc())
        .limit(1)
    )


def _with_party() -> tuple[ORMOption, ...]:
    return (
        joinedload(Registration.household).joinedload(Household.contact),
        joinedload(Registration.professional).joinedload(Professional.person),
    )


def _with_event() -> ORMOption:
    return joinedload(Registration.event).options(*SAID)


@dataclass(frozen=True)
class Readers:
    """How many registrations of one event are told by one means in one language."""

    event_id: int
    means: Channel | None
    """The first; None: they want no messages."""
    language: str
    waits: bool
    """For a place, or has still to say yes to one: seated otherwise."""
    with_mail: bool
    """A mail leaves besides."""
    people: int


def readers_of(events: Collection[int], *, urgent: Collection[int] = ()) -> list[Readers]:
    """Who would be told if these events changed, as `following` tells them, counted and never named; one
    statement, or none. `urgent`: those of them that are less than 48 hours away."""
    if not events:
        return []
    rows = db.session.execute(
        select(Registration.event_id, Registration.status, Person)
        .join(Registration.event)
        .outerjoin(Registration.household)
        .outerjoin(Registration.professional)
        .join(Person, Person.id == func.coalesce(Household.contact_id, Professional.person_id))
        .where(
            Registration.event_id.in_(events),
            Registration.status != RegistrationStatus.CANCELLED,
            Event.registration != RegistrationMode.NONE,
        )
    )
    counted = Counter[tuple[int, Channel | None, str, bool, bool]]()
    for event_id, status, person in rows:
        hurries = event_id in urgent
        means = first_means(person, urgent=hurries)
        besides = hurries and person.means is None and means is not Channel.MAIL and bool(person.email)
        waits = status in NOT_YET_COMING
        counted[event_id, means, person.language, waits, means is not None and besides] += 1
    found = [Readers(*key, people) for key, people in counted.items()]
    return sorted(found, key=lambda one: (one.event_id, _RANK[one.means], one.language, one.waits))


_RANK = {Channel.MAIL: 0, Channel.SMS: 1, Channel.CALL: 2, None: 3}
