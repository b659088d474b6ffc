"""The public agenda: list, month and map, with its filters in the address."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby
from typing import TypeVar

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext

from eventsapp import clock, languages
from eventsapp.agenda import listings
from eventsapp.agenda.listings import Filters
from eventsapp.agenda.models import Audience, Event
from eventsapp.places.drawing import project
from eventsapp.places.models import Territory
from eventsapp.programme.models import Theme
from eventsapp.web.addresses import here, territory_of
from eventsapp.web.residents.months import last_of, month_of

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

    @property
    def around(self) -> Filters:
        """The same wishes without the days: for the month that surrounds them."""
        return replace(self.filters, first_day=None, last_day=None)


@bp.get("/<territory:territory>/")
def listing(territory: str) -> str:
    """Everything to come in a territory."""
    area = territory_of(territory)
    now, today = clock.now(), clock.today()
    wish = read_wish(today)
    choices = listings.choices(area, now=now)
    view = {"liste": _list, "mois": _month, "plan": _map}[wish.view]
    return render_template(
        f"residents/agenda/{wish.view}.html",
        territory=area,
        wish=wish,
        filters=wish.filters,
        choices=choices,
        quartier_urls={slug: here(quartier=slug, page=None) for slug, _ in choices.quartiers},
        taken=_taken(wish, choices),
        when_label=when_label(wish) if wish.when else "",
        audiences=(Audience.EVERYONE, Audience.FAMILIES, Audience.PROFESSIONALS),
        **view(area, wish),
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
        when, first, last = "mois", month, last_of(month)
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
    starts = listings.starts_between(territory, wish.around, wish.month, last_of(wish.month))
    busy = {day: range(count) for day, count in Counter(map(clock.day_of, starts)).items()}
    return {
        "found": found,
        "days": by_day(found.events),
        "following": following,
        "month": month_of(wish.month, busy, today=clock.today(), address=_day_address),
    }


def _month(territory: Territory, wish: Wish) -> dict[str, object]:
    last = last_of(wish.month)
    events = listings.between(territory, wish.around, wish.month, last)
    busy = {day: [_square(event) for event in group] for day, group in by_day(events)}
    return {
        "count": len(events),
        "month": month_of(wish.month, busy, today=clock.today(), address=_day_address),
        "previous_month": wish.month - timedelta(days=1),
        "next_month": last + timedelta(days=1),
    }


def _map(territory: Territory, wish: Wish) -> dict[str, object]:
    found = listings.upcoming(territory, wish.filters, now=clock.now(), page=wish.page, per_page=PER_PAGE)
    by_venue: dict[int, list[Event]] = {}
    for event in found.events:
        by_venue.setdefault(event.venue_id, []).append(event)
    return {
        "found": found,
        "drawing": territory.drawing,
        "places": [_point(territory, number, group) for number, group in enumerate(by_venue.values(), 1)],
    }


def _point(territory: Territory, number: int, events: list[Event]) -> dict[str, object]:
    """A place on the map with its next events; without coordinates it stays in the list only."""
    venue = events[0].venue
    spot = None
    if territory.drawing and venue.latitude is not None and venue.longitude is not None:
        spot = project(territory.drawing, venue.latitude, venue.longitude)
    return {
        "number": number,
        "label": venue.name,
        "venue": venue,
        "events": events,
        "url": f"#lieu-{number}",
        "x": spot[0] if spot else None,
        "y": spot[1] if spot else None,
    }


def _square(event: Event) -> dict[str, object]:
    return {
        "url": url_for("events.page", code=event.code, slug=event.slug),
        "title": event.title,
        "theme": event.activity.action.axis.theme,
        "hour": languages.hour(event.starts_at),
        "cancelled": event.is_cancelled,
    }


def _day_address(day: date) -> str:
    return here(jour=day.isoformat(), vue=None, quand=None, mois=None, page=None)


def by_day(events: Sequence[Event]) -> list[tuple[date, list[Event]]]:
    """Events grouped by the Paris day on which they start, in order."""
    return [
        (day, list(group)) for day, group in groupby(events, key=lambda event: clock.day_of(event.starts_at))
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


def _member(kind: type[Choice], text: str | None) -> Choice | None:
    return kind(text) if text in set(kind) else None
