"""« Installation »: Ada names who coordinates, and reads what happened to roles that are of no territory."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.access import grants
from eventsapp.access.models import GrantOffer, Role
from eventsapp.people import accounts
from eventsapp.people.models import Account
from tests import factories, saturdays
from tests.web.conftest import SignIn

pytestmark = pytest.mark.databases("sqlite")
PAGE = "/pro/installation"


@pytest.fixture
def ada(db_session: scoped_session[Session]) -> Account:
    for number in (10, 19):
        factories.a_territory(number)
    account = accounts.open_account("ada@example.org", "Ada", actor="cli", now=clock.now())
    grants.give(account, Role.ADMINISTRATOR, None, by="cli", now=clock.now())
    db_session.commit()
    return account


def test_ada_names_a_coordinator_and_a_colleague(
    ada: Account, sign_in: SignIn, db_session: scoped_session[Session]
) -> None:
    desk = sign_in(ada)
    page = desk.get(PAGE).page
    assert [one.text for one in page.main.all(class_="tag")] == ["Personne", "Personne", "C’est vous"]
    for email, function in (("paul@example.org", "paris-10"), ("lea@example.org", "administration")):
        answer = desk.submit(desk.get(PAGE).page.form(PAGE), {"email": email, "function": function})
        assert (answer.status_code, answer.headers["Location"]) == (303, PAGE)
    offered = db_session.execute(
        select(GrantOffer.email, GrantOffer.role, GrantOffer.territory_id).order_by(GrantOffer.id)
    )
    assert [tuple(row) for row in offered] == [
        ("paul@example.org", Role.COORDINATOR, factories.a_territory(10).id),
        ("lea@example.org", Role.ADMINISTRATOR, None),
    ]
    db_session.rollback()
    for function in ("", "paris-20", "responsable", "coordination"):
        answer = desk.submit(
            desk.get(PAGE).page.form(PAGE), {"email": "x@example.org", "function": [function]}
        )
        assert (answer.status_code, list(answer.page.mistakes)) == (422, ["function"])


def test_she_reads_what_happened_to_the_roles_of_the_installation(ada: Account, sign_in: SignIn) -> None:
    """Who coordinates a territory stands in its own journal; who administers, here and nowhere else."""
    desk = sign_in(ada)
    for email, function in (("lea@example.org", "administration"), ("paul@example.org", "paris-10")):
        desk.submit(desk.get(PAGE).page.form(PAGE), {"email": email, "function": function})
    page = desk.get(PAGE).page
    lines = [one.one("div").text for one in page.all("section")[-1].all("li")]
    assert [line.rpartition(" dim. ")[0] for line in lines] == [
        "Ada a invité une personne : Administration",
        "L’exploitant du service a donné une fonction : Ada, Administration",
    ]
    paul = sign_in(saturdays.a_coordinator(factories.a_territory(10), email="paul@example.org", name="Paul"))
    assert paul.get(PAGE).status_code == 403
    said = [one.text for one in paul.get("/pro/paris-10/journal").page.main.all("li")]
    assert sum("Administration" in line for line in said) == 0
    assert sum("a invité une personne : Coordination" in line for line in said) == 1
