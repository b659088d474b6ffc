"""« Coordonnées »: an organisation says itself how it is reached; where nobody answers, its coordinator."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.access import grants
from eventsapp.access.models import Role
from eventsapp.people import accounts, approvals
from eventsapp.people.models import Account, Organisation, OrganisationKind
from tests import factories
from tests.web.conftest import SignIn

Db = scoped_session[Session]


@pytest.fixture
def espace(db_session: Db) -> Organisation:
    """It may act in the 19e, and nobody answers for it."""
    found = factories.an_association("Espace 19")
    approvals.approve(found, factories.a_territory(), actor="cli", now=clock.now())
    db_session.commit()
    return found


@pytest.fixture
def nadia(espace: Organisation, db_session: Db) -> Account:
    """She answers for it."""
    found = accounts.open_account("nadia@example.org", "Nadia", actor="cli", now=clock.now())
    grants.give(found, Role.OWNER, espace, by="cli", now=clock.now())
    db_session.commit()
    return found


def test_nadia_puts_the_details_right(
    espace: Organisation, nadia: Account, sign_in: SignIn, db_session: Db
) -> None:
    desk, page = sign_in(nadia), f"/pro/organisations/{espace.id}/coordonnees"
    assert desk.get(f"/pro/organisations/{espace.id}/").page.link("Nos coordonnées") == page
    answer = desk.submit(desk.get(page).page.form(), {"phone": "12"})
    assert (answer.status_code, set(answer.page.mistakes)) == (422, {"phone"})
    said = {
        "name": "Espace 19 Ourcq",
        "kind": "institution",
        "phone": "01 99 00 00 19",
        "email": "e19@e.example",
    }
    assert desk.submit(answer.page.form(), said).status_code == 303
    db_session.rollback()
    assert (espace.name, espace.kind, espace.phone, espace.email, espace.slug) == (
        "Espace 19 Ourcq",
        OrganisationKind.INSTITUTION,
        "01 99 00 00 19",
        "e19@e.example",
        "espace-19",
    )


def test_a_coordinator_does_where_nobody_answers_and_only_where_it_acts(
    espace: Organisation, samira: Account, paul: Account, sign_in: SignIn, db_session: Db
) -> None:
    page = f"/pro/organisations/{espace.id}/coordonnees"
    desk = sign_in(samira)
    assert desk.submit(desk.get(page).page.form(), {"email": "contact@e19.example"}).status_code == 303
    assert "a changé les coordonnées d’une structure" in desk.get("/pro/paris-19/journal").page.main.text
    db_session.rollback()
    assert espace.email == "contact@e19.example"
    assert sign_in(paul).get(page).status_code == 403


def test_she_may_no_more_once_somebody_answers(
    espace: Organisation, nadia: Account, samira: Account, sign_in: SignIn
) -> None:
    page = f"/pro/organisations/{espace.id}/coordonnees"
    assert sign_in(samira).get(page).status_code == 403
