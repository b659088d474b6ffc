"""One session alone changes: its host and its place hear of it, once, except whoever did it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.access import grants
from eventsapp.access.models import Role
from eventsapp.agenda import notices, scheduling
from eventsapp.agenda.models import Event
from eventsapp.people import accounts
from eventsapp.people.models import Account
from tests import factories
from tests.disruptions import curial
from tests.registrations.stories import a_transaction, letters, text_of, told

STAFF = "disruptions/changed"


@pytest.fixture
def event(db_session: scoped_session[Session]) -> Event:
    """Saturday 5 December 2026 at Curial, held by Espace 19."""
    school, *_ = curial.schools()
    curial.contacts_of(school)
    found = factories.an_event(
        venue=school, host=factories.an_association("Espace 19"), starts_at=factories.SATURDAY + timedelta(7)
    )
    db_session.commit()
    return found


@pytest.fixture
def nadia(event: Event, db_session: scoped_session[Session]) -> Account:
    """She owns Espace 19."""
    found = accounts.open_account("nadia@example.org", "Nadia", actor="cli", now=clock.now())
    assert event.host is not None
    grants.give(found, Role.OWNER, event.host, by="cli", now=clock.now())
    db_session.commit()
    return found


def who_heard() -> list[str]:
    return sorted(letter.address for letter in letters() if letter.kind == STAFF)


def test_a_coordinator_cancels_and_the_host_and_the_school_hear_of_it_once(
    event: Event, nadia: Account
) -> None:
    with a_transaction():
        scheduling.cancel(event, reason="L’école est fermée.", actor="cli", now=clock.now())
    assert who_heard() == []
    told()
    told()
    assert who_heard() == ["+33140000000", "nadia@example.org", "roy@example.org"]
    [letter] = letters("nadia@example.org")
    text = text_of(letter)
    assert "Annulé." in text
    assert "L’école est fermée." in text


def test_whoever_did_it_is_not_told_what_she_did(event: Event, nadia: Account) -> None:
    _, manin, _ = curial.schools()
    with a_transaction():
        scheduling.reschedule(event, venue=manin, room="Préau", actor=nadia.actor, now=clock.now())
    told()
    assert who_heard() == ["+33140000000", "roy@example.org"]
    [letter] = letters("roy@example.org")
    assert "École Manin, Préau" in text_of(letter)


def test_what_was_undone_or_put_back_nobody_hears(event: Event, nadia: Account) -> None:
    with a_transaction():
        scheduling.cancel(event, actor="cli", now=clock.now())
    with a_transaction():
        notices.undo(event, actor="cli", now=clock.now())
    starts_at, ends_at = event.starts_at, event.ends_at
    for days in (7, 0):
        with a_transaction():
            scheduling.reschedule(
                event,
                starts_at=starts_at + timedelta(days),
                ends_at=ends_at + timedelta(days),
                actor="cli",
                now=clock.now(),
            )
    told()
    assert who_heard() == []


def test_another_room_alone_is_told_when_the_day_is_near(event: Event, nadia: Account) -> None:
    with a_transaction():
        scheduling.reschedule(event, room="Préau", actor="cli", now=clock.now())
    told()
    assert who_heard() == []
    friday = event.starts_at - timedelta(days=1)
    with a_transaction():
        scheduling.reschedule(event, room="Bibliothèque", actor=nadia.actor, now=friday)
    assert who_heard() == ["+33140000000", "roy@example.org"]
    assert "Bibliothèque" in text_of(letters("roy@example.org")[0])


def test_restored_after_it_was_told_it_takes_place_after_all(event: Event, nadia: Account) -> None:
    with a_transaction():
        scheduling.cancel(event, actor="cli", now=clock.now())
    told()
    with a_transaction():
        scheduling.restore(event, actor="cli", now=clock.now())
    told()
    texts = [text_of(letter) for letter in letters("nadia@example.org")]
    assert ["Annulé." in text for text in texts] == [True, False]
    assert "A lieu, finalement." in texts[1]
