"""Awa has her data erased: at once, with what lies ahead cancelled first, and figures as they were."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as hours
from eventsapp.agenda import keeping
from eventsapp.agenda.models import Event
from eventsapp.attendance import listings as attendance
from eventsapp.database import db
from eventsapp.indicators import families, yearly
from eventsapp.indicators.models import CountedFamily
from eventsapp.invitations.models import Invitation
from eventsapp.mailroom import rounds
from eventsapp.mailroom.models import Letter, LetterStatus
from eventsapp.people.models import Household, Person
from eventsapp.registrations import standing
from eventsapp.registrations.models import AgeBracket, Registration, RegistrationStatus
from eventsapp.registrations.party import Member
from eventsapp.retention import erasing, forgetting, register
from eventsapp.retention.models import DataKind, DeletionRule
from tests.attendance.gestures import said
from tests.registrations.stories import a_transaction
from tests.retention.families import (
    AWA,
    BINTA,
    CLARA,
    a_family,
    arrives,
    comes,
    months_after,
    nightly,
    two_workshops,
    words_left,
)
from tests.servers import PostOffice


@pytest.fixture
def awa(db_session: scoped_session[Session]) -> Household:
    return a_family(AWA)


def erase(household: Household) -> None:
    with a_transaction():
        erasing.erase(db.session.get_one(Household, household.id), now=hours.now())


def status_of(first_name: str) -> RegistrationStatus:
    db.session.rollback()
    return db.session.scalars(
        select(Registration.status)
        .join(Registration.household)
        .join(Household.contact)
        .where(Person.first_name == first_name)
    ).one()


def test_seats_go_to_those_who_wait_and_nothing_of_awa_is_left(
    awa: Household, clock: time_machine.Traveller
) -> None:
    first, _ = two_workshops()
    comes(first, AWA, awa)
    comes(first, BINTA, a_family(BINTA))
    comes(first, CLARA, a_family(CLARA))
    assert status_of("Zclara") is RegistrationStatus.WAITING
    erase(awa)
    assert status_of("Zclara") is RegistrationStatus.CONFIRMED
    left = {word for _, _, word in words_left()}
    assert left == {"zbintou", "zaliou", "zclara", "zlouis", "marqueur.example", "9877", "98 77"}
    assert db.session.scalars(select(Invitation.address)).all() == ["zbintou@marqueur.example"]
    lines = register.of_territory(first.territory)
    assert {(one.kind.value, one.rows) for one in lines} == {
        ("inscriptions", 1),
        ("participants", 2),
        ("besoins", 2),
        ("courriers", 2),
        ("invitations", 1),
        ("familles", 1),
        ("liens", 1),
    }
    assert {one.rule for one in lines} == {DeletionRule.ASKED}
    assert register.first_broken(lines) is None


def test_nothing_is_sent_to_whoever_is_gone(
    awa: Household, clock: time_machine.Traveller, post_office: PostOffice
) -> None:
    first, _ = two_workshops()
    comes(first, AWA, awa)
    erase(awa)
    db.session.rollback()
    rounds.deliver_due(hours.now())
    assert post_office.letters == []
    assert {one.status for one in db.session.scalars(select(Letter))} == {LetterStatus.STALE}


def test_a_date_that_stands_in_a_calendar_is_taken_out_by_a_last_letter_that_is_not_kept(
    awa: Household, clock: time_machine.Traveller, smtp: PostOffice
) -> None:
    first, second = two_workshops()
    comes(first, AWA, awa)
    rounds.deliver_due(hours.now())
    comes(second, AWA, awa)  # its invitation has not left: nothing stands there
    erase(awa)
    db.session.rollback()
    [last] = [one for one in db.session.scalars(select(Letter)) if one.status is LetterStatus.WAITING]
    assert (last.method, last.address, last.phone, last.fallback) == ("CANCEL", AWA[1], None, "")
    assert last.useless_after == hours.now() + timedelta(days=2)
    db.session.rollback()
    rounds.deliver_due(hours.now())
    assert [str(one.message["Subject"])[:10] for one in smtp.letters][1:] == ["Annulation"]
    assert 'method="CANCEL"' in smtp.letters[1].message.as_string()
    with a_transaction():
        assert forgetting.forget_last_letters(hours.now()) == 1
    assert words_left() == []
    lines = register.of_territory(first.territory)
    newest = max(lines, key=lambda line: line.number)
    assert (newest.kind.value, newest.rows, newest.rule) == ("courriers", 1, DeletionRule.ASKED)
    assert register.first_broken(lines) is None
    with a_transaction():
        assert forgetting.forget_last_letters(hours.now()) == 0


def test_a_last_letter_that_cannot_leave_is_emptied_all_the_same(
    awa: Household, clock: time_machine.Traveller, smtp: PostOffice
) -> None:
    first, _ = two_workshops()
    comes(first, AWA, awa)
    rounds.deliver_due(hours.now())
    erase(awa)
    clock.shift(timedelta(days=2, minutes=1))
    with a_transaction():
        assert forgetting.forget_last_letters(hours.now()) == 1
    rounds.deliver_due(hours.now())
    assert (len(smtp.letters), words_left()) == (1, [])


def test_who_asked_for_silence_gets_no_last_letter_either(
    awa: Household, clock: time_machine.Traveller, smtp: PostOffice
) -> None:
    first, _ = two_workshops()
    comes(first, AWA, awa)
    rounds.deliver_due(hours.now())
    with a_transaction():
        db.session.get_one(Household, awa.id).contact.wants_no_messages = True
    erase(awa)
    rounds.deliver_due(hours.now())
    assert (len(smtp.letters), words_left()) == (1, [])


def test_who_came_stays_counted_before_and_after_the_night_that_counts_families(
    awa: Household, clock: time_machine.Traveller
) -> None:
    first, second = two_workshops()
    there = [comes(first, AWA, awa), comes(first, BINTA, a_family(BINTA))]
    again = comes(second, AWA, awa)
    clock.move_to(first.starts_at)
    arrives(first, *there)
    clock.move_to(second.starts_at)
    arrives(second, again)
    clock.shift(timedelta(days=1))

    def figures() -> tuple[object, ...]:
        db.session.rollback()
        assert first.host is not None
        year = yearly.of(first.host, families.year_of(first.starts_at), now=factories_now)
        return (
            year.total,
            [(line.bracket, line.people) for line in year.ages],
            year.parents,
            year.attended,
            said(attendance.figures_of(first)),
            said(attendance.figures_of(second)),
        )

    factories_now = hours.now()
    before = figures()
    erase(awa)
    assert figures() == before
    clock.move_to(second.ends_at + timedelta(days=9))
    nightly()
    assert figures() == before
    host = first.host
    assert host is not None
    year = yearly.of(host, families.year_of(first.starts_at), now=hours.now())
    assert (year.households, year.came) == (2, 2), "Awa's two visits stay one family"


def test_what_awa_was_counted_by_leads_back_to_nobody(awa: Household, clock: time_machine.Traveller) -> None:
    first, second = two_workshops()
    registrations = [comes(first, AWA, awa), comes(second, AWA, awa)]
    clock.move_to(second.ends_at + timedelta(days=9))
    nightly()
    before = set(db.session.scalars(select(CountedFamily.digest)))
    assert len(before) == 1
    erase(awa)
    after = list(db.session.scalars(select(CountedFamily.digest)))
    assert (len(after), len(set(after))) == (len(registrations), 1)
    assert set(after).isdisjoint(before)


def test_nor_by_what_she_was_counted_by_before_she_said_that_her_phone_is_shared(
    awa: Household, clock: time_machine.Traveller
) -> None:
    first, _ = two_workshops()
    comes(first, AWA, awa)
    comes(first, BINTA, a_family(("Zbintou", None, AWA[2], "Zaliou")))  # of the same phone
    with a_transaction():
        db.session.scalars(select(Person).where(Person.first_name == "Zbintou")).one().phone_is_shared = True
    clock.move_to(first.ends_at + timedelta(days=9))
    nightly()
    before = set(db.session.scalars(select(CountedFamily.digest)))
    assert len(before) == 2
    with a_transaction():
        db.session.get_one(Household, awa.id).contact.phone_is_shared = True
    erase(awa)
    after = set(db.session.scalars(select(CountedFamily.digest)))
    assert (len(after), len(after & before)) == (2, 1), "Awa's is another, Binta's stays"


def test_nor_at_an_event_whose_registrations_were_forgotten_before_her(
    awa: Household, clock: time_machine.Traveller
) -> None:
    first, second = two_workshops()
    with a_transaction():
        keeping.choose(first.activity, "1", "Peu de personnes", actor="cli", now=hours.now())
    comes(first, AWA, awa)
    with a_transaction():
        coming = [Member(bracket=AgeBracket.FROM_26, first_name=AWA[0])]
        family = db.session.get_one(Household, awa.id)
        standing.sign_up(second.activity, family, coming, actor="household:1", now=hours.now())
    clock.move_to(months_after(second, 1))
    nightly()
    before = set(db.session.scalars(select(CountedFamily.digest)))
    assert (len(before), db.session.scalar(select(func.count(Registration.id)))) == (1, 0)
    lines = len(register.of_territory(first.territory))
    erase(awa)
    assert set(db.session.scalars(select(CountedFamily.digest))).isdisjoint(before)
    assert words_left() == []
    assert [one.kind for one in register.of_territory(first.territory)[lines:]] == [
        DataKind.HOUSEHOLDS,
        DataKind.LINKS,
    ]


def test_a_mailbox_that_two_families_share_keeps_the_other_ones_date(
    awa: Household, clock: time_machine.Traveller
) -> None:
    first, _ = two_workshops()
    comes(first, AWA, awa)
    comes(first, BINTA, a_family(("Zbintou", AWA[1], None, "Zaliou")))
    erase(awa)
    assert db.session.scalars(select(Invitation.address)).all() == [AWA[1]]
    letters = db.session.scalars(select(Letter).where(Letter.address == AWA[1]).order_by(Letter.id)).all()
    assert len(letters) == 1
    assert letters[0].about != ""


def test_what_a_calendar_was_told_at_an_address_before_this_one_goes_too(
    awa: Household, clock: time_machine.Traveller
) -> None:
    first, _ = two_workshops()
    comes(first, AWA, awa)
    with a_transaction():
        db.session.get_one(Household, awa.id).contact.email = "neuve@marqueur.example"
    assert db.session.scalars(select(Invitation.address)).all() == [AWA[1]]
    erase(awa)
    assert words_left() == []


def test_an_event_to_come_counts_one_cancelled_registration(
    awa: Household, clock: time_machine.Traveller
) -> None:
    first, _ = two_workshops()
    comes(first, AWA, awa)
    erase(awa)
    event = db.session.get_one(Event, first.id, populate_existing=True)
    assert (event.seats_taken, event.children_taken) == (0, 0)
    figures = families.figures_of(first.id)
    assert (figures.cancelled, figures.parties, figures.people) == (1, 0, 0)
    db.session.rollback()
    assert db.session.scalar(select(func.count(Registration.id))) == 0
