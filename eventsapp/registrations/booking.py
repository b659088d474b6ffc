"""A party registers, and no longer comes: lock, check, write."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert

from eventsapp import journal
from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.people import households
from eventsapp.people.models import Household
from eventsapp.refusals import Conflict, msgid
from eventsapp.registrations import admission, capacity, enrolments, letters, listings, seats
from eventsapp.registrations.models import (
    REGISTRATION_MOVES,
    Enrolment,
    Participant,
    Registration,
    RegistrationStatus,
)
from eventsapp.registrations.party import PartyAnswers


class TooLateToCancel(Conflict):
    """What is over can no longer be cancelled."""

    sentence = msgid("Ce rendez-vous est passé. Il n’y a plus rien à annuler.")


@dataclass(frozen=True)
class Confirmed:
    """A registration made, and the token of a private link that leads to it."""

    registration: Registration
    link_token: str


def confirm(token: str, event_id: int, *, language: str, now: datetime) -> Confirmed:
    """Registers the party whose answers stand under `token`: all seated, or all on the waiting list.

    The letter leaves in the same transaction. Confirming again gives the same registration (and a
    new link, for links are not kept). Raises enrolments.AnswersForgotten and the refusals of
    `admission`.
    """
    enrolment = enrolments.read(token, event_id, now, locked=True)
    answers = enrolments.answers_of(enrolment)
    if answers is None:
        return _again(enrolment, now)
    event = seats.locked(event_id)
    admission.require_open(event, now)
    admission.require_possible(event, answers.seats)
    booked = book(event, answers, language=language, now=now)
    registration = booked.registration
    enrolment.registration_id, enrolment.answers = registration.id, {}
    tell(booked, now=now)
    actor = f"household:{registration.household_id}"
    _note(actor, f"registered_{registration.status.name.lower()}", registration, now)
    return booked


def book(event: Event, answers: PartyAnswers, *, language: str, now: datetime) -> Confirmed:
    """The party has its seats, or waits; the caller has locked the event, checked, and tells them."""
    household = households.open_new(
        first_name=answers.first_name, email=answers.email, phone=answers.phone, language=language, now=now
    )
    registration = _register(event, household, answers, now)
    link_token = households.new_link(household, now=now)
    db.session.flush()
    _add_participants(registration, answers)
    return Confirmed(registration, link_token)


def tell(booked: Confirmed, *, now: datetime) -> None:
    """The letter of a registration that was just made."""
    registration = booked.registration
    if registration.status is RegistrationStatus.CONFIRMED:
        letters.confirmed(registration, booked.link_token, now=now)
    else:
        letters.waiting(registration, booked.link_token, rank=listings.rank(registration) or 1, now=now)


def cancel(registration: Registration, *, actor: str, now: datetime) -> bool:
    """The party no longer comes; its seats go to the first who wait and fit, who are told.

    False when it was cancelled already. Raises TooLateToCancel.
    """
    event = seats.locked(registration.event_id)
    db.session.refresh(registration, ["status"])  # it may have been cancelled while we waited
    if registration.status is RegistrationStatus.CANCELLED:
        return False
    if event.ends_at <= now:
        raise TooLateToCancel()
    was_seated = registration.status is RegistrationStatus.CONFIRMED
    _move(registration, RegistrationStatus.CANCELLED, now)
    letters.withdrawn(registration, was_seated=was_seated, now=now)
    _note(actor, "cancelled", registration, now)
    if was_seated:
        seats.free(event, registration.seats)
        seat_waiting(event, actor=actor, now=now)
    return True


def seat_waiting(event: Event, *, actor: str, now: datetime) -> list[Registration]:
    """Gives free seats to those who wait, in their order, each party that fits; and tells them.

    `event` is locked by the caller. Nobody is seated at an event cancelled or begun.
    """
    free = event.seats_left or 0
    if event.is_cancelled or event.starts_at <= now or free <= 0:
        return []
    queue = listings.waiting_at(event)
    seated = capacity.seated_from_queue(free, [(registration, registration.seats) for registration in queue])
    for registration in seated:
        if seats.take(event, registration.seats):
            _move(registration, RegistrationStatus.CONFIRMED, now)
            letters.promoted(registration, now=now)
            registration.told = event.terms
            _note(actor, "seated", registration, now)
    return seated


def _register(event: Event, household: Household, answers: PartyAnswers, now: datetime) -> Registration:
    seated = seats.take(event, answers.seats)
    registration = Registration(
        event=event,
        household=household,
        status=RegistrationStatus.CONFIRMED if seated else RegistrationStatus.WAITING,
        seats=answers.seats,
        created_at=now,
        changed_at=now,
        told=event.terms,
    )
    db.session.add(registration)
    return registration


def _add_participants(registration: Registration, answers: PartyAnswers) -> None:
    """One line each, in one statement however many they are (the unit of work makes one a row)."""
    lines = [{"registration_id": registration.id, "bracket": bracket} for bracket in answers.brackets]
    db.session.execute(insert(Participant), lines)


def _again(enrolment: Enrolment, now: datetime) -> Confirmed:
    registration = enrolment.registration
    if registration is None or registration.household is None:
        raise enrolments.AnswersForgotten()
    return Confirmed(registration, households.new_link(registration.household, now=now))


def _move(registration: Registration, status: RegistrationStatus, now: datetime) -> None:
    if status not in REGISTRATION_MOVES[registration.status]:
        raise ValueError(f"{registration.status} does not become {status}")
    registration.status, registration.changed_at = status, now


def _note(actor: str, verb: str, registration: Registration, now: datetime) -> None:
    journal.note(
        actor,
        verb,
        registration,
        now=now,
        territory_id=registration.event.territory_id,
        seats=registration.seats,
        event=registration.event_id,
    )
