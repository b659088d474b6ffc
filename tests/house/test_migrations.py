"""The migrations make exactly what the models say, on both databases, from one line of history."""

from __future__ import annotations

import flask_migrate
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.access.models import Grant
from eventsapp.agenda import scheduling
from eventsapp.database import db
from eventsapp.people.models import Account, RecoveryCode
from eventsapp.registrations.models import Registration
from tests import factories, saturdays
from tests.house.sources import ROOT
from tests.registrations.stories import answers, register, told

HISTORY = ScriptDirectory(str(ROOT / "migrations"))


def test_there_is_one_head() -> None:
    assert len(HISTORY.get_heads()) == 1


def test_every_migration_file_says_when_and_what() -> None:
    for script in HISTORY.walk_revisions():
        day, revision, slug = str(script.module.__file__).rsplit("/", 1)[-1].removesuffix(".py").split("_", 2)
        assert len(day.split("-")) == 3, script.path
        assert revision == script.revision
        assert slug


# SQLite tells nobody what an index of an expression is of (lower(email)).
@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection:sqlalchemy.exc.SAWarning")
def test_the_models_are_what_the_migrations_make(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        differences = compare_metadata(context, db.metadata)
    assert differences == []


@pytest.mark.slow
def test_the_migrations_go_down_to_nothing_and_up_again(app: Flask, database: object) -> None:
    with app.app_context():
        flask_migrate.downgrade(revision="base")
        assert set(inspect(db.engine).get_table_names()) == {"alembic_version"}
        flask_migrate.upgrade()
        assert set(inspect(db.engine).get_table_names()) == {*db.metadata.tables, "alembic_version"}


@pytest.mark.slow
def test_a_table_that_is_rebuilt_keeps_its_rows_and_those_that_refer_to_it(
    app: Flask, db_session: scoped_session[Session]
) -> None:
    """Accounts were rebuilt when passkeys came; Samira's codes and her function refer to hers."""
    samira = saturdays.a_coordinator(factories.a_territory())
    db_session.add(RecoveryCode(account_id=samira.id, fingerprint="f" * 64))
    db_session.commit()
    number, email = samira.id, samira.email
    db_session.remove()
    flask_migrate.downgrade(revision="72b919fb9e9c")
    flask_migrate.upgrade()
    assert db_session.execute(select(Account.id, Account.email)).all() == [(number, email)]
    assert db_session.scalars(select(RecoveryCode.account_id)).all() == [number]
    assert db_session.scalars(select(Grant.account_id)).all() == [number]
    assert len(db_session.scalars(select(Account.passkey_handle)).one()) == 64


@pytest.mark.slow
def test_who_was_registered_before_notices_knows_how_things_stand(
    app: Flask, db_session: scoped_session[Session]
) -> None:
    """Until then every change was told at once: nobody gets a letter about an old one."""
    soon, off = factories.an_event("Les écrans"), factories.an_event("Le sommeil")
    for event in (soon, off):
        register(event, answers("Awa"))
    scheduling.cancel(off, actor="cli", now=clock.now())
    told()
    terms = [event.terms for event in (soon, off)]
    db_session.remove()
    flask_migrate.downgrade(revision="72fa9b97133f")
    flask_migrate.upgrade()
    registrations = db_session.scalars(select(Registration).order_by(Registration.id)).all()
    assert [registration.told for registration in registrations] == terms
    assert [one.is_cancelled for one in terms] == [False, True]
