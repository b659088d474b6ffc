"""A device that holds passkeys, made of nothing but keys and signatures: what a phone answers a site."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from tests.pages import Page

HERE = "https://agenda.example.org"
PRESENT, VERIFIED, WITH_KEY = 0x01, 0x04, 0x40
"""Flags of authenticator data (W3C WebAuthn 2, 6.1)."""


def base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")


def octets_of(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def asked(page: Page, deed: str) -> dict[str, Any]:
    """What a page asks of the browser: `deed` is create or get."""
    found = json.loads(page.one("form", data_passkey=deed)["data-options"])
    assert isinstance(found, dict)
    return found


@dataclass
class Authenticator:
    """One passkey. `origin` is where its browser is, `verifies` whether it asks for the finger."""

    origin: str = HERE
    host: str = "agenda.example.org"
    verifies: bool = True
    count: int = 0
    rises: int = 1
    """By how much its counter rises each time; 0 for passkeys that are synchronised."""
    handle: bytes = b""
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def create(self, options: dict[str, Any]) -> str:
        """Answers `navigator.credentials.create`."""
        assert options["authenticatorSelection"]["userVerification"] == "required"
        self.handle = octets_of(options["user"]["id"])
        numbers = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}
        attested = bytes(16) + len(self.credential_id).to_bytes(2) + self.credential_id + cbor2.dumps(cose)
        attestation = {"fmt": "none", "attStmt": {}, "authData": self._data(WITH_KEY) + attested}
        return self._answer(
            {
                "clientDataJSON": base64url(self._client_data("webauthn.create", options)),
                "attestationObject": base64url(cbor2.dumps(attestation)),
            }
        )

    def get(self, options: dict[str, Any], **changes: str) -> str:
        """Answers `navigator.credentials.get`; `changes` are what a forger writes over it."""
        self.count += self.rises
        client_data, data = self._client_data("webauthn.get", options), self._data()
        signature = self.key.sign(data + hashlib.sha256(client_data).digest(), ec.ECDSA(hashes.SHA256()))
        response = {
            "clientDataJSON": base64url(client_data),
            "authenticatorData": base64url(data),
            "signature": base64url(signature),
            "userHandle": base64url(self.handle),
        }
        return self._answer(response | changes)

    def _client_data(self, kind: str, options: dict[str, Any]) -> bytes:
        said = {"type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _data(self, flags: int = 0) -> bytes:
        flags |= PRESENT | (VERIFIED if self.verifies else 0)
        return hashlib.sha256(self.host.encode()).digest() + bytes([flags]) + self.count.to_bytes(4)

    def _answer(self, response: dict[str, str]) -> str:
        name = base64url(self.credential_id)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})
