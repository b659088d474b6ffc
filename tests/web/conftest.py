"""Visitors of the web doors: people who are signed in, and people who have a passkey."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.people import sign_ins
from eventsapp.people.models import Account
from eventsapp.web.guards import SIGN_IN
from tests import factories, saturdays
from tests.authenticators import HERE, Authenticator, asked
from tests.pages import PageClient
from tests.web.phones import Phone

SignIn = Callable[[Account], PageClient]
AddKey = Callable[..., Authenticator]
Statements = Callable[[], AbstractContextManager[list[str]]]
SetUp = Callable[[Account], tuple[PageClient, Phone, list[str]]]


@pytest.fixture
def sign_in(app: Flask, db_session: scoped_session[Session]) -> SignIn:
    """A visitor who is signed in with an account (how one gets there: test_sign_in)."""

    def enter(account: Account) -> PageClient:
        token = sign_ins.begin(account, "", now=clock.now())
        db_session.commit()
        db_session.rollback()
        client = app.test_client()
        assert isinstance(client, PageClient)
        with client.session_transaction() as session:
            session[SIGN_IN] = token
        return client

    return enter


@pytest.fixture
def samira(db_session: scoped_session[Session]) -> Account:
    """She coordinates the 19e."""
    found = saturdays.a_coordinator(factories.a_territory())
    db_session.commit()
    return found


@pytest.fixture
def paul(db_session: scoped_session[Session]) -> Account:
    """He coordinates the 10e."""
    found = saturdays.a_coordinator(factories.a_territory(10), email="paul@example.org", name="Paul")
    db_session.commit()
    return found


@pytest.fixture
def at_home(app: Flask) -> None:
    """Our address has a name, as passkeys want."""
    app.config["PUBLIC_URL"] = HERE


@pytest.fixture
def add_key(sign_in: SignIn, at_home: None) -> AddKey:
    """A device that holds a passkey of somebody: `add_key(samira, rises=0)`."""

    def by(account: Account, **traits: Any) -> Authenticator:
        device, client = Authenticator(**traits), sign_in(account)
        page = client.get("/pro/compte/cles").page
        filled = {"name": "Mon téléphone", "credential": device.create(asked(page, "create"))}
        answer = client.submit(page.form("/pro/compte/cles"), filled)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/pro/compte/cles")
        return device

    return by


@pytest.fixture
def set_up(sign_in: SignIn) -> SetUp:
    """Somebody sets up codes of a phone: gives their desk, the phone and ten recovery codes."""

    def by(account: Account) -> tuple[PageClient, Phone, list[str]]:
        client = sign_in(account)
        client.submit(client.get("/pro/compte/code").page.form(button="Mettre en place"))
        page = client.get("/pro/compte/code").page
        phone = Phone(page)
        answer = client.submit(page.form(button="Vérifier"), {"code": phone.code()})
        assert answer.status_code == 303
        shown = client.get("/pro/compte/code").page
        codes = [one.text for one in shown.main.all("code")]
        assert len(set(codes)) == 10
        assert client.get("/pro/compte/code").page.main.all("code") == []  # shown once
        return client, phone, codes

    return by
