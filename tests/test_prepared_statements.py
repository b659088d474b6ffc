"""What is read again and again is planned once: PostgreSQL keeps the statements that psycopg prepares."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DataError

from eventsapp.database import begin_writing, db
from eventsapp.places.models import Territory
from tests.factories import a_territory

OFTEN = 6
"""psycopg prepares what was said five times."""
PREPARED = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%territory%'")

pytestmark = pytest.mark.databases("postgresql")


def read() -> None:
    """A page: it reads, and its transaction is rolled back."""
    db.session.scalars(select(Territory)).all()
    db.session.remove()


def test_pages_that_only_read_leave_their_statements_prepared(app: Flask) -> None:
    with app.app_context():
        db.engine.dispose()  # connections of former tests have prepared theirs
        for _ in range(OFTEN):
            read()
        read()
        assert db.session.scalar(PREPARED) == 1


def test_what_was_written_is_rolled_back_all_the_same(app: Flask) -> None:
    with app.app_context():
        for _ in range(OFTEN):
            read()
        begin_writing()
        db.session.add(a_territory())
        db.session.flush()
        assert len(db.session.scalars(select(Territory)).all()) == 1
        db.session.remove()
        assert db.session.scalars(select(Territory)).all() == []


def test_a_statement_that_failed_ends_with_a_rollback(app: Flask) -> None:
    with app.app_context():
        with pytest.raises(DataError, match="division by zero"):
            db.session.execute(text("SELECT 1 / 0"))
        db.session.remove()
        assert db.session.scalars(select(Territory)).all() == []
