"""The porter answers, before Flask, whoever asks for a feed that was answered before and has not changed.

Calendars ask thousands of times a day. What pages need around a door (a session, a language, a turn) costs
ten times the one short query that says whether anything changed. So a door tells the porter what it found:
the rows of that query and the edition drawn from them. As long as the query finds the same rows on the same
day, the same address has the same answer; whatever is otherwise, the door is asked.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from threading import Lock
from time import perf_counter
from typing import TYPE_CHECKING, Any

import structlog
from flask import Flask, Response, current_app, request
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.datastructures import Headers

from eventsapp import clock
from eventsapp.database import db
from eventsapp.glances import Glance
from eventsapp.web.feed_answers import Body, Edition, described, shelf
from eventsapp.web.headers import everywhere

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

MOST_KNOWN = 512
"""Addresses that a process remembers; their bodies are on the shelf."""

log = structlog.get_logger("eventsapp.request")


@dataclass(frozen=True)
class Known:
    """What a door has answered at one address. `public_url`: a setting, of which the octets depend too."""

    glance: Glance
    rows: Sequence[Any]
    day: date
    public_url: str
    edition: Edition
    headers: list[tuple[str, str]]
    route: str


class Memory:
    """What was answered last, by database and address."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[Engine, str, str], Known] = OrderedDict()
        self._lock = Lock()

    def find(self, engine: Engine, environ: WSGIEnvironment) -> Known | None:
        """What is known of an address."""
        return self._known.get(self._key(engine, environ))

    def keep(self, engine: Engine, environ: WSGIEnvironment, known: Known) -> None:
        """Remembers an answer, and forgets the one that was told first."""
        key = self._key(engine, environ)
        with self._lock:
            self._known[key] = known
            self._known.move_to_end(key)
            while len(self._known) > MOST_KNOWN:
                self._known.popitem(last=False)

    def clear(self) -> None:
        """Forgets everything, and the bodies on the shelf; for tests, whose databases start anew."""
        with self._lock:
            self._known.clear()
        shelf.clear()

    @staticmethod
    def _key(engine: Engine, environ: WSGIEnvironment) -> tuple[Engine, str, str]:
        return engine, environ.get("PATH_INFO", ""), environ.get("QUERY_STRING", "")


memory = Memory()


class FeedAnswer(Response):
    """An answer whose 304 keeps Last-Modified, which Werkzeug would take off (RFC 9110 15.4.5 lets it
    stand); a calendar that only remembers dates would otherwise forget this one."""

    default_mimetype = None

    def get_wsgi_headers(self, environ: WSGIEnvironment) -> Headers:
        """The headers as they leave."""
        headers = super().get_wsgi_headers(environ)
        headers["Last-Modified"] = self.headers["Last-Modified"]
        return headers


def bind(app: Flask) -> None:
    """Puts the porter before Flask."""
    with app.app_context():
        engine = db.engine
    guarded: Any = _before(app, app.wsgi_app, engine)
    app.wsgi_app = guarded  # type: ignore[method-assign]  # how WSGI middleware is put around Flask


def answer(
    glance: Glance, rows: Sequence[Any], day: date, edition: Edition, octets: Callable[[], bytes]
) -> Response:
    """A door's answer to the present request: 304 to who has this edition, else the feed.

    It depends on the rows that `glance` found, the Paris day and PUBLIC_URL only: the porter knows it now,
    unless it has changed in this very second, and its Last-Modified with it.
    """
    now = clock.now()
    headers = [*edition.headers(now), *everywhere()]
    known = Known(
        glance=glance,
        rows=rows,
        day=day,
        public_url=current_app.config["PUBLIC_URL"],
        edition=edition,
        headers=list(dict(headers).items()),
        route=request.url_rule.rule if request.url_rule else "",
    )
    if edition.is_settled(now):
        memory.keep(db.engine, request.environ, known)
    if edition.is_had(request.environ):
        return FeedAnswer(status=304, headers=known.headers)
    sent, said = described(shelf.get(edition.tag, octets), request.environ)
    return FeedAnswer(sent, headers=[*known.headers, *said])


def answer_once(edition: Edition, octets: Callable[[], bytes]) -> Response:
    """A door's answer that nothing here remembers: somebody's own feed, whose right is asked each time."""
    headers = list(dict([*edition.headers(clock.now()), *everywhere()]).items())
    if edition.is_had(request.environ):
        return FeedAnswer(status=304, headers=headers)
    sent, said = described(Body.of(octets()), request.environ)
    return FeedAnswer(sent, headers=[*headers, *said])


def _before(app: Flask, serve: WSGIApplication, engine: Engine) -> WSGIApplication:
    def respond(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return serve(environ, start_response)
        known = memory.find(engine, environ)
        if known is None:
            return serve(environ, start_response)
        started = perf_counter()
        if not _still(known, app, engine):
            return serve(environ, start_response)
        if known.edition.is_had(environ):
            status, sent, headers = 304, b"", known.headers
        else:
            body = shelf.kept(known.edition.tag)
            if body is None:
                return serve(environ, start_response)
            status, sent, headers = 200, *_written(body, known, environ)
        start_response("200 OK" if status == 200 else "304 NOT MODIFIED", headers)
        whole = environ["REQUEST_METHOD"] == "GET"
        log.info(
            "request",
            method=environ["REQUEST_METHOD"],
            route=known.route,
            status=status,
            ms=round((perf_counter() - started) * 1000, 1),
            bytes=len(sent) if whole else 0,
        )
        return [sent] if whole else []

    return respond


def _still(known: Known, app: Flask, engine: Engine) -> bool:
    """Whether what was known is so today; one short query. A database that does not answer,
    or a pool that has no connection left, is the door's to tell of."""
    if known.day != clock.today() or known.public_url != app.config["PUBLIC_URL"]:
        return False
    try:
        return known.glance.rows(engine) == known.rows
    except SQLAlchemyError:
        return False


def _written(body: Body, known: Known, environ: WSGIEnvironment) -> tuple[bytes, list[tuple[str, str]]]:
    sent, said = described(body, environ)
    return sent, [*known.headers, *said, ("Content-Length", str(len(sent)))]
