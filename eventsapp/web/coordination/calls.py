"""« Tournée d’appels »: whoever mail does not reach is told by a person."""

from __future__ import annotations

import phonenumbers
from flask import redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response as BaseResponse

from eventsapp import clock
from eventsapp.hosting import unanswered
from eventsapp.mailroom import calls
from eventsapp.mailroom.masking import readable_text
from eventsapp.mailroom.models import CallOutcome
from eventsapp.web.addresses import row_number
from eventsapp.web.coordination.calls_wording import SAID, tried
from eventsapp.web.doorstep import actor, desk, steered
from eventsapp.web.forms import told

bp = desk("calls")


@bp.get("/pro/<territory:territory>/appels")
def index(territory: str) -> str:
    """Whom to call, who must know soonest first, and what to say; printed, a sheet to fill in."""
    area = steered(territory)
    return render_template(
        "coordination/calls/index.html",
        territory=area,
        to_make=calls.to_make(area.id, now=clock.now()),
        schools=unanswered.to_call(area, now=clock.now()),
        Outcome=CallOutcome,
        longest=calls.LONGEST_NAME,
        readable=readable_number,
        readable_text=readable_text,
        tried=tried,
    )


@bp.post("/pro/<territory:territory>/appels/<row:letter_id>")
def outcome(territory: str, letter_id: int) -> BaseResponse:
    """Writes down what came of a call, for all that was to be said in it."""
    area = steered(territory)
    letter = calls.by_id(letter_id, area.id)
    name, asked = letter.reader_name, request.form.get("outcome", "")
    if asked not in set(CallOutcome):
        raise BadRequest()
    came_of_it = CallOutcome(asked)
    with told(gettext(SAID[came_of_it], name=name)):
        calls.settle(
            letter,
            came_of_it,
            also={number for one in request.form.getlist("letter") if (number := row_number(one))},
            confirmed_by=request.form.get("confirmed_by", ""),
            actor=actor(),
            now=clock.now(),
        )
    return redirect(url_for("calls.index", territory=territory), 303)


def readable_number(dialled: str) -> str:
    """« 06 39 98 00 01 »: a number as one reads it aloud; numbers of other countries keep their +."""
    try:
        number = phonenumbers.parse(dialled, "FR")
    except phonenumbers.NumberParseException:
        return dialled
    at_home = number.country_code == 33
    form = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(number, form.NATIONAL if at_home else form.INTERNATIONAL)
