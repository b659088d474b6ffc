"""What the address of the agenda asks for: a view, filters, a span of days."""

from __future__ import annotations

import enum
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TypeVar

from flask_babel import gettext, lazy_gettext

from eventsapp import clock, languages
from eventsapp.agenda.listings import Choices, Filters
from eventsapp.agenda.models import Audience
from eventsapp.programme.models import Theme
from eventsapp.web.addresses import here
from eventsapp.web.residents.months import last_of

Choice = TypeVar("Choice", bound=enum.StrEnum)

VIEWS = ("liste", "mois", "plan")
LONGEST_SEARCH = 60
LONGEST_SLUG = 60
MOST_PAGES = 999
FIRST_YEAR, LAST_YEAR = 2000, 2100
"""Years beyond which a date in an address is taken for a mistake."""


SPANS = {
    "aujourdhui": lazy_gettext("Aujourd’hui"),
    "semaine": lazy_gettext("Cette semaine"),
    "week-end": lazy_gettext("Ce week-end"),
}
"""Values of `quand` and their names."""


@dataclass(frozen=True)
class Wish:
    """What a visitor asks for. `when` names the span of days: "", "aujourdhui", "semaine",
    "week-end", "mois" or "jour"; `month` is the first day of the month shown beside or as a page."""

    view: str
    filters: Filters
    when: str
    month: date
    page: int

    @property
    def around(self) -> Filters:
        """The same wishes without the days: for the month that surrounds them."""
        return replace(self.filters, first_day=None, last_day=None)

    @property
    def is_plain(self) -> bool:
        """Whether nothing is asked: the front page of a territory."""
        return self.view == "liste" and self.page == 1 and self.filters == Filters()

    def among(self, quartiers: Collection[str]) -> Wish:
        """The same wish without a quartier that is none of these, as an unknown theme is left out."""
        if self.filters.quartier in quartiers:
            return self
        return replace(self, filters=replace(self.filters, quartier=None))

    def since(self, now: datetime) -> datetime:
        """The instant from which events count as to come: `now`, or the first hour of days gone by.

        Whoever opens a past day wants to see what took place.
        """
        first, last = self.filters.first_day, self.filters.last_day
        past = first and last and last < clock.day_of(now)
        return clock.local(first, 0) if first and past else now


def read(asked: Mapping[str, str], today: date) -> Wish:
    """Reads the query kindly: what is not understood is left out, never an error."""
    month = month_from(asked.get("mois", ""))
    day = day_from(asked.get("jour", ""))
    when, first, last = _span(asked.get("quand", ""), today)
    if day:
        when, first, last = "jour", day, day
    elif month and not when:
        when, first, last = "mois", month, last_of(month)
    view, page = asked.get("vue", ""), asked.get("page", "")
    return Wish(
        view=view if view in VIEWS else VIEWS[0],
        filters=Filters(
            theme=_member(Theme, asked.get("theme")),
            quartier=asked.get("quartier", "")[:LONGEST_SLUG] or None,
            audience=_member(Audience, asked.get("public")),
            first_day=first,
            last_day=last,
            words=" ".join(asked.get("q", "")[:LONGEST_SEARCH].split()),
        ),
        when=when,
        month=(day or month or today).replace(day=1),
        page=min(MOST_PAGES, int(page)) if page.isascii() and page.isdigit() and int(page) else 1,
    )


def taken(wish: Wish, choices: Choices) -> list[tuple[str, str]]:
    """The filters in force: each in words, with the address without it."""
    filters, found = wish.filters, []
    if filters.theme:
        found.append((filters.theme.public_label, here(theme=None, page=None)))
    if filters.quartier:
        name = dict(choices.quartiers).get(filters.quartier, filters.quartier)
        found.append((name, here(quartier=None, page=None)))
    if filters.audience:
        found.append((filters.audience.label, here(public=None, page=None)))
    if filters.words:
        found.append((gettext("« %(words)s »", words=filters.words), here(q=None, page=None)))
    if wish.when and wish.view != "mois":
        found.append((when_label(wish), here(quand=None, jour=None, mois=None, page=None)))
    return found


def when_label(wish: Wish) -> str:
    """« Aujourd’hui », « Ce week-end », « décembre 2026 », « samedi 28 novembre »."""
    if wish.when == "jour" and wish.filters.first_day:
        return languages.long_day(wish.filters.first_day, year=False)
    if wish.when == "mois":
        return languages.month_name(wish.month)
    return str(SPANS.get(wish.when, ""))


def day_from(text: str) -> date | None:
    """« 2026-11-28 », or None."""
    try:
        day = date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
    return day if day and FIRST_YEAR <= day.year <= LAST_YEAR else None


def month_from(text: str) -> date | None:
    """The first day of « 2026-11 », or None."""
    return day_from(f"{text}-01")


def _span(when: str, today: date) -> tuple[str, date | None, date | None]:
    """The days of a chip, from today on: past days of a week are of no use."""
    monday = today - timedelta(days=today.weekday())
    spans = {
        "aujourdhui": (today, today),
        "semaine": (today, monday + timedelta(days=6)),
        "week-end": (max(today, monday + timedelta(days=5)), monday + timedelta(days=6)),
    }
    return (when, *spans[when]) if when in spans else ("", None, None)


def _member(kind: type[Choice], text: str | None) -> Choice | None:
    return kind(text) if text in set(kind) else None
