"""What somebody who comes to every date is told, kept in files to proof-read like every other letter."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.agenda.entry_rules import EntryRules
from eventsapp.clock import local
from eventsapp.database import db
from eventsapp.people import households
from eventsapp.people.contacts import phone
from eventsapp.registrations import letters, standing
from eventsapp.registrations.models import AgeBracket, Registration
from eventsapp.registrations.party import Member
from tests import factories
from tests.letters.test_letters import SENT, as_read, assert_same, html_of, spaced
from tests.pages import Page
from tests.registrations.stories import a_transaction, answers, register
from tests.registrations.stories import letters as posted

pytestmark = pytest.mark.databases("sqlite")

ADULT, CHILD = Member(bracket=AgeBracket.ADULT), Member(bracket=AgeBracket.FROM_3)


@pytest.fixture(autouse=True)
def breakfasts(app: Flask, db_session: scoped_session[Session]) -> None:
    """Three dates: there is room at the first, the second is full, the third takes one adult at most."""
    app.config["PUBLIC_URL"] = "https://agenda.example.org"
    activity = factories.an_activity("Petits déjeuners de Curial")
    for day, capacity, entry in (
        (date(2026, 12, 15), 12, EntryRules()),
        (date(2027, 1, 5), 3, EntryRules()),
        (date(2027, 2, 2), 12, EntryRules(most_adults=1)),
    ):
        event = factories.an_event(
            "Petit déjeuner", activity=activity, starts_at=local(day, 8, 30), capacity=capacity, entry=entry
        )
        if capacity == 3:
            register(event, answers("Binta", 2))
    db_session.commit()


def comes(language: str, number: str | None = None) -> None:
    with a_transaction():
        household = households.open_new(
            first_name="Awa",
            email=None if number else "awa@example.org",
            phone=phone(number) if number else None,
            language=language,
            now=clock.now(),
        )
        db.session.flush()
        activity = factories.an_activity("Petits déjeuners de Curial")
        standing.sign_up(activity, household, [ADULT, ADULT, CHILD], actor="household:1", now=clock.now())


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_list_of_dates(language: str) -> None:
    comes(language)
    letter = posted()[-1]
    assert_same(SENT / f"standing_dates.{language}.txt", as_read(letter))
    page = Page(html_of(letter))
    assert (page.heading, page.lang) == (spaced(letter.subject), language)
    assert "Petits déjeuners de Curial" in page.text


def test_the_list_of_dates_on_the_phone() -> None:
    comes("fr", "06 39 98 00 00")
    assert_same(SENT / "standing_dates.call.txt", as_read(posted()[-1]))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_date_that_is_near(language: str) -> None:
    comes(language)
    first = db.session.scalars(
        select(Registration).where(Registration.standing_id.is_not(None)).order_by(Registration.id)
    ).first()
    assert first is not None
    with a_transaction():
        letters.standing_near(first, now=clock.now())
    letter = posted()[-1]
    assert letter.method == "REQUEST"
    assert_same(SENT / f"standing_near.{language}.txt", as_read(letter))
    assert Page(html_of(letter)).heading == spaced(letter.subject)
