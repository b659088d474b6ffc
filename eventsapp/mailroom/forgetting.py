"""Letters are emptied of whoever they were written to: that one was sent, of which kind and when, stays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, delete, exists, func, or_, select, update
from sqlalchemy.orm import aliased

from eventsapp.database import db, rows_changed
from eventsapp.mailroom.models import CallAttempt, Letter, LetterStatus

ENDED = (LetterStatus.SENT, LetterStatus.STALE)


LAST = "last"
"""What a letter is about whose reader was forgotten while it was on its way: it is emptied once it left."""
LAST_FOR = timedelta(days=2)
"""How long it is tried for."""


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
    return Emptied(_emptied(Letter.about.in_(about), now), calls)


def keep_last(about: Collection[str], *, now: datetime) -> int:
    """Of the letters about these, the CANCEL of a date whose invitation has left goes out before it is
    emptied, by mail alone; how many. Without it the date would stand in their calendar for good."""
    invitation = aliased(Letter)
    was_invited = exists().where(
        invitation.about.in_(about),
        invitation.thread == Letter.thread,
        invitation.method == "REQUEST",
        invitation.status == LetterStatus.SENT,
    )
    over = now + LAST_FOR
    return rows_changed(
        update(Letter)
        .where(
            Letter.about.in_(about),
            Letter.method == "CANCEL",
            Letter.status == LetterStatus.WAITING,
            was_invited,
        )
        .values(
            about=LAST,
            phone=None,
            fallback="",
            useless_after=case(
                (and_(Letter.useless_after.is_not(None), Letter.useless_after < over), Letter.useless_after),
                else_=over,
            ),
        )
        .execution_options(synchronize_session=False)
    )


def last_of(now: datetime) -> Counter[int | None]:
    """How many last letters have left, or never will, by territory; one statement."""
    rows = db.session.execute(
        select(Letter.territory_id, func.count()).where(_is_done(now)).group_by(Letter.territory_id)
    )
    return Counter({territory_id: int(number) for territory_id, number in rows})


def empty_last(territory_id: int | None, *, now: datetime) -> int:
    """Empties those of one territory; how many."""
    return _emptied(and_(_is_done(now), Letter.territory_id == territory_id), now)


def delete_settled(kind: str, *, before: datetime, most: int) -> int:
    """Deletes the next `most` letters of a kind that left, failed or went stale before an instant; how many.

    For what tells its reader nothing that anybody would have to prove later; no call and no other letter
    hangs on it.
    """
    settled = (
        select(Letter.id)
        .where(
            Letter.kind == kind,
            Letter.status.in_((*ENDED, LetterStatus.FAILED)),
            Letter.finished_at <= before,
        )
        .order_by(Letter.finished_at, Letter.id)  # as its index stands: it reads no more than it deletes
        .limit(most)
    )
    return rows_changed(delete(Letter).where(Letter.id.in_(settled.scalar_subquery())))


def _is_done(now: datetime) -> ColumnElement[bool]:
    left = Letter.status.in_((*ENDED, LetterStatus.FAILED))
    return and_(Letter.about == LAST, or_(left, Letter.useless_after <= now))


def _emptied(which: ColumnElement[bool], now: datetime) -> int:
    is_ended = Letter.status.in_(ENDED)
    return rows_changed(
        update(Letter)
        .where(which)
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
            headers="",
            is_sealed=False,
            fallback="",
            calendar=None,
            method=None,
            problem="",
        )
        .execution_options(synchronize_session=False)
    )
