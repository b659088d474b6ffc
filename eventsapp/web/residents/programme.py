"""What a territory does and why: its project, and the page of each action."""

from __future__ import annotations

from flask import Blueprint, render_template

from eventsapp import clock
from eventsapp.agenda import listings
from eventsapp.agenda.listings import Filters
from eventsapp.programme import listings as programme
from eventsapp.web.addresses import territory_of

bp = Blueprint("programme", __name__)


@bp.get("/<territory:territory_slug>/projet")
def project(territory_slug: str) -> str:
    """The social project of a territory, in plain words."""
    territory = territory_of(territory_slug)
    return render_template(
        "residents/programme/project.html",
        territory=territory,
        outline=programme.outline_of(territory),
    )


@bp.get("/<territory:territory_slug>/actions/<slug>")
def action(territory_slug: str, slug: str) -> str:
    """One action: the need it answers, what is done, and its next dates."""
    territory = territory_of(territory_slug)
    found = programme.action_by_slug(territory, slug)
    return render_template(
        "residents/programme/action.html",
        territory=territory,
        action=found,
        found=listings.upcoming(territory, Filters(action_id=found.id), now=clock.now(), per_page=30),
    )
