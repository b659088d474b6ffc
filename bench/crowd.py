"""Many families at once over real HTTP, each from a loopback address of its own.

Sockets of asyncio and no library: what sends must cost little beside what answers, for they share cores.
A connection is kept between requests, as browsers keep theirs, and opened anew where the server closed it.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from bench.visitors import token_in

SHOWN = re.compile(r'name="montre" value="([^"]+)"')
_RANK = re.compile(r"Votre rang : (\d+)")
MAILBOXES = "foule.example"
IDLE = 1.0
"""Seconds after which a kept connection is not trusted any more: gunicorn lets it go after two."""
PATIENCE = 240
"""Seconds after which a browser gives up."""


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: str


@dataclass
class Family:
    """One browser at one address, and what became of its registration."""

    number: int
    port: int
    headers: list[str] = field(default_factory=list)
    """Said with each request besides what all say."""
    statuses: list[int] = field(default_factory=list)
    own_page: str = ""
    rank: int | None = None
    waited: float = 0.0
    _cookie: str = ""
    _reader: asyncio.StreamReader | None = None
    _writer: asyncio.StreamWriter | None = None
    _form: str = ""
    _heard_at: float = 0.0

    @property
    def source(self) -> str:
        """127.0.1.1 and up: rate limits tell each from the others."""
        return f"127.0.{1 + self.number // 250}.{1 + self.number % 250}"

    async def open_form(self, path: str) -> None:
        """Opens the page of questions."""
        self._form = (await self.ask("GET", path)).body

    async def send(self, path: str) -> None:
        """Sends the answers, and opens the page that asks to read them once more."""
        shown = SHOWN.search(self._form)
        answers = {
            "first_name": f"Famille {self.number}",
            "email": f"famille{self.number}@{MAILBOXES}",
            "adults": "1",
            "montre": shown[1] if shown else "",
            "csrf_token": token_in(self._form),
        }
        kept = await self.ask("POST", path, answers)
        self._form = (await self.ask("GET", kept.headers.get("location", path))).body

    async def confirm(self, path: str) -> None:
        """« Inscrire »: from here on it has its place, or a rank."""
        sent = time.perf_counter()
        confirmed = await self.ask("POST", f"{path}/verification", {"csrf_token": token_in(self._form)})
        self.waited = time.perf_counter() - sent
        self.own_page = confirmed.headers.get("location", "")

    async def look(self) -> None:
        """Its own page, where it is led to."""
        page = await self.ask("GET", self.own_page or "/")
        rank = _RANK.search(page.body.replace("\xa0", " "))
        self.rank = int(rank[1]) if rank else None

    async def ask(self, method: str, path: str, fields: dict[str, str] | None = None) -> Answer:
        """One request; its status is written down. A GET whose connection was closed is sent again."""
        body = urlencode(fields or {}).encode()
        head = [
            f"{method} {path} HTTP/1.1",
            f"Host: 127.0.0.1:{self.port}",
            "Accept-Language: fr",
            *self.headers,
            *([f"Cookie: {self._cookie}"] if self._cookie else []),
            *(
                ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
                if fields is not None
                else []
            ),
        ]
        octets = "\r\n".join(head).encode() + b"\r\n\r\n" + body
        async with asyncio.timeout(PATIENCE):
            answer = await self._exchange(octets, may_repeat=method == "GET")
        self.statuses.append(answer.status)
        return answer

    async def _exchange(self, octets: bytes, *, may_repeat: bool) -> Answer:
        while True:
            idle = time.monotonic() - self._heard_at
            fresh = self._writer is None or self._writer.is_closing() or self._at_end() or idle > IDLE
            if fresh:
                await self._connect()
            assert self._reader is not None
            assert self._writer is not None
            try:
                self._writer.write(octets)
                await self._writer.drain()
                return await self._read()
            except (asyncio.IncompleteReadError, ConnectionError) as cut:
                self.close()
                # A kept connection that the server closed meanwhile. Whether a POST was read nobody can say.
                if fresh or not may_repeat or (isinstance(cut, asyncio.IncompleteReadError) and cut.partial):
                    raise

    def _at_end(self) -> bool:
        return self._reader is not None and self._reader.at_eof()

    async def _connect(self) -> None:
        self.close()
        self._reader, self._writer = await asyncio.open_connection(
            "127.0.0.1", self.port, local_addr=(self.source, 0)
        )

    async def _read(self) -> Answer:
        assert self._reader is not None
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers: dict[str, str] = {}
        for line in filter(None, head[1:]):
            name, _, value = line.partition(": ")
            if name.lower() == "set-cookie":
                self._cookie = value.split(";")[0]
            headers[name.lower()] = value
        body = await self._reader.readexactly(int(headers.get("content-length", "0")))
        if headers.get("connection", "").lower() == "close":
            self.close()
        self._heard_at = time.monotonic()
        return Answer(int(head[0].split()[1]), headers, body.decode("utf-8", "replace"))

    def close(self) -> None:
        """Lets the connection go."""
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None


@dataclass(frozen=True)
class Burst:
    """What a crowd met: the families, and the seconds of each part, from the first request to the last
    answer."""

    families: Sequence[Family]
    opening: float
    sending: float
    confirming: float
    looking: float
    whole: float
    """All of it, the seconds of writing included."""

    @property
    def errors(self) -> list[int]:
        """Whatever is no page (200) and leads nowhere (303)."""
        return [status for one in self.families for status in one.statuses if status not in {200, 303}]

    @property
    def ranks(self) -> list[int]:
        """The ranks that the families read on their own page, in order."""
        return sorted(one.rank for one in self.families if one.rank is not None)

    @property
    def waits(self) -> list[float]:
        """How long each family waited for « Inscrire » to be answered, in order."""
        return sorted(one.waited for one in self.families)


def come(address: str, path: str, *, families: int, writing: float) -> Burst:
    """So many families take each step together: all open the form, write for some seconds, all send, all
    confirm in the same moment, all look at their own page."""
    return asyncio.run(_come(urlsplit(address).port or 80, path, families, writing))


async def _come(port: int, path: str, how_many: int, writing: float) -> Burst:
    families = [Family(number, port) for number in range(how_many)]
    began = time.perf_counter()
    opening = await _together(one.open_form(path) for one in families)
    await asyncio.sleep(writing)
    sending = await _together(one.send(path) for one in families)
    confirming = await _together(one.confirm(path) for one in families)
    looking = await _together(one.look() for one in families)
    whole = time.perf_counter() - began
    for one in families:
        one.close()
    return Burst(families, opening, sending, confirming, looking, whole)


async def _together(steps: Iterable[Coroutine[None, None, None]]) -> float:
    began = time.perf_counter()
    await asyncio.gather(*steps)
    return time.perf_counter() - began
