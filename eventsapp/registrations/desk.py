"""What the desk of an event does to registrations: register by phone, change how many come, cancel."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from eventsapp import journal
from eventsapp.agenda.models import Event
from eventsapp.codes import fingerprint
from eventsapp.database import db
from eventsapp.refusals import Conflict, Refusal, msgid
from eventsapp.registrations import admission, booking, changing, seats
from eventsapp.registrations.enrolments import Answers
from eventsapp.registrations.models import Enrolment, Registration, RegistrationStatus, WayIn
from eventsapp.registrations.party import Numbers
from eventsapp.registrations.professional_answers import ProfessionalAnswers
from eventsapp.settings import setting

HELPED = {
    WayIn.DESK: "registered by desk",
    WayIn.RELAY: "registered by relay",
    WayIn.PAPER: "registered on paper",
}
"""What the journal calls it when somebody is registered by somebody else, with their agreement."""


class GroupOverCapacity(Refusal):
    """More people than the event ever seats."""

    sentence = msgid("Ce groupe compte %(seats)s personnes, et il y a %(capacity)s places en tout.")


class ComesAlone(Conflict):
    """A professional is one person."""

    sentence = msgid("Un professionnel vient pour lui-même : inscrivez l’autre personne à part.")


class AgreementMissing(Refusal):
    """Nobody's number or address is written down without their yes (GDPR art. 6)."""

    sentence = msgid("Demandez son accord à la personne, puis cochez la case.")


class FormUsed(Conflict):
    """The token of a form that has registered somebody, with other answers: a page that was gone back to."""

    sentence = msgid(
        "Ce formulaire a déjà inscrit %(name)s. C’est une autre personne ? Envoyez-le encore une fois."
    )


def register(
    event_id: int,
    answers: Answers,
    *,
    once: str,
    agrees: bool,
    language: str,
    way: WayIn = WayIn.DESK,
    shares_phone: bool = False,
    actor: str,
    now: datetime,
) -> Registration:
    """Registers somebody who is on the phone or at the desk: seated, or on the waiting list.

    `once` is the token of the form: the same form sent again gives the same registration. Whoever gave an
    address gets the letter of any registration; whoever has none hears it now, so nobody calls again.
    `shares_phone`: the number is not theirs alone. Raises AgreementMissing, FormUsed, GroupOverCapacity and
    the other refusals of `admission`.
    """
    if not agrees:
        raise AgreementMissing(field="agrees")
    event = seats.locked(event_id)
    known = made_before(event_id, once)
    if known is not None:
        if not says(known, answers):
            raise FormUsed(name=known.contact.first_name)
        return known
    admission.require_open(event, now)
    if not isinstance(answers, ProfessionalAnswers):
        admission.require_families(event)
    require_possible(event, answers)
    registration = enter(event, answers, once=once, language=language, way=way, actor=actor, now=now)
    if shares_phone:
        registration.contact.phone_is_shared = True
    return registration


def made_before(event_id: int, once: str) -> Registration | None:
    """What the form of this token has registered already."""
    known = db.session.scalars(
        select(Enrolment).where(Enrolment.fingerprint == fingerprint(once), Enrolment.event_id == event_id)
    ).first()
    return known.registration if known is not None else None


def says(registration: Registration, answers: Answers) -> bool:
    """Whether these are the answers by which it was made, as far as it says them still."""
    contact = registration.contact
    number = answers.phone.e164 if answers.phone else None
    return (contact.first_name, contact.email, contact.phone_e164) == (
        answers.first_name,
        answers.email,
        number,
    ) and sorted(one.bracket for one in registration.participants) == sorted(answers.brackets)


def enter(
    event: Event,
    answers: Answers,
    *,
    once: str,
    language: str,
    way: WayIn,
    actor: str,
    now: datetime,
) -> Registration:
    """Registers somebody who agreed to it, and remembers the token of the form; the caller has locked the
    event and checked."""
    booked = booking.book(event, answers, language=language, way=way, helped_by=actor, now=now)
    registration = booked.registration
    db.session.add(
        Enrolment(
            fingerprint=fingerprint(once),
            event_id=event.id,
            answers={},
            expires_at=now + timedelta(minutes=setting("ANSWER_MINUTES")),
            registration_id=registration.id,
        )
    )
    if answers.email:
        booking.tell(booked, now=now)
    _note(actor, HELPED[way], registration, now, agreed=True)
    return registration


def change(registration: Registration, numbers: Numbers, *, seen: str, actor: str, now: datetime) -> bool:
    """Other people of the same party come, as `changing.to_numbers`; said of a group to who works there.

    Raises ComesAlone, GroupOverCapacity in place of admission.PartyOverCapacity, and what `to_numbers` does.
    """
    if registration.professional_id is not None:
        raise ComesAlone()
    try:
        return changing.to_numbers(registration, numbers, seen=seen, actor=actor, now=now, desk=True)
    except admission.PartyOverCapacity as refusal:
        raise GroupOverCapacity(field="adults", **refusal.parameters) from refusal


def cancel(registration: Registration, *, seen: str, actor: str, now: datetime) -> bool:
    """The party no longer comes, as if it had said so on its own page; False when that was so already.

    Raises RegistrationChanged, RegistrationsClosed.
    """
    seats.locked(registration.event_id)
    db.session.refresh(registration, ["status"])  # it may have been cancelled while we waited
    if registration.status is RegistrationStatus.CANCELLED:
        return False
    changing.open_for_change(registration, seen, now)
    return booking.cancel(registration, actor=actor, now=now)


def require_possible(event: Event, answers: Answers) -> None:
    """As `admission` asks, said of somebody else. Raises GroupOverCapacity and refusals of `admission`."""
    load = seats.load_of(answers.brackets)
    try:
        admission.require_possible(event, load)
    except admission.PartyOverCapacity as refusal:
        raise GroupOverCapacity(field="adults", seats=load.seats, capacity=event.capacity) from refusal


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
