"""Bounds: no seating beats them, and on small mornings the best one reaches them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eventsapp.planning.engine.breakfasts.bounds import bound
from eventsapp.planning.engine.breakfasts.checking import check_seatings, recount
from eventsapp.planning.engine.breakfasts.files import read_problem
from eventsapp.planning.engine.breakfasts.plan import Seating
from eventsapp.planning.engine.breakfasts.problem import Breakfast, Problem, Tables
from eventsapp.planning.engine.breakfasts.proving import proved
from eventsapp.planning.engine.terms import Id
from tests.planning.breakfasts.mornings import by_hand, edition, instance, season


def never() -> bool:
    return False


def test_half_of_each_table_met_in_april():
    """Counting pairs sees a pair to spare for each; that no table of four is without repeats needs a list."""
    april = Breakfast("avril", (("Awa", "Chantal", "Élodie", "Gaël"), ("Brice", "Djibril", "Farid", "Hawa")))
    morning = season(edition(), history=[april])
    plan = by_hand(morning, [["Awa", "Chantal", "Farid", "Hawa"], ["Brice", "Djibril", "Élodie", "Gaël"]])
    assert plan.objective == 12
    assert bound(morning) == 0
    assert proved(morning, plan.seatings, never) == 12


def test_nothing_is_proved_of_a_plan_without_fault_or_with_empty_seats_or_when_told_to_stop():
    free = season(edition("Awa", "Chantal", sizes=[2]))
    roomy = season(edition(sizes=[8, 8]), met=[("Awa", "Chantal")])
    assert proved(free, by_hand(free, [["Awa", "Chantal"]]).seatings, never) == 0
    assert proved(roomy, by_hand(roomy, [["Awa", "Chantal"], ["Brice"]]).seatings, never) == 0


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=12)
@given(
    seed=st.integers(0, 10**6),
    sizes=st.sampled_from([[4, 4], [3, 3, 2], [5, 4], [4, 2, 2]]),
    history=st.integers(0, 2),
    apart=st.integers(0, 2),
    hosts=st.booleans(),
)
def test_no_seating_beats_a_bound(seed, sizes, history, apart, hosts):
    data = instance(seed, n=8, history=history, size=4, apart=apart, sizes=sizes, hosts=hosts)
    problem = read_problem(data)
    plans = [
        [Seating("e01", tables)]
        for tables in every_way(list(problem.editions[0].attendees), sizes)
        if not check_seatings(problem, [Seating("e01", tables)])
    ]
    if not plans:
        return
    costs = {_cost(problem, plan): plan for plan in plans}
    least = min(costs)
    assert bound(problem) <= least
    assert max(proved(problem, plan, never) for plan in (costs[least], costs[max(costs)])) <= least


def _cost(problem: Problem, plan: list[Seating]) -> int:
    return recount(problem, plan).objective(problem)


def every_way(people: list[Id], sizes: list[int]) -> Iterator[Tables]:
    """Every seating with full tables, and, where seats are to spare, with the last table less full."""
    if not sizes:
        yield ()
        return
    for table in combinations(people, min(sizes[0], len(people))):
        others = [person for person in people if person not in table]
        for rest in every_way(others, sizes[1:]):
            yield (table, *rest)
