"""Nadia's association holds a school Saturday at Curial, Madame Roy opens the school: both have it in their
calendars, as it stands, by whatever way it came to stand so."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
import time_machine

from eventsapp import clock as time
from eventsapp.agenda import scheduling
from eventsapp.agenda.models import Event
from eventsapp.convening import inviting
from eventsapp.convening.letters import Why
from eventsapp.database import db
from eventsapp.directory.models import Contact
from eventsapp.disruptions import doing
from eventsapp.disruptions.changes import Change, as_announced
from eventsapp.disruptions.models import Gesture
from eventsapp.invitations import forgetting, parties
from eventsapp.invitations.models import Capacity, Invitation, PartStat
from eventsapp.people.models import Account
from tests import factories
from tests.calendars.client import Mailbox
from tests.convening.stories import NADIA, ROY, SOON, a_saturday, a_worker_invites, posted, starts
from tests.registrations.stories import a_transaction, answers, cancel, letters, register, told


def test_both_are_invited_once_its_window_is_over(
    event: Event, clock: time_machine.Traveller, calendars: Callable[[], dict[str, Mailbox]]
) -> None:
    assert inviting.due(time.now()) == []
    clock.shift(SOON)
    assert a_worker_invites() == 1
    assert posted() == [f"{NADIA} convening/asked REQUEST", f"{ROY} convening/asked REQUEST"]
    assert [one.thread != "" for one in letters()] == [True, True]
    boxes = calendars()
    assert starts(boxes, NADIA) == starts(boxes, ROY) == [event.starts_at]
    assert a_worker_invites() == 0


def test_a_change_goes_with_the_letter_that_says_it_and_asks_again(
    event: Event, clock: time_machine.Traveller, calendars: Callable[[], dict[str, Mailbox]]
) -> None:
    clock.shift(SOON)
    a_worker_invites()
    calendars()
    [row] = db.session.query(Invitation).filter_by(address=ROY)
    row.partstat = PartStat.ACCEPTED
    with a_transaction():
        later = {
            "starts_at": event.starts_at + timedelta(hours=1),
            "ends_at": event.ends_at + timedelta(hours=1),
        }
        scheduling.reschedule(event, **later, actor="account:99", now=time.now())
    clock.shift(SOON)
    told(time.now())
    assert posted()[2:] == [f"{NADIA} disruptions/changed REQUEST", f"{ROY} disruptions/changed REQUEST"]
    boxes = calendars()
    assert starts(boxes, NADIA) == starts(boxes, ROY) == [event.starts_at]
    assert (row.partstat, row.sequence) == (PartStat.NEEDS_ACTION, 2)
    with a_transaction():
        scheduling.cancel(event, reason="Travaux", actor="account:99", now=time.now())
    clock.shift(SOON)
    told(time.now())
    assert posted()[4:] == [f"{NADIA} disruptions/changed CANCEL", f"{ROY} disruptions/changed CANCEL"]
    boxes = calendars()
    assert starts(boxes, NADIA) == starts(boxes, ROY) == []
    with a_transaction():
        scheduling.restore(event, actor="account:99", now=time.now())
    clock.shift(SOON)
    told(time.now())
    boxes = calendars()
    assert starts(boxes, NADIA) == starts(boxes, ROY) == [event.starts_at]
    assert a_worker_invites() == 0


def test_whoever_did_it_reads_no_letter_that_says_so_but_her_calendar_hears(
    event: Event, clock: time_machine.Traveller, calendars: Callable[[], dict[str, Mailbox]]
) -> None:
    clock.shift(SOON)
    a_worker_invites()
    nadia = db.session.query(Account).filter_by(email=NADIA).one()
    with a_transaction():
        scheduling.cancel(event, actor=f"account:{nadia.id}", now=time.now())
    clock.shift(SOON)
    told(time.now())
    assert posted()[2:] == [f"{ROY} disruptions/changed CANCEL"]
    assert a_worker_invites() == 1
    assert posted()[3:] == [f"{NADIA} convening/released CANCEL"]
    boxes = calendars()
    assert starts(boxes, NADIA) == starts(boxes, ROY) == []


def test_of_many_changed_at_once_each_date_is_told_to_calendars_by_itself(
    event: Event, clock: time_machine.Traveller, calendars: Callable[[], dict[str, Mailbox]]
) -> None:
    other = a_saturday(host=event.host, starts_at=event.starts_at + timedelta(days=7))
    clock.shift(SOON)
    assert a_worker_invites() == 2
    changes = [Change(one, as_announced(one), cancels=True) for one in (event, other)]
    with a_transaction():
        doing.carry_out(Gesture.CLOSING, event.territory, changes, actor="account:99", now=time.now())
    clock.shift(SOON)
    told(time.now())
    for number in doing.due(time.now()):
        with a_transaction():
            doing.tell(number, time.now())
    assert [one.method for one in letters() if one.kind == "disruptions/changed"] == [None, None]
    assert a_worker_invites() == 2
    assert posted()[4:] == [f"{who} convening/released CANCEL" for _ in range(2) for who in (NADIA, ROY)]
    boxes = calendars()
    assert starts(boxes, NADIA) == starts(boxes, ROY) == []


def test_another_association_holds_it_and_another_contact_opens(
    event: Event, clock: time_machine.Traveller, calendars: Callable[[], dict[str, Mailbox]]
) -> None:
    clock.shift(SOON)
    a_worker_invites()
    lire = factories.an_association("Lire ensemble", email="bonjour@lire.example")
    change = Change(event, as_announced(event), host=lire)
    with a_transaction():
        doing.carry_out(Gesture.REPLACING, event.territory, [change], actor="account:99", now=time.now())
    clock.shift(SOON)
    for number in doing.due(time.now()):
        with a_transaction():
            doing.tell(number, time.now())
    roy = db.session.query(Contact).filter_by(email=ROY).one()
    roy.ended_at = time.now()
    factories.a_contact(event.venue, name="Monsieur Diallo", email="diallo@ecole.example", phone=None)
    a_worker_invites()
    boxes = calendars()
    assert {address: starts(boxes, address) for address in boxes} == {
        NADIA: [],
        ROY: [],
        "bonjour@lire.example": [event.starts_at],
        "diallo@ecole.example": [event.starts_at],
    }


def test_madame_roy_comes_with_her_children_too_and_gives_that_up(
    event: Event, clock: time_machine.Traveller, calendars: Callable[[], dict[str, Mailbox]]
) -> None:
    other = a_saturday(host=event.host, starts_at=event.starts_at + timedelta(days=7), capacity=9)
    clock.shift(SOON)
    a_worker_invites()
    calendars()
    registration = register(other, answers("Roy", 1, 2, email=ROY)).registration
    cancel(registration)
    assert set(starts(calendars(), ROY)) == {event.starts_at, other.starts_at}
    register(other, answers("Roy", 1, 2, email=ROY))
    db.session.query(Contact).filter_by(email=ROY).one().ended_at = time.now()
    a_worker_invites()
    assert starts(calendars(), ROY) == [other.starts_at]
    [row] = db.session.query(Invitation).filter_by(address=ROY, event_id=other.id)
    assert row.invited_as is Capacity.GUEST


def test_who_answers_is_found_by_the_reply_address(event: Event, clock: time_machine.Traveller) -> None:
    clock.shift(SOON)
    a_worker_invites()
    found = {row.address: parties.host_of(row) for row in db.session.query(Invitation)}
    nadia = db.session.query(Account).filter_by(email=NADIA).one()
    roy = db.session.query(Contact).filter_by(email=ROY).one()
    assert found == {
        NADIA: parties.Host(Capacity.HOST, f"account:{nadia.id}", "Nadia"),
        ROY: parties.Host(Capacity.PLACE, f"contact:{roy.id}", "Madame Roy"),
    }
    [row] = db.session.query(Invitation).filter_by(address=ROY)
    named = parties.by_token(row.token.upper())
    assert named is row
    assert parties.by_token("nobodys") is None
    roy.ended_at = time.now()
    assert parties.host_of(row) is None


def test_a_calendar_that_asks_again_keeps_its_sequence(event: Event, clock: time_machine.Traveller) -> None:
    """REFRESH (RULES I13)."""
    clock.shift(SOON)
    a_worker_invites()
    [row] = db.session.query(Invitation).filter_by(address=ROY)
    with a_transaction():
        assert inviting.invite_again(row, row.event, why=Why.AGAIN, now=time.now())
    assert (posted()[2:], row.sequence) == ([f"{ROY} convening/asked REQUEST"], 0)


def test_other_dates_and_past_ones_concern_nobody(event: Event, clock: time_machine.Traveller) -> None:
    factories.an_event("Atelier vélo", host=event.host)
    clock.move_to(event.starts_at)
    assert inviting.due(time.now()) == []
    with a_transaction():
        assert not inviting.settle(event.id, time.now())


def test_a_date_far_ahead_waits_but_one_that_was_told_is_followed_anywhere(
    event: Event, clock: time_machine.Traveller, calendars: Callable[[], dict[str, Mailbox]]
) -> None:
    far = a_saturday(host=event.host, starts_at=event.starts_at + timedelta(days=70))
    clock.shift(SOON)
    assert a_worker_invites() == 1
    nadia = db.session.query(Account).filter_by(email=NADIA).one()
    with a_transaction():
        later = {"starts_at": far.starts_at, "ends_at": far.ends_at}
        scheduling.reschedule(event, **later, actor=f"account:{nadia.id}", now=time.now())
    clock.shift(SOON)
    told(time.now())
    assert a_worker_invites() == 1
    boxes = calendars()
    assert starts(boxes, NADIA) == starts(boxes, ROY) == [far.starts_at]
    clock.move_to(far.starts_at - inviting.AHEAD)
    assert a_worker_invites() == 1


def test_it_is_forgotten_two_months_later(event: Event, clock: time_machine.Traveller) -> None:
    clock.shift(SOON)
    a_worker_invites()
    assert forgetting.forget_hosts(event.ends_at + timedelta(days=59)) is None
    assert forgetting.forget_hosts(event.ends_at + timedelta(days=60)) == 2


@pytest.mark.parametrize("dates", [1, 5])
def test_the_look_costs_the_same_whatever_there_is(
    dates: int,
    event: Event,
    clock: time_machine.Traveller,
    statements: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    for number in range(1, dates):
        a_saturday(host=event.host, starts_at=event.starts_at + timedelta(days=7 * number))
    db.session.commit()
    clock.shift(SOON)
    with statements() as said:
        assert len(inviting.due(time.now())) == dates
    assert len(said) == 6
