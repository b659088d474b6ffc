"""The check of a plan: a sound plan passes, and each rule broken by hand is found, alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from eventsapp.planning.engine.saturdays.checking import Rule, check, recount
from eventsapp.planning.engine.saturdays.plan import Bound, Gap, Objective, Plan, WhyGap
from eventsapp.planning.engine.saturdays.problem import Line, Problem
from eventsapp.planning.engine.search import Ending
from eventsapp.planning.engine.terms import Reason, Violation
from tests.planning.town import NOVEMBER, OCTOBER, SEPTEMBER, association, published, school

FIRST, SECOND = SEPTEMBER.dates[:2]
ANNOUNCED = published("Curial", SEPTEMBER, FIRST, "Lire")
TOWN = Problem(
    (SEPTEMBER, OCTOBER, NOVEMBER),
    (
        school("Curial", SEPTEMBER, OCTOBER, NOVEMBER, wishes=["le jeu", "mes droits"]),
        school("Tandou", SEPTEMBER, NOVEMBER, at=1000, closed=[SECOND]),
    ),
    (
        association("Lire", "les écrans", "la lecture", month=1, year=2),
        association("Jouer", "le jeu", reach=1000),
        association("Manger", "le repas", at=5000, reach=1000, available=[]),
    ),
    published=(ANNOUNCED,),
    min_gap_days=8,
)
GAP = Gap("Curial", "2026-11", Reason(WhyGap.WOULD_REPEAT))
SOUND = Plan(
    lines=(
        ANNOUNCED,
        Line("Tandou", "2026-09", SEPTEMBER.dates[2], "Jouer", "le jeu"),
        Line("Curial", "2026-10", OCTOBER.dates[1], "Jouer", "le jeu"),
        Line("Tandou", "2026-11", NOVEMBER.dates[0], "Lire", "la lecture"),
    ),
    gaps=(GAP,),
    objective=Objective(
        uncovered=1, gap_pairs=0, wishes_unmet=1, association_pairs=0, topic_pairs=0, load_squares=8
    ),
    bound=Bound(
        due=5,
        coverage=5,
        coverage_by_period={"2026-09": 2, "2026-10": 1, "2026-11": 2},
        wishes=2,
        objective=0,
    ),
    ending=Ending.ROUNDS_DONE,
    rounds=1,
    seed=1,
)


def with_line(rank: int, **changes: object) -> Plan:
    """The sound plan with one line changed by hand, its objective recounted so that only the rule speaks."""
    lines = list(SOUND.lines)
    lines[rank] = replace(lines[rank], **changes)  # type: ignore[arg-type]  # the tests choose the fields
    return recounted(replace(SOUND, lines=tuple(lines)))


def recounted(plan: Plan) -> Plan:
    return replace(plan, objective=recount(TOWN, plan))


def test_a_sound_plan_passes():
    assert check(TOWN, SOUND) == []


@pytest.mark.parametrize(
    ("plan", "violation"),
    [
        (
            with_line(1, association="Nobody"),
            Violation(Rule.UNKNOWN, {"school": "Tandou", "period": "2026-09", "association": "Nobody"}),
        ),
        (
            with_line(1, date=date(2026, 9, 13)),
            Violation(
                Rule.DATE_OUTSIDE_PERIOD,
                {"school": "Tandou", "period": "2026-09", "date": date(2026, 9, 13)},
            ),
        ),
        (
            with_line(3, topic="le jeu"),
            Violation(Rule.TOPIC_NOT_OFFERED, {"association": "Lire", "topic": "le jeu"}),
        ),
        (with_line(1, date=SECOND), Violation(Rule.SCHOOL_CLOSED, {"school": "Tandou", "date": SECOND})),
        (
            with_line(3, association="Jouer", topic="le jeu"),
            Violation(
                Rule.TWICE_IN_A_ROW, {"school": "Tandou", "association": "Jouer", "date": NOVEMBER.dates[0]}
            ),
        ),
        (
            with_line(0, topic="la lecture"),
            Violation(Rule.PUBLISHED_CHANGED, {"school": "Curial", "date": FIRST, "association": "Lire"}),
        ),
        (
            recounted(replace(SOUND, gaps=())),
            Violation(Rule.UNACCOUNTED, {"school": "Curial", "period": "2026-11"}),
        ),
        (
            replace(SOUND, gaps=(GAP, Gap("Tandou", "2026-10", GAP.reason))),
            Violation(Rule.NOT_DUE, {"school": "Tandou", "period": "2026-10"}),
        ),
        (
            replace(SOUND, objective=replace(SOUND.objective, wishes_unmet=0)),
            Violation(
                Rule.WRONG_OBJECTIVE,
                {"stated": replace(SOUND.objective, wishes_unmet=0), "found": SOUND.objective},
            ),
        ),
        (
            replace(SOUND, bound=replace(SOUND.bound, coverage=3)),
            Violation(Rule.ABOVE_BOUND, {"coverage": 3}),
        ),
        (replace(SOUND, bound=replace(SOUND.bound, wishes=0)), Violation(Rule.ABOVE_BOUND, {"wishes": 0})),
        (
            replace(SOUND, bound=replace(SOUND.bound, objective=2000)),
            Violation(Rule.ABOVE_BOUND, {"objective": 2000}),
        ),
        (
            replace(
                SOUND,
                bound=replace(SOUND.bound, coverage_by_period={"2026-09": 1, "2026-10": 1, "2026-11": 2}),
            ),
            Violation(Rule.ABOVE_BOUND, {"period": "2026-09"}),
        ),
    ],
    ids=lambda value: str(value.rule) if isinstance(value, Violation) else "",
)
def test_each_rule_broken_is_found_alone(plan: Plan, violation: Violation):
    assert check(TOWN, plan) == [violation]


def test_an_association_that_is_away_and_too_far():
    assert check(TOWN, with_line(2, association="Manger", topic="le repas")) == [
        Violation(Rule.ASSOCIATION_AWAY, {"association": "Manger", "date": OCTOBER.dates[1]}),
        Violation(Rule.OUT_OF_REACH, {"school": "Curial", "association": "Manger"}),
    ]


def test_limits_are_counted_with_what_is_published():
    """Lire is announced at Curial that morning, has had its September, and may come twice this year."""
    also = with_line(1, date=FIRST, association="Lire", topic="les écrans")
    assert check(TOWN, also) == [
        Violation(Rule.TOO_MANY_PLACES, {"association": "Lire", "date": FIRST}),
        Violation(Rule.OVER_MONTH, {"association": "Lire", "month": "2026-09"}),
        Violation(Rule.OVER_YEAR, {"association": "Lire"}),
        Violation(
            Rule.TWICE_IN_A_ROW, {"school": "Tandou", "association": "Lire", "date": NOVEMBER.dates[0]}
        ),
    ]


def test_limits_broken_by_published_sessions_alone_are_nobodys_fault():
    twice = published("Tandou", SEPTEMBER, FIRST, "Lire")
    town = replace(TOWN, published=(ANNOUNCED, twice))
    held = replace(SOUND, lines=(ANNOUNCED, twice, SOUND.lines[2]))
    gaps = (GAP, Gap("Tandou", "2026-11", GAP.reason))
    plan = replace(held, gaps=gaps, objective=recount(town, held))
    assert check(town, plan) == []


def test_two_sessions_in_one_month_too_near_each_other():
    extra = Line("Tandou", "2026-09", SEPTEMBER.dates[3], "Lire", "la lecture")
    plan = recounted(
        replace(
            SOUND,
            lines=(*SOUND.lines[:3], extra, Line("Tandou", "2026-11", NOVEMBER.dates[0], "Jouer", "le jeu")),
        )
    )
    assert [violation.rule for violation in check(TOWN, plan)] == [
        Rule.TWICE_IN_PERIOD,
        Rule.OVER_MONTH,
        Rule.TOO_SOON,
    ]


def test_nothing_pretends_to_be_published():
    assert [violation.rule for violation in check(TOWN, with_line(2, published=True))] == [
        Rule.PUBLISHED_CHANGED
    ]


def test_the_parts_of_the_objective_add_up():
    objective = Objective(1, 2, 3, 4, 5, 6)
    assert objective.parts(TOWN.weights) == {
        "uncovered": 1000,
        "gap_pairs": 30,
        "wishes_unmet": 180,
        "association_pairs": 120,
        "topic_pairs": 50,
        "load_squares": 6,
        "changed": 0,
    }
    assert objective.total(TOWN.weights) == 1386
