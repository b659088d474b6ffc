"""Why people walk together: read from the plan, and true by the checker's own figures."""

from __future__ import annotations

from dataclasses import replace

from eventsapp.planning.engine.search import Ending
from eventsapp.planning.engine.terms import Id
from eventsapp.planning.engine.trails.checking import check, measure
from eventsapp.planning.engine.trails.plan import Plan
from eventsapp.planning.engine.trails.problem import Pin, Problem, Team
from eventsapp.planning.engine.trails.why import WhyGroup, WhyTeam, why
from tests.planning.trails.streets import family, mended, team, trail

DIALLO, ROUX = family("Diallo", 2, 1, quartier="Curial"), family("Roux", 1, 2)
PETIT, NGUYEN = family("Petit", 2), family("Nguyen", 1, quartier="Belleville")
MORNING = (team("T001", "Diallo", "Roux"), team("T002", "Petit", "Nguyen", first=3))


def told(problem: Problem, *teams: Team) -> dict[Id, dict[str, dict[str, object]]]:
    """For each group or team, its reasons and their parameters."""
    reasons = why(problem, planned(problem, *teams))
    return {what: {str(one.key): dict(one.params) for one in found} for (_, what), found in reasons.items()}


def planned(problem: Problem, *teams: Team) -> Plan:
    found = Plan(teams, 0, 0, 0, 0, Ending.ROUNDS_DONE, 0, 1)
    reading = measure(problem, found)
    waiting = int(reading.figures["wait_ticks_total"])
    return replace(found, objective=reading.objective, bound=reading.bound, waiting=waiting)


def test_who_stays_who_came_late_and_who_was_moved():
    late = family("Kowalski", 1, quartier="Curial")
    problem = trail((DIALLO, ROUX, PETIT, NGUYEN, late), MORNING, team_max=8, pins=(Pin("T001", ("Roux",)),))
    now = (
        replace(MORNING[0], groups=("Diallo", "Roux", "Nguyen")),
        replace(MORNING[1], groups=("Petit", "Kowalski")),
    )
    found = told(problem, *now)
    assert found["Diallo"].keys() == {"stays", "best_place"}
    assert found["Roux"].keys() == {"pinned", "stays", "best_place"}
    assert found["Nguyen"]["moved"] == {"before": "T002"}
    assert found["Kowalski"].keys() == {"late", "best_place"}
    assert found["T001"] == {"no_wait": {}, "timetable_kept": {}}


def test_what_the_best_other_team_would_change_is_what_the_checker_counts():
    """Each family that may go elsewhere is put there: the objective moves by just as much."""
    garnier = family("Garnier", 1, quartier="Belleville")
    problem = trail((DIALLO, ROUX, PETIT, NGUYEN, garnier), MORNING, team_max=9)
    plan = planned(problem, MORNING[0], replace(MORNING[1], groups=("Petit", "Nguyen", "Garnier")))
    seen = set()
    for (_, name), reasons in why(problem, plan).items():
        for one in reasons:
            if one.key in (WhyGroup.BEST_PLACE, WhyGroup.BETTER_ELSEWHERE):
                seen.add(one.key)
                there = planned(
                    problem,
                    *(
                        replace(
                            each,
                            groups=tuple(group for group in each.groups if group != name)
                            + ((name,) if each.id == one.params["team"] else ()),
                        )
                        for each in plan.teams
                    ),
                )
                change = there.objective - plan.objective
                assert change == one.params.get("more", -int(str(one.params.get("less", 0))))
                assert check(problem, there) == []
    assert seen == {WhyGroup.BEST_PLACE, WhyGroup.BETTER_ELSEWHERE}


def test_who_understands_whom():
    haddad = family("Haddad", 2, languages=("ar",))
    saidi = family("Saïdi", 1, languages=("fr", "ar"))
    groups = (DIALLO, haddad, PETIT, saidi, NGUYEN)
    with_structure = (
        team("T001", "Haddad", "Diallo"),
        team("T002", "Petit", "Saïdi", "Nguyen", first=3, structure="Espace 19"),
    )
    found = told(trail(groups), *with_structure)
    assert found["T001"]["structure_speaks"] == {"structure": "Centre Mathis", "persons": 2}
    assert found["Haddad"]["understood"] == {"persons": 2}
    helped = (
        team("T001", "Haddad", "Saïdi", structure="Espace 19"),
        team("T002", "Petit", "Diallo", "Nguyen", first=3, structure="Espace 19"),
    )
    found = told(trail(groups), *helped)
    assert found["Saïdi"]["interprets"] == {"persons": 2}
    assert "structure_speaks" not in found["T001"]
    left = (replace(helped[0], groups=("Haddad",)), replace(helped[1], groups=("Petit", "Saïdi", "Diallo")))
    found = told(trail((DIALLO, haddad, PETIT, saidi)), *left)
    assert found["Haddad"]["alone"] == {"persons": 2}


def test_wheelchairs_explain_structures_hours_and_places():
    sy = family("Sy", wheelchair=True)
    base = (
        team("T001", "Roux", "Sy", arrives=2, every=6),
        team("T002", "Petit", "Nguyen", arrives=13, depart=12),
    )
    found = told(trail((ROUX, sy, PETIT, NGUYEN)), *base)
    assert found["T001"] == {
        WhyTeam.ACCESSIBLE: {"structure": "Centre Mathis", "route": "Tour de la place"},
        "no_wait": {},
    }
    assert found["T002"] == {WhyTeam.WAITS: {"ticks": 12}}
    assert found["Sy"] == {"wheelchair": {}, "only_place": {"rule": "walk_infeasible"}}
    assert found["Petit"]["only_place"] == {"rule": "team_size"}


def test_on_the_day_a_team_says_what_became_of_its_hours():
    problem = trail(
        (DIALLO, ROUX, PETIT, NGUYEN, family("Sy", 2), family("Ba", wheelchair=True)), MORNING, n_teams=3
    )
    found = {str(one.key) for reasons in why(problem, mended(problem)).values() for one in reasons}
    assert {"new_team", "timetable_kept"} <= found
    moved = replace(MORNING[0], structure="Espace 19", depart=2, visits=MORNING[1].visits)
    assert told(problem, moved, MORNING[1])["T001"].keys() == {"waits", "retimed", "structure_changed"}
