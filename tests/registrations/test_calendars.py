"""A calendar follows its family: to another mailbox, out of a silence, to another title (RULES section 7)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as time
from eventsapp.agenda import scheduling
from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.languages import DEFAULT
from eventsapp.mailroom import rounds
from eventsapp.people import household_codes
from eventsapp.people.household_models import CodePurpose
from eventsapp.people.models import Household, Means
from eventsapp.people.preferences import Wishes
from eventsapp.registrations import calendars, listings, reminders, silence
from eventsapp.registrations.models import Registration
from eventsapp.retention import erasing
from tests import factories
from tests.calendars.client import Mailbox
from tests.registrations.stories import a_transaction, answers, cancel, kinds, letters, register, told
from tests.registrations.test_standing import QUIET, TUESDAYS, a_date, a_turn, stands
from tests.servers import PostOffice
from tests.texting import a_gateway

AWA, ELSEWHERE = "awa@example.org", "awa@ailleurs.example"
HOUR = timedelta(hours=1)


@pytest.fixture
def event(db_session: scoped_session[Session]) -> Event:
    """On Saturday 5 December, in two weeks."""
    return factories.an_event(starts_at=factories.SATURDAY + timedelta(days=7))


def household_of(registration: Registration) -> Household:
    assert registration.household is not None
    return registration.household


def moves_to(household: Household, address: str) -> None:
    with a_transaction():
        code = household_codes.draw(household, CodePurpose.EMAIL, email=address, now=time.now())
        calendars.replace_address(household, code, territory_id=None, now=time.now())


def wants(household: Household, *, silence_: bool) -> None:
    said = Wishes(language=DEFAULT, means=None, phone_is_shared=False, wants_no_messages=silence_)
    with a_transaction():
        silence.keep(household, said, now=time.now())


def an_hour_later(event: Event) -> None:
    with a_transaction():
        later = {"starts_at": event.starts_at + HOUR, "ends_at": event.ends_at + HOUR}
        scheduling.reschedule(event, **later, actor="account:1", now=time.now())
    told()


def read(smtp: PostOffice, address: str) -> Mailbox:
    """What the calendar of this mailbox shows once everything is delivered."""
    db.session.commit()
    rounds.deliver_due(time.now() + timedelta(minutes=30), limit=100)
    box = Mailbox(address)
    for letter in smtp.to(address):
        box.receives(letter.octets)
    assert box.ignored == []
    return box


def test_another_mailbox_the_date_leaves_here_and_enters_there(event: Event, smtp: PostOffice) -> None:
    awa = register(event, answers("Awa", email=AWA)).registration
    waits = register(factories.an_event("Jeux", capacity=1), answers("Chen", email=AWA)).registration
    moves_to(household_of(awa), ELSEWHERE)
    assert kinds(ELSEWHERE) == ["calendar_again REQUEST"]
    assert list(read(smtp, AWA).shows()) == [waits.event.uid]
    assert list(read(smtp, ELSEWHERE).shows()) == [event.uid]


def test_where_another_family_of_that_mailbox_comes_the_date_stays(event: Event, smtp: PostOffice) -> None:
    awa = register(event, answers("Awa", email=AWA)).registration
    register(event, answers("Binta", email=AWA))
    moves_to(household_of(awa), ELSEWHERE)
    assert "left_mailbox CANCEL" not in kinds(AWA)
    assert list(read(smtp, AWA).shows()) == list(read(smtp, ELSEWHERE).shows()) == [event.uid]


@pytest.mark.parametrize("by", [timedelta(), HOUR], ids=["undone", "and moved"])
def test_replaced_while_it_stood_as_cancelled_the_date_follows_once_that_is_taken_back(
    by: timedelta, event: Event, smtp: PostOffice
) -> None:
    awa = register(event, answers("Awa", email=AWA)).registration
    with a_transaction():
        scheduling.cancel(event, actor="account:1", now=time.now())
    moves_to(household_of(awa), ELSEWHERE)
    with a_transaction():
        scheduling.restore(event, actor="account:1", now=time.now())
        if by:
            later = {"starts_at": event.starts_at + by, "ends_at": event.ends_at + by}
            scheduling.reschedule(event, **later, actor="account:1", now=time.now())
    told()
    assert kinds(ELSEWHERE) == ["rescheduled REQUEST" if by else "calendar_again REQUEST"]
    assert list(read(smtp, AWA).shows()) == []
    assert [one.starts_at for one in read(smtp, ELSEWHERE).shows().values()] == [event.starts_at]


def test_replaced_meanwhile_where_another_family_of_that_mailbox_comes(
    event: Event, smtp: PostOffice
) -> None:
    awa = register(event, answers("Awa", email=AWA)).registration
    register(event, answers("Binta", email=AWA))
    with a_transaction():
        scheduling.cancel(event, actor="account:1", now=time.now())
    moves_to(household_of(awa), ELSEWHERE)
    with a_transaction():
        scheduling.restore(event, actor="account:1", now=time.now())
    told()
    assert kinds(ELSEWHERE) == ["calendar_again REQUEST"]
    assert list(read(smtp, AWA).shows()) == list(read(smtp, ELSEWHERE).shows()) == [event.uid]


@pytest.mark.parametrize("many", [1, 5])
def test_where_all_mailboxes_are_as_they_were_a_change_asks_the_same_however_many_have_none_of_it(
    many: int, app: Flask, event: Event, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    """They are told by text messages, and left an e-mail address too: no calendar of theirs was asked."""
    register(event, answers("Awa", email=AWA))
    with a_gateway(app):
        for number in range(many):
            family = answers(f"Famille{number}", email=f"{number}@example.org", number="06 39 98 00 01")
            register(event, replace(family, means=Means.SMS))
    assert [kind for kind in kinds() if kind.endswith("REQUEST")] == ["confirmed REQUEST"]
    with a_transaction():
        parties = listings.active_at(event)
        with statements() as said:
            calendars.follow(event, parties, time.now())
    assert len(said) == 2, "\n".join(said)


def test_a_cancel_that_a_silence_kept_from_leaving_is_said_when_it_ends(
    event: Event, smtp: PostOffice
) -> None:
    awa = register(event, answers("Awa", email=AWA)).registration
    assert list(read(smtp, AWA).shows()) == [event.uid]
    cancel(awa)
    wants(household_of(awa), silence_=True)
    assert list(read(smtp, AWA).shows()) == [event.uid]
    wants(household_of(awa), silence_=False)
    assert list(read(smtp, AWA).shows()) == []
    wants(household_of(awa), silence_=True)
    wants(household_of(awa), silence_=False)
    assert kinds(AWA)[2:] == ["withdrawn CANCEL"] * 2


def test_dates_of_a_series_that_come_later_by_themselves_stay_so_at_another_mailbox(
    db_session: scoped_session[Session],
) -> None:
    """Of twenty dates nobody wants twenty mails at once (docs/decisions/0008)."""
    events = [a_date(day) for day in TUESDAYS]
    awa = stands().household
    assert awa is not None
    a_turn()
    a_turn(time.now() + QUIET)
    assert kinds(AWA) == ["standing_dates", "standing_near REQUEST"]
    moves_to(awa, ELSEWHERE)
    assert kinds(ELSEWHERE) == ["calendar_again REQUEST"]
    wants(awa, silence_=True)
    wants(awa, silence_=False)
    assert kinds(ELSEWHERE) == ["calendar_again REQUEST"] * 2
    a_turn(events[1].starts_at - timedelta(days=14))
    assert kinds(ELSEWHERE)[2:] == ["standing_near REQUEST"]


def test_what_is_cancelled_or_waited_for_enters_no_new_calendar(event: Event) -> None:
    full = factories.an_event("Jeux", capacity=1)
    register(full, answers("Chen", email="chen@example.org"))
    awa = register(full, answers("Awa", email=AWA)).registration
    moves_to(household_of(awa), ELSEWHERE)
    assert [kind for kind in kinds() if kind.endswith(("REQUEST", "CANCEL"))] == ["confirmed REQUEST"]


def test_after_a_silence_the_calendar_catches_up(event: Event, smtp: PostOffice) -> None:
    """The invitation never left, the event moved meanwhile; then it is given up in a second silence."""
    awa = register(event, answers("Awa", email=AWA)).registration
    wants(household_of(awa), silence_=True)
    an_hour_later(event)
    assert read(smtp, AWA).shows() == {}
    wants(household_of(awa), silence_=False)
    assert [one.starts_at for one in read(smtp, AWA).shows().values()] == [event.starts_at]
    wants(household_of(awa), silence_=True)
    cancel(awa)
    assert len(read(smtp, AWA).shows()) == 1
    wants(household_of(awa), silence_=False)
    assert read(smtp, AWA).shows() == {}
    number = len(letters())
    wants(household_of(awa), silence_=False)
    assert len(letters()) == number


def test_called_off_during_a_silence(event: Event, smtp: PostOffice) -> None:
    awa = register(event, answers("Awa", email=AWA)).registration
    assert list(read(smtp, AWA).shows()) == [event.uid]
    wants(household_of(awa), silence_=True)
    with a_transaction():
        scheduling.cancel(event, actor="account:1", now=time.now())
    told()
    wants(household_of(awa), silence_=False)
    assert kinds(AWA)[-1] == "called_off CANCEL"
    assert read(smtp, AWA).shows() == {}


def test_another_title_comes_with_the_reminder_and_changes_nothing_else(
    event: Event, smtp: PostOffice, clock: time_machine.Traveller
) -> None:
    """Nobody is written to for it (RULES Q2: a minor update); who has it already gets no calendar again."""
    register(event, answers("Awa", email=AWA))
    with a_transaction():
        scheduling.reword(event, title="Atelier tricot", actor="account:1", now=time.now())
    register(event, answers("Binta", email="binta@example.org"))
    assert [one.title for one in read(smtp, AWA).shows().values()] == ["Atelier cuisine en famille"]
    clock.move_to(event.starts_at - timedelta(hours=46))
    db.session.commit()
    for number in reminders.due(time.now()):
        with a_transaction():
            reminders.remind(number, time.now())
    assert (kinds(AWA)[-1], kinds("binta@example.org")[-1]) == ("reminder REQUEST", "reminder")
    box = read(smtp, AWA)
    assert [(one.title, one.starts_at) for one in box.shows().values()] == [
        ("Atelier tricot", event.starts_at)
    ]
    assert [one.sequence for one in box.held.values()] == [0]


def test_who_erased_everything_and_registers_again_is_believed(event: Event, smtp: PostOffice) -> None:
    """Their counters are forgotten with them; the event itself has risen above (RULES Q9)."""
    awa = register(event, answers("Awa", email=AWA)).registration
    with a_transaction():
        erasing.erase(household_of(awa), now=time.now())
    register(event, answers("Awa", email=AWA))
    assert kinds(AWA)[-1] == "confirmed REQUEST"
    assert list(read(smtp, AWA).shows()) == [event.uid]


def test_an_alarm_is_for_who_asked(event: Event, smtp: PostOffice) -> None:
    awa = register(event, answers("Awa", email=AWA)).registration
    assert [one.rings for one in read(smtp, AWA).held.values()] == [False]
    with a_transaction():
        household_of(awa).contact.wants_alarm = True
    an_hour_later(event)
    assert [one.rings for one in read(smtp, AWA).held.values()] == [True]
    cancel(awa)
    assert read(smtp, AWA).shows() == {}
