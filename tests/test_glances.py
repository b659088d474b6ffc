"""A glance sees what stands committed now; its connections outlive neither their server nor their engine."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC
from typing import Any

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Engine, bindparam, create_engine, event, make_url, select, text, update

from eventsapp.database import db, prepare_engine
from eventsapp.glances import Glance, NotSeen
from eventsapp.places.models import Territory
from tests.databases import Database
from tests.factories import a_territory

Statements = Callable[[], AbstractContextManager[list[str]]]
NAME = "an engine of this test"
COLUMNS = (Territory.slug, Territory.name, Territory.revised_at)
BY_SLUG = Glance(select(*COLUMNS).where(Territory.slug == bindparam("slug")), {"slug": "paris-19"})
OF_ANY = Glance(
    select(*COLUMNS).where(Territory.slug.in_(bindparam("slugs", expanding=True))),
    {"slugs": ("paris-18", "paris-19")},
)


@pytest.fixture
def town(db_session: object) -> Territory:
    """Paris 19e, committed."""
    territory = a_territory()
    db.session.commit()
    return territory


@contextmanager
def maintenance(database: Database) -> Iterator[psycopg.Connection]:
    """The database's superuser, beside it."""
    beside = make_url(database.url).set(drivername="postgresql", database="postgres")
    with psycopg.connect(beside.render_as_string(hide_password=False), autocommit=True) as connection:
        yield connection


@pytest.fixture
def engine(database: Database) -> Iterator[Engine]:
    """One that bears a name, so that the server can end its connections and no others."""
    engine = create_engine(make_url(database.url).update_query_dict({"application_name": NAME}))
    yield engine
    engine.dispose()


def hang_up(beside: psycopg.Connection, database: Database) -> int:
    """The server ends all connections of that engine, as when it is started anew; how many there were.

    To this database only: other workers' tests name their engines alike, on the same server.
    """
    ended = (
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        " WHERE application_name = %s AND datname = %s"
    )
    return len(beside.execute(ended, [NAME, make_url(database.url).database]).fetchall())


@pytest.mark.parametrize("glance", [BY_SLUG, OF_ANY], ids=["one", "any of"])
def test_it_finds_what_a_session_finds(town: Territory, glance: Glance, statements: Statements) -> None:
    with statements() as said:
        found = glance.rows()
    assert len(said) == 1
    assert [tuple(row) for row in found] == [(town.slug, town.name, town.revised_at)]
    assert (found[0].slug, found[0].revised_at.tzinfo) == ("paris-19", UTC)


@pytest.mark.usefixtures("town")
def test_one_statement_is_written_once_for_all_who_ask_it_each_with_their_own_words() -> None:
    a_territory(18)
    db.session.commit()

    def asked(*slugs: str) -> list[Any]:
        return sorted(Glance(OF_ANY.statement, {"slugs": slugs}).rows())

    both, one, none = asked("paris-19", "paris-18"), asked("paris-19"), asked()
    assert [[row.slug for row in found] for found in (both, one, none)] == [
        ["paris-18", "paris-19"],
        ["paris-19"],
        [],
    ]
    assert len({type(row) for row in (*both, *one)}) == 1


def test_it_sees_what_another_committed_and_nothing_before(town: Territory) -> None:
    assert BY_SLUG.rows()[0].name == town.name
    db.session.execute(update(Territory).values(name="Le 19e"))
    assert BY_SLUG.rows()[0].name != "Le 19e"
    db.session.commit()
    assert BY_SLUG.rows()[0].name == "Le 19e"


@pytest.mark.usefixtures("town")
def test_it_leaves_no_transaction_that_keeps_others_waiting(database: Database) -> None:
    BY_SLUG.rows()
    if database.dialect == "sqlite":
        busy, *_ = db.session.connection().exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
        assert busy == 0
    else:
        db.session.execute(text("LOCK TABLE territory IN ACCESS EXCLUSIVE MODE NOWAIT"))
    db.session.rollback()


@pytest.mark.usefixtures("town")
def test_no_more_connections_are_opened_than_look_at_once_and_the_engine_ends_them() -> None:
    engine = create_engine(db.engine.url)
    prepare_engine(engine)
    opened: list[Any] = []
    event.listen(engine, "connect", lambda connection, _record: opened.append(connection))
    for _ in range(20):
        assert len(BY_SLUG.rows(engine)) == 1
    assert len(opened) == 1
    with ThreadPoolExecutor(3) as people:
        found = list(people.map(lambda _: len(BY_SLUG.rows(engine)), range(300)))
    assert found == [1] * 300
    assert 1 <= len(opened) <= 3
    engine.dispose()
    for connection in opened:
        with pytest.raises((sqlite3.ProgrammingError, psycopg.OperationalError), match="closed"):
            connection.execute("SELECT 1")
    assert len(BY_SLUG.rows(engine)) == 1
    engine.dispose()


@pytest.mark.databases("postgresql")
def test_a_server_started_anew_is_asked_again_at_once(
    town: Territory, database: Database, engine: Engine
) -> None:
    """However many connections died with it."""
    with ThreadPoolExecutor(3) as people:
        list(people.map(lambda _: BY_SLUG.rows(engine), range(60)))
    with maintenance(database) as beside:
        assert hang_up(beside, database) >= 1
    for _ in range(4):
        assert BY_SLUG.rows(engine)[0].name == town.name


@pytest.mark.databases("postgresql")
def test_a_backup_put_back_below_a_prepared_statement_is_seen(town: Territory) -> None:
    """Its table is another one: the plan that the connection kept gives other types."""
    name = town.name
    BY_SLUG.rows()
    db.session.execute(text("ALTER TABLE territory ALTER COLUMN name TYPE char(60)"))
    db.session.commit()
    try:
        assert BY_SLUG.rows()[0].name.rstrip() == name
    finally:
        db.session.execute(text("ALTER TABLE territory ALTER COLUMN name TYPE varchar(80)"))
        db.session.commit()


@pytest.mark.databases("postgresql")
@pytest.mark.usefixtures("town")
def test_a_database_that_lets_nobody_in_was_not_seen(database: Database, engine: Engine) -> None:
    BY_SLUG.rows(engine)
    name = sql.Identifier(str(make_url(database.url).database))
    with maintenance(database) as beside:
        beside.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(name))
        try:
            assert hang_up(beside, database) == 1
            with pytest.raises(NotSeen) as refused:
                BY_SLUG.rows(engine)
        finally:
            beside.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(name))
    assert isinstance(refused.value.__cause__, psycopg.OperationalError)
    assert BY_SLUG.rows(engine)[0].slug == "paris-19"
