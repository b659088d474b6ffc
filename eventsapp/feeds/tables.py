"""The events of a feed as a table for spreadsheets, in French as the events are.

A cell that looks like a formula is made harmless by `spreadsheets`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from flask_babel import force_locale, gettext

from eventsapp import spreadsheets
from eventsapp.clock import PARIS, day_of
from eventsapp.feeds.exporting import Record
from eventsapp.programme.models import Theme
from eventsapp.refusals import msgid
from eventsapp.spreadsheets import Cell, Kind, Sheet


def written(records: Sequence[Record]) -> bytes:
    """CSV with a line an event; hours on a Paris clock."""
    with force_locale("fr"):
        headings = [gettext(heading) for heading in _COLUMNS]
        rows = ([cell(record) for cell in _COLUMNS.values()] for record in records)
        return spreadsheets.written(Kind.CSV, [Sheet("", headings, rows)])


def _hour(moment: datetime) -> str:
    return moment.astimezone(PARIS).strftime("%H:%M")


_COLUMNS: dict[str, Callable[[Record], Cell]] = {
    msgid("Jour"): lambda one: day_of(one.starts_at),
    msgid("Début"): lambda one: _hour(one.starts_at),
    msgid("Fin"): lambda one: _hour(one.ends_at),
    msgid("Titre"): lambda one: one.title,
    msgid("État"): lambda one: gettext("annulé") if one.is_cancelled else gettext("prévu"),
    msgid("Résumé"): lambda one: one.summary,
    msgid("Lieu"): lambda one: one.place.name,
    msgid("Adresse"): lambda one: one.place.street,
    msgid("Code postal"): lambda one: one.place.postal_code,
    msgid("Ville"): lambda one: one.place.city,
    msgid("Quartier"): lambda one: one.place.quartier,
    msgid("Latitude"): lambda one: one.place.latitude,
    msgid("Longitude"): lambda one: one.place.longitude,
    msgid("Thématique"): lambda one: Theme(one.theme).official_name if one.theme else "",
    msgid("Action"): lambda one: one.action,
    msgid("Structure"): lambda one: one.host,
    msgid("Pour qui"): lambda one: one.audience.label,
    msgid("Inscription"): lambda one: (
        gettext("Sur inscription") if one.is_counted else gettext("Sans inscription")
    ),
    msgid("Page"): lambda one: one.address,
    msgid("Identifiant"): lambda one: one.uid,
}
