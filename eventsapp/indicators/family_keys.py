"""The keys under which families are counted: random, one a territory and school year, kept encrypted.

HMAC-SHA-256 (RFC 2104) of what tells a family from another. The key is of the year: two years cannot be
linked, and once it is destroyed a digest is a number that nobody can trace, not even by trying every
telephone number there is.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import select

from eventsapp.codes import keyed_fingerprint, link_token
from eventsapp.database import as_typed, db
from eventsapp.indicators.models import FamilyKey
from eventsapp.settings import setting


def key_of(territory_id: int, year: str, *, now: datetime) -> str:
    """The key of a territory's school year, drawn when there is none; flushed.

    One that SECRET_KEY no longer opens is replaced: families counted before are then counted again.
    """
    row = db.session.scalars(
        select(FamilyKey).where(FamilyKey.territory_id == territory_id, FamilyKey.year == year)
    ).first()
    if row is None:
        row = FamilyKey(territory_id=territory_id, year=year)
        db.session.add(row)
    else:
        key = _opened(row.sealed)
        if key:
            return key
    key = link_token()
    row.sealed, row.drawn_at = _fernet(_secret()).encrypt(key.encode()).decode(), now
    db.session.flush()
    return key


def known(territories: Iterable[int], year: str) -> dict[int, str]:
    """The keys of that year that these territories have; one statement."""
    rows = db.session.execute(
        select(FamilyKey.territory_id, FamilyKey.sealed).where(
            FamilyKey.territory_id.in_(set(territories)), FamilyKey.year == year
        )
    )
    opened = {territory: _opened(sealed) for territory, sealed in rows}
    return {territory: key for territory, key in opened.items() if key}


def all_known() -> dict[tuple[int, str], str]:
    """Every key that stands, by territory and school year; one statement."""
    rows = db.session.execute(select(FamilyKey.territory_id, FamilyKey.year, FamilyKey.sealed))
    opened = {(territory, year): _opened(sealed) for territory, year, sealed in rows}
    return {which: key for which, key in opened.items() if key}


def digest(
    key: str, household_id: int, *, phone: str | None, email: str | None, shared: bool, first_name: str
) -> str:
    """What a family is counted by.

    Its telephone number, else its mail address: each form opens a new household, so their numbers tell
    little. Where others share that phone, the first name too.
    """
    if phone:
        named = (as_typed(first_name.strip()),) if shared else ()
        return keyed_fingerprint(key, "phone", phone, *named)
    if email:
        return keyed_fingerprint(key, "email", email.lower())
    return keyed_fingerprint(key, "household", household_id)


def _opened(sealed: str) -> str | None:
    try:
        return _fernet(_secret()).decrypt(sealed.encode()).decode()
    except InvalidToken:
        return None


def _secret() -> str:
    return str(setting("SECRET_KEY"))


@lru_cache(maxsize=4)
def _fernet(secret: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"families\x1e" + secret.encode()).digest()))
