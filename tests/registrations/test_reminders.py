"""Two days before, whoever has a place is reminded once; nobody is told what they have just heard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.agenda import scheduling
from eventsapp.agenda.models import Event
from eventsapp.clock import local
from eventsapp.database import db
from eventsapp.mailroom.models import Channel, LetterStatus
from eventsapp.people.models import Means
from eventsapp.registrations import reminders
from eventsapp.registrations.models import Registration
from tests import factories
from tests.factories import SATURDAY
from tests.registrations.stories import a_transaction, answers, cancel, kinds, letters, register, told
from tests.texting import TextGateway, a_gateway

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
THURSDAY = local(SATURDAY.date() - 2 * DAY, 10)
"""Ten o'clock, two days before."""


@pytest.fixture
def event(db_session: scoped_session[Session]) -> Event:
    return factories.an_event(capacity=3)


@pytest.fixture
def gateway(app: Flask) -> Iterator[TextGateway]:
    with a_gateway(app) as gateway:
        yield gateway


def remind(now: datetime = THURSDAY) -> int:
    """What the worker does at that hour: how many are reminded."""
    db.session.commit()
    number = 0
    for event_id in reminders.due(now):
        with a_transaction():
            number += reminders.remind(event_id, now)
    return number


def reminded() -> list[tuple[str, Channel]]:
    return [(one.reader_name, one.channel) for one in letters() if one.kind == "registrations/reminder"]


def wish(registration: Registration, means: Means) -> None:
    registration.contact.means = means
    db.session.commit()


def test_who_has_a_place_is_reminded_once(event: Event) -> None:
    register(event, answers("Awa", 2))
    register(event, answers("Binta", number="06 39 98 00 07"))
    register(event, answers("Chao"))  # waits
    with a_transaction():
        for one in letters():
            one.status = LetterStatus.SENT
    assert remind(THURSDAY - timedelta(minutes=1)) == 0
    assert remind() == 2
    assert reminded() == [("Awa", Channel.MAIL), ("Binta", Channel.CALL)]
    assert [remind(THURSDAY + n * HOUR) for n in (0, 1, 24, 26)] == [0, 0, 0, 0]


def test_nobody_is_woken_and_a_worker_that_was_down_makes_up_for_it(event: Event) -> None:
    register(event, answers("Awa"))
    at = [local(SATURDAY.date() - 2 * DAY, hour, minute) for hour, minute in ((9, 59), (20, 0), (23, 0))]
    assert [reminders.due(hour) for hour in at] == [[], [], []]
    assert remind(local(SATURDAY.date() - DAY, 10)) == 1


def test_who_has_just_registered_or_heard_of_it_knows(event: Event, app: Flask) -> None:
    with a_transaction():
        early = factories.an_event("Demain", starts_at=clock.now() + DAY)
    register(early, answers("Awa"))
    assert remind(clock.now() + HOUR) == 0  # Sunday noon, for Monday noon
    register(event, answers("Binta"))
    with a_transaction():
        scheduling.reschedule(
            event,
            starts_at=event.starts_at + HOUR,
            ends_at=event.ends_at + HOUR,
            actor="account:1",
            now=THURSDAY - 2 * HOUR,
        )
    told(THURSDAY - HOUR)
    assert kinds("binta@example.org") == ["confirmed REQUEST", "rescheduled REQUEST"]
    assert remind() == 0
    assert remind(THURSDAY + DAY) == 0


def test_of_one_mailbox_a_family_is_reminded_though_another_has_just_registered(event: Event) -> None:
    register(event, answers("Awa", email="les-deux@example.org"))
    with a_transaction():
        db.session.scalars(select(Registration)).one().created_at = THURSDAY - 3 * DAY
        letters()[0].posted_at = THURSDAY - 3 * DAY
    register(event, answers("Binta", email="les-deux@example.org"))
    with a_transaction():
        newest = db.session.scalars(select(Registration).order_by(Registration.id.desc())).first()
        assert newest is not None
        newest.created_at = letters()[-1].posted_at = THURSDAY - HOUR
    assert remind() == 1
    assert reminded() == [("Awa", Channel.MAIL)]


