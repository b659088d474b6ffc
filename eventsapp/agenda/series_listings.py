"""Queries about series, shared by pages; each in a constant number of statements."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from eventsapp.agenda.models import Activity, ActivityKind, Event, RecurrenceException
from eventsapp.agenda.recurrence import held, preview
from eventsapp.agenda.rule_json import rule_from_dict
from eventsapp.agenda.rules import DateException, Rule
from eventsapp.agenda.series import as_exception
from eventsapp.clock import day_of
from eventsapp.database import db
from eventsapp.places.models import Territory
from eventsapp.programme.models import Action
from eventsapp.programme.school_calendar import zone_c
from eventsapp.refusals import NotFound


@dataclass(frozen=True)
class SeriesInBrief:
    """An activity that recurs: its rule, its next day, how many of its dates to come have no event."""

    activity: Activity
    rule: Rule
    next_day: date | None
    missing: int


def by_id(activity_id: int) -> Activity:
    """The activity with this number, its usual place and its territory; one statement. Raises NotFound."""
    wanted = (
        select(Activity)
        .where(Activity.id == activity_id)
        .options(joinedload(Activity.action).joinedload(Action.territory), joinedload(Activity.venue))
    )
    activity = db.session.scalars(wanted).first()
    if activity is None:
        raise NotFound()
    return activity


def of_territory(territory: Territory, *, now: datetime) -> list[SeriesInBrief]:
    """The activities that recur, in the order of their titles; three statements."""
    activities = [one for one in _activities(territory) if one.rule]
    numbers = [activity.id for activity in activities]
    exceptions = _exceptions(numbers)
    announced = _announced(numbers)
    return [
        _in_brief(activity, exceptions[activity.id], announced[activity.id], day_of(now))
        for activity in activities
    ]


def without_rule(territory: Territory) -> list[Activity]:
    """The activities whose dates are said one by one, without school Saturdays; one statement."""
    return [
        one for one in _activities(territory) if not one.rule and one.kind is not ActivityKind.SCHOOL_SATURDAY
    ]


def _activities(territory: Territory) -> list[Activity]:
    ours = select(Activity).where(Activity.territory_id == territory.id)
    return list(db.session.scalars(ours.order_by(Activity.title, Activity.id)))


def _exceptions(activity_ids: list[int]) -> defaultdict[int, list[DateException]]:
    rows = db.session.scalars(
        select(RecurrenceException).where(RecurrenceException.activity_id.in_(activity_ids))
    )
    found: defaultdict[int, list[DateException]] = defaultdict(list)
    for row in rows:
        found[row.activity_id].append(as_exception(row))
    return found


def _announced(activity_ids: list[int]) -> defaultdict[int, set[date]]:
    rows = db.session.execute(
        select(Event.activity_id, Event.starts_at).where(Event.activity_id.in_(activity_ids))
    )
    found: defaultdict[int, set[date]] = defaultdict(set)
    for activity_id, starts_at in rows:
        found[activity_id].add(day_of(starts_at))
    return found


def _in_brief(
    activity: Activity, exceptions: list[DateException], announced: set[date], today: date
) -> SeriesInBrief:
    rule = rule_from_dict(activity.rule)
    days = held(preview(rule, exceptions, zone_c()))
    return SeriesInBrief(
        activity=activity,
        rule=rule,
        next_day=next((day for day in days if day >= today), None),
        missing=sum(day > today and day not in announced for day in days),
    )
