"""Timetables of trail days: nobody waits longer than they must, and no landmark is ever too full."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.plans import verify
from eventsapp.planning.engine.search import Budget, Ending, Search
from eventsapp.planning.engine.terms import Reason
from eventsapp.planning.engine.trails.attempt import Track
from eventsapp.planning.engine.trails.board import Board
from eventsapp.planning.engine.trails.days import Day, Timetable, day_at, day_of, sound
from eventsapp.planning.engine.trails.exact_days import Found, days_for_all
from eventsapp.planning.engine.trails.patterns import NEVER, UNIT, paces
from eventsapp.planning.engine.trails.problem import Landmark, Problem, Route, Rules, Team, Visit
from eventsapp.planning.engine.trails.shortage import Shortage
from eventsapp.planning.engine.trails.timetable import Timetabling, retime, schedule
from tests.planning.trails.walks import every_day, fits, least_waiting, rounds, stops, street, trail

INSTANCES = Path(verify.__file__).parent / "instances"
QUICK = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=25)


@st.composite
def trails(draw: st.DrawFn) -> Problem:
    """Three landmarks and one or two routes, with ways that are missing and landmarks that are closed."""
    way = st.one_of(st.integers(0, 4), st.none())
    walk = tuple(tuple(0 if here == there else draw(way) for there in range(4)) for here in range(4))
    stages = st.lists(st.sampled_from((0, 1, 2)), min_size=1, max_size=3, unique=True)
    return trail(
        walk,
        draw(st.lists(stages, min_size=1, max_size=2)),
        capacities=draw(st.tuples(*[st.integers(0, 2)] * 3)),
        stage=draw(st.integers(1, 2)),
        horizon=draw(st.integers(4, 14)),
        max_depart=draw(st.integers(0, 3)),
        max_wait=draw(st.integers(0, 1)),
        stairs=draw(st.sampled_from(((), (1,)))),
    )


@QUICK
@given(trails(), st.integers(1, 2))
def test_small_days_wait_as_little_as_they_can(problem: Problem, teams: int):
    work = schedule(problem, rounds(80), stepfree=0, others=teams)
    best, least = work.best, least_waiting(problem, teams)
    assert work.closed
    if least is None:
        assert work.shortages != ()
    else:
        assert (best.overload, best.waiting, best.bound) == (0, least, least)
        assert fits(problem, stops(problem, best))
        assert all(sound(problem, day, stepfree=False) for day in best.others)
        assert {
            (stop, day.waiting) for stop, day in zip(stops(problem, best), best.others, strict=True)
        } <= set(every_day(problem))


@QUICK
@given(trails(), st.integers(0, 2**32 - 1), st.sampled_from((0, 1)), st.integers(0, 3))
def test_the_cheapest_days_are_those_of_the_list(problem: Problem, seed: int, number: int, spare: int):
    pace = paces(problem)[number]
    prices = np.random.default_rng(seed).integers(0, 2 * UNIT, size=(3, int(pace.clock[1]) + 1))
    listed = {
        day: wait * UNIT + sum(int(prices[place, at]) for place, at in zip(*day[2:], strict=True))
        for day, wait in every_day(problem, number)
    }
    costs, days = pace.cheapest(prices)
    least = [
        min([cost for day, cost in listed.items() if day.route == row], default=NEVER) for row in pace.routes
    ]
    assert costs.tolist() == least
    assert [listed[day] for day, cost in zip(days, least, strict=True) if cost < NEVER] == [
        cost for cost in least if cost < NEVER
    ]
    ceiling = min(least, default=0) + spare * UNIT
    cheap = {day for day, cost in listed.items() if cost <= ceiling}
    found = pace.within(prices, ceiling, len(listed))
    assert found is not None
    assert (set(found), len(found)) == (cheap, len(cheap))
    assert pace.within(prices, ceiling, len(cheap) - 1) is None if len(cheap) > 1 else True


def test_two_teams_share_a_landmark_for_one_and_one_waits():
    problem = trail(street(1), [[0]], capacities=[1])
    best = schedule(problem, rounds(80), stepfree=0, others=2).best
    assert [(day.depart, day.visits) for day in best.others] == [
        (0, (Visit("L0", 1),)),
        (2, (Visit("L0", 3),)),
    ]
    assert (best.waiting, best.bound, best.proved) == (2, 2, True)


def test_teams_cross_each_other_and_nobody_waits():
    problem = trail(street(3), [[0, 1, 2]], capacities=[1, 1, 1])
    best = schedule(problem, rounds(80), stepfree=0, others=2).best
    assert (best.overload, best.waiting) == (0, 0)
    assert len({day.visits[0].landmark for day in best.others}) == 2


def test_more_teams_than_a_landmark_can_take():
    problem = trail(street(1), [[0]], capacities=[1], horizon=9)
    work = schedule(problem, rounds(200), stepfree=0, others=5)
    missing = {"teams": 5, "at_most": 3, "landmarks": ["L0"], "one_more": ["L0"], "longer": 0}
    assert work.shortages == (Shortage(Reason("not_enough_passages", missing), for_all=True),)
    assert len(work.best.others) == 5
    assert work.best.overload > 0


def test_stairs_on_every_route_leave_a_wheelchair_without_a_day():
    problem = trail(street(2), [[0, 1]], capacities=[2, 2], stairs=[1])
    work = schedule(problem, rounds(80), stepfree=1, others=1)
    assert work.shortages == (Shortage(Reason("no_day_on_any_route", {"stepfree": True}), for_all=True),)
    assert (len(work.best.stepfree), len(work.best.others)) == (1, 1)


def test_pinned_days_take_their_places_and_no_team_is_a_timetable_too():
    problem = trail(street(1), [[0]], capacities=[1])
    pinned = day_of(problem, Team("Jaurès", (), "", "R0", 0, (Visit("L0", 1),)), stepfree=False)
    best = schedule(problem, rounds(80), stepfree=0, others=1, fixed=[pinned]).best
    assert [day.visits for day in best.others] == [(Visit("L0", 3),)]
    nobody = Timetabling(problem, stepfree=0, others=0, fixed=[pinned])
    assert (nobody.closed, nobody.best) == (True, Timetable((), (), 0, 0, 0))


def read(name: str) -> Problem:
    data: dict[str, Any] = json.loads((INSTANCES / f"{name}.json").read_text())
    rules = data["params"]
    names = ("n_teams", "team_min", "team_max", "children_per_adult", "min_adults", "stage_ticks", "horizon")
    limits = ("max_depart", "max_wait", "max_leg", "max_leg_stepfree")
    return Problem(
        quartiers=(),
        ages=(),
        groups=(),
        rules=Rules(supervisors=frozenset(), **{name: rules[name] for name in (*names, *limits)}),
        landmarks=tuple(Landmark(one["id"], one["step_free"], one["capacity"]) for one in data["landmarks"]),
        walk=tuple(map(tuple, data["walk"])),
        walk_stepfree=tuple(map(tuple, data["walk_stepfree"])),
        routes=tuple(Route(one["id"], tuple(one["stages"])) for one in data["routes"]),
        structures=(),
    )


def judged(name: str, timetable: Timetable) -> tuple[list[str], int]:
    """What the judge finds wrong with it, and how long it sees teams wait."""
    data: dict[str, Any] = json.loads((INSTANCES / f"{name}.json").read_text())
    days = (*timetable.stepfree, *timetable.others)
    person = {"quartier": data["quartiers"][0], "age": "adult", "langs": ["fr"]}
    data["groups"] = [
        {"id": f"G{row}", "members": [{"id": f"P{row}", "wheelchair": day.stepfree, **person}]}
        for row, day in enumerate(days)
    ]
    data["structures"] = [{"id": "Mathis", "langs": ["fr"], "max_teams": len(days), "wheelchair_ok": True}]
    data["params"] |= {"n_teams": len(days), "team_min": 1, "min_adults": 0}
    teams = [
        {
            "id": f"T{row}",
            "groups": [f"G{row}"],
            "structure": "Mathis",
            "route": day.route,
            "depart": day.depart,
            "visits": [{"landmark": visit.landmark, "start": visit.start} for visit in day.visits],
        }
        for row, day in enumerate(days)
    ]
    violations, metrics, *_ = verify.verify_p2(data, {"teams": teams})
    return violations, metrics["wait_ticks_total"]


@pytest.fixture(scope="module")
def three_hundred() -> tuple[Problem, list[Timetable]]:
    """300 people in 25 teams, four of them with a wheelchair: what is best after each round."""
    problem = read("p2_d3_N300")
    work = Timetabling(problem, stepfree=4, others=21)
    found, search = [work.best], rounds(40)
    for _ in range(40):
        work.round(search)
        found.append(work.best)
    return problem, found


def test_three_hundred_people_hardly_wait_and_the_judge_agrees(
    three_hundred: tuple[Problem, list[Timetable]],
):
    _, found = three_hundred
    assert found[-1].waiting <= 30
    assert found[-1].bound >= 24
    assert judged("p2_d3_N300", found[-1]) == ([], found[-1].waiting)


def test_each_round_is_as_good_as_the_one_before_and_the_same_every_time(
    three_hundred: tuple[Problem, list[Timetable]],
):
    problem, found = three_hundred
    figures = [(timetable.overload, timetable.waiting) for timetable in found]
    assert figures == sorted(figures, reverse=True)
    again, search = Timetabling(problem, stepfree=4, others=21), rounds(20)
    for _ in range(20):
        again.round(search)
    assert again.best == found[20]


def test_a_timetable_is_taken_up_where_it_was_left(three_hundred: tuple[Problem, list[Timetable]]):
    problem, found = three_hundred
    kept = found[-1]
    again = Timetabling(problem, stepfree=4, others=21, start=kept).best
    assert (again.waiting, set(again.others)) == (kept.waiting, set(kept.others))
    fewer = Timetabling(problem, stepfree=3, others=20, start=kept).best
    assert (fewer.overload, len(fewer.others)) == (0, 20)
    lost = Day("R01", 0, (Visit("L01", -5),), stepfree=False, waiting=-3)
    Timetabling(problem, stepfree=4, others=21, start=Timetable((), (lost,) * 21, 0, 0, 0))


def test_somebody_says_stop_and_a_whole_timetable_is_there():
    problem = read("p2_d3_N300")
    search = Search[object](Budget(seconds=None), cancelled=lambda: True)
    work = schedule(problem, search, stepfree=4, others=21)
    assert (len(work.best.stepfree), len(work.best.others), search.rounds) == (4, 21, 0)
    assert not work.round(search)


def test_progress_tells_of_better_timetables():
    problem = trail(street(2), [[0, 1]], capacities=[1, 1], horizon=40, max_depart=12)
    told: list[Timetable] = []
    work = schedule(problem, rounds(80), stepfree=0, others=4, on_better=told.append)
    waits = [(one.overload, one.waiting) for one in told]
    assert (waits, work.closed) == (sorted(waits, reverse=True), True)


def test_on_the_day_two_teams_are_retimed_around_those_that_have_left():
    problem = trail(street(2), [[0, 1]], capacities=[1, 1])
    gone = Team("Ourcq", ("Diallo",), "Espace 19", "R0", 0, (Visit("L0", 1), Visit("L1", 4)))
    found = retime(problem, [gone], {"Riquet": False, "Jaurès": True}, rounds(80))
    assert found is not None
    days = [day_of(problem, team, stepfree=name == "Jaurès") for name, team in found.items()]
    assert sorted(found) == ["Jaurès", "Riquet"]
    taken = Timetable((), (*days, day_of(problem, gone, stepfree=False)), 0, 0, 0)
    assert fits(problem, stops(problem, taken))
    assert all(sound(problem, day, stepfree=day.stepfree) for day in days)
    again = retime(problem, [gone], {"Riquet": False, "Jaurès": True}, rounds(0), start=found)
    assert again == found
    assert retime(replace(problem, walk=((None,) * 3,) * 3), [gone], {"Riquet": False}, rounds(80)) is None


def test_a_day_is_read_again_for_a_slower_team():
    problem = trail(street(2), [[0, 1]], capacities=[1, 1])
    slower = tuple(tuple(2 * (way or 0) for way in ways) for ways in problem.walk)
    problem = replace(problem, walk_stepfree=slower)
    walked = Day("R0", 1, (Visit("L0", 2), Visit("L1", 6)), stepfree=False, waiting=2)
    assert sound(problem, walked, stepfree=False)
    rolled = day_at(problem, "R0", [(0, 2), (1, 6)], stepfree=True)
    assert rolled == Day("R0", 0, walked.visits, stepfree=True, waiting=0)
    assert sound(problem, rolled, stepfree=True)
    hurried = replace(walked, visits=(Visit("L0", 2), Visit("L1", 5)))
    assert sound(problem, hurried, stepfree=False)
    assert not sound(problem, day_at(problem, "R0", [(0, 2), (1, 5)], stepfree=True), stepfree=True)
    assert not sound(problem, replace(walked, visits=walked.visits[:1]), stepfree=False)
    assert not sound(problem, replace(walked, route="R9"), stepfree=False)


@QUICK
@given(trails(), st.integers(1, 3))
def test_whether_all_teams_can_have_a_day_is_asked_exactly(problem: Problem, teams: int):
    """Walks are alike here, so that who may go step-free may go either way: any number of them will do."""
    board = Board(problem, (teams, teams), ())
    found = days_for_all(Board(problem, (0, teams), ()), (0, teams), Search(Budget(seconds=None)), 9.0, 1)
    if least_waiting(problem, teams) is None:
        assert found == Found(impossible=True)
    else:
        days = found.days or ()
        assert len(days) == teams
        assert board.measured(board.in_order(days))[0] == teams


def test_more_or_fewer_may_go_step_free_where_so_many_cannot():
    """Only the Kiosque can be reached without stairs, and there is time for one team at each place."""
    problem = trail(street(2), [[0], [1]], capacities=[1, 1], horizon=6, max_depart=0, max_wait=0, stairs=[1])
    search = Search[Any](Budget(seconds=None))
    two = Timetabling(problem, stepfree=2, others=0, limits=(1, 2))
    two.round(search)
    assert [shortage.for_all for shortage in two.shortages] == [False]
    assert two.elsewhere is not None
    assert len(two.elsewhere.stepfree) == 1
    three = Timetabling(problem, stepfree=2, others=1, limits=(1, 2))
    three.round(search)
    [shortage] = three.shortages
    assert (shortage.for_all, shortage.reason.params["at_most"]) == (True, 2)


def test_no_patience_ends_a_search_that_has_nothing_sound():
    tired = Budget(seconds=None, rounds=30, patience=1)
    track = Track(Undecided(), lambda: "too full", lambda found: found == "sound")
    track.begin(tired, Event(), probing=False)
    while track.working(1):
        pass
    assert (track.rounds, track.ending) == (30, Ending.ROUNDS_DONE)


class Undecided:
    """Work that never finds anything."""

    closed = False

    def round(self, _: Search[Any]) -> bool:
        return False
