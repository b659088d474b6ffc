"""« Personnes à appeler »: whoever left a phone number and no address is told by a person."""

from __future__ import annotations

import enum

import phonenumbers
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response as BaseResponse

from eventsapp import clock
from eventsapp.database import db
from eventsapp.mailroom import calls
from eventsapp.mailroom.calls import CallIsSettled
from eventsapp.web.doorstep import actor, desk, steered

bp = desk("calls")


class Outcome(enum.StrEnum):
    """What came of a call."""

    REACHED = "appele"
    MESSAGE_LEFT = "message"


@bp.get("/pro/<territory:territory>/appels")
def index(territory: str) -> str:
    """Whom to call, who must know soonest first, and what to say."""
    area = steered(territory)
    return render_template(
        "coordination/calls/index.html",
        territory=area,
        to_make=calls.to_make(area.id, now=clock.now()),
        Outcome=Outcome,
        readable=readable_number,
    )


@bp.post("/pro/<territory:territory>/appels/<row:letter_id>")
def outcome(territory: str, letter_id: int) -> BaseResponse:
    """Writes down what came of a call."""
    area = steered(territory)
    letter, now = calls.by_id(letter_id, area.id), clock.now()
    name = letter.reader_name
    try:
        if request.form.get("outcome") == Outcome.REACHED:
            calls.reached(letter, actor=actor(), now=now)
            said, kind = gettext("%(name)s a été prévenu(e).", name=name), "ok"
        elif request.form.get("outcome") == Outcome.MESSAGE_LEFT:
            calls.message_left(letter, actor=actor(), now=now)
            said, kind = gettext("%(name)s : message laissé, à rappeler.", name=name), "ok"
        else:
            raise BadRequest()
        db.session.commit()
    except CallIsSettled as refusal:
        db.session.rollback()
        said, kind = gettext(refusal.sentence), "warn"
    flash(said, kind)
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
