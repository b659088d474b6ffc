"""The postman's round against a real SMTP server: later is not lost, and nothing leaves twice."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as time
from eventsapp.database import db
from eventsapp.mailroom import rounds, sending_again
from eventsapp.mailroom.calendar_message import CalendarMessage
from eventsapp.mailroom.models import Letter, LetterStatus
from eventsapp.mailroom.outbox import Reader
from eventsapp.mailroom.rounds import ABANDONED_AFTER, MOST_ATTEMPTS, Round, wait_after
from tests.mailroom.post import LINK, letter, post
from tests.registrations.stories import a_transaction
from tests.servers import PostOffice

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def session(db_session: scoped_session[Session]) -> scoped_session[Session]:
    return db_session


def go_round(after: timedelta = timedelta(0), limit: int = 50) -> Round:
    db.session.rollback()
    return rounds.deliver_due(time.now() + after, limit)


def subjects(smtp: PostOffice) -> list[str]:
    return [received.message["To"] for received in smtp.letters]


def test_a_letter_leaves_with_its_link_and_keeps_none(smtp: PostOffice) -> None:
    number = post()
    assert go_round() == Round(sent=1)
    [received] = smtp.letters
    assert (received.sender, received.recipients) == ("agenda@agenda.example.org", ("awa@example.org",))
    assert LINK in received.part("text/plain")
    assert LINK in received.part("text/html")
    row = letter(number)
    assert (row.status, row.finished_at, row.is_sealed, row.problem) == (
        LetterStatus.SENT,
        time.now(),
        False,
        "",
    )
    assert "/m/…" in row.text
    assert LINK.rsplit("/", 1)[1] not in row.text + row.html
    assert go_round(timedelta(days=1)) == Round()
    assert len(smtp.letters) == 1


def test_a_server_that_is_down_means_later_and_costs_no_attempt(smtp: PostOffice) -> None:
    first, second = post("Awa"), post("Binta")
    with smtp.closed():
        for minute in range(30):
            assert go_round(minute * 2 * MINUTE) == Round(server_away=True)
    assert [(letter(n).status, letter(n).attempts) for n in (first, second)] == [
        (LetterStatus.WAITING, 0)
    ] * 2
    assert "refused" in letter(first).problem.lower() + letter(second).problem.lower()
    assert go_round(timedelta(hours=2)) == Round(sent=2)
    assert sorted(subjects(smtp)) == ["Awa <awa@example.org>", "Binta <binta@example.org>"]
    assert letter(first).problem == ""


def test_a_refusal_for_now_is_tried_again_less_and_less_often(smtp: PostOffice) -> None:
    number = post()
    smtp.answer = "450 come back later"
    assert go_round() == Round(deferred=1)
    row = letter(number)
    assert (row.status, row.attempts, row.due_at, row.problem) == (
        LetterStatus.WAITING,
        1,
        time.now() + MINUTE,
        "450 come back later",
    )
    assert go_round(timedelta(seconds=59)) == Round()
    assert go_round(MINUTE) == Round(deferred=1)
    assert letter(number).due_at == time.now() + 3 * MINUTE
    smtp.answer = ""
    assert go_round(3 * MINUTE) == Round(sent=1)


def test_waits_double_up_to_six_hours() -> None:
    assert [wait_after(n) // MINUTE for n in (1, 2, 3, 8, 9, 10, 100)] == [1, 2, 4, 128, 256, 360, 360]


def test_after_two_days_of_refusals_a_human_looks_and_may_send_it_after_all(smtp: PostOffice) -> None:
    number = post()
    smtp.answer = "452 mailbox full"
    at, came = timedelta(0), []
    for _ in range(MOST_ATTEMPTS):
        came.append(go_round(at))
        at = letter(number).due_at - time.now()
    assert came == [Round(deferred=1)] * (MOST_ATTEMPTS - 1) + [Round(failed=1)]
    assert timedelta(days=1) < at < timedelta(days=3)
    row = letter(number)
    assert (row.status, row.problem, row.is_sealed) == (LetterStatus.FAILED, "452 mailbox full", True)
    assert go_round(timedelta(days=9)) == Round()
    smtp.answer = ""
    with a_transaction():
        sending_again.try_again(letter(number), actor="cli", now=time.now())
    assert go_round() == Round(sent=1)
    assert LINK in smtp.letters[0].part("text/plain")


def test_a_sender_that_is_refused_is_our_fault_and_waits_for_us(smtp: PostOffice) -> None:
    """550 to MAIL FROM says nothing of Awa's address: her letter must leave once our settings are right."""
    number, other = post("Awa"), post("Binta")
    smtp.sender_answer = "550 5.7.1 sender not allowed"
    assert go_round() == Round(deferred=2)
    assert {letter(one).problem for one in (number, other)} == {"550 5.7.1 sender not allowed"}
    smtp.sender_answer = ""
    assert go_round(MINUTE) == Round(sent=2)


def test_an_address_that_does_not_exist_fails_at_once_and_holds_nobody_up(smtp: PostOffice) -> None:
    number, other = post("Awa"), post("Binta")
    smtp.answer = "550 no such user"
    assert go_round(limit=1) == Round(failed=1)
    assert (letter(number).status, letter(number).problem) == (LetterStatus.FAILED, "550 no such user")
    smtp.answer = ""
    assert go_round() == Round(sent=1)
    assert letter(other).status is LetterStatus.SENT


