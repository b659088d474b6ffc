"""Whether the tables are those that the program expects: the database's revision and the migrations' head."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy.exc import OperationalError

from eventsapp.database import db
from eventsapp.settings import PRODUCTION, UnsafeSettings, setting

HOW_TO_MIGRATE = "run: flask --app wsgi db upgrade"


@dataclass(frozen=True)
class State:
    """Where the database stands and where it should; None where nothing was ever migrated."""

    current: str | None
    head: str | None

    @property
    def is_current(self) -> bool:
        """The tables are those the program expects."""
        return self.current == self.head


def state() -> State:
    """Asks the database; one short statement or two, the migrations themselves being read once."""
    context = MigrationContext.configure(db.session.connection())
    return State(context.get_current_revision(), _head(current_app.extensions["migrate"].directory))


def refuse_unreachable() -> None:
    """Raises UnsafeSettings when no database answers at DATABASE_URL, saying where and why."""
    try:
        db.session.connection()
    except OperationalError as error:
        where = db.engine.url.render_as_string(hide_password=True)
        reason = " ".join(str(error.orig).split())
        raise UnsafeSettings(f"DATABASE_URL: no database answers at {where}: {reason}") from error
    finally:
        db.session.remove()


def refuse_unmigrated() -> None:
    """In production, raises UnsafeSettings unless the database is migrated, saying what to run."""
    if setting("ENVIRONMENT") != PRODUCTION:
        return
    refuse_unreachable()
    found = state()
    db.session.remove()
    db.engine.dispose()  # a server that forks afterwards must not share this connection
    if not found.is_current:
        raise UnsafeSettings(
            f"the database is at migration {found.current or 'none'}, "
            f"the program expects {found.head}; {HOW_TO_MIGRATE}"
        )


@lru_cache(maxsize=4)
def _head(directory: str) -> str | None:
    return ScriptDirectory(directory).get_current_head()
