"""How long the registrations to an activity are kept after each date: a setting, with its reason.

No law and no CNIL figure says how long (shared/PUBLIC-SERVICE.md): the operator chooses for all by
RETENTION_MONTHS, and a coordinator for one activity, who says why.
"""

from __future__ import annotations

from datetime import datetime

from eventsapp import journal
from eventsapp.agenda.models import Activity
from eventsapp.people import contacts
from eventsapp.refusals import Refusal, msgid
from eventsapp.settings import setting

MOST_MONTHS = 36
"""Longer is no sign-up list any more."""
LONGEST_REASON = 240


class MonthsUnreadable(Refusal):
    """Not a number of months that may be chosen."""

    sentence = msgid("Écrivez un nombre de mois, de 1 à %(most)d.")


class ReasonMissing(Refusal):
    """Another period than everywhere else, and nobody says why."""

    sentence = msgid("Écrivez pourquoi cette activité garde les inscriptions plus, ou moins, longtemps.")


def months_of(activity: Activity) -> int:
    """For how many months after each date its registrations are kept."""
    return activity.retention_months or int(setting("RETENTION_MONTHS"))


def choose(activity: Activity, months: str, reason: str, *, actor: str, now: datetime) -> bool:
    """Keeps the registrations of an activity for so long; whether anything changed.

    As long as everywhere needs no reason, and none is kept. The caller has asked who may. Raises
    MonthsUnreadable, ReasonMissing, TooLong.
    """
    chosen = _months(months)
    why = contacts.text(reason, field="reason", longest=LONGEST_REASON)
    usual = chosen == int(setting("RETENTION_MONTHS"))
    if not usual and not why:
        raise ReasonMissing(field="reason")
    before = (activity.retention_months, activity.retention_reason)
    after = (None, "") if usual else (chosen, why)
    if before == after:
        return False
    activity.retention_months, activity.retention_reason = after
    journal.note(
        actor, "retention_chosen", activity, now=now, territory_id=activity.territory_id, months=chosen
    )
    return True


def _months(typed: str) -> int:
    text = "".join(typed.split())
    if not (text.isascii() and text.isdigit() and len(text) <= 2 and 1 <= int(text) <= MOST_MONTHS):
        raise MonthsUnreadable(field="months", most=MOST_MONTHS)
    return int(text)
