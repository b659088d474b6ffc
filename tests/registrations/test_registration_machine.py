"""Whatever people, desks and workers do at one event, in any order: it comes to what the model says.

Nobody is lost or seated twice, seats stay within places and quotas, counters are the sum of those who hold
seats, the waiting list keeps its order, and every letter has its deed, and every deed its letter, by the
means that its reader chose.

The walks are the same each time; one that fails is printed step by step (`walks`).
"""

from __future__ import annotations

from datetime import timedelta

import time_machine
from flask import Flask
from sqlalchemy import true, update
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.agenda import entry_changes, scheduling
from eventsapp.database import db
from eventsapp.languages import DEFAULT
from eventsapp.mailroom import calls
from eventsapp.mailroom.models import CallOutcome, Channel, Letter, LetterStatus
from eventsapp.people.models import Means
from eventsapp.people.preferences import Wishes
from eventsapp.registrations import (
    booking,
    changing,
    desk,
    offers,
    returning,
    silence,
    standing,
    standing_dates,
    standing_letters,
)
from eventsapp.registrations.models import (
    AgeBracket,
)
from eventsapp.registrations.party import Member
from tests.databases import DIALECTS, Database
from tests.registrations.queue_model import ADULT, Reach, Rules, State
from tests.registrations.registration_scene import (
    HOUR,
    HOURS,
    HOW,
    MOSTLY,
    STARTS_AT,
    WHICH,
    Scene,
    entry_of,
    has_calls,
    has_left,
    has_offers,
    has_offers_where_it_takes_place,
    has_parties,
    has_two_offers,
    numbers_of,
    people,
    rules,
    some_people,
    some_places,
    takes_place,
)
from tests.registrations.stories import a_transaction, told
from tests.registrations.walks import between, one_of, rule, walk


