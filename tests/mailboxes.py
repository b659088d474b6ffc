"""The mail provider of a story: mails for agenda+anything@ come in by SMTP and are read by IMAP over TLS.

Real servers on loopback, one for the whole run: aiosmtpd hands what it takes to pymap (imap_server.py) by
APPEND, with the lines that a provider's own server writes above it.
"""

from __future__ import annotations

import asyncio
import smtplib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Flask
from imapclient import IMAPClient

from eventsapp import clock
from tests.servers import _AnyPort as AnyPort

HOST = "127.0.0.1"
USER, PASSWORD = "agenda", "a password that only the tests know"
AUTHSERV_ID = "mx.agenda.example.org"


@dataclass
class MailProvider:
    """Two servers and the mailbox between them."""

    certificate: Path
    vouched: set[str] = field(default_factory=set)
    """Domains whose mails pass DMARC here."""
    ports: dict[str, int] = field(default_factory=dict)
    """Of IMAP, by « tls », « starttls » and « none »."""
    smtp_port: int = 0
    hang_up: Callable[[], object] = lambda: None
    """Ends all connections of IMAP, as a server does that is started anew."""

    def settings(self, security: str = "tls") -> dict[str, Any]:
        """What an application is told of it."""
        return {
            "ANSWERS_IMAP_HOST": HOST,
            "ANSWERS_IMAP_PORT": self.ports[security],
            "ANSWERS_IMAP_SECURITY": security,
            "ANSWERS_IMAP_CA": str(self.certificate),
            "ANSWERS_IMAP_USER": USER,
            "ANSWERS_IMAP_PASSWORD": PASSWORD,
            "ANSWERS_IMAP_FOLDER": "INBOX",
            "ANSWERS_AUTHSERV_ID": AUTHSERV_ID,
        }

    def send(self, octets: bytes, *, to: str, sender: str = "") -> None:
        """Somebody's server delivers a mail; without a sender it is one that nobody answers (« <> »)."""
        with smtplib.SMTP(HOST, self.smtp_port, local_hostname="mx.example.net") as connection:
            connection.sendmail(sender, [to], octets)

    @contextmanager
    def opened(self) -> Iterator[IMAPClient]:
        """The mailbox, as a person sees it who has its password."""
        with IMAPClient(HOST, self.ports["none"], ssl=False) as client:
            client.login(USER, PASSWORD)
            client.select_folder("INBOX")
            yield client

    def put(self, octets: bytes) -> None:
        """A mail is there, without having come by SMTP."""
        with self.opened() as client:
            client.append("INBOX", octets, msg_time=clock.now())

    def flags(self) -> list[set[bytes]]:
        """What is marked on each mail, oldest first; that it is new (\\Recent) is no mark of ours."""
        with self.opened() as client:
            found = client.get_flags(client.search("ALL"))
            return [set(flags) - {b"\\Recent"} for _, flags in sorted(found.items())]

    def empty(self) -> None:
        """Nothing is in the mailbox."""
        with self.opened() as client:
            if uids := client.search("ALL"):
                client.delete_messages(uids)
                client.expunge()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  aiosmtpd
        """Writes what an MX writes, and puts the mail into the mailbox."""
        octets = envelope.content if isinstance(envelope.content, bytes) else b""
        for recipient in envelope.rcpt_tos:
            head = self._written_above(octets, envelope.mail_from or "", recipient)
            await asyncio.get_running_loop().run_in_executor(None, self.put, head + octets)
        return "250 2.0.0 delivered"

    def _written_above(self, octets: bytes, sender: str, recipient: str) -> bytes:
        domain = parseaddr(str(message_from_bytes(octets)["From"]))[1].rpartition("@")[2]
        verdict = "pass" if domain in self.vouched else "fail"
        now = format_datetime(clock.now())
        lines = [
            f"Return-Path: <{sender.strip('<>')}>",
            f"Delivered-To: {recipient}",
            f"Received: from mx.example.net by {AUTHSERV_ID} with ESMTPS; {now}",
            f"Authentication-Results: {AUTHSERV_ID}; dmarc={verdict} (p=none) header.from={domain}",
        ]
        return "".join(f"{line}\r\n" for line in lines).encode()


@pytest.fixture(scope="session")
def mail_provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailProvider]:
    """The provider of the whole run. Tests ask for `answers_mailbox`."""
    from tests import imap_server  # here, since pymap costs half a second to load, and most runs want none

    folder = tmp_path_factory.mktemp("imap")
    thread = imap_server.begin(folder, HOST, USER, PASSWORD)
    provider = MailProvider(folder / "certificate.pem", ports=thread.ports, hang_up=thread.hang_up)
    controller = AnyPort(provider, hostname=HOST, port=0)
    controller.start()
    provider.smtp_port = controller.port
    yield provider
    controller.stop()
    thread.end()


@pytest.fixture
def answers_mailbox(app: Flask, mail_provider: MailProvider) -> Iterator[MailProvider]:
    """The mailbox that answers come to, empty; the application reads it."""
    mail_provider.empty()
    mail_provider.vouched.clear()
    app.config.update(mail_provider.settings())
    yield mail_provider
    mail_provider.empty()
