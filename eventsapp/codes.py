"""Unguessable codes without look-alike letters, and the derivations that need a secret."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from functools import lru_cache

from eventsapp.typed import composed

LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
"""Digits and letters that nobody confuses when reading aloud or copying by hand: no 0 o 1 i l."""
_LOOKED_AT = 1_000
"""Signs of a text of which a piece of address is made: ten times what is kept of it."""


def short_code(length: int = 7) -> str:
    """A random public code (about 4.9 bits a letter): says which thing, proves nothing."""
    return "".join(secrets.choice(LETTERS) for _ in range(length))


def link_token() -> str:
    """A random token of 256 bits for a private link. Show it once, keep only its `fingerprint`."""
    return secrets.token_urlsafe(32)


def fingerprint(token: str) -> str:
    """What is stored in place of a token: SHA-256, in hexadecimal.

    The token itself has 256 random bits, so neither salt nor slow hashing adds anything.
    """
    return hashlib.sha256(token.encode()).hexdigest()


def keyed_fingerprint(secret: str, *names: object) -> str:
    """What is stored in place of a short code, or of somebody's address: HMAC-SHA-256, in hexadecimal.

    Few enough codes exist for all to be tried against a plain hash; not without the secret.
    """
    message = "\x1f".join(str(name) for name in names).encode()
    return hmac.new(secret.encode(), b"fingerprint\x1e" + message, hashlib.sha256).hexdigest()


def reply_token(secret: str, *names: object) -> str:
    """The token of a reply address, derived so that it stays the same for the life of an event.

    80 bits of HMAC-SHA-256 in lower-case base32 (local parts are compared without case by many
    servers), as `docs/calendar-rules.md` I1 asks.
    """
    message = "\x1f".join(str(name) for name in names).encode()
    digest = hmac.new(secret.encode(), b"reply\x1e" + message, hashlib.sha256).digest()
    return base64.b32encode(digest[:10]).decode().lower()


def derived_token(secret: str, *names: object) -> str:
    """A token of 256 bits for a private link that must stay the same: HMAC-SHA-256 in URL-safe base64.

    One of `names` is a random number kept beside the row, so that no two rows share a token.
    """
    message = "\x1f".join(str(name) for name in names).encode()
    digest = hmac.new(secret.encode(), b"link\x1e" + message, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def slug_from(text: str, longest: int = 60) -> str:
    """A readable piece of address: ASCII lower case, words joined by hyphens, never empty."""
    return _slug(text[:_LOOKED_AT], longest)


@lru_cache(maxsize=4096)
def _slug(text: str, longest: int) -> str:
    plain = composed(text.replace("œ", "oe").replace("’", " "), "NFKD")
    words = re.findall(r"[a-z0-9]+", plain.encode("ascii", "ignore").decode().lower())
    return "-".join(words)[:longest].strip("-") or "x"
