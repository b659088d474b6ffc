"""Passwords, for whoever wants one: links by mail stay the usual way in.

Long rather than complicated (NIST SP 800-63B section 3.1.1.2), hashed by argon2id with the parameters
of the OWASP Password Storage Cheat Sheet (19 MiB, two passes, one lane).
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from passlib.context import CryptContext

from eventsapp import journal
from eventsapp.people import account_letters, accounts, sign_ins
from eventsapp.people.models import Account, Proof, SignIn
from eventsapp.refusals import Refusal, msgid
from eventsapp.typed import composed

SHORTEST, LONGEST = 12, 128

COMMON = frozenset(
    "motdepasse motdepasse1 motdepasse12 motdepasse123 motdepasse1234 monmotdepasse azertyuiop azertyuiop1 "
    "azertyuiop12 azertyuiop123 azertyuiopqsdf azerty123456 azerty12345678 bonjour12345 bonjourbonjour "
    "password1234 password12345 password123456 passwordpassword qwertyuiop12 qwertyuiop123 qwertyuiopasdf "
    "qwerty123456 123456789012 1234567890123 12345678901234 012345678901 0123456789012 abcdefghijkl "
    "abcdefghijklm abc123456789 iloveyou1234 jetaime12345 marseille1234 parisparis19 doudoudoudou "
    "loulouloulou administrateur administrator1 changeme1234 changezmoi123 bienvenue123 bienvenue1234 "
    "soleil123456 chocolat1234 coordination associations1 agendadesquartiers".split()
)
"""Long enough, and still among the first that anybody tries."""


class PasswordTooShort(Refusal):
    """Too quickly guessed."""

    sentence = msgid("Choisissez %(least)s signes au moins : une petite phrase se retient bien.")


class PasswordTooLong(Refusal):
    """Longer than anybody types."""

    sentence = msgid("Choisissez %(most)s signes au plus.")


class PasswordGuessable(Refusal):
    """Common, or made of what everybody knows of its owner."""

    sentence = msgid("Ce mot de passe se devine trop facilement. Choisissez-en un autre.")


class PasswordWrong(Refusal):
    """The present one is another."""

    sentence = msgid("Ce n’est pas votre mot de passe actuel.")


class SignInRefused(Refusal):
    """Unknown, closed, without a password or with another one: nobody's business which."""

    sentence = msgid("Cette adresse et ce mot de passe ne vont pas ensemble. Recevez plutôt un lien.")


def sign_in(email: str, password: str, *, now: datetime) -> Account:
    """The account of an address and its password.

    Every answer takes the time of one verification, so that it tells nobody who has an account.
    Raises EmailMissing, EmailUnreadable: what anybody can see of what they typed; SignInRefused.
    """
    account = accounts.at_address(accounts.address(email))
    kept = account.password_hash if account is not None else None
    fits = _hasher().verify(_normal(password)[:LONGEST], kept or _nobodys())
    if account is None or kept is None or not fits:
        raise SignInRefused()
    sign_ins.lock(account)
    if account.password_hash != kept:  # another was chosen while this one was verified
        raise SignInRefused()
    journal.note(account.actor, "signed in", account, now=now, by=Proof.PASSWORD)
    return account


def choose(carried: SignIn, present: str, wanted: str, *, now: datetime) -> int:
    """Sets the password of the account that is signed in; gives how many other sign-ins ended by that.

    The present one is asked for, unless there is none, or this sign-in was made by a link: that has
    proved the mailbox, which could reset it anyway. A letter tells the mailbox. Raises PasswordWrong,
    PasswordTooShort, PasswordTooLong, PasswordGuessable, SignInIsOver.
    """
    account = carried.account
    require_present(carried, present)
    chosen = _normal(wanted)
    _require_strong(chosen, account)
    ended = sign_ins.end_others(carried, now=now)
    account.password_hash = _hasher().hash(chosen)
    journal.note(account.actor, "chose a password", account, now=now)
    account_letters.password_chosen(account, now=now)
    return ended


def remove(carried: SignIn, *, now: datetime) -> None:
    """Signs in by links only from now on; other sign-ins that the password made end. A letter tells the
    mailbox. Raises SignInIsOver."""
    account = carried.account
    sign_ins.end_others(carried, by=Proof.PASSWORD, now=now)
    if account.password_hash is None:
        return
    account.password_hash = None
    journal.note(account.actor, "removed the password", account, now=now)
    account_letters.password_removed(account, now=now)


def needs_present(carried: SignIn) -> bool:
    """Is the present password asked for before it changes?"""
    return carried.account.password_hash is not None and carried.by is not Proof.LINK


def require_present(carried: SignIn, present: str) -> None:
    """Raises PasswordWrong when the present password is needed and this is another."""
    kept = carried.account.password_hash
    if needs_present(carried) and not _hasher().verify(_normal(present)[:LONGEST], kept):
        raise PasswordWrong(field="present")


def _require_strong(chosen: str, account: Account) -> None:
    if len(chosen) < SHORTEST:
        raise PasswordTooShort(field="wanted", least=SHORTEST)
    if len(chosen) > LONGEST:
        raise PasswordTooLong(field="wanted", most=LONGEST)
    plain = "".join(letter for letter in chosen.lower() if letter.isalnum())
    known = [account.email.split("@")[0], *account.email.split("@")[1].split("."), *account.name.split()]
    rest = plain
    for word in sorted((one.lower() for one in known), key=len, reverse=True):
        rest = rest.replace(word, "") if len(word) > 2 else rest
    if plain in COMMON or len(set(plain)) < 5 or len(rest) < 6:
        raise PasswordGuessable(field="wanted")


def _normal(typed: str) -> str:
    """As NIST asks: the same letters typed on two keyboards are the same password."""
    return composed(typed, "NFKC")


@lru_cache(maxsize=1)
def _hasher() -> CryptContext:
    return CryptContext(
        schemes=["argon2"],
        argon2__type="ID",
        argon2__memory_cost=19456,
        argon2__time_cost=2,
        argon2__parallelism=1,
    )


@lru_cache(maxsize=1)
def _nobodys() -> str:
    """A hash that belongs to nobody: what an unknown address is compared with."""
    return str(_hasher().hash("a password that is nobody's"))
