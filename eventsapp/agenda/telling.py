"""People are told of a change once it has stood for UNDO_MINUTES, and once for several changes.

`changed` opens or extends the notice of an event in the transaction of the change; a worker tells
what is due, one event at a time (`jobs.timetable`). What takes place within IMMINENT is told at
once: whoever sets out tomorrow morning must hear of it tonight.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update

from eventsapp.agenda import revisions
from eventsapp.agenda.listeners import Change, Listeners
from eventsapp.agenda.models import Event
from eventsapp.agenda.notice_models import BatchedChange, ChangeBatch, Notice
from eventsapp.database import db
from eventsapp.settings import setting

listeners = Listeners()

IMMINENT = timedelta(hours=48)
"""Before an event, changes are told at once."""


@dataclass(frozen=True)
class Backlog:
    """Notices that have fallen due and are not told."""

    due: int
    oldest_due: datetime | None


def undo_window() -> timedelta:
    """How long a change can be undone before people are told."""
    return timedelta(minutes=setting("UNDO_MINUTES"))


def is_imminent(*starts: datetime, now: datetime) -> bool:
    """Whether a change between these hours is told at once: one of them is near, or there is no window."""
    return undo_window() <= timedelta(0) or min(starts) - now < IMMINENT


def changed(
    event: Event,
    before: dict[str, Any],
    *,
    actor: str,
    now: datetime,
    batch: ChangeBatch | None = None,
    room: bool = False,
) -> Notice | None:
    """Has people told of a change that was just made to `event`; `before` is what `remembered` gave.

    The event is locked and flushed. Gives the notice that waits; None when they were told at once.
    `room`: its room changed and that is told too.
    """
    notice = notice_of(event)
    if notice is None:
        notice = Notice(event=event, opened_at=now, **before)
        db.session.add(notice)
    notice.changed_at, notice.due_at = now, now + undo_window()
    notice.actor, notice.batch = actor, batch
    db.session.flush()
    if batch is not None:
        _note_batched(batch, notice, before)
    if is_imminent(notice.starts_at, before["starts_at"], event.starts_at, now=now):
        close(notice, now, room=room)
        return None
    return notice


def notice_of(event: Event) -> Notice | None:
    """The notice that waits for an event; read again after its lock."""
    return db.session.scalars(
        select(Notice).where(Notice.event_id == event.id).execution_options(populate_existing=True)
    ).first()


def due(now: datetime) -> Sequence[int]:
    """The ids of the events whose people are to be told by `now`, the longest due first; one statement."""
    return db.session.scalars(
        select(Notice.event_id).where(Notice.due_at <= now).order_by(Notice.due_at, Notice.id)
    ).all()


def tell(event_id: int, now: datetime) -> bool:
    """Tells the people of one event what is due; False when another has, or somebody undid it meanwhile.

    Locks the event as whoever changes it does, so that people hear what holds; an event that
    another transaction holds is left for the next turn.
    """
    event = revisions.claim(event_id)
    notice = notice_of(event) if event is not None else None
    if notice is None or notice.due_at > now:
        return False
    close(notice, now)
    return True


def close(notice: Notice, now: datetime, *, room: bool = False) -> None:
    """Tells whoever does not know how things stand, and forgets the notice."""
    is_batched = notice.batch_id is not None
    change = Change(notice.event, notice.terms, room=room, actor=notice.actor, is_batched=is_batched)
    db.session.execute(
        update(BatchedChange)
        .where(BatchedChange.notice_id == notice.id)
        .values(notice_id=None)
        .execution_options(synchronize_session="fetch")
    )
    db.session.delete(notice)
    db.session.flush()
    listeners.changed(change, now)


def backlog(now: datetime) -> Backlog:
    """What should have been told by `now`; one statement."""
    number, oldest = db.session.execute(
        select(func.count(Notice.id), func.min(Notice.due_at)).where(Notice.due_at <= now)
    ).one()
    return Backlog(number, oldest)


def _note_batched(batch: ChangeBatch, notice: Notice, before: dict[str, Any]) -> None:
    """Keeps what the event was before the batch touched it first."""
    known = select(BatchedChange.id).where(
        BatchedChange.batch_id == batch.id, BatchedChange.event_id == notice.event_id
    )
    if db.session.scalar(known) is None:
        db.session.add(BatchedChange(batch=batch, event=notice.event, notice=notice, **before))
        db.session.flush()
