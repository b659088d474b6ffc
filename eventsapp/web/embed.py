"""An organisation's agenda inside its own site: a frame without script, cookie or form.

The one door whose policy lets others frame it, and only the sites that the organisation has named.
"""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template
from sqlalchemy import select

from eventsapp import clock
from eventsapp.access import listings
from eventsapp.agenda import listings as agenda
from eventsapp.database import db
from eventsapp.people import origins, showcase
from eventsapp.people.models import Organisation
from eventsapp.refusals import NotFound
from eventsapp.web.headers import CONTENT_POLICY

bp = Blueprint("embed", __name__)

MOST_SHOWN = 30
KEPT = 300
"""Seconds for which a browser or a proxy may show what it has."""


@bp.get("/integration/<slug:organisation>", endpoint="agenda")
def agenda_page(organisation: str) -> Response:
    """What it still holds that everybody may see; nothing of one that no territory approves."""
    found = db.session.scalars(select(Organisation).where(Organisation.slug == organisation)).first()
    if found is None or not listings.territories_of(found):
        raise NotFound()
    page = render_template(
        "embed/agenda.html",
        organisation=found,
        picture=showcase.picture_of(found),
        events=agenda.public_of(found, now=clock.now(), limit=MOST_SHOWN),
    )
    answer = make_response(page)
    allowed = " ".join(one.origin for one in origins.of(found)) or "'none'"
    answer.headers["Content-Security-Policy"] = framed_by(allowed)
    answer.headers["Cache-Control"] = f"public, max-age={KEPT}"
    return answer


def framed_by(allowed: str) -> str:
    """Our policy without script, and with these ancestors in place of none."""
    kept = [
        rule
        for rule in CONTENT_POLICY.split("; ")
        if not rule.startswith(("frame-ancestors", "script-src", "connect-src", "form-action"))
    ]
    return "; ".join([*kept, "form-action 'none'", f"frame-ancestors {allowed}"])
