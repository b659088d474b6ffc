"""What somebody of a desk does with a mail: it is dealt with, or set aside. Of another date, `counters`."""

from __future__ import annotations

from datetime import datetime

from eventsapp import journal
from eventsapp.answers import registering
from eventsapp.answers.counters import AlreadyHandled
from eventsapp.database import db
from eventsapp.invitations import contents
from eventsapp.invitations.incoming_models import IncomingMail, MailState


def settle(row: IncomingMail, *, actor: str, now: datetime) -> None:
    """It was read and dealt with; its words are forgotten. Raises AlreadyHandled."""
    _end(row, MailState.SETTLED, actor, now)
    journal.note(actor, "settled", row, now=now, territory_id=row.territory_id, event=row.event_id)


def set_aside(row: IncomingMail, *, actor: str, now: datetime) -> None:
    """Nothing comes of it; what nobody could read is forgotten. Raises AlreadyHandled."""
    _end(row, MailState.SET_ASIDE, actor, now)
    journal.note(actor, "set aside", row, now=now, territory_id=row.territory_id, event=row.event_id)


def _end(row: IncomingMail, state: MailState, actor: str, now: datetime) -> None:
    db.session.refresh(row, ["state"], with_for_update=True)
    if row.state is not MailState.TO_READ:
        raise AlreadyHandled()
    registering.settle(row, state, actor=actor, now=now)
    contents.forget(row)
