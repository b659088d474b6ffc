"""Small trail days for timetables, and every day a team could have in them, listed by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations_with_replacement, pairwise, permutations, product

from eventsapp.planning.engine.search import Budget, Search
from eventsapp.planning.engine.trails.days import Timetable
from eventsapp.planning.engine.trails.patterns import Stops
from eventsapp.planning.engine.trails.problem import Landmark, Problem, Route, Rules, Walks


def trail(
    walk: Walks,
    routes: Sequence[Sequence[int]],
    *,
    capacities: Sequence[int],
    stage: int = 2,
    horizon: int = 20,
    max_depart: int = 4,
    max_wait: int = 1,
    max_leg: int = 3,
    stairs: Sequence[int] = (),
) -> Problem:
    """Landmarks L0, L1, … (the last row is the start), routes R0, R1, …; everybody walks alike."""
    return Problem(
        quartiers=("Flandre",),
        ages=("adult",),
        groups=(),
        rules=Rules(
            n_teams=1,
            team_min=0,
            team_max=15,
            children_per_adult=4,
            min_adults=0,
            supervisors=frozenset({"adult"}),
            stage_ticks=stage,
            horizon=horizon,
            max_depart=max_depart,
            max_wait=max_wait,
            max_leg=max_leg,
            max_leg_stepfree=max_leg,
        ),
        landmarks=tuple(Landmark(f"L{row}", row not in stairs, room) for row, room in enumerate(capacities)),
        walk=walk,
        walk_stepfree=walk,
        routes=tuple(
            Route(f"R{row}", tuple(f"L{place}" for place in route)) for row, route in enumerate(routes)
        ),
        structures=(),
    )


def street(landmarks: int) -> Walks:
    """Landmarks in a row, one tick between neighbours; the start lies beside the first one."""
    spots = [*range(1, landmarks + 1), 0]
    return tuple(tuple(abs(here - there) for there in spots) for here in spots)


def every_day(problem: Problem, pace: int = 0) -> Iterator[tuple[Stops, int]]:
    """Each day that the rules allow, with its waiting."""
    rules, walk, start = problem.rules, problem.walk, problem.start_index
    for row, route in enumerate(problem.routes):
        if pace and route.id not in problem.accessible_routes:
            continue
        seen = set()
        for order in permutations([problem.landmark_row[stage] for stage in route.stages]):
            joined = [walk[here][there] for here, there in pairwise((start, *order, start))]
            ways = [way for way in joined if way is not None]
            if len(ways) < len(joined) or any(way > rules.max_leg for way in ways[1:-1]):
                continue
            waits = [
                range(rules.max_depart + rules.max_wait + 1),
                *[range(rules.max_wait + 1)] * (len(order) - 1),
            ]
            for chosen in product(*waits):
                ticks, starts = 0, []
                for way, wait in zip(ways, chosen, strict=False):
                    starts.append(ticks + way + wait)
                    ticks = starts[-1] + rules.stage_ticks
                if ticks + ways[-1] <= rules.horizon and (order, tuple(starts)) not in seen:
                    seen.add((order, tuple(starts)))
                    yield Stops(pace, row, order, tuple(starts)), sum(chosen)


def least_waiting(problem: Problem, teams: int) -> int | None:
    """The least waiting of so many teams, found by trying all; None when they cannot all have a day."""
    best: int | None = None
    for days in combinations_with_replacement(list(every_day(problem)), teams):
        waiting = sum(wait for _, wait in days)
        if (best is None or waiting < best) and fits(problem, [day for day, _ in days]):
            best = waiting
    return best


def fits(problem: Problem, days: Sequence[Stops]) -> bool:
    """Whether no landmark is ever too full."""
    there: dict[tuple[int, int], int] = {}
    for day in days:
        for place, begins in zip(day.places, day.starts, strict=True):
            for tick in range(begins, begins + problem.rules.stage_ticks):
                there[place, tick] = there.get((place, tick), 0) + 1
    return all(count <= problem.landmarks[place].capacity for (place, _), count in there.items())


def stops(problem: Problem, timetable: Timetable) -> list[Stops]:
    """A timetable as rows and ticks."""
    rows = {route.id: row for row, route in enumerate(problem.routes)}
    return [
        Stops(
            int(day.stepfree),
            rows[day.route],
            tuple(problem.landmark_row[visit.landmark] for visit in day.visits),
            tuple(visit.start for visit in day.visits),
        )
        for day in (*timetable.stepfree, *timetable.others)
    ]


def rounds(count: int, seed: int = 1) -> Search[object]:
    """A search of so many rounds."""
    return Search(Budget(seconds=None, rounds=count, patience=count, seed=seed))
