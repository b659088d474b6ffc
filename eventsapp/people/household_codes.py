"""Codes of six digits that a household reads in a mail or a text, and types: they confirm a browser, an
address or a number.

Fifteen minutes, five tries, used once; only a keyed fingerprint is stored. Five codes an hour for one
household, whichever of its links asks: twenty-five guesses at a million.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from eventsapp import attempts
from eventsapp.codes import keyed_fingerprint
from eventsapp.database import db, rows_changed
from eventsapp.people.household_models import CodePurpose, HouseholdCode
from eventsapp.people.models import Household
from eventsapp.refusals import Refusal, msgid
from eventsapp.settings import setting

LASTS = timedelta(minutes=15)
MOST_TRIES = 5
MOST_AN_HOUR = 5
DIGITS = 6


class CodeMissing(Refusal):
    """Nothing like a code was typed."""

    sentence = msgid("Écrivez les 6 chiffres du message.")


class CodeWrong(Refusal):
    """Another one; it was counted."""

    sentence = msgid("Ce code n’est pas le bon. Relisez le message.")


class CodeOver(Refusal):
    """Too old, tried too often, used already, or never sent."""

    sentence = msgid("Ce code ne marche plus. Demandez-en un autre.")


class TooManyCodes(Refusal):
    """More would be somebody else's joke, or a guesser's."""

    sentence = msgid("Plusieurs codes sont déjà partis. Attendez une heure, ou appelez-nous.")


def draw(
    household: Household, purpose: CodePurpose, *, email: str = "", phone: str = "", now: datetime
) -> str:
    """A new code in place of the one before: its six digits, to be sent once and never stored.

    `email`, `phone`: the address that CodePurpose.EMAIL proves, the number that PHONE does. Raises
    TooManyCodes.
    """
    who = f"{household.id} {purpose}"
    if attempts.count("household_code", who, most=MOST_AN_HOUR, within=timedelta(hours=1), now=now):
        raise TooManyCodes()
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    rows_changed(delete(HouseholdCode).where(*_of(household, purpose)))
    db.session.add(
        HouseholdCode(
            household=household,
            purpose=purpose,
            fingerprint=_print(household, purpose, code),
            email=email,
            phone=phone,
            ends_at=now + LASTS,
        )
    )
    return code


def waiting(household: Household, purpose: CodePurpose, *, now: datetime) -> HouseholdCode | None:
    """The code that may still be typed, or None; one statement."""
    return db.session.scalars(
        select(HouseholdCode).where(
            *_of(household, purpose), HouseholdCode.ends_at > now, HouseholdCode.tries < MOST_TRIES
        )
    ).first()


def count_try(household: Household, purpose: CodePurpose, typed: str, *, now: datetime) -> None:
    """One try less, before the code is judged: of many at once none is judged for free.

    The caller commits before it judges (`take`). Raises CodeMissing, which costs nothing, and CodeOver.
    """
    if len(_digits(typed)) != DIGITS:
        raise CodeMissing(field="code")
    left = update(HouseholdCode).where(
        *_of(household, purpose), HouseholdCode.ends_at > now, HouseholdCode.tries < MOST_TRIES
    )
    if not rows_changed(left.values(tries=HouseholdCode.tries + 1)):
        raise CodeOver(field="code")


def take(household: Household, purpose: CodePurpose, typed: str, *, now: datetime) -> str:
    """Uses the code up; gives the address or number it proves, or "".

    Of two requests with the same code one gets in. Raises CodeWrong.
    """
    mark = _print(household, purpose, _digits(typed))
    right = select(HouseholdCode.email, HouseholdCode.phone).where(
        *_of(household, purpose), HouseholdCode.fingerprint == mark, HouseholdCode.ends_at > now
    )
    proved = db.session.execute(right).first()
    used = delete(HouseholdCode).where(*_of(household, purpose), HouseholdCode.fingerprint == mark)
    if proved is None or not rows_changed(used):
        raise CodeWrong(field="code")
    return str(proved.email or proved.phone)


def forget_old(now: datetime) -> int | None:
    """Deletes codes whose time is over; how many, or None when there were none."""
    return rows_changed(delete(HouseholdCode).where(HouseholdCode.ends_at <= now)) or None


def written(code: str) -> str:
    """« 123-456 »: as a letter says it; once delivered it is erased from ours (mailroom.sealing)."""
    return f"{code[:3]}-{code[3:]}"


def _of(household: Household, purpose: CodePurpose):  # type: ignore[no-untyped-def]  # two conditions
    return HouseholdCode.household_id == household.id, HouseholdCode.purpose == purpose


def _digits(typed: str) -> str:
    found = "".join(sign for sign in typed if sign not in " -\u00a0")
    return found if found.isascii() and found.isdigit() else ""


def _print(household: Household, purpose: CodePurpose, code: str) -> str:
    return keyed_fingerprint(str(setting("SECRET_KEY")), "household_code", household.id, purpose, code)
