"""Breakfasts, workshops and the trail: series announced from their rule, the trail on its one day."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from eventsapp.agenda import scheduling
from eventsapp.agenda.entry_rules import EntryForm, EntryRules
from eventsapp.agenda.models import Activity, ActivityKind, Event
from eventsapp.agenda.recurrence import held, preview
from eventsapp.agenda.rules import Avoid, Rule
from eventsapp.agenda.scheduling import Announcement
from eventsapp.clock import local
from eventsapp.codes import slug_from
from eventsapp.database import db
from eventsapp.people.models import Organisation
from eventsapp.programme.models import Action
from eventsapp.programme.school_calendar import SchoolYear, zone_c
from eventsapp.seeds.ground import Actions, Venues
from eventsapp.seeds.luck import luck
from eventsapp.seeds.records import ActivityRecord, Records


def plant_series(
    records: Records,
    actions: Actions,
    venues: Venues,
    hosts: dict[str, list[Organisation]],
    year: SchoolYear,
    *,
    now: datetime,
) -> list[Event]:
    """Announces a school year of each series; `hosts` are the associations approved in each territory."""
    announcements: list[Announcement] = []
    for record in records.activities:
        announcements += _dates(
            record, actions[record.territory, record.action], venues, hosts[record.territory], year
        )
    return scheduling.announce_all(announcements, actor="seeds", now=now)


TRAIL_ENTRY = EntryRules(form=EntryForm.FULL, most_under_6=40, children_per_adult=4)
"""Guides know each walker by a first name, and push few pushchairs up the Buttes."""


def trail_day(year: SchoolYear) -> date:
    """The first Saturday from 25 May on that nothing closes."""
    spring = zone_c().saturdays(date(year.begins_in + 1, 5, 25), date(year.begins_in + 1, 6, 30))
    return next(saturday.day for saturday in spring if saturday.is_open)


def _dates(
    record: ActivityRecord, action: Action, venues: Venues, hosts: list[Organisation], year: SchoolYear
) -> list[Announcement]:
    rule = _rule(record, year)
    places = [venues[record.territory, name] for name in record.places]
    activity = Activity(
        action=action,
        territory_id=action.territory_id,
        slug=slug_from(record.title, longest=120),
        kind=record.kind,
        title=record.title,
        summary=record.summary,
        rule=rule.to_dict() if rule else None,
        venue=places[0],
        usual_start=record.starts,
        usual_minutes=record.minutes,
        usual_audience=record.audience,
        usual_restricted=record.is_restricted,
        usual_registration=record.registration,
        usual_capacity=record.capacity,
        usual_entry=TRAIL_ENTRY if record.kind is ActivityKind.TRAIL else EntryRules(),
        is_demonstration=True,
    )
    db.session.add(activity)
    db.session.flush()
    # A sensitive action shows nobody who comes to it, nor who holds it.
    turns = [] if action.is_sensitive else luck("hosts", record.key).sample(hosts, len(hosts))
    days = held(preview(rule, (), zone_c())) if rule else [trail_day(year)]
    announcements = []
    for number, day in enumerate(days):
        session = record.sessions[number % len(record.sessions)]
        starts_at = local(day, record.starts.hour, record.starts.minute)
        announcements.append(
            Announcement(
                activity=activity,
                venue=places[number % len(places)],
                starts_at=starts_at,
                ends_at=starts_at + timedelta(minutes=record.minutes),
                audience=record.audience,
                title=session.title,
                summary=session.summary,
                description=_itinerary(record) if rule is None else "",
                host=turns[number % len(turns)] if turns else None,
                is_restricted=record.is_restricted,
                registration=record.registration,
                capacity=record.capacity,
            )
        )
    return announcements


def _rule(record: ActivityRecord, year: SchoolYear) -> Rule | None:
    if record.when_closed is None:
        return None
    return Rule(
        weekday=record.weekday,
        first=date(year.begins_in, 9, 7),
        last=date(year.begins_in + 1, 6, 30),
        ordinals=record.ordinals,
        avoid=frozenset(Avoid),
        when_closed=record.when_closed,
    )


def _itinerary(record: ActivityRecord) -> str:
    """The places of a trail, in the order one walks them, one a line."""
    first, *between, last = record.places
    stages = [f"Étape {number} : {place}" for number, place in enumerate(between, start=1)]
    return "\n".join([f"Départ : {first}", *stages, f"Arrivée : {last}"])
