"""One-time codes of a phone (TOTP, RFC 6238), and recovery codes for the day when it is lost.

The secret is kept encrypted; it counts once a first code has proved that the phone has it. A code
is taken once (RFC 6238 section 5.2), one step early or late. Recovery codes are kept as keyed
fingerprints, ten at a time, each taken once.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from passlib.exc import TokenError
from passlib.totp import TOTP
from sqlalchemy import delete, func, or_, select, update

from eventsapp import journal
from eventsapp.codes import keyed_fingerprint, short_code
from eventsapp.database import db, rows_changed
from eventsapp.people import account_letters, sign_ins
from eventsapp.people.models import Account, RecoveryCode, SignIn
from eventsapp.refusals import Conflict, Refusal, msgid
from eventsapp.settings import setting

SKEW = 30
"""Seconds that a phone's clock may be early or late: one step."""

HOW_MANY, LETTERS = 10, 12
"""Recovery codes at a time; letters of each: 59 bits, so that none is guessed."""

WAITS = timedelta(minutes=30)
"""How long a secret waits for its first code: whoever comes back later is shown another."""

ISSUER = "Agenda des quartiers"
"""What the phone's list shows; a name, in no language's catalogue."""


class CodeWrong(Refusal):
    """Another code, an old one, or one that was taken already."""

    sentence = msgid("Ce code n’est pas le bon, ou il a déjà servi. Attendez le suivant.")


class FormerWrong(Refusal):
    """Neither a code of the phone in use nor one of the ten, or taken already."""

    sentence = msgid("Ce code de l’ancien téléphone n’est pas le bon, ou il a déjà servi.")


class RecoveryCodeWrong(Refusal):
    """Not one of the ten, or taken already."""

    sentence = msgid("Ce code de secours n’est pas le bon, ou il a déjà servi.")


class NothingToProve(Conflict):
    """No secret was shown, or it was replaced in another window."""

    sentence = msgid("Commencez par afficher le code à scanner.")


@dataclass(frozen=True)
class Shown:
    """What a phone must be told: an address to scan, or a key to type."""

    uri: str
    key: str


def prepare(carried: SignIn, *, now: datetime) -> None:
    """Draws a secret that waits for its first code; the present one counts until then."""
    carried.totp_waiting = _kit(_secret()).new().to_json(encrypt=True)
    carried.totp_shown_at = now


def keep_present(carried: SignIn) -> None:
    """The secret that waits is thrown away; the present one counts on."""
    carried.totp_waiting = carried.totp_shown_at = None


def waiting(carried: SignIn, *, now: datetime) -> str | None:
    """The encrypted secret that this browser was shown and may still prove, or None."""
    shown_at = carried.totp_shown_at
    return carried.totp_waiting if shown_at is not None and now < shown_at + WAITS else None


def shown(carried: SignIn, *, now: datetime) -> Shown:
    """The secret that waits. Raises NothingToProve."""
    source = waiting(carried, now=now)
    if source is None:
        raise NothingToProve()
    secret = _kit(_secret()).from_source(source)
    return Shown(uri=secret.to_uri(carried.account.email), key=secret.pretty_key(sep=" "))


def turn_on(carried: SignIn, code: str, *, former: str = "", now: datetime) -> list[str]:
    """A first code proves that the phone has the secret; gives new recovery codes, to show once.

    Where another phone's codes are in use, `former` is one of them, or a recovery code: whoever only
    found the browser open must not lock its owner out. Other sign-ins end: they were made without it.
    Raises NothingToProve, CodeWrong, FormerWrong, SignInIsOver. A letter tells the mailbox.
    """
    account = carried.account
    sign_ins.lock(account)  # of two presses of one button, the second has nothing to prove
    db.session.refresh(carried)
    source = waiting(carried, now=now)
    if source is None:
        raise NothingToProve()
    step = _step(source, code, None, now)
    if account.totp_secret is not None:
        _take_former(account, former, now=now)
    sign_ins.end_others(carried, now=now)
    account.totp_secret, account.totp_step = source, step
    keep_present(carried)
    journal.note(account.actor, "set up codes", account, now=now)
    account_letters.codes_on(account, now=now)
    return _new_codes(account)


