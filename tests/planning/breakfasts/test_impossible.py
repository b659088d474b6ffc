"""Mornings that nobody can seat: said at once, with the smallest cause first."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.plans import verify
from eventsapp.planning.engine.breakfasts.files import read_problem
from eventsapp.planning.engine.breakfasts.impossible import causes
from eventsapp.planning.engine.breakfasts.plan import WhyNot
from eventsapp.planning.engine.breakfasts.problem import Pin
from eventsapp.planning.engine.breakfasts.solving import solve
from eventsapp.planning.engine.terms import Impossible, Reason
from tests.planning.breakfasts.mornings import PEOPLE, SHORT, edition, instance, judged, season

TRIO = [("Awa", "Chantal"), ("Chantal", "Farid"), ("Farid", "Awa")]


def test_three_people_who_may_not_meet_and_two_tables_too_small_for_all():
    morning = season(edition(sizes=[4, 3], apart=[*TRIO, ("Gaël", "Awa")]))
    assert solve(morning) == Impossible(
        (
            Reason(
                WhyNot.APART_CLIQUE, {"edition": "mai", "tables": 2, "persons": ["Awa", "Chantal", "Farid"]}
            ),
            Reason(WhyNot.NOT_ENOUGH_SEATS, {"edition": "mai", "seats": 7, "people": 8}),
        )
    )


def test_more_hosts_than_tables_with_a_seat():
    morning = season(edition("Awa", "Brice", "Chantal", sizes=[3, 0], hosts=["Awa", "Brice"]))
    params = {"edition": "mai", "hosts": 2, "tables": 1, "persons": ["Awa", "Brice"]}
    assert causes(morning) == (Reason(WhyNot.MORE_HOSTS_THAN_TABLES, params),)


def test_who_stays_at_home_cannot_be_in_the_way():
    morning = season(edition("Awa", "Chantal", "Gaël", sizes=[2, 1], apart=TRIO))
    assert causes(morning) == ()


@pytest.mark.parametrize(
    ("pins", "clash"),
    [
        ({"Farid": 0, "Hawa": 0}, {"table": 0, "rule": "apart", "persons": ["Farid", "Hawa"]}),
        ({"Awa": 1, "Chantal": 1}, {"table": 1, "rule": "hosts", "persons": ["Awa", "Chantal"]}),
        (
            {"Brice": 1, "Élodie": 1, "Gaël": 1, "Hawa": 1, "Djibril": 1},
            {"table": 1, "rule": "seats", "persons": ["Brice", "Élodie", "Gaël", "Hawa", "Djibril"]},
        ),
        (
            {"Brice": 1, "Élodie": 1, "Gaël": 1, "Hawa": 1},
            {"table": None, "rule": "hosts", "persons": ["Brice", "Élodie", "Gaël", "Hawa"]},
        ),
    ],
    ids=["apart", "hosts", "seats", "no table left for a host"],
)
def test_pins_that_contradict_each_other(pins, clash):
    morning = season(
        edition(hosts=["Awa", "Chantal"], apart=[("Farid", "Hawa")]),
        pins=[Pin("mai", table, person) for person, table in pins.items()],
    )
    assert causes(morning)[0] == Reason(WhyNot.PINS_CLASH, {"edition": "mai", **clash})


def test_no_clique_and_yet_no_way():
    """Five people in a ring, each apart from the next: two tables cannot hold them, three can."""
    ring = [person.id for person in PEOPLE[:5]]
    apart = list(zip(ring, [*ring[1:], ring[0]], strict=True))
    assert solve(season(edition(apart=apart)), SHORT) == Impossible(
        (Reason(WhyNot.TOO_MANY_APART, {"edition": "mai", "tables": 2}),)
    )
    assert not isinstance(solve(season(edition(apart=apart, sizes=[4, 2, 2])), SHORT), Impossible)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 10**6),
    clique=st.integers(0, 5),
    short=st.booleans(),
    sizes=st.sampled_from([None, [4, 3], [5, 5, 5], [12]]),
)
def test_whatever_is_refused_the_judge_can_prove(seed, clique, short, sizes):
    data = instance(seed, n=12, size=4, apart_clique=clique, short_seats=short, sizes=sizes, apart=3)
    found = causes(read_problem(data))
    proofs = {code.split(":")[0] for code in verify.certificates(data)}
    assert {str(reason.key) for reason in found} == proofs
    if found:
        report = judged(data, Impossible(found))
        assert (report["valid"], report["reasons_match"]) == (True, True)
