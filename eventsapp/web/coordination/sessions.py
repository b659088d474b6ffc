"""The sessions of a territory in a school year, taken away by who coordinates it."""

from __future__ import annotations

from flask import Response

from eventsapp.indicators import sessions
from eventsapp.spreadsheets import Kind
from eventsapp.web.doorstep import desk, steered
from eventsapp.web.downloads import download
from eventsapp.web.session_tables import asked_year, sheet_of

bp = desk("territory_sessions")


@bp.get("/pro/<territory:territory>/rendez-vous.csv", defaults={"kind": "csv"})
@bp.get("/pro/<territory:territory>/rendez-vous.xlsx", defaults={"kind": "xlsx"})
def export(territory: str, kind: str) -> Response:
    """A row a session; `?annee=2026-2027`."""
    area, year = steered(territory), asked_year()
    sheet = sheet_of(sessions.of_territory(area, year))
    return download(f"rendez-vous-{area.slug}-{year.label}", Kind(kind), [sheet])