class RegistrationMachine(Scene):
    """Each rule does a deed twice, in the house and in the model."""

    @rule(weight=2, coming=people, how=HOW)
    def somebody_registers(self, coming: tuple[str, ...], how: Reach) -> None:
        self.registers(coming, how)

    @rule(weight=2, coming=people, how=HOW, slow=one_of(0, 0, 1))
    def a_desk_registers_somebody(self, coming: tuple[str, ...], how: Reach, slow: int) -> None:
        """Where processes are several, the clock of one may be a second behind."""
        self.traveller.shift(-slow)
        self.books(coming, how)
        self.traveller.shift(slow)

    @rule(weight=1, coming=people, how=HOW)
    def somebody_comes_to_all_dates(self, coming: tuple[str, ...], how: Reach) -> None:
        self.stands(coming, how)

    @rule(weight=1, when=has_parties, which=WHICH, coming=people)
    def somebody_who_is_registered_comes_to_all_dates(self, which: int, coming: tuple[str, ...]) -> None:
        """What they have at this one stays, and what they gave up is not taken again for them."""
        name = self.somebody(which)
        with a_transaction():
            household, people = self.registration(name).household, numbers_of(coming).members
            assert household is not None
            standing.sign_up(self.event.activity, household, people, actor="household:1", now=clock.now())

    @rule(weight=3, when=has_left, which=WHICH, adults=between(1, 3), may_wait=one_of(True, True, False))
    def somebody_comes_back(self, which: int, adults: int, may_wait: bool) -> None:
        """From their own page, those of them and somebody else; who is still registered is not twice."""
        name = self.somebody(which if which < MOSTLY else 0, *([State.GONE] if which < MOSTLY else []))
        again: str | None = None

        def register() -> None:
            with a_transaction():
                household = self.registration(name).household
                assert household is not None
                done = returning.register(
                    household,
                    self.event_id,
                    [],
                    [Member(bracket=AgeBracket.ADULT)] * adults,
                    may_wait=may_wait,
                    now=clock.now(),
                )
                self.registered["again"] = done.id

        def model() -> bool:
            nonlocal again
            again = self.model.returns(name, (ADULT,) * adults, may_wait=may_wait)
            return again is not None

        self.both(register, model)
        if again is not None:
            self.registered[again] = self.registered.pop("again")

    @rule(weight=1, when=lambda self: bool(self.tokens), which=WHICH)
    def a_form_is_sent_twice(self, which: int) -> None:
        name, token = self.tokens[which % len(self.tokens)]
        if name in self.model.parties:
            with a_transaction():
                again = booking.confirm(token, self.event_id, language="fr", now=clock.now())
            assert again.registration.id == self.registered[name]

    @rule(weight=6, when=has_parties, which=WHICH)
    def somebody_leaves(self, which: int) -> None:
        self.leaves(self.somebody(which) if which % 2 else self.somebody(which, State.SEATED))

    @rule(weight=3, when=has_parties, which=WHICH, coming=people, by_desk=one_of(True, False))
    def others_of_them_come(self, which: int, coming: tuple[str, ...], by_desk: bool) -> None:
        self._change(self.somebody(which), coming, by_desk=by_desk)

    def _change(self, name: str, coming: tuple[str, ...], *, by_desk: bool) -> None:
        def change() -> bool:
            with a_transaction():
                found, numbers, now = self.registration(name), numbers_of(coming), clock.now()
                seen = changing.mark_of(found)
                if by_desk:
                    return desk.change(found, numbers, seen=seen, actor="account:1", now=now)
                return changing.to_numbers(found, numbers, seen=seen, actor="household:1", now=now)

        self.both(change, lambda: self.model.changes(name, coming))

    @rule(weight=2, when=has_parties, which=WHICH, children=between(1, 2))
    def children_come_instead_of_adults(self, which: int, children: int) -> None:
        """As many seats, of another sort."""
        name = self.somebody(which, State.SEATED)
        coming = self.model.parties[name].brackets
        adults, others = coming.count(ADULT), tuple(one for one in coming if one != ADULT)
        fewer = min(children, adults - 1)
        self._change(name, (ADULT,) * (adults - fewer) + others + ("0-2",) * fewer, by_desk=True)

    @rule(weight=3, when=has_parties, which=WHICH, leaving=some_places, added=some_people)
    def some_of_them_stay_at_home(self, which: int, leaving: set[int], added: list[str]) -> None:
        name = self.somebody(which)
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

        self.both(change, lambda: self.model.changes(name, coming, is_new=is_new))

    @rule(weight=3, when=has_offers, which=WHICH, says=one_of(True, True, False))
    def they_answer(self, which: int, says: bool) -> None:
        """To an offer, mostly; or when they were never asked."""
        states = (State.OFFERED,) if which < MOSTLY else ()
        self._answers(self.somebody(which, *states), says=says)

    def _answers(self, name: str, *, says: bool) -> None:
        def answer() -> bool:
            with a_transaction():
                found = self.registration(name)
                verb = offers.accept if says else offers.decline
                return verb(found, actor="household:1", now=clock.now())

        self.both(answer, lambda: self.model.accepts(name) if says else self.model.declines(name))

    @rule(weight=2, when=has_offers_where_it_takes_place, which=WHICH, later=between(1, 2))
    def they_answer_after_it_moved(self, which: int, later: int) -> None:
        """What they said yes to is what their page said then; a worker has nothing to add."""
        self.it_moves((self.model.terms.hour + later) % 3)
        self._answers(self.somebody(which, State.OFFERED), says=True)
        self.a_worker_has_its_turn()

    @rule(when=has_parties, which=WHICH, wish=one_of(None, *Means), hears=one_of(True, True, False))
    def somebody_wishes_to_be_told_otherwise(self, which: int, wish: Means | None, hears: bool) -> None:
        name = self.somebody(which) if which % 3 == 0 else self.somebody(which, State.WAITING)

        def keep() -> None:
            with a_transaction():
                household = self.registration(name).household
                assert household is not None
                wishes = Wishes(DEFAULT, wish, phone_is_shared=False, wants_no_messages=not hears)
                silence.keep(household, wishes, now=clock.now())

        self.both(keep, lambda: self.model.wishes(name, wish.value if wish else None, hears=hears))

    def _letters_leave(self, to: str | None = None) -> None:
        with a_transaction():
            db.session.execute(
                update(Letter)
                .where(
                    Letter.status == LetterStatus.WAITING,
                    Letter.channel != Channel.CALL,
                    (Letter.reader_name == self.model.parties[to].reader) if to else true(),
                )
                .values(status=LetterStatus.SENT, finished_at=clock.now())
            )
        self.model.letters_left(to)

    @rule(when=has_calls, which=WHICH)
    def somebody_is_called(self, which: int) -> None:
        names = [one.name for one in self.model.parties.values() if one.calls]
        name = names[which % len(names)]
        with a_transaction():
            first, *others = self.to_be_said(self.model.parties[name].reader)
            also = [one.id for one in others]
            calls.settle(first, CallOutcome.REACHED, also=also, actor="account:1", now=clock.now())
        assert self.model.was_called(name)

    @rule(weight=5, when=has_offers, hours=between(0, 13), delivers=one_of(True, True, False))
    def time_passes_and_the_job_looks_after_offers(self, hours: int, delivers: bool) -> None:
        if delivers:
            self._letters_leave()
        self._time_passes(hours)
        self._job_looks_after_offers()

    @rule(weight=3, when=has_offers, hours=between(1, 13), delivers=one_of(True, True, False))
    def time_passes_and_the_job_is_late(self, hours: int, delivers: bool) -> None:
        """Letters leave, or one did before the others."""
        if delivers:
            self._letters_leave()
        self._time_passes(hours)

    @rule(weight=4, when=has_two_offers, which=WHICH, hours=between(24, 26))
    def delays_run_out_one_after_the_other_before_the_job_comes(self, which: int, hours: int) -> None:
        """One is told at once, the others an hour later."""
        self._letters_leave(self.somebody(which, State.OFFERED))
        self._time_passes(1)
        self._letters_leave()
        self._job_looks_after_offers()
        self._time_passes(hours)
        self._job_looks_after_offers()

    @rule(when=has_offers)
    def the_job_looks_after_offers(self) -> None:
        self._job_looks_after_offers()

    def _time_passes(self, hours: int) -> None:
        self.traveller.shift(hours * HOUR)
        self.tokens = [] if hours else self.tokens  # forms are forgotten within the hour
        self.model.now += 4 * hours

    def _job_looks_after_offers(self) -> None:
        db.session.commit()
        for event_id in offers.due(clock.now()):
            with a_transaction():
                offers.settle(event_id, clock.now())
        self.model.job()

    @rule(asked=rules)
    def the_desk_sets_other_rules(self, asked: Rules) -> None:
        def change() -> bool:
            with a_transaction():
                done = entry_changes.change(self.event, entry_of(asked), actor="account:1", now=clock.now())
            return done > 0

        self.both(change, lambda: self.model.ruled(asked))

    @rule(capacity=between(0, 12))
    def the_places_change(self, capacity: int) -> None:
        def reword() -> bool:
            with a_transaction():
                return scheduling.reword(self.event, capacity=capacity, actor="account:1", now=clock.now())

        self.both(reword, lambda: self.model.resized(capacity))

    @rule(when=takes_place, more=between(2, 5))
    def places_are_added(self, more: int) -> None:
        self.the_places_change(min(self.model.capacity + more, 12))

    @rule(weight=1, when=takes_place)
    def it_is_called_off(self) -> None:
        def cancel() -> None:
            with a_transaction():
                scheduling.cancel(self.event, actor="account:1", now=clock.now())

        self.both(cancel, lambda: self.model.called_off())

    @rule(weight=5, when=lambda self: self.model.terms.is_cancelled)
    def it_takes_place_after_all(self) -> None:
        def restore() -> None:
            with a_transaction():
                scheduling.restore(self.event, actor="account:1", now=clock.now())

        self.both(restore, lambda: self.model.restored())

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

        self.both(move, lambda: self.model.moved(hour))

    @rule()
    def a_worker_has_its_turn(self) -> None:
        now = clock.now()
        for event_id in standing_dates.due(now):
            with a_transaction():
                standing_dates.enter_due(event_id, now)
        for number in standing_letters.due(now + timedelta(minutes=10)):
            with a_transaction():
                standing_letters.tell(number, now)
        self.model.standing_job()
        told()
        self.model.told()


WALKS, STEPS = 14, 30


def test_whatever_happens_it_comes_to_what_the_model_says(
    app: Flask, database: Database, db_session: scoped_session[Session], clock: time_machine.Traveller
) -> None:
    """Other walks on each database: what only one of them does wrong stands in tests of its own."""
    app.config["SMS_API_KEY"] = "a key: texts can leave"
    first = DIALECTS.index(database.dialect) * WALKS
    for seed in range(first, first + WALKS):
        walk(RegistrationMachine(clock), seed, STEPS)
