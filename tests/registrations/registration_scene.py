"""One event and everybody around it, as the house and as the model see it; what walks draw from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from random import Random

import time_machine
from sqlalchemy import delete, func, select, update

from eventsapp import clock
from eventsapp.agenda.entry_rules import EntryRules, QueueOrder
from eventsapp.agenda.models import Event
from eventsapp.agenda.notice_models import Notice
from eventsapp.database import db
from eventsapp.mailroom.models import Channel, Letter, LetterStatus
from eventsapp.people import households
from eventsapp.people.contacts import phone
from eventsapp.people.models import Means
from eventsapp.refusals import Refusal
from eventsapp.registrations import admission, booking, listings, reached, seats, standing
from eventsapp.registrations.models import (
    CHILD_BRACKETS,
    AgeBracket,
    Participant,
    Registration,
    RegistrationStatus,
    WayIn,
)
from eventsapp.registrations.party import Numbers, PartyAnswers
from eventsapp.registrations.standing_models import StandingDate, StandingSignUp, StandingStatus
from tests import factories
from tests.conftest import SUNDAY_NOON
from tests.factories import SATURDAY
from tests.registrations.queue_model import ADULT, MOST_OVERTAKINGS, Model, Party, Reach, Rules, State
from tests.registrations.stories import a_transaction, fill_in
from tests.registrations.walks import between, one_of

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
    adults, children = random.choice([1, 1, 1, 2, 3]), random.choice([0, 0, 1, 2, 3])
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


SINGLES, PAIRS = (6, 2, 4, 5, 1, 1, 1, 1), (4, 4, 2, 2, 3, 2, 1)
"""The places, and adults who come one party after the other."""

MOSTLY = 9
WHICH = between(0, MOSTLY)
"""The how manieth to arrive."""


def some_places(random: Random) -> set[int]:
    return set(random.sample(range(6), random.randint(0, 2)))


def some_people(random: Random) -> list[str]:
    return random.choices(BRACKETS, k=random.choice([0, 0, 1, 2]))


def has_parties(scene: Scene) -> bool:
    return bool(scene.model.parties)


def has_offers(scene: Scene) -> bool:
    return bool(scene.model.of(State.OFFERED))


def has_offers_where_it_takes_place(scene: Scene) -> bool:
    return has_offers(scene) and takes_place(scene)


def has_two_offers(scene: Scene) -> bool:
    return len(scene.model.of(State.OFFERED)) > 1 and takes_place(scene)


def has_left(scene: Scene) -> bool:
    return bool(scene.model.of(State.GONE))


def has_calls(scene: Scene) -> bool:
    return any(one.calls for one in scene.model.parties.values())


def takes_place(scene: Scene) -> bool:
    return not scene.model.terms.is_cancelled


class Scene:
    """An event, its model, and what must be true of both after every step."""

    def __init__(self, traveller: time_machine.Traveller) -> None:
        self.traveller = traveller
        self.model = Model(0)
        self.event_id = self.activity_id = self.last_letter = self.letters_seen = 0
        self.registered: dict[str, int] = {}
        self.tokens: list[tuple[str, str]] = []
        self.standing: dict[str, int] = {}
        """The households of those who come to all dates, as long as they are not registered to this one."""

    def starts(self, random: Random) -> None:
        """Some are seated and others wait: of all sizes, or small parties behind a large one, or pairs."""
        asked, capacity = rules(random), random.randint(3, 6)
        families = [people(random) for _ in range(random.randint(4, 6))]
        if scene := random.choice([None, None, None, SINGLES, SINGLES, PAIRS, PAIRS]):
            asked = replace(asked, most_adults=None, most_children=None, most_under_6=None, is_strict=False)
            capacity, families = scene[0], [(ADULT,) * number for number in scene[1:]]
        if scene is PAIRS:
            asked = replace(asked, hours=random.choice([6, 12, 24]))
        self.traveller.move_to(SUNDAY_NOON)
        with a_transaction():
            title = f"Samedi {next(NUMBER)}"
            event = factories.an_event(
                title, capacity=capacity, entry=entry_of(asked), starts_at=STARTS_AT, hours=HOURS
            )
            self.last_letter = db.session.scalar(select(func.max(Letter.id))) or 0
        self.event_id, self.activity_id = event.id, event.activity_id
        self.model = Model(capacity, asked)
        for coming in families:
            self.books(coming, HOW(random))
        if scene is PAIRS:
            self.leaves(next(iter(self.registered)))

    def ends(self) -> None:
        """What is open at this event is nobody's any more: not of the worker's turn in the next walk."""
        of_series = StandingSignUp.activity_id == self.activity_id
        with a_transaction():
            db.session.execute(delete(Notice).where(Notice.event_id == self.event_id))
            db.session.execute(
                update(Registration)
                .where(Registration.event_id == self.event_id)
                .values(
                    status=RegistrationStatus.CANCELLED, offered_at=None, answer_by=None, standing_id=None
                )
            )
            db.session.execute(delete(StandingDate).where(StandingDate.event_id == self.event_id))
            db.session.execute(
                update(StandingSignUp)
                .where(of_series)
                .values(status=StandingStatus.ENDED, ended_at=clock.now())
            )
            db.session.execute(
                update(Letter).where(Letter.status == LetterStatus.WAITING).values(status=LetterStatus.STALE)
            )

    def registers(self, coming: tuple[str, ...], how: Reach) -> None:
        """With the form, and its confirmation."""
        name, token = f"N{next(NUMBER)}", ""

        def register() -> None:
            nonlocal token
            token = fill_in(self.event, answers_of(name, coming, how))
            with a_transaction():
                done = booking.confirm(token, self.event_id, language="fr", now=clock.now())
                self.registered[name] = done.registration.id

        self.both(register, lambda: self.model.arrives(name, coming, replace(how)))
        self.tokens.append((name, token))

    def books(self, coming: tuple[str, ...], how: Reach) -> None:
        """With the desk: what `registers` does, in one transaction."""
        name = f"N{next(NUMBER)}"

        def book() -> None:
            asked = answers_of(name, coming, how)
            with a_transaction():
                event, now = seats.locked(self.event_id), clock.now()
                admission.require_open(event, now)
                admission.require_possible(event, seats.load_of(asked.brackets))
                booked = booking.book(event, asked, language="fr", way=WayIn.DESK, now=now)
                booking.tell(booked, now=now)
                self.registered[name] = booked.registration.id

        self.both(book, lambda: self.model.arrives(name, coming, replace(how)))

    def leaves(self, name: str) -> None:
        with a_transaction():
            left = booking.cancel(self.registration(name), actor="household:1", now=clock.now())
        assert left == self.model.leaves(name)

    def stands(self, coming: tuple[str, ...], how: Reach) -> None:
        """For all dates of the series: for this one, the only one there is."""
        name = f"N{next(NUMBER)}"
        asked = answers_of(name, coming, how)
        with a_transaction():
            known = reached.parts_of(asked)
            household = households.open_new(**known, language="fr", now=clock.now())
            db.session.flush()
            self.standing[name] = household.id
            standing.sign_up(
                self.event.activity, household, asked.members, actor="household:1", now=clock.now()
            )
        self.model.stands(name, coming, replace(how))

    def look_for_standing(self) -> None:
        """Whoever comes to all dates was registered at an hour of the house's choosing."""
        missing = {number: name for name, number in self.standing.items() if name in self.model.parties}
        if missing:
            rows = select(Registration.household_id, Registration.id).where(
                Registration.event_id == self.event_id, Registration.household_id.in_(missing)
            )
            for number, registration in db.session.execute(rows):
                self.registered[missing[number]] = registration
                self.standing.pop(missing[number])

    def holds(self) -> None:
        """What is true after every step."""
        db.session.rollback()
        self.look_for_standing()
        self.everybody_is_there_once_in_the_state_and_order_of_the_model()
        self.counters_are_the_sum_of_those_who_hold_seats_within_places_and_quotas()
        self.the_waiting_list_keeps_its_order()
        self.every_letter_is_explained()
        self.nobody_is_called_with_what_is_old_or_settled()

    def everybody_is_there_once_in_the_state_and_order_of_the_model(self) -> None:
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
                hour_of(one.answer_by),
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
        posted = [(one.reader_name, kind_of(one.kind, one.method), one.channel.value) for one in rows]
        assert posted == self.model.letters[self.letters_seen :]
        if rows:
            self.last_letter, self.letters_seen = rows[-1].id, len(self.model.letters)

    def nobody_is_called_with_what_is_old_or_settled(self) -> None:
        said = [(one.reader_name, kind_of(one.kind)) for one in self.to_be_said()]
        parties = self.model.parties.values()
        assert sorted(said) == sorted((one.reader, kind) for one in parties for kind in one.calls.values())

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

    def somebody(self, which: int, *states: State) -> str:
        """Somebody of these states; of all, mostly of those who have not left."""
        if not states and which < MOSTLY:
            states = (State.SEATED, State.OFFERED, State.WAITING)
        among: list[Party] = self.model.of(*states) or list(self.model.parties.values())
        return among[which % len(among)].name

    def both(self, deed: Callable[[], bool | None], model: Callable[[], bool]) -> None:
        """Does the deed in the house: whatever is refused there, or changes nothing, is so in the model."""
        try:
            done = deed() is not False
        except Refusal:
            db.session.rollback()
            done = False
        assert done == model()


