"""Awa and Driss stand at the door with two phones: what they count arrives once, and adds up."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as hours
from eventsapp.agenda.models import Event
from eventsapp.attendance import listings, marking
from eventsapp.attendance.marking import NothingToTakeAway
from eventsapp.attendance.models import AttendanceMark, Counter
from eventsapp.database import db
from eventsapp.journal import JournalLine
from eventsapp.refusals import NotFound
from eventsapp.registrations.models import Enrolment
from tests import factories
from tests.attendance.gestures import OPENING, arrived, counted, keep, said, undone
from tests.races import at_once
from tests.registrations.stories import a_transaction, answers, cancel, register


@pytest.fixture(autouse=True)
def saturday(clock: time_machine.Traveller) -> None:
    clock.move_to(factories.SATURDAY + timedelta(hours=1))


@pytest.fixture
def workshop(db_session: scoped_session[Session], clock: time_machine.Traveller) -> Event:
    """Binta comes with two children of 6 to 10, Clara alone."""
    clock.move_to(factories.SATURDAY - timedelta(days=3))
    event = factories.an_event("Atelier cuisine")
    db_session.commit()
    register(event, answers("Binta", adults=1, children=2))
    register(event, answers("Clara"))
    clock.move_to(factories.SATURDAY + timedelta(hours=1))
    return event


@pytest.fixture
def breakfast(db_session: scoped_session[Session]) -> Event:
    """Come as you are."""
    event = factories.an_event("Petit déjeuner", capacity=None)
    db_session.commit()
    return event


def codes(event: Event) -> list[str]:
    return [family.registration.code for family in listings.of_event(event).families]


def test_a_family_that_arrives_brings_its_people(workshop: Event) -> None:
    binta, clara = codes(workshop)
    keep(workshop, arrived(binta), counted(Counter.ADULTS, 2), counted(Counter.FAMILIES))
    figures = listings.figures_of(workshop)
    assert said(figures) == {"6-10": 2, "adultes": 3, "familles": 2, "arrived": 1}
    assert figures is not None
    assert (figures.people, figures.parents, figures.children, figures.expected) == (5, 3, 2, 2)
    present = listings.of_event(workshop)
    assert [family.arrived_at for family in present.families] == [OPENING, None]
    assert (present.arrived, present.people, present.revision) == (1, 2, 3)
    assert clara in codes(workshop)


def test_a_nonce_given_twice_counts_once(breakfast: Event) -> None:
    one, two = counted(Counter.ADULTS), counted(Counter.ADULTS)
    first = keep(breakfast, one, two, one)
    again = keep(breakfast, two, counted(Counter.ADULTS), one)
    assert (len(first.kept), len(again.kept)) == (2, 3)
    assert said(listings.figures_of(breakfast)) == {"adultes": 3}
    # The same nonce at another event is another gesture.
    other = factories.an_event("Autre", capacity=None)
    keep(other, one)
    assert said(listings.figures_of(other)) == {"adultes": 1}


def test_a_mark_is_taken_back(workshop: Event) -> None:
    binta, _ = codes(workshop)
    keep(workshop, undone(binta, OPENING + timedelta(minutes=2)))
    keep(workshop, arrived(binta))  # sent later, made earlier
    assert said(listings.figures_of(workshop)) == {}


def test_a_family_of_another_event_is_not_marked_and_the_rest_is(workshop: Event) -> None:
    elsewhere = factories.an_event("Ailleurs", starts_at=factories.SATURDAY + timedelta(days=7))
    stranger = register(elsewhere, answers("Driss")).registration.code
    refused = arrived(stranger)
    outcome = keep(workshop, refused, counted(Counter.ADULTS))
    assert (outcome.refused, len(outcome.kept)) == ((refused.nonce,), 1)
    assert (said(listings.figures_of(workshop)), said(listings.figures_of(elsewhere))) == ({"adultes": 1}, {})
    with pytest.raises(NotFound), a_transaction():
        marking.keep_one(workshop, arrived(stranger), actor="day_link:1", now=hours.now())


def test_who_waits_or_has_cancelled_has_no_place_to_take(workshop: Event) -> None:
    binta = listings.of_event(workshop).families[0].registration
    cancel(binta)
    assert keep(workshop, arrived(binta.code)).kept == ()


def test_a_counter_at_zero_has_nothing_to_take_away(breakfast: Event) -> None:
    with pytest.raises(NothingToTakeAway), a_transaction():
        marking.keep_one(breakfast, counted(Counter.ADULTS, -1), actor="day_link:1", now=hours.now())
    assert listings.of_event(breakfast).revision == 0


def test_hours_before_the_day_or_after_now_are_brought_back(breakfast: Event) -> None:
    keep(
        breakfast,
        counted(Counter.ADULTS, at=OPENING - timedelta(days=9)),
        counted(Counter.ADULTS, at=OPENING + timedelta(days=9)),
    )
    kept = db.session.scalars(select(AttendanceMark.made_at).order_by(AttendanceMark.id)).all()
    assert list(kept) == [hours.local(hours.day_of(OPENING), 0), hours.now()]


def test_figures_outlive_the_registrations_and_marks_do_not(workshop: Event) -> None:
    binta = listings.of_event(workshop).families[0].registration
    keep(workshop, arrived(binta.code), counted(Counter.FROM_3))
    with a_transaction():
        db.session.execute(update(Enrolment).values(registration_id=None))
        db.session.delete(binta)
    assert db.session.scalar(select(func.count(AttendanceMark.id))) == 1
    assert said(listings.figures_of(workshop)) == {
        "3-5": 1,
        "6-10": 2,
        "adultes": 1,
        "familles": 1,
        "arrived": 1,
    }


def test_the_journal_is_not_flooded_by_gestures(breakfast: Event) -> None:
    before = db.session.scalar(select(func.count(JournalLine.id)))
    keep(breakfast, *(counted(Counter.ADULTS) for _ in range(9)))
    assert db.session.scalar(select(func.count(JournalLine.id))) == before


def test_two_phones_at_once_add_up(app: Flask, db_session: scoped_session[Session], breakfast: Event) -> None:
    event_id, shared = breakfast.id, counted(Counter.FAMILIES)
    db_session.remove()

    def phone(number: int) -> int:
        event = db.session.get_one(Event, event_id)
        gestures = [shared, *(counted(Counter.ADULTS) for _ in range(5))]
        return len(marking.keep(event, gestures, actor=f"day_link:{number}", now=hours.now()).kept)

    assert at_once(app, *((lambda n=n: phone(n)) for n in range(4))) == [6] * 4
    with app.app_context():
        event = db.session.get_one(Event, event_id)
        assert said(listings.figures_of(event)) == {"adultes": 20, "familles": 1}
        assert listings.sources_of(event).phones == 4
