"""Nadia answers for Espace 19, Moussa works there; their workshop is on Saturday 28 November 2026."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as hours
from eventsapp.access import grants
from eventsapp.access.models import Role
from eventsapp.agenda.models import Event
from eventsapp.people import accounts, approvals
from eventsapp.people.models import Account, Organisation
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


@pytest.fixture
def maison(event: Event, db_session: scoped_session[Session]) -> Organisation:
    """A partner of the 19e that holds nothing, with a phone of its own."""
    found = factories.an_association("La Maison des Familles", phone="01 99 00 00 42")
    approvals.approve(found, event.territory, actor="cli", now=hours.now())
    db_session.commit()
    return found


@pytest.fixture
def fatou(maison: Organisation, db_session: scoped_session[Session]) -> Account:
    """A relay worker of La Maison des Familles."""
    account = accounts.open_account("fatou@example.org", "Fatou", actor="cli", now=hours.now())
    grants.give(account, Role.MEMBER, maison, by="cli", now=hours.now())
    db_session.commit()
    return account
