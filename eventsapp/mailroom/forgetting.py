"""Letters are emptied of whoever they were written to: that one was sent, of which kind and when, stays."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, select, update

from eventsapp.database import rows_changed
from eventsapp.mailroom.models import CallAttempt, Letter, LetterStatus

ENDED = (LetterStatus.SENT, LetterStatus.STALE)


@dataclass(frozen=True)
class Emptied:
    """How many letters, and how many calls that said who answered."""

    letters: int
    calls: int


def empty(about: Collection[str], *, now: datetime) -> Emptied:
    """Empties the letters about these registrations and households; those not sent yet never leave.

    One that a worker is carrying at this moment is on its way; the worker finds it taken and writes
    nothing of it back (`rounds._mark`).
    """
    if not about:
        return Emptied(0, 0)
    theirs = select(Letter.id).where(Letter.about.in_(about))
    calls = rows_changed(
        update(CallAttempt)
        .where(CallAttempt.letter_id.in_(theirs), CallAttempt.confirmed_by != "")
        .values(confirmed_by="")
    )
    is_ended = Letter.status.in_(ENDED)
    letters = rows_changed(
        update(Letter)
        .where(Letter.about.in_(about))
        .values(
            status=case((is_ended, Letter.status), else_=LetterStatus.STALE),
            finished_at=case((is_ended, Letter.finished_at), else_=now),
            about="",
            thread="",
            reader_name="",
            address="",
            phone=None,
            subject="",
            sender_address="",
            text="",
            html="",
            is_sealed=False,
            fallback="",
            calendar=None,
            method=None,
            problem="",
        )
    )
    return Emptied(letters, calls)
