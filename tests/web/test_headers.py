"""What every answer carries."""

from __future__ import annotations

import gzip

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, scoped_session

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
