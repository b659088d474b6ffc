"""The letters about roles, as their readers get them: tests/letters/sent/ (see test_letters)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.access import grants, joining, letters, offers
from eventsapp.access.models import Grant, Role
from eventsapp.access.offers import Sender
from eventsapp.mailroom.models import Letter
from eventsapp.people import accounts, partner_requests
from eventsapp.people.models import Account, OrganisationKind, PartnerRequest
from tests import factories, saturdays
from tests.inspection import words
from tests.letters.test_letters import SENT, as_read, assert_same, html_of, spaced
from tests.pages import Page

pytestmark = pytest.mark.databases("sqlite")


def hers(samira: Account, session: scoped_session[Session]) -> Grant:
    return session.scalars(select(Grant).where(Grant.account_id == samira.id)).one()


def offered(samira: Account, session: scoped_session[Session], language: str) -> None:
    espace = factories.an_association("Espace 19")
    offers.send(
        Role.OWNER, espace, "contact@espace.example", by=Sender.of(samira), language=language, now=clock.now()
    )


def handed_over(samira: Account, session: scoped_session[Session], language: str) -> None:
    samira.language = language
    offers.pass_on(hers(samira, session), "nadia@example.org", by=Sender.of(samira), now=clock.now())


def stood_in_for(samira: Account, session: scoped_session[Session], language: str) -> None:
    samira.language = language
    days = (clock.today() + timedelta(days=1), clock.today() + timedelta(days=5))
    offers.pass_on(
        hers(samira, session), "nadia@example.org", by=Sender.of(samira), days=days, now=clock.now()
    )


def ended(samira: Account, session: scoped_session[Session], language: str) -> None:
    samira.language = language
    grant = hers(samira, session)
    grants.end_whatever_remains(grant, by="account:9", now=clock.now())
    letters.ended(grant, by="Rachid", now=clock.now())


def a_request(language: str) -> PartnerRequest:
    asked = partner_requests.Answers(
        organisation_name="La Boussole",
        kind=OrganisationKind.ASSOCIATION,
        contact_name="Awa Sow",
        email="awa@boussole.example",
        phone="",
        about="Des ateliers",
    )
    return partner_requests.ask(factories.a_territory(), asked, language=language, now=clock.now())


def refused(samira: Account, session: scoped_session[Session], language: str) -> None:
    joining.refuse(
        a_request(language), "Vos ateliers existent déjà au centre social.", by=samira, now=clock.now()
    )


def joined(samira: Account, language: str) -> None:
    """Two letters: to Nadia who answers for the organisation, then to whoever asked in its name."""
    boussole = factories.an_association("La Boussole")
    nadia = accounts.open_account("nadia@boussole.example", "Nadia", actor="cli", now=clock.now())
    nadia.language = language
    grants.give(nadia, Role.OWNER, boussole, by="cli", now=clock.now())
    joining.approve(a_request(language), boussole, by=samira, now=clock.now())


def known(samira: Account, session: scoped_session[Session], language: str) -> None:
    joined(samira, language)


def asked_for(samira: Account, session: scoped_session[Session], language: str) -> None:
    joined(samira, language)
    session.flush()
    session.execute(delete(Letter).where(Letter.kind == "access/known"))


STORIES: dict[str, Callable[[Account, scoped_session[Session], str], None]] = {
    "offered": offered,
    "handed_over": handed_over,
    "stood_in_for": stood_in_for,
    "ended": ended,
    "refused": refused,
    "known": known,
    "asked_for": asked_for,
}


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("story", STORIES)
def test_the_letter_reads_as_it_was_proof_read(
    app: Flask, db_session: scoped_session[Session], story: str, language: str
) -> None:
    app.config["PUBLIC_URL"] = "https://agenda.example.org"
    samira = saturdays.a_coordinator(factories.a_territory())
    STORIES[story](samira, db_session, language)
    db_session.flush()
    letter = db_session.scalars(select(Letter).order_by(Letter.id.desc())).first()
    assert letter is not None
    assert_same(SENT / f"role_{story}.{language}.txt", as_read(letter))

    page = Page(html_of(letter))
    assert (page.heading, page.lang) == (spaced(letter.subject), language)
    assert list(words(page)) == []
    for line in as_read(letter).splitlines()[2:]:
        if line and not line.startswith(("https://", "Pour accepter", "To accept", "Besoin", "Need")):
            assert spaced(line) in page.text
    assert accounts.at_address("nadia@example.org") is None
