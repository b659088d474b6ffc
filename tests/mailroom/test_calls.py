"""« Personnes à appeler »: who must know soonest comes first, and nobody is called twice for one thing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from eventsapp import clock
from eventsapp.database import db
from eventsapp.journal import JournalLine
from eventsapp.mailroom import calls
from eventsapp.mailroom.calls import CallIsSettled, NameTooLong
from eventsapp.mailroom.masking import masked_address
from eventsapp.mailroom.models import CallAttempt, CallOutcome, Channel, Letter, LetterStatus
from eventsapp.refusals import NotFound
from eventsapp.typed import Unwritable

pytestmark = pytest.mark.usefixtures("db_session")

NINETEENTH, TENTH = 19, 10
DAY = timedelta(days=1)


def a_call(name: str, **values: Any) -> Letter:
    letter = Letter(
        **{
            "kind": "registrations/rescheduled",
            "channel": Channel.CALL,
            "status": LetterStatus.WAITING,
            "territory_id": NINETEENTH,
            "reader_name": name,
            "address": "06 39 98 00 01",
            "language": "fr",
            "subject": "Le rendez-vous change",
            "sender_name": "L’agenda du 19e",
            "sender_address": "agenda@example.org",
            "message_id": f"<{name}@example.org>",
            "text": "Bonjour",
            "html": "",
            "posted_at": clock.now(),
            "due_at": clock.now(),
            "useless_after": clock.now() + 5 * DAY,
        }
        | values
    )
    db.session.add(letter)
    db.session.flush()
    return letter


def names() -> list[str]:
    return [call.first.reader_name for call in calls.to_make(NINETEENTH, now=clock.now())]


def an_undelivered_mail(name: str, **values: Any) -> Letter:
    """A mail that no server took, to somebody who left a number too."""
    given = {"channel": Channel.MAIL, "status": LetterStatus.FAILED, "address": f"{name}@example.org"}
    return a_call(name, **(given | {"phone": "+33639980001"} | values))


def test_who_must_know_soonest_comes_first() -> None:
    a_call("Zoé", useless_after=None)
    a_call("Awa", useless_after=clock.now() + 3 * DAY)
    a_call("Binta", useless_after=clock.now() + DAY)
    a_call("Chloé", useless_after=clock.now() + DAY)
    assert names() == ["Binta", "Chloé", "Awa", "Zoé"]
    assert calls.how_many(NINETEENTH, now=clock.now()) == 4


def test_nobody_is_called_about_what_is_over_said_or_elsewhere() -> None:
    a_call("Trop tard", useless_after=clock.now())
    a_call("Déjà dit", status=LetterStatus.SENT)
    a_call("Remplacé", status=LetterStatus.STALE)
    a_call("Du 10e", territory_id=TENTH)
    a_call("Par e-mail", channel=Channel.MAIL)
    assert names() == []
    assert calls.how_many(NINETEENTH, now=clock.now()) == 0


def test_awa_was_reached() -> None:
    awa = a_call("Awa")
    calls.settle(awa, CallOutcome.REACHED, confirmed_by="  sa  sœur ", actor="account:1", now=clock.now())
    assert (awa.status, awa.finished_at, awa.attempts) == (LetterStatus.SENT, clock.now(), 1)
    assert names() == []
    line = db.session.scalars(select(JournalLine)).one()
    assert (line.actor, line.verb, line.thing_id, line.territory_id) == (
        "account:1",
        "called",
        awa.id,
        NINETEENTH,
    )
    assert "sœur" not in str(line.details)
    attempt = db.session.scalars(select(CallAttempt)).one()
    assert (attempt.letter_id, attempt.outcome, attempt.made_at, attempt.confirmed_by) == (
        awa.id,
        CallOutcome.REACHED,
        clock.now(),
        "sa sœur",
    )
    for outcome in CallOutcome:
        with pytest.raises(CallIsSettled):
            calls.settle(awa, outcome, actor="account:2", now=clock.now())


@pytest.mark.parametrize("outcome", [CallOutcome.MESSAGE_LEFT, CallOutcome.NO_ANSWER])
def test_awa_is_called_again_after_the_next_one(outcome: CallOutcome) -> None:
    awa, binta = a_call("Awa"), a_call("Binta")
    calls.settle(awa, outcome, actor="account:1", now=clock.now() + timedelta(minutes=2))
    assert names() == ["Binta", "Awa"]
    assert (awa.status, awa.attempts, binta.attempts) == (LetterStatus.WAITING, 1, 0)
    [_, hers] = calls.to_make(NINETEENTH, now=clock.now())
    assert [one.outcome for one in hers.attempts] == [outcome]


def test_a_wrong_number_leaves_the_list_and_stands_among_what_failed() -> None:
    awa, binta = a_call("Awa"), an_undelivered_mail("Binta")
    for letter in (awa, binta):
        calls.settle(letter, CallOutcome.WRONG_NUMBER, actor="account:1", now=clock.now())
        assert letter.status is LetterStatus.FAILED
    assert names() == []


def test_a_mail_that_no_server_took_is_said_on_the_phone() -> None:
    binta = an_undelivered_mail("Binta")
    an_undelivered_mail("Sans téléphone", phone=None)
    an_undelivered_mail("Parti", status=LetterStatus.SENT)
    assert names() == ["Binta"]
    [call] = calls.to_make(NINETEENTH, now=clock.now())
    assert (call.number, calls.how_many(NINETEENTH, now=clock.now())) == ("+33639980001", 1)
    calls.settle(binta, CallOutcome.REACHED, actor="account:1", now=clock.now())
    assert (binta.status, names()) == (LetterStatus.SENT, [])


def test_what_came_after_an_undelivered_mail_says_it_better() -> None:
    an_undelivered_mail("Binta", thread="binta")
    a_call("Binta encore", thread="binta", channel=Channel.MAIL)
    an_undelivered_mail("Awa", thread="awa")
    assert names() == ["Awa"]


def test_all_that_awa_is_to_hear_is_one_call() -> None:
    """Her sister has the same telephone and is asked for by her own name."""
    first, second = a_call("Awa"), a_call("Awa", message_id="<2@example.org>", useless_after=None)
    sister = a_call("Binta")
    assert [len(call.letters) for call in calls.to_make(NINETEENTH, now=clock.now())] == [2, 1]
    assert calls.how_many(NINETEENTH, now=clock.now()) == 2
    calls.settle(first, CallOutcome.REACHED, also=[second.id, sister.id], actor="account:1", now=clock.now())
    db.session.refresh(second)
    db.session.refresh(sister)
    assert (second.status, sister.status) == (LetterStatus.SENT, LetterStatus.WAITING)


def test_who_answered_is_a_name_not_a_story() -> None:
    awa = a_call("Awa")
    with pytest.raises(NameTooLong):
        calls.settle(awa, CallOutcome.REACHED, confirmed_by="x" * 61, actor="account:1", now=clock.now())


@pytest.mark.parametrize("typed", ["sa s\u202eruœ", "Binta\x01"])
def test_who_answered_turns_no_page_around(typed: str) -> None:
    awa = a_call("Awa")
    with pytest.raises(Unwritable):
        calls.settle(awa, CallOutcome.REACHED, confirmed_by=typed, actor="account:1", now=clock.now())
    assert awa.status is LetterStatus.WAITING


def test_the_list_takes_two_statements_however_long(statements: Any) -> None:
    for number in range(12):
        an_undelivered_mail(f"Awa {number}", phone=f"+336399800{number:02}")
    with statements() as asked:
        calls.to_make(NINETEENTH, now=clock.now())
    assert len(asked) == 2


def test_what_ended_while_the_phone_rang_is_settled() -> None:
    awa = a_call("Awa", useless_after=clock.now() + timedelta(minutes=1))
    later = clock.now() + timedelta(minutes=1)
    with pytest.raises(CallIsSettled):
        calls.settle(awa, CallOutcome.REACHED, actor="account:1", now=later)


def test_a_call_of_another_territory_or_a_mail_is_not_found() -> None:
    awa, mail = a_call("Awa"), a_call("Par e-mail", channel=Channel.MAIL)
    assert calls.by_id(awa.id, NINETEENTH) is awa
    for letter, territory in ((awa, TENTH), (mail, NINETEENTH)):
        with pytest.raises(NotFound):
            calls.by_id(letter.id, territory)


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("fatoumata@example.org", "f…@example.org"),
        ("é@example.org", "é…@example.org"),
        ('"a@b"@example.org', '"…@example.org'),
        ("06 39 98 00 42", "…42"),
        ("", "…"),
    ],
)
def test_an_address_is_masked(address: str, masked: str) -> None:
    assert masked_address(address) == masked
