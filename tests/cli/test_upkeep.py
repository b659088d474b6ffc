"""Feeds and tasks from the command line."""

from __future__ import annotations

from flask import Flask

from eventsapp.clock import now
from eventsapp.database import db
from eventsapp.tasks import listings, queue
from eventsapp.tasks.models import TaskStatus
from tests import factories


def test_feeds_are_rendered_anew_where_the_address_changed(app: Flask, db_session: object) -> None:
    factories.an_event()
    db.session.commit()
    runner = app.test_cli_runner()
    first = runner.invoke(args=["feeds", "rebuild"])
    assert (first.stdout, first.stderr) == ("nothing differs\n", "1 of 1 rendered\n")
    app.config["PUBLIC_URL"] = "https://agenda.paris.example"
    assert runner.invoke(args=["feeds", "rebuild"]).stdout == "1 events differ\n"
    assert runner.invoke(args=["feeds", "rebuild"]).stdout == "nothing differs\n"


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
