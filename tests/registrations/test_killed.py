"""`kill -9` at every point of a registration and of the postman's round: nothing confirmed is lost, no letter
is lost, and one comes twice only where nobody could know that it had come, with the very same bytes."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from bench.crowd import MAILBOXES, Answer, Family
from bench.processes import ROOT, crowd_web
from eventsapp.agenda.models import Event
from eventsapp.app import create_app
from eventsapp.database import db
from eventsapp.mailroom.models import Letter, LetterStatus
from eventsapp.mailroom.rounds import ABANDONED_AFTER
from eventsapp.registrations.models import Participant, Registration, RegistrationStatus
from tests import factories

if TYPE_CHECKING:
    from tests.databases import Database
    from tests.servers import PostOffice

AT_ONCE = 3
"""Families on their way together: whoever takes a process down takes others with it."""
ROUNDS = 11
"""Points of the postman's round at which he dies: through a whole letter and into the next."""


class Stubborn(Family):
    """Whoever gets no answer sends the same once more, as a browser or its owner does."""

    unanswered = 0

    async def ask(self, method: str, path: str, fields: dict[str, str] | None = None) -> Answer:
        while True:
            try:
                return await super().ask(method, path, fields)
            except (ConnectionError, asyncio.IncompleteReadError):
                self.unanswered += 1
                self.headers.clear()
                self.close()


@dataclass(frozen=True)
class Points:
    """How many a request has."""

    answers: int
    confirmation: int


async def survey(family: Family, path: str) -> Points:
    """A family that nobody kills says how many points there are."""
    counted: list[int] = []
    ask = family.ask

    async def counting(method: str, path: str, fields: dict[str, str] | None = None) -> Answer:
        answer = await ask(method, path, fields)
        if method == "POST":
            counted.append(int(answer.headers["x-points"]))
        return answer

    family.ask = counting  # type: ignore[method-assign]
    await register(family, path)
    return Points(*counted)


async def register(family: Family, path: str, *, answers: int = 0, confirmation: int = 0) -> None:
    """One registration; its processes die at this point of the answers sent and of the confirmation."""
    await family.open_form(path)
    family.headers[:] = [f"X-Dies-At: {answers}"]
    await family.send(path)
    family.headers[:] = [f"X-Dies-At: {confirmation}"]
    await family.confirm(path)
    family.headers.clear()
    await family.look()
    family.close()


async def die_everywhere(port: int, path: str) -> Sequence[Stubborn]:
    """A family for every second point of the confirmation, from the last, which is a lost answer, back to
    the first, and for some of the answers sent."""
    await register(Family(0, port), path)  # afterwards nothing is read for the first time
    points = await survey(Family(1, port), path)
    assert points.answers > 5
    assert points.confirmation > 15
    deaths = [{"answers": at} for at in range(1, points.answers + 1, 6)]
    deaths += [{"confirmation": at} for at in range(points.confirmation, 0, -2)]
    families = [Stubborn(number, port) for number in range(2, len(deaths) + 2)]
    door = asyncio.Semaphore(AT_ONCE)

    async def enter(family: Stubborn, death: dict[str, int]) -> None:
        async with door:
            await register(family, path, **death)

    await asyncio.gather(*map(enter, families, deaths))
    return families


@contextmanager
def postman(settings: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.mortal"],
        cwd=ROOT,
        env=os.environ | settings,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield process
    finally:
        process.communicate(timeout=30)


def go_round(process: subprocess.Popen[str], dies_at: int, hour: datetime) -> str:
    assert process.stdin is not None
    assert process.stdout is not None
    print(dies_at, hour.isoformat(), file=process.stdin, flush=True)
    return process.stdout.readline().strip()


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
        code = event.code

    with crowd_web("tests.mortal:serving()", settings, "--preload") as (address, _):
        port = urlsplit(address).port or 0
        families = asyncio.run(die_everywhere(port, f"/e/{code}/inscription"))
    assert all(family.unanswered for family in families)  # each has lost its process, or been with one
    everybody = [f"famille{number}@{MAILBOXES}" for number in range(len(families) + 2)]
    for family in families:
        assert [status for status in family.statuses if status not in {200, 303}] == []
        assert family.own_page.startswith("/m/")
        assert family.statuses[-1] == 200  # the link that was answered in the end opens its page
    with app.app_context():
        found = db.session.scalars(select(Registration)).all()
        assert sorted(str(one.contact.email) for one in found) == sorted(everybody)
        assert {one.status for one in found} == {RegistrationStatus.CONFIRMED}
        seats = db.session.scalars(select(Event.seats_taken)).one()
        assert seats == len(everybody) == len(db.session.scalars(select(Participant)).all())
        posted = {one.message_id: one.address for one in db.session.scalars(select(Letter))}
        assert sorted(posted.values()) == sorted(everybody)

    nobody_knew: set[str] = set()
    """Letters that a server had taken when their postman died, before he could say so."""
    hour = today
    with postman(settings) as process:
        for dies_at in range(1, ROUNDS + 1):
            hour += ABANDONED_AFTER + timedelta(minutes=1)
            assert go_round(process, dies_at, hour) == "killed"
            with app.app_context():
                held = select(Letter.message_id).where(Letter.status == LetterStatus.SENDING)
                nobody_knew |= set(db.session.scalars(held)) & set(arrived(smtp))
        hour += ABANDONED_AFTER + timedelta(minutes=1)
        assert go_round(process, 0, hour) == "0"
    came = arrived(smtp)
    assert set(came) == set(posted)
    assert {one for one, copies in came.items() if len(copies) > 1} == nobody_knew
    assert nobody_knew
    assert {one: len(set(copies)) for one, copies in came.items()} == dict.fromkeys(posted, 1)
    assert Counter(letter.recipients for letter in smtp.letters).keys() == {(one,) for one in everybody}
    with app.app_context():
        assert set(db.session.scalars(select(Letter.status))) == {LetterStatus.SENT}


def arrived(smtp: PostOffice) -> dict[str, list[bytes]]:
    """The copies of each letter, by Message-ID."""
    found: dict[str, list[bytes]] = {}
    for letter in list(smtp.letters):
        found.setdefault(str(letter.message["Message-ID"]), []).append(letter.octets)
    return found
