"""Samira's breakfasts: the second Tuesday of each month, out of holidays, and what she changes by hand."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from eventsapp import clock
from eventsapp.agenda import scheduling, series, series_listings
from eventsapp.agenda.models import Activity, ActivityKind, Audience, Event, RegistrationMode
from eventsapp.agenda.recurrence import Outcome
from eventsapp.agenda.rules import (
    Added,
    Avoid,
    Dropped,
    Moved,
    MovedNowhere,
    Ordinal,
    Rule,
    Weekday,
    WhenClosed,
    YearUnlikely,
)
from eventsapp.agenda.series import (
    DayHasException,
    DayHasNone,
    DayHeldAlready,
    DayIsPast,
    DayNotOfTheRule,
    NoRule,
    NothingToAnnounce,
    UsualsMissing,
)
from eventsapp.clock import day_of
from eventsapp.database import db
from eventsapp.journal import JournalLine
from eventsapp.programme.school_calendar import CalendarNotCovered
from eventsapp.refusals import NotFound
from tests import factories

pytestmark = pytest.mark.usefixtures("db_session")

Statements = Callable[[], AbstractContextManager[list[str]]]

SECOND_TUESDAYS = Rule(
    weekday=Weekday.TUESDAY,
    first=date(2026, 10, 1),
    last=date(2027, 6, 30),
    ordinals=(Ordinal.SECOND,),
    avoid=frozenset(Avoid),
    when_closed=WhenClosed.NEXT,
)
FIRST_TUESDAYS = replace(SECOND_TUESDAYS, ordinals=(Ordinal.FIRST,))

OCTOBER, NOVEMBER, DECEMBER, JANUARY = (
    date(2026, 10, 13),
    date(2026, 11, 10),
    date(2026, 12, 8),
    date(2027, 1, 12),
)
FEBRUARY, AFTER_WINTER_HOLIDAYS = date(2027, 2, 9), date(2027, 2, 23)
MARCH, APRIL, AFTER_SPRING_HOLIDAYS = date(2027, 3, 9), date(2027, 4, 13), date(2027, 4, 20)
MAY, JUNE = date(2027, 5, 11), date(2027, 6, 8)
TO_COME = [DECEMBER, JANUARY, AFTER_WINTER_HOLIDAYS, MARCH, AFTER_SPRING_HOLIDAYS, MAY, JUNE]


def breakfasts(rule: Rule | None = SECOND_TUESDAYS, **values: object) -> Activity:
    usual = {
        "kind": ActivityKind.BREAKFAST,
        "venue": factories.a_school(),
        "usual_start": time(8, 30),
        "usual_minutes": 90,
        "usual_audience": Audience.PROFESSIONALS,
        "usual_registration": RegistrationMode.COUNTED,
        "usual_capacity": 20,
    }
    kept = {"rule": rule.to_dict()} if rule else {}
    return factories.an_activity("Petits déjeuners", **usual | kept | values)


def held(activity: Activity, *, rule: Rule | None = None) -> list[date]:
    dates = series.outlook(activity, now=clock.now(), rule=rule)
    return [one.day for one in dates if one.is_held and not one.is_past]


def verbs() -> list[str]:
    return list(
        db.session.scalars(
            select(JournalLine.verb).where(JournalLine.thing == "activity").order_by(JournalLine.id)
        )
    )


def test_samira_announces_her_breakfasts_then_all_are_there() -> None:
    activity = breakfasts()
    assert [one.day for one in series.outlook(activity, now=clock.now()) if one.is_missing] == TO_COME

    events = series.announce_missing(activity, actor="account:1", now=clock.now())

    assert [day_of(event.starts_at) for event in events] == TO_COME
    assert {clock.local(day, 8, 30) for day in TO_COME} == {event.starts_at for event in events}
    assert {event.ends_at - event.starts_at for event in events} == {timedelta(minutes=90)}
    assert {(one.audience, one.registration, one.capacity) for one in events} == {
        (Audience.PROFESSIONALS, RegistrationMode.COUNTED, 20)
    }
    with pytest.raises(NothingToAnnounce):
        series.announce_missing(activity, actor="account:1", now=clock.now())


def test_what_was_called_off_is_not_announced_anew() -> None:
    activity = breakfasts()
    december, *_ = series.announce_missing(activity, actor="account:1", now=clock.now())
    scheduling.cancel(december, actor="account:1", now=clock.now())
    assert not any(one.is_missing or one.falls_out for one in series.outlook(activity, now=clock.now()))


def test_holidays_move_february_and_a_line_says_so() -> None:
    moved = [
        one.occurrence
        for one in series.outlook(breakfasts(), now=clock.now())
        if one.occurrence and one.occurrence.outcome is Outcome.MOVED_CLOSED
    ]
    found = [(one.original, one.day, one.closure and one.closure.name) for one in moved]
    assert found == [
        (FEBRUARY, AFTER_WINTER_HOLIDAYS, "Vacances d’hiver"),
        (APRIL, AFTER_SPRING_HOLIDAYS, "Vacances de printemps"),
    ]


def test_samira_drops_one_moves_one_adds_one_and_changes_the_rule() -> None:
    activity, extra, thursday = breakfasts(), date(2026, 12, 17), date(2027, 3, 11)
    series.drop_date(activity, JANUARY, actor="account:1", now=clock.now())
    series.move_date(activity, MARCH, thursday, actor="account:1", now=clock.now())
    series.add_date(activity, extra, actor="account:1", now=clock.now())
    without_january = [DECEMBER, extra, *TO_COME[2:]]
    assert held(activity) == [thursday if day == MARCH else day for day in without_january]

    assert series.set_rule(activity, FIRST_TUESDAYS, actor="account:1", now=clock.now())

    kept = (Added(extra), Dropped(JANUARY), Moved(MARCH, thursday))
    assert series.exceptions_of(activity) == kept
    idle = [
        one.occurrence.exception
        for one in series.outlook(activity, now=clock.now())
        if one.occurrence and one.occurrence.outcome is Outcome.NO_EFFECT
    ]
    assert idle == [Dropped(JANUARY), Moved(MARCH, thursday)]
    assert extra in held(activity)
    assert thursday not in held(activity)

    series.set_rule(activity, SECOND_TUESDAYS, actor="account:1", now=clock.now())
    assert thursday in held(activity)
    assert JANUARY not in held(activity)
    assert verbs() == ["date_dropped", "date_moved", "date_added", "rule_set", "rule_set"]


def test_a_date_that_holidays_have_moved_is_named_by_the_day_of_the_rule() -> None:
    activity = breakfasts()
    series.move_date(activity, FEBRUARY, AFTER_WINTER_HOLIDAYS, actor="account:1", now=clock.now())
    assert held(activity) == TO_COME
    with pytest.raises(DayNotOfTheRule):
        series.drop_date(activity, AFTER_WINTER_HOLIDAYS, actor="account:1", now=clock.now())


def test_what_was_changed_by_hand_is_taken_back() -> None:
    activity = breakfasts()
    series.drop_date(activity, DECEMBER, actor="account:1", now=clock.now())
    series.forget_exception(activity, DECEMBER, actor="account:1", now=clock.now())
    assert held(activity) == TO_COME
    assert verbs() == ["date_dropped", "exception_forgotten"]
    with pytest.raises(DayHasNone):
        series.forget_exception(activity, DECEMBER, actor="account:1", now=clock.now())


def test_announced_dates_that_leave_the_series_are_shown_and_stay() -> None:
    activity = breakfasts()
    series.announce_missing(activity, actor="account:1", now=clock.now())
    series.drop_date(activity, JANUARY, actor="account:1", now=clock.now())
    series.move_date(activity, MARCH, date(2027, 3, 11), actor="account:1", now=clock.now())

    dates = series.outlook(activity, now=clock.now())
    assert [one.day for one in dates if one.falls_out] == [JANUARY, MARCH]
    assert [one.day for one in dates if one.is_missing] == [date(2027, 3, 11)]
    [january] = [one for one in dates if one.day == JANUARY]
    assert january.occurrence is not None
    assert january.occurrence.outcome is Outcome.DROPPED_BY_HAND
    assert len(january.events) == 1
    assert db.session.scalars(select(Event.status).distinct()).all() == ["prevu"]


def test_trying_a_rule_saves_nothing() -> None:
    activity = breakfasts()
    series.announce_missing(activity, actor="account:1", now=clock.now())
    dates = series.outlook(activity, now=clock.now(), rule=FIRST_TUESDAYS)
    still_held = [AFTER_SPRING_HOLIDAYS]  # where 6 April goes too
    assert [one.day for one in dates if one.falls_out] == [day for day in TO_COME if day not in still_held]
    assert series.rule_of(activity) == SECOND_TUESDAYS
    assert not series.set_rule(activity, SECOND_TUESDAYS, actor="account:1", now=clock.now())
    assert verbs() == []


@pytest.mark.parametrize(
    ("day", "refusal"),
    [
        (date(2026, 11, 21), DayIsPast),
        (DECEMBER, DayHeldAlready),
        (AFTER_WINTER_HOLIDAYS, DayHeldAlready),
        (date(2029, 12, 11), CalendarNotCovered),
        (date(2926, 12, 11), YearUnlikely),
    ],
)
def test_a_day_that_cannot_be_added(day: date, refusal: type[Exception]) -> None:
    activity = breakfasts()
    with pytest.raises(refusal):
        series.add_date(activity, day, actor="account:1", now=clock.now())
    assert series.exceptions_of(activity) == ()


@pytest.mark.parametrize(
    ("day", "to", "refusal", "field"),
    [
        (DECEMBER, DECEMBER, MovedNowhere, None),
        (DECEMBER, JANUARY, DayHeldAlready, "to"),
        (DECEMBER, date(2026, 11, 20), DayIsPast, "to"),
        (NOVEMBER, date(2026, 12, 1), DayIsPast, "day"),
        (date(2026, 12, 9), date(2026, 12, 10), DayNotOfTheRule, "day"),
    ],
)
def test_a_date_that_cannot_be_moved(
    day: date, to: date, refusal: type[Exception], field: str | None
) -> None:
    activity = breakfasts()
    with pytest.raises(refusal) as refused:
        series.move_date(activity, day, to, actor="account:1", now=clock.now())
    assert getattr(refused.value, "field", None) == field
    assert series.exceptions_of(activity) == ()


def test_one_change_by_hand_a_day() -> None:
    activity = breakfasts()
    series.drop_date(activity, DECEMBER, actor="account:1", now=clock.now())
    with pytest.raises(DayHasException):
        series.drop_date(activity, DECEMBER, actor="account:1", now=clock.now())
    with pytest.raises(DayHasException):
        series.move_date(activity, DECEMBER, date(2026, 12, 10), actor="account:1", now=clock.now())
    with pytest.raises(DayHasException):
        series.add_date(activity, DECEMBER, actor="account:1", now=clock.now())
    assert series.exceptions_of(activity) == (Dropped(DECEMBER),)


def test_a_rule_beyond_the_known_holidays_is_refused_and_the_old_one_stays() -> None:
    activity = breakfasts()
    with pytest.raises(CalendarNotCovered):
        series.set_rule(
            activity, replace(SECOND_TUESDAYS, last=date(2028, 9, 30)), actor="account:1", now=clock.now()
        )
    assert series.rule_of(activity) == SECOND_TUESDAYS


def test_an_activity_without_rule_has_no_dates_to_change_until_it_is_given_one() -> None:
    activity = breakfasts(rule=None)
    assert series.outlook(activity, now=clock.now()) == []
    with pytest.raises(NoRule):
        series.add_date(activity, DECEMBER, actor="account:1", now=clock.now())
    with pytest.raises(NoRule):
        series.announce_missing(activity, actor="account:1", now=clock.now())
    series.set_rule(activity, SECOND_TUESDAYS, actor="account:1", now=clock.now())
    assert held(activity) == TO_COME


@pytest.mark.parametrize("usual", ["venue", "usual_start", "usual_minutes"])
def test_nothing_is_announced_without_place_hour_and_length(usual: str) -> None:
    activity = breakfasts(**{usual: None})
    assert not series.has_usuals(activity)
    with pytest.raises(UsualsMissing):
        series.announce_missing(activity, actor="account:1", now=clock.now())
    assert db.session.scalars(select(Event)).all() == []


def test_today_is_neither_past_nor_announced(app: Flask) -> None:
    activity = breakfasts()
    morning = datetime.combine(DECEMBER, time(7), clock.PARIS)
    [today] = [one for one in series.outlook(activity, now=morning) if one.day == DECEMBER]
    assert (today.is_past, today.is_missing) == (False, False)


def test_an_overview_costs_three_statements_however_many_series(statements: Statements) -> None:
    first = breakfasts()
    series.drop_date(first, DECEMBER, actor="account:1", now=clock.now())
    territory = factories.a_territory()
    said_for = []
    for title in ("Café des parents", "Atelier couture"):
        db.session.flush()
        with statements() as said:
            series_listings.of_territory(territory, now=clock.now())
        said_for.append(len(said))
        other = factories.an_activity(title, rule=FIRST_TUESDAYS.to_dict())
        series.add_date(other, date(2026, 12, 3), actor="account:1", now=clock.now())
    assert said_for == [3, 3]

    found = [
        (one.activity.title, one.next_day, one.missing)
        for one in series_listings.of_territory(territory, now=clock.now())
    ]
    assert found == [
        ("Atelier couture", date(2026, 12, 1), 8),
        ("Café des parents", date(2026, 12, 1), 8),
        ("Petits déjeuners", JANUARY, 6),
    ]


def test_an_outlook_costs_two_statements(statements: Statements) -> None:
    activity = breakfasts()
    series.announce_missing(activity, actor="account:1", now=clock.now())
    series.add_date(activity, date(2026, 12, 3), actor="account:1", now=clock.now())
    db.session.flush()
    with statements() as said:
        series.outlook(activity, now=clock.now())
    assert len(said) == 2


def test_an_unknown_series_is_not_found() -> None:
    with pytest.raises(NotFound):
        series_listings.by_id(999)
