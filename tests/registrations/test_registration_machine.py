"""Whatever people, desks and workers do at one event, in any order: it comes to what the model says.

Nobody is lost or seated twice, seats stay within places and quotas, counters are the sum of those who hold
seats, the waiting list keeps its order, and every letter has its deed, and every deed its letter, by the
means that its reader chose.

The walks are the same each time; one that fails is printed step by step (`walks`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from random import Random

import time_machine
from flask import Flask
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.agenda import entry_changes, scheduling
from eventsapp.agenda.entry_rules import EntryRules, QueueOrder
from eventsapp.agenda.models import Event
from eventsapp.agenda.notice_models import Notice
from eventsapp.database import db
from eventsapp.languages import DEFAULT
from eventsapp.mailroom import calls
from eventsapp.mailroom.models import CallOutcome, Channel, Letter, LetterStatus
from eventsapp.people import preferences
from eventsapp.people.contacts import phone
from eventsapp.people.models import Means
from eventsapp.people.preferences import Wishes
from eventsapp.refusals import Refusal
from eventsapp.registrations import booking, changing, desk, listings, offers
from eventsapp.registrations.models import (
    CHILD_BRACKETS,
    AgeBracket,
    Participant,
    Registration,
    RegistrationStatus,
)
from eventsapp.registrations.party import Member, Numbers, PartyAnswers
from tests import factories
from tests.conftest import SUNDAY_NOON
from tests.factories import SATURDAY
from tests.registrations.queue_model import ADULT, MOST_OVERTAKINGS, Model, Party, Reach, Rules, State
from tests.registrations.stories import a_transaction, fill_in, told
from tests.registrations.walks import between, one_of, rule, walk

HOURS = 2
HOUR, QUARTER = timedelta(hours=1), timedelta(minutes=15)
STARTS_AT = SATURDAY + timedelta(weeks=6)
"""Later than any walk: what is near is told otherwise (test_telling, test_means_of_changes)."""
MOBILE, LANDLINE = "06 39 98 00 07", "01 99 00 20 20"
NUMBER = count(1)
"""Names that no example shares with another: all live in one database."""

BRACKETS = [ADULT, *(bracket.value for bracket in CHILD_BRACKETS)]


def people(random: Random) -> tuple[str, ...]:
    """1 to 6 of random brackets, an adult among them."""
    adults, children = random.choice([1, 1, 2, 2, 3]), random.randint(0, 3)
    return (ADULT,) * adults + tuple(random.choice(BRACKETS[1:]) for _ in range(children))


def rules(random: Random) -> Rules:
    """Mostly with a quota, and with an answer asked for."""
    return Rules(
        most_adults=random.choice([None, None, None, 4, 6]),
        most_children=random.choice([None, None, 3, 5]),
        most_under_6=random.choice([None, None, 1, 2]),
        children_per_adult=random.choice([None, None, None, 2, 3]),
        is_strict=random.choice([False, False, True]),
        hours=random.choice([None, 6, 12, 24]),
    )


HOW = one_of(
    Reach(),
    Reach(),
    Reach(mobile=True),
    Reach(mobile=True, wish="sms"),
    Reach(landline=True, wish="appel"),
    Reach(email=False, mobile=True),
    Reach(email=False, landline=True),
)
"""What they left in the form, and by which means they wish to be told."""


MOSTLY = 9
WHICH = between(0, MOSTLY)
"""The how manieth to arrive."""


def some_places(random: Random) -> set[int]:
    return set(random.sample(range(6), random.randint(0, 2)))


def some_people(random: Random) -> list[str]:
    return random.choices(BRACKETS, k=random.choice([0, 0, 1, 2]))


def has_parties(machine: RegistrationMachine) -> bool:
    return bool(machine.model.parties)


def has_offers(machine: RegistrationMachine) -> bool:
    return bool(machine.model.of(State.OFFERED))


def has_calls(machine: RegistrationMachine) -> bool:
    return any(one.calls for one in machine.model.parties.values())


def takes_place(machine: RegistrationMachine) -> bool:
    return not machine.model.terms.is_cancelled


class RegistrationMachine:
    """One event and everybody around it; each rule does a deed twice, in the house and in the model."""

    def __init__(self, traveller: time_machine.Traveller) -> None:
        self.traveller = traveller
        self.model = Model(0)
        self.event_id = self.last_letter = self.letters_seen = 0
        self.registered: dict[str, int] = {}
        self.tokens: list[tuple[str, str]] = []

    def starts(self, random: Random) -> None:
        capacity, asked = random.randint(4, 8), rules(random)
        self.traveller.move_to(SUNDAY_NOON)
        with a_transaction():
            title = f"Samedi {next(NUMBER)}"
            event = factories.an_event(
                title, capacity=capacity, entry=_entry(asked), starts_at=STARTS_AT, hours=HOURS
            )
            self.last_letter = db.session.scalar(select(func.max(Letter.id))) or 0
        self.event_id, self.model = event.id, Model(capacity, asked)
        for _ in range(random.randint(4, 7)):
            self._registers(people(random), HOW(random))

    def ends(self) -> None:
        """What is open at this event is nobody's any more: not of the worker's turn in the next walk."""
        with a_transaction():
            db.session.execute(delete(Notice).where(Notice.event_id == self.event_id))
            db.session.execute(
                update(Registration)
                .where(Registration.event_id == self.event_id)
                .values(status=RegistrationStatus.CANCELLED, offered_at=None, answer_by=None)
            )
            db.session.execute(
                update(Letter).where(Letter.status == LetterStatus.WAITING).values(status=LetterStatus.STALE)
            )

    @rule(weight=4, coming=people, how=HOW)
    def somebody_registers(self, coming: tuple[str, ...], how: Reach) -> None:
        self._registers(coming, how)

    def _registers(self, coming: tuple[str, ...], how: Reach) -> None:
        name = f"N{next(NUMBER)}"
        token = ""

        def register() -> None:
            nonlocal token
            token = fill_in(self.event, _answers(name, coming, how))
            with a_transaction():
                done = booking.confirm(token, self.event_id, language="fr", now=clock.now())
                self.registered[name] = done.registration.id

        self.both(register, self.model.arrives(name, coming, replace(how)))
        self.tokens.append((name, token))

    @rule(weight=1, when=lambda self: bool(self.tokens), which=WHICH)
    def a_form_is_sent_twice(self, which: int) -> None:
        name, token = self.tokens[which % len(self.tokens)]
        if name in self.model.parties:
            with a_transaction():
                again = booking.confirm(token, self.event_id, language="fr", now=clock.now())
            assert again.registration.id == self.registered[name]

    @rule(weight=6, when=has_parties, which=WHICH)
    def somebody_leaves(self, which: int) -> None:
        name = self._name(which) if which % 2 else self._name(which, State.SEATED)
        with a_transaction():
            left = booking.cancel(self.registration(name), actor="household:1", now=clock.now())
        assert left == self.model.leaves(name)

    @rule(weight=3, when=has_parties, which=WHICH, coming=people, by_desk=one_of(True, False))
    def others_of_them_come(self, which: int, coming: tuple[str, ...], by_desk: bool) -> None:
        name = self._name(which)

        def change() -> bool:
            with a_transaction():
                found, numbers, now = self.registration(name), _numbers(coming), clock.now()
                seen = changing.mark_of(found)
                if by_desk:
                    return desk.change(found, numbers, seen=seen, actor="account:1", now=now)
                return changing.to_numbers(found, numbers, seen=seen, actor="household:1", now=now)

        self.both(change, self.model.changes(name, coming))

    @rule(weight=3, when=has_parties, which=WHICH, leaving=some_places, added=some_people)
    def some_of_them_stay_at_home(self, which: int, leaving: set[int], added: list[str]) -> None:
        name = self._name(which)
        db.session.rollback()
        lines = self.registration(name).participants
        staying = [one for place, one in enumerate(lines) if place not in leaving]
        numbers = [one.id for one in staying]
        coming = (*(one.bracket.value for one in staying), *added)
        is_new = len(staying) < len(lines) or bool(added)

        def change() -> bool:
            with a_transaction():
                found = self.registration(name)
                return changing.to_people(
                    found,
                    numbers,
                    [Member(bracket=AgeBracket(one)) for one in added],
                    seen=changing.mark_of(found),
                    actor="household:1",
                    now=clock.now(),
                )

        self.both(change, self.model.changes(name, coming, is_new=is_new))

    @rule(weight=3, when=has_offers, which=WHICH, says=one_of(True, True, False))
    def they_answer(self, which: int, says: bool) -> None:
        """To an offer, mostly; or when they were never asked."""
        states = (State.OFFERED,) if which < MOSTLY else ()
        self._answers(self._name(which, *states), says=says)

    def _answers(self, name: str, *, says: bool) -> None:
        def answer() -> bool:
            with a_transaction():
                found = self.registration(name)
                verb = offers.accept if says else offers.decline
                return verb(found, actor="household:1", now=clock.now())

        self.both(answer, self.model.accepts(name) if says else self.model.declines(name))

    @rule(when=has_parties, which=WHICH, wish=one_of(None, *Means), hears=one_of(True, True, True, False))
    def somebody_wishes_to_be_told_otherwise(self, which: int, wish: Means | None, hears: bool) -> None:
        name = self._name(which)

        def keep() -> None:
            with a_transaction():
                household = self.registration(name).household
                assert household is not None
                wishes = Wishes(DEFAULT, wish, phone_is_shared=False, wants_no_messages=not hears)
                preferences.keep(household, wishes, now=clock.now())

        self.both(keep, self.model.wishes(name, wish.value if wish else None, hears=hears))

    def _letters_leave(self) -> None:
        with a_transaction():
            db.session.execute(
                update(Letter)
                .where(Letter.status == LetterStatus.WAITING, Letter.channel != Channel.CALL)
                .values(status=LetterStatus.SENT, finished_at=clock.now())
            )
        self.model.letters_left()

    @rule(when=has_calls, which=WHICH)
    def somebody_is_called(self, which: int) -> None:
        names = [one.name for one in self.model.parties.values() if one.calls]
        name = names[which % len(names)]
        with a_transaction():
            first, *others = self.to_be_said(name)
            also = [one.id for one in others]
            calls.settle(first, CallOutcome.REACHED, also=also, actor="account:1", now=clock.now())
        assert self.model.was_called(name)

    @rule(weight=6, when=has_offers, hours=between(0, 13), delivers=one_of(True, True, False))
    def time_passes_and_the_job_looks_after_offers(self, hours: int, delivers: bool) -> None:
        if delivers:
            self._letters_leave()
        self.traveller.shift(hours * HOUR)
        self.tokens = [] if hours else self.tokens  # forms are forgotten within the hour
        self.model.now += 4 * hours
        db.session.commit()
        for event_id in offers.due(clock.now()):
            with a_transaction():
                offers.settle(event_id, clock.now())
        self.model.job()

    @rule(weight=1, asked=rules)
    def the_desk_sets_other_rules(self, asked: Rules) -> None:
        def change() -> bool:
            with a_transaction():
                done = entry_changes.change(self.event, _entry(asked), actor="account:1", now=clock.now())
            return done > 0

        self.both(change, self.model.ruled(asked))

    @rule(capacity=between(0, 12))
    def the_places_change(self, capacity: int) -> None:
        def reword() -> bool:
            with a_transaction():
                return scheduling.reword(self.event, capacity=capacity, actor="account:1", now=clock.now())

        self.both(reword, self.model.resized(capacity))

    @rule(weight=1, when=takes_place)
    def it_is_called_off(self) -> None:
        def cancel() -> None:
            with a_transaction():
                scheduling.cancel(self.event, actor="account:1", now=clock.now())

        self.both(cancel, self.model.called_off())

    @rule(weight=8, when=lambda self: self.model.terms.is_cancelled)
    def it_takes_place_after_all(self) -> None:
        def restore() -> None:
            with a_transaction():
                scheduling.restore(self.event, actor="account:1", now=clock.now())

        self.both(restore, self.model.restored())

    @rule(weight=1, when=takes_place, hour=between(0, 2))
    def it_moves(self, hour: int) -> None:
        starts_at = STARTS_AT + hour * HOUR

        def move() -> bool:
            with a_transaction():
                return scheduling.reschedule(
                    self.event,
                    starts_at=starts_at,
                    ends_at=starts_at + HOURS * HOUR,
                    actor="account:1",
                    now=clock.now(),
                )

        self.both(move, self.model.moved(hour))

    @rule()
    def a_worker_has_its_turn(self) -> None:
        told()
        self.model.told()

    def holds(self) -> None:
        """What is true after every step."""
        self.everybody_is_there_once_in_the_state_and_order_of_the_model()
        self.counters_are_the_sum_of_those_who_hold_seats_within_places_and_quotas()
        self.the_waiting_list_keeps_its_order()
        self.every_letter_is_explained()
        self.nobody_is_called_with_what_is_old_or_settled()

    def everybody_is_there_once_in_the_state_and_order_of_the_model(self) -> None:
        db.session.rollback()
        brackets: dict[int, Counter[str]] = {number: Counter() for number in self.registered.values()}
        for number, bracket in db.session.execute(
            select(Participant.registration_id, Participant.bracket)
            .join(Participant.registration)
            .where(Registration.event_id == self.event_id)
        ):
            brackets[number][bracket.value] += 1
        rows = db.session.execute(
            select(
                Registration.id,
                Registration.status,
                Registration.seats,
                Registration.overtaken,
                Registration.answer_by,
                Registration.lapses,
            )
            .where(Registration.event_id == self.event_id)
            .order_by(Registration.id)
        ).all()
        seen = [(*row, brackets[row.id]) for row in rows]
        assert seen == [
            (
                self.registered[one.name],
                one.state.value,
                len(one.brackets),
                one.overtaken,
                _hour(one.answer_by),
                one.lapses,
                Counter(one.brackets),
            )
            for one in self.model.parties.values()
        ]
        assert max((row.overtaken for row in rows), default=0) <= MOST_OVERTAKINGS

    def counters_are_the_sum_of_those_who_hold_seats_within_places_and_quotas(self) -> None:
        event, taken = self.event, self.model.taken()
        assert event.capacity == self.model.capacity
        counted = (event.seats_taken, event.children_taken, event.under_6_taken)
        assert counted == (taken[0], taken[2], taken[3])
        assert event.seats_taken <= event.capacity
        for number, most in (
            (event.seats_taken - event.children_taken, event.entry.most_adults),
            (event.children_taken, event.entry.most_children),
            (event.under_6_taken, event.entry.most_under_6),
        ):
            assert most is None or number <= most

    def the_waiting_list_keeps_its_order(self) -> None:
        waiting = [self.registered[one.name] for one in self.model.queue]
        ranks = db.session.execute(
            select(Registration.id, listings.rank_in_queue()).where(
                Registration.event_id == self.event_id, Registration.status == RegistrationStatus.WAITING
            )
        )
        listed = [row[0] for row in sorted(ranks, key=lambda row: row[1])]
        assert listed == waiting

    def every_letter_is_explained(self) -> None:
        rows = db.session.execute(
            select(Letter.id, Letter.reader_name, Letter.kind, Letter.method, Letter.channel)
            .where(Letter.id > self.last_letter)
            .order_by(Letter.id)
        ).all()
        posted = [(one.reader_name, _kind(one.kind, one.method), one.channel.value) for one in rows]
        assert posted == self.model.letters[self.letters_seen :]
        if rows:
            self.last_letter, self.letters_seen = rows[-1].id, len(self.model.letters)

    def nobody_is_called_with_what_is_old_or_settled(self) -> None:
        said = [(one.reader_name, _kind(one.kind)) for one in self.to_be_said()]
        parties = self.model.parties.values()
        assert sorted(said) == sorted((one.name, kind) for one in parties for kind in one.calls.values())

    @property
    def event(self) -> Event:
        return db.session.get_one(Event, self.event_id)

    def registration(self, name: str) -> Registration:
        return db.session.get_one(Registration, self.registered[name])

    def to_be_said(self, name: str | None = None) -> list[Letter]:
        """What is to be said on the phone, to one party or to all."""
        query = select(Letter).where(Letter.channel == Channel.CALL, Letter.status == LetterStatus.WAITING)
        if name is not None:
            query = query.where(Letter.reader_name == name)
        return list(db.session.scalars(query.order_by(Letter.id)))

    def _name(self, which: int, *states: State) -> str:
        """Somebody of these states; of all, mostly of those who have not left."""
        if not states and which < MOSTLY:
            states = (State.SEATED, State.OFFERED, State.WAITING)
        among: list[Party] = self.model.of(*states) or list(self.model.parties.values())
        return among[which % len(among)].name

    def both(self, deed: Callable[[], bool | None], expected: bool) -> None:
        """Does the deed in the house: whatever is refused there, or changes nothing, is so in the model."""
        try:
            done = deed() is not False
        except Refusal:
            db.session.rollback()
            done = False
        assert done == expected


def _entry(rules: Rules) -> EntryRules:
    return EntryRules(
        most_adults=rules.most_adults,
        most_children=rules.most_children,
        most_under_6=rules.most_under_6,
        children_per_adult=rules.children_per_adult,
        order=QueueOrder.STRICT if rules.is_strict else QueueOrder.FIRST_FIT,
        answer_hours=rules.hours,
    )


def _hour(quarters: int | None) -> datetime | None:
    return None if quarters is None else SUNDAY_NOON + quarters * QUARTER


def _numbers(people: tuple[str, ...]) -> Numbers:
    counted = Counter(people)
    adults = counted.pop(ADULT)
    return Numbers(adults=adults, children={AgeBracket(one): number for one, number in counted.items()})


def _answers(name: str, people: tuple[str, ...], how: Reach) -> PartyAnswers:
    numbers = _numbers(people)
    number = MOBILE if how.mobile else LANDLINE if how.landline else None
    return PartyAnswers(
        first_name=name,
        email=f"{name.lower()}@example.org" if how.email else None,
        phone=phone(number) if number else None,
        means=Means(how.wish) if how.wish else None,
        adults=numbers.adults,
        children=numbers.children,
    )


def _kind(kind: str, method: str | None = None) -> str:
    return f"{kind.removeprefix('registrations/')} {method or ''}".strip()


WALKS, STEPS = 40, 30


def test_whatever_happens_it_comes_to_what_the_model_says(
    app: Flask, db_session: scoped_session[Session], clock: time_machine.Traveller
) -> None:
    app.config["SMS_API_KEY"] = "a key: texts can leave"
    for seed in range(WALKS):
        walk(RegistrationMachine(clock), seed, STEPS)
