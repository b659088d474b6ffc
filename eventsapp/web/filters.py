"""What templates may say: dates, hours, ordinals, no-break spaces, and who is signed in."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from flask import Flask, url_for
from jinja2.runtime import Macro
from markupsafe import Markup, escape

from eventsapp import clock, languages
from eventsapp.agenda import keeping
from eventsapp.agenda.models import Accessibility, Audience, Event, RegistrationMode
from eventsapp.languages import Language, no_breaks
from eventsapp.people.readers import first_means
from eventsapp.programme.models import Theme
from eventsapp.registrations import seats
from eventsapp.web.residents import quotas
from eventsapp.web.residents.groups import member_words

_ORDINAL = re.compile(r"\b(\d+)(er|e)\b")


def bind(app: Flask) -> None:
    """Gives templates the filters of this page."""
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        long_day=languages.long_day,
        short_day=languages.short_day,
        day_only=day_only,
        near_day=near_day,
        initial=initial,
        month_name=languages.month_name,
        hour=languages.hour,
        hour_range=hour_range,
        ordinal=ordinal,
        fr=no_breaks,
        seats_state=seats_state,
        entry_rules=quotas.entry_rules,
        full_quotas=quotas.full_quotas,
        open_places=open_places,
        member_words=member_words,
        previous_month=previous_month,
        next_month=next_month,
        month_of=month_of,
        month_value=month_value,
        webcal=webcal,
        language_names=languages.names,
        accessibility_labels=accessibility_labels,
        months_kept=keeping.months_of,
        told_by=first_means,
    )
    app.jinja_env.globals.update(
        settings=app.config,
        weekday_names=languages.weekday_names,
        card_of=card_of,
        line_of=line_of,
        ground_of=ground_of,
        written_once=written_once,
    )

    @app.context_processor
    def defaults() -> dict[str, object]:
        return {"territory": None}


@lru_cache(maxsize=4096, typed=True)
def written_once(macro: Macro, language: Language, *arguments: Hashable) -> str:
    """What a macro writes in a language, or what it wrote before of the same arguments: for what stands on
    every page alike.

    The macro is imported without context and asks nothing but its arguments, the language and addresses, so
    that nothing of a reader can be in it, and nothing is ever stale; 8 MB at most are kept. `typed`, for what
    is markup is another argument than the same text.
    """
    return macro(*arguments)


def card_of(event: Event, macro: Macro, language: Language, day: str = "") -> str:
    """The card of an event, written by the macro of components/event_card.html, or as it was written.

    Thirty cards cost more than all the rest of the page; the same one is shown again and again.
    """
    return _card(
        macro,
        language,
        event.code,
        event.slug,
        event.title,
        event.activity.action.axis.theme,
        event.starts_at,
        event.ends_at,
        event.venue.name,
        seats_state(event),
        open_places(event),
        event.audience,
        day,
    )


@lru_cache(maxsize=4096)
def _card(
    macro: Macro,
    language: Language,
    code: str,
    slug: str | None,
    title: str,
    theme: Theme,
    starts_at: datetime,
    ends_at: datetime,
    place: str,
    state: str,
    left: int | None,
    audience: Audience,
    day: str,
) -> str:
    """All that a card depends on are its arguments, so none is ever stale; 4 MB at most are kept."""
    return macro(
        url_for("events.page", code=code, slug=slug),
        title,
        theme,
        languages.hour_range(starts_at, ends_at, language),
        place,
        state,
        left,
        audience.label,
        day,
        3 if day else 4,
    )


def line_of(event: Event, macro: Macro, language: Language) -> str:
    """The line of an event under its place, written by the macro of components/event_card.html, or kept."""
    return _line(
        macro,
        language,
        event.code,
        event.slug,
        event.title,
        event.starts_at,
        event.ends_at,
        event.is_cancelled,
        clock.today().year,
    )


@lru_cache(maxsize=4096)
def _line(
    macro: Macro,
    language: Language,
    code: str,
    slug: str | None,
    title: str,
    starts_at: datetime,
    ends_at: datetime,
    is_cancelled: bool,
    year: int,
) -> str:
    """All that a line depends on are its arguments: the present year too, as a day tells another one."""
    return macro(
        url_for("events.page", code=code, slug=slug),
        title,
        initial(_day_in(year, clock.day_of(starts_at), language)),
        languages.hour_range(starts_at, ends_at, language),
        is_cancelled,
    )


def ground_of(drawing: Mapping[str, Any], macro: Macro) -> str:
    """The land, streets and water of a map, drawn by the macro of components/map.html, or as drawn before."""
    return _ground(macro, drawing["outline"], tuple(drawing["streets"]), tuple(drawing["water"]))


@lru_cache(maxsize=64)
def _ground(macro: Macro, outline: str, streets: tuple[str, ...], water: tuple[str, ...]) -> str:
    return macro(outline, streets, water)


def day_only(day: date) -> str:
    """« samedi 28 novembre », for lists that say the year elsewhere."""
    return languages.long_day(day, year=False)


def near_day(day: date, language: Language | None = None) -> str:
    """« samedi 28 novembre », with its year when that is not the present one."""
    local = clock.day_of(day) if isinstance(day, datetime) else day
    return _day_in(clock.today().year, local, language)


def _day_in(year: int, day: date, language: Language | None) -> str:
    return languages.long_day(day, language, year=day.year != year)


def initial(text: str) -> str:
    """« Samedi 28 novembre »: the first letter large, the others as they are."""
    return text[:1].upper() + text[1:]


def hour_range(event: Event, language: Language | None = None) -> str:
    """« de 9 h 30 à 11 h 30 »; long lists name the language, since asking for it each time adds up."""
    return languages.hour_range(event.starts_at, event.ends_at, language)


def seats_state(event: Event) -> str:
    """What a resident may expect of an event: a state of components/tags.html."""
    now = clock.now()
    if event.is_cancelled:
        return "cancelled"
    if event.ends_at <= now:
        return "past"
    if event.registration is RegistrationMode.NONE:
        return "free"
    if event.starts_at <= now:
        return "closed"
    if not seats.open_places(event):
        return "waiting"
    return "some" if quotas.full_quotas(event) else "places"


def open_places(event: Event) -> int | None:
    """How many people may still come; None where places are not counted."""
    return None if event.capacity is None else seats.open_places(event)


def month_value(month: date) -> str:
    """« 2026-11 » for any day of November 2026: the value of `mois` in addresses."""
    return month.strftime("%Y-%m")


def previous_month(month: date) -> str:
    """« 2026-10 » for any day of November 2026."""
    return month_value(month.replace(day=1) - timedelta(days=1))


def next_month(month: date) -> str:
    """« 2026-12 » for any day of November 2026."""
    return month_value(month.replace(day=28) + timedelta(days=4))


def month_of(text: str) -> date:
    """The first day of « 2026-12 »."""
    return date.fromisoformat(f"{text}-01")


def webcal(address: str) -> str:
    """The address that opens a calendar program's own question on subscribing (RULES F12)."""
    return "webcal://" + address.partition("://")[2]


def accessibility_labels(values: list[str]) -> list[str]:
    """« Un endroit calme »…: what is offered on the spot, in the order in which we know it."""
    return [one.label for one in Accessibility if one.value in values]


def ordinal(text: str) -> Markup:
    """« 19e » with a raised e, read aloud rightly."""
    raised = _ORDINAL.sub(r"\1<sup>\2</sup>", str(escape(text)))
    return Markup(raised)  # noqa: S704 - escaped on the line above
