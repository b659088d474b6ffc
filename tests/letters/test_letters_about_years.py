"""« On repart ? », as partners get it: tests/letters/sent/ (see test_letters)."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.mailroom.models import Letter
from eventsapp.mailroom.outbox import Reader
from eventsapp.people.models import Organisation
from eventsapp.planning import letters, preparations, preparing
from eventsapp.programme.school_calendar import SchoolYear
from tests import factories, saturdays
from tests.inspection import words
from tests.letters.test_letters import SENT, as_read, assert_same, html_of, spaced
from tests.pages import Page

pytestmark = pytest.mark.databases("sqlite")


@pytest.mark.parametrize(
    ("way", "reader"),
    [
        ("fr", {"language": "fr", "email": "nadia@example.org"}),
        ("en", {"language": "en", "email": "nadia@example.org"}),
        ("call", {"language": "fr", "phone": "+33639980001"}),
    ],
)
def test_the_letter_reads_as_it_was_proof_read(
    app: Flask, db_session: scoped_session[Session], way: str, reader: dict[str, str]
) -> None:
    app.config["PUBLIC_URL"] = "https://agenda.example.org"
    saturdays.a_town()
    espace = db_session.scalars(select(Organisation).where(Organisation.name == "Espace 19")).one()
    saturdays.a_saturday(factories.a_school(), date(2026, 12, 5), host=espace)
    preparation = preparing.open_(factories.a_territory(), SchoolYear(2027), actor="cli", now=clock.now())
    question = preparations.questions_of(preparation)[0]
    letters.comeback(question, Reader(name="Nadia", **reader), "jeton", now=clock.now())
    db_session.flush()
    letter = db_session.scalars(select(Letter)).one()
    assert_same(SENT / f"year_comeback.{way}.txt", as_read(letter))
    if way != "call":
        page = Page(html_of(letter))
        assert (page.heading, page.lang, list(words(page))) == (spaced(letter.subject), way, [])
        assert "/on-repart/" in page.link("Répondre" if way == "fr" else "Answer")
