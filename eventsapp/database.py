"""The database: `db`, constraint names, the `Moment` type, and what SQLite must be told.

The same program runs on SQLite (one machine, WAL) and on PostgreSQL (many processes).
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    DateTime,
    Delete,
    Dialect,
    Enum,
    Insert,
    MetaData,
    String,
    Table,
    Update,
    event,
    insert,
    inspect,
)
from sqlalchemy.engine import Connection, CursorResult, Engine
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Mapper, make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.util import identity_key
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import TypeDecorator

from eventsapp.typed import composed

CONSTRAINT_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """What every stored thing is."""

    metadata = MetaData(naming_convention=CONSTRAINT_NAMES)


db = SQLAlchemy(model_class=Base, disable_autonaming=True)

if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model


class Moment(TypeDecorator[datetime]):
    """An instant: an aware datetime, stored in UTC, given back aware in UTC.

    SQLite forgets time zones, so a plain DateTime would give naive values back and DTSTART would
    become floating. A naive value is refused with ValueError: nobody knows which hour it means.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment needs a time zone: {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Model.registry.update_type_annotation_map({datetime: Moment})


def choice(kind: type[enum.StrEnum]) -> Enum:
    """A column that holds one value of a StrEnum, as text, under a CHECK constraint."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        validate_strings=True,
        length=40,
        name=kind.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
    )


def begin_writing() -> None:
    """Opens the transaction of a request or job that is going to write.

    SQLite then takes its write lock at once (BEGIN IMMEDIATE): two requests that read first and
    write later would otherwise fail with "database is locked" instead of waiting for each other.
    PostgreSQL locks rows as they are written and needs nothing. Asking twice is harmless; asking
    after the transaction has begun by reading raises RuntimeError: it would come too late.
    """
    if db.session().in_transaction():
        options = db.session.connection().get_execution_options()
        if options.get("sqlite_begin") != "IMMEDIATE":
            raise RuntimeError("begin_writing comes first in a transaction, this one has begun to read")
        return
    db.session.connection(execution_options={"sqlite_begin": "IMMEDIATE"})


def only_reading() -> None:
    """Opens the session of a page that reads, and writes nothing.

    PostgreSQL is then told no BEGIN and no end, two of three ways there and back where one statement is all
    that a page asks. Each statement sees what stands committed when it is said, as it would otherwise (READ
    COMMITTED). Harmless where something was read before. What would be written raises RuntimeError.
    """
    if not db.session().in_transaction() and db.engine.dialect.name == "postgresql":
        db.session.connection(execution_options={"isolation_level": "AUTOCOMMIT", "only_reads": True})


@contextmanager
def at_once() -> Iterator[Connection]:
    """A connection beside the session's, each statement of which is a transaction of its own."""
    with _at_once(db.engine).connect() as connection:
        yield connection


@lru_cache(maxsize=8)
def _at_once(engine: Engine) -> Engine:
    if engine.dialect.name == "sqlite":
        return engine.execution_options(sqlite_begin=None)
    return engine.execution_options(isolation_level="AUTOCOMMIT")


def rows_changed(statement: Update | Delete, values: Mapping[str, Any] | None = None) -> int:
    """Runs an UPDATE or DELETE and gives how many rows its WHERE found, as both databases count.

    `values`: of its parameters, where it was made once for many.
    """
    done = db.session.execute(statement, values, execution_options={"synchronize_session": False})
    return cast(CursorResult[Any], done).rowcount


def write_now(row: Base) -> None:
    """Writes one new row at once, and makes it the session's: two thirds of what the unit of work takes.

    For where others wait meanwhile. It knows others by their ids alone, nothing that stands in a relationship
    is looked at, and what else the session has to write stays to be written.
    """
    mapper, known = inspect(type(row)), inspect(row).dict
    statement, names = _inserting(mapper)
    given = {column: known[name] for column, name in names if name in known}
    result = db.session.connection().execute(statement, given)
    written = dict(cast(Mapping[str, Any], result.last_inserted_params()))
    keys = cast(Sequence[Any], result.inserted_primary_key)
    written |= {one.key or "": value for one, value in zip(mapper.primary_key, keys, strict=True)}
    for column, name in names:
        if name not in known or column in written:
            set_committed_value(row, name, written.get(column))
    make_transient_to_detached(row)
    former = db.session.identity_map.get(identity_key(instance=row))
    if former is not None:
        db.session.expunge(former)  # the database has deleted it, and SQLite gives its number again
    db.session.add(row)


@lru_cache(maxsize=64)
def _inserting(mapper: Mapper[Any]) -> tuple[Insert, list[tuple[str, str]]]:
    """Made once for each kind of row; with the names of its columns, and of the attributes that hold them."""
    names = [(one.columns[0].key, one.key) for one in mapper.column_attrs]
    return insert(cast(Table, mapper.local_table)), names


_WRITTEN, _TYPED = "àâäÀÂÄçÇéèêëÉÈÊËîïÎÏôöÔÖùûüÙÛÜ’–", "aaaaaacceeeeeeeeiiiioooouuuuuu'-"
_KEYS = str.maketrans(dict(zip(_WRITTEN, _TYPED, strict=True)) | {"œ": "oe", "Œ": "oe"})


@lru_cache(maxsize=4096)
def as_typed(text: str) -> str:
    """« L’École » as a hurried thumb types it: « l'ecole »."""
    # A keyboard may send « é » as two signs, which NFC joins.
    return composed(text).translate(_KEYS).lower()


class AsTyped(GenericFunction[str]):
    """`as_typed` of a column, said by the database: neither knows accents without an extension."""

    type = String()
    name = "as_typed"
    inherit_cache = True


@compiles(AsTyped, "postgresql")
def _typed_on_postgresql(element: AsTyped, compiler: SQLCompiler, **options: Any) -> str:
    column = compiler.process(element.clauses, **options)
    written, keys = _WRITTEN, _TYPED.replace("'", "''")
    return f"lower(replace(replace(translate({column}, '{written}', '{keys}'), 'œ', 'oe'), 'Œ', 'oe'))"


class SecondAfter(GenericFunction[datetime]):
    """The moment a second after that of a column, reckoned where the row is locked."""

    type = Moment()
    name = "second_after"
    inherit_cache = True


@compiles(SecondAfter, "postgresql")
def _second_after_on_postgresql(element: SecondAfter, compiler: SQLCompiler, **options: Any) -> str:
    return f"{compiler.process(element.clauses, **options)} + interval '1 second'"


@compiles(SecondAfter, "sqlite")
def _second_after_on_sqlite(element: SecondAfter, compiler: SQLCompiler, **options: Any) -> str:
    column = compiler.process(element.clauses, **options)
    return f"strftime('%Y-%m-%d %H:%M:%S.000000', {column}, '+1 second')"  # as moments are stored


def prepare_engine(engine: Engine) -> None:
    """Tells SQLite what it must know (WAL, foreign keys, patience, real BEGINs), and psycopg to keep the
    statements it has prepared."""
    (_prepare_sqlite if engine.dialect.name == "sqlite" else _keep_prepared_statements)(engine)


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, record: object) -> None:
        connection.isolation_level = None  # pysqlite would otherwise begin where it likes
        connection.create_function("as_typed", 1, as_typed, deterministic=True)
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")  # what was accepted survives a power cut
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA busy_timeout = 15000")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        how = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
        if how:
            connection.exec_driver_sql(f"BEGIN {how}")


