"""How often something was tried by whom: the count behind every rate limit, in the database.

Several processes share it, so a limit holds however many there are; `limits` and Flask-Limiter know
memory, Redis, Memcached and MongoDB, no SQL, and one more server for one small table is not worth it.

The window slides: what the one before held counts in proportion to how much of it is still within
reach, so that nobody gets twice the limit around a boundary (the approximation that Cloudflare
describes in "How we built rate limiting capable of scaling to millions of domains", 2017). What is
refused is not counted: whoever waits gets in. Nobody's address is kept, a keyed fingerprint is.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache

from sqlalchemy import Executable, Integer, String, UniqueConstraint, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from eventsapp.codes import keyed_fingerprint
from eventsapp.database import Model, db, rows_changed
from eventsapp.settings import setting

KEPT = timedelta(days=2)
"""Longer than any window and the one before."""


class Attempts(Model):
    """How many attempts of a kind one person, network or account made in one window."""

    __tablename__ = "attempts"
    __table_args__ = (UniqueConstraint("kind", "who", "window_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(60))
    who: Mapped[str] = mapped_column(String(64))
    window_at: Mapped[datetime] = mapped_column(index=True)
    count: Mapped[int]


def count(kind: str, who: str, *, most: int, within: timedelta, now: datetime) -> int:
    """Counts one attempt, and gives 0; or, where it is one too many, the seconds to wait.

    Exact among any number of processes: of 2 x `most` at once, `most` are counted.
    """
    mark, window = _print(kind, who), _window(now, within)
    whose = {"of_kind": kind, "by_whom": mark}
    now_and_before = {"in_window": window, "window_before": window - within}
    counted = db.session.execute(
        _one_more(db.engine.dialect.name), {**whose, **now_and_before, "most": most}
    ).first()
    if counted is None:
        present, before = most, db.session.scalar(_BEFORE, {**whose, **now_and_before}) or 0
    else:
        present, before = counted.present, counted.before or 0
        if present <= _room(before, now - window, most=most, within=within):
            return 0
        # It was one too many beside what the window before held; the row is ours until the transaction ends.
        db.session.execute(_ONE_LESS, {**whose, "in_window": window})
        present -= 1
    return _wait(before, present, now - window, most=most, within=within)


def forget_old(now: datetime) -> int | None:
    """Deletes windows that count no more; how many, or None when there were none."""
    return rows_changed(delete(Attempts).where(Attempts.window_at <= now - KEPT)) or None


def _room(before: int, elapsed: timedelta, *, most: int, within: timedelta) -> int:
    """How many this window may hold by now; in whole microseconds, as _wait promises it."""
    return most + (before * (elapsed - within)) // within


def _wait(before: int, present: int, elapsed: timedelta, *, most: int, within: timedelta) -> int:
    """Seconds until one more fits: later in this window, or in the next."""
    if before and present < most:
        fits = within - within * (most - present - 1) // before
        if elapsed < fits < within:
            return _seconds(fits - elapsed)
    after = max(timedelta(0), within - within * (most - 1) // present) if present else timedelta(0)
    return max(1, _seconds(within - elapsed + after))


def _seconds(time: timedelta) -> int:
    """Whole seconds, rounded up."""
    return -(-time // timedelta(seconds=1))


def _window(now: datetime, within: timedelta) -> datetime:
    seconds = int(within.total_seconds())
    return datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, UTC)


_ROWS = Model.metadata.tables[Attempts.__tablename__]
_TABLE, _EARLIER = _ROWS.c, _ROWS.alias().c
_BEFORE = select(_EARLIER.count).where(
    _EARLIER.kind == bindparam("of_kind"),
    _EARLIER.who == bindparam("by_whom"),
    _EARLIER.window_at == bindparam("window_before"),
)
_ONE_LESS = (
    update(_ROWS)
    .where(
        _TABLE.kind == bindparam("of_kind"),
        _TABLE.who == bindparam("by_whom"),
        _TABLE.window_at == bindparam("in_window"),
    )
    .values(count=_TABLE.count - 1)
)


@lru_cache(maxsize=2)
def _one_more(dialect: str) -> Executable:
    """Counts one where fewer than `most` are counted, and gives how many there are then, and in the window
    before: one statement, made once, for every form passes here."""
    one = (postgresql if dialect == "postgresql" else sqlite).insert(_ROWS)
    return (
        one.values(
            kind=bindparam("of_kind"), who=bindparam("by_whom"), window_at=bindparam("in_window"), count=1
        )
        .on_conflict_do_update(
            index_elements=["kind", "who", "window_at"],
            set_={"count": _TABLE.count + 1},
            where=_TABLE.count < bindparam("most", type_=Integer()),
        )
        .returning(_TABLE.count.label("present"), _BEFORE.scalar_subquery().label("before"))
    )


def _print(kind: str, who: str) -> str:
    return keyed_fingerprint(str(setting("SECRET_KEY")), "attempts", kind, who)
