"""Who walks together: no better teams exist on small days, and more rounds never give worse ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.plans import gen, verify
from eventsapp.planning.engine.search import Budget, Search
from eventsapp.planning.engine.terms import Id
from eventsapp.planning.engine.trails.checking import measure_teams
from eventsapp.planning.engine.trails.files import read_problem
from eventsapp.planning.engine.trails.frame import MAY_ROLL, Range, frame_of, team_names, wheelchair_teams
from eventsapp.planning.engine.trails.numbers import best_first
from eventsapp.planning.engine.trails.plan import Plan
from eventsapp.planning.engine.trails.problem import Pin, Problem, Structure, Team, Weights
from eventsapp.planning.engine.trails.teams import Composing, Composition
from eventsapp.planning.engine.trails.teams_bound import bound, within
from eventsapp.planning.engine.trails.teams_kernel import BROKEN, FAULTS
from eventsapp.planning.engine.trails.teams_proof import proved
from eventsapp.planning.engine.trails.teams_tables import mix_of, state_of
from tests.planning.trails.streets import STRUCTURES, family, trail

LANGUAGES = (("fr",), ("fr", "ar"), ("ar",), ("wo",))


def search(rounds: int = 100) -> Search[Plan]:
    return Search(Budget(seconds=None, rounds=rounds, patience=rounds))


def composed(problem: Problem, rounds: int = 4, wheels: int | None = None, seed: int = 1) -> Composition:
    """The best teams after so many rounds."""
    frame = frame_of(problem, team_names(problem), wheels)
    work = Composing(frame, bound=bound(problem), seed=seed)
    for _ in range(rounds):
        work.round(search())
    return work.best


def companies(problem: Problem, found: Composition) -> dict[Id, set[Id]]:
    names = found.frame.names
    return {
        name: {group.id for group, team in zip(problem.groups, found.team, strict=True) if team == row}
        for row, name in enumerate(names)
    }


def as_teams(problem: Problem, team: tuple[int, ...], structure: tuple[int, ...]) -> list[Team]:
    return [
        Team(
            f"T{row}",
            tuple(g.id for g, t in zip(problem.groups, team, strict=True) if t == row),
            problem.structures[chosen].id,
            "Tour de la place",
            0,
            (),
        )
        for row, chosen in enumerate(structure)
    ]


def sound_teams(problem: Problem) -> Iterator[list[Team]]:
    """Every way to put the groups of a small day into teams that keep the rules."""
    rules = problem.rules
    rows, houses = range(rules.n_teams), range(len(problem.structures))
    for structure in product(houses, repeat=rules.n_teams):
        if any(structure.count(h) > problem.structures[h].max_teams for h in houses):
            continue
        for team in product(rows, repeat=len(problem.groups)):
            if all(allowed(problem, team, row, problem.structures[structure[row]]) for row in rows):
                yield as_teams(problem, team, structure)


def allowed(problem: Problem, team: tuple[int, ...], row: int, structure: Structure) -> bool:
    rules, groups = problem.rules, [g for g, t in zip(problem.groups, team, strict=True) if t == row]
    people = [person for group in groups for person in group.members]
    adults = sum(person.age in rules.supervisors for person in people)
    children = sum(person.age == "child" for person in people)
    return (
        rules.team_min <= len(people) <= rules.team_max
        and adults >= rules.min_adults
        and children <= rules.children_per_adult * adults
        and (structure.wheelchair_ok or not any(group.wheelchair for group in groups))
    )


@st.composite
def small_days(draw: st.DrawFn) -> Problem:
    families = draw(
        st.lists(
            st.tuples(
                st.integers(1, 2),
                st.integers(0, 2),
                st.sampled_from(["Flandre", "Curial"]),
                st.sampled_from(LANGUAGES),
                st.booleans(),
            ),
            min_size=2,
            max_size=5,
        )
    )
    groups = [
        family(f"G{n}", adults, children, quartier=quartier, languages=languages, wheelchair=rolls and n < 2)
        for n, (adults, children, quartier, languages, rolls) in enumerate(families)
    ]
    weights = Weights(*(draw(st.sampled_from([0, 1, 3, 20, 10**9])) for _ in range(3)))
    return trail(groups, weights=weights, team_max=draw(st.integers(3, 8)))


def test_neighbours_are_spread_over_the_teams():
    problem = trail(
        [
            family("Diallo", quartier="Curial"),
            family("Roux", quartier="Curial"),
            family("Petit", quartier="Flandre"),
            family("Nguyen", quartier="Flandre"),
        ]
    )
    found = composed(problem)
    together = companies(problem, found)
    assert (found.broken, found.objective) == (0, 2)  # two adults in each team: one pair of one age
    assert all(len(names & {"Diallo", "Roux"}) == 1 for names in together.values())


def test_the_structure_that_speaks_arabic_goes_with_those_who_need_it():
    problem = trail(
        [family("Haddad", 2, languages=["ar"]), family("Roux", 2), family("Petit", 2)],
        structures=(
            Structure("Espace 19", frozenset({"fr"}), 1, wheelchair_ok=True),
            Structure("Centre Mathis", frozenset({"fr", "ar"}), 1, wheelchair_ok=True),
        ),
    )
    found = composed(problem)
    haddad = found.team[0]
    assert problem.structures[found.structure[haddad]].id == "Centre Mathis"


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=25)
@given(small_days())
def test_no_other_teams_of_a_small_day_are_better(problem: Problem):
    best = min((measure_teams(problem, teams).objective for teams in sound_teams(problem)), default=None)
    tries = [composed(problem, wheels=wheels) for wheels in wheelchair_teams(problem).order()]
    sound = [found for found in tries if found.broken == 0]
    assert (best is None) == (sound == [])
    if best is not None:
        assert min(found.objective for found in sound) == best
        assert bound(problem) <= best
        assert proved(problem, best + 1, search(), 1) <= best


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=15)
@given(st.integers(1, 10**6), st.booleans(), st.sampled_from([0.0, 0.1]))
def test_what_annealing_counts_is_what_is_there(seed: int, big: bool, rolling: float):
    problem = read_problem(gen.gen_p2(seed, N=60, big=big, p_wheel=rolling))
    found = composed(problem, rounds=1, wheels=wheelchair_teams(problem).wished, seed=seed)
    mix = mix_of(found.frame)
    team, structure = (np.array(rows, dtype=np.int64) for rows in (found.team, found.structure))
    counted = state_of(found.frame, mix, team, structure, 1).total
    teams = as_teams(problem, found.team, found.structure)
    assert measure_teams(problem, teams).objective == found.objective
    assert int(counted[FAULTS]) == found.objective + within(problem)
    assert int(counted[BROKEN]) == found.broken


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=8)
@given(st.integers(1, 10**6))
def test_more_rounds_are_never_worse_and_the_same_rounds_are_the_same(seed: int):
    data = gen.gen_p2(seed, N=60, big=True)
    problem = read_problem(data)
    runs = [composed(problem, rounds, seed=seed) for rounds in (1, 2, 4, 4)]
    ranks = [(found.broken, found.objective) for found in runs]
    assert ranks == sorted(ranks, reverse=True)
    assert runs[2] == runs[3]
    quartiers, ages, alone = verify.p2_bounds(data)[:3]
    assert bound(problem) == 3 * quartiers + ages + 20 * alone


def test_a_small_day_is_proved_to_have_no_better_teams():
    families = [family(f"G{n}", 2, quartier="Curial" if n < 3 else "Flandre") for n in range(6)]
    problem = trail(families, team_max=6)
    found = composed(problem, rounds=40)
    assert (bound(problem), found.bound, found.objective) == (42, 48, 48)


def test_weights_beyond_every_measure_do_not_overflow():
    problem = trail([family(f"G{n}", 1, n % 2) for n in range(6)], weights=Weights(10**15, 10**14, 10**16))
    small = composed(replace(problem, weights=Weights(10, 1, 100)))
    assert composed(problem).objective == 10**14 * small.objective


def test_as_many_teams_as_wheelchairs_need():
    rolling = [family(f"G{n}", 3, wheelchair=n < 3) for n in range(6)]
    problem = trail(rolling, n_teams=4, team_max=6)
    assert wheelchair_teams(problem) == Range(least=2, most=2, wished=2)
    frame = frame_of(problem, team_names(problem), 2)
    assert frame.may.count(MAY_ROLL) == 2
    assert wheelchair_teams(replace(problem, structures=STRUCTURES[:1])).most == 2
    assert Range(2, 5, 4).order() == (4, 3, 2, 5)


def test_pinned_teams_keep_their_names_and_groups():
    groups = [family(name, 2) for name in ("Diallo", "Roux", "Petit")]
    pins = (Pin("Les Lilas", groups=("Diallo", "Roux")), Pin("T001", structure="Espace 19"))
    problem = trail(groups, pins=pins)
    found = composed(problem)
    assert companies(problem, found) == {"T001": {"Petit"}, "Les Lilas": {"Diallo", "Roux"}}
    assert problem.structures[found.structure[0]].id == "Espace 19"


def test_full_teams_are_packed_while_they_are_mixed():
    """Ten teams of fifteen places for 150 people: no place is left, and they mix as well as the bound."""
    problem = read_problem(gen.gen_p2(31, N=150, fill=14.8))
    found = composed(problem, rounds=16, wheels=2)
    assert (len(problem.people), problem.rules.n_teams, problem.rules.team_max) == (150, 10, 15)
    assert (found.broken, found.objective) == (0, bound(problem))


def test_the_number_of_rolling_teams_that_mixes_best_comes_first():
    problem = read_problem(gen.gen_p2(32, N=30))
    numbers = wheelchair_teams(problem).order()
    looks = {
        number: Composing(frame_of(problem, team_names(problem), number), bound=bound(problem))
        for number in numbers
    }
    assert (numbers, best_first(numbers, looks, search())) == ((2, 1), (1, 2))
    assert [looks[number].best.objective for number in (2, 1)] == [108, 99]
