"""What a coordination may ask of school Saturdays: one date for all, a limit a date, little change, pins."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eventsapp.planning.engine.saturdays.checking import Rule, check
from eventsapp.planning.engine.saturdays.impossible import Cause
from eventsapp.planning.engine.saturdays.plan import Plan
from eventsapp.planning.engine.saturdays.problem import Line, Period, Pin, Problem, Weights
from eventsapp.planning.engine.saturdays.solving import solve
from eventsapp.planning.engine.search import Budget, Ending
from eventsapp.planning.engine.terms import Impossible, Reason
from tests.planning.solving import planned
from tests.planning.town import APRIL, NOVEMBER, OCTOBER, SEPTEMBER, association, hosts, published, school

MONTHS = (SEPTEMBER, OCTOBER, NOVEMBER)
PLACES = tuple(school(name, *MONTHS) for name in ("Curial", "Tandou", "Rouvet"))
PEOPLE = tuple(association(name, f"sujet {name}") for name in ("Lire", "Jouer", "Manger", "Dormir"))
TOWN = Problem(MONTHS, PLACES, PEOPLE, no_repeat=False)


def shape(line: Line) -> tuple[object, ...]:
    return (line.school, line.period, line.date, line.association, line.topic)


# ---------------------------------------------------------------- one date, and how much on it


def test_all_sessions_of_a_month_are_on_the_date_that_suits_most():
    """Manger and Dormir are away on every October date but the second."""
    second = OCTOBER.dates[1]
    people = (*PEOPLE[:2], *(replace(one, available=frozenset({second})) for one in PEOPLE[2:]))
    found = planned(replace(TOWN, associations=people, common_date=True))
    by_month = {month.id: {line.date for line in found.lines if line.period == month.id} for month in MONTHS}
    assert [len(days) for days in by_month.values()] == [1, 1, 1]
    assert by_month["2026-10"] == {second}
    assert len([line for line in found.lines if line.period == "2026-10"]) == 3


def test_the_date_of_what_is_published_is_the_date_of_all():
    line = published("Curial", NOVEMBER, NOVEMBER.dates[2], "Lire")
    found = planned(replace(TOWN, published=(line,), common_date=True))
    assert {one.date for one in found.lines if one.period == "2026-11"} == {NOVEMBER.dates[2]}
    assert found.objective.uncovered == 0


def test_dates_too_near_one_another_are_moved_together():
    """September would be on its last Saturday and October on its first; nine days must lie between."""
    problem = replace(TOWN, common_date=True, min_gap_days=9, periods=(late_september(), OCTOBER, NOVEMBER))
    found = planned(problem)
    assert found.objective.uncovered == 0


def late_september() -> Period:
    return replace(SEPTEMBER, dates=SEPTEMBER.dates[2:])


def test_the_city_allows_two_sessions_a_date():
    found = planned(replace(TOWN, periods=(APRIL,), schools=towns_of(APRIL), max_sessions_per_date=2))
    assert len(found.lines) == found.bound.coverage == 2
    more = planned(replace(TOWN, max_sessions_per_date=2))
    assert (more.objective.uncovered, more.ending) == (0, Ending.PROVED)


def towns_of(month: Period) -> tuple[object, ...]:
    return tuple(school(name, month) for name in ("Curial", "Tandou", "Rouvet"))


def test_published_sessions_take_their_part_of_the_limit():
    day = OCTOBER.dates[0]
    lines = tuple(
        published(where, OCTOBER, day, who) for where, who in (("Curial", "Lire"), ("Tandou", "Jouer"))
    )
    found = planned(replace(TOWN, published=lines, max_sessions_per_date=2))
    assert [line.date for line in found.lines if line.school == "Rouvet" and line.period == "2026-10"] == [
        OCTOBER.dates[1]
    ]


def test_limits_of_a_calendar_month_hold_inside_a_term_and_across_half_months():
    """One visit a month: three months of one term can take three, two halves of September one."""
    term = Period("T1", SEPTEMBER.dates + OCTOBER.dates + NOVEMBER.dates)
    once = association("Lire", month=1)
    four = tuple(school(name, term) for name in ("Curial", "Tandou", "Rouvet", "Barbanègre"))
    assert planned(Problem((term,), four, (once,), no_repeat=False)).objective.uncovered == 1
    halves = (Period("a", SEPTEMBER.dates[:2]), Period("b", SEPTEMBER.dates[2:]))
    alone = Problem(halves, (school("Curial", *halves),), (once,), no_repeat=False)
    assert planned(alone).objective.uncovered == 1


# ---------------------------------------------------------------- little change


def test_a_plan_is_left_as_it_was_where_it_can_be():
    before = planned(TOWN)
    lines = tuple(replace(line, reasons=()) for line in before.lines)
    assert planned(replace(TOWN, previous=lines)).objective.changed == 0
    gone = replace(PEOPLE[0], available=frozenset(SEPTEMBER.dates))
    after = planned(replace(TOWN, previous=lines, associations=(gone, *PEOPLE[1:])))
    lost = [line for line in lines if line.association == "Lire" and line.date not in SEPTEMBER.dates]
    assert after.objective.changed == len(lost) > 0
    assert {shape(line) for line in lines} - {shape(line) for line in after.lines} == set(map(shape, lost))


def test_what_the_plan_before_named_and_is_no_more_is_simply_changed():
    strange = (
        Line("Curial", "2026-09", SEPTEMBER.dates[0], "Partie", "les écrans"),
        Line("Fermée", "2026-09", SEPTEMBER.dates[0], "Lire", "les écrans"),
        Line("Tandou", "2026-09", SEPTEMBER.dates[0], "Lire", "oublié"),
    )
    found = planned(replace(TOWN, previous=strange))
    assert found.objective.changed == 3
    assert found.ending is Ending.PROVED


# ---------------------------------------------------------------- pins


def test_what_somebody_settled_is_kept_whatever_it_costs():
    pins = (
        Pin("Curial", "2026-09", association="Lire"),
        Pin("Curial", "2026-10", association="Lire", date=OCTOBER.dates[1]),
        Pin("Curial", "2026-11", topic="sujet Lire"),
        Pin("Tandou", "2026-11"),
    )
    found = planned(replace(TOWN, pins=pins))
    assert hosts(found, "Curial") == ["Lire", "Lire", "Lire"]
    assert [line.date for line in found.lines if line.school == "Curial"][1] == OCTOBER.dates[1]
    assert found.objective.uncovered == 0


def test_a_pin_goes_before_the_sessions_of_others():
    """One association, one morning, no cost for a gap: the pinned school has it."""
    places = (school("Curial", APRIL), school("Tandou", APRIL))
    problem = Problem((APRIL,), places, (association("Lire"),), weights=Weights(uncovered=0))
    assert planned(problem).lines == ()
    found = planned(replace(problem, pins=(Pin("Tandou", "2027-04"),)))
    assert [line.school for line in found.lines] == ["Tandou"]


def test_pins_that_only_fit_in_one_order_are_fitted():
    """Lire may come to Curial once in a row at most: the pins leave it September and November."""
    problem = replace(TOWN, no_repeat=True, associations=PEOPLE[:2], schools=PLACES[:1])
    pins = (Pin("Curial", "2026-09"), Pin("Curial", "2026-10", association="Jouer"), Pin("Curial", "2026-11"))
    assert hosts(planned(replace(problem, pins=pins)), "Curial") == ["Lire", "Jouer", "Lire"]


def test_no_plan_is_told_that_breaks_a_pin():
    """Month by month, September takes Lire, which is settled for October: that plan is kept to oneself."""
    problem = replace(TOWN, no_repeat=True, associations=PEOPLE[:2], schools=PLACES[:1])
    told: list[Plan] = []
    asked = replace(problem, pins=(Pin("Curial", "2026-10", association="Lire"),))
    solve(asked, Budget(seconds=None, rounds=4), lambda one: told.append(one.best) if one.best else None)
    assert [check(asked, plan) for plan in told] == [[]] * len(told)


@pytest.mark.parametrize(
    ("problem", "pins", "causes"),
    [
        (TOWN, [Pin("Curial", "2026-09", date=OCTOBER.dates[0])], [Cause.PIN_WITHOUT_CHOICE]),
        (TOWN, [Pin("Curial", "2026-09", association="Lire", topic="le jeu")], [Cause.PIN_WITHOUT_CHOICE]),
        (
            replace(TOWN, published=(published("Curial", OCTOBER, OCTOBER.dates[0], "Lire"),)),
            [Pin("Curial", "2026-10", association="Jouer")],
            [Cause.PIN_AGAINST_PUBLISHED],
        ),
        (
            replace(TOWN, min_gap_days=9),
            [
                Pin("Curial", "2026-09", date=SEPTEMBER.dates[3]),
                Pin("Curial", "2026-10", date=OCTOBER.dates[0]),
            ],
            [Cause.PINS_TOO_SOON],
        ),
        (
            replace(TOWN, common_date=True),
            [
                Pin("Curial", "2026-10", date=OCTOBER.dates[0]),
                Pin("Tandou", "2026-10", date=OCTOBER.dates[1]),
            ],
            [Cause.PINS_TWO_DATES],
        ),
        (
            TOWN,
            [Pin(name, "2026-10", OCTOBER.dates[0], "Lire") for name in ("Curial", "Tandou")],
            [Cause.PINS_OVER_DATE],
        ),
        (
            replace(TOWN, associations=(association("Lire", month=1, year=1), *PEOPLE[1:])),
            [
                Pin(name, "2026-10", day, "Lire")
                for name, day in zip(("Curial", "Tandou"), OCTOBER.dates, strict=True)
            ],
            [Cause.PINS_OVER_MONTH, Cause.PINS_OVER_YEAR],
        ),
        (
            replace(TOWN, max_sessions_per_date=1),
            [Pin(name, "2026-10", OCTOBER.dates[0]) for name in ("Curial", "Tandou")],
            [Cause.PINS_OVER_CITY],
        ),
        (
            replace(TOWN, associations=PEOPLE[:1]),
            [Pin(name, "2026-10") for name in ("Curial", "Tandou", "Rouvet")],
            [Cause.PINS_TOGETHER],
        ),
    ],
)
def test_pins_that_nothing_keeps_are_proved_impossible(
    problem: Problem, pins: list[Pin], causes: list[Cause]
):
    answer = solve(replace(problem, pins=tuple(pins)), Budget(seconds=None, rounds=0))
    assert isinstance(answer, Impossible)
    assert [reason.key for reason in answer.reasons] == causes


def test_of_many_pins_those_that_are_too_many_together_are_named():
    """Lire alone comes, to two places in October: Tandou in September is no part of the cause."""
    pins = [Pin("Tandou", "2026-09"), *(Pin(name, "2026-10") for name in ("Curial", "Tandou", "Rouvet"))]
    answer = solve(replace(TOWN, associations=PEOPLE[:1], pins=tuple(pins)), Budget(seconds=None, rounds=0))
    together = [("Curial", "2026-10"), ("Tandou", "2026-10"), ("Rouvet", "2026-10")]
    assert answer == Impossible((Reason(Cause.PINS_TOGETHER, {"pins": together}),))


# ---------------------------------------------------------------- each of these rules, broken by hand


def test_the_check_finds_two_dates_a_full_date_and_a_broken_pin():
    found = planned(TOWN)
    october = [line for line in found.lines if line.period == "2026-10"]
    first, second = OCTOBER.dates
    moved = {shape(line): replace(line, date=second if n else first) for n, line in enumerate(october)}
    plan = replace(found, lines=tuple(moved.get(shape(line), line) for line in found.lines))
    pins = (Pin(october[0].school, "2026-10", date=second),)
    asked = replace(TOWN, common_date=True, max_sessions_per_date=1, pins=pins)
    rules = {violation.rule for violation in check(asked, plan)}
    assert rules >= {Rule.TWO_DATES, Rule.OVER_CITY, Rule.PIN_BROKEN}
