"""Whatever people, desks and workers do at one event, in any order: it comes to what the model says.

Nobody is lost or seated twice, seats stay within places and quotas, counters are the sum of those seated, the
waiting list keeps its order, and every letter has its deed, and every deed its letter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import count

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session, selectinload

from eventsapp import clock
from eventsapp.agenda import scheduling
from eventsapp.agenda.entry_rules import EntryRules, QueueOrder
from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.mailroom.models import Channel, Letter, LetterStatus
from eventsapp.people.contacts import phone
from eventsapp.refusals import Refusal
from eventsapp.registrations import booking, desk, listings
from eventsapp.registrations.models import CHILD_BRACKETS, AgeBracket, Registration
from eventsapp.registrations.party import Numbers, PartyAnswers
from tests import factories
from tests.factories import SATURDAY
from tests.registrations.queue_model import ADULT, MOST_OVERTAKINGS, Model, Rules, State
from tests.registrations.stories import a_transaction, fill_in, told

HOURS = 2
NUMBER = count(1)
"""Names that no example shares with another: all live in one database."""

CHILD = st.sampled_from([bracket.value for bracket in CHILD_BRACKETS])
PEOPLE = st.builds(
    lambda adults, children: (ADULT,) * adults + tuple(children),
    st.integers(1, 4),
    st.lists(CHILD, max_size=4),
)
"""1 to 8 people of random brackets, an adult among them."""
QUOTA = st.none() | st.integers(1, 6)
RULES = st.builds(
    Rules,
    most_adults=QUOTA,
    most_children=QUOTA,
    most_under_6=st.none() | st.integers(1, 3),
    children_per_adult=st.none() | st.integers(1, 3),
    is_strict=st.booleans(),
)


WHICH = st.integers(0, 9)
"""The how manieth to arrive."""


class RegistrationMachine(RuleBasedStateMachine):
    """One event and everybody around it; each rule does a deed twice, in the house and in the model."""

    tokens: Bundle[tuple[str, str]] = Bundle("tokens")

    def __init__(self) -> None:
        super().__init__()
        self.model = Model(0)
        self.event_id = self.first_letter = 0
        self.registered: dict[str, int] = {}

    @initialize(
        capacity=st.integers(2, 10),
        rules=st.just(Rules()) | RULES,
        parties=st.lists(PEOPLE, min_size=2, max_size=4),
    )
    def an_event_is_announced(self, capacity: int, rules: Rules, parties: list[tuple[str, ...]]) -> None:
        entry = EntryRules(
            most_adults=rules.most_adults,
            most_children=rules.most_children,
            most_under_6=rules.most_under_6,
            children_per_adult=rules.children_per_adult,
            order=QueueOrder.STRICT if rules.is_strict else QueueOrder.FIRST_FIT,
        )
        with a_transaction():
            title = f"Samedi {next(NUMBER)}"
            event = factories.an_event(title, capacity=capacity, entry=entry, hours=HOURS)
            self.first_letter = db.session.scalar(select(func.max(Letter.id))) or 0
        self.event_id, self.model = event.id, Model(capacity, rules)
        for number, people in enumerate(parties):
            self._registers(people, by_mail=number != 1)

    def teardown(self) -> None:
        """What is due of this event is told now, not in the worker's turn of the next example."""
        db.session.rollback()
        told()

    @rule(target=tokens, people=PEOPLE, by_mail=st.sampled_from([True, True, True, False]))
    def somebody_registers(self, people: tuple[str, ...], by_mail: bool) -> tuple[str, str]:
        return self._registers(people, by_mail=by_mail)

    def _registers(self, people: tuple[str, ...], *, by_mail: bool) -> tuple[str, str]:
        name = f"N{next(NUMBER)}"
        token = ""

        def register() -> None:
            nonlocal token
            token = fill_in(self.event, _answers(name, people, by_mail=by_mail))
            with a_transaction():
                done = booking.confirm(token, self.event_id, language="fr", now=clock.now())
                self.registered[name] = done.registration.id

        self.both(register, self.model.arrives(name, people, by_mail=by_mail))
        return name, token

    @rule(sent=tokens)
    def a_form_is_sent_twice(self, sent: tuple[str, str]) -> None:
        name, token = sent
        if name in self.model.parties:
            with a_transaction():
                again = booking.confirm(token, self.event_id, language="fr", now=clock.now())
            assert again.registration.id == self.registered[name]

    @rule(which=WHICH)
    @precondition(lambda self: bool(self.model.parties))
    def somebody_leaves(self, which: int) -> None:
        name = self._name(which)
        with a_transaction():
            left = booking.cancel(self.registration(name), actor="household:1", now=clock.now())
        assert left == self.model.leaves(name)

    @rule(which=WHICH, people=PEOPLE)
    @precondition(lambda self: bool(self.model.parties))
    def the_desk_changes_a_party(self, which: int, people: tuple[str, ...]) -> None:
        name = self._name(which)

        def change() -> bool:
            with a_transaction():
                found = self.registration(name)
                seen = desk.mark_of(found)
                return desk.change(found, _numbers(people), seen=seen, actor="account:1", now=clock.now())

        self.both(change, self.model.changes(name, people))

    @rule(capacity=st.integers(0, 16))
    def the_places_change(self, capacity: int) -> None:
        def reword() -> bool:
            with a_transaction():
                return scheduling.reword(self.event, capacity=capacity, actor="account:1", now=clock.now())

        self.both(reword, self.model.resized(capacity))

    @rule()
    @precondition(lambda self: not self.model.terms.is_cancelled)
    def it_is_called_off(self) -> None:
        def cancel() -> None:
            with a_transaction():
                scheduling.cancel(self.event, actor="account:1", now=clock.now())

        self.both(cancel, self.model.called_off())

    @rule()
    @precondition(lambda self: self.model.terms.is_cancelled)
    def it_takes_place_after_all(self) -> None:
        def restore() -> None:
            with a_transaction():
                scheduling.restore(self.event, actor="account:1", now=clock.now())

        self.both(restore, self.model.restored())

    @rule(hour=st.integers(0, 2))
    @precondition(lambda self: not self.model.terms.is_cancelled)
    def it_moves(self, hour: int) -> None:
        starts_at = SATURDAY + hour * HOUR

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

    @invariant()
    def everybody_is_there_once_in_the_state_and_order_of_the_model(self) -> None:
        db.session.rollback()
        rows = db.session.scalars(
            select(Registration)
            .where(Registration.event_id == self.event_id)
            .options(selectinload(Registration.participants))
            .order_by(Registration.id)
        ).all()
        assert [self._seen(row) for row in rows] == [
            (one.name, one.state.value, Counter(one.brackets)) for one in self.model.parties.values()
        ]

    @invariant()
    def counters_are_the_sum_of_those_seated_and_within_places_and_quotas(self) -> None:
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

    @invariant()
    def the_waiting_list_keeps_its_order_and_says_the_rank(self) -> None:
        waiting = [party.name for party in self.model.of(State.WAITING)]
        assert [one.contact.first_name for one in listings.waiting_at(self.event)] == waiting
        overtaken = [one.overtaken for one in listings.waiting_at(self.event)]
        assert overtaken == [party.overtaken for party in self.model.of(State.WAITING)]
        assert max(overtaken, default=0) <= MOST_OVERTAKINGS
        for rank, name in enumerate(waiting[:2], start=1):
            assert listings.rank(self.registration(name)) == rank

    @invariant()
    def every_letter_is_explained(self) -> None:
        rows = db.session.scalars(
            select(Letter).where(Letter.id > self.first_letter).order_by(Letter.id)
        ).all()
        posted = [(one.reader_name, _kind(one)) for one in rows]
        assert posted == self.model.letters
        # Of what is said on the phone only the last of each party is still to be said.
        to_call = [one.reader_name for one in rows if _is_to_be_said(one)]
        assert len(to_call) == len(set(to_call))

    @property
    def event(self) -> Event:
        return db.session.get_one(Event, self.event_id)

    def registration(self, name: str) -> Registration:
        return db.session.get_one(Registration, self.registered[name])

    def _name(self, which: int) -> str:
        names = list(self.model.parties)
        return names[which % len(names)]

    def both(self, deed: Callable[[], bool | None], expected: bool) -> None:
        """Does the deed in the house: whatever is refused there, or changes nothing, is so in the model."""
        try:
            done = deed() is not False
        except Refusal:
            db.session.rollback()
            done = False
        assert done == expected

    def _seen(self, row: Registration) -> tuple[str, str, Counter[str]]:
        return (
            row.contact.first_name,
            row.status.value,
            Counter(one.bracket.value for one in row.participants),
        )


HOUR = clock.local(SATURDAY.date(), 1) - clock.local(SATURDAY.date(), 0)


def _numbers(people: tuple[str, ...]) -> Numbers:
    counted = Counter(people)
    adults = counted.pop(ADULT)
    return Numbers(adults=adults, children={AgeBracket(one): number for one, number in counted.items()})


def _answers(name: str, people: tuple[str, ...], *, by_mail: bool) -> PartyAnswers:
    numbers = _numbers(people)
    return PartyAnswers(
        first_name=name,
        email=f"{name.lower()}@example.org" if by_mail else None,
        phone=None if by_mail else phone("06 39 98 00 01"),
        adults=numbers.adults,
        children=numbers.children,
    )


def _kind(letter: Letter) -> str:
    return f"{letter.kind.removeprefix('registrations/')} {letter.method or ''}".strip()


def _is_to_be_said(letter: Letter) -> bool:
    return letter.channel is Channel.CALL and letter.status is LetterStatus.WAITING


EXAMPLES, STEPS = 30, 30


@pytest.mark.usefixtures("clock")
def test_whatever_happens_it_comes_to_what_the_model_says(db_session: scoped_session[Session]) -> None:
    run_state_machine_as_test(
        RegistrationMachine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
