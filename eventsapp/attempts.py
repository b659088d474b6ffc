"""How often something was tried by whom: the count behind every rate limit, in the database.

Several processes share it, so a limit holds however many there are; `limits` and Flask-Limiter know
memory, Redis, Memcached and MongoDB, no SQL, and one more server for one small table is not worth it.

The window slides: what the one before held counts in proportion to how much of it is still within
reach, so that nobody gets twice the limit around a boundary (the approximation that Cloudflare
describes in "How we built rate limiting capable of scaling to millions of domains", 2017). What is
refused is not counted: whoever waits gets in. Nobody's address is kept, a keyed fingerprint is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Connection,
    Executable,
    Integer,
    String,
    UniqueConstraint,
    bindparam,
    case,
    delete,
    literal_column,
    select,
    true,
    union_all,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from eventsapp.codes import keyed_fingerprint
from eventsapp.database import Model, Moment, db, rows_changed
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


@dataclass(frozen=True, kw_only=True)
class Try:
    """One attempt of a kind by somebody, and how many they may make within which time."""

    kind: str
    who: str
    most: int
    within: timedelta

    def window(self, now: datetime) -> datetime:
        """When the present window began."""
        seconds = int(self.within.total_seconds())
        return datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, UTC)

    @property
    def mark(self) -> str:
        """Whose it is; of each kind another, so that it says both."""
        return keyed_fingerprint(str(setting("SECRET_KEY")), "attempts", self.kind, self.who)

    def key(self, at: datetime) -> dict[str, Any]:
        """Which row counts what they made in the window of that moment."""
        return {"of_kind": self.kind, "by_whom": self.mark, "in_window": self.window(at)}


def count(kind: str, who: str, *, most: int, within: timedelta, now: datetime) -> int:
    """Counts one attempt, and gives 0; or, where it is one too many, the seconds to wait (`count_all`)."""
    return count_all([Try(kind=kind, who=who, most=most, within=within)], now=now)


def count_all(tries: Sequence[Try], *, now: datetime, on: Connection | None = None) -> int:
    """Counts one attempt against each limit, no two of them the same, and gives 0; or, where it is one too
    many for any, counts none of them and gives the seconds to wait for the first of these.

    Exact among any number of processes: of 2 x `most` at once, `most` are counted. One statement where
    nobody is refused; rows are locked in the order of `tries`, until the transaction ends. `on`: a connection
    whose statements are transactions of their own (`database.at_once`), to count before the session begins;
    what one limit refuses then stands counted by the others until it is taken back, a moment later.
    """
    database = on or db.session()
    counted = _counted(database, tries, now)
    for one, found in zip(tries, counted, strict=True):
        elapsed = now - one.window(now)
        if found is None:
            present, before = one.most, database.scalar(_COUNT, one.key(now - one.within)) or 0
        else:
            present, before = found
            if present <= _room(before, elapsed, most=one.most, within=one.within):
                continue
            present -= 1  # it was one too many beside what the window before held
        _take_back(database, [one for one, found in zip(tries, counted, strict=True) if found], now)
        return _wait(before, present, elapsed, most=one.most, within=one.within)
    return 0


def _counted(
    database: Connection | Session, tries: Sequence[Try], now: datetime
) -> list[tuple[int, int] | None]:
    """Counts one for each; how many there are in this window then, and in the one before. None where there
    were as many as may be, and none is counted."""
    marks = [one.mark for one in tries]
    values: dict[str, Any] = {}
    for number, (one, mark) in enumerate(zip(tries, marks, strict=True)):
        window = one.window(now)
        said = {"kind": one.kind, "who": mark, "now": window, "before": window - one.within, "most": one.most}
        values |= {f"{name}_{number}": value for name, value in said.items()}
    rows = database.execute(_one_more(db.engine.dialect.name, len(tries)), values)
    found = {row[0]: row for row in rows}
    return [
        (found[mark][1], found[mark][2 + number] or 0) if mark in found else None
        for number, mark in enumerate(marks)
    ]


def _take_back(database: Connection | Session, counted: Sequence[Try], now: datetime) -> None:
    """They were counted, and are not."""
    for one in counted:
        if database.execute(_THE_ONLY_ONE, one.key(now)).first() is None:
            database.execute(_ONE_LESS, one.key(now))


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


_ROWS = Model.metadata.tables[Attempts.__tablename__]
_TABLE, _EARLIER = _ROWS.c, _ROWS.alias().c
_WHOSE = (
    _TABLE.kind == bindparam("of_kind"),
    _TABLE.who == bindparam("by_whom"),
    _TABLE.window_at == bindparam("in_window"),
)
_COUNT = select(_TABLE.count).where(*_WHOSE)
_THE_ONLY_ONE = delete(_ROWS).where(*_WHOSE, _TABLE.count <= 1).returning(_TABLE.id)
_ONE_LESS = update(_ROWS).where(*_WHOSE).values(count=_TABLE.count - 1)


@lru_cache(maxsize=8)
def _one_more(dialect: str, tries: int) -> Executable:
    """Counts one in each row where fewer than its `most` are counted, and gives of these how many there are
    then, and in the window before. Made once, for every form passes here; a SELECT, for SQLAlchemy would
    compile VALUES of several rows each time."""
    numbers = range(tries)
    rows: CompoundSelect[Any] = union_all(
        *(
            select(
                bindparam(f"kind_{number}", type_=String()),
                bindparam(f"who_{number}", type_=String()),
                bindparam(f"now_{number}", type_=Moment()),
                literal_column("1"),
            ).where(true())  # SQLite takes ON CONFLICT for that of a join otherwise
            for number in numbers
        )
    )

    most = case(
        *(
            (_TABLE.who == bindparam(f"who_{number}"), bindparam(f"most_{number}", type_=Integer()))
            for number in numbers
        )
    )
    before = (
        select(_EARLIER.count)
        .where(
            _EARLIER.kind == bindparam(f"kind_{number}"),
            _EARLIER.who == bindparam(f"who_{number}"),
            _EARLIER.window_at == bindparam(f"before_{number}"),
        )
        .scalar_subquery()
        .label(f"before_{number}")
        for number in numbers
    )
    return (
        (postgresql if dialect == "postgresql" else sqlite)
        .insert(_ROWS)
        .from_select(["kind", "who", "window_at", "count"], rows)
        .on_conflict_do_update(
            index_elements=["kind", "who", "window_at"],
            set_={"count": _TABLE.count + 1},
            where=_TABLE.count < most,
        )
        .returning(_TABLE.who, _TABLE.count, *before)
    )
