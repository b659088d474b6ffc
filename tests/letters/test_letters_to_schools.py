"""The letters and calls to contacts of schools, as they get them: tests/letters/sent/ (see test_letters)."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.agenda import scheduling
from eventsapp.hosting import answers, links
from eventsapp.hosting.answers import Said
from eventsapp.mailroom.models import Letter
from tests import factories, saturdays
from tests.inspection import words
from tests.letters.test_letters import SENT, as_read, assert_same, html_of, spaced
from tests.pages import Page

pytestmark = pytest.mark.databases("sqlite")


def written(session: scoped_session[Session], language: str, email: str | None) -> Letter:
    """Madame Roy has three dates: one answered, one not, one cancelled."""
    school = factories.a_school()
    dates = [saturdays.a_saturday(school, date(2026, 12, day)) for day in (5, 12)]
    scheduling.cancel(saturdays.a_saturday(school, date(2027, 1, 9)), actor="account:1", now=clock.now())
    answers.give(dates[0], Said("oui"), actor="contact:1", now=clock.now())
    contact = factories.a_contact(language=language, email=email)
    links.send(contact, actor="account:1", now=clock.now())
    session.flush()
    return session.scalars(select(Letter)).one()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_letter_reads_as_it_was_proof_read(
    app: Flask, db_session: scoped_session[Session], language: str
) -> None:
    app.config["PUBLIC_URL"] = "https://agenda.example.org"
    letter = written(db_session, language, "roy@ecole.example")
    assert_same(SENT / f"school_link.{language}.txt", as_read(letter))
    page = Page(html_of(letter))
    assert (page.heading, page.lang) == (spaced(letter.subject), language)
    assert list(words(page)) == []


def test_the_call_says_the_dates_and_no_link(app: Flask, db_session: scoped_session[Session]) -> None:
    letter = written(db_session, "fr", None)
    assert_same(SENT / "school_link.call.txt", as_read(letter))
    assert "/ecole/" not in letter.text
