"""Small problems that want every compiled loop: solved once, so that no plan waits for a compiler.

Worker only. Machine code is kept where `kernels` says, and found again by every later process.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from eventsapp.planning.engine import files, solving

PEOPLE = 24
"""Enough for two tables or three teams, which leaves something to improve."""


def warm() -> None:
    """Compile what is not compiled yet; some ten seconds of a processor the first time, then one."""
    for problem in (trail_day(), breakfast()):
        asked = files.read(problem)
        solving.solve(asked.problem, solving.budget(None, 2, 1))


def breakfast() -> dict[str, Any]:
    """Two mornings of the same people, a quarter of whom work together."""
    people = [f"p{row}" for row in range(PEOPLE)]
    tables = [PEOPLE // 4] * 4
    return {
        "problem": "P3",
        "persons": [{"id": who, "org": f"o{row % 4}"} for row, who in enumerate(people)],
        "history": [],
        "editions": [
            {"id": f"e{row}", "attendees": people, "table_sizes": tables, "hosts": [], "apart": []}
            for row in range(2)
        ],
        "weights": {"same_org": 5, "repeat": 3},
    }


def trail_day() -> dict[str, Any]:
    """Three teams of households, four landmarks side by side."""
    landmarks = [f"l{row}" for row in range(4)]
    ages, quartiers = ("child", "adult", "adult", "senior", "teen"), ("north", "south", "east")
    members = [
        {
            "id": f"p{row}",
            "quartier": quartiers[row * row % 7 % 3],
            "age": ages[row % 5],
            "langs": ["fr"] if row % 3 else ["ar"],
            "wheelchair": row == 1,
        }
        for row in range(PEOPLE)
    ]
    cuts = [0, 3, 4, 8, 10, 13, 14, 18, 20, PEOPLE]
    walk = [[int(one != other) for other in range(5)] for one in range(5)]
    return {
        "problem": "P2",
        "quartiers": list(quartiers),
        "ages": ["child", "teen", "adult", "senior"],
        "groups": [
            {"id": f"g{first}", "members": members[first:last]} for first, last in pairwise(cuts)
        ],
        "params": {
            "n_teams": 3, "team_min": 4, "team_max": 12, "children_per_adult": 4, "min_adults": 1,
            "supervisors": ["adult", "senior"], "stage_ticks": 4, "horizon": 44, "max_depart": 12,
            "max_wait": 3, "max_leg": 6, "max_leg_stepfree": 8,
        },
        "weights": {"quartier_pair": 3, "age_pair": 1, "lang_isolated": 20},
        "landmarks": [{"id": one, "step_free": True, "capacity": 2} for one in landmarks],
        "start_index": 4,
        "walk": walk,
        "walk_stepfree": walk,
        "routes": [{"id": "r", "stages": landmarks}],
        "structures": [{"id": "s", "langs": ["fr", "ar"], "max_teams": 3, "wheelchair_ok": True}],
    }  # fmt: skip
