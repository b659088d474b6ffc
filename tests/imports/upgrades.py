"""A database that comes from an earlier release, with what its agendas said then."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import flask_migrate
import sqlalchemy as sa

from eventsapp.database import db
from eventsapp.imports.rows import Reading

SESSIONS_WHOLE = "908ad541f792"
"""Until this revision each session of a reading was kept whole, its texts with it."""
SOURCES = sa.table(
    "import_source", sa.column("id", sa.Integer), sa.column("reading", sa.JSON(none_as_null=True))
)


def kept_readings() -> dict[int, Any]:
    """What the database holds of each source, as it stands there."""
    found = db.session.execute(sa.select(SOURCES.c.id, SOURCES.c.reading)).all()
    db.session.remove()
    return dict(found)


def whole(reading: Reading) -> dict[str, Any]:
    """A reading as it was kept then."""
    rows = [
        asdict(row) | {"starts_at": row.starts_at.isoformat(), "ends_at": row.ends_at.isoformat()}
        for row in reading.rows
    ]
    return {"records": reading.records, "rows": rows, "refused": [asdict(one) for one in reading.refused]}


def read_before_the_upgrade() -> None:
    """All that was read was read by that release; the present one has been installed since."""
    readings = {number: Reading.from_dict(kept) for number, kept in kept_readings().items() if kept}
    flask_migrate.downgrade(revision=SESSIONS_WHOLE)
    for number, reading in readings.items():
        here = sa.update(SOURCES).where(SOURCES.c.id == number)
        db.session.execute(here.values(reading=whole(reading)))
    db.session.commit()
    db.session.remove()
    flask_migrate.upgrade()
