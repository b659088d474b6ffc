"""Which months of a school year are planned: those in which schools are owed a Saturday.

Pure: the school calendar answers, no database is asked.
"""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import date, datetime, timedelta

from eventsapp.clock import day_of
from eventsapp.planning.engine.saturdays.problem import Period
from eventsapp.programme.school_calendar import SchoolYear, zone_c
from eventsapp.refusals import Refusal, msgid

MONTHS_OWED = 10
"""A school is owed a Saturday a month from September to June: the holidays begin early in July."""


class SchoolYearUnknown(Refusal):
    """A school year is written « 2026-2027 »."""

    sentence = msgid("Écrivez une année scolaire comme 2026-2027.")


class SchoolYearIsOver(Refusal):
    """Nothing is left to plan. Parameter: `year`."""

    sentence = msgid("L’année scolaire %(year)s n’a plus de samedi à proposer.")


def school_year(label: str) -> SchoolYear:
    """The school year written « 2026-2027 »; raises SchoolYearUnknown."""
    years = re.fullmatch(r"(20\d\d)-(20\d\d)", label)
    if not years or int(years[2]) != int(years[1]) + 1:
        raise SchoolYearUnknown(field="school_year")
    return SchoolYear(int(years[1]))


def first_day_to_plan(year: SchoolYear, now: datetime) -> date:
    """Tomorrow, or the first day of a year that has not begun."""
    return max(day_of(now) + timedelta(days=1), year.first)


def last_day_to_plan(year: SchoolYear) -> date:
    """The last day of the last month in which schools are owed a Saturday: 30 June."""
    return year.months[MONTHS_OWED] - timedelta(days=1)


def periods_of(year: SchoolYear, first_day: date) -> tuple[Period, ...]:
    """The months that still have an open Saturday; raises CalendarNotCovered, SchoolYearIsOver."""
    calendar = zone_c()
    calendar.require(year.first)
    calendar.require(year.last)
    by_month: defaultdict[str, list[date]] = defaultdict(list)
    last_day = last_day_to_plan(year)
    if first_day <= last_day:
        for saturday in calendar.saturdays(max(first_day, year.first), last_day):
            if saturday.is_open:
                by_month[month_key(saturday.day)].append(saturday.day)
    if not by_month:
        raise SchoolYearIsOver(field="school_year", year=year.label)
    return tuple(Period(month, tuple(days)) for month, days in by_month.items())


def month_key(day: date) -> str:
    """« 2026-11 »: how a month is called in problems and drafts."""
    return f"{day:%Y-%m}"
