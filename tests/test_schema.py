"""A production start refuses a database that is not migrated, and says what to run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from eventsapp import schema
from eventsapp.settings import UnsafeSettings

PRODUCTION = {
    "ENVIRONMENT": "production",
    "HELP_PHONE": "01 40 00 00 00",
    "PUBLISHER": "Caf de Paris",
    "HOSTED_BY": "Un hébergeur",
    "SECRET_KEY": "a secret of at least thirty-two letters",
    "PUBLIC_URL": "https://agenda.paris.example",
    "MAIL_DOMAIN": "agenda.paris.example",
}


@pytest.mark.databases("sqlite")
def test_an_empty_database_is_refused_in_production(build_app: Callable[..., Flask], tmp_path: Path) -> None:
    app = build_app(**PRODUCTION, DATABASE_URL=f"sqlite:///{tmp_path}/empty.sqlite")
    with (
        app.app_context(),
        pytest.raises(UnsafeSettings, match=r"at migration none.*flask --app wsgi db upgrade"),
    ):
        schema.refuse_unmigrated()


@pytest.mark.databases("sqlite")
def test_a_demonstration_may_start_before_it_is_migrated(
    build_app: Callable[..., Flask], tmp_path: Path
) -> None:
    app = build_app(ENVIRONMENT="demonstration", DATABASE_URL=f"sqlite:///{tmp_path}/empty.sqlite")
    with app.app_context():
        schema.refuse_unmigrated()
        assert schema.state().current is None


def test_a_migrated_database_is_taken(build_app: Callable[..., Flask]) -> None:
    with build_app(**PRODUCTION).app_context():
        schema.refuse_unmigrated()
        assert schema.state().is_current


@pytest.mark.databases("sqlite")
def test_a_database_that_is_away_is_named_without_its_password(build_app: Callable[..., Flask]) -> None:
    away = "postgresql+psycopg://samira:4-rue-Manin@127.0.0.1:9/agenda"
    app = build_app(**PRODUCTION, DATABASE_URL=away)
    with app.app_context(), pytest.raises(UnsafeSettings) as refusal:
        schema.refuse_unmigrated()
    said = str(refusal.value)
    assert said.startswith("DATABASE_URL: no database answers at postgresql+psycopg://samira:***@127.0.0.1:9")
    assert "4-rue-Manin" not in said
    prepared = app.test_cli_runner().invoke(args=["prepare"])
    assert (prepared.exit_code, prepared.output.splitlines()) == (1, [f"Error: {said}"])
