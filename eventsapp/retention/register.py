"""The register of deletions is written, read, and checked."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from eventsapp.clock import day_of
from eventsapp.database import db
from eventsapp.places.models import Territory
from eventsapp.retention.models import DataKind, Deletion, DeletionRule

PER_PAGE = 50


def note(
    territory_id: int,
    rows: Mapping[DataKind, int],
    *,
    rule: DeletionRule,
    now: datetime,
    activity_id: int | None = None,
    months: int | None = None,
) -> None:
    """One line for each kind of which anything was deleted, in the transaction that deletes it.

    The territory is locked: lines of one register come one after the other, and none shares a number.
    """
    wanted = [(kind, many) for kind, many in rows.items() if many]
    if not wanted:
        return
    db.session.execute(select(Territory.id).where(Territory.id == territory_id).with_for_update())
    last = db.session.scalars(
        select(Deletion).where(Deletion.territory_id == territory_id).order_by(Deletion.number.desc())
    ).first()
    number, seal = (last.number, last.seal) if last else (0, "")
    for kind, many in wanted:
        number += 1
        line = Deletion(
            territory_id=territory_id,
            number=number,
            day=day_of(now),
            done_at=now,
            activity_id=activity_id,
            kind=kind,
            rule=rule,
            months=months,
            rows=many,
        )
        line.seal = seal = seal_of(line, seal)
        db.session.add(line)
    db.session.flush()


def seal_of(line: Deletion, before: str) -> str:
    """SHA-256 of what a line says and of the seal before it, in hexadecimal."""
    said = (
        before,
        line.territory_id,
        line.number,
        line.day.isoformat(),
        line.done_at.astimezone(UTC).isoformat(),
        line.activity_id or "",
        line.kind.value,
        line.rule.value,
        line.months or "",
        line.rows,
    )
    return hashlib.sha256("\x1f".join(map(str, said)).encode()).hexdigest()


def first_broken(lines: Sequence[Deletion]) -> int | None:
    """The number of the first line that is missing or was changed; None: all is as it was written.

    `lines`: the whole register of a territory, in order.
    """
    if lines and (lines[0].number != 1 or lines[0].seal != seal_of(lines[0], "")):
        return 1
    for before, line in pairwise(lines):
        if line.number != before.number + 1 or line.seal != seal_of(line, before.seal):
            return before.number + 1
    return None


def of_territory(territory: Territory) -> Sequence[Deletion]:
    """The whole register, the first line first; one statement."""
    return db.session.scalars(
        select(Deletion)
        .where(Deletion.territory_id == territory.id)
        .options(joinedload(Deletion.activity))
        .order_by(Deletion.number)
    ).all()


def sums(lines: Sequence[Deletion]) -> dict[DataKind, int]:
    """How many rows of each kind in all, in the order of kinds."""
    found: Counter[DataKind] = Counter()
    for line in lines:
        found[line.kind] += line.rows
    return {kind: found[kind] for kind in DataKind if kind in found}
