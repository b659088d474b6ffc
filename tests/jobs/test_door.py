"""The door of the worker: what a job did is kept or undone whole, and the worker lives on."""

from __future__ import annotations

import logging

import pytest
from flask import Flask
from sqlalchemy import select

from eventsapp.clock import now
from eventsapp.database import begin_writing, db
from eventsapp.jobs.door import Turn, enter
from eventsapp.tasks import heartbeats
from eventsapp.tasks.models import Heartbeat


def signed(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(Heartbeat.name).order_by(Heartbeat.name)))


def sign(turn: Turn) -> str:
    begin_writing()
    heartbeats.sign(turn.worker, turn.now)
    return "signed"


def sign_and_break(turn: Turn) -> None:
    sign(turn)
    db.session.flush()
    raise ValueError("fatou@example.net")


def test_what_a_job_did_is_kept(app: Flask) -> None:
    enter(app, "a job", sign, worker="house:1")
    assert signed(app) == ["house:1"]


def test_what_a_broken_job_did_is_undone_and_the_next_one_runs(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    enter(app, "a job", sign_and_break, worker="house:1")
    enter(app, "a job", sign, worker="house:2")
    assert signed(app) == ["house:2"]
    failed, kept = [record.msg for record in caplog.records]
    assert (failed["event"], failed["job"], failed["level"]) == ("job failed", "a job", "error")
    assert (kept["event"], kept["outcome"]) == ("job", "signed")


def test_a_job_is_told_its_hour_its_worker_and_the_end(app: Flask) -> None:
    turns: list[Turn] = []
    enter(app, "a job", turns.append, worker="house:1", is_ending=lambda: True)
    [turn] = turns
    assert (turn.now, turn.worker, turn.is_ending()) == (now(), "house:1", True)


def test_a_job_leaves_no_session_behind(app: Flask) -> None:
    with app.app_context():
        enter(app, "a job", sign, worker="house:1")
        assert not db.session.registry.has()
