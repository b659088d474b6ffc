"""pymap, an IMAP server, in a thread of its own: three doors to one mailbox in memory."""

from __future__ import annotations

import asyncio
import ssl
import threading
from argparse import Namespace
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import Config, DictBackend, Login
from pymap.imap import IMAPServer
from pysasl.hashing import BuiltinHash


def begin(folder: Path, host: str, user: str, password: str) -> ImapThread:
    """A server that is up; `certificate.pem` in the folder is its own."""
    thread = ImapThread(_certified(folder, host), host, user, password)
    thread.start()
    assert thread.ready.wait(20)
    return thread


class _FastConfig(Config):
    """Without the network's name for this machine, and with a hash that costs nothing."""

    @property
    def greeting(self) -> bytes:
        return b"ready"


class ImapThread(threading.Thread):
    """pymap, in a loop of its own: three doors to one mailbox."""

    def __init__(self, trust: ssl.SSLContext, host: str, user: str, password: str) -> None:
        super().__init__(name="pymap", daemon=True)
        self._trust, self._host, self._user, self._password = trust, host, user, password
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
                    host=self._host, port=0, debug=False, cert=None, key=None, tls=security == "starttls",
                    passlib_cfg=None, proxy_protocol=None, inherited_sockets=None,
                    demo_data=False, demo_user=self._user, demo_password=self._password,
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
            server = await asyncio.start_server(doors, self._host, 0, ssl=context)
            self.ports[security] = server.sockets[0].getsockname()[1]
            servers.append(server)
        self.ending = asyncio.Event()
        self.ready.set()
        await self.ending.wait()
        for server in servers:
            server.close()

    def _kept(self, serve: Callable[..., Awaitable[None]]) -> Callable[..., Coroutine[Any, Any, None]]:
        """The loop itself holds on to no task: one that waits would be collected as garbage."""

        async def keep(*connection: Any) -> None:
            task = asyncio.current_task()
            self.under_way.add(task)
            try:
                await serve(*connection)
            finally:
                self.under_way.discard(task)

        return keep

    def hang_up(self) -> None:
        """Ends every connection."""
        for task in list(self.under_way):
            if task is not None:
                self.loop.call_soon_threadsafe(task.cancel)

    def end(self) -> None:
        self.loop.call_soon_threadsafe(self.ending.set)
        self.join(5)


async def _login(config: Config) -> Any:
    login = Login(config)
    await DictBackend._add_demo_user(config, login)
    return login


def _certified(folder: Path, host: str) -> ssl.SSLContext:
    """A certificate of this address that vouches for itself, as an authority of one's own does."""
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
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address(host))]), critical=False)
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
