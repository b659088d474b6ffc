"""What fails goes on by the next means, once, and only while it is still worth saying."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as time
from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.mailroom import calls, escalation, rounds, sealing, sending_again
from eventsapp.mailroom.models import CallOutcome, Channel, Letter, LetterStatus
from eventsapp.mailroom.outbox import Reader
from eventsapp.mailroom.rounds import Round
from eventsapp.mailroom.sending_again import LetterHasMoved
from tests.mailroom.post import LINK, letter, outgoing, post
from tests.registrations.stories import a_transaction
from tests.servers import PostOffice
from tests.texting import TextGateway, a_gateway

AWA = Reader(name="Awa", language="fr", email="awa@example.org", phone="+33639980000")
MAIL, SMS, CALL = Channel.MAIL, Channel.SMS, Channel.CALL


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


def story() -> list[tuple[Channel, LetterStatus]]:
    db.session.rollback()
    return [(one.channel, one.status) for one in db.session.scalars(select(Letter).order_by(Letter.id))]


def test_from_mail_to_text_to_call(smtp: PostOffice, gateway: TextGateway) -> None:
    number = post(reader=AWA, thread="awa")
    assert LINK not in letter(number).fallback  # sealed
    smtp.answer = "550 no such user"
    gateway.refuse(503)
    assert go_round() == Round(failed=1)
    assert story() == [(MAIL, LetterStatus.FAILED), (SMS, LetterStatus.WAITING)]
    gateway.accept()
    assert go_round() == Round(sent=1)
    [text] = gateway.to("+33639980000")
    assert "Vos 2 places sont réservées." in text
    assert text.endswith(LINK)  # the very link of the mail
    assert story() == [(MAIL, LetterStatus.FAILED), (SMS, LetterStatus.SENT)]

    second = post(reader=AWA, thread="again")
    gateway.refuse(400, "invalid_parameter")
    assert (go_round().failed, go_round().failed) == (1, 1)
    assert story()[2:] == [
        (MAIL, LetterStatus.FAILED),
        (SMS, LetterStatus.FAILED),
        (CALL, LetterStatus.WAITING),
    ]
    [call] = calls.to_make(letter(second).territory_id or 0, now=time.now())
    assert [one.channel for one in call.letters] == [CALL]  # once, not with the mail that failed
    assert (call.number, call.first.moved_from is not None) == ("+33639980000", True)


def test_who_has_no_next_means_stands_among_what_failed(smtp: PostOffice, gateway: TextGateway) -> None:
    number = post("Binta")
    smtp.answer = "550 no such user"
    assert go_round() == Round(failed=1)
    assert story() == [(MAIL, LetterStatus.FAILED)]
    smtp.answer = ""
    with a_transaction():
        sending_again.try_again(letter(number), actor="cli", now=time.now())
    assert go_round() == Round(sent=1)


def test_what_went_on_is_not_sent_again_by_hand(smtp: PostOffice, gateway: TextGateway) -> None:
    number = post(reader=AWA)
    smtp.answer = "550 no such user"
    go_round()
    with pytest.raises(LetterHasMoved), a_transaction():
        sending_again.try_again(letter(number), actor="cli", now=time.now())


def test_nothing_takes_the_same_place_twice(smtp: PostOffice, gateway: TextGateway) -> None:
    number = post(reader=AWA)
    kept = letter(number).fallback
    smtp.answer = "550 no such user"
    go_round()
    with pytest.raises(IntegrityError), a_transaction():  # noqa: PT012 - the second must be posted, then refused
        failed = letter(number)
        failed.fallback = kept
        escalation.moved(failed, now=time.now())
        db.session.flush()


def test_what_came_after_says_it_better(smtp: PostOffice, gateway: TextGateway) -> None:
    post(reader=AWA, thread="awa")
    post(reader=AWA, thread="awa", kind="registrations/called_off", context=_called_off())
    smtp.answer = "550 no such user"
    assert (go_round().failed, go_round().sent) == (2, 1)
    [text] = gateway.to("+33639980000")
    assert text.startswith("Ce rendez-vous est annulé.")


def test_a_family_that_shares_the_mailbox_silences_nobody(smtp: PostOffice, gateway: TextGateway) -> None:
    post(reader=AWA, thread="one mailbox")
    binta = Reader(name="Binta", language="fr", email="awa@example.org", phone="+33639980001")
    post(reader=binta, thread="one mailbox")
    smtp.answer = "550 no such user"
    go_round()
    go_round()
    assert [len(gateway.to(number)) for number in ("+33639980000", "+33639980001")] == [1, 1]


def test_what_is_over_is_said_to_nobody(smtp: PostOffice, gateway: TextGateway) -> None:
    number = post(reader=AWA, useless_after=time.now() + timedelta(hours=1))
    row = letter(number)
    assert escalation.moved(row, now=time.now() + timedelta(hours=1)) is None
    db.session.rollback()


def test_a_mail_that_comes_back_goes_on_once(smtp: PostOffice, gateway: TextGateway) -> None:
    number = post(reader=AWA)
    assert go_round() == Round(sent=1)
    assert LINK.rsplit("/", 1)[1] not in letter(number).text
    for expected in (SMS, None):
        with a_transaction():
            came = escalation.bounced(letter(number), "550 5.1.1 unknown user", now=time.now())
            assert (came and came.channel) == expected
    assert story() == [(MAIL, LetterStatus.FAILED), (SMS, LetterStatus.WAITING)]
    assert go_round() == Round(sent=1)
    assert gateway.to("+33639980000")[0].endswith(LINK)


def test_a_mail_that_came_back_and_was_said_on_the_phone_stays_said(smtp: PostOffice) -> None:
    number = post(reader=AWA)
    go_round()
    with a_transaction():
        escalation.forget_unneeded(time.now() + escalation.BOUNCES_FOR)
    with a_transaction():
        assert escalation.bounced(letter(number), "550 5.1.1 unknown user", now=time.now()) is None
    with a_transaction():
        calls.settle(letter(number), CallOutcome.REACHED, actor="account:1", now=time.now())
    with a_transaction():
        escalation.bounced(letter(number), "550 5.1.1 unknown user", now=time.now())
    assert story() == [(MAIL, LetterStatus.SENT)]


def test_what_bounces_without_another_means_is_not_sent_again_with_a_dead_link(smtp: PostOffice) -> None:
    number = post("Binta")
    go_round()
    with a_transaction():
        assert escalation.bounced(letter(number), "550 unknown", now=time.now()) is None
    with pytest.raises(LetterHasMoved), a_transaction():
        sending_again.try_again(letter(number), actor="cli", now=time.now())


def test_what_waits_does_not_bounce(smtp: PostOffice, gateway: TextGateway) -> None:
    number = post(reader=AWA)
    with a_transaction():
        assert escalation.bounced(letter(number), "550 unknown", now=time.now()) is None
    assert story() == [(MAIL, LetterStatus.WAITING)]


def test_other_means_are_forgotten_once_a_mail_no_longer_comes_back(smtp: PostOffice) -> None:
    number = post(reader=AWA)
    go_round()
    for days, forgotten in ((6, None), (7, 1), (8, None)):
        with a_transaction():
            assert escalation.forget_unneeded(time.now() + timedelta(days=days)) == forgotten
    assert letter(number).fallback == ""


def test_what_only_a_call_can_say_is_said_without_a_gateway(smtp: PostOffice) -> None:
    post(reader=AWA)
    smtp.answer = "550 no such user"
    assert go_round() == Round(failed=1)
    assert story() == [(MAIL, LetterStatus.FAILED), (CALL, LetterStatus.WAITING)]


def test_the_sealed_words_are_those_that_were_promised(smtp: PostOffice, gateway: TextGateway) -> None:
    """Rendered when posted: what the event has become since changes nothing."""
    number = post(reader=AWA)
    promised = sealing.unseal(letter(number).fallback)
    event = db.session.scalars(select(Event)).one()
    event.title = "Autre chose"
    db.session.commit()
    smtp.answer = "550 no such user"
    go_round()
    go_round()
    assert "Atelier cuisine en famille" in gateway.to("+33639980000")[0]
    assert "Atelier cuisine en famille" in promised


def _called_off() -> dict[str, object]:
    return {**outgoing().context, "reason": "", "agenda": "https://agenda.example.org/paris-19/"}
