"""Answers of calendars that meet what else happens to a seat: offered, waited for, given away, cancelled by
its own page in the same moment, or its event changed and not told yet (RULES I8 to I10)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from eventsapp import clock as hours
from eventsapp.agenda import notices, scheduling
from eventsapp.agenda.entry_rules import EntryRules
from eventsapp.agenda.models import Event
from eventsapp.answers import counters, receiving, replies, wording
from eventsapp.database import db
from eventsapp.invitations.incoming_models import MailState
from eventsapp.invitations.models import PartStat
from eventsapp.registrations import booking, offers
from eventsapp.registrations.models import Registration, RegistrationStatus
from tests import factories
from tests.answers.mails import answer, mail, reply
from tests.answers.stories import HOUR, again, invitation, invited, reads, settles
from tests.races import at_once
from tests.registrations.stories import a_transaction, answers, cancel, kinds, letters, register, told

FATOUMATA, MOUSSA, SHARED = "fatoumata@example.org", "moussa@example.org", "foyer@example.org"
CONFIRMED, CANCELLED = RegistrationStatus.CONFIRMED, RegistrationStatus.CANCELLED
WAITING, OFFERED = RegistrationStatus.WAITING, RegistrationStatus.OFFERED


def states(*registrations: Registration) -> list[RegistrationStatus]:
    return [again(one).status for one in registrations]


def moves_an_hour(event: Event) -> None:
    """Somebody of the desk moves it; who is registered will be told in ten minutes."""
    with a_transaction():
        later = {"starts_at": event.starts_at + HOUR, "ends_at": event.ends_at + HOUR}
        scheduling.reschedule(event, **later, actor="account:1", now=hours.now())


def cancels(event: Event) -> None:
    with a_transaction():
        scheduling.cancel(event, actor="account:1", now=hours.now())


def undoes(event: Event) -> None:
    with a_transaction():
        notices.undo(event, actor="account:1", now=hours.now())


def a_queue(event: Event) -> tuple[Registration, Registration]:
    """Fatoumata had a place, gave it up and wants one again; Moussa has it."""
    first = register(event, answers("Fatoumata")).registration
    cancel(first)
    moussa = register(event, answers("Moussa")).registration
    return register(event, answers("Fatoumata")).registration, moussa


@pytest.mark.parametrize("partstat", ["DECLINED", "TENTATIVE", "NEEDS-ACTION"])
def test_who_waits_has_no_date_to_decline_and_stays_in_the_queue(partstat: str) -> None:
    event = factories.an_event(capacity=1)
    waiting, moussa = a_queue(event)
    line = reads(answer(invited(FATOUMATA), partstat))
    assert (line.state, line.problem) == (MailState.IGNORED, replies.NOT_INVITED)
    assert states(waiting, moussa) == [WAITING, CONFIRMED]
    assert kinds(FATOUMATA) == ["confirmed REQUEST", "withdrawn CANCEL", "waiting"]


def test_a_place_that_is_offered_is_not_declined_by_the_calendar_of_a_former_one() -> None:
    event = factories.an_event(capacity=1, entry=EntryRules(answer_hours=24))
    offered, moussa = a_queue(event)
    cancel(moussa)
    line = reads(answer(invited(FATOUMATA)))
    assert (line.state, line.problem) == (MailState.IGNORED, replies.NOT_INVITED)
    assert states(offered) == [OFFERED]
    with a_transaction():
        assert offers.accept(again(offered), actor="household:2", now=hours.now())
    reads(answer(invited(FATOUMATA)))
    assert again(offered).leaves_at == hours.now() + HOUR


def test_of_two_families_of_one_mailbox_the_calendar_speaks_for_the_seated_one(
    clock: time_machine.Traveller,
) -> None:
    event = factories.an_event(capacity=1)
    seated = register(event, answers("Fatoumata", email=SHARED)).registration
    waiting = register(event, answers("Moussa", email=SHARED)).registration
    line = reads(answer(invited(SHARED)))
    assert (line.state, line.about) == (MailState.DONE, f"registration:{seated.id}")
    assert [again(one).leaves_at is None for one in (seated, waiting)] == [False, True]
    clock.shift(HOUR)
    assert settles() == 1
    assert states(seated, waiting) == [CANCELLED, CONFIRMED]


def test_a_yes_after_the_place_was_given_away_is_read_by_a_human(clock: time_machine.Traveller) -> None:
    event = factories.an_event(capacity=1)
    fatoumata = register(event, answers("Fatoumata")).registration
    moussa = register(event, answers("Moussa")).registration
    first = invited(FATOUMATA)
    reads(answer(first))
    clock.shift(HOUR)
    settles()
    overtaken = answer(first, "ACCEPTED", stamp=hours.now() - timedelta(minutes=30))
    clock.shift(timedelta(minutes=1))
    line = reads(overtaken)
    assert (line.state, line.problem) == (MailState.IGNORED, replies.NOT_INVITED)
    line = reads(answer(first, "ACCEPTED"))
    assert (line.state, line.problem) == (MailState.TO_READ, replies.COMES_BACK)
    assert states(fatoumata, moussa) == [CANCELLED, CONFIRMED]
    assert kinds(FATOUMATA) == ["confirmed REQUEST", "leaving", "withdrawn CANCEL"]


def test_perhaps_within_the_hour_keeps_the_place_as_a_yes_does(clock: time_machine.Traveller) -> None:
    event = factories.an_event()
    fatoumata = register(event, answers("Fatoumata")).registration
    reads(answer(invited(FATOUMATA)))
    clock.shift(timedelta(minutes=20))
    line = reads(answer(invited(FATOUMATA), "TENTATIVE"))
    assert (line.state, line.partstat) == (MailState.DONE, PartStat.TENTATIVE)
    clock.shift(HOUR)
    assert settles() == 0
    assert states(fatoumata) == [CONFIRMED]
    assert invitation(FATOUMATA).partstat is PartStat.TENTATIVE


def test_a_no_to_a_cancelled_date_changes_nothing_more() -> None:
    event = factories.an_event()
    fatoumata = register(event, answers("Fatoumata")).registration
    first = invited(FATOUMATA)
    cancels(event)
    told()
    line = reads(answer(first))
    assert (line.state, line.problem) == (MailState.IGNORED, replies.NOT_INVITED)
    line = reads(answer(first, "ACCEPTED", stamp=hours.now() + timedelta(hours=2)))
    assert (line.state, line.problem) == (MailState.IGNORED, replies.NOT_INVITED)
    assert again(fatoumata).leaves_at is None
    assert kinds(FATOUMATA) == ["confirmed REQUEST", "called_off CANCEL"]


@pytest.mark.parametrize("changes", [moves_an_hour, cancels])
def test_an_answer_counts_though_a_change_was_undone_before_anybody_heard_of_it(
    changes: Callable[[Event], None],
) -> None:
    event = factories.an_event()
    fatoumata = register(event, answers("Fatoumata")).registration
    changes(event)
    undoes(event)
    assert told() == 0
    line = reads(answer(invited(FATOUMATA)))
    assert (line.state, line.problem) == (MailState.DONE, "")
    assert again(fatoumata).leaves_at == hours.now() + HOUR


@pytest.mark.parametrize("changes", [moves_an_hour, cancels])
def test_a_no_that_comes_before_they_are_told_holds_if_the_change_is_undone(
    changes: Callable[[Event], None], clock: time_machine.Traveller
) -> None:
    event = factories.an_event()
    fatoumata = register(event, answers("Fatoumata")).registration
    changes(event)
    assert reads(answer(invited(FATOUMATA))).problem == ""
    undoes(event)
    clock.shift(HOUR)
    assert settles() == 1
    assert states(fatoumata) == [CANCELLED]


def test_a_no_that_comes_before_they_are_told_is_void_once_they_are(clock: time_machine.Traveller) -> None:
    event = factories.an_event()
    fatoumata = register(event, answers("Fatoumata")).registration
    moves_an_hour(event)
    reads(answer(invited(FATOUMATA)))
    told()
    clock.shift(HOUR)
    assert settles() == 0
    assert states(fatoumata) == [CONFIRMED]
    assert invitation(FATOUMATA).partstat is PartStat.NEEDS_ACTION


def test_a_calendar_that_always_answers_to_the_former_hour_is_asked_once_an_hour(
    clock: time_machine.Traveller,
) -> None:
    event = factories.an_event()
    register(event, answers("Fatoumata"))
    former = invited(FATOUMATA)
    moves_an_hour(event)
    told()
    for _ in range(3):
        clock.shift(timedelta(minutes=1))
        reads(answer(former, "ACCEPTED"))
    assert kinds(FATOUMATA).count("asked_again REQUEST") == 1
    clock.shift(HOUR)
    reads(answer(former, "ACCEPTED"))
    assert kinds(FATOUMATA).count("asked_again REQUEST") == 2


@pytest.mark.parametrize("is_calendar_first", [True, False])
def test_a_no_and_her_own_button_one_after_the_other_free_the_seats_once(is_calendar_first: bool) -> None:
    event = factories.an_event(capacity=2)
    fatoumata = register(event, answers("Fatoumata", adults=2)).registration
    moussa = register(event, answers("Moussa", adults=2)).registration
    octets = answer(invited(FATOUMATA))
    if is_calendar_first:
        reads(octets)
    cancel(again(fatoumata))
    if not is_calendar_first:
        assert reads(octets).problem == replies.NOT_INVITED
    assert again(fatoumata).leaves_at is None
    assert settles() == 0
    assert states(fatoumata, moussa) == [CANCELLED, CONFIRMED]
    assert again(fatoumata).event.seats_taken == 2
    assert kinds(MOUSSA) == ["waiting", "promoted REQUEST"]


@pytest.mark.parametrize("minutes", [60, 0])
def test_a_no_and_her_own_button_at_the_same_moment_free_the_seats_once(app: Flask, minutes: int) -> None:
    """By two connections; `minutes` 0: her calendar, too, gives the seats up at once."""
    app.config["DECLINE_MINUTES"] = minutes
    event = factories.an_event(capacity=2)
    fatoumata = register(event, answers("Fatoumata", adults=2)).registration
    moussa = register(event, answers("Moussa", adults=2)).registration
    octets, number = answer(invited(FATOUMATA)), fatoumata.id
    db.session.commit()

    def by_calendar() -> None:
        receiving.take(octets, key="INBOX.1.7", now=hours.now())

    def by_button() -> None:
        booking.cancel(db.session.get_one(Registration, number), actor="household:1", now=hours.now())

    assert at_once(app, by_calendar, by_button) == [None, None]
    db.session.expire_all()
    assert states(fatoumata, moussa) == [CANCELLED, CONFIRMED]
    assert again(fatoumata).leaves_at is None
    assert again(fatoumata).event.seats_taken == 2
    assert kinds(MOUSSA) == ["waiting", "promoted REQUEST"]
    assert [one.method for one in letters(FATOUMATA)].count("CANCEL") == 1


def test_another_hour_proposed_to_the_former_one_says_so() -> None:
    event = factories.an_event()
    register(event, answers("Fatoumata"))
    former = invited(FATOUMATA)
    lines = ("DTSTART:20261128T140000Z", "DTEND:20261128T160000Z")
    proposal = reply(former, "TENTATIVE", method="COUNTER", lines=lines)
    first = reads(mail(former, proposal, method="COUNTER"))
    assert (first.state, first.problem) == (MailState.TO_READ, "")
    moves_an_hour(event)
    told()
    late = reads(mail(former, proposal, method="COUNTER"))
    assert (late.state, late.problem) == (MailState.TO_READ, counters.PROPOSED_BEFORE)
    assert "avant le changement" in wording.why(late)
