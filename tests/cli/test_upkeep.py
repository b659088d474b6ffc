"""Feeds, tasks and sign-in links from the command line."""

from __future__ import annotations

from flask import Flask

from eventsapp.clock import now
from eventsapp.database import db
from eventsapp.people import accounts
from eventsapp.tasks import listings, queue
from eventsapp.tasks.models import TaskStatus
from tests import factories
from tests.pages import PageClient


def test_feeds_are_rendered_anew_where_the_address_changed(app: Flask, db_session: object) -> None:
    factories.an_event()
    db.session.commit()
    runner = app.test_cli_runner()
    assert runner.invoke(args=["feeds", "rebuild"]).output == "nothing differs\n"
    app.config["PUBLIC_URL"] = "https://agenda.paris.example"
    assert runner.invoke(args=["feeds", "rebuild"]).output == "1 events differ\n"
    assert runner.invoke(args=["feeds", "rebuild"]).output == "nothing differs\n"


def test_a_task_is_listed_and_stopped(app: Flask, db_session: object) -> None:
    asked = queue.enqueue("planning.school_year", {}, requested_by=None, now=now()).id
    db.session.commit()
    runner = app.test_cli_runner()
    listed = runner.invoke(args=["tasks", "list"]).output.splitlines()
    assert listed[1].split() == [
        str(asked),
        "planning.school_year",
        "en_attente",
        "0",
        "%",
        "2026-11-22",
        "12:00",
    ]
    assert runner.invoke(args=["tasks", "stop", str(asked)]).output == f"task {asked} will stop\n"
    assert listings.by_id(asked).status is TaskStatus.CANCELLED
    db.session.rollback()
    again = runner.invoke(args=["tasks", "stop", str(asked)])
    assert (again.exit_code, again.output) == (1, "Error: Ce travail est déjà terminé.\n")
    assert runner.invoke(args=["tasks", "stop", "99"]).exit_code == 1


def test_a_printed_link_signs_in_once(app: Flask, client: PageClient, db_session: object) -> None:
    accounts.open_account("Nadia@example.org", "Nadia", actor="cli", now=now())
    db.session.commit()
    printed = app.test_cli_runner().invoke(args=["sign-in-link", "nadia@example.org"])
    assert printed.exit_code == 0
    path = printed.output.strip().removeprefix(app.config["PUBLIC_URL"])
    page = client.get(path).page
    assert "Nadia" in page.text
    assert accounts.use_link(path.removeprefix("/connexion/"), now=now()).name == "Nadia"
    db.session.commit()
    assert client.get(path).status_code == 410


def test_nobody_else_gets_a_link(app: Flask) -> None:
    refused = app.test_cli_runner().invoke(args=["sign-in-link", "nobody@example.org"])
    assert (refused.exit_code, refused.output) == (1, "Error: Aucun compte n’a cette adresse.\n")
