"""A feed over HTTP, as calendar programs of all kinds ask for it (ical RULES F1 to F12)."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
import time_machine
from icalendar import Calendar
from werkzeug.http import http_date

from eventsapp.agenda import scheduling
from eventsapp.agenda.models import Event
from eventsapp.clock import now
from eventsapp.database import db
from tests import factories
from tests.pages import PageClient

Statements = Callable[[], AbstractContextManager[list[str]]]
FEED = "/agendas/paris-19.ics"


@pytest.fixture
def event(db_session: object) -> Event:
    """Samedi 28 novembre 2026, Atelier cuisine en famille."""
    event = factories.an_event()
    db.session.commit()
    return event


@pytest.mark.usefixtures("event")
def test_what_every_calendar_program_gets(client: PageClient) -> None:
    answer = client.get(FEED)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert answer.headers["Cache-Control"] == "public, max-age=900"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.headers["ETag"].startswith('W/"')
    assert answer.headers["Last-Modified"] == http_date(now())
    absent = {"Set-Cookie", "Content-Disposition", "Content-Encoding", "Location", "Content-Language"}
    assert absent & set(answer.headers.keys()) == set()
    [kept] = Calendar.from_ical(answer.data).walk("VEVENT")
    assert str(kept["SUMMARY"]) == "Atelier cuisine en famille"
    assert client.get(FEED).data == answer.data


@pytest.mark.usefixtures("event")
def test_a_theme_has_a_feed_of_its_own(client: PageClient) -> None:
    assert b"Atelier cuisine" in client.get("/agendas/paris-19/parentalite.ics").data
    assert b"BEGIN:VEVENT" not in client.get("/agendas/paris-19/sport.ics").data


@pytest.mark.usefixtures("event")
@pytest.mark.parametrize(
    "path",
    [
        "/agendas/paris-20.ics",
        "/agendas/paris-19/cuisine.ics",
        "/agendas/lyon.ics",
        "/agendas/",
        f"{FEED}?theme=cuisine",
        f"{FEED}?public=chats",
        f"{FEED}?quartier=belleville",
        f"{FEED}?lieu=ecole-curial&lieu=nulle-part",
        f"{FEED}?serie=../secret",
        f"{FEED}?" + "&".join(f"lieu=ecole-{number}" for number in range(25)),
    ],
)
def test_there_is_nothing_elsewhere(client: PageClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.usefixtures("event")
def test_a_choice_is_asked_in_any_order_and_what_says_nothing_is_let_be(client: PageClient) -> None:
    asked = client.get(f"{FEED}?public=familles&theme=parentalite&lieu=ecole-curial&serie=&page=2")
    same = client.get(f"{FEED}?lieu=ecole-curial&public=familles&public=familles&theme=parentalite")
    by_path = client.get("/agendas/paris-19/parentalite.ics?lieu=ecole-curial&public=familles")
    assert b"Atelier cuisine en famille" in asked.data
    assert {one.headers["ETag"] for one in (asked, same, by_path)} == {asked.headers["ETag"]}
    assert {one.data for one in (asked, same, by_path)} == {asked.data}
    theme = client.get(f"{FEED}?theme=parentalite")
    assert theme.data == client.get("/agendas/paris-19/parentalite.ics").data
    assert b"/agendas/paris-19/parentalite.ics" in theme.data
    assert theme.headers["ETag"] != asked.headers["ETag"]


@pytest.mark.usefixtures("event")
@pytest.mark.parametrize(
    "wish",
    [
        '{tag}',
        'W/{tag}',
        '"other", W/{tag}, W/"another"',
        "*",
    ],
)  # fmt: skip
def test_who_has_this_version_gets_no_body_after_one_statement(
    client: PageClient, statements: Statements, wish: str
) -> None:
    first = client.get(FEED)
    value = wish.format(tag=first.headers["ETag"].removeprefix("W/"))
    with statements() as said:
        again = client.get(FEED, headers={"If-None-Match": value})
    assert (again.status_code, again.data, len(said)) == (304, b"", 1)
    for name in ("ETag", "Last-Modified", "Cache-Control", "Vary"):
        assert again.headers[name] == first.headers[name]
    assert "Content-Type" not in again.headers


@pytest.mark.parametrize("wish", ['W/"other"', "", "rubbish", '"unfinished'])
def test_who_has_another_version_gets_the_feed(client: PageClient, event: Event, wish: str) -> None:
    # A date that would match is not asked: If-None-Match is there.
    headers = {"If-None-Match": wish, "If-Modified-Since": http_date(now())}
    assert client.get(FEED, headers=headers).status_code == 200


def test_a_cancellation_changes_the_version(
    client: PageClient, event: Event, clock: time_machine.Traveller
) -> None:
    first = client.get(FEED)
    clock.shift(timedelta(hours=1))
    scheduling.cancel(event, actor="cli", now=now())
    db.session.commit()
    again = client.get(FEED, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 200
    assert again.headers["ETag"] != first.headers["ETag"]
    assert again.headers["Last-Modified"] == http_date(now())
    assert "Annulé : Atelier cuisine en famille".encode() in again.data


@pytest.mark.usefixtures("event")
@pytest.mark.parametrize(("seconds", "status"), [(0, 304), (1, 304), (-1, 200), (-86400, 200)], ids=str)
def test_a_date_is_compared_as_a_date(
    client: PageClient, clock: time_machine.Traveller, seconds: int, status: int
) -> None:
    clock.shift(timedelta(seconds=1))  # the second in which it changed is over
    since = http_date(now() + timedelta(seconds=seconds))
    assert client.get(FEED, headers={"If-Modified-Since": since}).status_code == status


@pytest.mark.usefixtures("event")
@pytest.mark.parametrize("since", ["yesterday", "", "0", "2026-11-22"])
def test_a_date_that_is_none_is_ignored(client: PageClient, since: str) -> None:
    assert client.get(FEED, headers={"If-Modified-Since": since}).status_code == 200


@pytest.mark.usefixtures("event")
@pytest.mark.parametrize(
    ("accepts", "compressed"),
    [
        (None, False),
        ("gzip", True),
        ("gzip, deflate, br", True),
        ("br;q=1, gzip;q=0.5", True),
        ("gzip;q=0", False),
        ("gzip;q=0, *", False),
        ("identity", False),
        ("br", False),
        ("", False),
    ],
)
def test_nobody_gets_gzip_unasked(client: PageClient, accepts: str | None, compressed: bool) -> None:
    plain = client.get(FEED)
    answer = client.get(FEED, headers={"Accept-Encoding": accepts} if accepts is not None else {})
    assert answer.headers.get("Content-Encoding") == ("gzip" if compressed else None)
    assert (gzip.decompress(answer.data) if compressed else answer.data) == plain.data
    assert answer.headers["ETag"] == plain.headers["ETag"]
    assert answer.headers["Vary"] == "Accept-Encoding"


@pytest.mark.usefixtures("event")
def test_head_says_the_same_as_get(client: PageClient) -> None:
    for headers in ({}, {"Accept-Encoding": "gzip"}):
        got, head = client.get(FEED, headers=headers), client.head(FEED, headers=headers)
        assert (head.status_code, head.data) == (200, b"")
        assert dict(head.headers) == dict(got.headers)


@pytest.mark.usefixtures("event")
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PROPFIND", "REPORT"])
def test_other_methods_are_not_allowed(client: PageClient, method: str) -> None:
    body = b'<?xml version="1.0"?><propfind xmlns="DAV:"/>'
    answer = client.open(FEED, method=method, data=body, content_type="application/xml")
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


@pytest.mark.usefixtures("event")
@pytest.mark.parametrize("accept", ["application/calendar+json", "text/html", "image/png;q=0", "nonsense"])
def test_nothing_is_chosen_by_accept(client: PageClient, accept: str) -> None:
    answer = client.get(FEED, headers={"Accept": accept})
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")


@pytest.mark.usefixtures("event")
def test_no_session_no_language_no_redirect(client: PageClient) -> None:
    """A visitor who reads English and is signed in somewhere asks for the same feed as everybody."""
    plain = client.get(FEED)
    client.set_cookie("langue", "en")
    client.set_cookie("visite", "whatever")
    answer = client.get(f"{FEED}?langue=en", headers={"Accept-Language": "en"})
    assert (answer.status_code, answer.data) == (200, plain.data)
    assert "Set-Cookie" not in answer.headers
