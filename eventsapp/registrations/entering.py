"""A party enters an event: it has its seats, all of them, or a place at the end of the queue.

The ground of `booking`, for those who register, and of `standing_dates`, for those who come to every date.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm.attributes import set_committed_value

from eventsapp.agenda.models import Event
from eventsapp.database import db, write_now
from eventsapp.people.models import Household, Professional
from eventsapp.registrations import seats, waiting_list
from eventsapp.registrations.models import (
    Need,
    Participant,
    ParticipantNeed,
    Registration,
    RegistrationStatus,
    WayIn,
    party_key,
)
from eventsapp.registrations.party import Member
from eventsapp.registrations.waiting_list import EndOfQueue


@dataclass(frozen=True)
class Place:
    """Seats that were taken, or a place at the end of the queue."""

    seats: int
    queued: EndOfQueue | None

    @property
    def rank(self) -> int | None:
        """In the queue, from 1; None: they are seated."""
        return self.queued.rank if self.queued else None


def enter(
    event: Event, party: Household | Professional, members: Sequence[Member], *, way: WayIn, now: datetime
) -> Registration:
    """All of them are seated, or wait, as `waiting_list.admit` decides; flushed. The caller has locked the
    event and checked (`admission`)."""
    return write(event, party, members, place(event, members, now), way=way, now=now)


def place(event: Event, members: Sequence[Member], now: datetime) -> Place:
    """Before the party is written: what is asked here would write it in pieces otherwise, everybody behind
    it at this event waiting for each."""
    load = seats.load_of(member.bracket for member in members)
    seated = waiting_list.admit(event, load)
    return Place(load.seats, None if seated else waiting_list.end_of_queue(event, now))


def write(
    event: Event,
    party: Household | Professional,
    members: Sequence[Member],
    place: Place,
    *,
    way: WayIn,
    helped_by: str = "",
    now: datetime,
) -> Registration:
    """A registration of a flushed party with a place. `helped_by`: who registers them, as they agreed."""
    registration = Registration(
        event_id=event.id,
        **{party_key(party): party.id},
        status=RegistrationStatus.WAITING if place.queued else RegistrationStatus.CONFIRMED,
        seats=place.seats,
        way=way,
        helped_by=helped_by,
        agreed_at=now if helped_by else None,
        waiting_since=place.queued.since if place.queued else None,
        created_at=now,
        changed_at=now,
        told=event.terms,
    )
    write_now(registration)
    # Its ids were told, and what they lead to is here: the unit of work would walk through all of it first.
    set_committed_value(registration, "event", event)
    set_committed_value(registration, "household", party if isinstance(party, Household) else None)
    set_committed_value(registration, "professional", party if isinstance(party, Professional) else None)
    _add_participants(registration, members)
    return registration


_ROWS = Participant.metadata.tables[Participant.__tablename__]


def _add_participants(registration: Registration, members: Sequence[Member]) -> None:
    """One line each, in one statement however many they are (the unit of work makes one a row)."""
    lines = [
        {"registration_id": registration.id, "bracket": member.bracket, "first_name": member.first_name}
        for member in members
    ]
    if not any(member.needs for member in members):
        db.session.execute(insert(_ROWS), lines)
        return
    added = db.session.scalars(insert(_ROWS).returning(_ROWS.c.id, sort_by_parameter_order=True), lines)
    needs = [
        {
            "participant_id": number,
            "need": need,
            "language": member.interpreter if need is Need.INTERPRETER else "",
        }
        for number, member in zip(added, members, strict=True)
        for need in sorted(member.needs)
    ]
    db.session.execute(insert(ParticipantNeed), needs)
