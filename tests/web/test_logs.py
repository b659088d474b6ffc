"""One line per request, and nothing in it that could lead to a person."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
import structlog
from flask import Flask
from flask.testing import FlaskClient

from eventsapp import logs
from tests.pages import PageClient


@pytest.fixture
def written(app: Flask, capfd: pytest.CaptureFixture[str]) -> Callable[[], list[dict[str, Any]]]:
    """The lines written since last asked, as a machine reads them."""
    logs.configure(app)  # another test may have built another application
    capfd.readouterr()

    def read() -> list[dict[str, Any]]:
        return [json.loads(line) for line in capfd.readouterr().err.splitlines()]

    return read


def test_a_line_says_what_was_asked_and_how_it_went(
    client: PageClient, written: Callable[[], list[dict[str, Any]]]
) -> None:
    client.get("/healthz")
    client.get("/agendas/paris-19.ics")
    [line] = written()
    assert line.pop("ms") >= 0
    assert line.pop("bytes") > 0
    assert line.pop("timestamp").startswith("2026-11-22T11:00:00")
    assert line == {
        "event": "request",
        "level": "info",
        "method": "GET",
        "route": "/agendas/<territory:territory>.ics",
        "status": 404,
    }


@pytest.mark.parametrize(
    "path", ["/m/5ecret-t0ken", "/connexion/5ecret-t0ken", "/nowhere/5ecret-t0ken", "/?q=5ecret-t0ken"]
)
def test_neither_token_nor_query_is_written(app: Flask, written: Callable[[], Any], path: str) -> None:
    plain = FlaskClient(app, app.response_class)  # pages are another test's business
    for method in ("GET", "HEAD", "POST"):
        plain.open(
            path, method=method, data={"name": "Fatou"}, headers={"Referer": f"https://a.example{path}"}
        )
    lines = written()
    assert [line["method"] for line in lines if line["event"] == "request"] == ["GET", "HEAD", "POST"]
    assert "5ecret" not in json.dumps(lines)
    assert "Fatou" not in json.dumps(lines)


def test_a_guard_that_refuses_first_leaves_a_line_too(
    app: Flask, written: Callable[[], list[dict[str, Any]]]
) -> None:
    plain = FlaskClient(app, app.response_class)
    assert plain.post("/healthz", data=b"{}", content_type="application/json").status_code == 405
    assert plain.post("/connexion", data=b"{}", content_type="application/json").status_code == 415
    assert [(line["status"], line["route"]) for line in written()] == [(405, None), (415, "/connexion")]


def test_a_failure_is_logged_by_its_places_not_by_its_words(
    build_app: Callable[..., Flask], capfd: pytest.CaptureFixture[str]
) -> None:
    build_app(
        ENVIRONMENT="production",
        HELP_PHONE="01 40 00 00 00",
        PUBLISHER="Caf de Paris",
        HOSTED_BY="Un hébergeur",
        SECRET_KEY="a secret of at least thirty-two letters",
        PUBLIC_URL="https://agenda.paris.example",
        MAIL_DOMAIN="agenda.paris.example",
    )
    capfd.readouterr()
    log = structlog.get_logger("a test")
    try:
        try:
            raise ValueError("fatou@example.net")
        except ValueError as error:
            raise KeyError("06 12 34 56 78") from error
    except KeyError:
        log.exception("incident", incident="1a2b3c4d")
        logging.getLogger("a library").exception("it broke")
    ours, theirs = (json.loads(line) for line in capfd.readouterr().err.splitlines())
    assert (ours["event"], ours["incident"], ours["exception"]) == (
        "incident",
        "1a2b3c4d",
        ["KeyError", "ValueError"],
    )
    assert ours["at"][0].startswith("tests/web/test_logs.py:")
    assert (theirs["event"], theirs["logger"], theirs["exception"]) == (
        "it broke",
        "a library",
        ["KeyError", "ValueError"],
    )
    assert "fatou" not in json.dumps([ours, theirs])
    assert "06 12" not in json.dumps([ours, theirs])
