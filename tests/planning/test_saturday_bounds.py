"""What no plan can beat, before any plan is looked for."""

from __future__ import annotations

from dataclasses import replace

from eventsapp.planning.engine.saturdays.bounds import bound
from eventsapp.planning.engine.saturdays.problem import Problem, Weights
from eventsapp.planning.engine.saturdays.tables import Tables
from tests.planning.town import APRIL, FEBRUARY, OCTOBER, SEPTEMBER, association, published, school

MONTHS = (SEPTEMBER, OCTOBER, FEBRUARY, APRIL)


def test_one_association_comes_once_where_nobody_may_come_twice_in_a_row():
    problem = Problem(MONTHS, (school("Curial", *MONTHS),), (association("Lire"),))
    assert bound(Tables(problem)).coverage == 1
    assert bound(Tables(replace(problem, no_repeat=False))).coverage == 4
    two = (association("Lire"), association("Jouer", available=OCTOBER.dates))
    assert bound(Tables(replace(problem, associations=two))).coverage == 3


def test_each_month_has_its_own_bound_and_the_year_one_for_all():
    """Three schools, two associations, one of them twice a year: nine sessions due, seven at most."""
    months = (SEPTEMBER, FEBRUARY, APRIL)
    places = tuple(school(name, *months) for name in ("Curial", "Tandou", "Rouvet"))
    people = (association("Lire"), association("Jouer", year=2))
    found = bound(Tables(Problem(months, places, people)))
    assert found.due == 9
    assert found.coverage_by_period == {"2026-09": 3, "2027-02": 2, "2027-04": 2}
    assert found.coverage == 7


def test_published_sessions_count_and_take_their_place():
    places = (school("Curial", APRIL), school("Tandou", APRIL))
    line = published("Curial", APRIL, APRIL.dates[0], "Lire")
    found = bound(Tables(Problem((APRIL,), places, (association("Lire"),), published=(line,))))
    assert (found.due, found.coverage, found.coverage_by_period) == (2, 1, {"2027-04": 1})


def test_wishes_are_served_by_those_who_may_come():
    """Three wishes: nobody tells of rights, and the one session of Tandou cannot serve two."""
    places = (
        school("Curial", APRIL, wishes=["mes droits"]),
        school("Tandou", APRIL, wishes=["le jeu", "le repas"]),
    )
    people = (association("Jouer", "le jeu"), association("Manger", "le repas"))
    assert bound(Tables(Problem((APRIL,), places, people))).wishes == 1


def test_the_objective_adds_up_what_cannot_be_avoided():
    """Four sessions at one school by two associations on one topic: pairs of both, and equal loads."""
    people = (association("Lire"), association("Jouer"))
    problem = Problem(MONTHS, (school("Curial", *MONTHS, wishes=["mes droits"]),), people)
    assert bound(Tables(problem)).objective == 60 + 2 * 30 + 6 * 10 + 2 * 2**2
    weights = Weights(uncovered=7, gap_pair=5)
    alone = replace(problem, associations=(), weights=weights)
    assert bound(Tables(alone)).objective == 4 * 7 + 6 * 5 + 60
