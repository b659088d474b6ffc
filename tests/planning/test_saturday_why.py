"""What each session serves, costs and could be: the figures are those of recounting the plan from scratch."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eventsapp.planning.engine.saturdays.checking import check
from eventsapp.planning.engine.saturdays.plan import WhyGap, WhyLine
from eventsapp.planning.engine.saturdays.problem import Line, Pin, Problem
from eventsapp.planning.engine.saturdays.why import WhyCost, why
from eventsapp.planning.engine.search import Budget
from eventsapp.planning.engine.terms import Reason
from tests.planning.held import held, session
from tests.planning.solving import planned
from tests.planning.test_saturday_dropout_towns import towns
from tests.planning.town import NOVEMBER, OCTOBER, association, published, school

FIRST, SECOND = OCTOBER.dates


def keyed(reasons: tuple[Reason, ...]) -> dict[str, dict[str, object]]:
    return {str(reason.key): dict(reason.params) for reason in reasons}


def total(problem: Problem, lines: list[Line]) -> int:
    """The objective of a plan of these lines, counted from scratch."""
    others = [line for line in lines if not line.published]
    return held(problem, *others).objective.total(problem.weights)


def test_a_session_says_what_it_serves_what_it_costs_and_who_could_come():
    """Curial asked for sleep; Lire talks of it in October and comes back in November about screens."""
    problem = Problem(
        (OCTOBER, NOVEMBER),
        (school("Curial", OCTOBER, NOVEMBER, wishes=["le sommeil"]),),
        (
            association("Lire", "le sommeil", "les écrans"),
            association("Jouer", "les écrans", available=[SECOND]),
        ),
        no_repeat=False,
    )
    plan = held(
        problem,
        session("Curial", FIRST, "Lire", "le sommeil"),
        session("Curial", NOVEMBER.dates[0], "Lire", "les écrans"),
    )
    told = why(problem, plan)
    assert keyed(told["Curial", OCTOBER.id]) == {
        WhyLine.SERVES_WISH: {"topic": "le sommeil"},
        WhyLine.FIRST_VISIT: {"association": "Lire"},
        WhyCost.COSTS: {
            "total": -1000 - 60 + 30 + 3,
            "parts": {
                "uncovered": {"weight": 1000, "units": -1, "cost": -1000},
                "wishes_unmet": {"weight": 60, "units": -1, "cost": -60},
                "association_pairs": {"weight": 30, "units": 1, "cost": 30},
                "load_squares": {"weight": 1, "units": 3, "cost": 3},
            },
        },
        WhyCost.OTHER_IN_PERIOD: {
            "association": "Jouer",
            "topic": "les écrans",
            "date": SECOND.isoformat(),
            "more": 60 - 30 + 10 - 2,
        },
    }
    assert keyed(told["Curial", NOVEMBER.id]) == {
        WhyLine.NEW_TOPIC: {"topic": "les écrans"},
        WhyLine.COMES_BACK: {"association": "Lire", "date": FIRST.isoformat()},
        WhyCost.COSTS: keyed(told["Curial", NOVEMBER.id])[WhyCost.COSTS],
        WhyCost.NOBODY_ELSE: {},
    }


def test_on_the_same_saturday_first_and_on_another_only_where_that_is_better():
    problem = Problem(
        (OCTOBER,),
        (school("Curial", OCTOBER, wishes=["le jeu"]),),
        (association("Lire"), association("Manger"), association("Jouer", "le jeu", available=[SECOND])),
    )
    told = keyed(why(problem, held(problem, session("Curial", FIRST, "Lire")))["Curial", OCTOBER.id])
    assert told[WhyCost.OTHER_ON_DATE] == {"association": "Manger", "topic": "les écrans", "more": 0}
    assert told[WhyCost.OTHER_IN_PERIOD] == {
        "association": "Jouer",
        "topic": "le jeu",
        "date": SECOND.isoformat(),
        "more": -60,
    }


def test_a_published_session_has_a_price_and_no_rival_and_a_gap_its_reason():
    problem = Problem(
        (OCTOBER,),
        (school("Curial", OCTOBER), school("Tandou", OCTOBER), school("Riquet", OCTOBER)),
        (association("Lire"), association("Jouer")),
        published=(published("Curial", OCTOBER, FIRST, "Lire"),),
        pins=(Pin("Tandou", OCTOBER.id, association="Jouer"),),
    )
    told = why(problem, held(problem, session("Tandou", FIRST, "Jouer")))
    assert list(keyed(told["Curial", OCTOBER.id])) == ["published", "new_topic", "first_visit", "costs"]
    assert WhyCost.NOBODY_ELSE in keyed(told["Tandou", OCTOBER.id])
    assert keyed(told["Riquet", OCTOBER.id]) == {WhyGap.NOT_FOUND: {}}


@given(towns(), st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_figure_is_a_difference_of_recounting(problem: Problem, data: st.DataObject):
    """With a plan before, too: what it had is dear to change."""
    plan = planned(problem, Budget(seconds=None, rounds=2))
    before = tuple(replace(line, published=False) for line in plan.lines if data.draw(st.booleans()))
    problem = replace(problem, previous=before)
    now = total(problem, list(plan.lines))
    for (where, period), reasons in why(problem, plan).items():
        line = next((one for one in plan.lines if (one.school, one.period) == (where, period)), None)
        if line is None:
            continue
        told, rest = keyed(reasons), [one for one in plan.lines if one is not line]
        bill = told[WhyCost.COSTS]
        if line.published:
            continue
        assert bill["total"] == now - total(problem, rest)
        assert bill["total"] == sum(part["cost"] for part in bill["parts"].values())
        for key, day in ((WhyCost.OTHER_ON_DATE, line.date), (WhyCost.OTHER_IN_PERIOD, None)):
            others = rivals(problem, rest, line, day)
            if key in told:
                assert told[key]["more"] == min(others) - now
        assert (WhyCost.NOBODY_ELSE in told) == (not rivals(problem, rest, line, None))


def rivals(problem: Problem, rest: list[Line], line: Line, day: date | None) -> list[int]:
    """What the objective would be with each other host there, on a day or on any of the period."""
    days = next(one.dates for one in problem.periods if one.id == line.period)
    found = []
    for one in problem.associations:
        for topic in one.topics if one.id != line.association else ():
            for other in days if day is None else (day,):
                tried = held(
                    problem,
                    *(stays for stays in rest if not stays.published),
                    Line(line.school, line.period, other, one.id, topic),
                )
                if not check(problem, tried):
                    found.append(tried.objective.total(problem.weights))
    return found
