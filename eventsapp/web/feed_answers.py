"""How any feed is answered: conditions, compression, and what caches may do (RULES F2 to F9)."""

from __future__ import annotations

import gzip
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from threading import Lock
from wsgiref.types import WSGIEnvironment

from flask import Response, request
from werkzeug.datastructures import Headers

FRESH_FOR = 900
"""Seconds during which a cache may answer for us."""


@dataclass(frozen=True)
class Body:
    """One version of one feed, plain and compressed."""

    plain: bytes
    compressed: bytes

    @property
    def size(self) -> int:
        """The memory it takes, in bytes."""
        return len(self.plain) + len(self.compressed)


class Shelf:
    """The versions last asked for, kept by this process; the least recently asked for goes first."""

    def __init__(self, size: int) -> None:
        self._room = size
        self._bodies: OrderedDict[str, Body] = OrderedDict()
        self._lock = Lock()

    def get(self, tag: str, octets: Callable[[], bytes]) -> Body:
        """The body of this version, joined and compressed once."""
        with self._lock:
            body = self._bodies.get(tag)
            if body is not None:
                self._bodies.move_to_end(tag)
                return body
        plain = octets()
        body = Body(plain, gzip.compress(plain, 6, mtime=0))
        with self._lock:
            if tag not in self._bodies:
                self._bodies[tag] = body
                self._room -= body.size
            while self._room < 0:
                _, gone = self._bodies.popitem(last=False)
                self._room += gone.size
        return body

    def clear(self) -> None:
        """Forgets everything; for tests, whose databases start anew under the same versions."""
        with self._lock:
            self._room += sum(body.size for body in self._bodies.values())
            self._bodies.clear()


class FeedAnswer(Response):
    """An answer whose 304 keeps Last-Modified, which Werkzeug would take off (RFC 9110 15.4.5 lets it
    stand); a calendar that only remembers dates would otherwise forget this one."""

    def get_wsgi_headers(self, environ: WSGIEnvironment) -> Headers:
        """The headers as they leave."""
        headers = super().get_wsgi_headers(environ)
        headers["Last-Modified"] = self.headers["Last-Modified"]
        return headers


shelf = Shelf(24 * 2**20)
"""Three territories with all their themes and some forty of the smaller choices: 24 MB at most."""


def answer(*, tag: str, modified: datetime, octets: Callable[[], bytes]) -> Response:
    """304 to who has this version, else the feed, compressed if the reader asked for it.

    `tag` names all that the octets depend on, `modified` is their last change, in whole seconds.
    """
    response = FeedAnswer(mimetype="text/calendar")
    if has_this_version(tag, modified):
        response.status_code = HTTPStatus.NOT_MODIFIED
        response.headers.remove("Content-Type")
    else:
        body = shelf.get(tag, octets)
        if request.accept_encodings.quality("gzip") > 0:
            response.set_data(body.compressed)
            response.content_encoding = "gzip"
        else:
            response.set_data(body.plain)
        response.content_type = "text/calendar; charset=utf-8"
    response.set_etag(tag, weak=True)
    response.last_modified = modified
    response.cache_control.public = True
    response.cache_control.max_age = FRESH_FOR
    response.vary.add("Accept-Encoding")
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def has_this_version(tag: str, modified: datetime) -> bool:
    """Whether the reader's conditions hold (RFC 9110 13.1.2 and 13.1.3, in that order of right)."""
    if "If-None-Match" in request.headers:
        return request.if_none_match.contains_weak(tag)
    since = request.if_modified_since
    return since is not None and since >= modified
