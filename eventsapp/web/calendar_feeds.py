"""The public feeds, which calendar programs fetch again and again.

No session, no language, no cookie, no choice by Accept (ical RULES F1 to F12). A reader who has
the present version is answered after one short query.
"""

from __future__ import annotations

import gzip
from collections import OrderedDict
from dataclasses import dataclass
from http import HTTPStatus
from threading import Lock
from wsgiref.types import WSGIEnvironment

from flask import Blueprint, Response, request
from werkzeug.datastructures import Headers

from eventsapp import clock
from eventsapp.feeds import selection

bp = Blueprint("calendar_feeds", __name__)

FRESH_FOR = 900
"""Seconds during which a cache may answer for us."""


@dataclass(frozen=True)
class Body:
    """One version of one feed, plain and compressed."""

    plain: bytes
    compressed: bytes


class Shelf:
    """The versions last asked for, kept by this process; the least recently asked for goes first."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._bodies: OrderedDict[str, Body] = OrderedDict()
        self._lock = Lock()

    def get(self, feed: selection.Feed) -> Body:
        """The body of this version, joined and compressed once."""
        with self._lock:
            body = self._bodies.get(feed.tag)
            if body is not None:
                self._bodies.move_to_end(feed.tag)
                return body
        plain = selection.octets(feed)
        body = Body(plain, gzip.compress(plain, 6, mtime=0))
        with self._lock:
            self._bodies[feed.tag] = body
            while len(self._bodies) > self._size:
                self._bodies.popitem(last=False)
        return body

    def clear(self) -> None:
        """Forgets everything; for tests, whose databases start anew under the same versions."""
        with self._lock:
            self._bodies.clear()


class FeedAnswer(Response):
    """An answer whose 304 keeps Last-Modified, which Werkzeug would take off (RFC 9110 15.4.5 lets it
    stand); a calendar that only remembers dates would otherwise forget this one."""

    def get_wsgi_headers(self, environ: WSGIEnvironment) -> Headers:
        """The headers as they leave."""
        headers = super().get_wsgi_headers(environ)
        headers["Last-Modified"] = self.headers["Last-Modified"]
        return headers


shelf = Shelf(24)
"""Three territories with all their themes: below 10 MB."""


@bp.get("/agendas/<territory:territory>.ics")
def territory(territory: str) -> Response:
    """All public events of a territory."""
    return answer(selection.version(territory, None, now=clock.now()))


@bp.get("/agendas/<territory:territory>/<theme>.ics")
def theme(territory: str, theme: str) -> Response:
    """The public events of one theme of a territory."""
    return answer(selection.version(territory, theme, now=clock.now()))


def answer(feed: selection.Feed) -> Response:
    """304 to who has this version, else the feed, compressed if the reader asked for it."""
    response = FeedAnswer(mimetype="text/calendar")
    if has_this_version(feed):
        response.status_code = HTTPStatus.NOT_MODIFIED
        response.headers.remove("Content-Type")
    else:
        body = shelf.get(feed)
        if request.accept_encodings.quality("gzip") > 0:
            response.set_data(body.compressed)
            response.content_encoding = "gzip"
        else:
            response.set_data(body.plain)
        response.content_type = "text/calendar; charset=utf-8"
    response.set_etag(feed.tag, weak=True)
    response.last_modified = feed.modified
    response.cache_control.public = True
    response.cache_control.max_age = FRESH_FOR
    response.vary.add("Accept-Encoding")
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def has_this_version(feed: selection.Feed) -> bool:
    """Whether the reader's conditions hold (RFC 9110 13.1.2 and 13.1.3, in that order of right)."""
    if "If-None-Match" in request.headers:
        return request.if_none_match.contains_weak(feed.tag)
    since = request.if_modified_since
    return since is not None and since >= feed.modified
