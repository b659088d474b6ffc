"""Passkeys (W3C WebAuthn level 2): a key that stays in a phone or a computer, opened by its owner.

The device checks who holds it (user verification) and the browser checks whose site it is, so that
one passkey counts as both factors. Signatures are checked by py_webauthn; what it leaves open is
kept here: a challenge is answered once, for its purpose, and a counter moves by one UPDATE.
"""

from __future__ import annotations

import base64
import hmac
import ipaddress
import json
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from eventsapp import journal
from eventsapp.database import db, rows_changed
from eventsapp.people import account_letters, passkey_challenges, passwords, second_factor, sign_ins
from eventsapp.people.models import Account, Passkey, Proof, SignIn
from eventsapp.people.passkey_challenges import ChallengeIsOver
from eventsapp.refusals import Conflict, NotFound, Refusal, msgid
from eventsapp.settings import setting

MOST = 10
"""Passkeys of one account."""

LONGEST_NAME = 60

_ALGORITHMS = (-8, -7, -257)
"""EdDSA, ES256, RS256 (IANA COSE): what py_webauthn verifies and devices have."""

_MILLISECONDS = 5 * 60 * 1000
"""The time to find the phone, once the browser asks for it."""

_ENTER = "enter"
"""The purpose of a challenge to sign in with."""


class PasskeyRefused(Refusal):
    """Unknown, of another site, answered already, copied: which of these is nobody's business."""

    sentence = msgid("Cette clé d’accès n’a pas été reconnue. Recommencez.")


class PasskeyNameMissing(Refusal):
    """Which one is it, in a year?"""

    sentence = msgid("Donnez un nom à cette clé : « Mon téléphone », par exemple.")


class PasskeysDoNotWorkHere(Conflict):
    """No browser can make one at this address."""

    sentence = msgid("Les clés d’accès ne marchent pas à cette adresse : elle n’a pas de nom de domaine.")


class TooManyPasskeys(Refusal):
    """More than anybody has devices."""

    sentence = msgid("Vous avez déjà %(most)s clés d’accès. Retirez-en une d’abord.")


def offered() -> bool:
    """Can browsers use passkeys at our address? Only where its host is a name (W3C WebAuthn 2, 5.1.3)."""
    host = _site().host
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return bool(host)
    return False


def of(account: Account) -> Sequence[Passkey]:
    """The passkeys of an account, the oldest first; one statement."""
    return db.session.scalars(
        select(Passkey).where(Passkey.account_id == account.id).order_by(Passkey.id)
    ).all()


def registration_options(account: Account, *, now: datetime) -> str:
    """What the browser needs to make a passkey: JSON (W3C WebAuthn 2, 5.4), octets in base64url."""
    return json.dumps(
        {
            "rp": {"id": _site().host, "name": second_factor.ISSUER},
            "user": {
                "id": _base64url(account.passkey_handle.encode()),
                "name": account.email,
                "displayName": account.name,
            },
            "challenge": _base64url(passkey_challenges.draw(_to_register(account), now=now)),
            "pubKeyCredParams": [{"type": "public-key", "alg": one} for one in _ALGORITHMS],
            "timeout": _MILLISECONDS,
            "attestation": "none",
            "excludeCredentials": _descriptors(of(account)),
            "authenticatorSelection": {
                "residentKey": "required",
                "requireResidentKey": True,
                "userVerification": "required",
            },
        }
    )


def sign_in_options(*, now: datetime) -> str:
    """What the browser needs to sign in whoever has a passkey there: JSON, without a word of accounts."""
    return _question(_ENTER, [], now=now)


def second_step_options(half: SignIn, *, now: datetime) -> str:
    """The same for an account that is known by now; nothing where it has no passkey."""
    theirs = of(half.account)
    return _question(_to_complete(half), theirs, now=now) if theirs else ""


def needs_code(carried: SignIn) -> bool:
    """Is a code of the phone asked for before a passkey is added? It would replace that code for good."""
    return carried.account.totp_secret is not None and carried.by is not Proof.PASSKEY


def register(
    carried: SignIn, answer: str, name: str, *, code: str = "", present: str = "", now: datetime
) -> None:
    """Keeps a passkey that the browser has made. A letter tells the mailbox.

    Whoever only found the browser open must not make one: the code of the phone is asked for where
    there is one, and the present password where it would be for another password. Raises
    PasskeysDoNotWorkHere, PasskeyNameMissing, TooManyPasskeys, PasskeyRefused, CodeWrong, PasswordWrong,
    SignInIsOver.
    """
    if not offered():
        raise PasskeysDoNotWorkHere()
    account = carried.account
    called = " ".join(name.split())[:LONGEST_NAME]
    if not called or not called.isprintable():
        raise PasskeyNameMissing(field="name")
    passwords.require_present(carried, present)
    if needs_code(carried):
        second_factor.take(account, code, now=now)
    sign_ins.hold(carried, now=now)
    if len(of(account)) >= MOST:
        raise TooManyPasskeys(field="name", most=MOST)
    passkey = _made(account, answer, called, now=now)
    try:
        with db.session.begin_nested():
            db.session.add(passkey)
    except IntegrityError as error:  # the same credential, sent twice
        raise PasskeyRefused() from error
    journal.note(account.actor, "added a passkey", account, now=now, passkey=passkey.id)
    account_letters.passkey_added(account, called, now=now)


