"""Letters of one invitation leave in order, by every path: CANCEL never overtakes REQUEST."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as time
from eventsapp.agenda import scheduling
from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.mailroom import rounds, sending_again
from eventsapp.mailroom.models import Letter, LetterStatus
from eventsapp.mailroom.rounds import Round
from eventsapp.mailroom.sending_again import NewerHasLeft
from tests import factories
from tests.calendars.client import Mailbox
from tests.registrations.stories import a_transaction, answers, cancel, register, told
from tests.servers import PostOffice

AWA, BINTA = "awa@example.org", "binta@example.org"


@pytest.fixture
def event(db_session: scoped_session[Session]) -> Event:
    return factories.an_event(capacity=30)


def a_life(event: Event, clock: time_machine.Traveller) -> None:
    """Awa and Binta register, it moves, Awa gives up; each of the two has a calendar."""
    awa = register(event, answers("Awa", email=AWA)).registration
    register(event, answers("Binta", email=BINTA))
    hour = timedelta(hours=1)
    with a_transaction():
        later = {"starts_at": event.starts_at + hour, "ends_at": event.ends_at + hour}
        scheduling.reschedule(event, **later, actor="account:1", now=time.now())
    clock.shift(timedelta(minutes=11))
    told(time.now())
    cancel(awa)


def two_workers(app: Flask) -> None:
    """Each with a session of its own."""
    db.session.remove()
    line = threading.Barrier(2)

    def work() -> None:
        with app.app_context():
            line.wait(timeout=10)
            rounds.deliver_due(time.now(), limit=500)

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=60)


def calendars(office: PostOffice) -> dict[str, Mailbox]:
    boxes = {address: Mailbox(address) for address in (AWA, BINTA)}
    for letter in office.letters:
        [address] = letter.recipients
        boxes[address].receives(letter.octets)
    assert [box.ignored for box in boxes.values()] == [[], []]
    return boxes


def test_two_workers_and_a_mailbox_that_takes_nothing_for_a_while(
    app: Flask, event: Event, smtp: PostOffice, clock: time_machine.Traveller
) -> None:
    a_life(event, clock)
    smtp.answers[AWA] = "450 come back later"
    for _ in range(3):
        two_workers(app)
        clock.shift(timedelta(minutes=3))
    assert {letter.recipients for letter in smtp.letters} == {(BINTA,)}
    waiting = select(Letter).where(Letter.status == LetterStatus.WAITING).order_by(Letter.id)
    assert [one.method for one in db.session.scalars(waiting)] == ["REQUEST", "REQUEST", "CANCEL"]
    smtp.answers.clear()
    for _ in range(4):
        clock.shift(timedelta(minutes=10))
        two_workers(app)
    boxes = calendars(smtp)
    assert boxes[AWA].shows() == {}
    assert [one.starts_at for one in boxes[BINTA].shows().values()] == [db.session.merge(event).starts_at]
    assert len(smtp.to(AWA)) == 3


def test_what_failed_is_not_sent_again_behind_something_newer(
    event: Event, smtp: PostOffice, clock: time_machine.Traveller
) -> None:
    awa = register(event, answers("Awa", email=AWA)).registration
    [first] = db.session.scalars(select(Letter))
    smtp.answer = "550 no such mailbox"
    db.session.commit()
    rounds.deliver_due(time.now())
    smtp.answer = ""
    with a_transaction():
        sending_again.try_again(first, actor="account:1", now=time.now())
        first.status, first.finished_at = LetterStatus.FAILED, time.now()
    cancel(awa)
    with pytest.raises(NewerHasLeft), a_transaction():
        sending_again.try_again(first, actor="account:1", now=time.now())
    db.session.commit()
    assert rounds.deliver_due(time.now()) == Round(sent=1)
    with pytest.raises(NewerHasLeft), a_transaction():
        sending_again.try_again(first, actor="account:1", now=time.now())


def test_a_worker_that_died_holds_back_what_comes_after_it(
    event: Event, smtp: PostOffice, clock: time_machine.Traveller
) -> None:
    awa = register(event, answers("Awa", email=AWA)).registration
    [first] = db.session.scalars(select(Letter))
    with a_transaction():
        first.status, first.claimed_at = LetterStatus.SENDING, time.now()
    cancel(awa)
    assert rounds.deliver_due(time.now()) == Round()
    clock.shift(rounds.ABANDONED_AFTER)
    assert rounds.deliver_due(time.now()) == Round(sent=2)
    box = Mailbox(AWA)
    for letter in smtp.letters:
        box.receives(letter.octets)
    assert (box.shows(), box.ignored) == ({}, [])
