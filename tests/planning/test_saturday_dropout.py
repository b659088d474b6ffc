"""An association can no longer come: who holds what it held, and how few others are disturbed."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

from eventsapp.planning.engine.saturdays.checking import check, recount
from eventsapp.planning.engine.saturdays.dropout import repairs
from eventsapp.planning.engine.saturdays.plan import Plan, WhyGap
from eventsapp.planning.engine.saturdays.problem import Pin, Problem
from eventsapp.planning.engine.saturdays.repair import (
    Change,
    Proof,
    Repair,
)
from eventsapp.planning.engine.search import Budget, Phase, Progress
from eventsapp.planning.engine.terms import Id
from tests.planning.held import held, session
from tests.planning.town import NOVEMBER, OCTOBER, SEPTEMBER, association, published, school

BRISK = Budget(seconds=None, rounds=40)
FIRST, SECOND = OCTOBER.dates


def repaired(problem: Problem, plan: Plan, *, since: date = SEPTEMBER.dates[0]) -> tuple[Repair, ...]:
    """What is found when Lire drops out, once the independent check has found nothing wrong."""
    assert check(problem, plan) == []
    found = repairs(problem, plan, "Lire", since=since, budget=BRISK)
    for repair in found:
        assert check(repair.problem, repair.plan) == []
        parts, before = (
            recount(problem_, plan_).parts(problem.weights)
            for problem_, plan_ in ((repair.problem, repair.plan), (problem, plan))
        )
        assert repair.cost == {name: parts[name] - before[name] for name in parts}
    return found


def told(repair: Repair) -> list[tuple[Id, Id, date, Id | None, date | None]]:
    """What a repair changes: school, host and date before, host and date after."""
    return [
        (
            change.before.school,
            change.before.association,
            change.before.date,
            change.after.association if change.after else None,
            change.after.date if change.after else None,
        )
        for change in repair.changes
    ]


def test_the_same_saturday_with_somebody_else_comes_before_another_saturday():
    """Lire leaves Curial: Jouer could come that day, Manger only the week after."""
    problem = Problem(
        (OCTOBER,),
        (school("Curial", OCTOBER),),
        (association("Lire"), association("Jouer"), association("Manger", available=[SECOND])),
    )
    best, second, third = repaired(problem, held(problem, session("Curial", FIRST, "Lire")))
    assert told(best) == [("Curial", "Lire", FIRST, "Jouer", FIRST)]
    assert {told(second)[0][3:], told(third)[0][3:]} == {("Jouer", SECOND), ("Manger", SECOND)}
    assert [one.moved for one in (best, second, third)] == [0, 1, 1]
    assert [one.proof for one in (best, second, third)] == [Proof.BEST] * 3
    assert best.cost == dict.fromkeys(best.cost, 0)


def test_somebody_else_is_disturbed_only_where_a_session_would_be_lost():
    """Only Jouer reaches Curial, and it is at Tandou that day, where Manger can come too."""
    problem = Problem(
        (OCTOBER,),
        (school("Curial", OCTOBER, at=0, closed=[SECOND]), school("Tandou", OCTOBER, at=1000)),
        (
            association("Lire"),
            association("Jouer", at=500, reach=600, available=[FIRST]),
            association("Manger", at=1000, reach=100),
        ),
    )
    plan = held(problem, session("Curial", FIRST, "Lire"), session("Tandou", FIRST, "Jouer"))
    best, second, third = repaired(problem, plan)
    assert told(best) == [
        ("Curial", "Lire", FIRST, "Jouer", FIRST),
        ("Tandou", "Jouer", FIRST, "Manger", FIRST),
    ]
    assert (best.lost, best.disturbance, best.proof) == (0, 2, Proof.BEST)
    assert told(second)[1] == ("Tandou", "Jouer", FIRST, "Manger", SECOND)
    assert (second.lost, second.disturbance, second.proof) == (0, 4, Proof.BEST)
    assert told(third) == [("Curial", "Lire", FIRST, None, None)]
    assert (third.lost, third.disturbance, third.proof) == (1, 0, Proof.BEST)


def test_what_is_lost_says_why():
    problem = Problem(
        (OCTOBER,), (school("Curial", OCTOBER),), (association("Lire"), association("Jouer", available=[]))
    )
    (only,) = repaired(problem, held(problem, session("Curial", FIRST, "Lire")))
    (change,) = only.changes
    assert isinstance(change, Change)
    assert change.after is None
    assert change.reason is not None
    assert change.reason.key == WhyGap.NOBODY_AVAILABLE
    assert only.cost["uncovered"] == problem.weights.uncovered


def test_published_sessions_of_others_stay_unless_it_is_asked():
    """Lire had announced Curial; Jouer has announced Tandou, where Manger could come."""
    there = (
        published("Curial", OCTOBER, FIRST, "Lire"),
        published("Tandou", OCTOBER, FIRST, "Jouer"),
    )
    problem = Problem(
        (OCTOBER,),
        (school("Curial", OCTOBER, closed=[SECOND]), school("Tandou", OCTOBER, at=1000, closed=[SECOND])),
        (association("Lire"), association("Jouer"), association("Manger", at=1000, reach=100)),
        published=there,
    )
    plan = held(problem)
    (lost,) = repaired(problem, plan)
    assert told(lost) == [("Curial", "Lire", FIRST, None, None)]
    assert lost.problem.published == there[1:]
    best, *_ = repairs(problem, plan, "Lire", since=SEPTEMBER.dates[0], move_published=True, budget=BRISK)
    assert told(best)[1] == ("Tandou", "Jouer", FIRST, "Manger", FIRST)
    assert check(best.problem, best.plan) == []


def test_what_came_before_stays_and_so_does_what_is_pinned():
    """Lire leaves in October: its September session stands, and so does what somebody settled at Tandou."""
    problem = Problem(
        (SEPTEMBER, OCTOBER),
        (school("Curial", SEPTEMBER, OCTOBER, closed=[SECOND]), school("Tandou", OCTOBER)),
        (association("Lire"), association("Jouer"), association("Manger", "le sommeil", at=900, reach=1)),
        pins=(Pin("Tandou", OCTOBER.id, association="Jouer"),),
    )
    plan = held(
        problem,
        session("Curial", SEPTEMBER.dates[0], "Jouer"),
        session("Curial", FIRST, "Lire"),
        session("Tandou", FIRST, "Jouer"),
    )
    (only,) = repaired(problem, plan, since=FIRST)
    assert told(only) == [("Curial", "Lire", FIRST, None, None)]


def test_two_visits_that_only_lire_kept_apart_do_not_meet():
    """Jouer, Lire, Jouer at Curial: without Lire and anybody else, one visit of Jouer goes as well."""
    problem = Problem(
        (SEPTEMBER, OCTOBER, NOVEMBER),
        (school("Curial", SEPTEMBER, OCTOBER, NOVEMBER),),
        (association("Lire"), association("Jouer")),
    )
    days = (SEPTEMBER.dates[0], FIRST, NOVEMBER.dates[0])
    hosts = ("Jouer", "Lire", "Jouer")
    plan = held(problem, *(session("Curial", day, who) for day, who in zip(days, hosts, strict=True)))
    best = repaired(problem, plan)[0]
    assert (best.lost, best.plan.objective.uncovered) == (2, 2)


def test_on_some_dates_only():
    problem = Problem((OCTOBER,), (school("Curial", OCTOBER),), (association("Lire"), association("Jouer")))
    plan = held(problem, session("Curial", FIRST, "Lire"))
    away = {"since": FIRST, "budget": BRISK}
    assert repairs(problem, plan, "Lire", dates=frozenset({SECOND}), **away) == ()
    assert repairs(problem, plan, "Jouer", **away) == ()
    found = repairs(problem, plan, "Lire", dates=frozenset({FIRST}), **away)
    assert {told(repair)[0][3:] for repair in found} == {
        ("Jouer", FIRST),
        ("Jouer", SECOND),
        ("Lire", SECOND),
    }


def test_it_tells_of_the_first_at_once_and_stops_when_told_to():
    problem = Problem((OCTOBER,), (school("Curial", OCTOBER),), (association("Lire"), association("Jouer")))
    plan = held(problem, session("Curial", FIRST, "Lire"))
    heard: list[Progress[tuple[Repair, ...]]] = []
    found = repairs(problem, plan, "Lire", since=FIRST, budget=BRISK, on_progress=heard.append)
    assert [one.phase for one in heard] == [Phase.STARTING, Phase.IMPROVING, Phase.DONE]
    assert heard[-1].best == found
    hasty = repairs(problem, plan, "Lire", since=FIRST, budget=Budget(seconds=0))
    assert [told(one) for one in hasty] == [told(found[0])]
    assert repairs(problem, plan, "Lire", since=FIRST, cancelled=lambda: True) == ()


def test_more_rounds_only_add_repairs_to_choose_from():
    """Six schools of one street, two Saturdays, and Lire that held three of them."""
    names = ("Curial", "Tandou", "Riquet", "Ourcq", "Jomard", "Colette")
    problem = Problem(
        (OCTOBER,),
        tuple(school(name, OCTOBER, at=100 * n) for n, name in enumerate(names)),
        (
            association("Lire", crews=2),
            association("Jouer", at=0, reach=350),
            association("Manger", at=500, reach=350, crews=2),
        ),
    )
    hosts = ((FIRST, "Lire"), (FIRST, "Lire"), (SECOND, "Lire"), (SECOND, "Jouer"), (FIRST, "Manger"))
    lines = [session(name, *host) for name, host in zip(names, hosts, strict=False)]
    plan = held(problem, *lines)
    assert check(problem, plan) == []
    found = [
        repairs(problem, plan, "Lire", since=FIRST, budget=Budget(seconds=None, rounds=rounds))
        for rounds in (0, 1, 2, 4, 8, 16, 16)
    ]
    worst = (len(names), 0, 0, 0)
    keys = [[*(repair.key for repair in some), *[worst] * (3 - len(some))] for some in found]
    for one, other in pairwise(keys):
        assert all(after <= before for before, after in zip(one, other, strict=True))
    assert found[-1] == found[-2]
    assert [repair.proof for repair in found[-1]] == [Proof.BEST] * 3
