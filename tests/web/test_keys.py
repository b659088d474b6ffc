"""One's own passkeys: added by their owner, at our address, and by nobody who found the browser open."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as hours
from eventsapp.people import passwords, sign_ins
from eventsapp.people.models import Account, Passkey, Proof, SignIn
from eventsapp.web.guards import SIGN_IN
from tests.authenticators import Authenticator, asked
from tests.pages import PageClient
from tests.web.conftest import AddKey
from tests.web.conftest import SignIn as Enter
from tests.web.phones import told
from tests.web.test_passkeys import code, codes_of, come_in, is_out

pytestmark = pytest.mark.usefixtures("at_home")

KEYS = "/pro/compte/cles"


def test_whoever_finds_the_browser_open_adds_no_key(
    samira: Account, sign_in: Enter, db_session: scoped_session[Session], clock: time_machine.Traveller
) -> None:
    """It would be both factors, for good: the phone's code is asked for."""
    totp = codes_of(samira, db_session)
    clock.shift(timedelta(seconds=30))
    link = sign_in(samira)  # half
    half = db_session.scalars(select(SignIn).order_by(SignIn.id.desc())).first()
    assert half is not None
    token = sign_ins.complete(half, now=hours.now())
    db_session.commit()
    with link.session_transaction() as session:
        session[SIGN_IN] = token
    for typed, status in (("", 422), ("000000", 422), (code(totp), 303)):
        page = link.get(KEYS).page
        filled = {"name": "Clé", "code": typed, "credential": Authenticator().create(asked(page, "create"))}
        answer = link.submit(page.form(KEYS), filled)
        assert (typed, answer.status_code) == (typed, status)
    db_session.rollback()
    assert len(db_session.scalars(select(Passkey.id)).all()) == 1


def test_nor_does_whoever_came_by_a_password_without_it(
    samira: Account, app: Flask, sign_in: Enter, db_session: scoped_session[Session]
) -> None:
    phrase = "un tramway nommé Ourcq"
    samira.password_hash = passwords._hasher().hash(phrase)
    token = sign_ins.begin(samira, "", by=Proof.PASSWORD, now=hours.now())
    db_session.commit()
    client = app.test_client()
    assert isinstance(client, PageClient)
    with client.session_transaction() as session:
        session[SIGN_IN] = token
    for typed, status in (("", 422), ("un autre", 422), (phrase, 303)):
        page = client.get(KEYS).page
        filled = {
            "name": "Clé",
            "present": typed,
            "credential": Authenticator().create(asked(page, "create")),
        }
        assert client.submit(page.form(KEYS), filled).status_code == status


@pytest.mark.parametrize(
    "wrong", [{"origin": "https://evil.example"}, {"host": "evil.example"}, {"verifies": False}]
)
def test_a_key_made_elsewhere_or_without_its_owner_is_not_kept(
    samira: Account, sign_in: Enter, wrong: dict[str, Any], db_session: scoped_session[Session]
) -> None:
    client = sign_in(samira)
    page = client.get(KEYS).page
    made = Authenticator(**wrong).create(asked(page, "create"))
    assert client.submit(page.form(KEYS), {"name": "Clé", "credential": made}).status_code == 422
    assert db_session.scalars(select(Passkey.id)).all() == []


def test_a_registration_of_one_account_is_not_kept_by_another(
    samira: Account, paul: Account, sign_in: Enter, db_session: scoped_session[Session]
) -> None:
    hers, his = sign_in(samira), sign_in(paul)
    made = Authenticator().create(asked(hers.get(KEYS).page, "create"))
    form = his.get(KEYS).page.form(KEYS)
    assert his.submit(form, {"name": "Clé", "credential": made}).status_code == 422
    form = hers.get(KEYS).page.form(KEYS)
    assert hers.submit(form, {"name": "Clé", "credential": made}).status_code == 303
    assert hers.submit(form, {"name": "Clé", "credential": made}).status_code == 422  # once
    again = Authenticator(credential_id=b"x" * 32)
    for client, status in ((hers, 303), (his, 422)):  # a credential belongs to one account
        page = client.get(KEYS).page
        sent = {"name": "Clé", "credential": again.create(asked(page, "create"))}
        assert client.submit(page.form(KEYS), sent).status_code == status


