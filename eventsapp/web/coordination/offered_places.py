"""« Places offertes et pas encore prises »: whom a coordinator may still reach before the next in line is."""

from __future__ import annotations

from flask import render_template

from eventsapp.registrations import open_offers
from eventsapp.web.doorstep import desk, steered

bp = desk("offered_places")


@bp.get("/pro/<territory:territory>/places-offertes")
def index(territory: str) -> str:
    """Every offer of a territory that is open, who must answer soonest first."""
    area = steered(territory)
    return render_template(
        "coordination/offered_places.html", territory=area, offers=open_offers.of_territory(area)
    )
