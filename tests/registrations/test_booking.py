"""A party registers, waits, cancels: seats, queue and letters move together."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.agenda import scheduling
from eventsapp.database import db
from eventsapp.journal import JournalLine
from eventsapp.people.models import Household, PrivateLink
from eventsapp.registrations import booking, enrolments, listings
from eventsapp.registrations.admission import (
    EventCancelled,
    EventOver,
    EventStarted,
    NoRegistrationNeeded,
    PartyOverCapacity,
)
from eventsapp.registrations.booking import TooLateToCancel
from eventsapp.registrations.enrolments import AnswersForgotten
from eventsapp.registrations.models import AgeBracket, Enrolment, Registration, RegistrationStatus
from tests import factories
from tests.registrations.stories import a_transaction, answers, cancel, fill_in, kinds, letters, register

CONFIRMED, WAITING, CANCELLED = (
    RegistrationStatus.CONFIRMED,
    RegistrationStatus.WAITING,
    RegistrationStatus.CANCELLED,
)


@pytest.fixture(autouse=True)
def session(db_session: scoped_session[Session]) -> scoped_session[Session]:
    return db_session


def test_awa_takes_three_seats_of_twelve() -> None:
    event = factories.an_event(capacity=12)
    made = register(event, answers("Awa", adults=1, children=2))
    assert (made.registration.status, made.registration.seats, event.seats_taken) == (CONFIRMED, 3, 3)
    assert [line.bracket for line in made.registration.participants] == [
        AgeBracket.ADULT,
        AgeBracket.FROM_6,
        AgeBracket.FROM_6,
    ]
    assert kinds() == ["confirmed REQUEST"]
    lines = db.session.scalars(
        select(JournalLine).where(JournalLine.thing == "registration").order_by(JournalLine.id)
    ).all()
    assert [(line.actor, line.verb, line.details) for line in lines] == [
        (
            f"household:{made.registration.household_id}",
            "registered_confirmed",
            {"seats": 3, "event": event.id},
        )
    ]


def test_a_family_that_does_not_fit_waits_whole_and_a_smaller_one_may_take_the_seats() -> None:
    event = factories.an_event(capacity=6)
    register(event, answers("Awa", adults=2, children=2))
    binta = register(event, answers("Binta", adults=1, children=2)).registration
    assert (binta.status, listings.rank(binta), event.seats_taken) == (WAITING, 1, 4)
    chloe = register(event, answers("Chloé", adults=1, children=1, email="chloe@example.org")).registration
    assert (chloe.status, event.seats_taken) == (CONFIRMED, 6)
    driss = register(event, answers("Driss")).registration
    assert (driss.status, listings.rank(driss)) == (WAITING, 2)
    assert kinds() == ["confirmed REQUEST", "waiting", "confirmed REQUEST", "waiting"]


def test_freed_seats_go_to_those_who_wait_in_order_and_they_are_told() -> None:
    event = factories.an_event(capacity=6)
    awa = register(event, answers("Awa", adults=2, children=4)).registration
    binta = register(event, answers("Binta", adults=3)).registration
    chloe = register(event, answers("Chloé", adults=4, email="chloe@example.org")).registration
    driss = register(event, answers("Driss", adults=2)).registration
    assert cancel(awa) is True
    assert [r.status for r in (awa, binta, chloe, driss)] == [CANCELLED, CONFIRMED, WAITING, CONFIRMED]
    assert (event.seats_taken, listings.rank(chloe)) == (5, 1)
    assert kinds()[4:] == ["withdrawn CANCEL", "promoted REQUEST", "promoted REQUEST"]
    assert [letter.reader_name for letter in letters()[4:]] == ["Awa", "Binta", "Driss"]


def test_who_waits_and_cancels_frees_no_seat_and_moves_nobody_but_the_ranks() -> None:
    event = factories.an_event(capacity=2)
    register(event, answers("Awa", adults=2))
    binta = register(event, answers("Binta")).registration
    driss = register(event, answers("Driss")).registration
    cancel(binta)
    assert (event.seats_taken, listings.rank(binta), listings.rank(driss)) == (2, None, 1)
    assert kinds("binta@example.org") == ["waiting", "withdrawn"]


def test_cancelling_twice_frees_the_seats_once() -> None:
    event = factories.an_event(capacity=6)
    awa = register(event, answers("Awa", adults=2)).registration
    register(event, answers("Binta", adults=2))
    assert [cancel(awa), cancel(awa)] == [True, False]
    assert event.seats_taken == 2
    assert kinds("awa@example.org") == ["confirmed REQUEST", "withdrawn CANCEL"]


def test_a_double_click_registers_once_and_both_answers_lead_to_the_same_page() -> None:
    event = factories.an_event()
    token = fill_in(event, answers("Awa", adults=2))
    made = []
    for _ in range(2):
        with a_transaction():
            made.append(booking.confirm(token, event.id, language="fr", now=clock.now()))
    assert made[0].registration is made[1].registration
    assert made[0].link_token != made[1].link_token
    assert event.seats_taken == 2
    assert [db.session.scalar(select(func.count()).select_from(t)) for t in (Registration, Household)] == [
        1,
        1,
    ]
    assert kinds() == ["confirmed REQUEST"]
    assert db.session.scalars(select(Enrolment)).one().answers == {}


def test_answers_are_forgotten_after_an_hour_and_at_another_event_they_are_unknown() -> None:
    event, other = factories.an_event(), factories.an_event("Atelier vélo")
    token = fill_in(event, answers("Awa"))
    with pytest.raises(AnswersForgotten):
        booking.confirm(token, other.id, language="fr", now=clock.now())
    with pytest.raises(AnswersForgotten):
        booking.confirm(token, event.id, language="fr", now=clock.now() + timedelta(minutes=60))
    with pytest.raises(AnswersForgotten):
        booking.confirm("another", event.id, language="fr", now=clock.now())
    assert (
        enrolments.forget_expired(clock.now()),
        enrolments.forget_expired(clock.now() + timedelta(hours=1)),
    ) == (0, 1)
    assert db.session.scalar(select(func.count()).select_from(Registration)) == 0


def test_a_confirmed_form_can_be_forgotten_without_its_registration() -> None:
    register(factories.an_event(), answers("Awa"))
    with a_transaction():
        assert enrolments.forget_expired(clock.now() + timedelta(hours=2)) == 1
    assert db.session.scalars(select(Registration)).one().status is CONFIRMED


def test_every_no_has_its_reason_and_changes_nothing() -> None:
    come = factories.an_event("Samedi matin", capacity=None)
    with pytest.raises(NoRegistrationNeeded):
        enrolments.open_(come, answers("Awa"), clock.now())
    small = factories.an_event("Petit atelier", capacity=3)
    with pytest.raises(PartyOverCapacity) as refused:
        enrolments.open_(small, answers("Awa", adults=4), clock.now())
    assert (refused.value.field, refused.value.parameters) == ("adults", {"seats": 4, "capacity": 3})

    event = factories.an_event()
    token = fill_in(event, answers("Awa"))
    for at, reason in ((event.starts_at, EventStarted), (event.ends_at, EventOver)):
        with a_transaction():
            db.session.scalars(select(Enrolment)).one().expires_at = event.ends_at + timedelta(hours=1)
        with pytest.raises(reason), a_transaction():
            booking.confirm(token, event.id, language="fr", now=at)
    with a_transaction():
        scheduling.cancel(event, reason="Panne d’eau", actor="account:1", now=clock.now())
    with pytest.raises(EventCancelled), a_transaction():
        booking.confirm(token, event.id, language="fr", now=clock.now())
    assert event.seats_taken == 0
    for table in (Registration, Household, PrivateLink):
        assert db.session.scalar(select(func.count()).select_from(table)) == 0
    assert kinds() == []


def test_the_past_cannot_be_cancelled() -> None:
    event = factories.an_event()
    awa = register(event, answers("Awa")).registration
    with pytest.raises(TooLateToCancel):
        cancel(awa, now=event.ends_at)
    db.session.rollback()
    assert (awa.status, event.seats_taken) == (CONFIRMED, 1)


def test_nobody_is_seated_from_the_queue_once_it_has_begun() -> None:
    event = factories.an_event(capacity=2)
    awa = register(event, answers("Awa", adults=2)).registration
    binta = register(event, answers("Binta")).registration
    cancel(awa, now=event.starts_at + timedelta(minutes=5))
    assert (awa.status, binta.status, event.seats_taken) == (CANCELLED, WAITING, 0)


def test_the_confirmation_says_at_most_fifteen_statements(statements) -> None:
    event = factories.an_event()
    token = fill_in(event, answers("Awa", adults=2, children=3))
    event_id = event.id
    db.session.remove()
    with statements() as said, a_transaction():
        booking.confirm(token, event_id, language="fr", now=clock.now())
    assert len(said) == 15, "\n".join(said)
