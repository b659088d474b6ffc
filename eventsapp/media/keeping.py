"""Keeping pictures, and forgetting those that nothing shows any more."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, exists, false, select
from sqlalchemy.dialects import postgresql, sqlite

from eventsapp.database import Model, db, rows_changed
from eventsapp.media.models import Picture
from eventsapp.media.pictures import Renewed
from eventsapp.refusals import NotFound

UNUSED = timedelta(days=1)
"""How long a picture may stand unused before the night's job takes it."""


def keep(renewed: Renewed, *, now: datetime) -> Picture:
    """The row of a picture; given twice, at once too, it is one row.

    Its `added_at` rises each time, so that `forget`, which waits for this row, sees that it is wanted.
    """
    large, small = renewed.large, renewed.small
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    first = dialect.insert(Picture).values(
        fingerprint=hashlib.sha256(large.octets).hexdigest(),
        width=large.width,
        height=large.height,
        small_width=small.width,
        small_height=small.height,
        weight=len(large.octets),
        added_at=now,
        octets=large.octets,
        small_octets=small.octets,
    )
    kept = first.on_conflict_do_update(index_elements=["fingerprint"], set_={"added_at": now})
    number = db.session.scalar(kept.returning(Picture.id))
    return db.session.scalars(
        select(Picture).where(Picture.id == number).execution_options(populate_existing=True)
    ).one()


def shown(fingerprint: str, *, small: bool) -> bytes:
    """The octets behind an address; one statement. Raises NotFound."""
    column = Picture.small_octets if small else Picture.octets
    found = db.session.scalar(select(column).where(Picture.fingerprint == fingerprint))
    if found is None:
        raise NotFound()
    return found


def forget(picture: Picture) -> bool:
    """Deletes a picture at once, unless something else shows it or somebody gives it again meanwhile."""
    unchanged = (Picture.id == picture.id, Picture.added_at == picture.added_at)
    return rows_changed(delete(Picture).where(*unchanged, ~_in_use())) > 0


def forget_unused(now: datetime) -> int | None:
    """Deletes pictures that nothing shows, a day after they were given; how many, or None for none."""
    return rows_changed(delete(Picture).where(Picture.added_at <= now - UNUSED, ~_in_use())) or None


def _in_use() -> ColumnElement[bool]:
    """Whether any row of any table refers to it: upper rooms have theirs, which this one does not know."""
    used: ColumnElement[bool] = false()
    for table in Model.metadata.tables.values():
        for key in table.foreign_keys:
            if key.column is Picture.__table__.c.id:
                used = used | exists().where(key.parent == Picture.id)
    return used
