"""Processes of ours that die by SIGKILL at a chosen point of their work; the program knows nothing of it.

A point is what comes before each SQL statement, before and after each commit, and, on the web, between
the answer made and the answer sent. `gunicorn --preload "tests.mortal:serving()"` serves; a request that
says « X-Dies-At: 7 » takes its worker with it at its seventh point, and every whole answer says in X-Points
how many there are. `python -m tests.mortal` is a postman: each line « 7 2026-12-01T10:00:00+00:00 » sends a
child on a round that dies at its seventh point, and is answered with how that child ended.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask import Flask
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from eventsapp.app import create_app
from eventsapp.database import db
from eventsapp.jobs import door, timetable

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


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


def _listen() -> None:
    event.listen(Engine, "before_cursor_execute", FATE.step)
    event.listen(Engine, "commit", FATE.step)  # before the database is asked to
    event.listen(Session, "after_commit", FATE.step)


def mortal(serve: WSGIApplication) -> WSGIApplication:
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


def postman() -> None:
    """One child a line, each on a round of its own."""
    app = create_app()
    _listen()
    for line in sys.stdin:
        dies_at, hour = line.split()
        child = os.fork()
        if not child:
            FATE.begin(int(dies_at))
            door.enter(
                app,
                "deliver_letters",
                timetable.deliver_letters,
                worker="mortal",
                hour=lambda hour=hour: datetime.fromisoformat(hour),  # type: ignore[misc]  # of this line
            )
            os._exit(0)
        ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        sys.stdout.write("killed\n" if ended == -signal.SIGKILL else f"{ended}\n")
        sys.stdout.flush()


def serving() -> Flask:
    """The application of `gunicorn --preload 'tests.mortal:serving()'`; its children open the database."""
    app = create_app()
    with app.app_context():
        db.engine.dispose()
    _listen()
    guarded: Any = mortal(app.wsgi_app)
    app.wsgi_app = guarded  # type: ignore[method-assign]  # how middleware is put around Flask
    return app


if __name__ == "__main__":
    postman()
