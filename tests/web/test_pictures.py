"""Pictures at their addresses: images and nothing else, kept by browsers, gone when they are gone."""

from __future__ import annotations

import hashlib

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, scoped_session

from eventsapp.clock import now
from eventsapp.media import keeping, pictures
from tests.photos import a_photo

pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def fingerprint(db_session: scoped_session[Session]) -> str:
    kept = keeping.keep(pictures.renew(a_photo(), most=10**6), now=now())
    db_session.commit()
    return kept.fingerprint


@pytest.fixture
def visitor(app: Flask) -> FlaskClient:
    return FlaskClient(app, Response)


def test_it_is_an_image_whatever_is_in_it(visitor: FlaskClient, fingerprint: str) -> None:
    answer = visitor.get(f"/images/{fingerprint}.webp")
    assert (answer.status_code, answer.mimetype) == (200, "image/webp")
    assert hashlib.sha256(answer.data).hexdigest() == fingerprint
    kept = ("Cache-Control", "Content-Security-Policy", "Content-Disposition", "X-Content-Type-Options")
    assert [answer.headers[name] for name in kept] == [
        "public, max-age=2592000, immutable",
        "default-src 'none'; sandbox; frame-ancestors 'none'",
        'inline; filename="image.webp"',
        "nosniff",
    ]
    assert {"Set-Cookie", "Vary", "Content-Encoding"} & set(answer.headers.keys()) == set()


def test_a_browser_that_has_it_is_told_so(visitor: FlaskClient, fingerprint: str) -> None:
    large, small = (f"/images/{size}{fingerprint}.webp" for size in ("", "petites/"))
    tags = [visitor.get(address).headers["ETag"] for address in (large, small)]
    assert len(set(tags)) == 2
    again = visitor.get(large, headers={"If-None-Match": tags[0]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Cache-Control"] == "public, max-age=2592000, immutable"
    assert visitor.get(small, headers={"If-None-Match": tags[0]}).status_code == 200
    assert visitor.head(large).data == b""


@pytest.mark.parametrize(
    "address",
    ["0" * 64 + ".webp", "x.webp", "0" * 63 + ".webp", "A" * 64 + ".webp", "../settings.py", "petites/.webp"],
)
def test_what_is_not_there_is_not_found(visitor: FlaskClient, fingerprint: str, address: str) -> None:
    assert visitor.get(f"/images/{address}").status_code == 404
    assert visitor.get(f"/images/{fingerprint}.png").status_code == 404
    assert visitor.get(f"/images/{fingerprint.upper()}.webp").status_code == 404
