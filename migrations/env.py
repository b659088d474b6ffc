"""Runs the migrations on the database that the application is bound to (`flask --app wsgi db …`)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import Connection

import eventsapp
from eventsapp.database import Moment, db

# Every room that stores something, so that `metadata` is whole whoever runs the migrations.
for room in sorted(Path(eventsapp.__file__).parent.glob("*/*models.py")):
    import_module(f"eventsapp.{room.parent.name}.{room.stem}")
import_module("eventsapp.journal")


def leave_empty_revisions_out(migration: Any, revision: Any, directives: list[Any]) -> None:
    """`db migrate` without a change of the models writes no file."""
    asked_for = getattr(context.config.cmd_opts, "autogenerate", False)
    if asked_for and directives and directives[0].upgrade_ops.is_empty():
        directives[:] = []


def render_plainly(kind: str, item: Any, autogen: Any) -> str | bool:
    """Migrations outlive the code: they name no class of ours."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, Moment) else False


@contextmanager
def rows_kept(connection: Connection) -> Iterator[None]:
    """SQLite rebuilds a table by dropping it: with foreign keys on, not while a row refers to it.

    So they are off meanwhile and all of them checked at the end (sqlite.org/lang_altertable.html, 7).
    Raises LookupError for a row that refers to nothing. The switch is deaf inside a transaction.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    database = connection.connection.driver_connection
    database.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
        lost = database.execute("PRAGMA foreign_key_check").fetchall()
    finally:
        database.execute("PRAGMA foreign_keys = ON")
    if lost:
        raise LookupError(f"rows that refer to nothing (table, row, to): {[line[:3] for line in lost[:10]]}")


def run() -> None:
    """Each migration in a transaction of its own, on SQLite by rebuilding tables (batch mode)."""
    options = dict(current_app.extensions["migrate"].configure_args)
    options.setdefault("render_item", render_plainly)
    options.setdefault("process_revision_directives", leave_empty_revisions_out)
    with db.engine.connect() as connection, rows_kept(connection):
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            transaction_per_migration=True,
            **options,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
