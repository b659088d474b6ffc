"""The school Saturdays: one activity a school, then a year proposed and accepted as a coordinator does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time

from eventsapp.agenda.models import Activity, ActivityKind, Audience, Event, RegistrationMode
from eventsapp.codes import slug_from
from eventsapp.database import db
from eventsapp.people.models import Account
from eventsapp.places.models import Territory, Venue
from eventsapp.planning import drafting
from eventsapp.programme.models import Action
from eventsapp.programme.school_calendar import SchoolYear
from eventsapp.seeds.luck import luck
from eventsapp.tasks import queue

SUMMARY = "Parents et enfants se retrouvent à l’école autour d’un sujet, avec une association."
HOURS = (time(9, 30), time(10, 0))
MINUTES = 120
PLACES = 24
"""Of a school that counts them: a classroom."""


def plant_activities(action: Action, schools: list[Venue]) -> list[Activity]:
    """One series a school. A third keep their Saturdays to their own parents; a sixth count places."""
    activities = []
    for school in schools:
        chance = luck("school", school.slug)
        own_parents, counted = chance.random() < 1 / 3, chance.random() < 1 / 6
        name = school.name[0].lower() + school.name[1:]
        activities.append(
            Activity(
                action=action,
                territory_id=action.territory_id,
                slug=slug_from(f"samedis matins {school.slug}", longest=120),
                kind=ActivityKind.SCHOOL_SATURDAY,
                title=f"Samedis matins, {name}",
                summary=SUMMARY,
                venue=school,
                usual_start=chance.choice(HOURS),
                usual_minutes=MINUTES,
                usual_audience=Audience.SCHOOL_PARENTS if own_parents else Audience.EVERYONE,
                usual_restricted=own_parents,
                usual_registration=RegistrationMode.COUNTED if counted else RegistrationMode.NONE,
                usual_capacity=PLACES if counted else None,
                is_demonstration=True,
            )
        )
    db.session.add_all(activities)
    db.session.flush()
    return activities


def plan_year(
    territory: Territory,
    year: SchoolYear,
    account: Account,
    *,
    now: datetime,
    seconds: float | None,
    iterations: int | None,
    on_progress: Callable[[float, str], None] | None = None,
) -> list[Event]:
    """Has the year of a territory proposed, and accepts it; the events in the order of their dates."""
    draft = drafting.request(territory, year.label, requested_by=account.id, now=now)
    # The task is ours: a worker that starts beside us must not work the draft out once more.
    claim = queue.claim(now, only=draft.task_id)
    drafting.solve(draft, now=now, seconds=seconds, iterations=iterations, on_progress=on_progress)
    if claim:
        queue.finish(claim, result_id=draft.id, now=now)
    return drafting.accept(draft, actor=account.actor, now=now)
