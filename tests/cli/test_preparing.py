"""What `make run` does first, on an empty machine and again."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from eventsapp import schema
from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.places.models import Territory
from eventsapp.planning.models import Draft
from tests import factories
from tests.pages import PageClient

pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def machine(build_app: Callable[..., Flask], tmp_path: Path) -> Flask:
    """A demonstration whose database does not exist yet."""
    return build_app(ENVIRONMENT="demonstration", DATABASE_URL=f"sqlite:///{tmp_path}/new.sqlite", PORT=8155)


@pytest.mark.slow
def test_one_command_makes_everything_ready_and_may_be_said_again(machine: Flask) -> None:
    runner = machine.test_cli_runner()
    first = runner.invoke(args=["prepare"])
    assert first.exit_code == 0, first.output
    with machine.app_context():
        assert schema.state().is_current
        announced = db.session.scalar(select(func.count(Event.id)))
        assert announced is not None
        assert announced >= 150
    links = re.findall(r"http://127\.0\.0\.1:8155(/connexion/\S+)", first.output)
    client = machine.test_client()
    assert isinstance(client, PageClient)
    desks = []
    for link in links:
        client.delete_cookie("visite")
        client.submit(client.get(link).page.form(button="Entrer"))
        desks.append([one.text for one in client.get("/pro/").page.main.all("h2")][:-1])
    assert desks == [
        ["Coordination du 10e", "Coordination du 19e"],
        ["Responsable de la structure : Les Mésanges du Canal (exemple)"],
        ["Contact de l’école : École maternelle Archereau (26)"],
    ]
    feed = client.get("/agendas/paris-19.ics").data
    assert feed.count(b"BEGIN:VEVENT") >= 150
    assert b"http://127.0.0.1:8155/e/" in feed

    machine.config["PUBLIC_URL"] = "https://agenda.paris.example"
    again = runner.invoke(args=["prepare"])
    assert again.exit_code == 0
    assert f"Feeds: {announced} events rendered anew" in again.output
    with machine.app_context():
        assert db.session.scalar(select(func.count(Event.id))) == announced
    assert b"http://127.0.0.1:8155/e/" not in client.get("/agendas/paris-19.ics").data
    # Links that were printed before work no more: five unused ones, and none would go by mail.
    printed = re.findall(r"(/connexion/\S+)", again.output)
    assert runner.invoke(args=["prepare"]).exit_code == 0
    assert [client.get(link).status_code for link in printed] == [410] * 3
    refused = runner.invoke(args=["seed"])
    assert (refused.exit_code, refused.output) == (
        1,
        "Error: the database holds something already: nothing was changed\n",
    )

    plans = runner.invoke(args=["plan", "list", "paris-19"])
    assert plans.output.splitlines()[1].split()[1:4] == ["paris-19", "2026-2027", "accepte"]


def test_production_gets_its_tables_and_nobody_made_up(
    build_app: Callable[..., Flask], tmp_path: Path
) -> None:
    app = build_app(
        ENVIRONMENT="production",
        HELP_PHONE="01 40 00 00 00",
        PUBLISHER="Caf de Paris",
        HOSTED_BY="Un hébergeur",
        SECRET_KEY="a secret of at least thirty-two letters",
        PUBLIC_URL="https://agenda.paris.example",
        MAIL_DOMAIN="agenda.paris.example",
        DATABASE_URL=f"sqlite:///{tmp_path}/new.sqlite",
    )
    done = app.test_cli_runner().invoke(args=["prepare"])
    assert (done.exit_code, done.output.strip()) == (0, "https://agenda.paris.example/")
    with app.app_context():
        assert schema.state().is_current
        assert db.session.scalars(select(Territory)).all() == []
    refused = app.test_cli_runner().invoke(args=["seed"])
    assert (refused.exit_code, refused.output) == (
        1,
        "Error: a production database takes no made-up people\n",
    )


def test_a_plan_is_refused_for_reasons_that_are_said(app: Flask, db_session: object) -> None:
    factories.a_territory()
    db.session.commit()
    runner = app.test_cli_runner()
    for words, sentence in [
        (("paris-20", "2026-2027"), "there is no territory 'paris-20'"),
        (("paris-19", "next year"), "Écrivez une année scolaire comme 2026-2027."),
        (("paris-19", "2026-2027"), "Cet arrondissement n’a pas encore d’école"),
    ]:
        refused = runner.invoke(args=["plan", "school-year", *words])
        assert refused.exit_code == 1
        assert sentence in refused.output
    assert db.session.scalars(select(Draft)).all() == []
    db.session.rollback()
    assert runner.invoke(args=["plan", "accept", "1"]).exit_code == 1
