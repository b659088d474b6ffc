"""The public agenda: list, month and map, with its filters in the address."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import groupby

from flask import Blueprint, render_template, request
from flask_babel import ngettext

from eventsapp import clock, languages
from eventsapp.agenda import listings
from eventsapp.agenda.models import Audience, Event
from eventsapp.places.listings import territory_by_slug
from eventsapp.places.models import Territory
from eventsapp.programme import listings as programme
from eventsapp.web.addresses import here
from eventsapp.web.filters import month_value
from eventsapp.web.residents import wishes
from eventsapp.web.residents.maps import Pin, pins_of
from eventsapp.web.residents.months import Line, last_of, month_of
from eventsapp.web.residents.wishes import Wish

bp = Blueprint("agenda", __name__)

PER_PAGE = 30
OFFERED_AUDIENCES = (Audience.EVERYONE, Audience.FAMILIES, Audience.PROFESSIONALS)
"""Filters on offer: parents of one school find it by its name."""


@bp.get("/<territory:territory>/")
def listing(territory: str) -> str:
    """Everything to come in a territory; four statements at most."""
    area = territory_by_slug(territory)
    wish = wishes.read(request.args, clock.today())
    choices = listings.choices(area, now=clock.now())
    wish = wish.among(known_quartiers(area, choices))
    view = {"liste": _list, "mois": _month, "plan": _map}[wish.view]
    shown = view(area, wish)
    is_empty = not shown["events"]
    return render_template(
        f"residents/agenda/{wish.view}.html",
        territory=area,
        wish=wish,
        filters=wish.filters,
        choices=choices,
        quartier_urls={slug: here(quartier=slug, page=None) for slug, _ in choices.quartiers},
        taken=wishes.taken(wish, choices),
        when_label=wishes.when_label(wish),
        audiences=OFFERED_AUDIENCES,
        this_month=month_value(clock.today()),
        # Nothing to come at all: the next event is not looked for, but why there is none is told.
        following=listings.next_after(area, now=clock.now()) if is_empty and choices.themes else None,
        awaited=programme.status_of(area) if is_empty and not choices.themes else None,
        **shown,
    )


def _list(territory: Territory, wish: Wish) -> dict[str, object]:
    found = _found(territory, wish)
    month = None
    if found.events:
        starts = listings.starts_between(territory, wish.around, wish.month, last_of(wish.month))
        busy = {day: range(count) for day, count in Counter(map(clock.day_of, starts)).items()}
        month = month_of(wish.month, busy, today=clock.today(), address=_day_address)
    return {
        "found": found,
        "events": found.events,
        "count_label": count_label(wish, found.total),
        "days": by_day(found.events),
        "month": month,
    }


def _month(territory: Territory, wish: Wish) -> dict[str, object]:
    last = last_of(wish.month)
    events = listings.between(territory, wish.around, wish.month, last)
    busy = {day: [Line(event) for event in group] for day, group in by_day(events)}
    return {
        "count_label": count_label(replace(wish, when="mois"), len(events)),
        "month": month_of(wish.month, busy, today=clock.today(), address=_day_address, with_notes=True),
        "events": events,
        "previous_month": wish.month - timedelta(days=1),
        "next_month": last + timedelta(days=1),
    }


def _map(territory: Territory, wish: Wish) -> dict[str, object]:
    found = _found(territory, wish)
    pins = pins_of(territory.drawing, found.events)
    return {
        "found": found,
        "events": found.events,
        "count_label": map_label(pins, found.total) or count_label(wish, found.total),
        "drawing": territory.drawing,
        "pins": pins,
    }


def _found(territory: Territory, wish: Wish) -> listings.Page:
    since = wish.since(clock.now())
    return listings.upcoming(territory, wish.filters, now=since, page=wish.page, per_page=PER_PAGE)


def count_label(wish: Wish, count: int) -> str:
    """« 14 rendez-vous en mai 2027 »: how many, and over which days."""
    if wish.when == "mois" and wish.view != "mois" and wish.month == clock.today().replace(day=1):
        month = languages.month_name(wish.month, year=False)
        return ngettext(
            "%(num)d rendez-vous d’ici fin %(month)s",
            "%(num)d rendez-vous d’ici fin %(month)s",
            count,
            month=month,
        )
    if wish.when == "mois":
        month = languages.month_name(wish.month)
        return ngettext(
            "%(num)d rendez-vous en %(month)s", "%(num)d rendez-vous en %(month)s", count, month=month
        )
    if wish.when == "jour" and wish.filters.first_day:
        day = languages.long_day(wish.filters.first_day, year=False)
        return ngettext("%(num)d rendez-vous le %(day)s", "%(num)d rendez-vous le %(day)s", count, day=day)
    if wish.when == "aujourdhui":
        return ngettext("%(num)d rendez-vous aujourd’hui", "%(num)d rendez-vous aujourd’hui", count)
    if wish.when == "semaine":
        return ngettext("%(num)d rendez-vous cette semaine", "%(num)d rendez-vous cette semaine", count)
    if wish.when == "week-end":
        return ngettext("%(num)d rendez-vous ce week-end", "%(num)d rendez-vous ce week-end", count)
    return ngettext("%(num)d rendez-vous à venir", "%(num)d rendez-vous à venir", count)


def known_quartiers(territory: Territory, choices: listings.Choices) -> set[str]:
    """The slugs of a territory's quartiers: those of its map, and those where something is to come."""
    drawn = territory.drawing["quartiers"] if territory.drawing else ()
    return {slug for slug, *_ in drawn} | {slug for slug, _ in choices.quartiers}


def map_label(pins: Sequence[Pin], total: int) -> str:
    """« 30 rendez-vous sur le plan, sur 323 », or nothing where the map shows all or none."""
    shown = sum(len(stop.events) for pin in pins if pin.x is not None for stop in pin.stops)
    if shown in (0, total):
        return ""
    return ngettext(
        "%(num)d rendez-vous sur le plan, sur %(total)d",
        "%(num)d rendez-vous sur le plan, sur %(total)d",
        shown,
        total=total,
    )


def _day_address(day: date) -> str:
    return here(jour=day.isoformat(), vue=None, quand=None, mois=None, page=None)


def by_day(events: Sequence[Event]) -> list[tuple[date, list[Event]]]:
    """Events grouped by the Paris day on which they start, in order."""
    return [
        (day, list(group)) for day, group in groupby(events, key=lambda event: clock.day_of(event.starts_at))
    ]