def entry_of(rules: Rules) -> EntryRules:
    return EntryRules(
        most_adults=rules.most_adults,
        most_children=rules.most_children,
        most_under_6=rules.most_under_6,
        children_per_adult=rules.children_per_adult,
        order=QueueOrder.STRICT if rules.is_strict else QueueOrder.FIRST_FIT,
        answer_hours=rules.hours,
    )


def hour_of(quarters: int | None) -> datetime | None:
    return None if quarters is None else SUNDAY_NOON + quarters * QUARTER


def numbers_of(people: tuple[str, ...]) -> Numbers:
    counted = Counter(people)
    adults = counted.pop(ADULT)
    return Numbers(adults=adults, children={AgeBracket(one): number for one, number in counted.items()})


def answers_of(name: str, people: tuple[str, ...], how: Reach) -> PartyAnswers:
    numbers = numbers_of(people)
    number = MOBILE if how.mobile else LANDLINE if how.landline else None
    return PartyAnswers(
        first_name=name,
        email=f"{name.lower()}@example.org" if how.email else None,
        phone=phone(number) if number else None,
        means=Means(how.wish) if how.wish else None,
        adults=numbers.adults,
        children=numbers.children,
    )


def kind_of(kind: str, method: str | None = None) -> str:
    return f"{kind.removeprefix('registrations/')} {method or ''}".strip()
