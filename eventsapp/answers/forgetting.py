"""What people wrote is forgotten once it was dealt with, and after a month in any case."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import case, delete, or_, update

from eventsapp.database import rows_changed
from eventsapp.invitations.incoming_models import IncomingMail, MailState

WORDS_KEPT, LINE_KEPT = timedelta(days=30), timedelta(days=400)
"""How long words are kept, and how long it is known that a mail was read: no server keeps one in between."""
WORKER = "worker"


def forget_old(now: datetime) -> int | None:
    """Empties mails of a month ago, those that nobody dealt with too, and deletes the lines of a year ago;
    how many were emptied, or None."""
    rows_changed(delete(IncomingMail).where(IncomingMail.received_at <= now - LINE_KEPT))
    waits = IncomingMail.state == MailState.TO_READ
    return (
        rows_changed(
            update(IncomingMail)
            .where(IncomingMail.received_at <= now - WORDS_KEPT, or_(IncomingMail.has_content, waits))
            .values(
                content="",
                original="",
                has_content=False,
                state=case((waits, MailState.SET_ASIDE), else_=IncomingMail.state),
                handled_at=case((waits, now), else_=IncomingMail.handled_at),
                handled_by=case((waits, WORKER), else_=IncomingMail.handled_by),
            )
            .execution_options(synchronize_session=False)
        )
        or None
    )
