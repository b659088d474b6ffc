"""What pages say of a call."""

from __future__ import annotations

from flask_babel import gettext

from eventsapp.mailroom.models import CallAttempt, CallOutcome
from eventsapp.refusals import msgid

SAID = {
    CallOutcome.REACHED: msgid("%(name)s a été prévenu(e)."),
    CallOutcome.MESSAGE_LEFT: msgid("%(name)s : message laissé, à rappeler."),
    CallOutcome.NO_ANSWER: msgid("%(name)s : pas de réponse, à rappeler."),
    CallOutcome.WRONG_NUMBER: msgid("%(name)s : le numéro est faux, la ligne quitte la liste."),
}
"""What is said once it is written down."""


def tried(attempt: CallAttempt) -> str:
    """« message laissé », of an earlier call."""
    if attempt.outcome is CallOutcome.MESSAGE_LEFT:
        return gettext("message laissé")
    return gettext("pas de réponse")
