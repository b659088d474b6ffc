"""Awa comes to every breakfast: the dates there are, those to come, a pause, an end; told once each time."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.agenda import scheduling
from eventsapp.agenda.entry_rules import EntryRules
from eventsapp.agenda.models import Activity, Audience, Event
from eventsapp.clock import local
from eventsapp.database import db
from eventsapp.jobs import timetable
from eventsapp.jobs.door import Turn, never
from eventsapp.journal import JournalLine
from eventsapp.mailroom.models import Channel, LetterStatus
from eventsapp.people import households
from eventsapp.people.contacts import phone
from eventsapp.people.models import Household, Person, Professional
from eventsapp.registrations import booking, returning, standing, standing_letters
from eventsapp.registrations.models import AgeBracket, Registration, RegistrationStatus, WayIn
from eventsapp.registrations.party import Member
from eventsapp.registrations.standing_models import (
    DateOutcome,
    StandingDate,
    StandingSignUp,
    StandingStatus,
)
from tests import factories
from tests.registrations.stories import a_transaction, answers, kinds, letters, register, text_of, told

TUESDAYS = (date(2026, 12, 1), date(2027, 1, 5), date(2027, 2, 2), date(2027, 3, 2))
ADULT = Member(bracket=AgeBracket.ADULT)
CHILD = Member(bracket=AgeBracket.FROM_3)
QUIET = timedelta(minutes=3)


@pytest.fixture(autouse=True)
def session(db_session: scoped_session[Session]) -> scoped_session[Session]:
    return db_session


def breakfasts() -> Activity:
    return factories.an_activity("Petits déjeuners de Curial")


def a_date(day: date, capacity: int | None = 12, **values: Any) -> Event:
    """A breakfast, announced and committed."""
    with a_transaction():
        return factories.an_event(
            "Petit déjeuner",
            activity=breakfasts(),
            starts_at=local(day, 8, 30),
            capacity=capacity,
            **values,
        )


def a_household(name: str = "Awa", *, number: str | None = None) -> Household:
    household = households.open_new(
        first_name=name,
        email=None if number else f"{name.lower()}@example.org",
        phone=phone(number) if number else None,
        language="fr",
        now=clock.now(),
    )
    db.session.flush()
    return household


def stands(name: str = "Awa", *members: Member, number: str | None = None) -> StandingSignUp:
    """Somebody comes to every date."""
    with a_transaction():
        household = a_household(name, number=number)
        return standing.sign_up(
            breakfasts(), household, members or [ADULT, CHILD], actor="household:1", now=clock.now()
        )


def a_turn(now: datetime | None = None) -> str:
    """What the worker does of standing sign-ups."""
    db.session.commit()
    done = timetable.enter_standing(Turn(now or clock.now(), "house:1", never))
    db.session.commit()
    return done


def held(sign_up: StandingSignUp) -> list[tuple[date, RegistrationStatus, int]]:
    """Day, state and seats of what a sign-up has registered, in the order of the dates."""
    db.session.rollback()
    rows = db.session.scalars(
        select(Registration)
        .join(Registration.event)
        .where(Registration.standing_id == sign_up.id)
        .order_by(Event.starts_at)
    )
    return [(clock.day_of(one.event.starts_at), one.status, one.seats) for one in rows]


def outcomes(sign_up: StandingSignUp) -> list[DateOutcome]:
    db.session.rollback()
    return list(
        db.session.scalars(
            select(StandingDate.outcome)
            .join(StandingDate.event)
            .where(StandingDate.standing_id == sign_up.id)
            .order_by(Event.starts_at)
        )
    )


def of(event: Event) -> list[str]:
    """Who has registered there, in order, however it ended."""
    rows = db.session.scalars(
        select(Registration).where(Registration.event_id == event.id).order_by(Registration.id)
    )
    return [one.contact.first_name for one in rows]


SEATED, WAITS, GONE = (
    RegistrationStatus.CONFIRMED,
    RegistrationStatus.WAITING,
    RegistrationStatus.CANCELLED,
)


def test_who_registers_alone_before_the_worker_came_is_there_once(session: scoped_session[Session]) -> None:
    a_date(TUESDAYS[0])
    awa = stands()
    household = awa.household
    assert household is not None
    binta = stands("Binta", ADULT)
    second = a_date(TUESDAYS[1])
    alone = [one.id for one in returning.known_people(household) if one.bracket is AgeBracket.ADULT]
    with a_transaction():
        returning.register(household, second.id, alone, [], may_wait=False, now=clock.now())
    a_turn()
    assert of(second) == ["Binta", "Awa"]  # who asked for every date asked before
    assert outcomes(awa) == [DateOutcome.ENTERED, DateOutcome.KNOWN]
    assert held(binta)[1] == (TUESDAYS[1], SEATED, 1)
    assert (second.seats_taken, held(awa)) == (2, [(TUESDAYS[0], SEATED, 2)])


def test_every_date_that_takes_registrations_is_entered_and_told_in_one_letter() -> None:
    first, full, third = a_date(TUESDAYS[0]), a_date(TUESDAYS[1], 2), a_date(TUESDAYS[2])
    a_date(TUESDAYS[3], capacity=None)
    register(full, answers("Binta", adults=2))
    awa = stands()
    assert held(awa) == [
        (TUESDAYS[0], SEATED, 2),
        (TUESDAYS[1], WAITS, 2),
        (TUESDAYS[2], SEATED, 2),
    ]
    assert {one.way for one in db.session.scalars(select(Registration)).all()} == {
        WayIn.ONLINE,
        WayIn.STANDING,
    }
    assert [(one.seats_taken, one.children_taken) for one in (first, full, third)] == [(2, 1), (2, 0), (2, 1)]
    assert kinds("awa@example.org") == ["standing_dates"]
    [letter] = letters("awa@example.org")
    text = text_of(letter).replace("\u00a0", " ")
    assert letter.subject == "Vos 3 prochaines dates"
    assert "mardi 1er décembre" in text
    assert "mardi 5 janvier 2027, de 8 h 30 à 10 h 30, École Curial (liste d’attente, rang 1)" in text
    assert "mardi 2 mars" not in text
    assert letter.calendar is None
    assert letter.is_sealed


def test_a_date_added_later_is_entered_and_told_by_the_ordinary_letter() -> None:
    awa = stands()
    assert kinds() == []
    a_date(TUESDAYS[3])
    assert a_turn() == "1 events entered, 0 told, 0 dates sent"
    assert held(awa) == [(TUESDAYS[3], SEATED, 2)]
    assert kinds() == []  # others may be announced in this minute
    assert a_turn(clock.now() + QUIET) == "0 events entered, 1 told, 0 dates sent"
    assert kinds("awa@example.org") == ["confirmed REQUEST"]
    assert a_turn(clock.now() + QUIET) == ""


def test_dates_announced_one_after_the_other_are_told_together() -> None:
    stands()
    a_date(TUESDAYS[2])
    a_turn()
    a_date(TUESDAYS[3])
    a_turn(clock.now() + QUIET - timedelta(seconds=1))
    a_turn(clock.now() + QUIET)
    assert kinds() == []
    a_turn(clock.now() + 2 * QUIET)
    assert kinds("awa@example.org") == ["standing_dates"]


def test_each_seated_date_comes_to_the_calendar_two_weeks_before_and_once() -> None:
    a_date(TUESDAYS[1])
    a_date(TUESDAYS[2], 2)
    register(db.session.scalars(select(Event).order_by(Event.starts_at.desc())).first(), answers("Binta", 2))  # type: ignore[arg-type]  # there is one
    stands()
    assert a_turn() == ""
    two_weeks = local(TUESDAYS[1], 8, 30) - timedelta(days=14)
    assert a_turn(two_weeks - timedelta(seconds=1)) == ""
    assert a_turn(two_weeks) == "0 events entered, 0 told, 1 dates sent"
    assert a_turn(two_weeks) == ""
    assert kinds("awa@example.org") == ["standing_dates", "standing_near REQUEST"]
    assert a_turn(local(TUESDAYS[2], 7)) == ""  # there she waits


def test_a_date_that_the_calendar_has_already_is_not_sent_again() -> None:
    event = a_date(TUESDAYS[1])
    a_date(TUESDAYS[2])
    stands()
    with a_transaction():
        scheduling.reschedule(
            event,
            starts_at=event.starts_at + timedelta(hours=1),
            ends_at=event.ends_at + timedelta(hours=1),
            actor="account:1",
            now=clock.now(),
        )
    told()
    a_turn(local(TUESDAYS[1], 7))
    assert kinds("awa@example.org") == ["standing_dates", "rescheduled REQUEST"]


def test_who_has_no_mailbox_is_called_once_and_sent_nothing() -> None:
    for day in TUESDAYS[:3]:
        a_date(day)
    stands(number="06 39 98 00 01")
    a_turn(local(TUESDAYS[0], 7))
    [letter] = letters()
    assert (letter.kind, letter.channel, letter.status) == (
        "registrations/standing_dates",
        Channel.CALL,
        LetterStatus.WAITING,
    )
    assert letter.text.count("mardi") == 3
    assert "/m/" not in letter.text


def test_a_date_given_up_by_hand_is_never_taken_again() -> None:
    event = a_date(TUESDAYS[0])
    a_date(TUESDAYS[1])
    awa = stands()
    mine = db.session.scalars(select(Registration).where(Registration.event_id == event.id)).one()
    with a_transaction():
        booking.cancel(mine, actor="household:1", now=clock.now())
    a_turn()
    with a_transaction():
        standing.pause(awa, actor="household:1", now=clock.now())
    with a_transaction():
        standing.resume(awa, actor="household:1", now=clock.now())
    assert held(awa) == [(TUESDAYS[0], GONE, 2), (TUESDAYS[1], SEATED, 2)]


def test_a_date_where_the_household_was_registered_by_itself_stays_as_it_is() -> None:
    event, gone = a_date(TUESDAYS[0]), a_date(TUESDAYS[1])
    a_date(TUESDAYS[2])
    with a_transaction():
        household = a_household()
        for one in (event, gone):
            booking.enter(one, household, [ADULT], way=WayIn.OWN_PAGE, now=clock.now())
        booking.cancel(
            db.session.scalars(select(Registration).where(Registration.event_id == gone.id)).one(),
            actor="household:1",
            now=clock.now(),
        )
    with a_transaction():
        awa = standing.sign_up(breakfasts(), household, [ADULT], actor="household:1", now=clock.now())
    assert outcomes(awa) == [DateOutcome.KNOWN, DateOutcome.KNOWN, DateOutcome.ENTERED]
    assert held(awa) == [(TUESDAYS[2], SEATED, 1)]
    assert of(event) == of(gone) == ["Awa"]
    assert kinds("awa@example.org") == ["withdrawn", "confirmed REQUEST"]


def test_a_date_that_never_takes_so_many_is_said_and_left() -> None:
    a_date(TUESDAYS[0], entry=EntryRules(most_children=1))
    a_date(TUESDAYS[1])
    awa = stands("Awa", ADULT, CHILD, CHILD)
    assert outcomes(awa) == [DateOutcome.IMPOSSIBLE, DateOutcome.ENTERED]
    [letter] = letters()
    text = text_of(letter).replace("\u00a0", " ")
    assert "À ces dates, vous êtes trop nombreux. Appelez-nous :\n- mardi 1er décembre" in text


def test_the_dates_of_a_pause_are_entered_when_it_is_over() -> None:
    awa = stands()
    with a_transaction():
        assert standing.pause(awa, actor="household:1", now=clock.now())
        assert not standing.pause(awa, actor="household:1", now=clock.now())
    a_date(TUESDAYS[1])
    assert a_turn() == ""
    assert held(awa) == []
    with a_transaction():
        assert standing.resume(awa, actor="household:1", now=clock.now())
        assert not standing.resume(awa, actor="household:1", now=clock.now())
    assert held(awa) == [(TUESDAYS[1], SEATED, 2)]
    assert kinds("awa@example.org") == ["confirmed REQUEST"]
    verbs = select(JournalLine.verb).where(JournalLine.thing == "standing_sign_up").order_by(JournalLine.id)
    assert db.session.scalars(verbs).all() == ["asked for all dates", "paused", "resumed"]


def test_it_ends_and_the_dates_stay() -> None:
    a_date(TUESDAYS[0])
    awa = stands()
    with a_transaction():
        assert standing.end(awa, gives_up_dates=False, actor="household:1", now=clock.now())
        assert not standing.end(awa, gives_up_dates=True, actor="household:1", now=clock.now())
    a_date(TUESDAYS[1])
    a_turn()
    assert held(awa) == [(TUESDAYS[0], SEATED, 2)]
    with a_transaction(), pytest.raises(standing.StandingEnded):
        standing.resume(awa, actor="household:1", now=clock.now())


def test_it_ends_and_its_dates_to_come_are_given_up(clock: Any) -> None:
    past, waited = a_date(TUESDAYS[0]), a_date(TUESDAYS[1], 2)
    a_date(TUESDAYS[2])
    awa = stands()
    waits = register(waited, answers("Binta", adults=1)).registration
    clock.move_to(local(date(2026, 12, 2), 9))
    with a_transaction():
        standing.end(awa, gives_up_dates=True, actor="household:1", now=_now())
    assert held(awa) == [(TUESDAYS[0], SEATED, 2), (TUESDAYS[1], GONE, 2), (TUESDAYS[2], GONE, 2)]
    assert waits.status is SEATED
    assert past.seats_taken == 2
    assert awa.status is StandingStatus.ENDED
    again = stands("Awa")
    assert again.id != awa.id


def test_asked_twice_it_is_the_same() -> None:
    a_date(TUESDAYS[0])
    awa = stands()
    with a_transaction():
        household = db.session.get_one(Household, awa.household_id)
        again = standing.sign_up(breakfasts(), household, [ADULT], actor="household:1", now=clock.now())
    assert again.id == awa.id
    assert kinds() == ["confirmed REQUEST"]


def test_a_sensitive_action_takes_none_and_enters_none() -> None:
    awa = stands()
    with a_transaction():
        breakfasts().action.is_sensitive = True
    a_date(TUESDAYS[0])
    assert a_turn() == ""
    assert held(awa) == []
    with a_transaction(), pytest.raises(standing.SeriesTakesNone):
        standing.sign_up(breakfasts(), a_household("Binta"), [ADULT], actor="household:2", now=clock.now())


def test_a_cancelled_date_is_entered_when_it_takes_place_after_all() -> None:
    event = a_date(TUESDAYS[1])
    with a_transaction():
        scheduling.cancel(event, actor="account:1", now=clock.now())
    awa = stands()
    assert held(awa) == []
    with a_transaction():
        scheduling.restore(event, actor="account:1", now=clock.now())
    a_turn()
    assert held(awa) == [(TUESDAYS[1], SEATED, 2)]


def test_a_professional_comes_to_every_date_too() -> None:
    a_date(TUESDAYS[0], audience=Audience.PROFESSIONALS)
    a_date(TUESDAYS[1], audience=Audience.PROFESSIONALS)
    with a_transaction():
        espace = factories.an_association("Espace 19")
        moussa = Professional(
            person=Person(first_name="Moussa", email="moussa@espace.example", created_at=clock.now()),
            organisation=espace,
        )
        db.session.add(moussa)
        db.session.flush()
        sign_up = standing.sign_up(breakfasts(), moussa, [ADULT], actor="professional:1", now=clock.now())
    assert held(sign_up) == [(TUESDAYS[0], SEATED, 1), (TUESDAYS[1], SEATED, 1)]
    assert kinds("moussa@espace.example") == ["standing_dates"]
    assert "/m/" not in text_of(letters()[0])


def test_who_asked_for_all_dates_enters_before_whoever_registers_now_the_first_asked_first() -> None:
    awa, binta = stands("Awa", ADULT, CHILD), stands("Binta", ADULT, CHILD)
    event = a_date(TUESDAYS[0], 3)  # no worker has run
    claire = register(event, answers("Claire")).registration
    assert of(event) == ["Awa", "Binta", "Claire"]
    assert held(awa) == [(TUESDAYS[0], SEATED, 2)]
    assert held(binta) == [(TUESDAYS[0], WAITS, 2)]
    assert claire.status is SEATED  # one place was left, and two do not fit there
    assert kinds() == ["confirmed REQUEST"]
    a_turn(clock.now() + QUIET)
    assert sorted(kinds()) == ["confirmed REQUEST", "confirmed REQUEST", "waiting"]


def test_two_workers_enter_everybody_once_and_in_order(app: Flask) -> None:
    names = [f"Famille{number:02}" for number in range(8)]
    for name in names:
        stands(name, ADULT)
    events = [a_date(day, 5) for day in TUESDAYS[1:]]
    db.session.commit()
    together = Barrier(2)

    def work() -> None:
        with app.app_context():
            together.wait()
            timetable.enter_standing(Turn(_now() + QUIET, "house:1", never))

    workers = [Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    a_turn(_now() + QUIET)
    a_turn(_now() + 2 * QUIET)
    db.session.rollback()
    assert [of(event) for event in events] == [names] * 3
    assert [event.seats_taken for event in events] == [5] * 3
    assert kinds() == ["standing_dates"] * 8


def test_a_worker_goes_on_where_another_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timetable, "ENTERED_AT_ONCE", 2)
    names = [f"Famille{number}" for number in range(5)]
    for name in names:
        stands(name, ADULT)
    event = a_date(TUESDAYS[0], 12)
    ends = iter([False, True, True])
    db.session.commit()
    timetable.enter_standing(Turn(clock.now(), "house:1", lambda: next(ends, True)))
    db.session.rollback()
    assert of(event) == names[:2]
    assert a_turn() == "1 events entered, 0 told, 0 dates sent"
    assert of(event) == names
    assert event.seats_taken == 5


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("number", [1, 3])
def test_the_statements_of_a_letter_do_not_grow_with_the_dates(
    statements: Callable[[], AbstractContextManager[list[str]]], number: int
) -> None:
    awa = stands()
    for day in (*TUESDAYS[:number], TUESDAYS[3]):
        a_date(day)
    a_turn()
    db.session.expire_all()
    with statements() as said, a_transaction():
        standing_letters.tell(awa.id, clock.now())
    reads = [one for one in said if one.startswith("SELECT")]
    assert len(reads) == 4
    assert len([one for one in said if one.startswith("UPDATE standing_date")]) == 1


@pytest.mark.databases("sqlite")
def test_announcing_costs_the_same_however_many_stand(
    statements: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    def said_by(day: date) -> int:
        with statements() as said:
            a_date(day)
        return len(said)

    before = (said_by(TUESDAYS[0]), said_by(TUESDAYS[1]))[1]
    for name in ("Awa", "Binta", "Claire"):
        stands(name)
    assert said_by(TUESDAYS[2]) == before


def _now() -> datetime:
    return clock.now()
