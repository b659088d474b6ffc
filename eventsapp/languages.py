"""The languages we speak, and dates, hours and plurals in each (Babel, memoised).

Three Babel dates on eighty cards cost 11 ms without a database, so each formatted value is kept:
there are few days and hours, and many cards.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_time
from babel.lists import format_list
from babel.numbers import format_decimal
from flask_babel import get_locale

from eventsapp.clock import PARIS

NO_BREAK = "\u00a0"
"""No-break space: keeps "9 h 30" and "28 novembre" on one line."""

_BEFORE = re.compile(r" ([:;?!»])")
_POSTAL_CODE = re.compile(r"\b(\d{5}) (?=[A-Z])")


@dataclass(frozen=True)
class Language:
    """A language people may read us in: its code, the locale of its dates, its own name."""

    code: str
    locale: str
    own_name: str
    dir: str = "ltr"


LANGUAGES = (
    Language("fr", "fr", "Français"),
    Language("en", "en_GB", "English"),
)
DEFAULT = LANGUAGES[0]
BY_CODE = {language.code: language for language in LANGUAGES}

SPOKEN = tuple("ar bm bn en es ff kab pt ro ru snk so ta tr uk ur wo zh".split())
"""Codes of the languages that hosts may say they speak besides French (ISO 639), in any order: pages sort
their names."""


def current() -> Language:
    """The language of the page or letter being written; French outside of both."""
    locale = get_locale()
    return BY_CODE.get(locale.language, DEFAULT) if locale else DEFAULT


def known(code: str | None) -> Language | None:
    """The language with this code, or None."""
    return BY_CODE.get((code or "").lower().split("-")[0].split("_")[0])


def long_day(day: date, language: Language | None = None, *, year: bool = True) -> str:
    """« samedi 28 novembre 2026 »."""
    return _day(_date(day), (language or current()).locale, "EEEE d MMMM y" if year else "EEEE d MMMM")


def short_day(day: date, language: Language | None = None) -> str:
    """« sam. 28 nov. »."""
    return _day(_date(day), (language or current()).locale, "EEE d MMM")


def month_name(day: date, language: Language | None = None, *, year: bool = True) -> str:
    """« novembre 2026 »."""
    return _day(_date(day), (language or current()).locale, "LLLL y" if year else "LLLL")


def weekday_names(language: Language | None = None) -> tuple[str, ...]:
    """The seven days, Monday first, in full."""
    locale = Locale.parse((language or current()).locale)
    return tuple(locale.days["stand-alone"]["wide"][number] for number in range(7))


def hour(moment: datetime, language: Language | None = None) -> str:
    """« 9 h 30 », « 10 h » of an aware instant, on a Paris clock."""
    local = moment.astimezone(PARIS)
    return _hour(time(local.hour, local.minute), (language or current()).locale)


def hour_range(starts_at: datetime, ends_at: datetime, language: Language | None = None) -> str:
    """« de 9 h 30 à 11 h 30 »."""
    language = language or current()
    first, last = hour(starts_at, language), hour(ends_at, language)
    return f"de {first} à {last}" if language.code == "fr" else f"{first} – {last}"


def listing(words: list[str], language: Language | None = None) -> str:
    """« un, deux et trois »."""
    return format_list(words, locale=(language or current()).locale)


def names(codes: Sequence[str], language: Language | None = None) -> str:
    """« arabe, bambara et chinois »: the names of languages; a code nobody knows stays itself."""
    known_names = Locale.parse((language or current()).locale).languages
    return listing([known_names.get(code, code) for code in codes], language)


def share(part: float, whole: float, language: Language | None = None) -> str:
    """« 0,4 % », to a tenth; what is not nothing is a tenth at least."""
    locale = (language or current()).locale
    tenths = max(round(1000 * part / whole), 1 if part > 0 else 0)
    sign = f"{NO_BREAK}%" if locale == "fr" else "%"
    return format_decimal(tenths / 10, locale=locale) + sign


def no_breaks(text: str) -> str:
    """French spaces that must not break: before : ; ? ! », after «, between « 75019 » and « Paris »."""
    text = _POSTAL_CODE.sub(r"\1" + NO_BREAK, text)
    return _BEFORE.sub(NO_BREAK + r"\1", text).replace("« ", f"«{NO_BREAK}")


def _date(day: date) -> date:
    return day.astimezone(PARIS).date() if isinstance(day, datetime) else day


@lru_cache(maxsize=8192)
def _day(day: date, locale: str, pattern: str) -> str:
    text = format_date(day, pattern, locale=locale)
    if locale == "fr":
        text = text.replace(" 1 ", " 1er ", 1)  # Babel knows no ordinal day
    words = text.split(" ")
    return " ".join(words[:-2]) + (" " if len(words) > 2 else "") + NO_BREAK.join(words[-2:])


@lru_cache(maxsize=2048)
def _hour(clock: time, locale: str) -> str:
    if locale == "fr":
        minutes = f"{NO_BREAK}{clock.minute:02d}" if clock.minute else ""
        return f"{clock.hour}{NO_BREAK}h{minutes}"
    return format_time(clock, "h:mm a" if clock.minute else "h a", locale=locale).replace(" ", NO_BREAK)
