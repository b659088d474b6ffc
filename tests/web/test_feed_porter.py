"""Who asks again is answered before Flask, with the very same words, as long as nothing has changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
import time_machine
from flask import Flask, request, request_started
from sqlalchemy import event as event_api
from sqlalchemy import text
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.test import Client, TestResponse

from eventsapp.agenda import scheduling
from eventsapp.agenda.models import Event
from eventsapp.clock import local, now
from eventsapp.database import db
from eventsapp.places.models import Quartier
from eventsapp.web import feed_answers, feed_porter
from tests import factories
from tests.pages import PageClient

Statements = Callable[[], AbstractContextManager[list[str]]]
FEED = "/agendas/paris-19.ics"
WITH_NAMES = f"{FEED}?lieu=ecole-curial&quartier=flandre"
LIKE_A_CALENDAR = {"Accept-Encoding": "gzip, deflate", "Accept": "text/calendar"}


@pytest.fixture
def event(db_session: object, clock: time_machine.Traveller) -> Event:
    """At Curial, in Flandre, on Saturday 28 November 2026; announced a moment ago."""
    flandre = Quartier(territory=factories.a_territory(), slug="flandre", name="Flandre")
    db.session.add(flandre)
    event = factories.an_event(venue=factories.a_school(quartier=flandre))
    db.session.commit()
    clock.shift(timedelta(seconds=1))
    return event


@pytest.fixture
def through_the_door(app: Flask) -> Iterator[list[str]]:
    """The addresses of the requests that reached Flask."""
    seen: list[str] = []

    def note(sender: Flask, **_: object) -> None:
        seen.append(request.full_path.rstrip("?"))

    request_started.connect(note, app)
    yield seen
    request_started.disconnect(note, app)


@pytest.mark.usefixtures("event")
@pytest.mark.parametrize("path", [FEED, WITH_NAMES, "/agendas/paris-19/parentalite.ics"])
@pytest.mark.parametrize("headers", [{}, LIKE_A_CALENDAR], ids=["plain", "gzip"])
def test_the_second_answer_is_the_first_without_flask_and_after_one_statement(
    client: PageClient,
    through_the_door: list[str],
    statements: Statements,
    path: str,
    headers: dict[str, str],
) -> None:
    first = client.get(path, headers=headers)
    assert through_the_door == [path]
    with statements() as said:
        again = client.get(path, headers=headers)
    assert through_the_door == [path]
    assert (again.status_code, again.data, len(said)) == (200, first.data, 1)
    assert dict(again.headers) == dict(first.headers)
    head = client.head(path, headers=headers)
    assert (head.status_code, head.data, dict(head.headers)) == (200, b"", dict(first.headers))
    assert through_the_door == [path]


@pytest.mark.usefixtures("event")
@pytest.mark.parametrize("path", [FEED, WITH_NAMES])
def test_a_304_is_the_same_on_both_ways(client: PageClient, through_the_door: list[str], path: str) -> None:
    whole = client.get(path)
    had = {"If-None-Match": whole.headers["ETag"]}
    porters = client.get(path, headers=had)
    feed_porter.memory.clear()
    doors = client.get(path, headers=had)
    assert through_the_door == [path, path]
    assert (porters.status_code, porters.data) == (doors.status_code, doors.data) == (304, b"")
    assert dict(porters.headers) == dict(doors.headers)


def test_a_change_is_seen_by_the_next_who_asks(
    client: PageClient, event: Event, through_the_door: list[str], clock: time_machine.Traveller
) -> None:
    first = client.get(FEED)
    clock.shift(timedelta(minutes=1))
    scheduling.reword(event, title="Atelier soupe", actor="cli", now=now())
    db.session.commit()
    again = client.get(FEED, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 200
    assert b"Atelier soupe" in again.data
    assert through_the_door == [FEED, FEED]


def test_who_came_between_two_changes_of_one_second_is_told_of_the_second(
    client: PageClient, event: Event, through_the_door: list[str], clock: time_machine.Traveller
) -> None:
    """Her calendar compares dates alone. An import of many dates makes such seconds."""
    clock.shift(timedelta(minutes=1))
    scheduling.reword(event, title="Atelier soupe", actor="cli", now=now())
    db.session.commit()
    between = client.get(FEED)
    scheduling.reword(event, title="Atelier pain", actor="cli", now=now())
    db.session.commit()
    since = {"If-Modified-Since": between.headers["Last-Modified"]}
    assert b"Atelier pain" in client.get(FEED, headers=since).data
    clock.shift(timedelta(seconds=1))
    settled = client.get(FEED, headers=since)
    assert b"Atelier pain" in settled.data
    clock.shift(timedelta(minutes=1))
    since = {"If-Modified-Since": settled.headers["Last-Modified"]}
    assert client.get(FEED, headers=since).status_code == 304
    assert through_the_door == [FEED] * 3


def test_another_day_is_another_window(
    client: PageClient, event: Event, clock: time_machine.Traveller
) -> None:
    first = client.get(FEED)
    clock.move_to(local((event.starts_at + timedelta(days=61)).date(), 0, 1))
    again = client.get(FEED, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 200
    assert b"BEGIN:VEVENT" not in again.data


def test_another_public_address_is_another_feed(app: Flask, client: PageClient, event: Event) -> None:
    client.get(FEED)
    app.config["PUBLIC_URL"] = "https://agenda.paris.example"
    assert b"SOURCE;VALUE=URI:https://agenda.paris.example/agendas/paris-19.ics" in client.get(FEED).data


@pytest.mark.usefixtures("event")
def test_a_name_that_is_no_more_is_not_found_by_who_knew_it(client: PageClient) -> None:
    assert client.get(WITH_NAMES).status_code == 200
    quartier = db.session.query(Quartier).one()
    quartier.slug = "flandre-aubervilliers"
    db.session.commit()
    assert client.get(WITH_NAMES).status_code == 404


@pytest.mark.usefixtures("event")
def test_a_body_that_is_kept_no_more_is_joined_again(client: PageClient, through_the_door: list[str]) -> None:
    first = client.get(FEED)
    feed_porter.shelf.clear()
    assert client.get(FEED, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    assert through_the_door == [FEED]
    assert client.get(FEED).data == first.data
    assert through_the_door == [FEED, FEED]


@pytest.mark.usefixtures("event")
def test_other_methods_are_not_the_porters(app: Flask, client: PageClient) -> None:
    client.get(FEED)
    for method in ("POST", "PROPFIND", "DELETE", "BREW"):
        assert client.open(FEED, method=method).status_code == 405
    allowed = Client(app).open(FEED, method="OPTIONS")  # no page to inspect
    assert allowed.status_code == 200
    assert set(allowed.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


@pytest.mark.usefixtures("event")
def test_only_so_many_addresses_are_remembered(
    client: PageClient, monkeypatch: pytest.MonkeyPatch, through_the_door: list[str]
) -> None:
    monkeypatch.setattr(feed_porter, "MOST_KNOWN", 2)
    for path in (f"{FEED}?a", f"{FEED}?b", f"{FEED}?c", f"{FEED}?c", f"{FEED}?a"):
        client.get(path)
    assert through_the_door == [f"{FEED}?a", f"{FEED}?b", f"{FEED}?c", f"{FEED}?a"]


@pytest.mark.usefixtures("event")
def test_of_an_accept_encoding_without_an_end_nothing_is_remembered(client: PageClient) -> None:
    """A server hands over 800 kB of it; a few hundred of those filled the memory of the process."""
    before = feed_answers.takes_gzip.cache_info().currsize
    for number in range(3):
        answer = client.get(FEED, headers={"Accept-Encoding": f"gzip, {number}" + "a" * 8000})
        assert (answer.status_code, answer.headers.get("Content-Encoding")) == (200, None)
    assert feed_answers.takes_gzip.cache_info().currsize == before


@pytest.mark.usefixtures("event")
def test_a_database_that_fails_is_told_of_by_the_page_that_does(client: PageClient) -> None:
    client.get(FEED)
    db.session.execute(text("ALTER TABLE territory RENAME TO gone"))
    db.session.commit()
    try:
        assert client.get(FEED).status_code == 500
    finally:
        db.session.execute(text("ALTER TABLE gone RENAME TO territory"))
        db.session.commit()


def test_who_finds_no_connection_left_is_answered_from_the_shelf_or_told_by_the_page_that_does(
    app: Flask, client: PageClient, event: Event, clock: time_machine.Traveller
) -> None:
    """Every connection of the pages is taken. The porter has one of its own, which sees that nothing changed;
    once something has, the door says so, in our words, as it would of any page."""
    first = client.get(FEED)
    with app.app_context():
        engine = db.engine

    def taken(*_: object) -> None:
        raise PoolTimeout("every connection is taken")

    def asked_meanwhile() -> TestResponse:
        event_api.listen(engine, "engine_connect", taken)
        try:
            return client.get(FEED)
        finally:
            event_api.remove(engine, "engine_connect", taken)

    same = asked_meanwhile()
    assert (same.status_code, same.data) == (200, first.data)
    clock.shift(timedelta(minutes=1))
    scheduling.reword(event, title="Atelier soupe", actor="cli", now=now())
    db.session.commit()
    changed = asked_meanwhile()
    assert (changed.status_code, "Quelque chose ne marche pas" in changed.text) == (500, True)
    assert b"Atelier soupe" in client.get(FEED).data


@pytest.mark.usefixtures("event")
def test_the_porter_leaves_the_line_that_a_door_leaves(
    client: PageClient, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = []
    for _ in range(2):
        body = client.get(f"{FEED}?lieu=ecole-curial").data
        *_, last = capsys.readouterr().err.splitlines()
        lines.append(
            {name: value for name, value in json.loads(last).items() if name not in {"ms", "timestamp"}}
        )
    assert lines[0] == lines[1]
    assert (lines[0]["route"], lines[0]["bytes"]) == ("/agendas/<territory:territory>.ics", len(body))
