"""The Maison des femmes de Flandre, Fatou who works there, and the agenda that they keep elsewhere."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as hours
from eventsapp.imports import outlook, reading, sources, taking
from eventsapp.imports.models import ImportSource
from eventsapp.imports.steps import Plan
from eventsapp.imports.taking import Chosen, Done
from eventsapp.people import accounts, approvals
from eventsapp.people.models import Account, Organisation
from tests import factories

Sends = Callable[[bytes], Plan]
Accepts = Callable[..., Done]


@pytest.fixture
def maison(db_session: scoped_session[Session]) -> Organisation:
    """Approved in the 19e, where it publishes at once."""
    found = factories.an_association("Maison des femmes de Flandre")
    area = factories.a_territory()
    approvals.approve(found, area, actor="cli", now=hours.now())
    approvals.trust(found, area, actor="cli", now=hours.now())
    factories.a_school()
    db_session.commit()
    return found


@pytest.fixture
def fatou(db_session: scoped_session[Session]) -> Account:
    found = accounts.open_account("fatou@example.org", "Fatou", actor="cli", now=hours.now())
    db_session.commit()
    return found


@pytest.fixture
def source(maison: Organisation, fatou: Account, db_session: scoped_session[Session]) -> ImportSource:
    """Her export of OpenAgenda, sent by file."""
    answers = sources.Answers(name="Notre OpenAgenda", url="", action=factories.an_action(), venue=None)
    found = sources.add(maison, answers, by=fatou, now=hours.now())
    db_session.commit()
    return found


@pytest.fixture
def sends(source: ImportSource, db_session: scoped_session[Session]) -> Sends:
    """Fatou sends a file: what taking it over would do."""

    def by(octets: bytes) -> Plan:
        made = sources.keep(source, reading.read(octets, now=hours.now()), now=hours.now())
        db_session.commit()
        assert made.rows == len((source.reading or {})["rows"]) + len((source.reading or {})["refused"])
        return made

    return by


@pytest.fixture
def accepts(source: ImportSource, fatou: Account, db_session: scoped_session[Session]) -> Accepts:
    """Fatou says yes to what is shown, and ticks."""

    def by(**ticked: set[str]) -> Done:
        shown = outlook.plan(source, now=hours.now()).fingerprint
        chosen = Chosen(**{name: frozenset(keys) for name, keys in ticked.items()})
        done = taking.take_over(source, chosen, shown=shown, by=fatou, now=hours.now())
        db_session.commit()
        return done

    return by
