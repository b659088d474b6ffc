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
from eventsapp.mailroom.calls import CallIsSettled
from eventsapp.mailroom.masking import masked_address
from eventsapp.mailroom.models import Channel, Letter, LetterStatus
from eventsapp.refusals import NotFound

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
    return [letter.reader_name for letter in calls.to_make(NINETEENTH, now=clock.now())]


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
    calls.reached(awa, actor="account:1", now=clock.now())
    assert (awa.status, awa.finished_at, awa.attempts) == (LetterStatus.SENT, clock.now(), 1)
    assert names() == []
    line = db.session.scalars(select(JournalLine)).one()
    assert (line.actor, line.verb, line.thing_id, line.territory_id) == (
        "account:1",
        "called",
        awa.id,
        NINETEENTH,
    )
    for verb in (calls.reached, calls.message_left):
        with pytest.raises(CallIsSettled):
            verb(awa, actor="account:2", now=clock.now())


def test_a_message_was_left_and_the_next_one_is_called() -> None:
    awa, binta = a_call("Awa"), a_call("Binta")
    calls.message_left(awa, actor="account:1", now=clock.now() + timedelta(minutes=2))
    assert names() == ["Binta", "Awa"]
    assert (awa.status, awa.attempts, binta.attempts) == (LetterStatus.WAITING, 1, 0)


def test_what_ended_while_the_phone_rang_is_settled() -> None:
    awa = a_call("Awa", useless_after=clock.now() + timedelta(minutes=1))
    with pytest.raises(CallIsSettled):
        calls.reached(awa, actor="account:1", now=clock.now() + timedelta(minutes=1))


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
