"""Registrations are forgotten: what stands in this room's tables, in batches; figures are moved before."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, delete, exists, func, or_, select, union
from sqlalchemy.orm import aliased, joinedload, selectinload

from eventsapp.agenda.models import Activity, Event
from eventsapp.clock import day_of, local
from eventsapp.database import db, rows_changed
from eventsapp.people.models import Household, Professional
from eventsapp.registrations.models import Enrolment, Participant, ParticipantNeed, Registration
from eventsapp.registrations.standing_models import StandingSignUp, StandingStatus


@dataclass(frozen=True)
class Deleted:
    """How many rows are gone."""

    registrations: int
    participants: int
    needs: int


def of_event(event_id: int, *, limit: int) -> Sequence[Registration]:
    """Some registrations of an event, whatever became of them, the oldest first; two statements."""
    return db.session.scalars(_all().where(Registration.event_id == event_id).limit(limit)).all()


def of_household(household: Household) -> Sequence[Registration]:
    """Every registration of a household; two statements."""
    return db.session.scalars(
        _all().where(Registration.household_id == household.id).options(joinedload(Registration.event))
    ).all()


def delete_all(registrations: Sequence[Registration]) -> Deleted:
    """Deletes these with their participants, needs and confirmed forms; marks made at the door follow by
    their foreign key."""
    numbers = [one.id for one in registrations]
    theirs = select(Participant.id).where(Participant.registration_id.in_(numbers))
    rows_changed(delete(Enrolment).where(Enrolment.registration_id.in_(numbers)))
    needs = rows_changed(delete(ParticipantNeed).where(ParticipantNeed.participant_id.in_(theirs)))
    participants = rows_changed(delete(Participant).where(Participant.registration_id.in_(numbers)))
    gone = rows_changed(delete(Registration).where(Registration.id.in_(numbers)))
    return Deleted(gone, participants, needs)


def households_left_alone(households: Collection[int]) -> list[int]:
    """Those of these households that nothing ties to us any more: no registration, no series to come to."""
    return _left_alone("household_id", households)


def professionals_left_alone(professionals: Collection[int]) -> list[int]:
    """Professionals likewise."""
    return _left_alone("professional_id", professionals)


def _left_alone(key: str, parties: Collection[int]) -> list[int]:
    if not parties:
        return []
    registered, comes = getattr(Registration, key), getattr(StandingSignUp, key)
    tied = union(
        select(registered).where(registered.in_(parties)),
        select(comes).where(comes.in_(parties), StandingSignUp.status != StandingStatus.ENDED),
    )
    return sorted(set(parties) - set(db.session.scalars(tied)))


def households_of_past_series(ended_before: datetime, *, limit: int) -> dict[int, int]:
    """Households to whom only a series leads that they gave up before then, or that had its last date before
    then: each with its territory."""
    return _of_past_series("household_id", ended_before, limit)


def professionals_of_past_series(ended_before: datetime, *, limit: int) -> dict[int, int]:
    """Professionals likewise."""
    return _of_past_series("professional_id", ended_before, limit)


def _of_past_series(key: str, ended_before: datetime, limit: int) -> dict[int, int]:
    other, theirs = aliased(StandingSignUp), getattr(StandingSignUp, key)
    rows = db.session.execute(
        select(theirs, Activity.territory_id)
        .join(StandingSignUp.activity)
        .where(
            theirs.is_not(None),
            _is_past(StandingSignUp, ended_before),
            ~exists().where(getattr(Registration, key) == theirs),
            ~exists().where(getattr(other, key) == theirs, ~_is_past(other, ended_before)),
        )
        .order_by(StandingSignUp.id)
        .limit(limit)
    )
    return {number: territory for number, territory in rows if number is not None}


def territory_of_series(household: Household) -> int | None:
    """Where the latest series is that a household signed up to; None where there was none."""
    return db.session.scalar(
        select(Activity.territory_id)
        .join(StandingSignUp, StandingSignUp.activity_id == Activity.id)
        .where(StandingSignUp.household_id == household.id)
        .order_by(StandingSignUp.id.desc())
        .limit(1)
    )


def _is_past(one: type[StandingSignUp], ended_before: datetime) -> ColumnElement[bool]:
    """Given up before then, or asked for before then and without a date since: a series that is over."""
    has_dates = exists().where(Event.activity_id == one.activity_id, Event.ends_at >= ended_before)
    return or_(
        and_(one.status == StandingStatus.ENDED, one.ended_at < ended_before),
        and_(one.status != StandingStatus.ENDED, one.created_at < ended_before, ~has_dates),
    )


def needs_of_past_events(now: datetime) -> dict[tuple[int, int], int]:
    """Deletes what people needed at events that were over yesterday; how many, by territory and activity."""
    past = (
        select(ParticipantNeed.id, Event.territory_id, Event.activity_id)
        .join(Participant, Participant.id == ParticipantNeed.participant_id)
        .join(Participant.registration)
        .join(Registration.event)
        .where(Event.ends_at < local(day_of(now), 0))
        .subquery()
    )
    rows = db.session.execute(
        select(past.c.territory_id, past.c.activity_id, func.count(past.c.id)).group_by(
            past.c.territory_id, past.c.activity_id
        )
    )
    found = {(territory, activity): int(many) for territory, activity, many in rows}
    if found:
        rows_changed(delete(ParticipantNeed).where(ParticipantNeed.id.in_(select(past.c.id))))
    return found


def _all() -> Select[Registration]:
    return (
        select(Registration)
        .options(
            selectinload(Registration.participants),
            joinedload(Registration.household).joinedload(Household.contact),
            joinedload(Registration.professional).joinedload(Professional.person),
        )
        .order_by(Registration.id)
    )
