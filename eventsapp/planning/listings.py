"""Queries about plans, shared by pages and commands; each in a constant number of statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from eventsapp.agenda.models import Activity, ActivityKind, Event, Topic
from eventsapp.database import db
from eventsapp.people.models import Organisation
from eventsapp.places.models import Quartier, Territory, Venue
from eventsapp.planning.models import Draft, DraftLine, DraftStatus
from eventsapp.programme.models import Action, Axis, Theme
from eventsapp.refusals import NotFound
from eventsapp.tasks.models import Task


@dataclass(frozen=True)
class LineOfPlan:
    """One school in one month, with the names that a page shows: 720 of them make no 720 objects' graph."""

    venue_id: int
    school: str
    quartier_slug: str
    quartier: str
    period: str
    day: date | None
    organisation: str | None
    topic: str | None
    reasons: list[dict[str, Any]]
    gap: dict[str, Any] | None
    event_code: str | None


def by_id(draft_id: int) -> Draft:
    """The draft with this number and its territory; one statement. Raises NotFound."""
    draft = db.session.scalars(
        select(Draft).where(Draft.id == draft_id).options(joinedload(Draft.territory))
    ).first()
    if draft is None:
        raise NotFound()
    return draft


def by_task(task: Task) -> Draft | None:
    """The draft that a task works out, with its territory; None for a task of another kind."""
    return db.session.scalars(
        select(Draft).where(Draft.task_id == task.id).options(joinedload(Draft.territory))
    ).first()


def of_territory(territory: Territory, *, limit: int = 30) -> Sequence[tuple[Draft, Task | None]]:
    """The latest drafts, newest first, each with the task that worked it out; one statement."""
    rows = db.session.execute(
        select(Draft, Task)
        .outerjoin(Task, Task.id == Draft.task_id)
        .where(Draft.territory_id == territory.id)
        .order_by(Draft.id.desc())
        .limit(limit)
    )
    return [(draft, task) for draft, task in rows]


def waiting_for_a_yes(territory: Territory) -> int:
    """How many drafts wait for somebody to accept them or set them aside."""
    waiting = select(func.count()).where(
        Draft.territory_id == territory.id, Draft.status == DraftStatus.PROPOSED
    )
    return db.session.scalar(waiting) or 0


def lines_of(draft: Draft) -> list[LineOfPlan]:
    """Every line of a draft, school by school in the order of their names, then by month; one statement."""
    rows = db.session.execute(
        select(
            DraftLine.venue_id,
            Venue.short_name,
            func.coalesce(Quartier.slug, ""),
            func.coalesce(Quartier.name, ""),
            DraftLine.period,
            DraftLine.day,
            Organisation.name,
            Topic.name,
            DraftLine.reasons,
            DraftLine.gap,
            Event.code,
        )
        .join(Venue, Venue.id == DraftLine.venue_id)
        .outerjoin(Quartier, Quartier.id == Venue.quartier_id)
        .outerjoin(Organisation, Organisation.id == DraftLine.organisation_id)
        .outerjoin(Topic, Topic.id == DraftLine.topic_id)
        .outerjoin(Event, Event.id == DraftLine.event_id)
        .where(DraftLine.draft_id == draft.id)
        .order_by(Venue.short_name, DraftLine.venue_id, DraftLine.period)
    )
    return [LineOfPlan(*row) for row in rows]


def theme_of_saturdays(territory: Territory) -> Theme | None:
    """The theme under which the school Saturdays of a territory are held; None before the first series."""
    return db.session.scalar(
        select(Axis.theme)
        .join(Action, Action.axis_id == Axis.id)
        .join(Activity, Activity.action_id == Action.id)
        .where(Activity.territory_id == territory.id, Activity.kind == ActivityKind.SCHOOL_SATURDAY)
        .limit(1)
    )


def names_of(organisation_ids: set[int]) -> dict[int, str]:
    """Names of organisations by their number; one statement, none when nobody is asked for."""
    if not organisation_ids:
        return {}
    rows = db.session.execute(
        select(Organisation.id, Organisation.name).where(Organisation.id.in_(organisation_ids))
    )
    return {row.id: row.name for row in rows}
