"""What is known of reading the mailbox: who reads it now, when it was last read, what went wrong.

One row says so. One worker at a time reads, for as long as it says so again and again: one that dies is
followed after HELD_FOR. A mail whose reading dies is counted before it is read, so that even a process that
is killed by one does not begin again for ever (RULES I18).
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.exc import IntegrityError

from eventsapp.database import db, rows_changed
from eventsapp.mailroom.mailbox import Problem
from eventsapp.mailroom.models import MailboxReading, MailboxTry

HELD_FOR = timedelta(minutes=3)
"""How long a worker that says nothing more is waited for: a mail is read in far less."""
MOST_TRIES = 3
"""So often a mail is begun; then it is set aside, for a human to look at."""
TRIES_KEPT = timedelta(days=30)
THE_ONLY = 1


@dataclass(frozen=True)
class State:
    """How reading goes."""

    last_read_at: datetime | None
    """When everything that waited was last read; None: never yet."""
    problem: Problem | None
    """Why not now."""
    problem_since: datetime | None


def state() -> State:
    """How reading goes, as far as anybody has tried."""
    row = db.session.get(MailboxReading, THE_ONLY)
    if row is None:
        return State(None, None, None)
    return State(row.last_read_at, Problem[row.problem] if row.problem else None, row.problem_since)


def claim(reader: str, now: datetime) -> bool:
    """Takes the mailbox for this worker, unless another one reads it."""
    if db.session.get(MailboxReading, THE_ONLY) is None:
        with suppress(IntegrityError), db.session.begin_nested():  # another worker writes the first row too
            db.session.add(MailboxReading(id=THE_ONLY))
    free = or_(MailboxReading.held_until.is_(None), MailboxReading.held_until <= now)
    mine = MailboxReading.held_by == reader
    return bool(
        rows_changed(
            update(MailboxReading)
            .where(MailboxReading.id == THE_ONLY, or_(free, mine))
            .values(held_by=reader, held_until=now + HELD_FOR)
        )
    )


def begin(key: str, reader: str, now: datetime) -> int | None:
    """Which try of this mail begins, from 1; None where another worker has taken the mailbox meanwhile."""
    if not claim(reader, now):
        return None
    row = db.session.get(MailboxTry, key)
    if row is None:
        row = MailboxTry(key=key, tries=0, begun_at=now)
        db.session.add(row)
    row.tries += 1
    return row.tries


def end(key: str) -> None:
    """A mail was read, or set aside: how often it was begun matters no more."""
    db.session.execute(delete(MailboxTry).where(MailboxTry.key == key))


def all_read(reader: str, now: datetime) -> None:
    """Nothing waits any more; the next may read."""
    _release(reader, last_read_at=now, problem="", problem_since=None)


def not_read(reader: str, problem: Problem, now: datetime) -> None:
    """The mailbox could not be read; since when is kept from the first time."""
    row = db.session.get(MailboxReading, THE_ONLY)
    since = row.problem_since if row is not None and row.problem_since is not None else now
    _release(reader, problem=problem.name, problem_since=since)


def leave(reader: str) -> None:
    """This worker reads no further for now; something may wait."""
    _release(reader)


def _release(reader: str, **said: object) -> None:
    db.session.execute(
        update(MailboxReading)
        .where(MailboxReading.id == THE_ONLY, MailboxReading.held_by == reader)
        .values(held_by="", held_until=None, **said)
        .execution_options(synchronize_session=False)
    )
    db.session.expire_all()


def forget_old(now: datetime) -> int:
    """Forgets tries of mails that came to no end: the mailbox was emptied, or is another one; how many."""
    old = select(MailboxTry.key).where(MailboxTry.begun_at < now - TRIES_KEPT)
    return rows_changed(delete(MailboxTry).where(MailboxTry.key.in_(old)))
