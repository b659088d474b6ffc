"""Alive and ready: which part fails, without a word about anybody."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from eventsapp.agenda import scheduling
from eventsapp.clock import now
from eventsapp.database import begin_writing, db
from eventsapp.mailroom import readings
from eventsapp.mailroom.mailbox import Problem
from eventsapp.mailroom.models import Channel, Letter, LetterStatus
from eventsapp.tasks import heartbeats, queue
from tests import factories
from tests.pages import PageClient

Statements = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def worker(db_session: object) -> None:
    """A worker that gave a sign of life just now."""
    heartbeats.sign("house:1", now())
    db.session.commit()


def ready(client: PageClient) -> tuple[int, list[str], dict[str, Any]]:
    answer = client.get("/readyz")
    assert answer.headers["Cache-Control"] == "no-store"
    said = answer.get_json()
    assert said["ready"] == (answer.status_code == 200)
    return answer.status_code, said["failing"], said["parts"]


def a_letter(**values: Any) -> Letter:
    letter = Letter(
        **{
            "kind": "registrations/confirmed",
            "channel": Channel.MAIL,
            "status": LetterStatus.WAITING,
            "reader_name": "Fatou",
            "address": "fatou@example.net",
            "language": "fr",
            "subject": "Votre place",
            "sender_name": "L’agenda",
            "sender_address": "agenda@agenda.example.org",
            "message_id": f"<{values.pop('number', 1)}@agenda.example.org>",
            "text": "Bonjour Fatou",
            "html": "",
            "posted_at": now(),
            "due_at": now(),
        }
        | values
    )
    db.session.add(letter)
    db.session.commit()
    return letter


def test_answers_are_read_or_it_is_said_why(
    client: PageClient, app: Flask, worker: None, clock: time_machine.Traveller
) -> None:
    """Without a mailbox nothing is amiss; a server that is away for half an hour is."""
    assert ready(client)[2]["answers"] == {"ok": True, "set_up": False}
    app.config["ANSWERS_IMAP_HOST"] = "imap.example.org"
    assert ready(client)[1] == ["answers"]
    begin_writing()
    readings.claim("house:1", now())
    readings.all_read("house:1", now())
    db.session.commit()
    assert ready(client)[:2] == (200, [])
    clock.shift(timedelta(minutes=31))
    begin_writing()
    heartbeats.sign("house:1", now())
    readings.claim("house:1", now())
    readings.not_read("house:1", Problem.CERTIFICATE, now())
    db.session.commit()
    status, failing, parts = ready(client)
    assert (status, failing) == (503, ["answers"])
    assert parts["answers"] == {
        "ok": False, "set_up": True, "problem": "certificate", "silent_seconds": 31 * 60,
    }  # fmt: skip


def test_alive_asks_no_database(client: PageClient, statements: Statements) -> None:
    with statements() as said:
        answer = client.get("/healthz")
    assert (answer.status_code, answer.get_json(), said) == (200, {"alive": True}, [])


@pytest.mark.usefixtures("worker")
def test_all_is_well(client: PageClient) -> None:
    status, failing, parts = ready(client)
    assert (status, failing) == (200, [])
    assert set(parts) == {"database", "migrations", "worker", "changes", "letters", "answers", "tasks"}
    assert parts["migrations"]["current"] == parts["migrations"]["head"]


def test_no_worker_ever_came(client: PageClient) -> None:
    assert ready(client)[:2] == (503, ["worker"])


@pytest.mark.usefixtures("worker")
def test_the_worker_fell_silent(client: PageClient, clock: time_machine.Traveller) -> None:
    clock.shift(timedelta(seconds=60))
    assert ready(client)[0] == 200
    clock.shift(timedelta(seconds=1))
    status, failing, parts = ready(client)
    assert (status, failing, parts["worker"]["silent_seconds"]) == (503, ["worker"], 61)


def test_letters_that_nobody_takes(
    client: PageClient, clock: time_machine.Traveller, db_session: Any
) -> None:
    a_letter()
    clock.shift(timedelta(minutes=10, seconds=1))
    heartbeats.sign("house:1", now())
    a_letter(number=2, status=LetterStatus.FAILED)
    a_letter(number=3, status=LetterStatus.SENT)
    a_letter(number=4, channel=Channel.CALL, due_at=now() - timedelta(days=1))
    status, failing, parts = ready(client)
    assert (status, failing) == (503, ["letters"])
    assert parts["letters"] == {
        "ok": False,
        "due": 1,
        "put_off": 0,
        "failed": 1,
        "oldest_due_seconds": 601,
    }


@pytest.mark.usefixtures("worker")
def test_letters_put_off_by_a_mail_server_are_not_late(client: PageClient) -> None:
    a_letter(posted_at=now() - timedelta(hours=3), due_at=now() + timedelta(minutes=8), attempts=5)
    status, _, parts = ready(client)
    assert (status, parts["letters"]["put_off"]) == (200, 1)


def test_changes_that_nobody_tells(
    client: PageClient, clock: time_machine.Traveller, db_session: Any
) -> None:
    scheduling.cancel(factories.an_event(), actor="cli", now=now())
    db.session.commit()
    clock.shift(timedelta(minutes=5))
    heartbeats.sign("house:1", now())
    db.session.commit()
    status, _, parts = ready(client)
    assert (status, parts["changes"]) == (200, {"ok": True, "due": 1, "oldest_due_seconds": 0})
    clock.shift(timedelta(minutes=10, seconds=1))
    heartbeats.sign("house:1", now())
    db.session.commit()
    status, failing, parts = ready(client)
    assert (status, failing, parts["changes"]["oldest_due_seconds"]) == (503, ["changes"], 601)


def test_a_task_that_nobody_begins(
    client: PageClient, clock: time_machine.Traveller, db_session: Any
) -> None:
    queue.enqueue("planning.school_year", {}, requested_by=None, now=now())
    clock.shift(timedelta(minutes=11))
    heartbeats.sign("house:1", now())
    db.session.commit()
    assert ready(client)[:2] == (503, ["tasks"])


@pytest.mark.usefixtures("worker")
def test_a_database_that_was_not_migrated(client: PageClient) -> None:
    known = db.session.scalar(text("SELECT version_num FROM alembic_version"))
    db.session.execute(text("UPDATE alembic_version SET version_num = 'long-ago'"))
    db.session.commit()
    try:
        status, failing, parts = ready(client)
    finally:
        db.session.execute(text("UPDATE alembic_version SET version_num = :known"), {"known": known})
        db.session.commit()
    assert (status, failing, parts["migrations"]["current"]) == (503, ["migrations"], "long-ago")


@pytest.mark.databases("sqlite")
def test_a_database_that_is_down(app: Flask, client: PageClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every part that needs it fails, by name; what the driver says, a password perhaps, does not show."""

    def refuse(*args: object, **kwargs: object) -> None:
        raise OperationalError("SELECT 1", {}, Exception("password=hunter2"))

    with app.app_context():
        monkeypatch.setattr(db.engine.pool, "connect", refuse)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json()["failing"] == ["database", "migrations", "worker", "changes", "letters", "tasks"]
    assert b"hunter2" not in answer.data
    assert client.get("/healthz").status_code == 200


def test_nobody_is_named(client: PageClient, db_session: Any) -> None:
    a_letter(problem="550 no such person: fatou@example.net", status=LetterStatus.FAILED)
    assert b"fatou" not in client.get("/readyz").data.lower()
