"""From an accepted draft to the agenda: is it still true, and what is announced.

Part of `drafting.accept`, which locks before and writes after.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from eventsapp.agenda import scheduling
from eventsapp.agenda.models import Activity, ActivityKind, Event
from eventsapp.agenda.scheduling import Announcement
from eventsapp.clock import day_of, local
from eventsapp.codes import slug_from
from eventsapp.database import db
from eventsapp.places.models import Territory, Venue
from eventsapp.planning import gathering, owed_months, wording
from eventsapp.planning.engine.saturdays import checking
from eventsapp.planning.engine.saturdays.plan import Bound, Gap, Objective, Plan
from eventsapp.planning.engine.saturdays.problem import Line, Problem
from eventsapp.planning.engine.search import Ending
from eventsapp.planning.engine.terms import Reason
from eventsapp.planning.gathering import NOBODY
from eventsapp.planning.models import Draft, DraftLine
from eventsapp.programme.models import Action
from eventsapp.refusals import Conflict, Refusal, msgid

SCHOOL_ACTION = "Samedis Matins à l’école"
"""The action of a *projet social de territoire* under which school Saturdays are announced."""

USUAL_START = time(9, 30)
USUAL_MINUTES = 120
"""A school Saturday whose series says nothing else lasts from 9:30 to 11:30, on a Paris clock."""


class DraftIsStale(Conflict):
    """Something it was built on has changed."""

    sentence = msgid(
        "Depuis cette proposition, des séances ont été annoncées ou annulées, ou une association a changé "
        "ce qu’elle propose. Demandez une nouvelle proposition."
    )


class DatesHavePassed(Conflict):
    """Its first dates are over. Parameter: `day`, the first of them, as dd/mm/yyyy."""

    sentence = msgid(
        "Cette proposition a trop attendu : sa première date, le %(day)s, est passée. "
        "Demandez une nouvelle proposition."
    )


class NoSchoolAction(Refusal):
    """The project has no action for school Saturdays. Parameter: `name`."""

    sentence = msgid(
        "Le projet social de cet arrondissement n’a pas d’action « %(name)s » : ajoutez-la, "
        "puis acceptez cette proposition."
    )


def announce(draft: Draft, *, actor: str, now: datetime) -> list[Event]:
    """Announces the proposed sessions in the order of their dates; each line then knows its event.

    Raises DatesHavePassed, DraftIsStale, NoSchoolAction.
    """
    lines = db.session.scalars(
        select(DraftLine)
        .where(DraftLine.draft_id == draft.id)
        .options(joinedload(DraftLine.venue), joinedload(DraftLine.organisation), joinedload(DraftLine.topic))
        .order_by(DraftLine.day, DraftLine.venue_id)
    ).all()
    proposed = [line for line in lines if line.day is not None and line.event_id is None]
    refuse_past(proposed, now)
    refuse_stale(draft, lines)
    series = _series(draft.territory, {line.venue_id: line.venue for line in proposed})
    events = scheduling.announce_all(
        [_announcement(line, series[line.venue_id]) for line in proposed], actor=actor, now=now
    )
    for line, event in zip(proposed, events, strict=True):
        line.event_id = event.id
    return events


def refuse_past(proposed: Iterable[DraftLine], now: datetime) -> None:
    """Raises DatesHavePassed when a proposed day is today or before."""
    first = min((line.day for line in proposed if line.day), default=None)
    if first is not None and first <= day_of(now):
        raise DatesHavePassed(day=f"{first:%d/%m/%Y}")


def refuse_stale(draft: Draft, lines: Sequence[DraftLine]) -> None:
    """Checks the draft against every rule, as things stand now; raises DraftIsStale.

    What was announced, cancelled or withdrawn since matters only where the draft would break a rule
    with it, or leave unsaid why a school has nothing.
    """
    year = owed_months.school_year(draft.school_year)
    problem = gathering.gather(draft.territory, year, first_day=draft.first_day).problem
    if checking.check(problem, _as_plan(lines, problem)):
        raise DraftIsStale()


def _as_plan(lines: Iterable[DraftLine], problem: Problem) -> Plan:
    """The plan that a draft holds, around what is announced today.

    Its bounds are those that hold for any plan: what was proved on another day proves nothing today.
    """
    sessions: list[Line] = list(problem.published)
    gaps: list[Gap] = []
    for line in lines:
        if line.gap is not None:
            gaps.append(Gap(line.venue_id, line.period, Reason(line.gap["key"])))
        elif line.day is not None and line.event_id is None:
            who, what = line.organisation_id or NOBODY, line.topic_id or NOBODY
            sessions.append(Line(line.venue_id, line.period, line.day, who, what))
    schools = Counter(period for _, period in problem.due)
    wishes = sum(len(school.wishes) for school in problem.schools)
    any_plan = Bound(len(problem.due), len(problem.due), schools, wishes, 0)
    nothing = Objective(0, 0, 0, 0, 0, 0)
    plan = Plan(tuple(sessions), tuple(gaps), nothing, any_plan, Ending.ROUNDS_DONE, rounds=0, seed=0)
    return replace(plan, objective=checking.recount(problem, plan))


def _series(territory: Territory, schools: dict[int, Venue]) -> dict[int, Activity]:
    """The series of each school, opened where there is none yet. Raises NoSchoolAction."""
    known = {
        activity.venue_id: activity
        for activity in db.session.scalars(
            select(Activity)
            .where(
                Activity.territory_id == territory.id,
                Activity.kind == ActivityKind.SCHOOL_SATURDAY,
                Activity.venue_id.in_(schools),
            )
            .options(joinedload(Activity.action).joinedload(Action.axis))
            .order_by(Activity.id.desc())  # where a school has two, the older one
        )
    }
    missing = [venue for number, venue in schools.items() if number not in known]
    action = _school_action(territory) if missing else None
    opened = {
        venue.id: Activity(
            action=action,
            territory_id=territory.id,
            slug=slug_from(f"samedis-matins-{venue.slug}", longest=120),
            kind=ActivityKind.SCHOOL_SATURDAY,
            title=wording.activity_title(venue),
            venue=venue,
            usual_start=USUAL_START,
            usual_minutes=USUAL_MINUTES,
            is_demonstration=venue.is_demonstration,
        )
        for venue in missing
    }
    db.session.add_all(opened.values())
    db.session.flush()
    return {number: known.get(number) or opened[number] for number in schools}


def _school_action(territory: Territory) -> Action:
    """The action named as the framework names it; raises NoSchoolAction."""
    actions = db.session.scalars(
        select(Action)
        .where(Action.territory_id == territory.id)
        .options(joinedload(Action.axis))
        .order_by(Action.id)
    )
    wanted = slug_from(SCHOOL_ACTION)
    for action in actions:
        if wanted in {slug_from(action.name), slug_from(action.public_name)}:
            return action
    raise NoSchoolAction(name=SCHOOL_ACTION)


def _announcement(line: DraftLine, activity: Activity) -> Announcement:
    if line.day is None or line.topic is None or line.organisation is None:
        raise ValueError(f"line {line.id} is no proposed session")
    start = activity.usual_start or USUAL_START
    starts_at = local(line.day, start.hour, start.minute)
    return Announcement(
        activity=activity,
        venue=line.venue,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=activity.usual_minutes or USUAL_MINUTES),
        title=wording.event_title(line.topic.name),
        summary=wording.event_summary(line.organisation.name),
        host=line.organisation,
        topic=line.topic,
        audience=activity.usual_audience,
        is_restricted=activity.usual_restricted,
        registration=activity.usual_registration,
        capacity=activity.usual_capacity,
    )
