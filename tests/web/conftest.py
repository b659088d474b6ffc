"""Visitors of the web doors: people who are signed in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.people import sign_ins
from eventsapp.people.models import Account
from eventsapp.web.guards import SIGN_IN
from tests.pages import PageClient

SignIn = Callable[[Account], PageClient]


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
