"""Months as tables: what the small month beside a list and the large one draw."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from flask import url_for

from eventsapp import languages
from eventsapp.agenda.models import Event
from eventsapp.agenda.wording import CLOSURES
from eventsapp.programme import school_calendar
from eventsapp.programme.models import Theme
from eventsapp.programme.school_calendar import CalendarNotCovered
from eventsapp.web.filters import initial


@dataclass(frozen=True)
class Day:
    """One square: its events (or as many of anything), its address, why schools are closed."""

    date: date
    url: str | None
    events: Sequence[object]
    today: bool
    past: bool
    note: str


@dataclass(frozen=True)
class Line:
    """An event in a square of the large month. Written when shown: three of sixteen on a Saturday."""

    event: Event

    @property
    def url(self) -> str:
        """Its page."""
        return url_for("events.page", code=self.event.code, slug=self.event.slug)

    @property
    def title(self) -> str:
        """Its title."""
        return self.event.title

    @property
    def theme(self) -> Theme:
        """The theme of its action."""
        return self.event.activity.action.axis.theme

    @property
    def hour(self) -> str:
        """« 9 h 30 »."""
        return languages.hour(self.event.starts_at)

    @property
    def cancelled(self) -> bool:
        """Whether it is called off."""
        return self.event.is_cancelled


@dataclass(frozen=True)
class Month:
    """A month by weeks from Monday on; None stands for days of its neighbours."""

    title: str
    weeks: list[list[Day | None]]

    @property
    def closures(self) -> list[tuple[str, date, date]]:
        """Its notes, each once for all the days in a row that bear it, with the first and the last."""
        days = [day for week in self.weeks for day in week if day]
        spans = [(note, list(group)) for note, group in groupby(days, key=lambda day: day.note)]
        return [(note, group[0].date, group[-1].date) for note, group in spans if note]


def month_of(
    first: date,
    busy: Mapping[date, Sequence[object]],
    *,
    today: date,
    address: Callable[[date], str],
    with_notes: bool = False,
) -> Month:
    """The month that begins on `first`; days in `busy` lead to `address`; notes say why schools close."""

    def square(day: date) -> Day | None:
        if day.month != first.month:
            return None
        events = busy.get(day, ())
        note = closure_note(day) if with_notes else ""
        return Day(day, address(day) if events else None, events, day == today, day < today, note)

    weeks = calendar.Calendar().monthdatescalendar(first.year, first.month)
    return Month(languages.month_name(first), [[square(day) for day in week] for week in weeks])


def last_of(month: date) -> date:
    """The last day of a month."""
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])


def closure_note(day: date) -> str:
    """« Vacances de Noël », « Jour férié de la Toussaint », or nothing where none is known."""
    try:
        closure = school_calendar.zone_c().closure_on(day)
    except CalendarNotCovered:
        return ""
    return initial(str(CLOSURES.get(closure.name, closure.name))) if closure else ""
