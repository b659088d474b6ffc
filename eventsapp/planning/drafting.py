"""The life of a draft: asked for, worked out, looked at, accepted or set aside.

A worker works a draft out in three steps, so that no transaction stays open while it thinks:
`question` reads, `think` knows no database, `keep` writes; `solve` does the three in one go where
nobody else writes (seeds, commands, tests).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from eventsapp import journal
from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.places.models import Territory
from eventsapp.planning import announcing, gathering, owed_months, wording
from eventsapp.planning.engine.saturdays import checking
from eventsapp.planning.engine.saturdays.plan import Plan
from eventsapp.planning.engine.saturdays.problem import Line, Problem
from eventsapp.planning.engine.search import Ending
from eventsapp.planning.engine.terms import Impossible, Reason
from eventsapp.planning.gathering import NOBODY, Question
from eventsapp.planning.models import DRAFT_MOVES, Draft, DraftLine, DraftStatus
from eventsapp.refusals import Conflict, msgid
from eventsapp.tasks import queue
from eventsapp.tasks.models import Task, TaskStatus

if TYPE_CHECKING:
    from eventsapp.planning.engine.search import Progress

TASK = "planning.school_year"
"""The kind of task that works a draft out; its parameter is `draft`, the number of the row."""

SECONDS = 8.0
"""How long a plan of a school year is searched for: a person waits, and the bound is near by then."""

UNDER_WAY = (TaskStatus.QUEUED, TaskStatus.RUNNING)
"""The states of a task that may still give a plan."""

OnProgress = Callable[[float, str], None]
"""Told how far the work is (0 to 1) and what it does (a French msgid)."""


class AlreadySolving(Conflict):
    """Two plans of one year at once would only compete for the worker."""

    sentence = msgid(
        "Une proposition pour %(year)s est déjà en cours de calcul. Attendez qu’elle soit prête."
    )


class DraftIsSettled(Conflict):
    """Accepted or set aside before."""

    sentence = msgid("Cette proposition a déjà été acceptée ou mise de côté.")


class DraftIsNotReady(Conflict):
    """Nothing to look at yet."""

    sentence = msgid("Cette proposition est encore en cours de calcul.")


class WrongPlan(RuntimeError):
    """The solver gave a plan that breaks a rule: our fault, never shown, never saved."""


def request(
    territory: Territory, school_year_label: str, *, requested_by: int | None, now: datetime
) -> Draft:
    """A draft to be worked out, and the task that will; `requested_by` is an account's number.

    Raises what `gathering.gather` does, so that the form says at once what is missing, and AlreadySolving.
    """
    year = owed_months.school_year(school_year_label)
    first_day = owed_months.first_day_to_plan(year, now)
    gathering.gather(territory, year, first_day=first_day)
    _lock(territory)
    running = (
        select(Draft.id)
        .join(Task, Task.id == Draft.task_id)
        .where(
            Draft.territory_id == territory.id,
            Draft.school_year == year.label,
            Draft.status == DraftStatus.SOLVING,
            Task.status.in_(UNDER_WAY),
        )
    )
    if db.session.scalar(running) is not None:
        raise AlreadySolving(year=year.label)
    draft = Draft(
        territory=territory,
        school_year=year.label,
        first_day=first_day,
        last_day=owed_months.last_day_to_plan(year),
        status=DraftStatus.SOLVING,
        requested_by=requested_by,
        created_at=now,
    )
    db.session.add(draft)
    db.session.flush()
    draft.task_id = queue.enqueue(TASK, {"draft": draft.id}, requested_by=requested_by, now=now).id
    actor = f"account:{requested_by}" if requested_by else "cli"
    journal.note(actor, "requested", draft, now=now, territory_id=territory.id)
    return draft


def question(draft: Draft, *, now: datetime) -> Question:
    """What is to be solved, as things stand now; raises what `gathering.gather` does."""
    year = owed_months.school_year(draft.school_year)
    # A task may have waited for days: what was tomorrow then is not proposed any more.
    first_day = max(draft.first_day, owed_months.first_day_to_plan(year, now))
    return gathering.gather(draft.territory, year, first_day=first_day)


def think(
    problem: Problem,
    *,
    seconds: float | None = SECONDS,
    seed: int = 1,
    iterations: int | None = None,
    on_progress: OnProgress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Plan | None:
    """The best plan within the budget, no database asked; None when it was stopped.

    With `seconds` None and a number of `iterations`, the same seed gives the same plan everywhere.
    """
    # Only a worker thinks: web processes import this module and must never load OR-Tools and NumPy.
    from eventsapp.planning.engine import solving
    from eventsapp.planning.engine.search import Budget

    budget = Budget(seconds=seconds, seed=seed)
    if iterations is not None:
        budget = Budget(seconds=seconds, rounds=iterations, patience=iterations, seed=seed)

    def tell(progress: Progress[Plan]) -> None:
        if on_progress is not None:
            on_progress(progress.share, wording.STEPS[progress.phase])

    plan = solving.solve(problem, budget, on_progress=tell, cancelled=should_stop)
    if isinstance(plan, Impossible):  # only pins make it so, and what is gathered has none
        raise WrongPlan("; ".join(f"{reason.key} {dict(reason.params)}" for reason in plan.reasons))
    return None if plan.ending is Ending.CANCELLED else plan


def keep(draft: Draft, asked: Question, plan: Plan, *, now: datetime) -> None:
    """Writes a plan into its draft, once it is proved to hold every rule.

    Raises WrongPlan when it does not, DraftIsSettled when somebody set the draft aside meanwhile.
    """
    wrong = checking.check(asked.problem, plan)
    if wrong:
        raise WrongPlan("; ".join(f"{one.rule} {dict(one.where)}" for one in wrong[:5]))
    _move(draft, DraftStatus.PROPOSED)
    draft.first_day = asked.problem.dates[0]
    draft.figures = figures(asked.problem, plan)
    db.session.add_all(
        [
            *(_session(draft, line, asked) for line in plan.lines if line.period is not None),
            *(
                DraftLine(draft_id=draft.id, venue_id=gap.school, period=gap.period, gap=_kept(gap.reason))
                for gap in plan.gaps
            ),
        ]
    )
    journal.note("worker", "proposed", draft, now=now, territory_id=draft.territory_id)
    db.session.flush()


def solve(
    draft: Draft,
    *,
    now: datetime,
    seconds: float | None = SECONDS,
    seed: int = 1,
    iterations: int | None = None,
    on_progress: OnProgress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> bool:
    """Reads, thinks and writes in one go; False when it was stopped, and nothing is written then.

    Holds its transaction all along: for seeds, commands and tests. Raises what its three steps do.
    """
    asked = question(draft, now=now)
    plan = think(
        asked.problem,
        seconds=seconds,
        seed=seed,
        iterations=iterations,
        on_progress=on_progress,
        should_stop=should_stop,
    )
    if plan is None:
        return False
    keep(draft, asked, plan, now=now)
    return True


def accept(draft: Draft, *, actor: str, now: datetime) -> list[Event]:
    """Announces every proposed session, all or none, and gives the events in the order of their dates.

    Raises DraftIsNotReady, DraftIsSettled, announcing.DatesHavePassed, announcing.DraftIsStale,
    announcing.NoSchoolAction.
    """
    _lock(draft.territory)
    db.session.refresh(draft, ["status"])
    if draft.status is DraftStatus.SOLVING:
        raise DraftIsNotReady()
    if draft.status is not DraftStatus.PROPOSED:
        raise DraftIsSettled()
    events = announcing.announce(draft, actor=actor, now=now)
    _move(draft, DraftStatus.ACCEPTED)
    draft.settled_at = now
    journal.note(actor, "accepted", draft, now=now, territory_id=draft.territory_id, events=len(events))
    db.session.flush()
    return events


def set_aside(draft: Draft, *, actor: str, now: datetime) -> None:
    """Says no to a draft; its lines stay readable. Raises DraftIsSettled, DraftIsNotReady."""
    if draft.status is DraftStatus.SOLVING and draft.task_id is not None:
        status = db.session.scalar(select(Task.status).where(Task.id == draft.task_id))
        if status in UNDER_WAY:
            raise DraftIsNotReady()
    _move(draft, DraftStatus.SET_ASIDE)
    draft.settled_at = now
    journal.note(actor, "set aside", draft, now=now, territory_id=draft.territory_id)


def figures(problem: Problem, plan: Plan) -> dict[str, Any]:
    """What the page says of a plan: how much it holds, and what no plan can beat."""
    due, found, bound = len(problem.due), plan.objective, plan.bound
    wishes = sum(len(school.wishes) for school in problem.schools)
    used = {line.association for line in plan.lines if line.period is not None} - {NOBODY}
    return {
        "due": due,
        "proposed": sum(1 for line in plan.lines if not line.published),
        "covered": due - found.uncovered,
        "coverage_bound": bound.coverage,
        "coverage_by_period": dict(bound.coverage_by_period),
        "gaps": found.uncovered,
        "associations": sum(1 for one in problem.associations if one.topics),
        "associations_used": len(used),
        "wishes": wishes,
        "wishes_met": wishes - found.wishes_unmet,
        "wishes_bound": bound.wishes,
        "objective": found.total(problem.weights),
        "objective_bound": bound.objective,
        "parts": found.parts(problem.weights),
        "ending": plan.ending.value,
        "rounds": plan.rounds,
        "seed": plan.seed,
    }


def _lock(territory: Territory) -> None:
    """One change of plans at a time in a territory (PostgreSQL; SQLite has one writer anyway)."""
    db.session.execute(select(Territory.id).where(Territory.id == territory.id).with_for_update())


def _move(draft: Draft, status: DraftStatus) -> None:
    """Changes the status by one conditional UPDATE: of two people who say yes, one is told it is done."""
    before = [one for one, allowed in DRAFT_MOVES.items() if status in allowed]
    moved = db.session.scalar(
        update(Draft)
        .where(Draft.id == draft.id, Draft.status.in_(before))
        .values(status=status)
        .returning(Draft.id)
        .execution_options(synchronize_session=False)
    )
    db.session.refresh(draft, ["status"])
    if moved is None:
        raise DraftIsSettled()


def _session(draft: Draft, line: Line, asked: Question) -> DraftLine:
    return DraftLine(
        draft_id=draft.id,
        venue_id=line.school,
        period=line.period,
        day=line.date,
        organisation_id=line.association or None,
        topic_id=line.topic or None,
        reasons=[_kept(reason) for reason in line.reasons],
        event_id=asked.events[int(line.school), line.date] if line.published else None,
    )


def _kept(reason: Reason) -> dict[str, Any]:
    return {"key": str(reason.key), "params": dict(reason.params)}
