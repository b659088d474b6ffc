"""Links for one-day helpers, made at a desk for one event: who has one, one more, one less."""

from __future__ import annotations

from flask import flash, redirect, render_template, session, url_for
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse
from wtforms import StringField

from eventsapp import clock
from eventsapp.access import day_links
from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.refusals import Refusal
from eventsapp.web.doorstep import actor, desk, run_here
from eventsapp.web.forms import refuse

bp = desk("day_links")

JUST_MADE = "lien-du-jour"
"""The session's key for a link that was just made: shown on the next page and nowhere after."""


class HelperForm(FlaskForm):
    """For whom is the link?"""

    name = StringField(lazy_gettext("Pour qui ?"))


@bp.get("/pro/rendez-vous/<code:code>/aides")
def index(code: str) -> str:
    """The links of an event that work."""
    return _page(run_here(code), HelperForm(formdata=None))


@bp.post("/pro/rendez-vous/<code:code>/aides")
def make(code: str) -> tuple[str, int] | BaseResponse:
    """Makes a link; it is shown once."""
    event, asked = run_here(code), HelperForm()
    try:
        token = day_links.make(event, asked.name.data or "", actor=actor(), now=clock.now())
    except Refusal as refusal:
        status = refuse(asked, refusal)
        return _page(run_here(code), asked), status
    db.session.commit()
    session[JUST_MADE] = {code: day_links.link_address(token)}
    return redirect(url_for("day_links.index", code=code), 303)


@bp.post("/pro/rendez-vous/<code:code>/aides/<row:link_id>/retrait")
def revoke(code: str, link_id: int) -> BaseResponse:
    """The link opens nothing from now on."""
    link = day_links.by_id(link_id, run_here(code))
    day_links.revoke(link, actor=actor(), now=clock.now())
    db.session.commit()
    flash(gettext("Le lien ne marche plus."), "ok")
    return redirect(url_for("day_links.index", code=code), 303)


def _page(event: Event, shown: HelperForm) -> str:
    made = session.pop(JUST_MADE, {})
    return render_template(
        "day_links/index.html",
        event=event,
        links=day_links.of_event(event),
        made=made.get(event.code, "") if isinstance(made, dict) else "",
        until=day_links.ends_at(event),
        form=shown,
        longest=day_links.LONGEST_NAME,
    )
