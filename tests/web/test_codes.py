"""Codes of a phone: set up, renewed, changed with the phone, turned off, and by nobody else."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as hours
from eventsapp.people import accounts
from eventsapp.people.models import Account, RecoveryCode
from tests.pages import PageClient
from tests.web.conftest import SetUp
from tests.web.conftest import SignIn as Enter
from tests.web.phones import Phone, by_link, told, try_code

PHRASE = "un tramway nommé Ourcq"
THIRTY = timedelta(seconds=30)


def test_other_devices_are_out_when_codes_begin(samira: Account, set_up: SetUp, sign_in: Enter) -> None:
    old = sign_in(samira)
    client, _, _ = set_up(samira)
    assert old.get("/pro/").status_code == 303
    assert client.get("/pro/").status_code == 200


def test_codes_are_renewed_and_turned_off_by_a_code_only(
    samira: Account,
    set_up: SetUp,
    client: PageClient,
    db_session: scoped_session[Session],
    clock: time_machine.Traveller,
) -> None:
    desk, phone, old = set_up(samira)
    clock.shift(THIRTY)
    page = desk.get("/pro/compte/code").page
    form = page.form("/pro/compte/code/secours")
    assert desk.submit(form, {"code": "123456"}).status_code == 422
    assert desk.submit(form, {"code": phone.code()}).status_code == 303
    new = [one.text for one in desk.get("/pro/compte/code").page.main.all("code")]
    assert len(new) == 10
    by_link(client, samira, db_session)
    assert try_code(client, old[0], "code-de-secours")[0] == 422
    assert try_code(client, new[0], "code-de-secours")[0] == 303

    clock.shift(THIRTY)
    token = desk.get("/pro/compte/code").page.form("/pro/compte/code/secours")["csrf_token"]
    for code, status in (("123456", 422), (phone.code(), 303)):
        data = {"csrf_token": token, "code": code}
        assert desk.post("/pro/compte/code/arret", data=data).status_code == status
    assert told(db_session)[-1] == "Aucun code n’est plus demandé à la connexion."
    assert db_session.scalars(select(RecoveryCode)).all() == []


@pytest.mark.parametrize("by", ["phone", "recovery"])
def test_another_phone_takes_over_from_the_first_and_from_nobody_else(
    samira: Account,
    set_up: SetUp,
    client: PageClient,
    db_session: scoped_session[Session],
    clock: time_machine.Traveller,
    by: str,
) -> None:
    """Whoever finds her browser open must not lock her out with a phone of theirs."""
    desk, first, codes = set_up(samira)
    clock.shift(THIRTY)
    desk.submit(desk.get("/pro/compte/code").page.form(button="Afficher un nouveau code à scanner"))
    second = Phone(desk.get("/pro/compte/code").page)
    for former, beside in (("", "former"), ("000000", "former"), (second.code(), "former"), ("x", "former")):
        page = desk.get("/pro/compte/code").page
        answer = desk.submit(page.form(button="Vérifier"), {"code": second.code(), "former": former})
        assert (former, answer.status_code, list(answer.page.mistakes)) == (former, 422, [beside])
    right = {"code": second.code(), "former": first.code() if by == "phone" else codes[0]}
    form = desk.get("/pro/compte/code").page.form(button="Vérifier")
    assert desk.submit(form, right).status_code == 303
    clock.shift(THIRTY)
    by_link(client, samira, db_session)
    assert try_code(client, first.code())[0] == 422
    assert try_code(client, codes[1], "code-de-secours")[0] == 422
    assert try_code(client, second.code()) == (303, "/pro/")


def test_who_thinks_again_keeps_her_phone(
    samira: Account, set_up: SetUp, clock: time_machine.Traveller
) -> None:
    desk, _, _ = set_up(samira)
    desk.submit(desk.get("/pro/compte/code").page.form(button="Afficher un nouveau code à scanner"))
    page = desk.get("/pro/compte/code").page
    phone = Phone(page)
    assert desk.submit(page.form(button="Garder l’ancien téléphone")).status_code == 303
    assert "Il reste 10 codes de secours." in desk.get("/pro/compte/code").page.main.text
    answer = desk.submit(page.form(button="Vérifier"), {"code": phone.code()})
    assert answer.status_code == 409


def test_whoever_coordinates_sets_codes_up_before_all_else_where_it_is_required(
    samira: Account, app: Flask, sign_in: Enter, set_up: SetUp, db_session: scoped_session[Session]
) -> None:
    app.config["SECOND_FACTOR_REQUIRED"] = True
    nour = accounts.open_account("nour@example.org", "Nour", actor="cli", now=hours.now())
    db_session.commit()
    assert sign_in(nour).get("/pro/").status_code == 200  # no role that asks for it
    desk = sign_in(samira)
    for path in ("/pro/", "/pro/paris-19/", "/pro/paris-19/equipe"):
        assert (desk.get(path).status_code, desk.get(path).headers["Location"]) == (303, "/pro/compte/code")
    assert "Votre fonction le demande" in desk.get("/pro/compte/code").page.main.text
    assert desk.get("/pro/compte").status_code == 200
    token = desk.get("/pro/compte").page.all("form", action="/deconnexion")[0].one("input")["value"]
    data = {"csrf_token": token, "email": "x@example.org", "role": "coordination"}
    assert desk.post("/pro/paris-19/equipe", data=data).status_code == 403
    whole, _, _ = set_up(samira)
    assert whole.get("/pro/paris-19/").status_code == 200


# --- passwords


def test_an_operator_lets_in_whoever_lost_phone_and_codes(
    samira: Account, set_up: SetUp, app: Flask, client: PageClient, db_session: scoped_session[Session]
) -> None:
    set_up(samira)
    db_session.rollback()
    done = app.test_cli_runner().invoke(args=["forget-second-factor", "samira@example.org"])
    assert (done.exit_code, done.output) == (0, "Samira: no code is asked for any more\n")
    db_session.rollback()
    assert by_link(client, samira, db_session) == "/pro/"


def test_the_square_says_what_the_key_says(samira: Account, sign_in: Enter) -> None:
    desk = sign_in(samira)
    desk.submit(desk.get("/pro/compte/code").page.form(button="Mettre en place"))
    html = desk.get("/pro/compte/code").page.html
    assert re.search(r"<svg[^>]*viewBox", html)
    assert "data:" not in html
