"""The letters of the weekly letter as their reader gets them, kept in tests/letters/sent/ to proof-read."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as hours
from eventsapp.agenda import scheduling
from eventsapp.agenda.models import Event
from eventsapp.clock import local
from eventsapp.database import db
from eventsapp.mailroom import rendering
from eventsapp.mailroom.models import Letter
from eventsapp.newsletter.composing import Week
from tests import factories
from tests.inspection import words
from tests.letters.test_letters import SENT, as_read, assert_same, html_of, spaced
from tests.newsletter.readers import MONDAY, a_quartier, a_reader, a_turn, ask
from tests.pages import Page

pytestmark = pytest.mark.databases("sqlite")
KINDS = ("confirmation", "known", "weekly")


@pytest.fixture(autouse=True)
def week(app: Flask, db_session: scoped_session[Session]) -> None:
    """A Tuesday with two dates, one of them cancelled; a Wednesday; and the week after."""
    app.config["PUBLIC_URL"] = "https://agenda.example.org"
    school = factories.a_school(quartier=a_quartier("danube", "Danube"))
    tuesday = local(MONDAY + timedelta(days=1), 17)
    made = [
        factories.an_event("Atelier cuisine en famille", starts_at=tuesday, venue=school),
        factories.an_event("Parler des écrans", starts_at=tuesday + timedelta(hours=1), capacity=None),
        factories.an_event("Sortie au parc", starts_at=tuesday + timedelta(days=1), capacity=None),
        factories.an_event("Fête du quartier", starts_at=tuesday + timedelta(days=11)),
    ]
    for event, code in zip(made, ("k7m4tqw", "p3x9rdz", "w2h8knb", "t6v5sfc"), strict=True):
        event.code = code
    scheduling.cancel(made[1], reason="", actor="cli", now=hours.now())
    db_session.commit()


def written(kind: str, language: str) -> Letter:
    if kind == "confirmation":
        ask("awa@example.org", language=language)
    else:
        a_reader("awa@example.org", language=language, quartiers=["danube"])
        ask("awa@example.org")
        a_turn()
    db.session.rollback()
    return db.session.scalars(select(Letter).where(Letter.kind == f"newsletter/{kind}")).one()


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_text_reads_as_it_was_proof_read(kind: str, language: str) -> None:
    assert_same(SENT / f"newsletter_{kind}.{language}.txt", as_read(written(kind, language)))


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_html_says_what_the_text_says(kind: str, language: str) -> None:
    letter = written(kind, language)
    page, text = Page(html_of(letter)), as_read(letter)
    assert (page.heading, page.lang) == (spaced(letter.subject), language)
    addresses = {link["href"] for link in page.all("a") if not link["href"].startswith("tel:")}
    assert addresses == set(re.findall(r"https://\S+", text))
    assert not page.all("img", "script", "style", "link", "iframe", "form")
    assert not list(words(page))
    for event in db.session.scalars(select(Event)):
        assert (event.title in page.text) == (event.title in text)


def test_the_letter_in_html_reads_as_it_was_proof_read() -> None:
    assert_same(SENT / "newsletter_weekly.fr.html", html_of(written("weekly", "fr")))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_subject_is_longer_than_a_phone_shows(language: str) -> None:
    class Busy(Week):
        takes_place = 128  # type: ignore[assignment]  # a busy week of a small letter

    said = {"week": Busy(date(2026, 11, 30), (), ()), "territory": "19e"}
    [subject] = rendering._fill("newsletter/weekly", ("subject.txt",), language, said)
    assert len(subject.strip()) <= rendering.LONGEST_SUBJECT


def test_what_people_typed_cannot_speak_for_us(db_session: scoped_session[Session]) -> None:
    nasty = "<b>Gratuit</b> {{ 7 * 7 }} & %(num)d"
    factories.an_event(nasty, starts_at=local(MONDAY, 18), venue=factories.a_school())
    db_session.commit()
    letter = written("weekly", "fr")
    page = Page(html_of(letter))
    assert not page.all("b")
    assert nasty in page.text
    assert nasty in as_read(letter)
