"""« Remplacer l’intervenant »: an organisation cannot come; who could, session by session.

An absence is tried by GET, which shows and saves nothing; doing it is a POST of its own.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import redirect, render_template, request, url_for
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse
from wtforms import SelectField, StringField
from wtforms.validators import Optional

from eventsapp import clock
from eventsapp.database import db
from eventsapp.disruptions import previews, replacing
from eventsapp.disruptions.ranking import OptionKind
from eventsapp.disruptions.replacing import LONGEST_REASON, Outlook
from eventsapp.disruptions.surroundings import polling_at
from eventsapp.people.models import Organisation
from eventsapp.places.models import Territory
from eventsapp.refusals import Refusal, msgid
from eventsapp.web.coordination.closures import CHOICE, DayMissing, chosen
from eventsapp.web.doorstep import actor, desk, steered
from eventsapp.web.forms import DayField, refuse

bp = desk("replacements")


class HostMissing(Refusal):
    """Nobody, or nobody who holds anything here."""

    sentence = msgid("Choisissez la structure qui ne peut pas venir.")


class AbsenceForm(FlaskForm):
    """Who cannot come, from when to when?"""

    host = SelectField(
        lazy_gettext("Quelle structure ne peut pas venir ?"), validate_choice=False, name="structure"
    )
    first_day = DayField(lazy_gettext("Du"), name="du")
    last_day = DayField(lazy_gettext("Jusqu’au"), name="au")
    reason = StringField(lazy_gettext("Pourquoi ?"), [Optional()], name="raison")

    def span(self) -> tuple[datetime, datetime]:
        """Both ends, whole Paris days. Raises DayMissing."""
        first, last = self.first_day.data, self.last_day.data
        if first is None:
            raise DayMissing(field="first_day")
        if last is None:
            raise DayMissing(field="last_day")
        return clock.local(first, 0), clock.local(last + timedelta(days=1), 0)


@bp.get("/pro/<territory:territory>/remplacement")
def form(territory: str) -> str | tuple[str, int]:
    """Who cannot come; with a query, who could instead. Nothing is saved."""
    area = steered(territory)
    if not request.args:
        today = clock.today()
        empty = AbsenceForm(formdata=None, data={"first_day": today, "last_day": today}, meta={"csrf": False})
        return _page(area, empty)
    asked = AbsenceForm(request.args, meta={"csrf": False})
    try:
        host = _host(area, asked)
        found = replacing.outlook(host, area, *asked.span(), now=clock.now())
        return _page(area, asked, host, found)
    except Refusal as refusal:
        status = refuse(asked, refusal)
        return _page(steered(territory), asked), status


@bp.post("/pro/<territory:territory>/remplacement")
def replace(territory: str) -> tuple[str, int] | BaseResponse:
    """Gives every session what was chosen, all or none; the former and the new hosts are told."""
    area, answered = steered(territory), AbsenceForm()
    try:
        host = _host(area, answered)
        done = replacing.carry_out(
            host,
            area,
            *answered.span(),
            answered.reason.data or "",
            chosen(),
            actor=actor(),
            now=clock.now(),
        )
        db.session.commit()
    except Refusal as refusal:
        status = refuse(answered, refusal)
        return _given_back(territory, answered, refusal), status
    return redirect(url_for("gestures.show", territory=territory, change_id=done.id), 303)


def _host(area: Territory, asked: AbsenceForm) -> Organisation:
    """Raises HostMissing."""
    for one in replacing.hosts_of(area, now=clock.now()):
        if str(one.id) == asked.host.data:
            return one
    raise HostMissing(field="host")


def _given_back(territory: str, answered: AbsenceForm, refusal: Refusal) -> str:
    """The preview as it is now, what was ticked, and the reason beside its session."""
    area = steered(territory)
    mistakes = {}
    if (refusal.field or "").startswith(CHOICE):
        mistakes[str(refusal.field)] = answered.form_errors.pop()
    try:
        host = _host(area, answered)
        found = replacing.outlook(host, area, *answered.span(), now=clock.now())
    except Refusal:
        return _page(area, answered, mistakes=mistakes)
    return _page(area, answered, host, found, mistakes=mistakes)


def _page(
    area: Territory,
    form: AbsenceForm,
    host: Organisation | None = None,
    found: Outlook | None = None,
    *,
    mistakes: dict[str, str] | None = None,
) -> str:
    now = clock.now()
    hosts = replacing.hosts_of(area, now=now)
    form.host.choices = [("", lazy_gettext("Choisissez")), *((str(one.id), one.name) for one in hosts)]
    return render_template(
        "coordination/replacements/form.html",
        territory=area,
        form=form,
        host=host,
        hosts=hosts,
        found=found,
        told=previews.told(found.best, now=now) if found else None,
        chosen=chosen(),
        Kind=OptionKind,
        polling_at=polling_at,
        longest=LONGEST_REASON,
        mistakes=mistakes or {},
    )
