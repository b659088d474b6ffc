"""A web site of somebody, on this machine: what an address leads to in these tests.

Its name and public address are the tests' own: `resolve` and `connect` are given to `fetching.fetch`, as
nobody can in production.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PUBLIC = "93.184.216.34"
NAME = "agenda.example.org"

Answer = Callable[[str, dict[str, str]], bytes | Iterator[bytes]]
"""The octets of a whole answer to a path and its headers, at once or piece by piece."""


def http(status: str, body: bytes = b"", **headers: str) -> bytes:
    """An answer, its length said."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


@dataclass
class Website:
    """What was asked of it, and how one gets there."""

    port: int
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    connected: list[tuple[str, int]] = field(default_factory=list)
    resolved: list[str] = field(default_factory=list)
    names: dict[str, list[str]] = field(default_factory=lambda: {NAME: [PUBLIC]})

    def resolve(self, host: str, port: int) -> list[str]:
        """The addresses of a name, as some resolver says them."""
        self.resolved.append(host)
        if host not in self.names:
            raise OSError("no such name")
        return self.names[host]

    def connect(self, address: str, port: int, seconds: float) -> socket.socket:
        """A connection: whatever public address was checked, it is this machine."""
        self.connected.append((address, port))
        return socket.create_connection(("127.0.0.1", self.port), timeout=seconds)


@contextmanager
def served(answer: Answer, *, certificate: Path | None = None) -> Iterator[Website]:
    """A site that answers so, over TLS where it has a certificate; ended with the test."""
    listener = socket.create_server(("127.0.0.1", 0))
    site = Website(listener.getsockname()[1])
    context = None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
    threads: list[threading.Thread] = []

    def listen() -> None:
        while True:
            try:
                talk, _ = listener.accept()
            except OSError:
                return
            threads.append(threading.Thread(target=serve, args=(talk,)))
            threads[-1].start()

    def serve(talk: socket.socket) -> None:
        talk.settimeout(5)
        try:
            stream = context.wrap_socket(talk, server_side=True) if context else talk
            with stream, stream.makefile("rb") as lines:
                path = lines.readline().decode().split(" ")[1]
                pairs = (line.decode().strip().partition(": ") for line in iter(lines.readline, b"\r\n"))
                headers = {name.lower(): value for name, _, value in pairs}
                site.asked.append((path, headers))
                octets = answer(path, headers)
                for piece in [octets] if isinstance(octets, bytes) else octets:
                    stream.sendall(piece)
        except (OSError, IndexError):
            return  # whoever asked has gone
        finally:
            talk.close()

    main = threading.Thread(target=listen)
    main.start()
    try:
        yield site
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for thread in [main, *threads]:
            thread.join(10)


def a_certificate(folder: Path, name: str = NAME) -> Path:
    """A certificate that vouches for itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=3650))
        .not_valid_after(now + timedelta(days=3650))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path
