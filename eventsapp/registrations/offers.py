"""Places offered: taken, declined, or given to the next in line when nobody answers.

The delay never runs for somebody who could not be reached: `answer_by` is set once the letter has left, or
once somebody answered the call that took its place, and taken back when that letter comes back undelivered.
A first offer that lapses sends its party to the end of the queue, a second one takes it off the list. When
the event begins every offer that is open ends: who wants in then speaks to the people at the door.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.mailroom.models import Letter, LetterStatus
from eventsapp.people.models import Household, Professional
from eventsapp.refusals import Conflict, msgid
from eventsapp.registrations import (
    admission,
    answering,
    booking,
    letters,
    listings,
    moves,
    offer_letters,
    seats,
    waiting_list,
)
from eventsapp.registrations.models import Registration, RegistrationStatus

MOST_LAPSES = 2
"""Offers without answer: after as many, somebody else is asked for good."""
WORKER = "worker"
Reached = dict[int, datetime | None]
"""When a party was told, by registration; None: a letter was posted and has not reached them."""


class OfferIsOver(Conflict):
    """It lapsed and went to somebody else, or they said no."""

    sentence = msgid(
        "Cette place n’est plus gardée : le délai pour répondre est passé, ou la réponse était non."
    )


def accept(registration: Registration, *, actor: str, now: datetime) -> bool:
    """The party says yes: its seats are its own, and its calendar hears of it. False when it had said so.

    As long as nobody else was asked, a yes counts, even some minutes late. Raises OfferIsOver and the
    refusals of `admission.require_open`.
    """
    event = _locked_for(registration)
    if registration.status is RegistrationStatus.CONFIRMED:
        return False
    if registration.status is not RegistrationStatus.OFFERED:
        raise OfferIsOver()
    admission.require_open(event, now)
    moves.move(registration, RegistrationStatus.CONFIRMED, now)
    offer_letters.taken(registration, now=now)
    registration.told = event.terms
    moves.note(actor, "offer_taken", registration, now)
    return True


def decline(registration: Registration, *, actor: str, now: datetime) -> bool:
    """The party says no; the next in line is seated or asked. False when it had cancelled already.

    Raises OfferIsOver, TooLateToCancel. Who has said yes meanwhile cancels instead.
    """
    _locked_for(registration)
    if registration.status not in {RegistrationStatus.OFFERED, RegistrationStatus.CANCELLED}:
        raise OfferIsOver()
    return booking.cancel(registration, actor=actor, now=now)


def due(now: datetime) -> list[int]:
    """The events where an offer has something to become: a delay starts, lapses, or the event begins.

    Two statements, however many offers are open; one where none is.
    """
    offers = _open()
    reached = _reached(offers)
    return sorted({one.event_id for one in offers if _is_due(one, reached, now)})


def settle(event_id: int, now: datetime) -> int:
    """Starts the delays of those who were reached, gives what was not answered to the next in line; how many
    offers changed. Whoever answered while we waited for the lock has answered."""
    event = seats.locked(event_id)
    offers = _open(event_id)
    if event.starts_at <= now:
        return _end_all(offers, event, now)
    if event.is_cancelled:
        return 0  # it may be restored
    reached, changed, lapsing = _reached(offers), 0, []
    for one in offers:
        changed += _run(one, event, reached)
        if one.answer_by is not None and one.answer_by <= now:
            lapsing.append(one)
    _lapse(lapsing, event, now)
    return changed + len(lapsing)


def review(event: Event, now: datetime) -> None:
    """The event takes place after all, or its rules are others: who was asked when answers were asked for has
    the place where none is any more; a delay that ran out meanwhile starts anew. `event` is locked. While it
    is cancelled nothing is given: it is reviewed once it is restored."""
    if event.is_cancelled:
        return
    hours = event.entry.answer_hours
    for one in _open(event.id):
        if hours is None:
            _seat(one, now)
        elif one.answer_by is not None and one.answer_by <= now:
            one.answer_by = answering.deadline(hours, event.starts_at, now)


def seat_the_silent(household: Household, now: datetime) -> None:
    """A family wants no message any more: places it was not told of yet are its own, as `waiting_list` gives
    them to who is silent. No delay could ever run for it, and they would be held in vain."""
    theirs = select(Registration).where(
        Registration.household_id == household.id, Registration.offered_at.is_not(None)
    )
    for one in db.session.scalars(theirs.order_by(Registration.event_id)).all():
        _locked_for(one)
        if one.status is RegistrationStatus.OFFERED and one.answer_by is None:
            _seat(one, now)


def _seat(registration: Registration, now: datetime) -> None:
    """Nobody asks any more: the place is theirs."""
    moves.move(registration, RegistrationStatus.CONFIRMED, now)
    offer_letters.no_more_calls(registration, now)
    letters.promoted(registration, now=now)
    registration.told = registration.event.terms
    moves.note(WORKER, "seated", registration, now)


def _locked_for(registration: Registration) -> Event:
    event = seats.locked(registration.event_id)
    db.session.refresh(registration, ["status", "offered_at", "answer_by", "lapses", "waiting_since"])
    return event


def _open(event_id: int | None = None) -> Sequence[Registration]:
    query = (
        select(Registration)
        .join(Registration.event)
        .where(Registration.offered_at.is_not(None))
        .options(contains_eager(Registration.event))
        # Those who were not reached last, said so: databases differ on where nothing stands.
        .order_by(Registration.answer_by.is_(None), Registration.answer_by, Registration.id)
    )
    if event_id is not None:
        query = query.where(Registration.event_id == event_id).options(
            joinedload(Registration.household).joinedload(Household.contact),
            joinedload(Registration.professional).joinedload(Professional.person),
            selectinload(Registration.participants),
        )
    return db.session.scalars(query.execution_options(populate_existing=True)).all()


def _reached(offers: Collection[Registration]) -> Reached:
    """When each was told; nothing of those whose letters are forgotten."""
    threads = {thread: one for one in offers for thread in offer_letters.threads_of(one)}
    if not threads:
        return {}
    found = db.session.execute(
        select(Letter.thread, Letter.status, Letter.posted_at, Letter.finished_at).where(
            Letter.thread.in_(threads), Letter.kind == offer_letters.OFFERED
        )
    )
    reached: Reached = {}
    for thread, status, posted_at, finished_at in found:
        offer = threads[thread]
        if offer.offered_at is None or posted_at < offer.offered_at:
            continue  # of an earlier offer
        reached.setdefault(offer.id, None)
        if status is LetterStatus.SENT and finished_at is not None:
            first = reached[offer.id]
            reached[offer.id] = finished_at if first is None else min(first, finished_at)
    return reached


def _is_due(offer: Registration, reached: Reached, now: datetime) -> bool:
    event = offer.event
    if event.starts_at <= now:
        return True
    if event.is_cancelled:
        return False
    if offer.answer_by is None:
        return reached.get(offer.id) is not None
    return offer.answer_by <= now or _came_back(offer, reached)


def _run(offer: Registration, event: Event, reached: Reached) -> bool:
    """Starts the delay, or stops it for somebody who turns out not to have been reached."""
    told_at = reached.get(offer.id)
    if offer.answer_by is None and told_at is not None:
        hours = event.entry.answer_hours or answering.CHOICES[0]
        offer.answer_by = answering.deadline(hours, event.starts_at, told_at)
        return True
    if offer.answer_by is not None and _came_back(offer, reached):
        offer.answer_by = None
        return True
    return False


def _came_back(offer: Registration, reached: Reached) -> bool:
    """Its letters are known, and none of them is delivered (any more)."""
    return offer.id in reached and reached[offer.id] is None


def _lapse(offers: Sequence[Registration], event: Event, now: datetime) -> None:
    """No answer: their seats go to the next in line, in the same transaction; then they are told.

    However late we come, one deadline after the other: whoever was next in line for the seats that came free
    first has them, though with those of a later deadline they would have gone to a larger party.
    """
    ran_out = {one.answer_by for one in offers if one.answer_by is not None}
    for deadline in sorted(ran_out):
        for one in [one for one in offers if one.answer_by == deadline]:
            _take_back(one, event, now)
        waiting_list.seat(event, actor=WORKER, now=now)
    for one in offers:
        if one.status is RegistrationStatus.CANCELLED:
            offer_letters.given_up(one, now=now)
        elif one.status is RegistrationStatus.WAITING:
            offer_letters.lapsed(one, rank=listings.rank(one) or 1, now=now)
        # Otherwise nobody else wanted the place, and it was offered to them again.


def _take_back(offer: Registration, event: Event, now: datetime) -> None:
    offer.lapses += 1
    seats.free(event, seats.weight_of(offer))
    if offer.lapses < MOST_LAPSES:
        moves.move(offer, RegistrationStatus.WAITING, now)
        offer.waiting_since, offer.overtaken = waiting_list.end_of_queue(event, now).since, 0
    else:
        moves.move(offer, RegistrationStatus.CANCELLED, now)
    db.session.flush()
    moves.note(WORKER, "offer_lapsed", offer, now)


def _end_all(offers: Sequence[Registration], event: Event, now: datetime) -> int:
    for one in offers:
        seats.free(event, seats.weight_of(one))
        offer_letters.no_more_calls(one, now)
        moves.move(one, RegistrationStatus.WAITING, now)
        moves.note(WORKER, "offer_ended", one, now)
    return len(offers)
