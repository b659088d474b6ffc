"""The public agenda: list, month and map, with its filters in the address."""

from __future__ import annotations

import calendar
import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import TypeVar

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext

from eventsapp import clock, languages
from eventsapp.agenda import listings
from eventsapp.agenda.listings import Filters
from eventsapp.agenda.models import Audience, Event
from eventsapp.places.models import Territory
from eventsapp.programme.models import Theme
from eventsapp.web.addresses import here, territory_of

bp = Blueprint("agenda", __name__)

Choice = TypeVar("Choice", bound=enum.StrEnum)

VIEWS = ("liste", "mois", "plan")
PER_PAGE = 30
LONGEST_SEARCH = 60
FIRST_YEAR, LAST_YEAR = 2000, 2100


@dataclass(frozen=True)
class Wish:
    """What the address asks for: a view, filters, a span of days and its name, a page."""

    view: str
    filters: Filters
    when: str
    month: date
    page: int


@bp.get("/<territory:territory_slug>/")
def listing(territory_slug: str) -> str:
    """Everything to come in a territory."""
    territory = territory_of(territory_slug)
    now, today = clock.now(), clock.today()
    wish = read_wish(today)
    choices = listings.choices(territory, now=now)
    view = {"liste": _list, "mois": _month, "plan": _map}[wish.view]
    return render_template(
        f"residents/agenda/{wish.view}.html",
        territory=territory,
        wish=wish,
        filters=wish.filters,
        choices=choices,
        taken=_taken(wish, choices),
        today=today,
        **view(territory, wish),
    )


def read_wish(today: date) -> Wish:
    """Reads the query kindly: what is not understood is left out, never an error."""
    asked = request.args
    month = _month_of(asked.get("mois", "")) or today.replace(day=1)
    when, first, last = _span(asked.get("quand", ""), today)
    day = _day_of(asked.get("jour", ""))
    if day:
        when, first, last = "jour", day, day
    elif not when and _month_of(asked.get("mois", "")):
        when, first, last = "mois", month, _last_of(month)
    view = asked.get("vue", "liste")
    page = asked.get("page", "1")
    return Wish(
        view=view if view in VIEWS else "liste",
        filters=Filters(
            theme=_member(Theme, asked.get("theme")),
            quartier=(asked.get("quartier") or "")[:60] or None,
            audience=_member(Audience, asked.get("public")),
            first_day=first,
            last_day=last,
            words=" ".join(asked.get("q", "")[:LONGEST_SEARCH].split()),
        ),
        when=when,
        month=(day or month).replace(day=1),
        page=int(page) if page.isdecimal() and 1 <= len(page) <= 4 and int(page) else 1,
    )


def _list(territory: Territory, wish: Wish) -> dict[str, object]:
    now = clock.now()
    found = listings.upcoming(territory, wish.filters, now=now, page=wish.page, per_page=PER_PAGE)
    following = None if found.events else listings.next_after(territory, now=now)
    return {
        "found": found,
        "days": by_day(found.events),
        "following": following,
        "weeks": _weeks(territory, wish),
    }


def _month(territory: Territory, wish: Wish) -> dict[str, object]:
    last = _last_of(wish.month)
    events = listings.between(territory, wish.filters, wish.month, last)
    by_date: dict[date, list[Event]] = {day: list(group) for day, group in by_day(events)}
    weeks = [
        [(day if day.month == wish.month.month else None, by_date.get(day, [])) for day in week]
        for week in calendar.Calendar().monthdatescalendar(wish.month.year, wish.month.month)
    ]
    return {
        "events": events,
        "weeks": weeks,
        "days": by_day(events),
        "previous_month": here(mois=(wish.month - timedelta(days=1)).strftime("%Y-%m")),
        "next_month": here(mois=(last + timedelta(days=1)).strftime("%Y-%m")),
    }


def _map(territory: Territory, wish: Wish) -> dict[str, object]:
    found = listings.upcoming(territory, wish.filters, now=clock.now(), page=wish.page, per_page=PER_PAGE)
    return {"found": found, "days": by_day(found.events), "drawing": territory.drawing}


def by_day(events: Sequence[Event]) -> list[tuple[date, list[Event]]]:
    """Events grouped by the Paris day on which they start, in order."""
    return [
        (day, list(group)) for day, group in groupby(events, key=lambda event: clock.day_of(event.starts_at))
    ]


def _weeks(territory: Territory, wish: Wish) -> list[list[tuple[date | None, str | None]]]:
    """The small month beside the list: each day and, where something takes place, its address."""
    busy = listings.days_with_events(territory, wish.filters, wish.month, _last_of(wish.month))
    return [
        [
            (
                day if day.month == wish.month.month else None,
                here(jour=day.isoformat(), quand=None, mois=None, page=None) if day in busy else None,
            )
            for day in week
        ]
        for week in calendar.Calendar().monthdatescalendar(wish.month.year, wish.month.month)
    ]


def _taken(wish: Wish, choices: listings.Choices) -> list[tuple[str, str]]:
    """The filters in force, each with the address without it."""
    filters, taken = wish.filters, []
    if filters.theme:
        taken.append((filters.theme.public_label, here(theme=None, page=None)))
    if filters.quartier:
        name = dict(choices.quartiers).get(filters.quartier, filters.quartier)
        taken.append((name, here(quartier=None, page=None)))
    if filters.audience:
        taken.append((filters.audience.label, here(public=None, page=None)))
    if filters.words:
        taken.append((f"« {filters.words} »", here(q=None, page=None)))
    if wish.when:
        taken.append((when_label(wish), here(quand=None, jour=None, mois=None, page=None)))
    return taken


def when_label(wish: Wish) -> str:
    """« Aujourd’hui », « Ce week-end », « décembre 2026 », « samedi 28 novembre »."""
    if wish.when == "jour" and wish.filters.first_day:
        return languages.long_day(wish.filters.first_day, year=False)
    if wish.when == "mois":
        return languages.month_name(wish.month)
    return {
        "aujourdhui": gettext("Aujourd’hui"),
        "semaine": gettext("Cette semaine"),
        "week-end": gettext("Ce week-end"),
    }[wish.when]


def _span(when: str, today: date) -> tuple[str, date | None, date | None]:
    monday = today - timedelta(days=today.weekday())
    spans = {
        "aujourdhui": (today, today),
        "semaine": (today, monday + timedelta(days=6)),
        "week-end": (max(today, monday + timedelta(days=5)), monday + timedelta(days=6)),
    }
    return (when, *spans[when]) if when in spans else ("", None, None)


def _day_of(text: str) -> date | None:
    try:
        day = date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
    return day if day and FIRST_YEAR <= day.year <= LAST_YEAR else None


def _month_of(text: str) -> date | None:
    return _day_of(f"{text}-01")


def _last_of(month: date) -> date:
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])


def _member(kind: type[Choice], text: str | None) -> Choice | None:
    return kind(text) if text in set(kind) else None
