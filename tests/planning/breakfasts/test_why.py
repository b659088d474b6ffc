"""Why somebody sits where they sit: whom they meet, whom again, and what another seat would cost."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eventsapp.planning.engine.breakfasts.checking import check_seatings, recount
from eventsapp.planning.engine.breakfasts.files import read_plan, read_problem
from eventsapp.planning.engine.breakfasts.plan import Plan, Seating, WhySeat
from eventsapp.planning.engine.breakfasts.problem import Breakfast, Pin
from eventsapp.planning.engine.breakfasts.why import why
from eventsapp.planning.engine.search import Ending
from eventsapp.planning.engine.terms import Reason
from tests.planning.breakfasts.mornings import by_hand, edition, instance, season, seated_at_random

NAMES = ("Awa", "Brice", "Chantal", "Élodie")


def test_whom_one_meets_and_what_another_seat_would_cost():
    """Awa met Chantal in April; Brice, her colleague, is the only other person she could change with."""
    morning = season(
        edition(*NAMES, sizes=[2, 2], hosts=["Awa"]),
        history=[Breakfast("avril", (("Awa", "Chantal"),))],
        pins=[Pin("mai", 1, "Élodie")],
    )
    reasons = why(morning, by_hand(morning, [["Awa", "Chantal"], ["Brice", "Élodie"]]))
    assert reasons == {
        ("mai", "Awa"): (
            Reason(WhySeat.HOSTS, {"table": 0}),
            Reason(WhySeat.AGAIN, {"persons": ["Chantal"]}),
            Reason(WhySeat.BETTER_SWAP, {"cost": -3, "person": "Brice", "table": 1}),
        ),
        ("mai", "Chantal"): (
            Reason(WhySeat.AGAIN, {"persons": ["Awa"]}),
            Reason(WhySeat.NO_BETTER_SWAP, {"cost": 2, "person": "Brice", "table": 1}),
        ),
        ("mai", "Brice"): (Reason(WhySeat.MEETS, {"persons": ["Élodie"]}),),
        ("mai", "Élodie"): (
            Reason(WhySeat.PINNED, {"table": 1}),
            Reason(WhySeat.MEETS, {"persons": ["Brice"]}),
        ),
    }


def test_meetings_are_read_in_order():
    morning = edition("Awa", "Chantal", sizes=[2])
    plan = by_hand(season(morning, replace(morning, id="juin")), [["Awa", "Chantal"]], [["Awa", "Chantal"]])
    reasons = why(season(morning, replace(morning, id="juin")), plan)
    assert reasons["mai", "Awa"] == (Reason(WhySeat.MEETS, {"persons": ["Chantal"]}),)
    assert reasons["juin", "Awa"] == (
        Reason(WhySeat.AGAIN, {"persons": ["Chantal"]}),
        Reason(WhySeat.MET_EVERYONE),
        Reason(WhySeat.NO_OTHER_SEAT),
    )


def test_an_empty_seat_is_a_seat_and_rules_close_others():
    morning = season(
        edition(*NAMES[:3], sizes=[2, 2], apart=[("Awa", "Chantal")]),
    )
    reasons = why(morning, by_hand(morning, [["Awa", "Brice"], ["Chantal"]]))
    assert reasons["mai", "Awa"] == (
        Reason(WhySeat.COLLEAGUES, {"persons": ["Brice"]}),
        Reason(WhySeat.BETTER_SWAP, {"cost": -5, "person": "Chantal", "table": 1}),
    )
    assert reasons["mai", "Brice"][1] == Reason(WhySeat.BETTER_SWAP, {"cost": -5, "person": None, "table": 1})
    assert reasons["mai", "Chantal"] == (Reason(WhySeat.ALONE),)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=25)
@given(seed=st.integers(0, 10**6), apart=st.integers(0, 4), more=st.integers(0, 2))
def test_the_cost_of_a_swap_is_what_the_objective_changes_by(seed, apart, more):
    """And no other swap that keeps the rules changes it by less."""
    data = instance(seed, n=9, editions=2, size=3, history=2, apart=apart)
    for one in data["editions"]:
        one["table_sizes"] = [*one["table_sizes"], *[2] * more]
    problem = read_problem(data)
    seatings = read_plan(problem, seated_at_random(data, seed, sound=True))
    if check_seatings(problem, seatings):
        return
    objective = recount(problem, seatings).objective(problem)
    reasons = why(problem, Plan(seatings, objective, 0, Ending.ROUNDS_DONE, 0, 1))
    for (name, person), those in reasons.items():
        stated = [one.params["cost"] for one in those if one.key in ("better_swap", "no_better_swap")]
        if stated:
            assert stated == [min(_changes(problem, seatings, name, person)) - objective]


def _changes(problem, seatings, name, person):
    """The objective after each swap that keeps the rules."""
    (seating,) = (one for one in seatings if one.edition == name)
    here = next(row for row, table in enumerate(seating.tables) if person in table)
    for there, table in enumerate(seating.tables):
        for other in () if there == here else (*table, None):
            swapped = [set(one) for one in seating.tables]
            swapped[here] ^= {person, other} - {None}
            swapped[there] ^= {person, other} - {None}
            changed = Seating(name, tuple(map(tuple, swapped)))
            after = [changed if one.edition == name else one for one in seatings]
            sizes = next(one.table_sizes for one in problem.editions if one.id == name)
            if len(swapped[there]) <= sizes[there] and not check_seatings(problem, after):
                yield recount(problem, after).objective(problem)
