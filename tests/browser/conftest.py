"""Visitors of the real browser: how a desk is entered."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.people import accounts
from tests import factories, saturdays


@pytest.fixture
def link(db_session: scoped_session[Session]) -> str:
    """Samira's way into the desk of the 19e."""
    samira = saturdays.a_coordinator(factories.a_territory())
    token = accounts.new_link(samira, now=clock.now())
    db_session.commit()
    db_session.rollback()
    return f"/connexion/{token}"
