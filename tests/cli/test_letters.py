"""Letters from the command line: an operator sees states, and no link that still works."""

from __future__ import annotations

from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from eventsapp.clock import now
from eventsapp.database import begin_writing, db
from eventsapp.mailroom import outbox
from eventsapp.mailroom.models import Letter, LetterStatus
from eventsapp.mailroom.outbox import OutgoingLetter, Reader, Sender
from eventsapp.people.models import Person
from tests import factories
from tests.mailroom.test_bounces import report
from tests.registrations.stories import answers, register

LINK = "https://agenda.example.org/connexion/5ecret-t0ken"


@pytest.fixture
def letters(db_session: object) -> list[int]:
    """To Awa, sealed and waiting; to Binta, failed."""
    begin_writing()
    rows = [
        outbox.post(
            OutgoingLetter(
                kind="people/sign_in",
                reader=Reader(name=name, language="fr", email=f"{name.lower()}@example.net"),
                sender=Sender(name="L’agenda", address="agenda@agenda.example.org"),
                context={"name": name, "link": LINK, "minutes": 30},
                holds_private_link=True,
            ),
            now=now(),
        )
        for name in ("Awa", "Binta")
    ]
    rows[1].status, rows[1].problem = LetterStatus.FAILED, "550 no such mailbox"
    db.session.flush()
    numbers = [row.id for row in rows]
    db.session.commit()
    return numbers


def run(app: Flask, *words: object) -> Result:
    db.session.rollback()
    return app.test_cli_runner().invoke(args=["letters", *map(str, words)])


def states() -> list[LetterStatus]:
    found = list(db.session.scalars(select(Letter.status).order_by(Letter.id)))
    db.session.rollback()
    return found


def test_a_list_says_how_far_each_is_and_to_nobody(app: Flask, letters: list[int]) -> None:
    shown = run(app, "list")
    assert shown.exit_code == 0
    heading, binta, awa = shown.output.splitlines()
    assert heading.split() == ["id", "kind", "channel", "state", "posted", "next", "try", "tries", "problem"]
    assert binta.split()[:4] == [str(letters[1]), "people/sign_in", "courriel", "echouee"]
    assert binta.endswith("550 no such mailbox")
    assert awa.split()[3] == "en_attente"
    assert "example.net" not in shown.output


def test_a_list_of_one_state(app: Flask, letters: list[int]) -> None:
    shown = run(app, "list", "--state", "echouee").output.splitlines()
    assert [line.split()[0] for line in shown[1:]] == [str(letters[1])]
    assert run(app, "list", "--state", "lost").exit_code == 2


@pytest.mark.parametrize("which", [0, 1])
def test_a_letter_is_shown_without_its_private_link(app: Flask, letters: list[int], which: int) -> None:
    shown = run(app, "show", letters[which])
    assert shown.exit_code == 0
    assert f"{['awa', 'binta'][which]}@example.net" in shown.output
    assert "https://agenda.example.org/connexion/…" in shown.output
    assert "5ecret" not in shown.output


def test_a_letter_sealed_under_a_lost_key(app: Flask, letters: list[int]) -> None:
    app.config["LETTERS_KEY"] = "another"
    shown = run(app, "show", letters[0])
    assert shown.exit_code == 0
    assert "(sealed under a key that is gone)" in shown.output


@pytest.mark.parametrize("words", [("--all",), (2,)])
def test_failed_letters_leave_after_all(app: Flask, letters: list[int], words: tuple[Any, ...]) -> None:
    done = run(app, "retry", *words)
    assert (done.exit_code, done.output) == (0, "1 of 1 letters wait for the next round\n")
    assert states() == [LetterStatus.WAITING, LetterStatus.WAITING]


def test_a_retry_names_its_letters(app: Flask, letters: list[int]) -> None:
    assert run(app, "retry").exit_code == 2
    unknown = run(app, "retry", 99)
    assert (unknown.exit_code, unknown.output) == (1, "Error: there is no letter 99\n")
    assert states() == [LetterStatus.WAITING, LetterStatus.FAILED]


def test_a_mail_that_came_back_goes_on_by_a_call_once(app: Flask, db_session: object) -> None:
    event = factories.an_event(capacity=4)
    register(event, answers("Awa", email="awa@example.org", number="01 99 00 11 22"))
    begin_writing()
    mail = db.session.scalars(select(Letter)).one()
    mail.status, mail.finished_at, number, name = LetterStatus.SENT, now(), mail.id, mail.message_id
    db.session.commit()
    back = report(message_id=name.strip("<>"))

    def handed_over(octets: bytes) -> str:
        db.session.rollback()
        done = app.test_cli_runner().invoke(args=["letters", "bounced"], input=octets)
        assert done.exit_code == 0
        return done.output.strip()

    assert handed_over(b"Subject: Merci\n\nMerci !") == "no report of a mail that came back"
    assert handed_over(report()) == "no letter of ours"
    assert handed_over(back) == f"letter {number} goes on by appel"
    assert handed_over(back) == f"letter {number}: echouee, nothing new to do"
    assert states() == [LetterStatus.FAILED, LetterStatus.WAITING]


def test_the_reply_address_tells_too_of_which_mail_it_is(app: Flask, db_session: object) -> None:
    """A relay gave our mail another Message-ID; whoever reads there is marked, as where IMAP is read."""
    register(factories.an_event(), answers("Awa", email="awa@example.org", number="01 99 00 11 22"))
    begin_writing()
    mail = db.session.scalars(select(Letter)).one()
    mail.status, mail.finished_at, number = LetterStatus.SENT, now(), mail.id
    to = mail.sender_address
    db.session.commit()
    back = report(message_id="another@relay.example").replace(
        b"agenda+k3jd8s@agenda.example.org", to.encode()
    )
    done = app.test_cli_runner().invoke(args=["letters", "bounced"], input=back)
    assert (done.exit_code, done.output) == (0, f"letter {number} goes on by appel\n")
    db.session.rollback()
    assert db.session.scalars(select(Person.mail_problem)).all() == ["5.1.1"]
