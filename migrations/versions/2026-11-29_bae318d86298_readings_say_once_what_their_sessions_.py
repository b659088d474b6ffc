"""Readings say once what their sessions say alike

Revision ID: bae318d86298
Revises: 908ad541f792
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op


revision = 'bae318d86298'
down_revision = '908ad541f792'
branch_labels = None
depends_on = None

SOURCES = sa.table('import_source', sa.column('id', sa.Integer), sa.column('reading', sa.JSON(none_as_null=True)))
TEXTS = ('parent', 'title', 'summary', 'description', 'place', 'address', 'url')


def upgrade() -> None:
    # Until now each session was kept whole. A file that was sent is nowhere else, and an address that answers
    # « 304 Not Modified » is not read again: what was read is written anew, not forgotten.
    _rewrite(_shared, lambda reading: 'texts' not in reading)


def downgrade() -> None:
    _rewrite(_whole, lambda reading: 'texts' in reading)


def _rewrite(written: Callable[[dict[str, Any]], dict[str, Any]], is_due: Callable[[dict[str, Any]], bool]) -> None:
    """One source at a time: a reading in the old form may be of 100 MB."""
    bind = op.get_bind()
    for number in bind.scalars(sa.select(SOURCES.c.id).where(SOURCES.c.reading.is_not(None))).all():
        here = SOURCES.c.id == number
        reading = bind.scalar(sa.select(SOURCES.c.reading).where(here))
        if is_due(reading):
            bind.execute(sa.update(SOURCES).where(here).values(reading=written(reading)))


def _shared(reading: dict[str, Any]) -> dict[str, Any]:
    """Texts stand in a list of their own, each combination once; a session says which is its."""
    texts: dict[tuple[str, ...], int] = {}
    rows = [
        {'said': texts.setdefault(tuple(row[name] for name in TEXTS), len(texts))}
        | {name: value for name, value in row.items() if name not in TEXTS}
        for row in reading['rows']
    ]
    return reading | {'texts': [list(said) for said in texts], 'rows': rows}


def _whole(reading: dict[str, Any]) -> dict[str, Any]:
    """Each session says its texts itself."""
    texts = [dict(zip(TEXTS, said, strict=True)) for said in reading['texts']]
    rows = [
        texts[row['said']] | {name: value for name, value in row.items() if name != 'said'}
        for row in reading['rows']
    ]
    return {name: value for name, value in reading.items() if name != 'texts'} | {'rows': rows}
