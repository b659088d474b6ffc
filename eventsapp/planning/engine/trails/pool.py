"""The best timetable of a pool of days, by CP-SAT: whole teams on days. Pure, worker only (OR-Tools)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from ortools.sat.python import cp_model

from eventsapp.planning.engine.cpsat import ask
from eventsapp.planning.engine.search import Search
from eventsapp.planning.engine.trails.passages import Passages
from eventsapp.planning.engine.trails.patterns import Stops


def best_of(
    passages: Passages, hint: Sequence[Stops], search: Search[Any], effort: float
) -> list[Stops] | None:
    """A day for each team from those known, or None where none was found within the effort."""
    model = cp_model.CpModel()
    hinted = Counter(hint)
    stay = int(passages.paces[0].clock[0])
    teams: list[cp_model.IntVar] = []
    there: defaultdict[tuple[int, int], list[cp_model.IntVar]] = defaultdict(list)
    for number, day in enumerate(passages.days):
        count = model.new_int_var(0, passages.needed[day.pace], f"day{number}")
        teams.append(count)
        for place, begins in zip(day.places, day.starts, strict=True):
            for tick in range(begins, begins + stay):
                there[place, tick].append(count)
        if hint:
            model.add_hint(count, hinted[day])
    for pace, needed in enumerate(passages.needed):
        counts = [count for count, day in zip(teams, passages.days, strict=True) if day.pace == pace]
        model.add(sum(counts) == needed)
    for (place, tick), counts in there.items():
        if passages.room[place, tick] < sum(passages.needed):
            model.add(sum(counts) <= int(passages.room[place, tick]))
    model.minimize(sum(wait * count for wait, count in zip(passages.waits, teams, strict=True)))
    answer = ask(model, search, effort=effort, seed=search.budget.seed)
    if not answer.found:
        return None
    return [
        day
        for count, day in zip(teams, passages.days, strict=True)
        for _ in range(answer.solver.value(count))
    ]