def remove(carried: SignIn, number: int, *, now: datetime) -> None:
    """Forgets a passkey, and ends other sign-ins that a passkey made: the phone may be stolen.

    A letter tells the mailbox. Raises NotFound for one that is not theirs, SignInIsOver.
    """
    account = sign_ins.hold(carried, now=now)
    passkey = db.session.scalars(
        select(Passkey).where(Passkey.id == number, Passkey.account_id == account.id)
    ).first()
    if passkey is None:
        raise NotFound()
    journal.note(account.actor, "removed a passkey", account, now=now, passkey=passkey.id)
    account_letters.passkey_removed(account, passkey.name, now=now)
    rows_changed(delete(Passkey).where(Passkey.id == passkey.id))
    db.session.expunge(passkey)
    sign_ins.end_others(carried, by=Proof.PASSKEY, now=now)


def forget_all(account: Account) -> int:
    """Every passkey of an account, for whoever says so in the journal; how many."""
    return rows_changed(delete(Passkey).where(Passkey.account_id == account.id))


def sign_in(answer: str, *, now: datetime) -> Account:
    """Whom a passkey signs in, by both factors at once. Raises PasskeyRefused."""
    account = _proven(answer, _ENTER, None, now=now)
    journal.note(account.actor, "signed in", account, now=now, by=Proof.PASSKEY)
    return account


def prove(half: SignIn, answer: str, *, now: datetime) -> None:
    """A passkey of the same account is the second factor. Raises PasskeyRefused."""
    _proven(answer, _to_complete(half), half.account, now=now)


def _made(account: Account, sent: str, name: str, *, now: datetime) -> Passkey:
    from eventsapp.people import passkey_answers  # loads py_webauthn: half a second, 9 MB

    try:
        answer = passkey_answers.read(sent)
        passkey_challenges.use(answer.challenge, _to_register(account), now=now)
        made = passkey_answers.made(answer, passkey_answers.Site(*_site()))
    except (passkey_answers.AnswerRefused, ChallengeIsOver) as error:
        raise PasskeyRefused() from error
    return Passkey(
        account=account,
        credential_id=made.credential_id,
        public_key=made.public_key,
        sign_count=made.sign_count,
        name=name,
        created_at=now,
    )


def _proven(sent: str, purpose: str, known: Account | None, *, now: datetime) -> Account:
    """The account whose passkey has answered our challenge for this purpose, which may be known before."""
    from eventsapp.people import passkey_answers  # see _made

    try:
        answer = passkey_answers.read(sent)
        passkey = _named(answer.credential_id)
        passkey_challenges.use(answer.challenge, purpose, now=now)
        count = passkey_answers.counted(
            answer, passkey_answers.Site(*_site()), passkey.public_key, passkey.sign_count
        )
    except (passkey_answers.AnswerRefused, ChallengeIsOver) as error:
        raise PasskeyRefused() from error
    account = passkey.account
    sign_ins.lock(account)
    is_another = known is not None and known.id != account.id
    # Where nobody was named before, the key must name its account (W3C WebAuthn 2, 7.2, step 6).
    must_name = known is None or answer.handle
    if account.closed_at is not None or is_another:
        raise PasskeyRefused()
    if must_name and not hmac.compare_digest(answer.handle, account.passkey_handle.encode()):
        raise PasskeyRefused()
    counting = update(Passkey).where(Passkey.id == passkey.id, Passkey.sign_count == passkey.sign_count)
    if not rows_changed(counting.values(sign_count=count, used_at=now)):
        raise PasskeyRefused()
    db.session.expire(passkey)
    return account


def _question(purpose: str, passkeys: Sequence[Passkey], *, now: datetime) -> str:
    """What the browser needs to answer by a passkey: JSON (W3C WebAuthn 2, 5.5)."""
    return json.dumps(
        {
            "challenge": _base64url(passkey_challenges.draw(purpose, now=now)),
            "rpId": _site().host,
            "timeout": _MILLISECONDS,
            "userVerification": "required",
            "allowCredentials": _descriptors(passkeys),
        }
    )


def _named(credential_id: str) -> Passkey:
    passkey = db.session.scalars(
        select(Passkey)
        .where(Passkey.credential_id == credential_id)
        .options(joinedload(Passkey.account))
        .execution_options(populate_existing=True)
    ).first()
    if passkey is None:
        raise PasskeyRefused()
    return passkey


def _descriptors(passkeys: Sequence[Passkey]) -> list[dict[str, str]]:
    return [{"type": "public-key", "id": one.credential_id} for one in passkeys]


def _base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")


def _to_register(account: Account) -> str:
    return f"register:{account.id}"


def _to_complete(half: SignIn) -> str:
    return f"complete:{half.id}"


class _Site(NamedTuple):
    host: str
    origin: str


def _site() -> _Site:
    """Host and origin of PUBLIC_URL, as a browser says them: without the scheme's own port."""
    parts = urlsplit(str(setting("PUBLIC_URL")))
    host = (parts.hostname or "").rstrip(".")
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    port = f":{parts.port}" if parts.port and parts.port != usual else ""
    return _Site(host, f"{parts.scheme}://{host}{port}")
