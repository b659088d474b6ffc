"""Plans made by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from eventsapp.planning.engine.saturdays.checking import recount
from eventsapp.planning.engine.saturdays.plan import Bound, Gap, Objective, Plan, WhyGap
from eventsapp.planning.engine.saturdays.problem import Line, Problem
from eventsapp.planning.engine.search import Ending
from eventsapp.planning.engine.terms import Id, Reason


def held(problem: Problem, *lines: Line) -> Plan:
    """A plan that holds these sessions besides the published ones; it claims no bound."""
    every = (*problem.published, *lines)
    there = {(line.school, line.period) for line in every}
    gaps = [Gap(*due, Reason(WhyGap.NOT_FOUND)) for due in problem.due if due not in there]
    periods = {period.id: len(problem.schools) for period in problem.periods}
    wishes = sum(len(one.wishes) for one in problem.schools)
    bound = Bound(len(problem.due), len(problem.due), periods, wishes, 0)
    nothing = Objective(0, 0, 0, 0, 0, 0)
    plan = Plan(every, tuple(gaps), nothing, bound, Ending.ROUNDS_DONE, rounds=0, seed=0)
    return replace(plan, objective=recount(problem, plan))


def session(where: str, day: date, who: Id, topic: Id = "les écrans") -> Line:
    """A session of the month of its date."""
    return Line(where, f"{day:%Y-%m}", day, who, topic)
