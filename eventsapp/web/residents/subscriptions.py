"""« Suivre » : how to follow the agenda in one's own calendar, truthfully for each platform."""

from __future__ import annotations

from flask import Blueprint, render_template, url_for

from eventsapp import clock
from eventsapp.agenda import listings
from eventsapp.places.listings import territory_by_slug
from eventsapp.settings import setting

bp = Blueprint("subscriptions", __name__)


@bp.get("/<territory:territory>/recevoir")
def page(territory: str) -> str:
    """The feeds of a territory and how to add them."""
    area = territory_by_slug(territory)
    choices = listings.choices(area, now=clock.now())
    whole = public(url_for("calendar_feeds.territory", territory=area.slug))
    by_theme = [
        (theme, public(url_for("calendar_feeds.theme", territory=area.slug, theme=theme.value)))
        for theme in choices.themes
    ]
    return render_template(
        "residents/subscriptions/page.html", territory=area, whole=whole, by_theme=by_theme
    )


def public(path: str) -> str:
    """The whole address of a path of ours, as people copy it; `webcal` is made from it by the page."""
    return f"{setting('PUBLIC_URL')}{path}"
