"""What every answer carries."""

from __future__ import annotations

import gzip
from collections.abc import Callable

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, scoped_session
from werkzeug.test import TestResponse

from eventsapp import clock
from eventsapp.database import db
from eventsapp.people import accounts
from tests import factories
from tests.pages import PageClient

pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def code(db_session: scoped_session[Session]) -> str:
    event = factories.an_event("Atelier cuisine")
    db_session.commit()
    return event.code


@pytest.mark.parametrize("path", ["/", "/paris-19/", "/nulle-part", "/connexion", "/m/jeton"])
def test_nothing_inline_and_nobody_else(client: PageClient, code: str, path: str) -> None:
    headers = client.get(path).headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy == {
        "default-src": "'none'",
        "style-src": "'self'",
        "font-src": "'self'",
        "img-src": "'self'",
        "script-src": "'self'",
        "connect-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Permissions-Policy"] == "camera=(), geolocation=(), microphone=()"
    assert "Strict-Transport-Security" not in headers


@pytest.mark.parametrize(
    ("path", "referrer"),
    [
        ("/m/jeton", "no-referrer"),
        ("/connexion/jeton", "no-referrer"),
        ("/connexion", "same-origin"),
        ("/pro/", "same-origin"),
        ("/e/{code}/inscription", "same-origin"),
        ("/e/{code}/inscription/verification", "same-origin"),
    ],
)
def test_pages_about_people_are_neither_kept_nor_indexed(
    client: PageClient, code: str, path: str, referrer: str
) -> None:
    headers = client.get(path.format(code=code)).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Robots-Tag"] == "noindex, nofollow"
    assert headers["Referrer-Policy"] == referrer


def test_public_pages_are_asked_for_anew_and_may_be_indexed(client: PageClient, code: str) -> None:
    headers = client.get("/paris-19/").headers
    assert headers["Cache-Control"] == "private, max-age=0, must-revalidate"
    assert "X-Robots-Tag" not in headers


def test_https_is_for_good_where_it_is_used(app: Flask, client: PageClient) -> None:
    app.config["SESSION_COOKIE_SECURE"] = True
    assert client.get("/").headers["Strict-Transport-Security"] == "max-age=31536000"


def test_reading_leaves_no_cookie(client: PageClient, code: str) -> None:
    for path in ("/", "/paris-19/", f"/e/{code}", "/aide", "/nulle-part"):
        assert "Set-Cookie" not in client.get(path, follow_redirects=True).headers, path


@pytest.mark.parametrize("scheme", ["https", "http"])
def test_cookies_are_read_by_no_script_and_sent_by_no_other_site(
    build_app: Callable[..., Flask], scheme: str
) -> None:
    """Neither the visit's nor the language's; and where the site has https, never without it. The visit's
    ends with the browser until somebody signs in, then after a working day (SUNDAY_NOON and twelve hours)."""
    app = build_app(PUBLIC_URL=f"{scheme}://agenda.paris.example")
    with app.app_context():
        link = accounts.new_link(
            accounts.open_account("samira@example.org", "Samira", actor="cli", now=clock.now()),
            now=clock.now(),
        )
        db.session.commit()
    always = {"Path": "/", "HttpOnly": "", "SameSite": "Lax"} | ({"Secure": ""} if scheme == "https" else {})
    here = {"base_url": f"{scheme}://agenda.paris.example"}
    visitor = app.test_client()
    assert isinstance(visitor, PageClient)
    opened = visitor.get(f"/connexion/{link}", **here)
    assert cookies(opened) == {"visite": always}
    entered = visitor.submit(opened.page.form(button="Entrer"), **here)
    assert entered.headers["Location"] == "/pro/"
    assert cookies(entered) == {"visite": always | {"Expires": "Sun, 22 Nov 2026 23:00:00 GMT"}}
    half_a_year = {"Max-Age": "15552000", "Expires": "Fri, 21 May 2027 11:00:00 GMT"}
    assert cookies(app.test_client().get("/aide?langue=en", **here)) == {"langue": always | half_a_year}


def cookies(answer: Response | TestResponse) -> dict[str, dict[str, str]]:
    """The cookies of an answer and all that is said of each, but its value."""
    found = {}
    for line in answer.headers.getlist("Set-Cookie"):
        first, *others = (part.strip().partition("=") for part in line.split(";"))
        found[first[0]] = {name: value for name, _, value in others}
    return found


def test_public_pages_travel_compressed_and_those_with_a_token_do_not(app: Flask, code: str) -> None:
    visitor = FlaskClient(app, Response)  # PageClient would read the page, which is compressed
    asked = {"Accept-Encoding": "gzip"}
    page = visitor.get("/paris-19/", headers=asked)
    assert page.headers["Content-Encoding"] == "gzip"
    assert b"Atelier cuisine" in gzip.decompress(page.data)
    assert "Content-Encoding" not in visitor.get(f"/e/{code}/inscription", headers=asked).headers
    assert "Content-Encoding" not in visitor.get("/connexion", headers=asked).headers


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("/paris-19", "/paris-19/"),
        ("/paris-19?vue=mois", "/paris-19/?vue=mois"),
        ("/paris-19//", "/paris-19/"),
    ],
)
def test_redirects_name_no_host(client: PageClient, code: str, asked: str, told: str) -> None:
    answer = client.get(asked, headers={"Host": "Evil.example"})
    assert (answer.status_code, answer.headers["Location"], answer.data) == (308, told, b"")
    assert b"evil.example" not in client.get("/paris-19/", headers={"Host": "evil.example"}).data
