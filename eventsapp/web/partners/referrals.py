"""Links that let one family register at an event whose registration is by referral only."""

from __future__ import annotations

from flask import flash, redirect, render_template, session, url_for
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse
from wtforms import SelectChoice, SelectField

from eventsapp import clock
from eventsapp.access import questions
from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.people.models import Organisation
from eventsapp.refusals import Conflict, Refusal
from eventsapp.registrations import admission, referrals
from eventsapp.web.addresses import row_number
from eventsapp.web.doorstep import actor, desk, who
from eventsapp.web.forms import refuse
from eventsapp.web.partners.relay import helped_here

bp = desk("referrals")

JUST_MADE = "orientation-donnee"
"""The session's key for a link that was just made: shown on the next page and nowhere after."""


class ReferralForm(FlaskForm):
    """For which organisation is it made?"""

    organisation = SelectField(lazy_gettext("Au nom de quelle structure ?"), validate_choice=False)


@bp.get("/pro/rendez-vous/<code:code>/orientations")
def index(code: str) -> str | BaseResponse:
    """Make a link; what became of those she made here."""
    event = _here(code)
    try:
        admission.require_open(event, clock.now())
    except Conflict as refusal:
        flash(gettext(refusal.sentence, **refusal.parameters), "warn")
        return redirect(url_for("relay.search"), 303)
    return _page(event, ReferralForm(formdata=None))


@bp.post("/pro/rendez-vous/<code:code>/orientations")
def make(code: str) -> tuple[str, int] | BaseResponse:
    """Makes a link; it is shown once."""
    event, asked = _here(code), ReferralForm()
    try:
        token = referrals.make(event, _chosen(event, asked.organisation.data), actor=actor(), now=clock.now())
    except Refusal as refusal:
        status = refuse(asked, refusal)
        return _page(_here(code), asked), status
    db.session.commit()
    session[JUST_MADE] = {code: referrals.link_address(token)}
    return redirect(url_for("referrals.index", code=code), 303)


def _here(code: str) -> Event:
    """Raises NotFound where everybody registers by themselves, Forbidden."""
    event = helped_here(code)
    if not referrals.is_needed(event):
        raise NotFound()
    return event


def _chosen(event: Event, typed: str | None) -> Organisation | None:
    """The organisation that was chosen; the only one of hers; None for the coordination."""
    hers = questions.organisations_of(who(), event.territory, on=clock.today())
    number = row_number(typed or "")
    named = next((one for one in hers if one.id == number), None)
    if named is not None or questions.may_steer(who(), event.territory, on=clock.today()):
        return named
    return hers[0]


def _page(event: Event, shown: ReferralForm) -> str:
    hers = questions.organisations_of(who(), event.territory, on=clock.today())
    shown.organisation.choices = [SelectChoice(str(one.id), one.name) for one in hers]
    if questions.may_steer(who(), event.territory, on=clock.today()):
        shown.organisation.choices.insert(0, SelectChoice("", gettext("La coordination")))
    made, now = session.pop(JUST_MADE, {}), clock.now()
    return render_template(
        "partners/relay/referrals.html",
        event=event,
        form=shown,
        made=made.get(event.code, "") if isinstance(made, dict) else "",
        given=[one for one in referrals.made_by(actor(), now=now) if one.event_id == event.id],
        days=referrals.DAYS,
        now=now,
    )
