"""A team's day on the trail: when it leaves, where it is, how long it waits. Pure: every process may import.

Waiting is the ticks before leaving plus those in front of each stage. Teams are alike to the timetable but
for one thing: a team with a wheelchair walks by `Problem.walk_stepfree`, on accessible routes only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eventsapp.planning.engine.terms import Id
from eventsapp.planning.engine.trails.problem import Problem, Team, Visit


@dataclass(frozen=True, slots=True)
class Day:
    """Where a team is when. `waiting` in ticks, by the walks of its pace (`stepfree`)."""

    route: Id
    depart: int
    visits: tuple[Visit, ...]
    stepfree: bool
    waiting: int


@dataclass(frozen=True, slots=True)
class Timetable:
    """A day for every team that was asked for, the shortest waits first.

    `overload`: team-ticks above a landmark's capacity, plus days that break a rule by themselves; 0 is sound.
    `bound`: no timetable of these teams waits fewer ticks in all; `proved`: this one waits no more than that.
    """

    stepfree: tuple[Day, ...]
    others: tuple[Day, ...]
    waiting: int
    overload: int
    bound: int

    @property
    def proved(self) -> bool:
        return self.overload == 0 and self.waiting <= self.bound


def day_at(problem: Problem, route: Id, stops: Sequence[tuple[int, int]], *, stepfree: bool) -> Day:
    """The day that stops at (row of a landmark, start). It leaves as late as it may: the wait is the same."""
    rules = problem.rules
    walk = problem.walk_stepfree if stepfree else problem.walk
    visits = tuple(Visit(problem.landmarks[place].id, begins) for place, begins in stops)
    depart = 0
    if stops:
        place, begins = stops[0]
        depart = max(0, min(begins - (walk[problem.start_index][place] or 0), rules.max_depart))
    return Day(route, depart, visits, stepfree, _waiting(problem, depart, visits, stepfree=stepfree))


def _waits(
    problem: Problem, depart: int, visits: Sequence[Visit], *, stepfree: bool
) -> list[tuple[int | None, int]]:
    """For each stage, the way to it (None: there is none, counted as no time) and the wait in front of it."""
    walk = problem.walk_stepfree if stepfree else problem.walk
    here, ticks, waits = problem.start_index, depart, []
    for visit in visits:
        place = problem.landmark_row[visit.landmark]
        way = walk[here][place]
        waits.append((way, visit.start - ticks - (way or 0)))
        here, ticks = place, visit.start + problem.rules.stage_ticks
    return waits


def _waiting(problem: Problem, depart: int, visits: Sequence[Visit], *, stepfree: bool) -> int:
    return depart + sum(max(0, wait) for _, wait in _waits(problem, depart, visits, stepfree=stepfree))


def sound(problem: Problem, day: Day, *, stepfree: bool) -> bool:
    """Whether a day by itself keeps every rule, for a team of this pace; capacities are not looked at."""
    rules = problem.rules
    stages = {route.id: route.stages for route in problem.routes}.get(day.route)
    if stages is None or sorted(map(str, stages)) != sorted(str(visit.landmark) for visit in day.visits):
        return False
    if stepfree and day.route not in problem.accessible_routes:
        return False
    longest = rules.max_leg_stepfree if stepfree else rules.max_leg
    waits = _waits(problem, day.depart, day.visits, stepfree=stepfree)
    if any(way is None or not 0 <= wait <= rules.max_wait for way, wait in waits):
        return False
    if any(way is None or way > longest for way, _ in waits[1:]):
        return False
    last = problem.landmark_row[day.visits[-1].landmark] if day.visits else problem.start_index
    ends = day.visits[-1].start + rules.stage_ticks if day.visits else day.depart
    home = (problem.walk_stepfree if stepfree else problem.walk)[last][problem.start_index]
    return home is not None and 0 <= day.depart <= rules.max_depart and ends + home <= rules.horizon


def day_of(problem: Problem, team: Team, *, stepfree: bool) -> Day:
    """The day of a team of the plan in force, or of a pin, just as it stands."""
    waiting = _waiting(problem, team.depart, team.visits, stepfree=stepfree)
    return Day(team.route, team.depart, team.visits, stepfree, waiting)


def forced_day(problem: Problem, *, stepfree: bool) -> Day | None:
    """A day where no rule allows one: the first fit route in its listed order; None without routes."""
    routes = [
        route for route in problem.routes if not stepfree or route.id in problem.accessible_routes
    ] or problem.routes
    if not routes:
        return None
    walk = problem.walk_stepfree if stepfree else problem.walk
    stops: list[tuple[int, int]] = []
    here, ticks = problem.start_index, 0
    for stage in routes[0].stages:
        place = problem.landmark_row[stage]
        begins = ticks + (walk[here][place] or 0)
        stops.append((place, begins))
        here, ticks = place, begins + problem.rules.stage_ticks
    return day_at(problem, routes[0].id, stops, stepfree=stepfree)
