"""What the desk of an event does to registrations: register by phone, change how many come, cancel.

A form says what its page showed (`mark_of`). If somebody changed that meanwhile, nothing is written over.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select

from eventsapp import journal
from eventsapp.agenda.models import Event
from eventsapp.codes import fingerprint
from eventsapp.database import db
from eventsapp.refusals import Conflict, Refusal, msgid
from eventsapp.registrations import admission, booking, letters, roster, seats, waiting_list
from eventsapp.registrations.capacity import Load
from eventsapp.registrations.models import (
    CHILD_BRACKETS,
    AgeBracket,
    Enrolment,
    Participant,
    Registration,
    RegistrationStatus,
    WayIn,
)
from eventsapp.registrations.party import Numbers, PartyAnswers
from eventsapp.settings import setting


class RegistrationChanged(Conflict):
    """Somebody changed it after the page was opened: the family itself, or a colleague."""

    sentence = msgid("Cette inscription a changé entre-temps. Relisez-la, puis recommencez.")


class RegistrationCancelled(Conflict):
    """The party no longer comes."""

    sentence = msgid("Cette inscription est annulée. On ne peut plus la changer.")


class RegistrationsClosed(Conflict):
    """The event is over or cancelled."""

    sentence = msgid("Ce rendez-vous est passé ou annulé : ses inscriptions ne changent plus.")


class NotEnoughSeats(Refusal):
    """The party would grow beyond the seats that are left: nobody of it gets one more."""

    sentence = msgid("Places libres : %(left)s. Ce groupe ne peut pas compter autant de personnes.")


class GroupOverCapacity(Refusal):
    """More people than the event ever seats."""

    sentence = msgid("Ce groupe compte %(seats)s personnes, et il y a %(capacity)s places en tout.")


class AgreementMissing(Refusal):
    """Nobody's number or address is written down without their yes (GDPR art. 6)."""

    sentence = msgid("Demandez son accord à la personne, puis cochez la case.")


def mark_of(registration: Registration) -> str:
    """What a page shows of a registration, in sixteen signs: the same as long as it is the same."""
    said = [registration.status.value, *sorted(one.bracket.value for one in registration.participants)]
    return fingerprint("\x1f".join(said))[:16]


def register(
    event_id: int, answers: PartyAnswers, *, once: str, agrees: bool, language: str, actor: str, now: datetime
) -> Registration:
    """Registers somebody who is on the phone or at the desk: seated, or on the waiting list.

    `once` is the token of the form: the same form sent again gives the same registration. Whoever gave an
    address gets the letter of any registration; whoever has none hears it now, so nobody calls again.
    Raises AgreementMissing, GroupOverCapacity and the other refusals of `admission`.
    """
    if not agrees:
        raise AgreementMissing(field="agrees")
    event = seats.locked(event_id)
    known = db.session.scalars(
        select(Enrolment).where(Enrolment.fingerprint == fingerprint(once), Enrolment.event_id == event_id)
    ).first()
    if known is not None and known.registration is not None:
        return known.registration
    admission.require_open(event, now)
    _require_possible(event, seats.load_of(answers.brackets))
    booked = booking.book(event, answers, language=language, way=WayIn.DESK, helped_by=actor, now=now)
    registration = booked.registration
    db.session.add(
        Enrolment(
            fingerprint=fingerprint(once),
            event_id=event_id,
            answers={},
            expires_at=now + timedelta(minutes=setting("ANSWER_MINUTES")),
            registration_id=registration.id,
        )
    )
    if answers.email:
        booking.tell(booked, now=now)
    _note(actor, "registered by desk", registration, now, agreed=True)
    return registration


def change(registration: Registration, numbers: Numbers, *, seen: str, actor: str, now: datetime) -> bool:
    """Other people of the same party come: more seats all or none, fewer go to those who wait.

    False when nothing is different. Raises RegistrationChanged, RegistrationCancelled,
    RegistrationsClosed, GroupOverCapacity, NotEnoughSeats.
    """
    event = _open_for_change(registration, seen, now)
    if event.is_cancelled:
        raise RegistrationsClosed()
    if roster.numbers_of(registration) == (numbers.adults, _all_brackets(numbers)):
        return False
    load = seats.load_of(numbers.brackets)
    _require_possible(event, load)
    # What they have is among what is taken: only the difference is, all or none.
    if registration.holds_seats and not waiting_list.grow(event, load - seats.weight_of(registration)):
        raise NotEnoughSeats(field="adults", left=event.seats_left)
    _change_participants(registration, numbers)
    registration.seats, registration.changed_at = numbers.seats, now
    letters.party_changed(registration, now=now)
    _note(actor, "changed", registration, now)
    booking.seat_waiting(event, actor=actor, now=now)
    return True


def cancel(registration: Registration, *, seen: str, actor: str, now: datetime) -> bool:
    """The party no longer comes, as if it had said so on its own page; False when that was so already.

    Raises RegistrationChanged, RegistrationsClosed.
    """
    if registration.status is RegistrationStatus.CANCELLED:
        return False
    _open_for_change(registration, seen, now)
    return booking.cancel(registration, actor=actor, now=now)


def _open_for_change(registration: Registration, seen: str, now: datetime) -> Event:
    """Locks the event and reads the registration again, as it is now."""
    event = seats.locked(registration.event_id)
    db.session.refresh(registration, ["status", "seats", "participants"])
    if mark_of(registration) != seen:
        raise RegistrationChanged()
    if registration.status is RegistrationStatus.CANCELLED:
        raise RegistrationCancelled()
    if event.ends_at <= now:
        raise RegistrationsClosed()
    return event


def _require_possible(event: Event, load: Load) -> None:
    try:
        admission.require_possible(event, load)
    except admission.PartyOverCapacity as refusal:
        raise GroupOverCapacity(field="adults", seats=load.seats, capacity=event.capacity) from refusal


def _all_brackets(numbers: Numbers) -> dict[AgeBracket, int]:
    return {bracket: numbers.children.get(bracket, 0) for bracket in CHILD_BRACKETS}


def _change_participants(registration: Registration, numbers: Numbers) -> None:
    """Only the difference: whoever was named stays, those without a name go first."""
    for bracket, wanted in _all_brackets(numbers).items():
        _resize(registration, [bracket], bracket, wanted)
    grown = [bracket for bracket in AgeBracket if bracket not in CHILD_BRACKETS]
    _resize(registration, grown, AgeBracket.ADULT, numbers.adults)


def _resize(registration: Registration, brackets: Iterable[AgeBracket], new: AgeBracket, wanted: int) -> None:
    among = set(brackets)
    lines = [one for one in registration.participants if one.bracket in among]
    lines.sort(key=lambda one: (not one.first_name, one.id))
    for extra in lines[wanted:]:
        registration.participants.remove(extra)
    registration.participants.extend(Participant(bracket=new) for _ in range(wanted - len(lines)))


def _note(actor: str, verb: str, registration: Registration, now: datetime, **details: object) -> None:
    journal.note(
        actor,
        verb,
        registration,
        now=now,
        territory_id=registration.event.territory_id,
        seats=registration.seats,
        event=registration.event_id,
        **details,
    )
