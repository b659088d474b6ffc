"""What Nadia and Madame Roy read beside the date, in their language: what is new to them, no more."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import icalendar
import pytest
import time_machine

from eventsapp import clock as time
from eventsapp.agenda import scheduling
from eventsapp.agenda.models import Event
from eventsapp.convening import inviting
from eventsapp.convening.letters import Why
from eventsapp.database import db
from eventsapp.disruptions import doing
from eventsapp.disruptions.changes import Change, as_announced
from eventsapp.disruptions.models import Gesture
from eventsapp.hosting import answers as answers_of_places
from eventsapp.hosting import coming
from eventsapp.hosting.answers import Said
from eventsapp.invitations.models import Capacity, Invitation, PartStat
from eventsapp.jobs import timetable
from eventsapp.jobs.door import Turn, never
from eventsapp.mailroom.models import Letter
from tests import factories, saturdays
from tests.calendars.client import Mailbox
from tests.convening.stories import NADIA, ROY, SOON, a_saturday, a_worker_invites, nadia, posted
from tests.registrations.stories import a_transaction, answers, letters, register, text_of, told

WEEK = timedelta(days=7)


def subjects(address: str) -> list[str]:
    return [one.subject.replace("\u00a0", " ") for one in letters(address) if one.method]


def told_event(letter: Letter) -> icalendar.Event:
    assert letter.calendar is not None
    [event] = icalendar.Calendar.from_ical(letter.calendar).walk("VEVENT")
    return event


def test_another_title_is_told_two_days_before_as_a_minor_update(
    event: Event, clock: time_machine.Traveller, calendars: Callable[[], dict[str, Mailbox]]
) -> None:
    """RULES Q2: the same SEQUENCE, a later DTSTAMP, and the answer given stays; as families hear of it, with
    their reminder."""
    clock.shift(SOON)
    a_worker_invites()
    [row] = db.session.query(Invitation).filter_by(address=ROY)
    row.partstat = PartStat.ACCEPTED
    with a_transaction():
        scheduling.reword(event, title="Les écrans et nous", actor="account:99", now=time.now())
    clock.shift(SOON)
    assert (told(time.now()), a_worker_invites()) == (0, 0)
    clock.move_to(event.starts_at - timedelta(days=2))
    assert a_worker_invites() == 1
    assert subjects(ROY)[1:] == ["Précision : samedi 12 décembre"]
    first, second = (told_event(one) for one in letters(ROY))
    assert (first["SEQUENCE"], second["SEQUENCE"]) == (0, 0)
    assert second["DTSTAMP"].dt > first["DTSTAMP"].dt
    assert second["ATTENDEE"].params["PARTSTAT"] == "ACCEPTED"
    boxes = calendars()
    assert [[one.title for one in boxes[who].shows().values()] for who in (NADIA, ROY)] == [
        ["Les écrans et nous"]
    ] * 2
    assert a_worker_invites() == 0


def test_near_the_date_a_correction_waits_for_its_window_only(
    event: Event, clock: time_machine.Traveller
) -> None:
    clock.shift(SOON)
    a_worker_invites()
    clock.move_to(event.starts_at - timedelta(days=1))
    with a_transaction():
        scheduling.reword(event, title="Les écrans et nous", actor="account:99", now=time.now())
    assert inviting.due(time.now()) == []
    clock.shift(SOON)
    assert a_worker_invites() == 1


@pytest.mark.parametrize("dates", [1, 4])
def test_words_are_compared_at_the_same_cost_whatever_there_is(
    dates: int,
    event: Event,
    clock: time_machine.Traveller,
    statements: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    for _ in range(1, dates):
        a_saturday(host=event.host)
    clock.shift(SOON)
    a_worker_invites()
    for one in db.session.query(Event):
        with a_transaction():
            scheduling.reword(one, title="Les écrans et nous", actor="account:99", now=time.now())
    clock.move_to(event.starts_at - timedelta(days=1))
    db.session.expunge_all()
    with statements() as said:
        assert len(inviting.due(time.now())) == dates
    assert len(said) == 6


def test_whoever_comes_with_children_and_is_now_the_contact_is_asked_not_told_of_a_change(
    event: Event, clock: time_machine.Traveller
) -> None:
    other = a_saturday(host=event.host, starts_at=event.starts_at + WEEK, capacity=9)
    register(other, answers("Binta", 1, 2))
    factories.a_contact(event.venue, name="Binta", email="binta@example.org", phone=None)
    clock.shift(SOON)
    a_worker_invites()
    assert subjects("binta@example.org")[1:] == [
        "Samedi matin à l’école : samedi 12 décembre",
        "Samedi matin à l’école : samedi 19 décembre",
    ]


@pytest.mark.parametrize(
    ("why", "says"),
    [
        (Why.AGAIN, "Voici de nouveau cette date"),
        (Why.ANSWERED_FORMER, "Vous avez répondu avant le changement"),
    ],
)
def test_a_date_that_is_sent_again_does_not_say_that_it_changed(
    why: Why, says: str, event: Event, clock: time_machine.Traveller
) -> None:
    clock.shift(SOON)
    a_worker_invites()
    [row] = db.session.query(Invitation).filter_by(address=ROY)
    with a_transaction():
        assert inviting.invite_again(row, row.event, why=why, now=time.now())
    letter = letters(ROY)[-1]
    assert says in letter.text
    assert "Cette date a changé" not in letter.text
    assert subjects(ROY) == ["Samedi matin à l’école : samedi 12 décembre"] * 2


HOST_ASKED, PLACE_ASKED = "Venez-vous ?", "Cette date vous convient ?"


def tell_of(change: Change, clock: time_machine.Traveller) -> list[str]:
    """Which question each of them reads in the letter about a change, once its window is over."""
    with a_transaction():
        territory = change.event.territory
        doing.carry_out(Gesture.REPLACING, territory, [change], actor="account:99", now=time.now())
    clock.shift(SOON)
    told(time.now())
    for number in doing.due(time.now()):
        with a_transaction():
            doing.tell(number, time.now())
    a_worker_invites()
    last = [letters(who)[-1] for who in (NADIA, ROY)]
    assert [one.kind for one in last] == ["disruptions/changed"] * 2
    texts = [text_of(one).replace("\u00a0", " ") for one in last]
    return [" ".join(one for one in (HOST_ASKED, PLACE_ASKED) if one in text) for text in texts]


def moved(event: Event) -> Change:
    begins, ends = (getattr(event, name) + timedelta(hours=1) for name in ("starts_at", "ends_at"))
    return Change(event, as_announced(event), starts_at=begins, ends_at=ends)


def test_a_new_hour_voids_what_both_said_and_the_letter_that_says_it_asks_again(
    event: Event, clock: time_machine.Traveller
) -> None:
    clock.shift(SOON)
    a_worker_invites()
    with a_transaction():
        coming.say(event, "vient", "", actor=nadia().actor, now=time.now())
        answers_of_places.give(event, Said("oui"), actor="contact:1", now=time.now())
    assert tell_of(moved(event), clock) == [HOST_ASKED, PLACE_ASKED]
    assert [one.is_sealed for one in letters() if one.kind == "disruptions/changed"] == [True, False]


def test_another_topic_leaves_what_they_said_and_nobody_is_asked_twice(
    event: Event, clock: time_machine.Traveller
) -> None:
    clock.shift(SOON)
    a_worker_invites()
    with a_transaction():
        coming.say(event, "vient", "", actor=nadia().actor, now=time.now())
    topic = Change(event, as_announced(event), topic=saturdays.a_topic("le sommeil"))
    assert tell_of(topic, clock) == ["", PLACE_ASKED]  # Madame Roy has not answered yet


def test_of_a_date_that_is_called_off_nobody_is_asked(event: Event, clock: time_machine.Traveller) -> None:
    clock.shift(SOON)
    a_worker_invites()
    assert tell_of(Change(event, as_announced(event), cancels=True), clock) == ["", ""]


def test_of_several_moved_at_once_the_date_that_leaves_is_the_one_they_know(
    event: Event, clock: time_machine.Traveller
) -> None:
    """Another day, at another school, held by others: what they never heard of is no date of theirs."""
    other = a_saturday(host=event.host, starts_at=event.starts_at + WEEK)
    clock.shift(SOON)
    a_worker_invites()
    manin = factories.a_school("École Manin", address="2 rue Manin")
    lire = factories.an_association("Lire ensemble", email="bonjour@lire.example")
    changes = [
        Change(
            one,
            as_announced(one),
            host=lire,
            venue=manin,
            starts_at=one.starts_at + 3 * WEEK,
            ends_at=one.ends_at + 3 * WEEK,
        )
        for one in (event, other)
    ]
    with a_transaction():
        doing.carry_out(Gesture.CLOSING, event.territory, changes, actor="account:99", now=time.now())
    clock.shift(SOON)
    told(time.now())
    for number in doing.due(time.now()):
        with a_transaction():
            doing.tell(number, time.now())
    a_worker_invites()
    for who in (NADIA, ROY):
        gone = [one for one in letters(who) if one.method == "CANCEL"]
        assert [one.subject.replace("\u00a0", " ") for one in gone] == [
            "Date retirée : samedi 12 décembre",
            "Date retirée : samedi 19 décembre",
        ]
        assert [told_event(one)["DTSTART"].dt.day for one in gone] == [12, 19]
        for one in gone:
            assert "École Curial" in one.text
            assert told_event(one)["LOCATION"].startswith("École Curial")
            assert b"Manin" not in (one.calendar or b"") + one.text.encode() + one.html.encode()


def test_who_reads_english_is_let_go_in_english_too(event: Event, clock: time_machine.Traveller) -> None:
    """She cancelled it herself, so no other letter says so."""
    nadia().language = "en"
    clock.shift(SOON)
    a_worker_invites()
    with a_transaction():
        scheduling.cancel(event, actor=f"account:{nadia().id}", now=time.now())
    clock.shift(SOON)
    told(time.now())
    a_worker_invites()
    assert subjects(NADIA) == [
        "Saturday morning at school: Saturday 12 December",
        "Date removed: Saturday 12 December",
    ]
    assert {one.language for one in letters(NADIA)} == {"en"}


def test_an_address_that_no_mail_could_bear_keeps_nobody_else_from_being_invited(
    event: Event, clock: time_machine.Traveller
) -> None:
    """As seeds and imports write them: two in one."""
    event.host = factories.an_association("Lire", email="bonjour@lire.example; lire@lire.example", phone=None)
    db.session.commit()
    clock.shift(SOON)
    turn = Turn(time.now(), "house:1", never)
    assert timetable.invite_hosts(turn) == "hosts of 1 events invited"
    assert posted() == [f"{ROY} convening/asked REQUEST"]
    assert inviting.due(time.now()) == []


def test_one_row_a_mailbox_whatever_they_are(event: Event, clock: time_machine.Traveller) -> None:
    """Nadia opens the school, too: one invitation, as host."""
    factories.a_contact(event.venue, name="Nadia", email=NADIA.upper(), phone=None)
    clock.shift(SOON)
    a_worker_invites()
    [row] = db.session.query(Invitation).filter_by(address=NADIA)
    assert (row.invited_as, len(letters(NADIA))) == (Capacity.HOST, 1)
