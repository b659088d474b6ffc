"""A household that is known registers for something else: the same people, asked for nothing again.

Only from its own page, in a confirmed browser: typing an address into the public form opens a new household
and shows nobody (people.households).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import exists, select

from eventsapp import journal
from eventsapp.agenda import listings as agenda
from eventsapp.agenda.models import Audience, Event, EventStatus, RegistrationMode
from eventsapp.database import db
from eventsapp.people import households
from eventsapp.people.models import Household
from eventsapp.refusals import Conflict, NotFound, Refusal, msgid
from eventsapp.registrations import admission, booking, referrals, seats
from eventsapp.registrations.booking import Confirmed
from eventsapp.registrations.models import (
    AgeBracket,
    Participant,
    Registration,
    RegistrationStatus,
    WayIn,
)
from eventsapp.registrations.party import LARGEST_PARTY, AdultMissing, Member, PartyTooLarge

MOST_OFFERED = 12
"""Events that one page offers, the next first; the agenda has them all."""
MOST_KNOWN = 2_000
"""Lines of earlier registrations that are read: more than any family fills."""


class AlreadyRegistered(Conflict):
    """Twice at one event is a mistake: the first is changed on the same page."""

    sentence = msgid("Vous êtes déjà inscrit à ce rendez-vous.")


class NobodyChosen(Refusal):
    """No box ticked, nobody added."""

    sentence = msgid("Cochez au moins une personne.")


class NoRoomForAll(Refusal):
    """Not all of them have a seat: whether they wait is theirs to say."""

    sentence = msgid("Il n’y a pas assez de places pour vous tous. Voulez-vous attendre ?")


def offered(household: Household, *, now: datetime) -> Sequence[Event]:
    """What is open to it in the territories where it has been registered, the next first; a
    statement, and one for each territory."""
    theirs = (
        select(Event.territory_id)
        .join(Registration, Registration.event_id == Event.id)
        .where(Registration.household_id == household.id)
        .distinct()
    )
    found: list[Event] = []
    for territory_id in db.session.scalars(theirs).all():
        found += db.session.scalars(
            agenda.public(territory_id)
            .where(
                Event.registration == RegistrationMode.COUNTED,
                Event.status == EventStatus.SCHEDULED,
                Event.starts_at > now,
                Event.audience != Audience.PROFESSIONALS,
                ~_is_registered(household),
            )
            .order_by(Event.starts_at, Event.id)
            .limit(MOST_OFFERED)
        ).all()
    return sorted(found, key=lambda event: (event.starts_at, event.id))[:MOST_OFFERED]


def known_people(household: Household) -> list[Participant]:
    """One line of an earlier registration for each person that is known, as many of one age without a name
    as ever came together; the oldest first. One statement."""
    lines = db.session.scalars(
        select(Participant)
        .join(Participant.registration)
        .where(Registration.household_id == household.id)
        .order_by(Participant.registration_id, Participant.id)  # a line that was shown stays the one
        .limit(MOST_KNOWN)
    ).all()
    found: dict[tuple[str, AgeBracket, int], Participant] = {}
    counted: Counter[tuple[int, str, AgeBracket]] = Counter()
    for line in lines:
        key = (line.first_name.casefold(), line.bracket)
        counted[line.registration_id, *key] += 1
        found.setdefault((*key, counted[line.registration_id, *key]), line)
    order = list(AgeBracket)
    return sorted(found.values(), key=lambda one: (-order.index(one.bracket), one.first_name, one.id))


def require_theirs(household: Household, event: Event, now: datetime) -> None:
    """Raises NotFound for an event of a territory where it never registered, AlreadyRegistered, and what
    `admission.require_open`, `require_families` and `referrals.require` do; two statements."""
    known = exists().where(
        Registration.household_id == household.id,
        Registration.event_id == Event.id,
        Event.territory_id == event.territory_id,
    )
    if not db.session.scalar(select(known)):
        raise NotFound()
    admission.require_open(event, now)
    admission.require_families(event)
    referrals.require(event, None, now)
    if db.session.scalar(select(Event.id).where(Event.id == event.id, _is_registered(household))):
        raise AlreadyRegistered()


def register(
    household: Household,
    event_id: int,
    coming: Collection[int],
    added: Sequence[Member],
    *,
    may_wait: bool,
    now: datetime,
) -> Registration:
    """Registers those of `known_people` with these numbers, and somebody besides.

    Without `may_wait`, nobody is put onto a waiting list: NoRoomForAll. Raises NobodyChosen, AdultMissing,
    PartyTooLarge, what `require_theirs` does and the refusals of `admission`.
    """
    event = seats.locked(event_id)
    require_theirs(household, event, now)
    known = [one for one in known_people(household) if one.id in coming]
    members = [Member(bracket=one.bracket, first_name=one.first_name) for one in known] + list(added)
    load = seats.load_of(one.bracket for one in members)
    if not load.seats:
        raise NobodyChosen(field="coming")
    if not load.adults:
        raise AdultMissing(field="coming")
    if load.seats > LARGEST_PARTY:
        raise PartyTooLarge(field="coming", seats=load.seats, most=LARGEST_PARTY)
    admission.require_possible(event, load)
    registration = booking.enter(event, household, members, way=WayIn.OWN_PAGE, now=now)
    if registration.status is RegistrationStatus.WAITING and not may_wait:
        raise NoRoomForAll()  # the queue has its own reasons: only entering it tells. The caller undoes it.
    booking.tell(Confirmed(registration, households.new_link(household, now=now)), now=now)
    journal.note(
        f"household:{household.id}",
        f"registered_{registration.status.name.lower()}",
        registration,
        now=now,
        territory_id=event.territory_id,
        seats=registration.seats,
        event=event.id,
    )
    return registration


def _is_registered(household: Household):  # type: ignore[no-untyped-def]  # an EXISTS about the outer event
    return exists().where(
        Registration.event_id == Event.id,
        Registration.household_id == household.id,
        Registration.status != RegistrationStatus.CANCELLED,
    )
