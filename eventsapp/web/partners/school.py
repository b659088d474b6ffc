"""The desk of a school's contact: its dates, who comes, about what."""

from __future__ import annotations

from flask import render_template
from werkzeug.exceptions import Forbidden

from eventsapp import clock
from eventsapp.access import questions
from eventsapp.agenda import listings as agenda
from eventsapp.places.listings import school_by_id
from eventsapp.web.doorstep import desk, who

bp = desk("school")

MOST_SHOWN = 50


@bp.get("/pro/ecoles/<row:venue_id>")
def show(venue_id: int) -> str:
    """The dates to come at this school."""
    school = school_by_id(venue_id)
    if not questions.may_see_school(who(), school, on=clock.today()):
        raise Forbidden()
    return render_template(
        "partners/school.html",
        school=school,
        coming=agenda.held_at(school, now=clock.now(), limit=MOST_SHOWN),
    )
