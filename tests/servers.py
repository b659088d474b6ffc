"""Real servers on loopback: a post office (SMTP) and the web application itself."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server


@dataclass(frozen=True)
class Received:
    """A letter as it arrived: who the envelope names, its bytes, and the message they make."""

    sender: str
    recipients: tuple[str, ...]
    octets: bytes

    @property
    def message(self) -> EmailMessage:
        message = message_from_bytes(self.octets, policy=policy.default)
        assert isinstance(message, EmailMessage)
        return message

    def part(self, kind: str) -> str:
        """The text of the only part of this type: "text/plain", "text/html", "text/calendar"."""
        [text] = [part.get_content() for part in self.message.walk() if part.get_content_type() == kind]
        return str(text).replace("\r\n", "\n")


class _AnyPort(Controller):
    """Takes a free port: aiosmtpd otherwise greets port 0 to see whether it is up."""

    def _trigger_server(self) -> None:
        if self.port == 0:
            assert isinstance(self.server, asyncio.Server)
            self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@dataclass
class PostOffice:
    """An SMTP server that keeps what it receives."""

    letters: list[Received] = field(default_factory=list)
    answer: str = ""
    """When set ("450 come back later"), the answer to every recipient instead of taking the letter."""
    answers: dict[str, str] = field(default_factory=dict)
    """The same for single mailboxes."""
    sender_answer: str = ""
    """The same to MAIL FROM: the server does not want this sender."""
    on_letter: Callable[[], object] | None = None
    """Called when a letter is kept and nobody has been told so yet."""
    host: str = "127.0.0.1"
    port: int = 0
    _controller: Any = None

    def start(self) -> None:
        self._controller = _AnyPort(self, hostname=self.host, port=self.port)
        self._controller.start()
        self.port = self._controller.port

    def stop(self) -> None:
        if self._controller:
            self._controller.stop()
        self._controller = None

    @contextmanager
    def closed(self) -> Iterator[None]:
        """Nobody answers at its port meanwhile."""
        self.stop()
        try:
            yield
        finally:
            self.start()

    def to(self, address: str) -> list[Received]:
        return [letter for letter in self.letters if address in letter.recipients]

    # What aiosmtpd calls.

    async def handle_MAIL(  # noqa: N802 - the name aiosmtpd looks for
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.sender_answer:
            return self.sender_answer
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 - the name aiosmtpd looks for
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.answer or address in self.answers:
            return self.answer or self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - the name aiosmtpd looks for
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        content = envelope.content
        octets = content if isinstance(content, bytes) else str(content).encode()
        self.letters.append(Received(envelope.mail_from or "", tuple(envelope.rcpt_tos), octets))
        if self.on_letter:
            self.on_letter()
        return "250 kept"


@pytest.fixture(scope="session")
def post_office() -> Iterator[PostOffice]:
    """The server of the whole run: its port is a setting of applications. Tests ask for `smtp`."""
    office = PostOffice()
    office.start()
    yield office
    office.stop()


@pytest.fixture
def smtp(post_office: PostOffice) -> Iterator[PostOffice]:
    """The post office, empty: `smtp.letters`, `smtp.to(address)`, `smtp.answer = …`, `smtp.closed()`."""
    post_office.letters.clear()
    yield post_office
    post_office.letters.clear()
    post_office.answers.clear()
    post_office.answer = post_office.sender_answer = ""
    post_office.on_letter = None


@dataclass(frozen=True)
class LiveServer:
    """The application answering on loopback."""

    url: str
    app: Flask


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - the name it overrides
        """Says nothing: the test tells what matters."""


class Front:
    """Answers with the application of the story that is being told."""

    app: WSGIApplication | None = None
    url = ""

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if self.app is None:
            start_response("503 Service Unavailable", [])
            return []
        return self.app(environ, start_response)


@pytest.fixture(scope="session")
def front() -> Iterator[Front]:
    """A threaded server in this process, at one address for all stories: windows may stay open there."""
    front = Front()
    server = make_server("127.0.0.1", 0, front, threaded=True, request_handler=_Quiet)
    front.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield front
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def live_server(app: Flask, front: Front) -> Iterator[LiveServer]:
    """The application behind that server: it sees the test's database, clock and settings."""
    app.config["PUBLIC_URL"] = front.url
    front.app = without_cookie_dates(app)
    yield LiveServer(front.url, app)
    front.app = None


@contextmanager
def another_site(html: str) -> Iterator[str]:
    """Somebody else's site, on a port of its own, with one page; its origin."""

    def page(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
        return [html.encode()]

    server = make_server("127.0.0.1", 0, page, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def without_cookie_dates(app: WSGIApplication) -> WSGIApplication:
    """Our clock stands still, a browser's does not: a cookie dated by ours may be over before it arrives."""

    def serve(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(
            status: str, headers: list[tuple[str, str]], exc_info: Any = None
        ) -> Callable[[bytes], object]:
            return start_response(status, [_undated(header) for header in headers], exc_info)

        return app(environ, start)

    return serve


def _undated(header: tuple[str, str]) -> tuple[str, str]:
    name, value = header
    if name.lower() != "set-cookie" or "max-age=0" in value.lower():
        return header
    return name, "; ".join(p for p in value.split("; ") if not p.lower().startswith("expires="))
