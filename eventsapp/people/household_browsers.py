"""Where a household is confirmed: one row a browser, found by a cookie, ended by the household.

A private link is forwarded in a chat, read on a shared phone, printed by a colleague. It says when and
where; whom it is about, only where somebody has shown that the page is theirs (decision 8).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from sqlalchemy import ColumnElement, Select, bindparam, delete, select

from eventsapp import journal
from eventsapp.codes import fingerprint, link_token
from eventsapp.database import db, rows_changed, write_now
from eventsapp.people import browsers
from eventsapp.people.household_models import HouseholdBrowser
from eventsapp.people.models import Household

LASTS = timedelta(days=30)
"""A month: from a registration to its day, mostly; then a code again."""


def confirm(household: Household, user_agent: str, *, now: datetime) -> str:
    """Confirms a browser; gives the token for its cookie, which is stored nowhere."""
    token = link_token()
    write_now(
        HouseholdBrowser(
            household_id=household.id,
            fingerprint=fingerprint(token),
            browser=browsers.named(user_agent),
            confirmed_at=now,
            ends_at=now + LASTS,
        )
    )
    return token


@dataclass(frozen=True)
class Confirmed:
    """Where a household is confirmed, as one browser asks."""

    here: bool = False
    elsewhere: int = 0
    """In how many other browsers; 0 where it is not confirmed here."""


def confirmed(household: Household, tokens: Collection[str], *, now: datetime) -> Confirmed:
    """Whether one of the tokens that a browser carries is of this household, and how many others there are;
    one statement, or none."""
    if not tokens:
        return Confirmed()
    marks = set(db.session.scalars(_standing(), {"of_household": household.id, "now": now}))
    ours = marks.intersection(_fingerprints(tokens))
    return Confirmed(True, len(marks - ours)) if ours else Confirmed()


@lru_cache(maxsize=1)
def _standing() -> Select[str]:
    return select(HouseholdBrowser.fingerprint).where(
        HouseholdBrowser.household_id == bindparam("of_household"),
        HouseholdBrowser.ends_at > bindparam("now"),
    )


def forget_others(household: Household, tokens: Collection[str], *, now: datetime) -> int:
    """« Oublier les autres téléphones »: the page asks for a code again everywhere but here; how many."""
    ended = rows_changed(
        delete(HouseholdBrowser).where(
            HouseholdBrowser.household_id == household.id,
            HouseholdBrowser.fingerprint.not_in(_fingerprints(tokens)),
        )
    )
    if ended:
        journal.note(f"household:{household.id}", "forgot browsers", household, now=now, ended=ended)
    return ended


def leave(household: Household, tokens: Collection[str], *, now: datetime) -> None:
    """The page asks for a code again in the browser that carries these tokens."""
    if rows_changed(delete(HouseholdBrowser).where(*_carried(household, tokens))):
        journal.note(f"household:{household.id}", "forgot browsers", household, now=now, ended=1)


def forget_old(now: datetime) -> int | None:
    """Deletes what has ended; how many, or None when there were none."""
    return rows_changed(delete(HouseholdBrowser).where(HouseholdBrowser.ends_at <= now)) or None


def _carried(household: Household, tokens: Collection[str]) -> tuple[ColumnElement[bool], ...]:
    return (
        HouseholdBrowser.household_id == household.id,
        HouseholdBrowser.fingerprint.in_(_fingerprints(tokens)),
    )


def _fingerprints(tokens: Collection[str]) -> list[str]:
    return [fingerprint(token) for token in tokens]
