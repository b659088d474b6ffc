"""A year later nobody knows any more who came on Saturday; how many they were stands for ever."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as hours
from eventsapp.agenda import keeping
from eventsapp.agenda.models import Event
from eventsapp.attendance import listings as attendance
from eventsapp.attendance import marking
from eventsapp.attendance.models import AttendanceFigures
from eventsapp.clock import local
from eventsapp.database import db
from eventsapp.indicators import families, sessions, yearly
from eventsapp.indicators.models import CountedFamily, EventFigures, FamilyKey, Scope, YearFamilies
from eventsapp.jobs import timetable
from eventsapp.jobs.door import Turn
from eventsapp.mailroom.models import Letter, LetterStatus
from eventsapp.people import professionals
from eventsapp.people.models import Household, Person, PrivateLink, Professional
from eventsapp.places.models import Territory
from eventsapp.registrations import standing
from eventsapp.registrations.models import AgeBracket, ParticipantNeed, Registration
from eventsapp.registrations.party import Member
from eventsapp.registrations.standing_models import StandingSignUp
from eventsapp.retention import forgetting, register
from eventsapp.retention.models import DataKind, Deletion, DeletionRule
from tests import factories
from tests.attendance.gestures import said
from tests.registrations.stories import a_transaction, cancel
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


@pytest.fixture
def workshops(db_session: scoped_session[Session], clock: time_machine.Traveller) -> tuple[Event, Event]:
    """Awa and Binta come on Saturday, Clara waits; a week later Awa comes again, from her own page, and
    Clara, who cancels; on both days one phone counts."""
    first, second = two_workshops()
    awa, binta, clara = (a_family(who) for who in (AWA, BINTA, CLARA))
    there = [comes(first, AWA, awa), comes(first, BINTA, binta)]
    comes(first, CLARA, clara)
    again = comes(second, AWA, awa)
    cancel(comes(second, CLARA, clara))
    clock.move_to(first.starts_at)
    arrives(first, *there)
    clock.move_to(second.starts_at)
    arrives(second, again)
    clock.shift(timedelta(hours=5))
    return first, second


def figures_of_the_year(event: Event) -> tuple[Any, ...]:
    """Everything that reports are made of."""
    db.session.rollback()
    host, year = event.host, families.year_of(event.starts_at)
    assert host is not None
    summary = replace(yearly.of(host, year, now=hours.now()), now=factories.SATURDAY)
    rows = sessions.of_territory(event.territory, year)
    attended = [said(attendance.figures_of(one)) for one in (event, *db.session.scalars(select(Event)))]
    cancelled = (
        db.session.scalar(select(func.count(Registration.id)).where(Registration.status == "annulee")) or 0
    )
    moved = db.session.scalar(select(func.coalesce(func.sum(EventFigures.cancelled), 0))) or 0
    found = (summary, rows, attended, cancelled + int(moved))
    db.session.rollback()
    return found


def register_of(event: Event) -> list[Deletion]:
    db.session.rollback()
    return list(register.of_territory(event.territory))


def deleted(event: Event, rule: DeletionRule) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for line in register_of(event):
        if line.rule is rule:
            sums[line.kind.value] += line.rows
    return dict(sums)


def test_everybody_is_forgotten_and_no_figure_changes(
    workshops: tuple[Event, Event], clock: time_machine.Traveller
) -> None:
    first, second = workshops
    clock.move_to(second.ends_at + timedelta(days=9))
    nightly()
    before = figures_of_the_year(first)
    assert words_left() != []
    summary = before[0]
    assert (summary.households, summary.came, summary.new, summary.parents) == (2, 2, 2, 3)
    clock.move_to(months_after(second, 12))
    nightly()
    assert words_left() == []
    assert figures_of_the_year(first) == before
    for table in (Registration, Household, Person, PrivateLink, ParticipantNeed):
        assert db.session.scalar(select(func.count()).select_from(table)) == 0, table
    # What is kept of a letter: which and when.
    letters = db.session.scalars(select(Letter).order_by(Letter.id)).all()
    assert {(one.address, one.reader_name, one.subject, one.text, one.thread) for one in letters} == {
        ("", "", "", "", "")
    }
    assert {one.status for one in letters} <= {LetterStatus.SENT, LetterStatus.STALE}
    assert all(one.finished_at is not None for one in letters)
    assert deleted(first, DeletionRule.PERIOD) == {
        "inscriptions": 5,
        "participants": 10,
        "familles": 3,
        "liens": 5,
        "invitations": 3,
        "courriers": 5,
    }
    assert register.first_broken(register_of(first)) is None


def test_needs_are_gone_the_day_after(workshops: tuple[Event, Event], clock: time_machine.Traveller) -> None:
    first, second = workshops
    clock.move_to(local(hours.day_of(second.ends_at), 23, 59))
    nightly()
    at_second = db.session.scalar(select(func.count(ParticipantNeed.id)))
    assert at_second == 4  # Awa's child, and Clara's who cancelled; Saturday's are gone
    clock.shift(timedelta(minutes=11))
    nightly()
    assert db.session.scalar(select(func.count(ParticipantNeed.id))) == 0
    assert deleted(first, DeletionRule.DAY_AFTER) == {"besoins": 10}
    assert db.session.scalar(select(func.count(Registration.id))) == 5


def test_each_activity_is_kept_as_long_as_it_says(
    workshops: tuple[Event, Event], clock: time_machine.Traveller
) -> None:
    first, second = workshops
    with a_transaction():
        keeping.choose(first.activity, "2", "Accueil ponctuel", actor="account:1", now=hours.now())
    elsewhere = factories.an_event("Contes", starts_at=second.starts_at + timedelta(days=1))
    db.session.commit()
    clara = a_family(CLARA)
    comes(elsewhere, CLARA, clara)
    clock.move_to(local(first.ends_at.date().replace(year=2027, month=1), 4))
    nightly()
    assert db.session.scalar(select(func.count(Registration.id))) == 6
    clock.move_to(local(first.ends_at.date().replace(year=2027, month=1), 4) + timedelta(days=1))
    nightly()
    kept = set(db.session.scalars(select(Registration.event_id)))
    assert kept == {second.id, elsewhere.id}, "Saturday's two months are over, the others' are not"
    clock.move_to(months_after(second, 2))
    nightly()
    assert set(db.session.scalars(select(Registration.event_id))) == {elsewhere.id}
    clock.move_to(months_after(second, 12))
    nightly()
    assert db.session.scalar(select(func.count(Registration.id))) == 0
    assert {
        (one.months, one.activity_id) for one in register_of(first) if one.rule is DeletionRule.PERIOD
    } == {
        (2, first.activity_id),
        (12, elsewhere.activity_id),
    }


def test_a_household_that_still_comes_elsewhere_keeps_its_page(
    workshops: tuple[Event, Event], clock: time_machine.Traveller
) -> None:
    first, second = workshops
    clock.move_to(second.ends_at + timedelta(days=8))
    nightly()
    clock.move_to(local(first.ends_at.date().replace(year=2027), 4) + timedelta(days=1))
    nightly()
    names = set(db.session.scalars(select(Person.first_name)))
    assert names == {"Zawadie", "Zclara"}, "Binta came on Saturday only"
    assert db.session.scalar(select(func.count(PrivateLink.id))) == 4


def test_a_household_that_gave_a_series_up_is_forgotten_a_year_later(
    workshops: tuple[Event, Event], clock: time_machine.Traveller
) -> None:
    first, _ = workshops
    zora = a_family(("Zora", "zora@example.org", None, ""))
    with a_transaction():
        coming = standing.sign_up(
            first.activity, zora, [Member(bracket=AgeBracket.ADULT)], actor="household:1", now=hours.now()
        )
        standing.end(coming, gives_up_dates=False, actor="household:1", now=hours.now())
    ended = hours.now()
    clock.move_to(ended + timedelta(days=364))
    nightly()
    assert db.session.scalar(select(func.count(Person.id)).where(Person.first_name == "Zora")) == 1
    clock.move_to(ended + timedelta(days=367))
    nightly()
    assert db.session.scalar(select(func.count(Person.id)).where(Person.first_name == "Zora")) == 0
    assert db.session.scalar(select(func.count(StandingSignUp.id))) == 0


def test_who_never_gave_a_series_up_is_forgotten_a_year_after_its_last_date(
    workshops: tuple[Event, Event], clock: time_machine.Traveller
) -> None:
    first, second = workshops
    zora = a_family(("Zora", "zora@example.org", None, ""))
    with a_transaction():
        coming = [Member(bracket=AgeBracket.ADULT)]
        standing.sign_up(first.activity, zora, coming, actor="household:1", now=hours.now())
    clock.move_to(second.ends_at + timedelta(days=364))
    nightly()
    assert db.session.scalar(select(func.count(Person.id)).where(Person.first_name == "Zora")) == 1
    clock.move_to(second.ends_at + timedelta(days=367))
    nightly()
    assert db.session.scalar(select(func.count(Person.id)).where(Person.first_name == "Zora")) == 0
    assert db.session.scalar(select(func.count(StandingSignUp.id))) == 0


@pytest.mark.parametrize("gives_it_up", [True, False])
def test_a_professional_whom_only_a_series_ties_to_us_is_forgotten_like_a_household(
    workshops: tuple[Event, Event], clock: time_machine.Traveller, gives_it_up: bool
) -> None:
    first, second = workshops
    with a_transaction():
        ousmane = professionals.open_new(
            first_name="Ousmane",
            email="ousmane@relais.example",
            phone=None,
            means=None,
            organisation="Le Relais",
            territory=first.territory,
            language="fr",
            now=hours.now(),
        )
        professionals.new_link(ousmane, now=hours.now())
        db.session.flush()
        adult = [Member(bracket=AgeBracket.ADULT)]
        coming = standing.sign_up(first.activity, ousmane, adult, actor="professional:1", now=hours.now())
        if gives_it_up:
            standing.end(coming, gives_up_dates=False, actor="professional:1", now=hours.now())
    last = hours.now() if gives_it_up else second.ends_at
    clock.move_to(last + timedelta(days=364))
    nightly()
    assert db.session.scalar(select(func.count(Person.id)).where(Person.first_name == "Ousmane")) == 1
    clock.move_to(last + timedelta(days=367))
    nightly()
    assert db.session.scalar(select(func.count(Person.id)).where(Person.first_name == "Ousmane")) == 0
    for table in (StandingSignUp.id, Professional.id):
        assert db.session.scalar(select(func.count(table))) == 0
    assert deleted(first, DeletionRule.PERIOD)["professionnels"] == 1


def test_a_job_killed_between_two_commits_goes_on_the_next_night(
    workshops: tuple[Event, Event], clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = workshops
    monkeypatch.setattr(forgetting, "BATCH", 1)
    clock.move_to(second.ends_at + timedelta(days=9))
    nightly()
    before = figures_of_the_year(first)
    clock.move_to(months_after(second, 12))
    for left in (4, 3, 2, 1, 0):
        nightly_until_one()
        assert db.session.scalar(select(func.count(Registration.id))) == left
        assert figures_of_the_year(first) == before
        assert register.first_broken(register_of(first)) is None
    nightly()
    assert words_left() == []
    assert deleted(first, DeletionRule.PERIOD)["inscriptions"] == 5
    assert deleted(first, DeletionRule.PERIOD)["invitations"] == 3


def nightly_until_one() -> None:
    """The worker is told to end after one batch."""
    turns = iter((False, True))
    db.session.rollback()
    timetable.forget_people(Turn(hours.now(), "house:1", lambda: next(turns, True)))
    db.session.rollback()


def test_what_fails_half_way_leaves_everything_as_it_was(
    workshops: tuple[Event, Event], clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = workshops
    clock.move_to(second.ends_at + timedelta(days=9))
    nightly()
    before = figures_of_the_year(first)
    clock.move_to(months_after(second, 12))

    def out_of_memory(*_: object, **__: object) -> None:
        raise MemoryError

    with monkeypatch.context() as broken:
        broken.setattr(register, "note", out_of_memory)
        nightly()
    assert db.session.scalar(select(func.count(Registration.id))) == 5
    assert figures_of_the_year(first) == before
    nightly()
    assert words_left() == []


def test_figures_drawn_again_after_forgetting_are_the_same(
    workshops: tuple[Event, Event], clock: time_machine.Traveller
) -> None:
    first, second = workshops
    clock.move_to(second.ends_at + timedelta(days=9))
    nightly()
    db.session.rollback()
    before = said(attendance.figures_of(first))
    clock.move_to(months_after(second, 12))
    nightly()
    with a_transaction():
        figures: AttendanceFigures = marking.refresh(first, now=hours.now())
        assert (said(figures), figures.expected) == (before, 2)


def test_families_are_told_apart_within_a_year_and_never_after_it(
    workshops: tuple[Event, Event], clock: time_machine.Traveller
) -> None:
    first, second = workshops
    clock.move_to(second.ends_at + timedelta(days=9))
    nightly()
    digests = list(db.session.scalars(select(CountedFamily.digest)))
    assert (len(digests), len(set(digests))) == (3, 2), "Awa's is the same on both days"
    before = figures_of_the_year(first)
    clock.move_to(local(hours.day_of(first.starts_at).replace(year=2027, month=9, day=8), 4))
    nightly()
    assert db.session.scalar(select(func.count(FamilyKey.id))) == 1, "a week is left to count the last ones"
    clock.shift(timedelta(days=1))
    nightly()
    assert db.session.scalar(select(func.count(FamilyKey.id))) == 0
    assert db.session.scalar(select(func.count(CountedFamily.id))) == 0
    assert figures_of_the_year(first) == before
    assert first.host is not None
    rows = db.session.execute(
        select(YearFamilies.scope, YearFamilies.scope_id, YearFamilies.seated, YearFamilies.came)
    )
    assert set(map(tuple, rows)) == {
        (Scope.TERRITORY, first.territory_id, 2, 2),
        (Scope.ACTION, first.activity.action_id, 2, 2),
        (Scope.ORGANISATION, first.host_id, 2, 2),
    }
    assert deleted(first, DeletionRule.YEAR_END) == {"empreintes": 3, "cles": 1}
    clock.move_to(months_after(second, 12))
    nightly()
    assert figures_of_the_year(first) == before


def test_a_family_that_opens_a_new_household_is_counted_once(
    db_session: scoped_session[Session], clock: time_machine.Traveller
) -> None:
    first, second = two_workshops()
    comes(first, AWA, a_family(AWA))
    comes(second, AWA, a_family(("Zawadie D.", None, "+33 6 39 98 77 11", "Zoumana")))
    comes(second, BINTA, a_family(("Zbintou", "ZBintou@marqueur.example", None, "Zaliou")))
    clock.move_to(second.ends_at + timedelta(days=9))
    assert figures_of_the_year(first)[0].households == 2, "before they are counted"
    nightly()
    assert figures_of_the_year(first)[0].households == 2, "and after"


@pytest.mark.databases("sqlite")
def test_whoever_changes_the_register_is_found_out(
    workshops: tuple[Event, Event], clock: time_machine.Traveller
) -> None:
    first, second = workshops
    clock.move_to(months_after(second, 12))
    nightly()
    lines = register_of(first)
    assert [one.number for one in lines] == list(range(1, len(lines) + 1))
    assert register.first_broken(lines[:3] + lines[4:]) == 4
    assert register.first_broken(lines[1:]) == 1
    lines[5].rows += 1
    assert register.first_broken(lines) == 6
    db.session.rollback()


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("day", "months", "midnight"),
    [
        ((2027, 3, 31), 1, (2027, 2, 28)),
        ((2027, 1, 15), 12, (2026, 1, 15)),
        ((2028, 2, 29), 24, (2026, 2, 28)),
    ],
)
def test_months_are_counted_on_a_calendar(
    app: Flask, day: tuple[int, int, int], months: int, midnight: tuple[int, int, int]
) -> None:
    assert forgetting.ended_before(local(date(*day), 4), months) == local(date(*midnight), 0)


def test_the_register_of_one_territory_says_nothing_of_another(
    workshops: tuple[Event, Event], clock: time_machine.Traveller
) -> None:
    _, second = workshops
    clock.move_to(months_after(second, 12))
    nightly()
    tenth: Territory = factories.a_territory(10)
    db.session.commit()
    assert register.of_territory(tenth) == []
    assert DataKind.REGISTRATIONS in register.sums(register_of(second))
