"""What a territory does and why: its project, and the page of each action."""

from __future__ import annotations

from flask import Blueprint, render_template

from eventsapp import clock
from eventsapp.agenda import listings
from eventsapp.agenda.listings import Filters
from eventsapp.places.listings import territory_by_slug
from eventsapp.programme import listings as programme

bp = Blueprint("programme", __name__)


@bp.get("/<territory:territory>/projet")
def project(territory: str) -> str:
    """The social project of a territory, in plain words."""
    area = territory_by_slug(territory)
    return render_template(
        "residents/programme/project.html",
        territory=area,
        outline=programme.outline_of(area),
    )


@bp.get("/<territory:territory>/actions/<slug:slug>")
def action(territory: str, slug: str) -> str:
    """One action: the need it answers, what is done, and its next dates."""
    area = territory_by_slug(territory)
    found = programme.action_by_slug(area, slug)
    return render_template(
        "residents/programme/action.html",
        territory=area,
        action=found,
        found=listings.upcoming(area, Filters(action_id=found.id), now=clock.now(), per_page=30),
    )