def test_a_call_that_is_still_to_be_made_says_it(event: Event) -> None:
    register(event, answers("Binta", number="06 39 98 00 07"))
    assert remind() == 0
    assert [one.status for one in letters()] == [LetterStatus.WAITING]


def test_a_moved_event_reminds_of_its_new_date(event: Event) -> None:
    register(event, answers("Awa"))
    assert remind() == 1
    with a_transaction():
        scheduling.reschedule(
            event,
            starts_at=event.starts_at + 7 * DAY,
            ends_at=event.ends_at + 7 * DAY,
            actor="account:1",
            now=THURSDAY + HOUR,
        )
    assert remind(THURSDAY + 2 * HOUR) == 0
    assert remind(THURSDAY + 7 * DAY) == 1
    assert remind(THURSDAY + 7 * DAY + HOUR) == 0


def test_nobody_is_reminded_of_what_is_cancelled_or_left(event: Event) -> None:
    awa = register(event, answers("Awa")).registration
    other = factories.an_event("Autre")
    register(other, answers("Binta"))
    cancel(awa)
    with a_transaction():
        scheduling.cancel(other, reason="Grève", actor="account:1", now=clock.now())
    assert remind() == 0


def test_each_by_the_means_they_chose(event: Event, gateway: TextGateway) -> None:
    for name, means in (("Awa", Means.SMS), ("Binta", Means.CALL), ("Chao", Means.MAIL)):
        who = answers(name, email=f"{name.lower()}@example.org", number="06 39 98 00 07")
        wish(register(event, who).registration, means)
    with a_transaction():
        for one in letters():
            one.status = LetterStatus.SENT
    assert remind() == 3
    assert reminded() == [("Awa", Channel.SMS), ("Binta", Channel.CALL), ("Chao", Channel.MAIL)]


def test_who_wants_no_messages_is_left_alone(event: Event) -> None:
    register(event, answers("Awa")).registration.contact.wants_no_messages = True
    db.session.commit()
    assert remind() == 0
    assert reminded() == []


@pytest.mark.parametrize(("days", "told_on"), [(0, None), (1, 1), (3, 3)])
def test_how_many_days_before_is_a_setting(event: Event, app: Flask, days: int, told_on: int | None) -> None:
    app.config["REMINDER_DAYS"] = days
    register(event, answers("Awa"))
    on = [before for before in (4, 3, 2, 1) if remind(local(SATURDAY.date() - before * DAY, 10))]
    assert on == ([told_on] if told_on else [])


def test_a_sensitive_action_is_not_named(db_session: scoped_session[Session], gateway: TextGateway) -> None:
    action = factories.an_action("Répit parental", is_sensitive=True)
    event = factories.an_event("Répit", activity=factories.an_activity("Répit", action=action))
    register(event, answers("Awa", number="06 39 98 00 07"))
    assert remind() == 1
    reminder = letters()[-1]
    assert (reminder.kind, reminder.channel) == ("registrations/reminder", Channel.SMS)
    assert "répit" not in f"{reminder.subject} {reminder.text}".lower()


def test_killed_in_between_nobody_is_forgotten_nor_told_twice(event: Event) -> None:
    register(event, answers("Awa"))
    register(event, answers("Binta"))

    def dies() -> None:
        with a_transaction():
            reminders.remind(event.id, THURSDAY)
            db.session.flush()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        dies()
    assert reminded() == []
    assert remind() == 2
    assert remind() == 0


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("families", [1, 3, 12])
def test_a_batch_takes_the_same_statements_however_many(
    db_session: scoped_session[Session],
    statements: Callable[[], AbstractContextManager[list[str]]],
    families: int,
) -> None:
    event = factories.an_event(capacity=40)
    for number in range(families):
        register(event, answers(f"Awa{number}", number="06 39 98 00 07", email=f"awa{number}@example.org"))
    number = event.id
    db_session.commit()
    db_session.expunge_all()
    with statements() as said, a_transaction():
        assert reminders.remind(number, THURSDAY) == families
    # SQLite gives numbers of new rows back one at a time: an INSERT for each letter and each link.
    asked = [one for one in said if not one.startswith("INSERT")]
    assert len(asked) == 5
    assert len(said) - len(asked) == 2 * families
