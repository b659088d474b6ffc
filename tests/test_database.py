"""What `database` does beside SQLAlchemy: rows written at once, and pages that write nothing."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, inspect, select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.database import begin_writing, only_reading, write_now
from eventsapp.people import households
from eventsapp.people.models import Person
from eventsapp.registrations.models import Registration, RegistrationStatus, WayIn
from tests import factories

Statements = Callable[[], AbstractContextManager[list[str]]]


def awa() -> Person:
    return Person(first_name="Awa", email="awa@example.org", created_at=clock.now())


def test_a_row_written_at_once_is_the_session_s_with_all_its_values(
    db_session: scoped_session[Session], statements: Statements
) -> None:
    with statements() as said:
        person = awa()
        write_now(person)
        values = {one.key: getattr(person, one.key) for one in inspect(Person).column_attrs}
    assert [one.split()[0] for one in said] == ["INSERT"]
    assert (person in db_session, person in db_session.dirty, person.language) == (True, False, "fr")
    db_session.commit()
    db_session.expunge_all()
    [kept] = db_session.scalars(select(Person)).all()
    assert values == {one.key: getattr(kept, one.key) for one in inspect(Person).column_attrs}


def test_what_changes_afterwards_is_written_as_of_any_row(db_session: scoped_session[Session]) -> None:
    person = awa()
    write_now(person)
    person.first_name = "Awa D."
    db_session.commit()
    assert db_session.scalars(select(Person.first_name)).all() == ["Awa D."]


def test_composed_values_and_words_of_a_list_are_written_too(db_session: scoped_session[Session]) -> None:
    event = factories.an_event()
    household = households.open_new(
        first_name="Awa", email="awa@example.org", phone=None, language="fr", now=clock.now()
    )
    registration = Registration(
        event_id=event.id,
        household_id=household.id,
        status=RegistrationStatus.CONFIRMED,
        seats=1,
        way=WayIn.PAPER,
        created_at=clock.now(),
        changed_at=clock.now(),
        told=event.terms,
    )
    write_now(registration)
    terms, code = event.terms, registration.code
    db_session.commit()
    db_session.expunge_all()
    [kept] = db_session.scalars(select(Registration)).all()
    assert (kept.told, kept.way, kept.code) == (terms, WayIn.PAPER, code)
    assert kept.household is not None
    assert kept.household.contact.first_name == "Awa"


def test_a_number_that_is_given_again_means_the_new_row(db_session: scoped_session[Session]) -> None:
    first = awa()
    write_now(first)
    db_session.execute(delete(Person).execution_options(synchronize_session=False))
    second = Person(first_name="Binta", phone="01", created_at=clock.now() + timedelta(hours=1))
    write_now(second)
    assert db_session.get_one(Person, second.id) is second


@pytest.mark.databases("postgresql")
def test_a_page_that_only_reads_opens_no_transaction_and_writes_nothing(
    db_session: scoped_session[Session],
) -> None:
    db_session.remove()
    only_reading()
    assert db_session.scalars(select(Person)).all() == []
    assert transaction(db_session) == "IDLE"
    db_session.add(awa())
    with pytest.raises(RuntimeError, match="only reads"):
        db_session.flush()
    db_session.rollback()
    begin_writing()  # by the same connection: it is as it was
    write_now(awa())
    assert transaction(db_session) == "INTRANS"
    db_session.rollback()
    assert db_session.scalars(select(Person)).all() == []


def transaction(session: scoped_session[Session]) -> str:
    """Whether the server has been told that one has begun."""
    driver: Any = session.connection().connection.dbapi_connection
    return str(driver.info.transaction_status.name)
