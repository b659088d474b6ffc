"""The letters about proposals, as their readers get them: tests/letters/sent/ (see test_letters)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.mailroom.models import Letter
from eventsapp.people import accounts, approvals
from eventsapp.proposals import answers, deciding, letters
from eventsapp.proposals.models import Proposal
from tests import factories
from tests.inspection import words
from tests.letters.test_letters import SENT, as_read, assert_same, html_of, spaced
from tests.pages import Page
from tests.web.town import a_proposal

pytestmark = pytest.mark.databases("sqlite")

DAY = date(2026, 12, 5)


def published(proposal: Proposal) -> None:
    events = [factories.an_event(f"Date {number}") for number in range(1 if proposal.rule is None else 3)]
    events[0].code = "k7m4tqw"
    letters.published(proposal, events, now=clock.now())


def series(proposal: Proposal) -> None:
    proposal.rule = answers.monthly(DAY, date(2027, 6, 30)).to_dict()
    published(proposal)


def changes_asked(proposal: Proposal) -> None:
    deciding.ask_for_changes(proposal, "Plutôt le matin ?", actor="account:9", now=clock.now())


def refused(proposal: Proposal) -> None:
    deciding.refuse(proposal, "La salle est prise.", actor="account:9", now=clock.now())


def quiet(proposal: Proposal) -> None:
    proposal.action.is_sensitive = True
    refused(proposal)


STORIES: dict[str, Callable[[Proposal], None]] = {
    "published": published,
    "series": series,
    "changes_asked": changes_asked,
    "refused": refused,
    "quiet": quiet,
}


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("story", STORIES)
def test_the_letter_reads_as_it_was_proof_read(
    app: Flask, db_session: scoped_session[Session], story: str, language: str
) -> None:
    app.config["PUBLIC_URL"] = "https://agenda.example.org"
    espace = factories.an_association("Espace 19")
    approvals.approve(espace, factories.a_territory(), actor="cli", now=clock.now())
    moussa = accounts.open_account("moussa@example.org", "Moussa", actor="cli", now=clock.now())
    moussa.language = language
    STORIES[story](a_proposal(espace, factories.a_school(), moussa, day=DAY))
    db_session.flush()
    letter = db_session.scalars(select(Letter)).one()
    assert_same(SENT / f"proposal_{story}.{language}.txt", as_read(letter))

    page = Page(html_of(letter))
    assert (page.heading, page.lang) == (spaced(letter.subject), language)
    assert list(words(page)) == []
    for line in as_read(letter).splitlines()[2:]:
        assert spaced(line) in page.text
