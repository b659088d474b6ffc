"""An event moves, is called off, takes place after all: its people hear of it, in the right calendar."""

from __future__ import annotations

from datetime import timedelta

import icalendar
import pytest
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.agenda import scheduling
from eventsapp.agenda.models import Event
from eventsapp.mailroom.models import Channel, Letter, LetterStatus
from tests import factories
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


@pytest.fixture(autouse=True)
def session(db_session: scoped_session[Session]) -> scoped_session[Session]:
    return db_session


def move(event: Event, by: timedelta = HOUR) -> None:
    with a_transaction():
        scheduling.reschedule(
            event,
            starts_at=event.starts_at + by,
            ends_at=event.ends_at + by,
            actor="account:1",
            now=clock.now(),
        )
    told()


def call_off(event: Event, reason: str = "Panne d’eau") -> None:
    with a_transaction():
        scheduling.cancel(event, reason=reason, actor="account:1", now=clock.now())
    told()


def restore(event: Event) -> None:
    with a_transaction():
        scheduling.restore(event, actor="account:1", now=clock.now())
    told()


def sequence(letter: Letter) -> int:
    assert letter.calendar is not None
    [told] = icalendar.Calendar.from_ical(letter.calendar).walk("VEVENT")
    return int(told["SEQUENCE"])


def test_who_is_seated_gets_the_new_hour_into_the_calendar_and_who_waits_gets_words() -> None:
    event = factories.an_event(capacity=2)
    register(event, answers("Awa", adults=2))
    register(event, answers("Binta"))
    move(event)
    assert kinds("awa@example.org") == ["confirmed REQUEST", "rescheduled REQUEST"]
    assert kinds("binta@example.org") == ["waiting", "rescheduled"]
    first, second = letters("awa@example.org")
    assert sequence(second) > sequence(first)
    assert "10 h 30 à 12 h 30" in text_of(second).replace("\u00a0", " ")
    assert "toujours sur la liste d’attente" in text_of(letters("binta@example.org")[1])
    assert first.thread == second.thread


def test_a_typo_tells_nobody() -> None:
    event = factories.an_event()
    register(event, answers("Awa"))
    with a_transaction():
        scheduling.reword(event, title="Atelier cuisine", actor="account:1", now=clock.now())
    assert told() == 0
    assert kinds() == ["confirmed REQUEST"]


def test_called_off_then_restored() -> None:
    event = factories.an_event(capacity=2)
    register(event, answers("Awa", adults=2))
    register(event, answers("Binta"))
    call_off(event)
    restore(event)
    assert kinds("awa@example.org") == ["confirmed REQUEST", "called_off CANCEL", "restored REQUEST"]
    assert kinds("binta@example.org") == ["waiting", "called_off", "restored"]
    assert [sequence(letter) for letter in letters("awa@example.org")] == [0, 2, 3]
    assert "Panne d’eau" in text_of(letters("awa@example.org")[1])


@pytest.mark.parametrize("reached", [{}, {"number": "06 39 98 00 00"}], ids=["mail", "call"])
def test_called_off_a_moment_after_it_was_moved_it_says_the_date_they_know(
    reached: dict[str, str],
) -> None:
    """Nobody heard of the other day: told of it, they would come on theirs."""
    event = factories.an_event()
    register(event, answers("Awa", **reached))
    knew = event.starts_at
    with a_transaction():
        week = timedelta(days=7)
        scheduling.reschedule(
            event,
            starts_at=knew + week,
            ends_at=event.ends_at + week,
            venue=factories.a_school("École Manin", address="2 rue Manin"),
            actor="account:1",
            now=clock.now(),
        )
    call_off(event)
    letter = letters()[-1]
    said = text_of(letter).replace("\u00a0", " ")
    assert "samedi 28 novembre" in letter.subject.replace("\u00a0", " ")
    assert "Quand ? samedi 28 novembre 2026, de 9 h 30 à 11 h 30" in said
    assert "Où ? École Curial, 51 rue Curial, 75019 Paris" in said
    assert "Manin" not in said
    if letter.calendar is not None:
        told_so = icalendar.Calendar.from_ical(letter.calendar).walk("VEVENT")[0]
        assert told_so["DTSTART"].dt == knew
        assert told_so["LOCATION"] == "École Curial, 51 rue Curial, 75019 Paris"
        assert "Manin" not in letter.calendar.decode()


def test_who_leaves_a_cancelled_event_gets_no_second_cancel_and_restoring_seats_the_queue() -> None:
    event = factories.an_event(capacity=2)
    awa = register(event, answers("Awa", adults=2)).registration
    register(event, answers("Binta"))
    call_off(event)
    cancel(awa)
    assert kinds("awa@example.org") == ["confirmed REQUEST", "called_off CANCEL", "withdrawn"]
    assert kinds("binta@example.org") == ["waiting", "called_off"]
    restore(event)
    assert kinds("awa@example.org")[3:] == []
    assert kinds("binta@example.org")[2:] == ["promoted REQUEST"]
    assert event.seats_taken == 1


def test_two_families_one_mailbox_one_calendar() -> None:
    event = factories.an_event(capacity=6)
    awa = register(event, answers("Awa", email="foyer@example.org")).registration
    binta = register(event, answers("Binta", email="Foyer@example.org")).registration
    move(event)
    assert kinds("foyer@example.org") == ["confirmed REQUEST", "rescheduled REQUEST"]
    assert kinds("Foyer@example.org") == ["confirmed REQUEST", "rescheduled"]
    cancel(awa)
    assert kinds("foyer@example.org")[2:] == ["withdrawn"]
    assert "sauf si quelqu’un d’autre y est inscrit" in text_of(letters("foyer@example.org")[2])
    cancel(binta)
    assert kinds("Foyer@example.org")[2:] == ["withdrawn CANCEL"]
    assert len({letter.thread for letter in letters()}) == 1


def test_somebody_without_a_mailbox_is_called_once_about_what_still_holds() -> None:
    event = factories.an_event()
    awa = register(event, answers("Awa", number="06 39 98 00 00")).registration
    [call] = letters()
    assert (call.channel, call.status, call.address) == (Channel.CALL, LetterStatus.WAITING, "+33639980000")
    assert (call.calendar, call.method, call.html, call.is_sealed) == (None, None, "", False)
    assert "/m/" not in call.text
    move(event)
    assert [(letter.kind, letter.status) for letter in letters()] == [
        ("registrations/confirmed", LetterStatus.STALE),
        ("registrations/rescheduled", LetterStatus.WAITING),
    ]
    cancel(awa)
    assert [letter.status for letter in letters()] == [LetterStatus.STALE] * 2


def test_what_is_over_after_the_change_is_told_to_nobody() -> None:
    event = factories.an_event()
    register(event, answers("Awa"))
    move(event, by=timedelta(days=-8))
    assert event.ends_at < clock.now()
    assert kinds() == ["confirmed REQUEST"]


def test_an_event_without_registration_tells_nobody_and_asks_nothing(statements) -> None:
    event = factories.an_event(capacity=None)
    call_off(event)
    restore(event)
    assert kinds() == []
