"""The page that a one-day helper's link opens: who comes, for whoever stands at the door today.

A helper has no account. The page says first names and headcounts and nothing more, and is gone at
midnight.
"""

from __future__ import annotations

from flask import Blueprint, render_template
from flask_babel import gettext

from eventsapp import clock
from eventsapp.access import day_links
from eventsapp.access.day_links import DayLinkDoesNotWork
from eventsapp.database import db
from eventsapp.registrations import listings as registrations

bp = Blueprint("day", __name__)


@bp.get("/jour/<token>")
def show(token: str) -> str:
    """Who comes, for whoever helps at the door today. A link that does not work is a 410 page."""
    link = day_links.behind(token, now=clock.now())
    return render_template(
        "day/show.html",
        event=link.event,
        territory=link.event.territory,
        helper=link.name,
        parties=registrations.expected_at(link.event),
    )


@bp.errorhandler(DayLinkDoesNotWork)
def over(error: DayLinkDoesNotWork) -> tuple[str, int]:
    """Revoked, past or never made."""
    db.session.rollback()
    return render_template("day/over.html", sentence=gettext(error.sentence)), error.status
