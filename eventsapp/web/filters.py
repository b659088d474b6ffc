"""What templates may say: dates, hours, ordinals, no-break spaces, and who is signed in."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from babel import Locale
from flask import Flask
from markupsafe import Markup, escape

from eventsapp import clock, languages
from eventsapp.agenda.models import Event, RegistrationMode
from eventsapp.languages import NO_BREAK

_ORDINAL = re.compile(r"\b(\d+)(er|e)\b")
_BEFORE = re.compile(r" ([:;?!»])")


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
        previous_month=previous_month,
        next_month=next_month,
        month_of=month_of,
        month_value=month_value,
        webcal=webcal,
        language_names=language_names,
    )
    app.jinja_env.globals.update(settings=app.config, weekday_names=languages.weekday_names)

    @app.context_processor
    def defaults() -> dict[str, object]:
        return {"territory": None}


def day_only(day: date) -> str:
    """« samedi 28 novembre », for lists that say the year elsewhere."""
    return languages.long_day(day, year=False)


def near_day(day: date) -> str:
    """« samedi 28 novembre », with its year when that is not the present one."""
    local = clock.day_of(day) if isinstance(day, datetime) else day
    return languages.long_day(local, year=local.year != clock.today().year)


def initial(text: str) -> str:
    """« Samedi 28 novembre »: the first letter large, the others as they are."""
    return text[:1].upper() + text[1:]


def hour_range(event: Event) -> str:
    """« de 9 h 30 à 11 h 30 »."""
    return languages.hour_range(event.starts_at, event.ends_at)


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
    return "places" if event.seats_left else "waiting"


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


def language_names(codes: list[str]) -> str:
    """« arabe, bambara et chinois », in the language of the page; a code nobody knows stays itself."""
    names = Locale.parse(languages.current().locale).languages
    return languages.listing([names.get(code, code) for code in codes])


def ordinal(text: str) -> Markup:
    """« 19e » with a raised e, read aloud rightly."""
    return Markup(_ORDINAL.sub(r"\1<sup>\2</sup>", str(escape(text))))


def no_breaks(text: str) -> str:
    """French spaces that must not break: before : ; ? ! » and after «."""
    return _BEFORE.sub(NO_BREAK + r"\1", text).replace("« ", f"«{NO_BREAK}")
