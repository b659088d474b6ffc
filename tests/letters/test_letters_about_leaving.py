"""What somebody is told whose calendar said no, and what reaches a human, kept in files to proof-read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.agenda.models import Event
from eventsapp.mailroom.models import Letter
from eventsapp.registrations import leaving_letters
from eventsapp.registrations.models import Registration
from tests import factories
from tests.letters.test_letters import SENT, as_read, assert_same, html_of, spaced
from tests.pages import Page
from tests.registrations.stories import a_transaction, answers, register
from tests.registrations.stories import letters as posted

pytestmark = pytest.mark.databases("sqlite")


def leaving(registration: Registration) -> None:
    leaving_letters.leaving(registration, until=clock.now() + timedelta(hours=1), now=clock.now())


STORIES: dict[str, Callable[[Registration], None]] = {
    "leaving": leaving,
    "leaving_asked": lambda one: leaving_letters.asked(one, now=clock.now()),
    "stays": lambda one: leaving_letters.stays(one, now=clock.now()),
    "asked_again": lambda one: leaving_letters.asked_again(one, now=clock.now()),
}


@pytest.fixture
def event(app: Flask, db_session: scoped_session[Session]) -> Event:
    app.config["PUBLIC_URL"] = "https://agenda.example.org"
    event = factories.an_event("Atelier cuisine en famille")
    event.code = "k7m4tqw"
    db_session.commit()
    return event


def written(event: Event, kind: str, *, language: str = "fr", by_phone: bool = False) -> Letter:
    who = answers("Awa", 2, 1, number="06 39 98 00 00") if by_phone else answers("Awa", 2, 1)
    registration = register(event, who, language=language).registration
    with a_transaction():
        STORIES[kind](registration)
    return posted()[-1]


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("kind", STORIES)
def test_the_text_reads_as_it_was_proof_read(event: Event, kind: str, language: str) -> None:
    letter = written(event, kind, language=language)
    assert letter.kind == f"registrations/{kind}"
    assert_same(SENT / f"{kind}.{language}.txt", as_read(letter))


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("kind", STORIES)
def test_the_html_says_what_the_text_says(event: Event, kind: str, language: str) -> None:
    letter = written(event, kind, language=language)
    page = Page(html_of(letter))
    assert (page.heading, page.lang) == (spaced(letter.subject), language)
    for essential in ("Awa", "Atelier cuisine en famille", "École Curial, 51 rue Curial, 75019 Paris"):
        assert essential in page.text
        assert essential in as_read(letter)


@pytest.mark.parametrize("kind", STORIES)
def test_nobody_is_called_about_their_own_calendar(event: Event, kind: str) -> None:
    assert written(event, kind, by_phone=True).kind == "registrations/confirmed"


@pytest.mark.parametrize("kind", STORIES)
def test_a_sensitive_action_is_not_named(event: Event, kind: str) -> None:
    registration = register(event, answers("Awa")).registration
    with a_transaction():
        event.activity.action.is_sensitive = True
        STORIES[kind](registration)
    letter = posted()[-1]
    assert letter.kind == f"registrations/{kind}"
    assert "cuisine" not in (letter.subject + as_read(letter) + html_of(letter)).lower()
