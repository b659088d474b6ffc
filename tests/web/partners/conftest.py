"""Nadia answers for Espace 19, Moussa works there; their workshop is on Saturday 28 November 2026."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as hours
from eventsapp.access import grants
from eventsapp.access.models import Role
from eventsapp.agenda.models import Event
from eventsapp.people import accounts, approvals
from eventsapp.people.models import Account
from tests import factories


@pytest.fixture
def event(db_session: scoped_session[Session]) -> Event:
    """From 9:30 to 11:30, twelve seats."""
    espace = factories.an_association("Espace 19")
    found = factories.an_event("Atelier cuisine", host=espace)
    approvals.approve(espace, found.territory, actor="cli", now=hours.now())
    db_session.commit()
    return found


def somebody(name: str, role: Role, event: Event, session: scoped_session[Session]) -> Account:
    assert event.host is not None
    account = accounts.open_account(f"{name.lower()}@example.org", name, actor="cli", now=hours.now())
    grants.give(account, role, event.host, by="cli", now=hours.now())
    session.commit()
    return account


@pytest.fixture
def nadia(event: Event, db_session: scoped_session[Session]) -> Account:
    return somebody("Nadia", Role.OWNER, event, db_session)


@pytest.fixture
def moussa(event: Event, db_session: scoped_session[Session]) -> Account:
    return somebody("Moussa", Role.MEMBER, event, db_session)
