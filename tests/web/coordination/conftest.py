"""The desks: a town to plan, and people signed in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.people import sign_ins
from eventsapp.people.models import Account
from eventsapp.web.guards import SIGN_IN
from tests import factories, saturdays
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


@pytest.fixture
def desk(sign_in: SignIn) -> PageClient:
    """Samira at her desk: she coordinates the 19e, where schools and associations wait for a plan."""
    saturdays.a_town()
    return sign_in(saturdays.a_coordinator(factories.a_territory()))
