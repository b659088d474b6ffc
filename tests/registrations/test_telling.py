"""Whoever is concerned hears once how things stand, and nobody hears of what has not changed for them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from typing import Any

import icalendar
import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.agenda import notices, scheduling
from eventsapp.agenda.models import Event, EventStatus
from eventsapp.agenda.terms import Terms
from eventsapp.database import db
from eventsapp.mailroom.models import Letter
from eventsapp.places.models import Venue
from eventsapp.refusals import Refusal
from eventsapp.registrations import booking
from eventsapp.registrations.models import Registration, RegistrationStatus
from eventsapp.registrations.reach import Reach, reach
from tests import factories
from tests.databases import Database
from tests.factories import SATURDAY
from tests.registrations.stories import (
    a_transaction,
    answers,
    cancel,
    kinds,
    letters,
    register,
    text_of,
    told,
)

HOUR = timedelta(hours=1)


@pytest.fixture
def event(db_session: scoped_session[Session]) -> Event:
    return factories.an_event(capacity=2)


def move(event: Event, by: timedelta = HOUR, **more: Any) -> None:
    with a_transaction():
        scheduling.reschedule(
            event,
            starts_at=event.starts_at + by,
            ends_at=event.ends_at + by,
            actor="account:1",
            now=clock.now(),
            **more,
        )


def call_off(event: Event) -> None:
    with a_transaction():
        scheduling.cancel(event, reason="Grève", actor="account:1", now=clock.now())


def restore(event: Event) -> None:
    with a_transaction():
        scheduling.restore(event, actor="account:1", now=clock.now())


def undo(event: Event) -> None:
    with a_transaction():
        notices.undo(event, actor="account:1", now=clock.now())


def in_calendar(letter: Letter) -> tuple[str, int]:
    """« 10:30 » as the calendar shows it, and its SEQUENCE."""
    assert letter.calendar is not None
    [told_of] = icalendar.Calendar.from_ical(letter.calendar).walk("VEVENT")
    return f"{told_of['DTSTART'].dt:%H:%M}", int(told_of["SEQUENCE"])


def test_several_changes_make_one_letter_that_says_what_was_before(event: Event) -> None:
    register(event, answers("Awa"))
    move(event)
    move(event, venue=factories.a_school("École Archereau", address="26 rue Archereau"), room="Salle 2")
    assert kinds() == ["confirmed REQUEST"]
    assert told() == 1
    assert kinds() == ["confirmed REQUEST", "rescheduled REQUEST"]
    letter = letters()[-1]
    assert in_calendar(letter) == ("11:30", 3)
    assert (
        "Quand ? samedi 28 novembre 2026, de 11 h 30 à 13 h 30\n"
        "Avant : samedi 28 novembre 2026, de 9 h 30 à 11 h 30\n"
        "Où ? École Archereau, 26 rue Archereau, 75019 Paris\n"
        "Avant : École Curial\n"
        "Salle : Salle 2\n"
    ) in text_of(letter).replace("\u00a0", " ")


def test_a_place_alone_changes_and_the_hour_before_is_not_said(event: Event) -> None:
    register(event, answers("Awa"))
    move(event, by=timedelta(0), venue=factories.a_school("École Archereau"))
    told()
    text = text_of(letters()[-1]).replace("\u00a0", " ")
    assert text.count("Avant :") == 1
    assert "Avant : École Curial" in text


def test_of_a_sensitive_action_the_place_before_is_its_address(db_session: scoped_session[Session]) -> None:
    action = factories.an_action("Répit parental", is_sensitive=True)
    event = factories.an_event("Répit", activity=factories.an_activity("Répit du mercredi", action=action))
    register(event, answers("Awa"))
    move(event, by=timedelta(0), venue=factories.a_school("Maison des familles", address="12 rue de Flandre"))
    told()
    text = text_of(letters()[-1]).replace("\u00a0", " ")
    assert "Avant : 51 rue Curial, 75019 Paris" in text
    assert "Curial, 51" not in text
    assert "Maison des familles" not in text


def test_undone_leaves_no_trace_in_letters_nor_calendars(event: Event) -> None:
    register(event, answers("Awa"))
    move(event)
    call_off(event)
    undo(event)
    assert (told(), kinds()) == (0, ["confirmed REQUEST"])
    move(event)
    told()
    assert kinds() == ["confirmed REQUEST", "rescheduled REQUEST"]
    assert in_calendar(letters()[-1]) == ("10:30", event.sequence + 1)


def test_cancelled_and_restored_within_the_window_tells_nobody(event: Event) -> None:
    register(event, answers("Awa"))
    call_off(event)
    restore(event)
    assert (told(), kinds()) == (1, ["confirmed REQUEST"])


def test_who_registers_meanwhile_knows_the_new_hour_and_hears_no_more(event: Event) -> None:
    register(event, answers("Awa"))
    move(event)
    register(event, answers("Binta"))
    told()
    assert kinds("awa@example.org") == ["confirmed REQUEST", "rescheduled REQUEST"]
    assert kinds("binta@example.org") == ["confirmed REQUEST"]
    assert in_calendar(letters("binta@example.org")[0])[0] == "10:30"


def test_who_registers_meanwhile_is_told_when_that_is_undone_and_nobody_else(event: Event) -> None:
    register(event, answers("Awa"))
    move(event)
    register(event, answers("Binta"))
    undo(event)
    assert kinds("awa@example.org") == ["confirmed REQUEST"]
    assert kinds("binta@example.org") == ["confirmed REQUEST", "rescheduled REQUEST"]
    assert [in_calendar(letter)[0] for letter in letters("binta@example.org")] == ["10:30", "09:30"]
    assert told() == 0


def test_who_leaves_meanwhile_hears_no_more(event: Event) -> None:
    awa = register(event, answers("Awa")).registration
    move(event)
    cancel(awa)
    told()
    assert kinds() == ["confirmed REQUEST", "withdrawn CANCEL"]


def test_who_gets_a_place_meanwhile_learns_the_new_hour_with_it(event: Event) -> None:
    awa = register(event, answers("Awa", adults=2)).registration
    register(event, answers("Binta"))
    move(event)
    cancel(awa)
    told()
    assert kinds("binta@example.org") == ["waiting", "promoted REQUEST"]
    assert in_calendar(letters("binta@example.org")[1])[0] == "10:30"


def test_seats_freed_while_it_was_cancelled_go_to_the_queue_at_once_also_when_that_is_undone(
    event: Event,
) -> None:
    awa = register(event, answers("Awa", adults=2)).registration
    register(event, answers("Binta"))
    call_off(event)
    cancel(awa)
    undo(event)
    assert kinds("binta@example.org") == ["waiting", "promoted REQUEST"]
    assert (event.seats_taken, told()) == (1, 0)


def test_who_got_a_place_by_a_restoration_that_is_undone_is_told_that_it_does_not_take_place(
    event: Event,
) -> None:
    awa = register(event, answers("Awa", adults=2)).registration
    register(event, answers("Binta"))
    call_off(event)
    told()
    cancel(awa)
    restore(event)
    undo(event)
    told()
    assert kinds("binta@example.org") == [
        "waiting",
        "called_off",
        "promoted REQUEST",
        "called_off CANCEL",
    ]


def test_a_family_that_shares_a_mailbox_with_one_that_knows_gets_its_calendar_right(event: Event) -> None:
    register(event, answers("Awa", email="foyer@example.org"))
    move(event)
    register(event, answers("Binta", email="foyer@example.org"))
    told()
    assert kinds() == ["confirmed REQUEST", "confirmed REQUEST", "rescheduled REQUEST"]
    assert in_calendar(letters()[-1]) == ("10:30", 2)


def test_another_room_near_the_day_is_said_in_the_letter(
    db_session: scoped_session[Session], app: Flask
) -> None:
    event = factories.an_event(starts_at=clock.now() + 3 * HOUR, room="Préau")
    register(event, answers("Awa"))
    with a_transaction():
        scheduling.reschedule(event, room="Salle 2", actor="account:1", now=clock.now())
    assert kinds() == ["confirmed REQUEST", "rescheduled REQUEST"]
    text = text_of(letters()[-1]).replace("\u00a0", " ")
    assert ("Salle : Salle 2" in text, "Avant :" in text) == (True, False)


def test_reach_counts_letters_and_calls_by_language(event: Event) -> None:
    assert reach(event, now=clock.now()) == Reach(0, 0, 0, ())
    register(event, answers("Awa"))
    register(event, answers("Binta", number="06 39 98 00 07"))
    register(event, answers("Chao"), language="en")
    cancel(register(event, answers("Dalia")).registration)
    register(factories.an_event("Ailleurs"), answers("Elif"))
    assert reach(event, now=clock.now()) == Reach(
        by_mail=2, calls=1, waiting=1, languages=(("fr", 2), ("en", 1))
    )


@dataclass
class Story:
    """One event through any sequence of deeds, and what each person was told last."""

    event: Event
    since: dict[str, int] = field(default_factory=dict)
    """How many letters each had when a window began."""
    came: int = 0

    def do(self, deed: str) -> None:
        try:
            with a_transaction():
                getattr(self, deed)()
        except Refusal:
            db.session.rollback()

    def move(self) -> None:
        scheduling.reschedule(
            self.event,
            starts_at=self.event.starts_at + HOUR,
            ends_at=self.event.ends_at + HOUR,
            actor="account:1",
            now=clock.now(),
        )

    def move_back(self) -> None:
        scheduling.reschedule(
            self.event,
            starts_at=SATURDAY,
            ends_at=SATURDAY + 2 * HOUR,
            actor="account:2",
            now=clock.now(),
        )

    def elsewhere(self) -> None:
        venues = db.session.scalars(select(Venue).order_by(Venue.id)).all()
        other = next(venue for venue in venues if venue.id != self.event.venue_id)
        scheduling.reschedule(self.event, venue=other, actor="account:1", now=clock.now())

    def cancel(self) -> None:
        scheduling.cancel(self.event, actor="account:1", now=clock.now())

    def restore(self) -> None:
        scheduling.restore(self.event, actor="account:1", now=clock.now())

    def undo(self) -> None:
        notices.undo(self.event, actor="account:2", now=clock.now())

    def leave(self) -> None:
        first = db.session.scalars(
            select(Registration)
            .where(Registration.status == RegistrationStatus.CONFIRMED)
            .order_by(Registration.id)
            .limit(1)
        ).first()
        if first is not None:
            booking.cancel(first, actor="household:1", now=clock.now())


def known_by(letter: Letter) -> Terms | None:
    """What a letter with a calendar says of hour, place and state."""
    [said] = icalendar.Calendar.from_ical(letter.calendar or b"").walk("VEVENT")
    venue = db.session.scalars(select(Venue).where(Venue.name == str(said["LOCATION"]).split(",")[0])).one()
    return Terms(said["DTSTART"].dt, said["DTEND"].dt, venue.id, letter.method == "CANCEL")


DEEDS = ["move", "move_back", "elsewhere", "cancel", "restore", "undo", "leave", "register", "told"]


@pytest.mark.databases("sqlite")
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=st.lists(st.sampled_from(DEEDS), max_size=12))
def test_whatever_happens_each_last_letter_is_true_and_no_window_makes_two(
    db_session: scoped_session[Session], database: Database, deeds: list[str]
) -> None:
    story = Story(factories.an_event(f"Samedi {clock.now()}", capacity=3))
    factories.a_school("École Archereau", address="26 rue Archereau")
    db.session.commit()
    code = story.event.code[:4]
    heard: dict[str, int] = {}
    for number, deed in enumerate([*deeds, "told"]):
        before = {one.address: len(letters(one.address)) for one in letters()}
        if deed == "register":
            if story.event.status is EventStatus.SCHEDULED:
                register(story.event, answers(f"N{number}", email=f"n{number}-{code}@example.org"))
        elif deed == "told":
            told()
        else:
            story.do(deed)
        db.session.rollback()
        for address in before:
            new = letters(address)[before[address] :]
            heard[address] = heard.get(address, 0) + len(new)
            assert len(new) <= 1  # one deed, one telling: one letter
    db.session.rollback()
    ours = db.session.scalars(
        select(Registration).where(Registration.event_id == story.event.id).order_by(Registration.id)
    ).all()
    for registration in ours:
        if registration.status is RegistrationStatus.CANCELLED:
            continue
        assert registration.told == story.event.terms
        mails = letters(registration.contact.email)
        with_calendar = [letter for letter in mails if letter.calendar]
        if registration.status is RegistrationStatus.CONFIRMED:
            assert known_by(with_calendar[-1]) == story.event.terms
        told_of = [known_by(letter) for letter in with_calendar]
        assert all(one != after for one, after in pairwise(told_of))
