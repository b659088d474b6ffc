"""Where an account is signed in: one row a browser, which its owner sees and may end.

The cookie holds a random token, its fingerprint is stored. A cookie that was copied dies with its
row: when its owner signs out, ends it from another device, or after a working day at the latest
(OWASP Session Management Cheat Sheet, "Session Expiration": an absolute limit, kept by the server).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import contains_eager

from eventsapp import journal
from eventsapp.codes import fingerprint, link_token
from eventsapp.database import db, rows_changed
from eventsapp.people import browsers
from eventsapp.people.models import Account, SignIn

LASTS = timedelta(hours=12)
"""A working day; then one signs in again."""

KEPT = timedelta(days=1)
"""How long an ended one is kept: nobody looks at it any more."""


def begin(account: Account, user_agent: str, *, now: datetime) -> str:
    """Signs an account in on one browser; gives the token for its cookie, which is stored nowhere."""
    token = link_token()
    db.session.add(
        SignIn(
            account=account,
            fingerprint=fingerprint(token),
            browser=browsers.named(user_agent),
            begun_at=now,
            ends_at=now + LASTS,
        )
    )
    return token


def behind(token: str, *, now: datetime) -> SignIn | None:
    """The sign-in that a cookie carries, with its account; None when it has ended. One statement."""
    return db.session.scalars(
        select(SignIn)
        .join(SignIn.account)
        .where(SignIn.fingerprint == fingerprint(token), *_going_on(now), Account.closed_at.is_(None))
        .options(contains_eager(SignIn.account))
    ).first()


def going_on(account: Account, *, now: datetime) -> Sequence[SignIn]:
    """Where an account is signed in, the latest first; one statement."""
    return db.session.scalars(
        select(SignIn)
        .where(SignIn.account_id == account.id, *_going_on(now))
        .order_by(SignIn.begun_at.desc(), SignIn.id.desc())
    ).all()


def end(account: Account, number: int, *, now: datetime) -> bool:
    """Ends one sign-in of an account; False when it is not theirs or has ended already."""
    ended = bool(_end(account, SignIn.id == number, now=now))
    if ended:
        journal.note(f"account:{account.id}", "signed out", account, now=now, sign_in=number)
    return ended


def end_others(account: Account, kept: SignIn, *, now: datetime) -> int:
    """Ends every sign-in of an account but one; how many there were."""
    ended = _end(account, SignIn.id != kept.id, now=now)
    if ended:
        journal.note(f"account:{account.id}", "signed out elsewhere", account, now=now, ended=ended)
    return ended


def end_all(account: Account, *, now: datetime) -> int:
    """Ends every sign-in of an account; how many there were. Who did it is the caller's to note."""
    return _end(account, now=now)


def forget_ended(now: datetime) -> int | None:
    """Deletes what ended a day ago; how many, or None when there were none."""
    over = or_(SignIn.ended_at <= now - KEPT, SignIn.ends_at <= now - KEPT)
    return rows_changed(delete(SignIn).where(over)) or None


def _end(account: Account, *which: ColumnElement[bool], now: datetime) -> int:
    return rows_changed(
        update(SignIn).where(SignIn.account_id == account.id, *_going_on(now), *which).values(ended_at=now)
    )


def _going_on(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (SignIn.ended_at.is_(None), SignIn.ends_at > now)
