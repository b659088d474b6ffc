"""A letter is a row, written in the same transaction as what it tells."""

from __future__ import annotations

import jinja2
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.database import db
from eventsapp.mailroom import outbox, sealing
from eventsapp.mailroom.models import Channel, Letter, LetterStatus
from eventsapp.mailroom.outbox import Reader
from tests.mailroom.post import LINK, letter, outgoing, post
from tests.registrations.stories import a_transaction


@pytest.fixture(autouse=True)
def session(db_session: scoped_session[Session]) -> scoped_session[Session]:
    return db_session


def test_a_posted_letter_is_rendered_sealed_and_waits() -> None:
    row = letter(post())
    assert (row.channel, row.status, row.attempts, row.due_at) == (
        Channel.MAIL,
        LetterStatus.WAITING,
        0,
        clock.now(),
    )
    assert row.message_id.endswith("@agenda.example.org>")
    assert row.is_sealed
    assert LINK not in row.text + row.html
    assert LINK in sealing.unseal(row.text)
    assert LINK in sealing.unseal(row.html)


def test_a_letter_without_a_link_can_be_read_at_the_desk() -> None:
    row = letter(post(holds_private_link=False))
    assert not row.is_sealed
    assert "Bonjour Awa" in row.text


def test_what_is_rolled_back_is_not_posted() -> None:
    def story() -> None:
        with a_transaction():
            outbox.post(outgoing(), now=clock.now())
            db.session.flush()
            raise LookupError("it goes wrong after the letter was posted")

    with pytest.raises(LookupError):
        story()
    assert db.session.scalar(select(func.count(Letter.id))) == 0


def test_each_letter_has_its_own_message_id() -> None:
    assert len({letter(post()).message_id for _ in range(5)}) == 5


def test_a_letter_that_lacks_a_word_is_not_posted_with_a_hole() -> None:
    with pytest.raises(jinja2.UndefinedError):
        post(context={"first_name": "Awa"})
    with pytest.raises(jinja2.TemplateNotFound):
        post(kind="registrations/unheard_of")
    assert db.session.scalar(select(func.count(Letter.id))) == 0


def test_a_reader_without_address_or_number_is_our_mistake() -> None:
    with pytest.raises(ValueError, match="address or a number"):
        post(reader=Reader(name="Awa", language="fr"))


def test_who_has_both_is_written_to() -> None:
    row = letter(
        post(reader=Reader(name="Awa", language="fr", email="awa@example.org", phone="+33639980000"))
    )
    assert (row.channel, row.address) == (Channel.MAIL, "awa@example.org")


def test_threads_name_nobody() -> None:
    assert outbox.thread_of(3, "Awa@Example.org") == outbox.thread_of(3, "awa@example.org")
    assert (
        len(
            {
                outbox.thread_of(3, "awa@example.org"),
                outbox.thread_of(4, "awa@example.org"),
                outbox.thread_of(3, "binta@example.org"),
                outbox.thread_of(33),
            }
        )
        == 4
    )
    assert "awa" not in outbox.thread_of(3, "awa@example.org")
