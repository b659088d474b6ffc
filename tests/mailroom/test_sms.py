"""Texts against a real HTTP server on loopback: later is not lost, and what is refused goes on."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as time
from eventsapp.database import db
from eventsapp.mailroom import gsm, rounds, sealing, sending_again, sms
from eventsapp.mailroom.models import Channel, Letter, LetterStatus
from eventsapp.mailroom.outbox import Reader
from eventsapp.mailroom.rounds import MOST_TRIES_OF_A_TEXT, Round
from eventsapp.mailroom.sending_again import LetterHasMoved
from tests.mailroom.post import LINK, letter, outgoing, post
from tests.registrations.stories import a_transaction
from tests.servers import PostOffice
from tests.texting import KEY, TextGateway, a_gateway

MINUTE = timedelta(minutes=1)
AWA = Reader(name="Awa", language="fr", phone="+33639980000")
BINTA = Reader(name="Binta", language="fr", phone="+33639980001")


@pytest.fixture(autouse=True)
def session(db_session: scoped_session[Session]) -> scoped_session[Session]:
    return db_session


@pytest.fixture
def gateway(app: Flask) -> Iterator[TextGateway]:
    with a_gateway(app) as gateway:
        yield gateway


def go_round(after: timedelta = timedelta(0)) -> Round:
    db.session.rollback()
    return rounds.deliver_due(time.now() + after)


def others(than: int) -> list[Letter]:
    db.session.rollback()
    return list(db.session.scalars(select(Letter).where(Letter.id != than).order_by(Letter.id)))


def test_a_text_leaves_with_its_link_and_keeps_none(gateway: TextGateway) -> None:
    number = post(reader=AWA)
    row = letter(number)
    assert (row.channel, row.address, row.is_sealed, row.html) == (Channel.SMS, "+33639980000", True, "")
    assert LINK not in row.text + row.fallback
    assert go_round() == Round(sent=1)
    [taken] = gateway.taken
    assert taken == {
        "type": "transactional",
        "sender": "Agenda",
        "recipient": "33639980000",
        "content": taken["content"],
        "tag": row.message_id[1:33],
        "unicodeEnabled": False,
    }
    assert taken["content"].startswith("C'est noté. Vos 2 places sont réservées.\nAtelier cuisine")
    assert taken["content"].endswith(LINK)
    assert gsm.segments(taken["content"]) <= 2
    row = letter(number)
    assert (row.status, row.is_sealed, row.problem) == (LetterStatus.SENT, False, "")
    assert "/m/…" in row.text
    assert go_round(timedelta(days=1)) == Round()
    assert len(gateway.asked) == 1


def test_a_refused_number_is_called_and_nobody_is_told_twice(gateway: TextGateway) -> None:
    number = post(reader=AWA)
    gateway.refuse(400, "invalid_parameter", "telephone number is not valid")
    assert go_round() == Round(failed=1)
    row = letter(number)
    assert (row.status, row.problem) == (
        LetterStatus.FAILED,
        "400 invalid_parameter telephone number is not valid",
    )
    [call] = others(number)
    assert (call.channel, call.status, call.moved_from_id, call.address, call.thread) == (
        Channel.CALL,
        LetterStatus.WAITING,
        number,
        "+33639980000",
        row.thread,
    )
    assert "Je voudrais parler à Awa" in call.text
    assert LINK not in call.text
    gateway.accept()
    assert go_round(timedelta(days=1)) == Round()
    assert len(others(number)) == 1
    with pytest.raises(LetterHasMoved), a_transaction():
        sending_again.try_again(letter(number), actor="cli", now=time.now())


@pytest.mark.parametrize("status", [401, 402, 403, 404, 429, 502, 503, 504])
def test_a_gateway_that_is_away_or_does_not_know_us_costs_no_attempt(
    gateway: TextGateway, status: int
) -> None:
    first, second = post(reader=AWA), post(reader=BINTA)
    gateway.refuse(status, "no", "not now")
    assert go_round() == Round(server_away=True)
    assert [(letter(n).status, letter(n).attempts) for n in (first, second)] == [
        (LetterStatus.WAITING, 0)
    ] * 2
    gateway.accept()
    assert go_round(MINUTE) == Round(sent=2)


def test_credit_that_is_spent_is_no_fault_of_the_number(gateway: TextGateway) -> None:
    number = post(reader=AWA)
    gateway.refuse(400, "not_enough_credits", "Not enough credits")
    assert go_round() == Round(server_away=True)
    assert letter(number).status is LetterStatus.WAITING


def test_a_gateway_that_stays_away_for_two_hours_has_it_said_on_the_phone(gateway: TextGateway) -> None:
    number = post(reader=AWA)
    gateway.refuse(503)
    assert go_round(rounds.LATEST_TEXT - MINUTE) == Round(server_away=True)
    assert go_round(rounds.LATEST_TEXT) == Round(server_away=True, failed=1)
    assert letter(number).status is LetterStatus.FAILED
    assert [(one.channel, one.status) for one in others(number)] == [(Channel.CALL, LetterStatus.WAITING)]


def test_nobody_listens(gateway: TextGateway, app: Flask) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        app.config["SMS_GATEWAY_URL"] = f"http://127.0.0.1:{probe.getsockname()[1]}/"
    number = post(reader=AWA)
    assert go_round() == Round(server_away=True)
    assert (letter(number).attempts, letter(number).status) == (0, LetterStatus.WAITING)


def test_a_line_that_breaks_is_tried_again_with_the_same_words_and_reference(gateway: TextGateway) -> None:
    """The gateway may have taken it: it is tried less and less often, and its list shows one reference."""
    post(reader=AWA)
    gateway.hangs_up = True
    assert go_round() == Round(deferred=1)
    assert go_round(MINUTE) == Round(deferred=1)
    gateway.accept()
    assert go_round(2 * MINUTE) == Round()  # the second wait is two minutes
    assert go_round(3 * MINUTE) == Round(sent=1)
    assert len(gateway.asked) == 3
    assert gateway.asked[0] == gateway.asked[1] == gateway.asked[2]


def test_a_gateway_that_stumbles_over_a_text_for_two_hours_has_it_said(gateway: TextGateway) -> None:
    number, at = post(reader=AWA), timedelta(0)
    gateway.status, gateway.answer = 500, b"<html>oops"
    for attempt in range(1, MOST_TRIES_OF_A_TEXT + 1):
        done = go_round(at)
        assert done == (Round(failed=1) if attempt == MOST_TRIES_OF_A_TEXT else Round(deferred=1))
        at = letter(number).due_at - time.now()
    assert timedelta(hours=1) < at < timedelta(hours=3)
    assert [one.channel for one in others(number)] == [Channel.CALL]


def test_a_mail_server_that_is_away_holds_up_no_text(gateway: TextGateway, smtp: PostOffice) -> None:
    mail, text = post("Chao"), post(reader=AWA)
    with smtp.closed():
        assert go_round() == Round(sent=1, server_away=True)
    assert (letter(mail).status, letter(text).status) == (LetterStatus.WAITING, LetterStatus.SENT)


def test_letters_of_one_thread_leave_in_order_whatever_their_means(
    gateway: TextGateway, smtp: PostOffice
) -> None:
    post("Awa", thread="awa")
    later = post(reader=AWA, thread="awa")
    with smtp.closed():
        assert go_round() == Round(server_away=True)
    assert letter(later).status is LetterStatus.WAITING
    assert go_round(MINUTE).sent == 1  # the mail
    assert go_round(MINUTE).sent == 1  # then the text
    assert len(gateway.taken) == 1


def test_a_gateway_that_is_taken_away_leaves_calls(gateway: TextGateway, app: Flask) -> None:
    number = post(reader=AWA)
    app.config["SMS_API_KEY"] = ""
    assert go_round() == Round(failed=1)
    assert [one.channel for one in others(number)] == [Channel.CALL]


def test_a_text_to_a_shared_phone_says_nothing_of_what_it_is_about(gateway: TextGateway) -> None:
    shared = Reader(name="Awa", language="fr", phone="+33639980000", phone_is_shared=True)
    number = post(reader=shared)
    go_round()
    assert gateway.to("+33639980000") == ["Un message pour Awa : appelez le 01 99 00 19 19."]
    gateway.refuse(400, "invalid_parameter", "no")
    other = post(reader=shared)
    go_round()
    assert [one.phone_is_shared for one in others(number) if one.id != other] == [True]


def test_other_scripts_are_sent_as_they_are(gateway: TextGateway) -> None:
    context = {**outgoing().context, "first_name": "عائشة"}
    post(reader=Reader(name="عائشة", language="fr", phone=AWA.phone, phone_is_shared=True), context=context)
    assert go_round() == Round(sent=1)
    [taken] = gateway.taken
    assert taken["content"] == "Un message pour عائشة : appelez le 01 99 00 19 19."
    assert taken["unicodeEnabled"]
    assert gsm.segments(taken["content"]) == 1


def test_the_key_and_the_text_are_not_handed_to_a_server_without_a_name_we_trust(
    app: Flask, gateway: TextGateway
) -> None:
    """Over https the certificate is checked: what answers in plain, or for itself, gets nothing."""
    app.config["SMS_GATEWAY_URL"] = f"https://127.0.0.1:{gateway.port}/v3/transactionalSMS/send"
    number = post(reader=AWA)
    assert go_round() == Round(server_away=True)
    assert (gateway.asked, letter(number).status) == ([], LetterStatus.WAITING)


def test_without_a_key_there_is_no_gateway(app: Flask) -> None:
    assert not sms.is_set_up()
    assert letter(post(reader=AWA)).channel is Channel.CALL
    app.config["SMS_API_KEY"] = KEY
    assert sms.is_set_up()


def test_a_text_sealed_under_a_key_that_is_gone_is_a_human_s_business(
    app: Flask, gateway: TextGateway
) -> None:
    number = post(reader=AWA)
    app.config["LETTERS_KEY"] = "another one"
    assert go_round() == Round(failed=1)
    assert (letter(number).status, others(number)) == (LetterStatus.FAILED, [])
    with pytest.raises(sealing.Unreadable):
        sealing.unseal(letter(number).text)


@pytest.mark.parametrize(
    "answer",
    [
        b'{"code": "a\\u0000b", "message": "\\ud800"}',
        b"[" * 16_000,
        b'{"a":' * 3_000,
        b"\xff\xfe\x00",
        b'"words"',
        b'{"code": ["a"], "message": {"b": 1}}',
        b"<html>",
    ],
)
def test_whatever_a_gateway_says_with_its_no_the_letter_goes_on(gateway: TextGateway, answer: bytes) -> None:
    number = post(reader=AWA)
    gateway.status, gateway.answer = 400, answer
    assert go_round() == Round(failed=1)
    assert letter(number).status is LetterStatus.FAILED
    assert [one.channel for one in others(number)] == [Channel.CALL]


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_gateway_that_sends_elsewhere_is_not_followed(gateway: TextGateway, status: int) -> None:
    number = post(reader=AWA)
    gateway.status = status
    assert go_round() == Round(deferred=1)
    assert (letter(number).status, len(gateway.asked)) == (LetterStatus.WAITING, 1)


def test_a_gateway_that_does_not_answer_holds_up_one_text_a_round_and_no_mail(
    gateway: TextGateway, smtp: PostOffice
) -> None:
    for _ in range(3):
        post(reader=AWA)
    mail = post(reader=Reader(name="Chloé", language="fr", email="chloe@example.org"))
    gateway.hangs_up = True
    assert go_round() == Round(sent=1, deferred=1)
    assert (len(gateway.asked), letter(mail).status) == (1, LetterStatus.SENT)
    gateway.accept()
    assert go_round() == Round(sent=2)
