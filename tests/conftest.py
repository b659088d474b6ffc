"""What every test may ask for: the application on both databases, a client, a clock, SQL said.

`app` runs a test once on SQLite and once on PostgreSQL; `@pytest.mark.databases("sqlite")` says that
one is enough. More in databases.py, servers.py (mail, live server) and browsers.py.
"""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from flask import Flask
from flask_sqlalchemy.session import Session
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Engine, event
from sqlalchemy.orm import scoped_session

from eventsapp import glances, logs
from eventsapp.app import create_app
from eventsapp.database import db
from eventsapp.settings import SETTINGS
from tests.pages import PageClient

if TYPE_CHECKING:  # pytest loads these below, and rewrites their asserts
    from tests.databases import Database
    from tests.servers import PostOffice

pytest_plugins = ["tests.databases", "tests.servers", "tests.mailboxes", "tests.browsers"]

# No setting of the person running the tests is heard, and nothing may lean on a machine's own time zone.
for setting in SETTINGS:
    os.environ.pop(setting.name, None)
os.environ["TZ"] = "Pacific/Auckland"
time.tzset()


def pytest_collection_finish() -> None:
    """What the tests have in common is walked through no more: looking for garbage was an eighth of a run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 25, 25)


SUNDAY_NOON = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)
"""A Sunday of the school year 2026-2027, 12:00 in Paris: when every story starts."""


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """The time, standing at SUNDAY_NOON: `clock.move_to(instant)`, `clock.shift(timedelta)`."""
    with time_machine.travel(SUNDAY_NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture(scope="session")
def apps() -> Iterator[dict[str, Flask]]:
    """One application per database, built once: building takes longer than most tests."""
    built: dict[str, Flask] = {}
    yield built
    for app in built.values():
        close(app)


def close(app: Flask) -> None:
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def build_app(
    clock: time_machine.Traveller, database: Database, post_office: PostOffice, tmp_path: Path
) -> Iterator[Callable[..., Flask]]:
    """Builds an application of one's own on the test's database: `build_app(ENVIRONMENT="production")`."""
    built: list[Flask] = []

    def build(**overrides: Any) -> Flask:
        app = create_app(settings_for(database, post_office, tmp_path) | overrides)
        database.serve(app)
        prepare(app)
        built.append(app)
        return app

    yield build
    for app in built:
        close(app)


@pytest.fixture
def app(
    apps: dict[str, Flask],
    clock: time_machine.Traveller,
    database: Database,
    post_office: PostOffice,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Flask]:
    """The application on an empty, migrated database. Its settings are put back after each test."""
    app = apps.get(database.dialect)
    if app is None:
        folder = tmp_path_factory.mktemp(database.dialect)
        app = apps[database.dialect] = create_app(settings_for(database, post_office, folder))
        database.serve(app)
        prepare(app)
    logs.configure(app)  # another test may have made an application since, whose lines look otherwise
    database.users.append(app)
    settings = dict(app.config)
    yield app
    app.config.clear()
    app.config.update(settings)


class Compiled(BytecodeCache):
    """Templates, compiled once in a process and not for each application: one takes 10 ms."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if kept := self._kept.get((bucket.key, bucket.checksum)):
            bucket.bytecode_from_string(kept)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


COMPILED = Compiled()


def prepare(app: Flask) -> None:
    """For the tests: visitors look at their pages."""
    app.test_client_class = PageClient
    app.jinja_env.bytecode_cache = COMPILED


def settings_for(database: Database, post_office: PostOffice, folder: Path) -> dict[str, Any]:
    return {
        "ENVIRONMENT": "test",
        "SECRET_KEY": "a secret that only the tests know",
        "DATABASE_URL": database.url,
        "INSTANCE_PATH": str(folder / "instance"),
        "MAIL_SERVER": post_office.host,
        "MAIL_PORT": post_office.port,
        "FORM_SECONDS": 0,  # the clock stands still while a test writes (test_traps)
    }


@pytest.fixture
def client(app: Flask) -> PageClient:
    """A visitor who inspects every page they open (see pages.py)."""
    client = app.test_client()
    assert isinstance(client, PageClient)
    return client


@pytest.fixture
def db_session(app: Flask) -> Iterator[scoped_session[Session]]:
    """A session of the test's own: commit for requests to see, they have sessions of theirs."""
    with app.app_context():
        yield db.session
        db.session.rollback()


@pytest.fixture
def statements() -> Callable[[], AbstractContextManager[list[str]]]:
    """Collects the SQL said meanwhile, BEGIN left out: `with statements() as said: …; len(said)`."""

    @contextmanager
    def listen() -> Iterator[list[str]]:
        said: list[str] = []

        def hear(_c: object, _cur: object, statement: str, *_: object) -> None:
            if not statement.startswith(("BEGIN", "PRAGMA")):
                said.append(statement)

        def hear_glance(_engine: object, statement: str, **_: object) -> None:
            said.append(statement)

        event.listen(Engine, "before_cursor_execute", hear)
        try:
            with glances.said.connected_to(hear_glance):
                yield said
        finally:
            event.remove(Engine, "before_cursor_execute", hear)

    return listen
