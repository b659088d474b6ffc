"""`kill -9` at every point of a registration and of the postman's round: nothing confirmed is lost, no letter
is lost, and one comes twice only where nobody could know that it had come, with the very same bytes."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from sqlalchemy import func, select

from bench.crowd import MAILBOXES, Answer, Family
from bench.processes import ROOT, crowd_command, free_port, wait_for
from eventsapp.agenda.models import Event
from eventsapp.app import create_app
from eventsapp.database import db
from eventsapp.mailroom.models import Letter, LetterStatus
from eventsapp.mailroom.rounds import ABANDONED_AFTER
from eventsapp.registrations.models import Participant, Registration, RegistrationStatus
from tests import factories
from tests.races import in_its_own_loop

if TYPE_CHECKING:
    from tests.databases import Database
    from tests.servers import PostOffice, Received

AROUND_THE_COMMIT = 4
"""Points at the end of a confirmation of which none is left out: before the commit, after it, no answer."""
AFTER_THE_COMMIT = 2
"""Of these, those at which it had been kept."""
ROUNDS = 36
"""Points of the postman's round at which he dies: through a whole letter and into the next."""


@dataclass
class Stubborn(Family):
    """Whoever gets no answer sends the same once more, as a browser or its owner does."""

    unanswered: int = 0
    points: list[int] = field(default_factory=list)
    """How many each form that was sent had."""

    async def ask(self, method: str, path: str, fields: dict[str, str] | None = None) -> Answer:
        while True:
            self.close()  # on a kept connection nobody could tell whether it was read
            try:
                answer = await super().ask(method, path, fields)
            except (ConnectionError, asyncio.IncompleteReadError):
                self.unanswered += 1
                self.headers.clear()
            else:
                if method == "POST":
                    self.points.append(int(answer.headers["x-points"]))
                return answer

    async def register(self, path: str, *, answers: int = 0, confirmation: int = 0) -> None:
        """One registration; its process dies at this point of the answers sent or of the confirmation."""
        await self.open_form(path)
        self.headers[:] = [f"X-Dies-At: {answers}"]
        await self.send(path)
        self.headers[:] = [f"X-Dies-At: {confirmation}"]
        await self.confirm(path)
        self.headers.clear()
        self.close()


async def die_everywhere(port: int, path: str) -> Sequence[Stubborn]:
    """One family that nobody kills says how many points there are; then one for some points of the answers
    sent, and one for every second point of the confirmation, from the last, which is a lost answer."""
    spared = Stubborn(1, port)
    await spared.register(path)
    answers, confirmation = spared.points
    assert answers > 5
    assert confirmation > 15
    deaths = [{"answers": at} for at in range(1, answers + 1, 6)]
    deaths += [{"confirmation": confirmation - before} for before in range(AROUND_THE_COMMIT)]
    deaths += [{"confirmation": at} for at in range(confirmation - AROUND_THE_COMMIT - 1, 0, -2)]
    families = [Stubborn(number, port) for number in range(2, len(deaths) + 2)]
    for family, death in zip(families, deaths, strict=True):
        await family.register(path, **death)
    return families


@dataclass
class Mortals:
    """Those who serve pages, and those who carry letters one after the other, each killed on the way
    (tests.mortal)."""

    process: subprocess.Popen[str]
    app: Flask
    smtp: PostOffice
    nobody_knew: set[str] = field(default_factory=set)
    """Letters that a server had taken when their postman died, before he could write it down."""

    def ask(self, line: str) -> None:
        assert self.process.stdin is not None
        print(line, file=self.process.stdin, flush=True)

    def answer(self) -> int:
        assert self.process.stdout is not None
        return int(self.process.stdout.readline())

    @contextmanager
    def web(self) -> Iterator[int]:
        """The web process of the Procfile with all its workers, at this port."""
        port = free_port()
        self.ask(" ".join(["web", *crowd_command(port)[1:]]))
        server = self.answer()
        try:
            wait_for(f"http://127.0.0.1:{port}", server)
            yield port
        finally:
            self.ask("end")
            self.answer()

    def go_round(self, dies_at: int, hour: datetime) -> int:
        """How a round ended: 0, or the signal that ended it, below 0."""
        self.ask(f"{dies_at} {hour.isoformat()}")
        self.answer()
        return self._look_back()

    def write_newsletters(self, dies_at: int, hour: datetime) -> int:
        """How writing the letter of a week ended."""
        self.ask(f"newsletter {dies_at} {hour.isoformat()}")
        self.answer()
        return self.answer()

    def work_until_the_server_has(self, letters: int) -> int:
        """A whole worker is killed from outside, with that letter kept and no 250 said."""
        self.ask("worker")
        worker = self.answer()

        def kill() -> None:
            if len(self.smtp.letters) == letters:
                os.kill(worker, signal.SIGKILL)

        self.smtp.on_letter = kill
        return self._look_back()

    def _look_back(self) -> int:
        ended = self.answer()
        with self.app.app_context():
            held = select(Letter.message_id).where(Letter.status == LetterStatus.SENDING)
            self.nobody_knew |= set(db.session.scalars(held)) & set(arrived(self.smtp))
        return ended


