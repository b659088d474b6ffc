"""Days in words, for who reads words more easily than figures: « samedi douze décembre »."""

from __future__ import annotations

from datetime import date, datetime

from babel.dates import format_date
from flask_babel import gettext, lazy_gettext

from eventsapp import languages
from eventsapp.clock import day_of

_DAYS = (
    lazy_gettext("premier"),
    lazy_gettext("deux"),
    lazy_gettext("trois"),
    lazy_gettext("quatre"),
    lazy_gettext("cinq"),
    lazy_gettext("six"),
    lazy_gettext("sept"),
    lazy_gettext("huit"),
    lazy_gettext("neuf"),
    lazy_gettext("dix"),
    lazy_gettext("onze"),
    lazy_gettext("douze"),
    lazy_gettext("treize"),
    lazy_gettext("quatorze"),
    lazy_gettext("quinze"),
    lazy_gettext("seize"),
    lazy_gettext("dix-sept"),
    lazy_gettext("dix-huit"),
    lazy_gettext("dix-neuf"),
    lazy_gettext("vingt"),
    lazy_gettext("vingt et un"),
    lazy_gettext("vingt-deux"),
    lazy_gettext("vingt-trois"),
    lazy_gettext("vingt-quatre"),
    lazy_gettext("vingt-cinq"),
    lazy_gettext("vingt-six"),
    lazy_gettext("vingt-sept"),
    lazy_gettext("vingt-huit"),
    lazy_gettext("vingt-neuf"),
    lazy_gettext("trente"),
    lazy_gettext("trente et un"),
)
"""The days of a month, as a date says them: English says « the twelfth »."""


def day(moment: datetime) -> str:
    """« samedi douze décembre », the Paris day of an instant, in the language of the page."""
    found: date = day_of(moment)
    locale = languages.current().locale
    return gettext(
        "%(weekday)s %(day)s %(month)s",
        weekday=format_date(found, "EEEE", locale=locale),
        day=str(_DAYS[found.day - 1]),
        month=format_date(found, "MMMM", locale=locale),
    )