def test_letters_of_one_thread_keep_their_order_whatever_happens(smtp: PostOffice) -> None:
    request = post("Awa", thread="awa")
    cancel = post("Awa", thread="awa")
    post("Binta", thread="binta")
    smtp.answer = "450 not now"
    assert go_round() == Round(deferred=2)
    smtp.answer = ""
    assert (letter(request).attempts, letter(cancel).attempts) == (1, 0)
    assert go_round() == Round()
    assert go_round(MINUTE) == Round(sent=3)
    ids = [received.message["Message-ID"] for received in smtp.to("awa@example.org")]
    assert ids == [letter(request).message_id, letter(cancel).message_id]


def test_a_failed_letter_does_not_hold_back_the_next_of_its_thread(smtp: PostOffice) -> None:
    post("Awa", thread="awa")
    post("Awa", thread="awa")
    smtp.answer = "550 no such user"
    assert go_round() == Round(failed=2)


def test_what_a_dead_worker_held_waits_again_and_leaves_as_the_very_same_bytes(
    smtp: PostOffice, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """After the server's 250, before our commit."""

    def die(*_: object, **__: object) -> None:
        raise Killed

    number = post()
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(rounds, "_finish", die)
        with pytest.raises(Killed):
            go_round()
    assert letter(number).status is LetterStatus.SENDING
    assert go_round(ABANDONED_AFTER - timedelta(seconds=1)) == Round()
    clock.shift(ABANDONED_AFTER)
    assert go_round() == Round(sent=1)
    first, second = smtp.letters
    assert first.octets == second.octets
    assert letter(number).status is LetterStatus.SENT


def test_what_is_over_is_not_sent_and_says_nothing_any_more(smtp: PostOffice) -> None:
    number = post(useless_after=time.now() + timedelta(hours=1))
    with smtp.closed():
        assert go_round().server_away
    assert go_round(timedelta(hours=1)) == Round(stale=1)
    row = letter(number)
    assert (row.status, row.text, row.html, row.is_sealed) == (LetterStatus.STALE, "", "", False)
    assert smtp.letters == []


def test_the_postman_leaves_calls_alone_until_what_they_say_is_over(smtp: PostOffice) -> None:
    by_phone = Reader(name="Awa", language="fr", phone="+33639980000")
    awa = post(reader=by_phone, useless_after=time.now() + timedelta(hours=1))
    assert go_round() == Round()
    assert letter(awa).status is LetterStatus.WAITING
    assert go_round(timedelta(hours=1)) == Round(stale=1)
    assert smtp.letters == []


def test_a_letter_nobody_can_read_any_more_fails_and_the_others_leave(app: Flask, smtp: PostOffice) -> None:
    app.config["LETTERS_KEY"] = "the first"
    lost = post("Awa")
    app.config["LETTERS_KEY"] = "the second"
    post("Binta")
    assert go_round() == Round(sent=1, failed=1)
    assert "LETTERS_KEY" in letter(lost).problem
    assert subjects(smtp) == ["Binta <binta@example.org>"]


def test_two_workers_never_deliver_the_same_letter(app: Flask, smtp: PostOffice) -> None:
    numbers = [post(f"Famille{n}", thread=f"thread {n % 4}") for n in range(24)]
    db.session.remove()
    line, came = threading.Barrier(3), []

    def work() -> None:
        with app.app_context():
            line.wait(timeout=10)
            came.append(rounds.deliver_due(time.now(), limit=100))

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=60)
    while len(smtp.letters) < 24 and rounds.deliver_due(time.now()).sent:
        pass  # a thread's next letter waits while another worker carries the one before
    assert sorted(subjects(smtp)) == sorted(f"Famille{n} <famille{n}@example.org>" for n in range(24))
    assert {letter(number).status for number in numbers} == {LetterStatus.SENT}
    arrived = [received.message["To"].split()[0].removeprefix("Famille") for received in smtp.letters]
    for thread in range(4):
        of_thread = [int(n) for n in arrived if int(n) % 4 == thread]
        assert of_thread == sorted(of_thread)


def test_a_round_stops_at_its_limit(smtp: PostOffice) -> None:
    for name in ("Awa", "Binta", "Clara"):
        post(name)
    assert go_round(limit=2) == Round(sent=2)
    assert go_round(limit=2) == Round(sent=1)


def test_the_loop_commits_after_each_letter(smtp: PostOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    post("Awa")
    post("Binta")

    class Killed(BaseException):
        """With the second letter in hand."""

    carry = rounds.Postman.carry

    def carry_one(self: rounds.Postman, message: CalendarMessage) -> None:
        if smtp.letters:
            raise Killed
        carry(self, message)

    monkeypatch.setattr(rounds.Postman, "carry", carry_one)
    with pytest.raises(Killed):
        go_round()
    db.session.rollback()
    states = db.session.scalars(select(Letter.status).order_by(Letter.id)).all()
    assert states == [LetterStatus.SENT, LetterStatus.SENDING]
