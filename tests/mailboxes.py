"""The mail provider of a story: mails for agenda+anything@ come in by SMTP and are read by IMAP over TLS.

Real servers on loopback, one for the whole run: aiosmtpd hands what it takes to pymap by APPEND, with the
lines that a provider's own server writes above it.
"""

from __future__ import annotations

import asyncio
import smtplib
import ssl
import threading
from argparse import Namespace
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.utils import format_datetime, parseaddr
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from flask import Flask
from imapclient import IMAPClient
from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import Config, DictBackend
from pymap.imap import IMAPServer
from pysasl.hashing import BuiltinHash

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


class _FastConfig(Config):
    """Without the network's name for this machine, and with a hash that costs nothing."""

    @property
    def greeting(self) -> bytes:
        return b"ready"


class _ImapThread(threading.Thread):
    """pymap, in a loop of its own: three doors to one mailbox."""

    def __init__(self, trust: ssl.SSLContext) -> None:
        super().__init__(name="pymap", daemon=True)
        self._trust = trust
        self.ready = threading.Event()
        self.loop = asyncio.new_event_loop()
        self.ports: dict[str, int] = {}

    def run(self) -> None:
        self.loop.run_until_complete(self._serve())
        self.loop.close()

    async def _serve(self) -> None:
        configs = {
            security: _FastConfig.from_args(
                Namespace(
                    host=HOST, port=0, debug=False, cert=None, key=None, tls=security == "starttls",
                    passlib_cfg=None, proxy_protocol=None, inherited_sockets=None,
                    demo_data=False, demo_user=USER, demo_password=PASSWORD,
                ),
                ssl_context=self._trust,
                hash_context=BuiltinHash(hash_name="sha256", rounds=1),
            )
            for security in ("tls", "starttls", "none")
        }  # fmt: skip
        login = await _login(configs["none"])
        servers, self.under_way = [], set[asyncio.Task[Any] | None]()
        for security, config in configs.items():
            config.apply_context()
            kept = self._kept(IMAPServer(login, config))
            doors = ProxyProtocolReader(config.proxy_protocol).get_callback(kept)
            context = self._trust if security == "tls" else None
            server = await asyncio.start_server(doors, HOST, 0, ssl=context)
            self.ports[security] = server.sockets[0].getsockname()[1]
            servers.append(server)
        self.ending = asyncio.Event()
        self.ready.set()
        await self.ending.wait()
        for server in servers:
            server.close()

    def _kept(self, serve: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
        """The loop itself holds on to no task: one that waits would be collected as garbage."""

        async def keep(*connection: Any) -> None:
            task = asyncio.current_task()
            self.under_way.add(task)
            try:
                await serve(*connection)
            finally:
                self.under_way.discard(task)

        return keep

    def end(self) -> None:
        self.loop.call_soon_threadsafe(self.ending.set)
        self.join(5)


async def _login(config: Config) -> Any:
    from pymap.backend.dict import Login

    login = Login(config)
    await DictBackend._add_demo_user(config, login)
    return login


@pytest.fixture(scope="session")
def mail_provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailProvider]:
    """The provider of the whole run. Tests ask for `answers_mailbox`."""
    folder = tmp_path_factory.mktemp("imap")
    thread = _ImapThread(_certified(folder))
    thread.start()
    assert thread.ready.wait(20)
    provider = MailProvider(folder / "certificate.pem", ports=thread.ports)
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


def _certified(folder: Path) -> ssl.SSLContext:
    """A certificate of 127.0.0.1 that vouches for itself, as an authority of one's own does."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail provider of the tests")])
    # By the real clock, whatever the story's: TLS asks no other.
    today = datetime(2020, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(today)
        .not_valid_after(today + timedelta(days=365 * 100))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address(HOST))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return context
