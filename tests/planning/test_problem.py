"""A problem refuses what contradicts itself, and knows its distances."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from eventsapp.planning.engine.saturdays.problem import Period, Position, Problem
from eventsapp.planning.engine.terms import IncoherentProblem
from tests.planning.town import APRIL, OCTOBER, SEPTEMBER, association, published, school


def test_dates_and_sessions_due_are_read_in_order():
    problem = Problem(
        (OCTOBER, SEPTEMBER), (school("Curial", OCTOBER), school("Tandou", SEPTEMBER, OCTOBER)), ()
    )
    assert problem.dates == SEPTEMBER.dates + OCTOBER.dates
    assert problem.due == (("Curial", "2026-10"), ("Tandou", "2026-09"), ("Tandou", "2026-10"))


def test_from_one_end_of_the_19th_to_the_other_in_metres():
    """Porte de la Villette to Belleville: 0.0258° north at 111.2 km, 0.0090° east at 73.2 km."""
    villette, belleville = Position.from_degrees(48.8980, 2.3857), Position.from_degrees(48.8722, 2.3767)
    assert villette.distance(belleville) == pytest.approx(2943, abs=10)
    assert villette.distance(villette) == 0


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: Problem((APRIL, APRIL), (), ()), "period named twice"),
        (
            lambda: Problem((SEPTEMBER, Period("rentrée", (date(2026, 9, 19),))), (), ()),
            "periods 2026-09 and rentrée overlap",
        ),
        (lambda: Problem((), (school("Curial", APRIL),), ()), "unknown period"),
        (
            lambda: Problem((APRIL,), (school("Curial", APRIL, APRIL),), ()),
            "period of school Curial named twice",
        ),
        (lambda: Problem((), (school("Curial", wishes=["jeu", "jeu"]),), ()), "wish of school Curial"),
        (lambda: Problem((), (), (association("Lire"), association("Lire"))), "association named twice"),
        (lambda: Problem((), (), (association("Lire", crews=-1),)), "a limit below"),
        (lambda: Problem((), (), (association("Lire", month=-1),)), "a limit below"),
        (
            lambda: Problem(
                (APRIL,), (), (), published=(published("Curial", APRIL, APRIL.dates[0], "Lire"),)
            ),
            "unknown school",
        ),
        (
            lambda: Problem(
                (APRIL,),
                (school("Curial", APRIL),),
                (association("Lire"),),
                published=(published("Curial", APRIL, APRIL.dates[0], "Lire"),) * 2,
            ),
            "published session of named twice",
        ),
    ],
)
def test_what_contradicts_itself_is_refused(make: Callable[[], Problem], sentence: str):
    with pytest.raises(IncoherentProblem, match=sentence):
        make()


def test_a_reach_needs_a_place_to_measure_from():
    with pytest.raises(IncoherentProblem, match="has a reach and no position"):
        Problem((), (), (replace(association("Lire", reach=500), position=None),))
