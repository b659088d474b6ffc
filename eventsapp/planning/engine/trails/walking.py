"""One team's day, walked from its timetable: what it breaks, how long it waits, when it is back.

Pure and naive, like `checking` whose part it is, and the words both say it with.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from eventsapp.planning.engine.terms import Violation
from eventsapp.planning.engine.trails.problem import Problem, Team


class Rule(StrEnum):
    """What a plan can break; each Violation gives the parameters named in brackets, and its `team` if any."""

    GROUP_PLACED = "group_placed"  # group, times
    UNKNOWN_GROUP = "unknown_group"  # group
    N_TEAMS = "n_teams"  # teams, needed
    TEAM_NAMED_TWICE = "team_named_twice"
    TEAM_SIZE = "team_size"  # people
    MIN_ADULTS = "min_adults"  # adults
    CHILD_RATIO = "child_ratio"  # children, adults
    NO_STRUCTURE = "no_structure"  # structure
    STRUCTURE_NOT_ACCESSIBLE = "structure_not_accessible"  # structure
    STRUCTURE_OVERLOAD = "structure_overload"  # structure, teams
    NO_ROUTE = "no_route"  # route
    ROUTE_NOT_ACCESSIBLE = "route_not_accessible"  # route
    STAGES_MISMATCH = "stages_mismatch"  # route
    DEPART = "depart"  # depart
    NOT_STEP_FREE = "not_step_free"  # landmark, or None for the way back
    LEG_TOO_LONG = "leg_too_long"  # landmark, ticks
    WALK_INFEASIBLE = "walk_infeasible"  # landmark, ticks: short of what the walk takes
    WAIT_TOO_LONG = "wait_too_long"  # landmark, ticks
    LATE = "late"  # end
    STAGE_OVERLOAD = "stage_overload"  # landmark, teams
    PIN_BROKEN = "pin_broken"  # what a person had settled is not so
    WRONG_OBJECTIVE = "wrong_objective"  # stated, found
    ABOVE_BOUND = "above_bound"  # bound: the plan beats it, and so refutes it


@dataclass(frozen=True, slots=True)
class Day:
    """A team's day: ticks waited (departure, then before each stage), its return, what it breaks."""

    waiting: int
    end: int
    faults: tuple[Violation, ...]


def walk_day(problem: Problem, team: Team, *, wheelchair: bool) -> Day:
    """Follow the team from the start and back. Its visits must be of known landmarks.

    A team with a wheelchair takes step-free ways at a wheelchair's pace, and its limit on a leg; the first
    leg has none.
    """
    rules, start, row = problem.rules, problem.start_index, problem.landmark_row
    walks = problem.walk_stepfree if wheelchair else problem.walk
    longest = rules.max_leg_stepfree if wheelchair else rules.max_leg
    faults: list[Violation] = []

    def fault(rule: Rule, **where: object) -> None:
        faults.append(Violation(rule, {"team": team.id, **where}))

    if not 0 <= team.depart <= rules.max_depart:
        fault(Rule.DEPART, depart=team.depart)
    now, here, waiting = team.depart, start, team.depart
    for visit in team.visits:
        there, landmark = row[visit.landmark], visit.landmark
        leg = walks[here][there]
        if leg is None:
            fault(Rule.NOT_STEP_FREE, landmark=landmark)
            leg = 0
        if leg > longest and here != start:
            fault(Rule.LEG_TOO_LONG, landmark=landmark, ticks=leg)
        wait = visit.start - now - leg
        if wait < 0:
            fault(Rule.WALK_INFEASIBLE, landmark=landmark, ticks=-wait)
        if wait > rules.max_wait:
            fault(Rule.WAIT_TOO_LONG, landmark=landmark, ticks=wait)
        waiting += max(0, wait)
        now, here = visit.start + rules.stage_ticks, there
    back = walks[here][start]
    if back is None:
        fault(Rule.NOT_STEP_FREE, landmark=None)
        back = 0
    if now + back > rules.horizon:
        fault(Rule.LATE, end=now + back)
    return Day(waiting, now + back, tuple(faults))
