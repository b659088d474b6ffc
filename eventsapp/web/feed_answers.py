"""How any feed is answered: conditions, compression, and what caches may do (RULES F2 to F9).

Nothing here knows Flask: the porter answers before it, from what a door has found once.
"""

from __future__ import annotations

import gzip
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from threading import Lock

from werkzeug.datastructures import Accept
from werkzeug.http import http_date, parse_accept_header, parse_date, parse_etags

FRESH_FOR = 900
"""Seconds during which a cache may answer for us."""
LONGEST_ACCEPTED = 200
"""Signs of an Accept-Encoding; browsers write some thirty."""


@dataclass(frozen=True)
class Body:
    """One version of one feed, plain and compressed."""

    plain: bytes
    compressed: bytes

    @classmethod
    def of(cls, plain: bytes) -> Body:
        """Compressed once, and the same each time."""
        return cls(plain, gzip.compress(plain, 6, mtime=0))

    @property
    def size(self) -> int:
        """The memory it takes, in bytes."""
        return len(self.plain) + len(self.compressed)


class Shelf:
    """The versions last asked for, kept by this process; the least recently asked for goes first."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._bodies: OrderedDict[str, Body] = OrderedDict()
        self._lock = Lock()

    def kept(self, tag: str) -> Body | None:
        """The body of this version, if it is here."""
        with self._lock:
            body = self._bodies.get(tag)
            if body is not None:
                self._bodies.move_to_end(tag)
            return body

    def get(self, tag: str, octets: Callable[[], bytes]) -> Body:
        """The body of this version, joined and compressed once."""
        body = self.kept(tag)
        if body is None:
            body = Body.of(octets())
            self._put(tag, body)
        return body

    def _put(self, tag: str, body: Body) -> None:
        with self._lock:
            if tag not in self._bodies:
                self._bodies[tag] = body
                self._room -= body.size
            while self._room < 0:
                _, gone = self._bodies.popitem(last=False)
                self._room += gone.size

    def clear(self) -> None:
        """Forgets everything; for tests, whose databases start anew under the same versions."""
        with self._lock:
            self._room += sum(body.size for body in self._bodies.values())
            self._bodies.clear()


shelf = Shelf(24 * 2**20)
"""Three territories with all their themes and some forty of the smaller choices: 24 MB at most."""


@dataclass(frozen=True)
class Edition:
    """One version of one feed: its weak ETag's opaque part names all that its octets depend on,
    `modified` is the second of their last change, in which others may follow. `is_private`: no cache
    may keep it (RULES F8)."""

    tag: str
    modified: datetime
    is_private: bool = False

    @property
    def etag(self) -> str:
        """The ETag as it is written: weak, since the compressed octets have the same (RULES F4)."""
        return f'W/"{self.tag}"'

    def is_settled(self, now: datetime) -> bool:
        """Whether the second of its last change is over: a date tells it from any other from then on."""
        return now > self.modified

    def headers(self, now: datetime) -> list[tuple[str, str]]:
        """What a 304 repeats (RFC 9110 15.4.5), and keeps search engines out (RULES F10).

        Last-Modified is the second after its last change: two changes of one second would else bear one
        date, and who came between them would keep the first (RFC 9110 8.8.2.2). It is never in the future
        (RULES F5): within that second it is the present one, which answers nobody later.
        """
        return [
            ("ETag", self.etag),
            ("Last-Modified", http_date(min(self.modified + timedelta(seconds=1), now))),
            ("Cache-Control", "private, no-cache" if self.is_private else f"public, max-age={FRESH_FOR}"),
            ("Vary", "Accept-Encoding"),
            ("X-Content-Type-Options", "nosniff"),
            ("X-Robots-Tag", "noindex"),
        ]

    def is_had(self, asked: Mapping[str, object]) -> bool:
        """Whether the conditions of a request, by its WSGI environment, say that its reader has this version
        (RFC 9110 13.1.2 and 13.1.3, in that order of right)."""
        wanted = asked.get("HTTP_IF_NONE_MATCH")
        if wanted is not None:
            return wanted == self.etag or parse_etags(str(wanted)).contains_weak(self.tag)
        since = parse_date(str(asked.get("HTTP_IF_MODIFIED_SINCE", "")))
        return since is not None and since > self.modified


def described(body: Body, asked: Mapping[str, object]) -> tuple[bytes, list[tuple[str, str]]]:
    """The octets in the form that was asked for, and what is said of them."""
    said = [("Content-Type", "text/calendar; charset=utf-8")]
    accepted = str(asked.get("HTTP_ACCEPT_ENCODING", ""))
    # What is remembered of strangers is short: a server hands over headers of hundreds of kilobytes.
    if len(accepted) <= LONGEST_ACCEPTED and takes_gzip(accepted):
        return body.compressed, [*said, ("Content-Encoding", "gzip")]
    return body.plain, said


@lru_cache(maxsize=256)
def takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding asks for it; nobody gets it unasked (RULES F6)."""
    return parse_accept_header(accepted, Accept).quality("gzip") > 0
