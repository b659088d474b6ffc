"""A party registers, and no longer comes: lock, check, write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.people import household_browsers, households, professionals
from eventsapp.people.models import Household, Professional
from eventsapp.refusals import Conflict, msgid
from eventsapp.registrations import (
    admission,
    enrolments,
    entering,
    letters,
    listings,
    moves,
    offer_letters,
    outlook,
    reached,
    referrals,
    seats,
    standing_dates,
    waiting_list,
)
from eventsapp.registrations.enrolments import Answers
from eventsapp.registrations.models import (
    HOLDS_SEATS,
    Enrolment,
    Registration,
    RegistrationStatus,
    WayIn,
)
from eventsapp.registrations.party import Member
from eventsapp.registrations.people_answers import PeopleAnswers
from eventsapp.registrations.professional_answers import ProfessionalAnswers


class TooLateToCancel(Conflict):
    """What is over can no longer be cancelled."""

    sentence = msgid("Ce rendez-vous est passé. Il n’y a plus rien à annuler.")


class AnswersChanged(Conflict):
    """The page showed other answers than those that stand now."""

    sentence = msgid("Vos réponses ont changé entre-temps. Relisez-les.")


class RoomForSome(Conflict):
    """Too few seats for all of them, enough for some: they choose to come fewer or to wait."""

    sentence = msgid("Il n’y a plus assez de places pour vous tous.")


@dataclass(frozen=True)
class Confirmed:
    """A registration made, and the token of a private link that leads to it."""

    registration: Registration
    link_token: str
    rank: int | None = None
    """Of who has just joined the queue, where it is known."""
    browser_token: str | None = None
    """For the cookie of the browser in which a household registered: its page is its own there."""


def confirm(
    token: str,
    event_id: int,
    *,
    language: str,
    now: datetime,
    referral: str | None = None,
    seen: str | None = None,
    rather_waits: bool = True,
    user_agent: str | None = None,
) -> Confirmed:
    """Registers the party whose answers stand under `token`: all seated, or all on the waiting list.

    The letter leaves in the same transaction. Confirming again gives the same registration (and a
    new link, for links are not kept). `seen`: the mark of the answers that the page showed.
    With `rather_waits` false, a party of which only some would find room is not put on the waiting list
    before it has said so; nothing of it is to be committed then.
    `referral`: the token by which they came. `user_agent`: of the browser in which a household registers.
    Raises enrolments.AnswersForgotten, referrals.ByReferralOnly, AnswersChanged, RoomForSome, the refusals
    of `admission` and of `PeopleAnswers.require_complete`.
    """
    enrolment = enrolments.read(token, event_id, now, locked=True)
    answers = enrolments.answers_of(enrolment)
    if answers is None:
        return _again(enrolment, user_agent, now)
    if seen is not None and seen != enrolments.mark_of(enrolment):
        raise AnswersChanged()
    if isinstance(answers, PeopleAnswers):
        answers.require_complete()
    # They are written before the event is locked: from then on everybody else who registers there waits.
    party = _opened(event_id, answers, language, now)
    link_token, browser_token = _link_of(party, now), _browser_of(party, user_agent, now)
    db.session.flush()
    event = seats.locked(event_id)
    admission.require_open(event, now)
    if not isinstance(answers, ProfessionalAnswers):
        admission.require_families(event)  # by another form, or before its desk said so
    referred = referrals.take(event, referral, now)
    load = seats.load_of(answers.brackets)
    admission.require_possible(event, load)
    standing_dates.precede(event, but=answers, now=now)
    place = entering.place(event, answers.members, now)
    registration = entering.write(event, party, answers.members, place, way=WayIn.ONLINE, now=now)
    booked = Confirmed(registration, link_token, place.rank, browser_token)
    if referred is not None:
        referrals.use_up(referred, registration, now)
    waits = registration.status is RegistrationStatus.WAITING
    if waits and not rather_waits and outlook.of(event, load, but=registration).may_come_fewer:
        raise RoomForSome()
    tell(booked, now=now)  # first, for what it reads would write what has changed by then, piece by piece
    moves.note(actor_of(registration), f"registered_{registration.status.name.lower()}", registration, now)
    enrolments.close(enrolment, registration)  # last: the session writes the rest before it
    return booked


def book(
    event: Event,
    answers: Answers,
    *,
    language: str,
    way: WayIn = WayIn.ONLINE,
    helped_by: str = "",
    now: datetime,
) -> Confirmed:
    """A household or professional not known before has its seats, or waits; the caller has locked the event,
    checked, and tells them. `helped_by`: who registers them, with their agreement."""
    standing_dates.precede(event, but=answers, now=now)
    place = entering.place(event, answers.members, now)
    party = _opened(event.id, answers, language, now)
    link_token = _link_of(party, now)
    db.session.flush()
    registration = entering.write(event, party, answers.members, place, way=way, helped_by=helped_by, now=now)
    return Confirmed(registration, link_token, place.rank)


def enter(
    event: Event, party: Household | Professional, members: Sequence[Member], *, way: WayIn, now: datetime
) -> Registration:
    """A party that is known has its seats, all of them, or waits, after those who asked for every date;
    flushed. The caller has locked the event and checked (`admission`), and tells them (`tell`)."""
    standing_dates.precede(event, but=party, now=now)
    return entering.enter(event, party, members, way=way, now=now)


def tell(booked: Confirmed, *, now: datetime) -> None:
    """The letter of a registration that was just made."""
    registration = booked.registration
    if registration.status is RegistrationStatus.CONFIRMED:
        letters.confirmed(registration, booked.link_token, now=now)
    else:
        rank = booked.rank or listings.rank(registration) or 1
        letters.waiting(registration, booked.link_token, rank=rank, now=now)


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
    was = registration.status
    moves.move(registration, RegistrationStatus.CANCELLED, now)
    if was is RegistrationStatus.OFFERED:
        offer_letters.declined(registration, now=now)
    else:
        letters.withdrawn(registration, was_seated=was is RegistrationStatus.CONFIRMED, now=now)
    moves.note(actor, "cancelled", registration, now)
    if was in HOLDS_SEATS:
        seats.free(event, seats.weight_of(registration))
    # Of whoever waited, others may have been held up.
    seat_waiting(event, actor=actor, now=now)
    return True


def seat_waiting(event: Event, *, actor: str, now: datetime) -> list[Registration]:
    """Gives free seats to those who wait, and tells them (`waiting_list.seat`); to whom.

    `event` is locked by the caller. Nobody is seated at an event cancelled or begun.
    """
    return waiting_list.seat(event, actor=actor, now=now)


def actor_of(registration: Registration) -> str:
    """Its party, as journals name who does something: « household:7 », « professional:3 »."""
    if registration.professional_id is not None:
        return f"professional:{registration.professional_id}"
    return f"household:{registration.household_id}"


def _again(enrolment: Enrolment, user_agent: str | None, now: datetime) -> Confirmed:
    registration = enrolment.registration
    if registration is None:
        raise enrolments.AnswersForgotten()
    party = registration.household or registration.professional
    if party is None:
        raise ValueError("a registration is somebody's (CHECK one_party)")
    browser_token = _browser_of(party, user_agent, now)
    return Confirmed(registration, _link_of(party, now), browser_token=browser_token)


def _opened(event_id: int, answers: Answers, language: str, now: datetime) -> Household | Professional:
    known = reached.parts_of(answers)
    if isinstance(answers, ProfessionalAnswers):
        territory = db.session.get_one(Event, event_id).territory
        return professionals.open_new(
            **known, organisation=answers.organisation, territory=territory, language=language, now=now
        )
    quartier = answers.quartier_id if isinstance(answers, PeopleAnswers) else None
    return households.open_new(**known, quartier_id=quartier, language=language, now=now)


def _link_of(party: Household | Professional, now: datetime) -> str:
    if isinstance(party, Professional):
        return professionals.new_link(party, now=now)
    return households.new_link(party, now=now)


def _browser_of(party: Household | Professional, user_agent: str | None, now: datetime) -> str | None:
    if user_agent is None or isinstance(party, Professional):
        return None
    return household_browsers.confirm(party, user_agent, now=now)
