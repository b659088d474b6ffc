"""Letters that hold a private link are kept encrypted until they are delivered.

Whoever reads the database, or a copy of it, must not be able to open somebody's own page; the
link itself is stored as a fingerprint only (people.households), so the waiting letter is the one
place where it could be read. Fernet: AES-128-CBC with HMAC-SHA-256, from `cryptography`.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken

from eventsapp.settings import setting

_PRIVATE_LINK = re.compile(
    r"(https?://[^\s\"'<>]*/(?:m|ma-venue|connexion|invitation|jour|ecole|structure|on-repart|orientation|lettre|agendas/prives)/)[\w-]+"
)
_CODE = re.compile(r"(?<![\d-])\d{3}-\d{3}(?![\d-])")
"""« 123-456 »: a code that confirms a browser or an address (people.household_codes)."""
ERASED = "…"
"""What stands in place of a token or a code in a delivered letter."""
_LOST_LINK = re.compile(rf"https?://[^\s\"'<>]*/(?:[a-z-]+|agendas/prives)/{ERASED}")


class Unreadable(Exception):
    """A sealed letter whose key is gone: nobody can read or send it any more."""


def seal(text: str) -> str:
    """`text`, encrypted under LETTERS_KEY (or, without one, a key derived from SECRET_KEY)."""
    return _fernet(_secret()).encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """The text that was sealed. Raises Unreadable when the key has changed since."""
    try:
        return _fernet(_secret()).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise Unreadable("sealed under another LETTERS_KEY") from error


def erase_links(text: str) -> str:
    """`text` with the token of each private link (own page, sign-in) and each code replaced by « … »."""
    return _CODE.sub(ERASED, _PRIVATE_LINK.sub(rf"\g<1>{ERASED}", text))


def has_lost_links(text: str) -> bool:
    """Whether a private link of `text` was erased: sent again, it would open nothing."""
    return bool(_LOST_LINK.search(text))


def _secret() -> str:
    return str(setting("LETTERS_KEY") or setting("SECRET_KEY"))


@lru_cache(maxsize=4)
def _fernet(secret: str) -> Fernet:
    # The setting is a long random string, so one hash makes a key of it; the prefix keeps it
    # apart from everything else that is derived from the same secret.
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"letters\x1e" + secret.encode()).digest()))