@contextmanager
def mortals(settings: dict[str, str], app: Flask, smtp: PostOffice) -> Iterator[Mortals]:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.mortal"],
        cwd=ROOT,
        env=os.environ | settings,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        yield Mortals(process, app, smtp)


@pytest.mark.slow
def test_whoever_was_confirmed_is_and_every_letter_arrives(
    database: Database, smtp: PostOffice, tmp_path: Path
) -> None:
    settings = {
        "ENVIRONMENT": "test",
        "SECRET_KEY": "only the killed know",
        "DATABASE_URL": database.url,
        "INSTANCE_PATH": str(tmp_path),
        "MAIL_SERVER": smtp.host,
        "MAIL_PORT": str(smtp.port),
        "FORM_SECONDS": "0",  # test_traps
        "LOG_LEVEL": "ERROR",
    }
    app = create_app({**settings, "FORM_SECONDS": 0, "MAIL_PORT": smtp.port})
    database.users.append(app)
    today = datetime.now(UTC).replace(microsecond=0)  # the processes have their own clock
    with app.app_context():
        event = factories.an_event("Fête de rentrée", capacity=500, starts_at=today + timedelta(days=20))
        db.session.commit()
        path = f"/e/{event.code}/inscription"

    with mortals(settings | {"REHEARSED_AT": path}, app, smtp) as post:
        with post.web() as port:
            families = in_its_own_loop(die_everywhere(port, path))
        everybody = sorted(f"famille{number}@{MAILBOXES}" for number in range(len(families) + 2))
        posted = all_are_registered(app, families, everybody)
        assert post.work_until_the_server_has(letters=2) == -signal.SIGKILL
        assert len(post.nobody_knew) == 1
        hour = today
        for dies_at in range(1, ROUNDS + 1):
            hour += ABANDONED_AFTER + timedelta(minutes=1)
            assert post.go_round(dies_at, hour) == -signal.SIGKILL
        assert post.go_round(0, hour + ABANDONED_AFTER + timedelta(minutes=1)) == 0

    came = arrived(smtp)
    assert {one: {letter.recipients for letter in copies} for one, copies in came.items()} == {
        message_id: {(address,)} for message_id, address in posted.items()
    }
    assert {one for one, copies in came.items() if len(copies) > 1} == post.nobody_knew
    assert {len({letter.octets for letter in copies}) for copies in came.values()} == {1}
    with app.app_context():
        assert set(db.session.scalars(select(Letter.status))) == {LetterStatus.SENT}
    # Those whose answer was lost after the commit have another link than the letter: all open their page.
    visitor = app.test_client()
    links = {_OWN_PAGE.findall(copies[0].part("text/plain"))[0] for copies in came.values()}
    links |= {family.own_page for family in families}
    assert len(links) == len(everybody) + AFTER_THE_COMMIT
    assert {visitor.get(link).status_code for link in links} == {200}


def all_are_registered(app: Flask, families: Sequence[Stubborn], everybody: list[str]) -> dict[str, str]:
    """Nobody is lost or there twice; gives who is written to, by Message-ID."""
    assert {family.unanswered for family in families} == {1}
    assert {tuple(family.statuses) for family in families} == {(200, 303, 200, 303)}
    with app.app_context():
        found = db.session.scalars(select(Registration).order_by(Registration.id)).all()
        assert sorted(str(one.contact.email) for one in found) == everybody
        assert {one.status for one in found} == {RegistrationStatus.CONFIRMED}
        seats = db.session.scalars(select(Event.seats_taken)).one()
        assert seats == len(everybody) == db.session.scalar(select(func.count(Participant.id)))
        posted = {one.message_id: one.address for one in db.session.scalars(select(Letter))}
        assert sorted(posted.values()) == everybody
    return posted


_OWN_PAGE = re.compile(r"/m/[\w-]+")


def arrived(smtp: PostOffice) -> dict[str, list[Received]]:
    """The copies of each letter, by Message-ID."""
    found: dict[str, list[Received]] = {}
    for letter in list(smtp.letters):
        found.setdefault(str(letter.message["Message-ID"]), []).append(letter)
    return found
