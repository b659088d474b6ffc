"""A real SMTP server on loopback that keeps what it receives: the mail of a demonstration; and, on the
port after it, a gateway of texts (`jobs.text_catcher`).

No letter leaves the machine. The page /demonstration/courrier shows what was kept.
"""

from __future__ import annotations

import asyncio
import signal
from datetime import UTC, datetime
from pathlib import Path

import structlog
from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Flask

from eventsapp.jobs import text_catcher
from eventsapp.mailroom import caught

log = structlog.get_logger("eventsapp.mail")

LONGEST = 2 * 1024 * 1024
"""Octets: our letters are a hundredth of that."""


class Catcher:
    """Takes every letter for every address and keeps it in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  aiosmtpd names it
        """Keeps one letter; answers 250 only once it is kept."""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        try:
            # Microseconds, which clock.now() leaves out: two letters of one second keep their order.
            caught.keep(self.folder, content, now=datetime.now(UTC))
        except OSError as error:
            log.warning("letter not kept", problem=type(error).__name__)
            return "451 Requested action aborted: local error in processing"
        log.debug("letter kept", bytes=len(content))
        return "250 2.0.0 kept"


def run(app: Flask) -> None:
    """Listens on loopback, on MAIL_PORT and the port after it, until SIGTERM or SIGINT.

    Raises OSError when a port is taken.
    """
    kept, port = caught.folder(app.instance_path), app.config["MAIL_PORT"]
    with text_catcher.listening(kept, port + 1, app.config["SMS_API_KEY"]):
        asyncio.run(_listen(Catcher(kept), port))


async def _listen(catcher: Catcher, port: int) -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    server = await loop.create_server(lambda: protocol(catcher), host="127.0.0.1", port=port)
    log.info("mail catcher begins", port=port)
    async with server:
        await ended.wait()
    log.info("mail catcher ends")


def protocol(catcher: Catcher) -> SMTP:
    """What speaks SMTP to one client."""
    return SMTP(catcher, data_size_limit=LONGEST, ident="eventsapp mail catcher", hostname="localhost")