def test_fields_that_are_not_asked_change_nothing(
    samira: Account, paul: Account, sign_in: Enter, db_session: scoped_session[Session]
) -> None:
    client = sign_in(samira)
    page = client.get(KEYS).page
    form = page.form(KEYS)
    sent = {**form.values, "name": "Clé", "credential": Authenticator().create(asked(page, "create"))}
    extra = {"account_id": paul.id, "sign_count": 9, "public_key": "x", "id": 77, "by": "cle"}
    db_session.rollback()  # what requests write from now on is seen
    assert client.post(KEYS, data={**sent, **extra}).status_code == 303
    kept = db_session.scalars(select(Passkey)).one()
    assert (kept.account_id, kept.sign_count, kept.id != 77) == (samira.id, 0, True)


def test_a_key_has_a_name_and_there_are_ten_at_most(samira: Account, sign_in: Enter) -> None:
    client = sign_in(samira)
    for place, (name, said) in enumerate(
        [(" \u202e ", "Donnez un nom"), *((f"Clé {n}", "") for n in range(10)), ("Clé 10", "déjà 10 clés")]
    ):
        page = client.get(KEYS).page
        made = Authenticator().create(asked(page, "create"))
        answer = client.submit(page.form(KEYS), {"name": name, "credential": made})
        assert (place, answer.status_code) == (place, 422 if said else 303)
        if said:
            assert said in answer.page.mistakes["name"]


def test_she_removes_hers_and_nobody_else_s(
    samira: Account,
    paul: Account,
    add_key: AddKey,
    sign_in: Enter,
    app: Flask,
    client: PageClient,
    db_session: scoped_session[Session],
) -> None:
    phone = add_key(samira)
    number = db_session.scalars(select(Passkey.id)).one()
    his = sign_in(paul)
    token = his.get("/pro/compte").page.all("form", action="/deconnexion")[0].one("input")["value"]
    assert his.post(f"{KEYS}/{number}/retrait", data={"csrf_token": token}).status_code == 404
    stolen = app.test_client()
    assert isinstance(stolen, PageClient)
    assert come_in(stolen, phone) == "/pro/"
    hers = sign_in(samira)
    assert hers.submit(hers.get(KEYS).page.form(button="Retirer")).status_code == 303
    assert told(db_session)[-1] == "Une clé d’accès vient d’être retirée : « Mon téléphone »."
    assert is_out(stolen)
    assert hers.get("/pro/").status_code == 200
    assert come_in(client, phone) == "/connexion"


def test_an_operator_forgets_them_with_the_codes(
    samira: Account, add_key: AddKey, app: Flask, client: PageClient, db_session: scoped_session[Session]
) -> None:
    phone = add_key(samira)
    done = app.test_cli_runner().invoke(args=["forget-second-factor", "samira@example.org"])
    assert done.exit_code == 0
    assert come_in(client, phone) == "/connexion"


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("address", "offered"),
    [
        ("https://agenda.example.org", True),
        ("http://localhost:8000", True),
        ("http://127.0.0.1:8000", False),
        ("http://[::1]:8000", False),
    ],
)
def test_they_are_offered_where_browsers_can(
    app: Flask, samira: Account, sign_in: Enter, client: PageClient, address: str, offered: bool
) -> None:
    app.config["PUBLIC_URL"] = address
    here = sign_in(samira)
    for visitor, path in ((client, "/connexion"), (here, KEYS)):
        page = visitor.get(path).page
        assert bool(page.all("form", data_passkey="get") + page.all("form", data_passkey="create")) == offered
        assert ("passkeys.js" in page.html) == offered
    assert passkeys_page_says(here) != offered
    if not offered:
        token = here.get(KEYS).page.all("input", name="csrf_token")[0]["value"]
        assert here.post(KEYS, data={"csrf_token": token}).status_code == 409


def passkeys_page_says(client: PageClient) -> bool:
    return "ne marchent pas à cette adresse" in client.get(KEYS).page.main.text
