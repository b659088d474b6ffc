"""Places that come free are offered where an answer is asked for: yes, no, and nobody answers."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.agenda import entry_changes, scheduling
from eventsapp.agenda.entry_rules import EntryRules, QueueOrder
from eventsapp.agenda.models import Event
from eventsapp.clock import local
from eventsapp.database import db
from eventsapp.mailroom import calls
from eventsapp.mailroom.models import CallOutcome, Channel, Letter, LetterStatus
from eventsapp.registrations import admission, answering, listings, offers
from eventsapp.registrations.models import Registration, RegistrationStatus
from tests import factories
from tests.factories import SATURDAY
from tests.races import at_once
from tests.registrations.stories import (
    a_transaction,
    answers,
    cancel,
    kinds,
    letters,
    register,
    text_of,
    told,
)

pytestmark = pytest.mark.usefixtures("db_session")

OFFERED, WAITING = RegistrationStatus.OFFERED, RegistrationStatus.WAITING
CONFIRMED, CANCELLED = RegistrationStatus.CONFIRMED, RegistrationStatus.CANCELLED


def an_event(capacity: int = 2, hours: int | None = 24, order: QueueOrder = QueueOrder.FIRST_FIT) -> Event:
    """Full as soon as Awa and hers have come; who is next has a day to say yes."""
    return factories.an_event(capacity=capacity, entry=EntryRules(answer_hours=hours, order=order))


def offered(*names: str, **event: int) -> list[Registration]:
    """Awa comes with another; those of these names wait; Awa cancels. Gives those who wait or waited."""
    workshop = an_event(**event)
    awa = register(workshop, answers("Awa", adults=2)).registration
    waiting = [register(workshop, answers(name, adults=2)).registration for name in names]
    cancel(awa)
    return waiting


def sent(at: datetime, kind: str = "offered") -> None:
    """The letters of a kind leave, as a worker sends them."""
    with a_transaction():
        db.session.execute(
            update(Letter)
            .where(Letter.kind == f"registrations/{kind}", Letter.status == LetterStatus.WAITING)
            .values(status=LetterStatus.SENT, finished_at=at)
        )


def said_in(letter: Letter) -> str:
    """The text of a letter, every space as one types it."""
    return text_of(letter).replace("\xa0", " ")


def settled(now: datetime) -> int:
    """What the recurring job does at that moment; how many offers changed."""
    db.session.commit()
    number = 0
    for event_id in offers.due(now):
        with a_transaction():
            number += offers.settle(event_id, now)
    db.session.commit()
    return number


def test_a_place_that_comes_free_is_held_until_its_family_says_yes() -> None:
    [binta] = offered("Binta")
    assert (binta.status, binta.answer_by, binta.event.seats_left) == (OFFERED, None, 0)
    [_, letter] = letters("binta@example.org")
    assert letter.subject == "Place libre\xa0: dites oui avant lundi 12\xa0h"
    assert "Répondez oui ou non ici :\nhttp" in said_in(letter)
    with a_transaction():
        assert offers.accept(binta, actor="household:2", now=clock.now())
    assert (binta.status, binta.offered_at, binta.event.seats_taken) == (CONFIRMED, None, 2)
    with a_transaction():
        assert not offers.accept(binta, actor="household:2", now=clock.now())
    assert kinds("binta@example.org") == ["waiting", "offered", "offer_taken REQUEST"]


def test_no_gives_it_to_the_next_in_line_in_the_same_transaction() -> None:
    binta, clara = offered("Binta", "Clara")
    assert (binta.status, clara.status) == (OFFERED, WAITING)
    with a_transaction():
        assert offers.decline(binta, actor="household:2", now=clock.now())
    assert (binta.status, clara.status, clara.event.seats_taken) == (CANCELLED, OFFERED, 2)
    # Their calendar had never heard of it.
    assert kinds("binta@example.org") == ["waiting", "offered", "offer_declined"]
    with a_transaction():
        assert not offers.decline(binta, actor="household:2", now=clock.now())
    with pytest.raises(offers.OfferIsOver), a_transaction():
        offers.accept(binta, actor="household:2", now=clock.now())


def test_a_yes_some_minutes_late_counts_as_long_as_nobody_else_was_asked() -> None:
    """The delay is over, the job that gives the place to the next has not come yet."""
    [binta] = offered("Binta")
    sent(clock.now())
    settled(clock.now())
    assert binta.answer_by is not None
    with a_transaction():
        assert offers.accept(binta, actor="household:2", now=binta.answer_by + timedelta(minutes=3))
    assert (binta.status, binta.answer_by) == (CONFIRMED, None)


def test_the_delay_runs_from_the_moment_the_letter_has_left() -> None:
    [binta] = offered("Binta")
    start = clock.now()
    assert (settled(start + timedelta(hours=30)), binta.status, binta.answer_by) == (0, OFFERED, None)
    left_at = start + timedelta(hours=2, minutes=1)
    sent(left_at)
    assert settled(left_at + timedelta(seconds=20)) == 1
    assert binta.answer_by == answering.deadline(24, SATURDAY, left_at)
    assert binta.answer_by >= left_at + timedelta(hours=24)
    # It comes back undelivered: she was not reached, after all.
    with a_transaction():
        db.session.execute(
            update(Letter).where(Letter.kind == "registrations/offered").values(status=LetterStatus.FAILED)
        )
    assert (settled(left_at + timedelta(hours=25)), binta.status, binta.answer_by) == (1, OFFERED, None)
    assert settled(left_at + timedelta(hours=26)) == 0


def test_who_has_no_mailbox_is_called_and_has_the_delay_from_that_call_on() -> None:
    workshop = an_event()
    awa = register(workshop, answers("Awa", adults=2)).registration
    driss = register(workshop, answers("Driss", number="06 39 98 00 01")).registration
    cancel(awa)
    now = clock.now()
    [call] = [one for one in letters() if one.kind == "registrations/offered"]
    assert "La prenez-vous, oui ou non ?" in call.text.replace("\xa0", " ")
    assert "elle a 24 heures pour rappeler" in call.text.replace("\xa0", " ")
    for outcome, later in ((CallOutcome.NO_ANSWER, 1), (CallOutcome.MESSAGE_LEFT, 30)):
        with a_transaction():
            calls.settle(call, outcome, actor="account:1", now=now + timedelta(hours=later))
        assert (settled(now + timedelta(hours=50)), driss.answer_by) == (0, None)
    reached_at = now + timedelta(hours=51)
    with a_transaction():
        calls.settle(call, CallOutcome.REACHED, actor="account:1", now=reached_at)
    assert settled(reached_at) == 1
    assert driss.answer_by == answering.deadline(24, SATURDAY, reached_at)
    with a_transaction():
        offers.accept(driss, actor="account:1", now=reached_at)
    assert [(one.kind, one.status) for one in letters("+33639980001")][-1] == (
        "registrations/offered",
        LetterStatus.SENT,
    )


def test_nobody_calls_to_say_that_they_wait_once_a_place_is_offered_or_declined() -> None:
    workshop = an_event()
    awa = register(workshop, answers("Awa", adults=2)).registration
    driss = register(workshop, answers("Driss", number="01 99 00 20 20")).registration
    to_say = [one.kind.removeprefix("registrations/") for one in still_to_be_said()]
    assert to_say == ["waiting"]
    cancel(awa)
    assert [one.kind for one in still_to_be_said()] == ["registrations/offered"]
    with a_transaction():
        scheduling.cancel(workshop, actor="account:1", now=clock.now())
    told()
    assert [one.kind for one in still_to_be_said()] == ["registrations/offered", "registrations/called_off"]
    with a_transaction():
        offers.decline(driss, actor="household:2", now=clock.now())
    assert still_to_be_said() == []


def still_to_be_said() -> list[Letter]:
    """What stands on the list of those to call."""
    return [one for one in letters() if one.channel is Channel.CALL and one.status is LetterStatus.WAITING]


def test_who_wants_no_message_is_not_asked_for_no_delay_could_run() -> None:
    workshop = an_event()
    awa = register(workshop, answers("Awa", adults=2)).registration
    binta = register(workshop, answers("Binta", adults=2)).registration
    with a_transaction():
        binta.contact.wants_no_messages = True
    cancel(awa)
    assert (binta.status, binta.offered_at) == (CONFIRMED, None)
    assert kinds("binta@example.org") == ["waiting"]


def test_without_an_answer_the_next_in_line_is_asked_and_a_second_time_ends_it() -> None:
    binta, clara = offered("Binta", "Clara")
    now = clock.now()
    sent(now)
    settled(now)
    deadline = binta.answer_by
    assert deadline is not None
    assert (settled(deadline - timedelta(minutes=1)), binta.status) == (0, OFFERED)
    assert settled(deadline) == 1
    assert (binta.status, binta.lapses, listings.rank(binta)) == (WAITING, 1, 1)
    assert (clara.status, clara.event.seats_taken) == (OFFERED, 2)
    assert kinds("binta@example.org")[2:] == ["offer_lapsed"]
    assert "à la fin : votre rang est 1." in said_in(letters("binta@example.org")[-1])
    # Clara says no: it is Binta's turn again, for the last time.
    with a_transaction():
        offers.decline(clara, actor="household:3", now=deadline)
    assert (binta.status, binta.answer_by) == (OFFERED, None)
    assert "deuxième fois" in said_in(letters("binta@example.org")[-1])
    assert settled(deadline + timedelta(hours=1)) == 0  # the first letter says nothing of this offer
    sent(deadline)
    settled(deadline)
    last = binta.answer_by
    assert last is not None
    assert settled(last) == 1
    assert (binta.status, binta.lapses, binta.event.seats_taken) == (CANCELLED, 2, 0)
    assert kinds("binta@example.org")[3:] == ["offered", "offer_given_up"]


def test_who_waits_alone_is_asked_again_and_hears_it_once() -> None:
    [binta] = offered("Binta")
    sent(clock.now())
    settled(clock.now())
    assert binta.answer_by is not None
    assert settled(binta.answer_by) == 1
    assert (binta.status, binta.lapses, binta.answer_by) == (OFFERED, 1, None)
    assert kinds("binta@example.org") == ["waiting", "offered", "offered"]


def two_offers_and_four_who_wait() -> list[Registration]:
    """Awa and three others have the four places, and cancel: Binta and Clara are asked, for two each."""
    workshop = an_event(capacity=4)
    awa = register(workshop, answers("Awa", adults=4)).registration
    parties = {"Binta": 2, "Clara": 2, "Driss": 3, "Elif": 2, "Fatou": 1}
    waiting = [register(workshop, answers(name, adults=many)).registration for name, many in parties.items()]
    cancel(awa)
    assert [one.status for one in waiting] == [OFFERED, OFFERED, WAITING, WAITING, WAITING]
    return waiting


def answer_by(registration: Registration, hour: datetime) -> None:
    """The delay of an offer runs out at that hour, as the job found once."""
    with a_transaction():
        registration.answer_by = hour


@pytest.mark.parametrize(
    ("later", "after"),
    [
        # Binta's two came free first: too few for Driss, enough for Elif.
        (1, [WAITING, WAITING, WAITING, OFFERED, OFFERED]),
        # All four at once.
        (0, [WAITING, WAITING, OFFERED, WAITING, OFFERED]),
    ],
)
def test_a_job_that_comes_late_finds_the_next_in_line_as_if_each_delay_had_lapsed_at_its_time(
    later: int, after: list[RegistrationStatus]
) -> None:
    waiting = two_offers_and_four_who_wait()
    binta, clara, *_ = waiting
    hour = clock.now() + timedelta(hours=24)
    sent(clock.now())
    settled(clock.now())
    answer_by(binta, hour + timedelta(hours=1))
    answer_by(clara, hour + timedelta(hours=1 + later))  # she was reached an hour after Binta
    assert settled(hour + timedelta(hours=3)) == 2
    assert [one.status for one in waiting] == after
    assert [listings.rank(one) for one in (binta, clara)] == [2, 3]
    assert "votre rang est 2." in said_in(letters("binta@example.org")[-1])
    assert clara.event.seats_taken == sum(one.seats for one in waiting if one.status is OFFERED)


def test_who_was_not_reached_says_yes_after_a_deadline_that_could_not_run() -> None:
    """The mail of both had left; Binta's came back while no worker ran, and Clara's delay passed."""
    binta, clara, *_ = two_offers_and_four_who_wait()
    sent(clock.now())
    settled(clock.now())
    deadline = binta.answer_by
    assert deadline is not None
    with a_transaction():
        db.session.execute(
            update(Letter)
            .where(Letter.address == "binta@example.org", Letter.kind == "registrations/offered")
            .values(status=LetterStatus.FAILED)
        )
    late = deadline + timedelta(hours=5)
    assert settled(late) == 2
    assert (binta.status, binta.answer_by, binta.lapses) == (OFFERED, None, 0)
    assert (clara.status, clara.lapses) == (WAITING, 1)
    with a_transaction():
        assert offers.accept(binta, actor="household:2", now=late)
    assert binta.status is CONFIRMED


def test_a_lapsed_family_stands_behind_all_who_came_since() -> None:
    binta, clara, driss = offered("Binta", "Clara", "Driss")
    sent(clock.now())
    settled(clock.now())
    assert binta.answer_by is not None
    settled(binta.answer_by)
    assert [listings.rank(one) for one in (binta, clara, driss)] == [2, None, 1]
    assert [one.id for one in listings.waiting_at(binta.event)] == [driss.id, binta.id]


def test_when_it_begins_every_offer_ends_whether_they_were_reached_or_not() -> None:
    [binta] = offered("Binta")
    assert settled(SATURDAY - timedelta(seconds=1)) == 0
    assert settled(SATURDAY) == 1
    assert (binta.status, binta.event.seats_taken) == (WAITING, 0)
    assert kinds("binta@example.org") == ["waiting", "offered"]
    assert settled(SATURDAY) == 0
    with pytest.raises(offers.OfferIsOver), a_transaction():
        offers.accept(binta, actor="household:2", now=SATURDAY)


def test_near_the_beginning_the_delay_is_half_of_what_is_left_and_then_none() -> None:
    evening = local(date(2026, 11, 28), 18)
    before = evening - timedelta(hours=8)
    assert answering.deadline(24, evening, before) == before + timedelta(hours=4)
    assert answering.deadline(24, SATURDAY, SATURDAY - timedelta(minutes=5)) <= SATURDAY
    assert answering.deadline(24, SATURDAY, SATURDAY + timedelta(minutes=5)) == SATURDAY
    assert answering.must_answer(24, SATURDAY, SATURDAY - timedelta(minutes=61))
    assert not answering.must_answer(24, SATURDAY, SATURDAY - timedelta(hours=1))
    assert not answering.must_answer(None, evening, before)
    workshop = an_event()
    awa = register(workshop, answers("Awa", adults=2)).registration
    binta = register(workshop, answers("Binta")).registration
    cancel(awa, SATURDAY - timedelta(minutes=40))
    assert binta.status is CONFIRMED
    assert kinds("binta@example.org") == ["waiting", "promoted REQUEST"]


@pytest.mark.parametrize(
    ("told_at", "starts_at", "until"),
    [
        (local(date(2026, 11, 24), 22, 30), local(date(2026, 11, 28), 9, 30), local(date(2026, 11, 26), 8)),
        (local(date(2026, 11, 24), 4), local(date(2026, 11, 28), 9, 30), local(date(2026, 11, 25), 8)),
        (local(date(2026, 11, 27), 21), local(date(2026, 11, 28), 9, 30), local(date(2026, 11, 28), 8)),
        (local(date(2026, 11, 27), 21), local(date(2026, 11, 28), 8, 30), local(date(2026, 11, 28), 2, 45)),
        (local(date(2026, 11, 24), 22), local(date(2026, 11, 28), 9, 30), local(date(2026, 11, 25), 22)),
    ],
    ids=["late in the evening", "at night", "the night before", "a morning too near", "at ten still"],
)
def test_a_delay_that_would_run_out_in_the_night_runs_until_the_morning(
    told_at: datetime, starts_at: datetime, until: datetime
) -> None:
    assert answering.deadline(24, starts_at, told_at) == until


def test_a_cancelled_event_asks_nobody_and_a_restored_one_gives_time_again() -> None:
    [binta] = offered("Binta")
    sent(clock.now())
    settled(clock.now())
    deadline, workshop = binta.answer_by, binta.event
    assert deadline is not None
    with a_transaction():
        scheduling.cancel(workshop, actor="account:1", now=clock.now())
    assert (settled(deadline), binta.status) == (0, OFFERED)
    with pytest.raises(admission.EventCancelled), a_transaction():
        offers.accept(binta, actor="household:2", now=deadline)
    later = deadline + timedelta(hours=1)
    with a_transaction():
        scheduling.restore(workshop, actor="account:1", now=later)
    assert (binta.status, binta.answer_by) == (OFFERED, answering.deadline(24, SATURDAY, later))


def test_a_family_that_waits_is_overtaken_three_times_and_then_never() -> None:
    """Each of those who pass is a newcomer; the fourth waits although a chair is free."""
    workshop = factories.an_event(capacity=6)
    register(workshop, answers("Awa", adults=2))
    binta = register(workshop, answers("Binta", adults=5)).registration
    came = [register(workshop, answers(name)).registration for name in ("Clara", "Driss", "Elif", "Farid")]
    assert [one.status for one in came] == [CONFIRMED, CONFIRMED, CONFIRMED, WAITING]
    assert (binta.status, binta.overtaken, workshop.seats_left) == (WAITING, 3, 1)
    # One leaves, another: two chairs, three; Farid would fit, but they are kept for Binta.
    for one in came[:2]:
        cancel(one)
    assert (binta.status, came[3].status, workshop.seats_left) == (WAITING, WAITING, 3)
    cancel(binta)
    assert came[3].status is CONFIRMED  # nobody holds him up any more


def test_in_strict_order_a_newcomer_waits_behind_whoever_waits() -> None:
    workshop = an_event(capacity=4, hours=None, order=QueueOrder.STRICT)
    awa = register(workshop, answers("Awa", adults=3)).registration
    binta = register(workshop, answers("Binta", adults=2)).registration
    clara = register(workshop, answers("Clara")).registration
    assert [binta.status, clara.status, workshop.seats_left] == [WAITING, WAITING, 1]
    cancel(awa)
    assert [binta.status, clara.status, binta.overtaken] == [CONFIRMED, CONFIRMED, 0]


def test_the_job_reads_two_statements_however_many_offers_are_open(statements) -> None:
    db.session.rollback()
    with statements() as said:
        assert offers.due(clock.now()) == []
    assert len(said) == 1
    for number in (1, 3):
        for _ in range(number):
            offered("Binta")
        sent(clock.now())
        db.session.rollback()
        with statements() as said:
            assert len(offers.due(clock.now())) == (1 if number == 1 else 4)
        assert len(said) == 2


def test_who_answers_while_the_offer_lapses_is_answered_one_way_or_the_other(
    app: Flask, db_session: scoped_session[Session]
) -> None:
    binta, _ = offered("Binta", "Clara")
    sent(clock.now())
    settled(clock.now())
    deadline, binta_id, event_id = binta.answer_by, binta.id, binta.event_id
    assert deadline is not None
    db_session.remove()

    def says_yes() -> bool:
        one = db.session.get_one(Registration, binta_id)
        return offers.accept(one, actor="household:2", now=deadline)

    came = at_once(app, says_yes, lambda: offers.settle(event_id, deadline))
    states = {
        one.contact.first_name: one.status
        for one in db_session.scalars(select(Registration).where(Registration.event_id == event_id))
    }
    if came[0] is True:
        assert came[1] == 0
        assert (states["Binta"], states["Clara"]) == (CONFIRMED, WAITING)
    else:
        assert isinstance(came[0], offers.OfferIsOver)
        assert came[1] == 1
        assert (states["Binta"], states["Clara"]) == (WAITING, OFFERED)
    assert db_session.scalar(select(Event.seats_taken).where(Event.id == event_id)) == 2


def test_two_workers_let_an_offer_lapse_once(app: Flask, db_session: scoped_session[Session]) -> None:
    binta, clara = offered("Binta", "Clara")
    sent(clock.now())
    settled(clock.now())
    deadline, event_id, numbers = binta.answer_by, binta.event_id, (binta.id, clara.id)
    assert deadline is not None
    db_session.remove()
    came = at_once(app, *[lambda: offers.settle(event_id, deadline)] * 2)
    assert sorted(map(str, came)) == ["0", "1"]
    found = [db_session.get_one(Registration, number) for number in numbers]
    assert [(one.status, one.lapses) for one in found] == [(WAITING, 1), (OFFERED, 0)]
    assert kinds("binta@example.org") == ["waiting", "offered", "offer_lapsed"]
    assert db_session.scalar(select(Event.seats_taken).where(Event.id == event_id)) == 2


def test_two_who_say_yes_and_no_at_once_are_heard_once(
    app: Flask, db_session: scoped_session[Session]
) -> None:
    """Binta on her page, and the desk that has her husband on the phone."""
    [binta] = offered("Binta")
    binta_id, event_id = binta.id, binta.event_id
    db_session.remove()

    def yes() -> bool:
        return offers.accept(db.session.get_one(Registration, binta_id), actor="household:2", now=clock.now())

    def no() -> bool:
        return offers.decline(db.session.get_one(Registration, binta_id), actor="account:1", now=clock.now())

    came = at_once(app, yes, no)
    taken = db_session.scalar(select(Event.seats_taken).where(Event.id == event_id))
    status = db_session.scalar(select(Registration.status).where(Registration.id == binta_id))
    assert sorted(isinstance(one, offers.OfferIsOver) for one in came) == [False, True]
    assert (status, taken) in {(CONFIRMED, 2), (CANCELLED, 0)}


def test_rules_that_change_while_it_is_called_off_give_no_place_until_it_takes_place_after_all() -> None:
    [binta] = offered("Binta")
    with a_transaction():
        scheduling.cancel(binta.event, actor="account:1", now=clock.now())
    with a_transaction():
        entry_changes.change(binta.event, EntryRules(), actor="account:1", now=clock.now())
    assert (binta.status, kinds("binta@example.org")) == (OFFERED, ["waiting", "offered"])
    with a_transaction():
        scheduling.restore(binta.event, actor="account:1", now=clock.now())
    assert binta.status is CONFIRMED
    assert kinds("binta@example.org") == ["waiting", "offered", "promoted REQUEST"]
