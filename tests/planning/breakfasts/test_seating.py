"""Mornings that are seated: everybody somewhere, the rules kept, and never worse for a longer search."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eventsapp.planning.engine.breakfasts import solving
from eventsapp.planning.engine.breakfasts.files import read_problem
from eventsapp.planning.engine.breakfasts.plan import Plan, Seating
from eventsapp.planning.engine.breakfasts.problem import Breakfast, Pin, Weights
from eventsapp.planning.engine.breakfasts.solving import solve
from eventsapp.planning.engine.search import Budget, Ending, Phase, Progress
from tests.planning.breakfasts.mornings import (
    SHORT,
    by_hand,
    edition,
    instance,
    judged,
    planned,
    season,
    tables,
)


def test_colleagues_are_spread_and_nobody_meets_twice():
    """Four pairs of colleagues, two mornings of four tables: no colleague, no repeat; proved at once."""
    plan = planned(season(edition(sizes=[2] * 4), edition(sizes=[2] * 4, name="juin")))
    assert (plan.objective, plan.bound, plan.ending) == (0, 0, Ending.PROVED)


def test_who_met_in_april_meets_others_in_may():
    april = Breakfast("avril", (("Awa", "Chantal", "Élodie", "Gaël"), ("Brice", "Djibril", "Farid", "Hawa")))
    plan = planned(season(edition(), history=[april]))
    assert plan.objective == 12
    assert {len(set(april.tables[0]) & table) for table in tables(plan)} == {2}


def test_the_bound_by_tables_ends_the_search(monkeypatch):
    """Counting pairs proves nothing here; once a cycle is done, a list of tables does."""
    monkeypatch.setattr(solving, "BEFORE_PROVING", 1)
    april = Breakfast("avril", (("Awa", "Chantal", "Élodie", "Gaël"), ("Brice", "Djibril", "Farid", "Hawa")))
    plan = planned(season(edition(), history=[april]))
    assert (plan.objective, plan.bound, plan.ending) == (12, 12, Ending.PROVED)


def test_a_repeat_is_dearer_than_a_colleague_when_the_weights_say_so():
    everyone_met = [("Awa", "Chantal"), ("Awa", "Djibril"), ("Brice", "Chantal"), ("Brice", "Djibril")]
    names = ("Awa", "Brice", "Chantal", "Djibril")
    morning = edition(*names, sizes=[2, 2])
    together = {frozenset(names[:2]), frozenset(names[2:])}
    assert tables(planned(season(morning, met=everyone_met, weights=Weights(5, 9)))) == together
    assert tables(planned(season(morning, met=everyone_met, weights=Weights(10**12, 1)))) != together
    assert planned(season(morning, met=everyone_met, weights=Weights(0, 0))).objective == 0


def test_hosts_pins_and_people_kept_apart():
    plan = planned(
        season(
            edition(
                sizes=[3, 3, 2],
                hosts=["Awa", "Brice", "Chantal"],
                apart=[("Awa", "Farid"), ("Awa", "Gaël"), ("Farid", "Gaël"), ("Hawa", "Brice")],
            ),
            pins=[Pin("mai", 2, "Brice"), Pin("mai", 2, "Farid"), Pin("mai", 1, "Élodie")],
        )
    )
    assert plan.seatings[0].tables[2] == ("Brice", "Farid")
    assert "Élodie" in plan.seatings[0].tables[1]


def test_empty_seats_are_used_to_part_those_who_met():
    """Two tables of eight for four people who all met: two and two cost less than four."""
    names = ("Awa", "Chantal", "Élodie", "Gaël")
    met = [(one, other) for one in names for other in names if one < other]
    plan = planned(season(edition(*names, sizes=[8, 8]), met=met))
    assert plan.objective == 6
    assert sorted(len(table) for table in tables(plan)) == [2, 2]


@pytest.mark.parametrize(
    "morning",
    [edition("Awa", sizes=[1]), edition(sizes=[8]), edition(sizes=[1] * 8), edition(sizes=[8, 0])],
    ids=["one person", "one table", "a table each", "a table without a seat"],
)
def test_mornings_without_a_choice(morning):
    plan = planned(season(morning))
    assert (plan.ending, plan.objective) == (Ending.PROVED, plan.bound)


def test_nobody_comes_or_nothing_is_planned():
    nobody = instance(1, n=8, editions=2, attendance=0.0, sizes=[4])
    assert planned(read_problem(nobody)).seatings == (Seating("e01", ((),)), Seating("e02", ((),)))
    assert planned(season()).seatings == ()


def test_a_longer_search_begins_with_all_of_a_shorter_one():
    problem = read_problem(instance(2, n=30, editions=4, size=5, history=2, hosts=True, apart=6))
    told: list[Progress[Plan]] = []
    short = solve(problem, Budget(seconds=None, rounds=3, patience=9))
    again = solve(problem, Budget(seconds=None, rounds=3, patience=9), told.append)
    longer = solve(problem, Budget(seconds=None, rounds=9, patience=99))
    assert isinstance(short, Plan)
    assert isinstance(longer, Plan)
    assert again == short
    assert longer.objective <= short.objective
    assert (short.ending, short.rounds) == (Ending.ROUNDS_DONE, 3)
    assert [one.phase for one in told if one.best is None] == [Phase.BOUNDING]
    assert (told[-1].phase, told[-1].share, told[-1].best) == (Phase.DONE, 1.0, short)


def test_a_search_goes_on_from_a_plan_and_never_makes_it_worse():
    problem = read_problem(instance(3, n=24, editions=2, size=4, history=5))
    before = planned(problem)
    stopped = planned(problem, Budget(seconds=0.0), start=before)
    assert (stopped.seatings, stopped.ending) == (before.seatings, Ending.TIME_UP)
    assert planned(problem, SHORT, start=before).objective <= before.objective


def test_a_plan_in_force_is_kept_as_far_as_it_still_holds():
    """Hawa is ill and Brice comes instead; Awa has been given the other table."""
    names = ("Awa", "Chantal", "Élodie", "Gaël", "Djibril")
    old = by_hand(
        season(edition(*names, "Hawa", sizes=[3, 3])),
        [["Awa", "Chantal", "Élodie"], ["Gaël", "Djibril", "Hawa"]],
    )
    new = season(edition(*names, "Brice", sizes=[3, 3]), pins=[Pin("mai", 1, "Awa")])
    plan = planned(new, Budget(seconds=0.0), start=old)
    assert tables(plan) == {frozenset({"Chantal", "Élodie", "Brice"}), frozenset({"Gaël", "Djibril", "Awa"})}


def test_somebody_says_stop():
    problem = read_problem(instance(3, n=24, editions=2, size=4, history=5))
    asked: list[int] = []

    def stop() -> bool:
        asked.append(1)
        return len(asked) > 5

    found = solve(problem, Budget(seconds=None, rounds=10**6, patience=10**6), cancelled=stop)
    assert isinstance(found, Plan)
    assert found.ending is Ending.CANCELLED
    assert judged(instance(3, n=24, editions=2, size=4, history=5), found)["valid"]


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=25)
@given(
    seed=st.integers(0, 10**6),
    people=st.integers(1, 20),
    shape=st.fixed_dictionaries(
        {
            "hosts": st.booleans(),
            "apart": st.integers(0, 3),
            "attendance": st.sampled_from([1.0, 0.8]),
            "history": st.integers(0, 3),
            "all_met": st.booleans(),
            "org_skew": st.sampled_from([0.0, 0.7]),
            "sizes": st.sampled_from([None, [1] * 20, [4] * 5, [20], [7, 6, 5, 2]]),
        }
    ),
)
def test_every_season_is_seated_by_the_rules_or_refused_with_proof(seed, people, shape):
    shape["hosts"] &= people > 8 and shape["sizes"] is None
    shape["apart"] *= people > 8
    data = instance(seed, n=people, editions=2, size=4, **shape)
    answer = solve(read_problem(data), Budget(seconds=None, rounds=1))
    report = judged(data, answer)
    assert report["valid"], report["violations"]
    if isinstance(answer, Plan):
        assert answer.objective == report["objective"] >= answer.bound
