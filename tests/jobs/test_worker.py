"""The worker as a real process: it begins, delivers, and ends in good order."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from eventsapp.clock import now
from eventsapp.database import begin_writing, db
from eventsapp.invitations.incoming_models import IncomingMail, MailKind
from eventsapp.mailroom import outbox, readings
from eventsapp.mailroom.models import Letter, LetterStatus
from eventsapp.mailroom.outbox import OutgoingLetter, Reader, Sender
from eventsapp.tasks.models import Heartbeat
from tests.databases import Database
from tests.jobs.processes import Process, running
from tests.mailboxes import MailProvider
from tests.servers import PostOffice

pytestmark = pytest.mark.slow

MAIL = b"From: Jeanne <jeanne@example.net>\r\nSubject: Samedi\r\n\r\nNous viendrons "


@pytest.mark.usefixtures("db_session")
def test_a_worker_hears_of_a_mail_and_reads_it_at_once(
    database: Database, smtp: PostOffice, mail_provider: MailProvider, tmp_path: Path
) -> None:
    """IDLE: it does not wait for the minute, and does not hold up the end either."""
    mail_provider.empty()
    answers = {name: str(value) for name, value in mail_provider.settings().items()}
    with running("worker", **worker_on(database, smtp, tmp_path), **answers) as process:
        process.wait_for("listening to the mail server")
        for number in (1, 2):  # the first may be read as the worker begins, the second is heard of
            mail_provider.put(MAIL + b"%d\r\n" % number)
            process.wait_for("job", job="answers", outcome="1 read, 0 set aside, 0 failed")
        assert mail_provider.flags() == [{b"\\Seen"}] * 2
        assert process.terminate() == 0
    assert db.session.scalars(select(IncomingMail.kind)).all() == [MailKind.PERSON] * 2
    assert readings.state().problem is None


def worker_on(database: Database, office: PostOffice, folder: Path) -> dict[str, str]:
    return {
        "DATABASE_URL": database.url,
        "INSTANCE_PATH": str(folder),
        "MAIL_SERVER": office.host,
        "MAIL_PORT": str(office.port),
    }


def post_to_awa() -> None:
    begin_writing()
    outbox.post(
        OutgoingLetter(
            kind="people/sign_in",
            reader=Reader(name="Awa", language="fr", email="awa@example.net"),
            sender=Sender(name="L’agenda", address="agenda@agenda.example.org"),
            context={"name": "Awa", "link": "https://agenda.example.org/connexion/x", "minutes": 30},
        ),
        now=now(),
    )
    db.session.commit()


@pytest.mark.usefixtures("db_session")
def test_a_worker_delivers_gives_signs_of_life_and_ends(
    database: Database, smtp: PostOffice, tmp_path: Path
) -> None:
    post_to_awa()
    with running("worker", **worker_on(database, smtp, tmp_path)) as process:
        name = process.wait_for("worker begins")["worker"]
        process.wait_for("job", job="letters", outcome="1 sent, 0 later, 0 failed")
        assert [letter.recipients for letter in smtp.letters] == [("awa@example.net",)]
        assert process.terminate() == 0
        assert process.lines[-1]["event"] == "worker ends"
        assert name == process.lines[-1]["worker"]
    assert db.session.scalars(select(Letter.status)).all() == [LetterStatus.SENT]
    assert db.session.scalars(select(Heartbeat)).all() == []


@pytest.mark.databases("sqlite")
def test_a_worker_refuses_an_unmigrated_production_database(tmp_path: Path) -> None:
    production = {
        "ENVIRONMENT": "production",
        "HELP_PHONE": "01 40 00 00 00",
        "PUBLISHER": "Caf de Paris",
        "HOSTED_BY": "Un hébergeur",
        "SECRET_KEY": "a secret of at least thirty-two letters",
        "PUBLIC_URL": "https://agenda.paris.example",
        "MAIL_DOMAIN": "agenda.paris.example",
        "DATABASE_URL": f"sqlite:///{tmp_path}/empty.sqlite",
        "INSTANCE_PATH": str(tmp_path),
    }
    with running("worker", **production) as process:
        assert process.exit_code() == 1
        assert "flask --app wsgi db upgrade" in said(process)


def said(process: Process) -> str:
    return " ".join(line["event"] for line in process.lines)
