"""Processes of ours that die by SIGKILL at a chosen point of their work; the program knows nothing of it.

A point is what comes before each SQL statement, before and after each commit; in the talk with a mail
server before each command and after each answer; and, on the web, between the answer made and the answer
sent. `python -m tests.mortal` reads the program once and forks who is to die, for each line it is told:

- « web --bind … »: gunicorn with these words and gunicorn.conf.py, until « end ». A request that says
  « X-Dies-At: 7 » takes its process with it at its seventh point, and every whole answer says in X-Points how
  many there are.
- « 7 2026-12-01T10:00:00+00:00 »: a postman on a round who dies at its seventh point.
- « newsletter 7 2026-11-30T07:00:00+00:00 »: a worker who dies so while it writes the letter of a week.
- « worker »: a whole worker, for somebody else to kill.

Answered are its process id and, on a line of its own, how it ended.
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import smtplib
import sys
import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask import Flask
from gunicorn.app.wsgiapp import WSGIApplication  # type: ignore[import-untyped]
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from bench.crowd import Answer, Family
from eventsapp.app import create_app
from eventsapp.database import db
from eventsapp.jobs import door, timetable, worker

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment
    from wsgiref.types import WSGIApplication as Served


class Fate(threading.local):
    """At which point this thread takes its process with it (0: never), and how many it has passed."""

    dies_at = 0
    passed = 0

    def begin(self, dies_at: int) -> None:
        self.dies_at, self.passed = dies_at, 0

    def step(self, *_: object) -> None:
        self.passed += 1
        if self.passed == self.dies_at:
            os.kill(os.getpid(), signal.SIGKILL)


FATE = Fate()


class _Talk(smtplib.SMTP):
    """Talk with a mail server. A letter sent and not answered is no point: nobody could say if it came."""

    def putcmd(self, cmd: str, args: str = "") -> None:
        FATE.step()
        super().putcmd(cmd, args)

    def getreply(self) -> tuple[int, bytes]:
        answer = super().getreply()
        FATE.step()
        return answer


def _listen() -> None:
    smtplib.SMTP = _Talk  # type: ignore[misc]  # in this process
    event.listen(Engine, "before_cursor_execute", FATE.step)
    event.listen(Engine, "commit", FATE.step)  # before the database is asked to
    event.listen(Session, "after_commit", FATE.step)


def mortal(serve: Served) -> Served:
    """Serves, unless a request is its worker's last."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        FATE.begin(int(environ.get("HTTP_X_DIES_AT", "0")))
        held: list[Any] = []
        body = b"".join(serve(environ, lambda *said: held.extend(said)))  # type: ignore[arg-type]
        FATE.step()  # all is done, and nobody was told
        status, headers = held[:2]
        start_response(status, [*headers, ("X-Points", str(FATE.passed))])
        FATE.begin(0)
        return [body]

    return answer


class _Server(WSGIApplication):
    """gunicorn with an application that is there already."""

    serves: Served

    def load(self) -> Served:
        return self.serves


def children() -> None:
    """One child a line. What all do is done once before there are any: somebody registers at REHEARSED_AT,
    and a postman goes round at an hour when nothing was due."""
    app = create_app()
    asyncio.run(Rehearsal(app).register(os.environ["REHEARSED_AT"]))
    go_round(app, datetime(2000, 1, 1, tzinfo=UTC))
    with app.app_context():
        db.engine.dispose()  # each child opens the database itself
    _listen()
    _Server.serves = staticmethod(mortal(app.wsgi_app))
    gc.collect()
    gc.freeze()  # nobody copies a page to look for what may go
    server = 0
    for line in sys.stdin:
        if line.strip() == "end":
            os.kill(server, signal.SIGTERM)
            wait_for(server)
            continue
        child = os.fork()
        if not child:
            _be(app, line.split())
            os._exit(0)
        say(child)
        if line.startswith("web "):
            server = child
        else:
            wait_for(child)


def _be(app: Flask, words: list[str]) -> None:
    match words:
        case ["web", *options]:
            sys.argv = ["gunicorn", *options, "--preload", "tests.mortal"]
            _Server("%(prog)s [OPTIONS]").run()
        case ["worker"]:
            worker.run(app)
        case ["newsletter", dies_at, hour]:
            FATE.begin(int(dies_at))
            write_newsletters(app, datetime.fromisoformat(hour))
        case [dies_at, hour]:
            FATE.begin(int(dies_at))
            go_round(app, datetime.fromisoformat(hour))


def wait_for(child: int) -> None:
    say(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def go_round(app: Flask, hour: datetime) -> None:
    """What a worker does at this hour to deliver letters."""
    job = timetable.deliver_letters
    door.enter(app, "deliver_letters", job, worker="mortal", hour=lambda: hour)


def write_newsletters(app: Flask, hour: datetime) -> None:
    """What a worker does at this hour to write the letter of a week."""
    job = timetable.write_newsletters
    door.enter(app, "letter of the week", job, worker="mortal", hour=lambda: hour)


def say(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


class Rehearsal(Family):
    """The first family; it registers before there are children, who then need not read all anew."""

    def __init__(self, app: Flask) -> None:
        super().__init__(number=0, port=0)
        self._client = app.test_client()

    async def ask(self, method: str, path: str, fields: dict[str, str] | None = None) -> Answer:
        got = self._client.open(path, method=method, data=fields)
        return Answer(got.status_code, {name.lower(): said for name, said in got.headers}, got.text)

    async def register(self, path: str) -> None:
        await self.open_form(path)
        await self.send(path)
        await self.confirm(path)
        await self.look()


if __name__ == "__main__":
    children()