def turn_off(account: Account, code: str, *, now: datetime) -> None:
    """No second factor any more. Raises CodeWrong. A letter tells the mailbox."""
    take(account, code, now=now)
    forget(account, actor=account.actor, now=now)


def forget(account: Account, *, actor: str, now: datetime) -> None:
    """Without a code: for an operator, when phone and codes are lost. A letter tells the mailbox."""
    account.totp_secret = account.totp_step = None
    rows_changed(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    journal.note(actor, "turned codes off", account, now=now)
    account_letters.codes_off(account, now=now)


def renew_codes(account: Account, code: str, *, now: datetime) -> list[str]:
    """Ten new recovery codes in place of the old, to show once. Raises CodeWrong."""
    take(account, code, now=now)
    journal.note(account.actor, "renewed recovery codes", account, now=now)
    return _new_codes(account)


def take(account: Account, code: str, *, now: datetime) -> None:
    """Takes a code of the phone; of two requests with the same code, one gets in.

    Raises NothingToProve, CodeWrong.
    """
    if account.totp_secret is None:
        raise NothingToProve()
    step = _step(account.totp_secret, code, account.totp_step, now)
    newer = update(Account).where(
        Account.id == account.id,
        Account.totp_secret == account.totp_secret,
        or_(Account.totp_step.is_(None), Account.totp_step < step),
    )
    if not rows_changed(newer.values(totp_step=step)):
        raise CodeWrong(field="code")
    db.session.refresh(account)


def take_recovery_code(account: Account, typed: str, *, now: datetime) -> int:
    """Takes one recovery code, once; gives how many are left. Raises RecoveryCodeWrong.

    A letter tells the mailbox: whoever did not do it knows at once.
    """
    code = "".join(typed.lower().split()).replace("-", "")
    unused = update(RecoveryCode).where(
        RecoveryCode.account_id == account.id,
        RecoveryCode.fingerprint == _print(account, code),
        RecoveryCode.used_at.is_(None),
    )
    if account.totp_secret is None or not rows_changed(unused.values(used_at=now)):
        raise RecoveryCodeWrong(field="code")
    left = codes_left(account)
    journal.note(account.actor, "used a recovery code", account, now=now, left=left)
    account_letters.recovery_code_used(account, left, now=now)
    return left


def codes_left(account: Account) -> int:
    """How many recovery codes still work; one statement."""
    unused = select(func.count(RecoveryCode.id)).where(
        RecoveryCode.account_id == account.id, RecoveryCode.used_at.is_(None)
    )
    return db.session.scalar(unused) or 0


def _take_former(account: Account, typed: str, *, now: datetime) -> None:
    is_of_a_phone = "".join(typed.split()).isdigit()
    try:
        if is_of_a_phone:
            take(account, typed, now=now)
        else:
            take_recovery_code(account, typed, now=now)
    except (CodeWrong, RecoveryCodeWrong) as error:
        raise FormerWrong(field="former") from error


def _new_codes(account: Account) -> list[str]:
    rows_changed(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    drawn = [short_code(LETTERS) for _ in range(HOW_MANY)]
    db.session.add_all(
        RecoveryCode(account_id=account.id, fingerprint=_print(account, code)) for code in drawn
    )
    return ["-".join(code[i : i + 4] for i in range(0, LETTERS, 4)) for code in drawn]


def _step(kept: str, code: str, last: int | None, now: datetime) -> int:
    """The step of a right code that is newer than the last. Raises CodeWrong."""
    digits = "".join(code.split())
    if not (digits.isascii() and digits.isdigit()):
        raise CodeWrong(field="code")
    try:
        match = _kit(_secret()).verify(
            digits, kept, time=now.timestamp(), window=SKEW, last_counter=last, skew=0
        )
    except TokenError as error:
        raise CodeWrong(field="code") from error
    return int(match.counter)


def _print(account: Account, code: str) -> str:
    return keyed_fingerprint(_secret(), "recovery", account.id, code)


def _secret() -> str:
    return str(setting("CODES_KEY") or setting("SECRET_KEY"))


@lru_cache(maxsize=4)
def _kit(secret: str) -> Any:
    key = hashlib.sha256(b"codes\x1e" + secret.encode()).hexdigest()
    # The key has 256 bits already: passlib's own stretching (2**cost rounds) adds nothing.
    return TOTP.using(issuer=ISSUER, secrets={"1": key})
