"""Registrations as pages and letters ask for them; a constant number of statements."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ScalarSelect, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased, joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from eventsapp.agenda.models import Activity, Event, RegistrationMode
from eventsapp.database import AsTyped, db
from eventsapp.people.models import Household, Person, Professional
from eventsapp.places.models import Venue
from eventsapp.programme.models import Action
from eventsapp.refusals import NotFound
from eventsapp.registrations.models import NOT_YET_COMING, Registration, RegistrationStatus


@dataclass(frozen=True)
class Line:
    """A registration of a household, and its rank where it waits (1: the next)."""

    registration: Registration
    rank: int | None


def of_household(household: Household, *, with_people: bool = True) -> list[Line]:
    """Every registration of a household with all that its own page shows, in the events' order; one
    statement, two `with_people`, for whoever may know whom it is about."""
    rows = db.session.execute(
        select(Registration, rank_in_queue())
        .join(Registration.event)
        .where(Registration.household_id == household.id)
        .options(*_with_event(), *([selectinload(Registration.participants)] if with_people else []))
        .order_by(Event.starts_at, Registration.id)
    )
    return [
        Line(registration, place if registration.status is RegistrationStatus.WAITING else None)
        for registration, place in rows
    ]


def of_household_by_code(household: Household, code: str) -> Registration:
    """One registration of a household. Raises NotFound for another household's, too."""
    registration = db.session.scalars(
        select(Registration)
        .where(Registration.household_id == household.id, Registration.code == code)
        .options(*_with_event())
    ).first()
    if registration is None:
        raise NotFound()
    return registration


def rank(registration: Registration) -> int | None:
    """The place of a registration in its event's queue, from 1; None when it does not wait."""
    if registration.status is not RegistrationStatus.WAITING:
        return None
    return db.session.scalar(select(rank_in_queue()).where(Registration.id == registration.id))


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


def active_at(event: Event) -> Sequence[Registration]:
    """Those who are seated or wait at an event, with their contacts, in the order they came."""
    return db.session.scalars(_active(event)).all()


def expected_at(event: Event) -> Sequence[Registration]:
    """Those who have a place, with contact and participants, by first name; two statements."""
    return db.session.scalars(
        _active(event)
        .where(Registration.status == RegistrationStatus.CONFIRMED)
        .join(Registration.household)
        .join(Household.contact)
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
    return db.session.scalars(
        _active(event)
        .where(Registration.status == RegistrationStatus.WAITING)
        .options(selectinload(Registration.participants))
        .order_by(None)
        .order_by(Registration.waiting_since, Registration.id)
    ).all()


def is_seated_elsewhere(registration: Registration, address: str) -> bool:
    """Whether another confirmed registration of the same event answers to the same address.

    Two families may share a mailbox: its calendar must keep the date while one of them comes.
    """
    return bool(
        db.session.scalar(
            select(
                exists().where(
                    Registration.event_id == registration.event_id,
                    Registration.status == RegistrationStatus.CONFIRMED,
                    Registration.id != registration.id,
                    Registration.household_id == Household.id,
                    Household.contact_id == Person.id,
                    func.lower(Person.email) == address.lower(),
                )
            )
        )
    )


def _active(event: Event) -> Select[Registration]:
    return (
        select(Registration)
        .where(
            Registration.event_id == event.id,
            Registration.status != RegistrationStatus.CANCELLED,
        )
        .options(joinedload(Registration.household).joinedload(Household.contact))
        .order_by(Registration.id)
    )


def _with_event() -> tuple[ORMOption, ...]:
    to_event = joinedload(Registration.event)
    return (
        to_event.joinedload(Event.venue),
        to_event.joinedload(Event.territory),
        to_event.joinedload(Event.activity).joinedload(Activity.action).joinedload(Action.axis),
    )


@dataclass(frozen=True)
class Readers:
    """How many registrations of one event are told by one means in one language."""

    event_id: int
    by_mail: bool
    language: str
    waits: bool
    """For a place, or has still to say yes to one: seated otherwise."""
    people: int


def readers_of(events: Collection[int]) -> list[Readers]:
    """Who would be told if these events changed, as `following` tells them, counted and never named; one
    statement, or none."""
    if not events:
        return []
    by_mail = (func.coalesce(Person.email, "") != "").label("by_mail")
    waits = Registration.status.in_(NOT_YET_COMING).label("waits")
    rows = db.session.execute(
        select(Registration.event_id, by_mail, Person.language, waits, func.count(Registration.id))
        .join(Registration.event)
        .outerjoin(Registration.household)
        .outerjoin(Registration.professional)
        .join(Person, Person.id == func.coalesce(Household.contact_id, Professional.person_id))
        .where(
            Registration.event_id.in_(events),
            Registration.status != RegistrationStatus.CANCELLED,
            Event.registration != RegistrationMode.NONE,
        )
        .group_by(Registration.event_id, by_mail, Person.language, waits)
        .order_by(Registration.event_id, by_mail.desc(), Person.language, waits)
    )
    return [Readers(*row) for row in rows]
