"""One-day helpers: Awa stands at the door on Saturday, sees who comes, and nothing before or after."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as hours
from eventsapp.access import day_links, grants
from eventsapp.access.models import Role
from eventsapp.agenda.models import Event
from eventsapp.people import accounts, approvals
from eventsapp.people.models import Account
from tests import factories
from tests.pages import PageClient
from tests.registrations import stories
from tests.web.conftest import SignIn

pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def event(db_session: scoped_session[Session]) -> Event:
    """Saturday 28 November 2026 from 9:30 to 11:30, six days from now."""
    found = factories.an_event("Atelier cuisine", host=factories.an_association("Espace 19"))
    db_session.commit()
    stories.register(found, stories.answers("Binta", adults=1, children=2, number="06 39 98 00 07"))
    return found


@pytest.fixture
def nadia(event: Event, db_session: scoped_session[Session]) -> Account:
    assert event.host is not None
    account = accounts.open_account("nadia@example.org", "Nadia", actor="cli", now=hours.now())
    grants.give(account, Role.OWNER, event.host, by="cli", now=hours.now())
    approvals.approve(event.host, event.territory, actor="cli", now=hours.now())
    db_session.commit()
    return account


def make(desk: PageClient, address: str, name: str = "Awa, à la porte") -> str:
    """A link as it is shown, once."""
    assert desk.submit(desk.get(address).page.form(button="Faire le lien"), {"name": name}).status_code == 303
    shown = desk.get(address).page.one("input", id="lien")["value"]
    assert desk.get(address).page.all("input", id="lien") == []
    found = re.search(r"/jour/[\w-]+", shown)
    assert found is not None
    return found[0]


def test_awa_sees_who_comes_on_that_day_only(
    event: Event,
    nadia: Account,
    sign_in: SignIn,
    client: PageClient,
    clock: time_machine.Traveller,
    db_session: scoped_session[Session],
) -> None:
    address = f"/pro/rendez-vous/{event.code}/aides"
    db_session.rollback()
    link = make(sign_in(nadia), address)
    assert client.get(link).status_code == 410  # who comes is nobody's business before
    clock.move_to(factories.SATURDAY - timedelta(hours=2))
    page = client.get(link).page
    assert "Binta 3 personnes" in page.main.text
    assert "06 39" not in page.text  # a first name and a number of people, no more
    clock.move_to(factories.SATURDAY.replace(hour=22, minute=59))  # 23:59 in Paris
    assert client.get(link).status_code == 200
    clock.shift(timedelta(minutes=1))
    assert client.get(link).status_code == 410
    assert sign_in(nadia).get(address).status_code == 200


def test_a_link_that_was_taken_back_opens_nothing(
    event: Event, nadia: Account, sign_in: SignIn, client: PageClient, clock: time_machine.Traveller
) -> None:
    address = f"/pro/rendez-vous/{event.code}/aides"
    clock.move_to(factories.SATURDAY)
    desk = sign_in(nadia)
    first, second = make(desk, address), make(desk, address, "Driss")
    forms = [form for form in desk.get(address).page.main.all("form") if "retrait" in form["action"]]
    assert desk.submit(desk.get(address).page.form(forms[0]["action"])).status_code == 303
    assert [client.get(link).status_code for link in (first, second)] == [410, 200]


def test_an_association_that_may_not_act_there_any_more_makes_none(
    event: Event, nadia: Account, sign_in: SignIn, db_session: scoped_session[Session]
) -> None:
    address = f"/pro/rendez-vous/{event.code}/aides"
    assert event.host is not None
    approvals.end(event.host, event.territory, actor="cli", now=hours.now())
    db_session.commit()
    assert sign_in(nadia).get(address).status_code == 403


@pytest.mark.parametrize(("name", "status"), [("", 422), ("https://x.example/", 422), ("é" * 61, 422)])
def test_a_helper_has_a_name(event: Event, nadia: Account, sign_in: SignIn, name: str, status: int) -> None:
    address = f"/pro/rendez-vous/{event.code}/aides"
    desk = sign_in(nadia)
    assert (
        desk.submit(desk.get(address).page.form(button="Faire le lien"), {"name": name}).status_code == status
    )


def test_nobody_helps_at_what_is_over(
    event: Event, nadia: Account, sign_in: SignIn, clock: time_machine.Traveller, app: Flask
) -> None:
    address = f"/pro/rendez-vous/{event.code}/aides"
    clock.move_to(factories.SATURDAY + timedelta(days=1))
    desk = sign_in(nadia)
    answer = desk.submit(desk.get(address).page.form(button="Faire le lien"), {"name": "Awa"})
    assert answer.status_code == 409
    assert "personne n’y aide plus" in answer.page.main.text
    with app.app_context():
        assert day_links.forget_past(hours.now() + timedelta(days=2)) is None
