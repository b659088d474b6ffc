"""« Écoles »: every school of a territory, whom to reach there, and how its dates stand."""

from __future__ import annotations

import enum

from flask import render_template, request
from flask_babel import lazy_gettext

from eventsapp import clock
from eventsapp.hosting import listings
from eventsapp.hosting.listings import SchoolLine
from eventsapp.web.doorstep import desk, steered

bp = desk("schools")


class Wanted(enum.StrEnum):
    """What of the schools is asked for."""

    ALL = ""
    REFUSED = "refus"
    WAITING = "attente"
    UNAUTHORISED = "autorisation"
    NOBODY = "sans-contact"

    @property
    def label(self) -> str:
        """What the choice is called."""
        return str(_LABELS[self])

    def holds(self, line: SchoolLine) -> bool:
        """Whether a school is one of those."""
        return {
            Wanted.ALL: True,
            Wanted.REFUSED: line.refused > 0,
            Wanted.WAITING: line.waiting > 0,
            Wanted.UNAUTHORISED: line.unauthorised > 0,
            Wanted.NOBODY: not line.contacts or line.has_departure,
        }[self]


_LABELS = {
    Wanted.ALL: lazy_gettext("Toutes"),
    Wanted.REFUSED: lazy_gettext("Date refusée"),
    Wanted.WAITING: lazy_gettext("Réponse attendue"),
    Wanted.UNAUTHORISED: lazy_gettext("Autorisation manquante"),
    Wanted.NOBODY: lazy_gettext("Sans contact"),
}


@bp.get("/pro/<territory:territory>/ecoles")
def index(territory: str) -> str:
    """The schools of a territory, those whose next date is nearest first."""
    area, now = steered(territory), clock.now()
    asked = request.args.get("reponse", "")
    wanted = next((one for one in Wanted if one == asked), Wanted.ALL)
    lines = listings.schools_of(area, now=now)
    return render_template(
        "coordination/schools/index.html",
        territory=area,
        lines=[line for line in lines if wanted.holds(line)],
        total=len(lines),
        choices=[(one, sum(one.holds(line) for line in lines)) for one in Wanted],
        wanted=wanted,
        refused=listings.refused_dates(area, now=now),
    )
