"""A place that is offered, answered by phone: the desk of the event writes down yes or no."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from eventsapp import clock
from eventsapp.database import db
from eventsapp.refusals import Refusal
from eventsapp.registrations import offers, roster
from eventsapp.web.doorstep import actor, desk, run_here

bp = desk("event_offers")

YES, NO = "oui", "non"


@bp.post("/pro/rendez-vous/<code:code>/inscriptions/<code:registration>/place")
def answer(code: str, registration: str) -> BaseResponse:
    """They take it, or they do not. What is over by now is said above the registration."""
    event = run_here(code)
    line = roster.by_code(event, registration)
    said, name = request.form.get("answer"), line.registration.contact.first_name
    try:
        if said == YES:
            offers.accept(line.registration, actor=actor(), now=clock.now())
            told = gettext("%(name)s a sa place.", name=name)
        elif said == NO:
            offers.decline(line.registration, actor=actor(), now=clock.now())
            told = (
                gettext("La place de %(name)s va à la personne suivante.", name=name)
                if event.for_professionals
                else gettext("La place de %(name)s va à la famille suivante.", name=name)
            )
        else:
            told = gettext("Dites oui ou non.")
    except Refusal as refusal:
        db.session.rollback()
        flash(gettext(refusal.sentence, **refusal.parameters), "warn")
    else:
        db.session.commit()
        flash(told, "ok" if said in {YES, NO} else "warn")
    return redirect(url_for("event_registrations.show", code=code, registration=registration), 303)
