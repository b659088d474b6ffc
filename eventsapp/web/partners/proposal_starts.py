"""What the form of a proposal says before anybody types: as last time, once more, or as it was proposed."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from eventsapp import clock
from eventsapp.agenda.models import Audience, Event, RegistrationMode
from eventsapp.agenda.rules import Rule
from eventsapp.people.models import Organisation
from eventsapp.programme.school_calendar import CalendarNotCovered, zone_c
from eventsapp.proposals import listings
from eventsapp.proposals.models import Proposal
from eventsapp.proposals.publishing import rule_of
from eventsapp.proposals.submitting import new_form

ONE_WEEK = timedelta(weeks=1)


class Repeat(StrEnum):
    """How often it is held; which weekday, and which one of the month, its first day says."""

    ONCE = "une_fois"
    WEEKLY = "semaine"
    FORTNIGHTLY = "quinzaine"
    MONTHLY = "mois"


def fresh(organisation: Organisation, *, today: date) -> dict[str, object]:
    """What an empty form says already: as the organisation did last, on its next usual day."""
    last = listings.last_event_of(organisation)
    if last is None:
        return _sheet() | {
            "repeat": Repeat.ONCE.value,
            "until": _next_june(today),
            "audience": Audience.EVERYONE.value,
            "registration": RegistrationMode.NONE.value,
        }
    again = once_more(last, today=today)
    again["day"] = _next_like(min(clock.day_of(last.starts_at), today), today)
    for part in ("title", "summary", "description", "topic", "alternative", "accessibility", "keep_picture"):
        again.pop(part, None)
    return again


def once_more(event: Event, *, today: date) -> dict[str, object]:
    """What a form says to hold an event again: the same, on the next weekday like its own with school."""
    starts_at, ends_at = (one.astimezone(clock.PARIS) for one in (event.starts_at, event.ends_at))
    return _sheet() | {
        "action": str(event.activity.action_id),
        "title": event.title,
        "venue": str(event.venue_id),
        "day": _next_like(starts_at.date(), today),
        "start": starts_at.time(),
        "end": ends_at.time(),
        "repeat": Repeat.ONCE.value,
        "until": _next_june(today),
        "summary": event.summary,
        "description": event.description,
        "topic": str(event.topic_id or ""),
        "audience": event.audience.value,
        "spoken": event.spoken_languages,
        "accessibility": event.accessibility,
        "registration": event.registration.value,
        "capacity": event.capacity,
        "keep_picture": event.picture_id is not None,
        "alternative": event.picture_alternative,
    }


def as_proposed(proposal: Proposal) -> dict[str, object]:
    """What a form says to correct a proposal."""
    rule = rule_of(proposal)
    return _sheet() | {
        "action": str(proposal.action_id),
        "title": proposal.title,
        "venue": str(proposal.venue_id),
        "day": proposal.day,
        "start": proposal.start,
        "end": proposal.ends_at.astimezone(clock.PARIS).time(),
        "repeat": _repeat_of(rule).value,
        "until": rule.last if rule else _next_june(proposal.day),
        "summary": proposal.summary,
        "description": proposal.description,
        "topic": str(proposal.topic_id or ""),
        "audience": proposal.audience.value,
        "spoken": proposal.spoken_languages,
        "accessibility": proposal.accessibility,
        "registration": proposal.registration.value,
        "capacity": proposal.capacity,
        "keep_picture": proposal.picture_id is not None,
        "alternative": proposal.picture_alternative,
    }


def _sheet() -> dict[str, object]:
    return {"sheet": new_form()}


def _repeat_of(rule: Rule | None) -> Repeat:
    if rule is None:
        return Repeat.ONCE
    if rule.ordinals:
        return Repeat.MONTHLY
    return Repeat.WEEKLY if rule.every == 1 else Repeat.FORTNIGHTLY


def _next_june(day: date) -> date:
    """The end of a school year: until when a series is usually held."""
    return date(day.year + (day.month >= 6), 6, 30)


def _next_like(day: date, today: date) -> date:
    """The next such weekday after that day and after today, outside of closures as far as they are known."""
    found = day + ONE_WEEK
    if found <= today:
        found = today + timedelta(days=(day.weekday() - today.weekday() - 1) % 7 + 1)
    open_day = found
    try:
        while zone_c().closures_on(open_day):
            open_day += ONE_WEEK
    except CalendarNotCovered:
        return found
    return open_day
