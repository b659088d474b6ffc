"""One's own account: a borrowed computer is signed out from the phone, and a stolen cookie dies."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.people import accounts
from eventsapp.people.models import Account, SignIn
from eventsapp.web.guards import SIGN_IN
from tests import saturdays
from tests.pages import PageClient

PHONE = {"User-Agent": "Mozilla/5.0 (Android 14; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0"}
COMPUTER = {"User-Agent": "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/142.0 Edg/142.0"}

Enter = Callable[[Account, dict[str, str]], PageClient]


@pytest.fixture
def enter(app: Flask, db_session: scoped_session[Session]) -> Enter:
    """Somebody who came in by a link, with a browser."""

    def come_in(account: Account, headers: dict[str, str]) -> PageClient:
        token = accounts.new_link(account, now=clock.now())
        db_session.commit()
        client = app.test_client()
        assert isinstance(client, PageClient)
        page = client.get(f"/connexion/{token}").page
        assert client.submit(page.form(button="Entrer"), headers=headers).status_code == 303
        return client

    return come_in


def devices(client: PageClient) -> list[str]:
    return [
        line.all("strong")[0].text for line in client.get("/pro/compte").page.main.all("ul")[-1].all("li")
    ]


def test_samira_signs_out_the_computer_she_borrowed(samira: Account, enter: Enter) -> None:
    computer, phone = enter(samira, COMPUTER), enter(samira, PHONE)
    page = phone.get("/pro/compte").page
    assert page.heading == "Mon compte"
    assert "samira@example.org" in page.main.text
    assert devices(phone) == ["Firefox, Android", "Edge, Windows"]

    answer = phone.submit(page.form(button="Déconnecter"))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/pro/compte")
    said = phone.get("/pro/compte").page.main.text
    assert "Cet appareil est déconnecté." in said
    assert "Aucun autre appareil n’est connecté." in said
    assert computer.get("/pro/").headers["Location"] == "/connexion?next=/pro/"
    # Pressed twice, or from a page that was left open: nothing more happens.
    assert phone.submit(page.form(button="Déconnecter")).status_code == 303
    assert "Cet appareil était déjà déconnecté." in phone.get("/pro/compte").page.main.text
    assert devices(phone) == ["Firefox, Android"]


def test_she_signs_out_everywhere_else_at_once(samira: Account, enter: Enter) -> None:
    others = [enter(samira, COMPUTER) for _ in range(2)]
    phone = enter(samira, PHONE)
    button = "Déconnecter tous les autres appareils"
    page = phone.get("/pro/compte").page
    assert phone.submit(page.form(button=button)).status_code == 303
    assert "2 autres appareils sont déconnectés." in phone.get("/pro/compte").page.main.text
    assert [other.get("/pro/").status_code for other in others] == [303, 303]
    assert phone.submit(page.form(button=button)).status_code == 303
    assert "Aucun autre appareil n’était connecté." in phone.get("/pro/compte").page.main.text


def test_a_copied_cookie_dies_when_its_owner_signs_out(samira: Account, enter: Enter, app: Flask) -> None:
    phone = enter(samira, PHONE)
    with phone.session_transaction() as session:
        token = session[SIGN_IN]
    thief = app.test_client()
    assert isinstance(thief, PageClient)
    with thief.session_transaction() as session:
        session[SIGN_IN] = token
    assert thief.get("/pro/").status_code == 200

    way_out = phone.get("/pro/").page.all("form", action="/deconnexion")[0]
    phone.post("/deconnexion", data={"csrf_token": way_out.one("input")["value"]})
    assert thief.get("/pro/").headers["Location"] == "/connexion?next=/pro/"


def test_nobody_ends_another_s(samira: Account, enter: Enter, db_session: scoped_session[Session]) -> None:
    phone = enter(samira, PHONE)
    number = db_session.scalars(select(SignIn.id)).one()
    db_session.rollback()
    paul = enter(saturdays.a_coordinator(email="paul@example.org", name="Paul"), COMPUTER)
    page = paul.get("/pro/compte").page
    assert "Samira" not in page.text
    assert "Firefox" not in page.text
    token = page.all("form", action="/deconnexion")[0].one("input")["value"]
    for path in (f"entrees/{number}/fin", "entrees/99999/fin"):
        assert paul.post(f"/pro/compte/{path}", data={"csrf_token": token}).status_code == 404
    assert paul.post("/pro/compte/entrees/fin", data={"csrf_token": token}).status_code == 303
    assert phone.get("/pro/").status_code == 200


def test_a_browser_that_enters_again_counts_once(
    samira: Account, enter: Enter, db_session: scoped_session[Session]
) -> None:
    phone = enter(samira, PHONE)
    link = accounts.new_link(samira, now=clock.now())
    db_session.commit()
    phone.submit(phone.get(f"/connexion/{link}").page.form(button="Entrer"), headers=PHONE)
    assert devices(phone) == ["Firefox, Android"]


def test_ending_the_browser_one_holds_signs_out_of_it(
    samira: Account, enter: Enter, db_session: scoped_session[Session]
) -> None:
    phone = enter(samira, PHONE)
    number = db_session.scalars(select(SignIn.id)).one()
    db_session.rollback()
    token = phone.get("/pro/compte").page.all("form", action="/deconnexion")[0].one("input")["value"]
    answer = phone.post(f"/pro/compte/entrees/{number}/fin", data={"csrf_token": token})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    with phone.session_transaction() as session:
        assert SIGN_IN not in session


@pytest.mark.parametrize("planted", [1, "1", "", None, ["a token"], {"a": 1}])
def test_a_cookie_of_another_shape_opens_nothing(
    samira: Account, client: PageClient, planted: object
) -> None:
    with client.session_transaction() as session:
        session[SIGN_IN] = planted
        session["compte"] = 1  # what signed people in before sign-ins were kept
    assert client.get("/pro/").headers["Location"] == "/connexion?next=/pro/"


def test_the_page_asks_the_database_as_much_for_one_as_for_many(
    samira: Account, enter: Enter, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    phone = enter(samira, PHONE)
    asked = []
    for _ in range(2):
        with statements() as said:
            phone.get("/pro/compte")
        asked.append(len(said))
        for _ in range(3):
            enter(samira, COMPUTER)
    assert asked == [3, 3]
