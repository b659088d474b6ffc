"""What a passkey signs: octets that carry their own proof of who made them, for what and when.

Nothing is stored when a page is opened; an answered challenge is written down, so that it is
answered once, and forgotten when it would be too old anyway.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from eventsapp.codes import fingerprint, keyed_fingerprint
from eventsapp.database import db, rows_changed
from eventsapp.people.models import UsedChallenge
from eventsapp.settings import setting

LASTS = timedelta(minutes=30)
"""How long a page may stand open before its button is pressed."""

_STAMPED = 24
"""Octets before the proof: 16 random ones (W3C WebAuthn 2, 13.4.3) and the second."""


class ChallengeIsOver(Exception):
    """Not ours, made for something else, too old, or answered already."""


def draw(purpose: str, *, now: datetime) -> bytes:
    """A new challenge for one purpose; nothing is written."""
    stamped = secrets.token_bytes(16) + int(now.timestamp()).to_bytes(8)
    return stamped + _proof(purpose, stamped)


def use(challenge: bytes, purpose: str, *, now: datetime) -> None:
    """Writes down that it was answered. Raises ChallengeIsOver; of two at once, one is taken."""
    stamped, proof = challenge[:_STAMPED], challenge[_STAMPED:]
    if not hmac.compare_digest(proof, _proof(purpose, stamped)):
        raise ChallengeIsOver()
    made_at = datetime.fromtimestamp(int.from_bytes(stamped[16:]), UTC)
    if abs(now - made_at) >= LASTS:
        raise ChallengeIsOver()
    used = UsedChallenge(fingerprint=fingerprint(challenge.hex()), useless_after=made_at + LASTS)
    try:
        with db.session.begin_nested():
            db.session.add(used)
    except IntegrityError as error:
        raise ChallengeIsOver() from error


def forget_used(now: datetime) -> int | None:
    """Deletes those that are too old to be answered again; how many, or None when there were none."""
    return rows_changed(delete(UsedChallenge).where(UsedChallenge.useless_after <= now)) or None


def _proof(purpose: str, stamped: bytes) -> bytes:
    secret = str(setting("CODES_KEY") or setting("SECRET_KEY"))
    return bytes.fromhex(keyed_fingerprint(secret, "passkey challenge", purpose, stamped.hex()))
