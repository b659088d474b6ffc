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
from eventsapp.people.models import Account, Proof, SignIn, SignInLink
from eventsapp.refusals import NotFound, Refusal, msgid

LASTS = timedelta(hours=12)
"""A working day; then one signs in again."""

HALF_LASTS = timedelta(minutes=10)
"""How long the second factor is waited for."""

MOST_TRIES = 5
"""Codes that half a sign-in may try; then one begins anew, with another link."""

KEPT = timedelta(days=1)
"""How long an ended one is kept at least; a nightly job deletes it, so two days at most."""


class SignInIsOver(Refusal):
    """Somebody ended it from another browser while this one was asking."""

    sentence = msgid("La connexion de cet appareil est terminée. Connectez-vous à nouveau.")
    status = 403


def lock(account: Account) -> None:
    """Locks an account's row and reads it anew. Whoever changes its ways in and ends its sign-ins at this
    moment is waited for: what begins here begins after that, by what holds now, or ends with the others."""
    db.session.refresh(account, with_for_update={"key_share": True})


def begin(account: Account, user_agent: str, *, by: Proof = Proof.LINK, now: datetime) -> str:
    """Signs an account in on one browser; gives the token for its cookie, which is stored nowhere.

    Where the account has a second factor it is half a sign-in (`halfway`): it opens no desk. A passkey
    is both factors.
    """
    token = link_token()
    db.session.add(
        SignIn(
            account=account,
            fingerprint=fingerprint(token),
            browser=browsers.named(user_agent),
            by=by,
            is_half=account.totp_secret is not None and by is not Proof.PASSKEY,
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


def halfway(token: str, *, now: datetime) -> SignIn | None:
    """Half a sign-in, whose second factor is still to be proved; None when its time or tries are over."""
    return db.session.scalars(
        select(SignIn)
        .join(SignIn.account)
        .where(
            SignIn.fingerprint == fingerprint(token),
            SignIn.is_half,
            SignIn.ended_at.is_(None),
            SignIn.begun_at > now - HALF_LASTS,
            SignIn.tries < MOST_TRIES,
            Account.closed_at.is_(None),
        )
        .options(contains_eager(SignIn.account))
    ).first()


def complete(half: SignIn, *, now: datetime) -> str:
    """The second factor is proved: a new token, so that one seen before opens nothing.

    Raises SignInIsOver when somebody else completed or ended it meanwhile.
    """
    token = link_token()
    still = update(SignIn).where(SignIn.id == half.id, SignIn.is_half, SignIn.ended_at.is_(None))
    whole = still.values(is_half=False, fingerprint=fingerprint(token), begun_at=now, ends_at=now + LASTS)
    if not rows_changed(whole):
        raise SignInIsOver()
    return token


def count_try(half: SignIn) -> None:
    """One try less for half a sign-in, before the code is judged: of many at once none is judged for free.

    The caller commits before it judges. Raises SignInIsOver when none is left.
    """
    left = update(SignIn).where(SignIn.id == half.id, SignIn.is_half, SignIn.tries < MOST_TRIES)
    if not rows_changed(left.values(tries=SignIn.tries + 1)):
        raise SignInIsOver()


def going_on(account: Account, *, now: datetime) -> Sequence[SignIn]:
    """Where an account is signed in, the latest first; one statement."""
    return db.session.scalars(
        select(SignIn)
        .where(SignIn.account_id == account.id, *_going_on(now))
        .order_by(SignIn.begun_at.desc(), SignIn.id.desc())
    ).all()


def leave(carried: SignIn, *, now: datetime) -> None:
    """Ends the sign-in that a browser carries; nothing happens when it has ended already."""
    if _end(carried.account, SignIn.id == carried.id, now=now):
        _note(carried.account, "signed out", now=now, sign_in=carried.id)


def end(carried: SignIn, number: int, *, now: datetime) -> bool:
    """Ends another sign-in of the account that `carried` signs in; False when it had ended already.

    Raises SignInIsOver, and NotFound for a number that is not theirs.
    """
    account = hold(carried, now=now)
    theirs = select(SignIn.id).where(SignIn.id == number, SignIn.account_id == account.id)
    if db.session.scalar(theirs) is None:
        raise NotFound()
    ended = bool(_end(account, SignIn.id == number, now=now))
    if ended:
        _note(account, "signed out", now=now, sign_in=number)
    return ended


def end_others(carried: SignIn, *, by: Proof | None = None, now: datetime) -> int:
    """Ends every sign-in of its account but `carried`, and every link on its way; how many sign-ins.

    With `by`, only those that were begun by it, and no link.

    Raises SignInIsOver: of two browsers that end each other at once, one stays.
    """
    account = hold(carried, now=now)
    ended = _end(account, SignIn.id != carried.id, *([SignIn.by == by] if by else []), now=now)
    if by is None:
        use_up_links(account, now=now)
    if ended:
        _note(account, "signed out elsewhere", now=now, ended=ended)
    return ended


def end_all(account: Account, *, now: datetime) -> int:
    """Ends every sign-in of an account and every link on its way; how many sign-ins.

    Who did it is the caller's to note.
    """
    use_up_links(account, now=now)
    return _end(account, now=now)


def use_up_links(account: Account, *, now: datetime) -> None:
    """Nobody comes in by a link that was asked for before: whoever reads along would."""
    on_their_way = update(SignInLink).where(SignInLink.account_id == account.id, SignInLink.used_at.is_(None))
    rows_changed(on_their_way.values(used_at=now))


def forget_ended(now: datetime) -> int | None:
    """Deletes what ended a day ago; how many, or None when there were none."""
    over = or_(SignIn.ended_at <= now - KEPT, SignIn.ends_at <= now - KEPT)
    return rows_changed(delete(SignIn).where(over)) or None


def hold(carried: SignIn, *, now: datetime) -> Account:
    """The account of a sign-in that still goes on, its row locked: changes of one account wait in line.

    Raises SignInIsOver.
    """
    account = carried.account
    lock(account)
    goes_on = select(SignIn.id).where(SignIn.id == carried.id, *_going_on(now))
    if db.session.scalar(goes_on) is None:
        raise SignInIsOver()
    return account


def _note(account: Account, verb: str, *, now: datetime, **details: int) -> None:
    journal.note(account.actor, verb, account, now=now, **details)


def _end(account: Account, *which: ColumnElement[bool], now: datetime) -> int:
    halves = update(SignIn).where(SignIn.account_id == account.id, SignIn.is_half, SignIn.ended_at.is_(None))
    rows_changed(halves.where(*which).values(ended_at=now))
    return rows_changed(
        update(SignIn).where(SignIn.account_id == account.id, *_going_on(now), *which).values(ended_at=now)
    )


def _going_on(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (SignIn.is_half.is_(False), SignIn.ended_at.is_(None), SignIn.ends_at > now)
