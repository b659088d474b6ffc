"""What templates may say: dates, hours, ordinals, no-break spaces, and who is signed in."""

from __future__ import annotations

import re
from datetime import date

from flask import Flask
from markupsafe import Markup, escape

from eventsapp import languages
from eventsapp.agenda.models import Event
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
        month_name=languages.month_name,
        hour=languages.hour,
        hour_range=hour_range,
        ordinal=ordinal,
        fr=no_breaks,
    )
    app.jinja_env.globals.update(settings=app.config, weekday_names=languages.weekday_names)

    @app.context_processor
    def defaults() -> dict[str, object]:
        return {"territory": None}


def day_only(day: date) -> str:
    """« samedi 28 novembre », for lists that say the year elsewhere."""
    return languages.long_day(day, year=False)


def hour_range(event: Event) -> str:
    """« de 9 h 30 à 11 h 30 »."""
    return languages.hour_range(event.starts_at, event.ends_at)


def ordinal(text: str) -> Markup:
    """« 19e » with a raised e, read aloud rightly."""
    return Markup(_ORDINAL.sub(r"\1<sup>\2</sup>", str(escape(text))))


def no_breaks(text: str) -> str:
    """French spaces that must not break: before : ; ? ! » and after «."""
    return _BEFORE.sub(NO_BREAK + r"\1", text).replace("« ", f"«{NO_BREAK}")
