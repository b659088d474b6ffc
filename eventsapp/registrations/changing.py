"""Others of a party come: more seats all or none, fewer go to those who wait. For its desk and for itself.

A form says what its page showed (`mark_of`). If somebody changed that meanwhile, nothing is written over.
A party never ends with nobody: that is cancelling (`booking.cancel`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from eventsapp import journal
from eventsapp.agenda.models import Event
from eventsapp.codes import fingerprint
from eventsapp.database import db
from eventsapp.refusals import Conflict, Refusal, msgid
from eventsapp.registrations import admission, booking, letters, needs, roster, seats, waiting_list
from eventsapp.registrations.capacity import Load
from eventsapp.registrations.models import (
    CHILD_BRACKETS,
    AgeBracket,
    Participant,
    Registration,
    RegistrationStatus,
)
from eventsapp.registrations.party import LARGEST_PARTY, AdultMissing, Member, Numbers, PartyTooLarge
from eventsapp.registrations.people_answers import Wanted


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

    def __init__(self, *, field: str, left: int, kept: int) -> None:
        super().__init__(field=field, left=left)
        self.left, self.kept = left, kept


class NobodyLeft(Refusal):
    """All boxes unticked: to cancel is another button, and it asks once more."""

    sentence = msgid("Cochez au moins une personne. Personne ne vient ? Annulez plutôt votre venue.")


@dataclass(frozen=True)
class _Change:
    """Who of a party stays, and who joins it."""

    kept: Sequence[Participant]
    added: Sequence[Member]

    @property
    def load(self) -> Load:
        brackets = [one.bracket for one in self.kept] + [one.bracket for one in self.added]
        return seats.load_of(brackets)


def mark_of(registration: Registration) -> str:
    """What a page shows of a registration, in sixteen signs: the same as long as it is the same."""
    people = sorted(f"{one.id} {one.bracket.value}" for one in registration.participants)
    said = [registration.status.value, *people]
    return fingerprint("\x1f".join(said))[:16]


def mark_of_needs(registration: Registration) -> str:
    """The same of a page that shows each person’s name and needs: the family and its desk may both change
    them. One statement."""
    known = needs.of_registration(registration)
    people = [
        f"{one.id} {one.first_name} {sorted((row.need.value, row.language) for row in known.get(one.id, []))}"
        for one in sorted(registration.participants, key=lambda one: one.id)
    ]
    return fingerprint("\x1f".join([mark_of(registration), *people]))[:16]


def to_numbers(
    registration: Registration, numbers: Numbers, *, seen: str, actor: str, now: datetime, desk: bool = False
) -> bool:
    """So many adults and children come: whoever was named stays, those without a name go first.

    False when nothing is different. `desk`: somebody else does it for them, as the letter says. Raises
    RegistrationChanged, RegistrationCancelled, RegistrationsClosed, NotEnoughSeats and the refusals of
    `admission.require_possible`.
    """

    def by_numbers(now_there: Registration) -> _Change | None:
        if roster.numbers_of(now_there) == (numbers.adults, _all_brackets(numbers)):
            return None
        return _resized(now_there, numbers)

    return _become(registration, by_numbers, seen=seen, actor=actor, now=now, desk=desk)


def to_people(
    registration: Registration,
    staying: Collection[int],
    added: Sequence[Member],
    *,
    seen: str,
    actor: str,
    now: datetime,
) -> bool:
    """Those of these participants stay, by their numbers, and these join; the rest as `to_numbers`.

    Raises NobodyLeft, AdultMissing and PartyTooLarge, too.
    """

    def by_people(now_there: Registration) -> _Change | None:
        kept = [one for one in now_there.participants if one.id in staying]
        if len(kept) == len(now_there.participants) and not added:
            return None
        change = _Change(kept, added)
        _require_whole(change.load)
        return change

    return _become(registration, by_people, seen=seen, actor=actor, now=now, desk=False)


def to_needs(
    registration: Registration, wanted: Mapping[int, Wanted], *, seen: str, actor: str, now: datetime
) -> bool:
    """Each of these participants, by their numbers, needs this that day; numbers of others are left out.

    False when nothing is different; nobody is written to, for its desk reads it on the day. Raises
    RegistrationChanged, RegistrationCancelled, RegistrationsClosed.
    """
    seats.locked(registration.event_id)
    db.session.refresh(registration, ["status", "seats", "participants"])
    known = needs.of_registration(registration)
    before = {number: {(one.need, one.language) for one in rows} for number, rows in known.items()}
    asking = [(one, wanted[one.id]) for one in registration.participants if one.id in wanted]
    others = [
        (one, asks)
        for one, asks in asking
        if {(row.need, row.language) for row in needs.rows_of(asks.needs, asks.interpreter)}
        != before.get(one.id, set())
    ]
    if not others and len(asking) == len(wanted):
        return False  # sent twice, its page is stale and says what stands
    open_for_needs(registration, seen, now)
    for one, asks in others:
        needs.replace(one, asks.needs, asks.interpreter)
    registration.changed_at = now
    _note(actor, registration, now)
    return True


def open_for_change(registration: Registration, seen: str, now: datetime) -> Event:
    """Locks the event and reads the registration again, as it is now.

    Raises RegistrationChanged, RegistrationCancelled, RegistrationsClosed.
    """
    event = seats.locked(registration.event_id)
    db.session.refresh(registration, ["status", "seats", "participants"])
    if mark_of(registration) != seen:
        raise RegistrationChanged()
    if registration.status is RegistrationStatus.CANCELLED:
        raise RegistrationCancelled()
    if event.ends_at <= now:
        raise RegistrationsClosed()
    return event


def open_for_needs(registration: Registration, seen: str, now: datetime) -> Event:
    """The same of a page with the mark `mark_of_needs`; closed where the event is cancelled, too."""
    event = open_for_change(registration, mark_of(registration), now)
    if mark_of_needs(registration) != seen:
        raise RegistrationChanged()
    if event.is_cancelled:
        raise RegistrationsClosed()
    return event


def _become(
    registration: Registration,
    wanted: Callable[[Registration], _Change | None],
    *,
    seen: str,
    actor: str,
    now: datetime,
    desk: bool,
) -> bool:
    event = open_for_change(registration, seen, now)
    if event.is_cancelled:
        raise RegistrationsClosed()
    change = wanted(registration)
    if change is None:
        return False
    load = change.load
    if not _only_children_stay_away(registration, change):
        admission.require_possible(event, load)
    # What they have is among what is taken: only the difference is, all or none.
    if registration.holds_seats and not waiting_list.grow(event, load - seats.weight_of(registration)):
        raise NotEnoughSeats(field="adults", left=event.seats_left or 0, kept=registration.seats)
    for one in [one for one in registration.participants if one not in change.kept]:
        registration.participants.remove(one)
    registration.participants.extend(
        Participant(
            bracket=one.bracket, first_name=one.first_name, needs=needs.rows_of(one.needs, one.interpreter)
        )
        for one in change.added
    )
    registration.seats, registration.changed_at = load.seats, now
    letters.party_changed(registration, by_desk=desk, now=now)
    _note(actor, registration, now)
    booking.seat_waiting(event, actor=actor, now=now)
    return True


def _only_children_stay_away(registration: Registration, change: _Change) -> bool:
    """Nothing is asked of them then: rules that are stricter since would not let them come fewer, only go."""
    return not change.added and change.load.adults == seats.weight_of(registration).adults


def _require_whole(load: Load) -> None:
    if not load.seats:
        raise NobodyLeft(field="staying")
    if not load.adults:
        raise AdultMissing(field="staying")
    if load.seats > LARGEST_PARTY:
        raise PartyTooLarge(field="staying", seats=load.seats, most=LARGEST_PARTY)


def _all_brackets(numbers: Numbers) -> dict[AgeBracket, int]:
    return {bracket: numbers.children.get(bracket, 0) for bracket in CHILD_BRACKETS}


def _resized(registration: Registration, numbers: Numbers) -> _Change:
    kept: list[Participant] = []
    added: list[Member] = []
    for bracket, wanted in _all_brackets(numbers).items():
        _resize(registration, [bracket], bracket, wanted, kept, added)
    grown = [bracket for bracket in AgeBracket if bracket not in CHILD_BRACKETS]
    _resize(registration, grown, AgeBracket.ADULT, numbers.adults, kept, added)
    return _Change(kept, added)


def _resize(
    registration: Registration,
    brackets: Iterable[AgeBracket],
    new: AgeBracket,
    wanted: int,
    kept: list[Participant],
    added: list[Member],
) -> None:
    among = set(brackets)
    lines = [one for one in registration.participants if one.bracket in among]
    lines.sort(key=lambda one: (not one.first_name, one.id))
    kept += lines[:wanted]
    added += [Member(bracket=new)] * (wanted - len(lines))


def _note(actor: str, registration: Registration, now: datetime) -> None:
    journal.note(
        actor,
        "changed",
        registration,
        now=now,
        territory_id=registration.event.territory_id,
        seats=registration.seats,
        event=registration.event_id,
    )