def _keep_prepared_statements(engine: Engine) -> None:
    """Ends with COMMIT what only read, where SQLAlchemy rolls back.

    A page that reads ends so, and with each ROLLBACK psycopg forgets what it has prepared, in case tables
    made meanwhile went away with it (`psycopg._preparing`): PostgreSQL would then plan every statement of
    every page anew. Whatever is said besides SELECT is rolled back.
    """
    in_transaction = engine.dialect.loaded_dbapi.pq.TransactionStatus.INTRANS

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        connection.info["only_read"] = True

    @event.listens_for(engine, "before_cursor_execute", retval=True)
    def before_execute(
        connection: Connection, cursor: object, statement: str, parameters: Any, *_: object
    ) -> tuple[str, Any]:
        if not statement.startswith("SELECT"):
            if connection.get_execution_options().get("only_reads"):
                raise RuntimeError("a page that only reads would write: it begins with begin_writing")
            connection.info["only_read"] = False
        return statement, parameters

    @event.listens_for(engine, "rollback")
    def on_rollback(connection: Connection) -> None:
        driver: Any = connection.connection.dbapi_connection
        if connection.info["only_read"] and driver.info.transaction_status == in_transaction:
            with suppress(engine.dialect.loaded_dbapi.Error):  # the ROLLBACK that follows says it better
                driver.commit()
