"""The check of a seating: a sound one passes, each rule broken is found, and the judge says the same."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.plans import verify
from eventsapp.planning.engine.breakfasts.checking import Rule, check, check_seatings, measure
from eventsapp.planning.engine.breakfasts.files import read_plan, read_problem
from eventsapp.planning.engine.breakfasts.plan import Plan, Seating
from eventsapp.planning.engine.breakfasts.problem import Breakfast, Pin
from eventsapp.planning.engine.search import Ending
from eventsapp.planning.engine.terms import Violation
from tests.planning.breakfasts.mornings import by_hand, edition, instance, season, seated_at_random

MAY = season(
    edition(hosts=["Awa", "Chantal"], apart=[("Farid", "Hawa")]),
    history=[Breakfast("avril", (("Awa", "Élodie"), ("Chantal", "Gaël", "Léo")))],
    pins=[Pin("mai", 0, "Awa")],
)
FIRST, SECOND = ("Awa", "Djibril", "Élodie", "Hawa"), ("Brice", "Chantal", "Farid", "Gaël")


def test_a_sound_seating_passes_and_is_read():
    """Awa sat with Élodie in April, Chantal with Gaël: two repeats, nobody with a colleague."""
    plan = by_hand(MAY, [FIRST, SECOND])
    assert check(MAY, plan) == []
    reading = measure(MAY, plan)
    assert (reading.objective, reading.bound) == (6, 0)
    assert reading.figures == {
        "same_org_pairs": 0,
        "repeats": 2,
        "pairs": 12,
        "max_times_met": 2,
        "new_contacts_min": 2,
        "new_contacts_mean": 2.5,
    }


@pytest.mark.parametrize(
    ("seated", "violation"),
    [
        (
            [FIRST, SECOND[:3]],
            Violation(Rule.ATTENDANCE, {"edition": "mai", "persons": ["Gaël"]}),
        ),
        (
            [(*FIRST, "Gaël"), SECOND[:3]],
            Violation(Rule.TABLE_SIZES, {"edition": "mai", "people": [5, 3], "seats": [4, 4]}),
        ),
        (
            [("Awa", "Djibril", "Farid", "Hawa"), ("Brice", "Chantal", "Élodie", "Gaël")],
            Violation(Rule.APART, {"edition": "mai", "table": 0, "persons": ["Farid", "Hawa"]}),
        ),
        (
            [SECOND, FIRST],
            Violation(Rule.PIN_CHANGED, {"edition": "mai", "table": 0, "person": "Awa"}),
        ),
    ],
    ids=["attendance", "sizes", "apart", "pin"],
)
def test_each_rule_broken_is_found_alone(seated, violation):
    assert check(MAY, by_hand(MAY, seated)) == [violation]


def test_two_hosts_at_one_table_and_none_at_the_other():
    plan = by_hand(MAY, [("Awa", "Chantal", "Élodie", "Hawa"), ("Brice", "Djibril", "Farid", "Gaël")])
    assert check(MAY, plan) == [
        Violation(Rule.HOSTS, {"edition": "mai", "table": 0, "persons": ["Awa", "Chantal"]}),
        Violation(Rule.HOSTS, {"edition": "mai", "table": 1, "persons": []}),
    ]


def test_editions_that_are_missing_unknown_or_seated_twice():
    found = check_seatings(MAY, [Seating("juin", ()), Seating("juin", ())])
    assert [(one.rule, one.where) for one in found] == [
        (Rule.UNKNOWN, {"edition": "juin"}),
        (Rule.MISSING_EDITION, {"edition": "mai"}),
    ]


def test_figures_that_the_plan_states_wrongly():
    plan = by_hand(MAY, [FIRST, SECOND])
    assert check(MAY, replace(plan, objective=5, bound=7)) == [
        Violation(Rule.WRONG_OBJECTIVE, {"stated": 5, "found": 6}),
        Violation(Rule.ABOVE_BOUND, {"objective": 7}),
    ]


CODES = {
    Rule.ATTENDANCE: "attendance_mismatch",
    Rule.TABLE_SIZES: "table_sizes",
    Rule.HOSTS: "host_rule",
    Rule.APART: "apart",
}


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
@given(seed=st.integers(0, 10**6), sound=st.booleans(), hosts=st.booleans(), apart=st.integers(0, 12))
def test_the_judge_reads_every_seating_the_same_way(seed, sound, hosts, apart):
    data = instance(seed, n=17, editions=3, size=4, history=1, hosts=hosts, apart=apart, attendance=0.8)
    solution = seated_at_random(data, seed, sound=sound)
    problem = read_problem(data)
    seatings = read_plan(problem, solution)
    report = verify.verify(data, solution)
    broken = {CODES[violation.rule] for violation in check_seatings(problem, seatings)}
    assert broken == {code.split(":")[0] for code in verify.VER["P3"](data, solution)[0]}
    reading = measure(problem, Plan(seatings, 0, 0, Ending.ROUNDS_DONE, 0, 1))
    assert (reading.objective, reading.bound) == (report["objective"], report["bound"])
    assert reading.figures == report["metrics"]
