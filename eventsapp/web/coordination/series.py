"""Activities that recur: their rule in words, every date with what became of it, and what to change.

Another rule is tried by GET, which shows and saves nothing; saving it is a POST of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse

from eventsapp import clock, languages
from eventsapp.agenda import series, series_listings, wording
from eventsapp.agenda.models import Activity
from eventsapp.agenda.rules import Rule
from eventsapp.database import db
from eventsapp.refusals import Conflict, Refusal
from eventsapp.registrations import standing_listings
from eventsapp.web.coordination.series_forms import (
    AddForm,
    DropForm,
    MoveForm,
    RuleForm,
    answers_of,
    choices_of,
    day_chosen,
    day_in,
    sent_again,
)
from eventsapp.web.doorstep import actor, desk, require_coordinator, steered

bp = desk("series")

Answer = tuple[str, int] | BaseResponse


class Forms(NamedTuple):
    """The four forms of the page of a series."""

    rule: RuleForm
    add: AddForm
    drop: DropForm
    move: MoveForm


@bp.get("/pro/<territory:territory>/series")
def index(territory: str) -> str:
    """The activities that recur, with their rule and their next date; then those without a rule."""
    area = steered(territory)
    return render_template(
        "coordination/series/index.html",
        territory=area,
        series=series_listings.of_territory(area, now=clock.now()),
        others=series_listings.without_rule(area),
        describe=wording.describe,
    )


@bp.get("/pro/series/<row:activity_id>")
def show(activity_id: int) -> Answer:
    """The dates of a series and what became of each; with a query, those of the rule that it says."""
    activity = _steered_activity(activity_id)
    forms = _forms(activity)
    if not request.args:
        return _page(activity, forms), 200
    forms = forms._replace(rule=RuleForm(request.args, meta={"csrf": False}).ask())
    try:
        tried = forms.rule.rule
        return _page(activity, forms, tried), 200
    except Refusal as refusal:
        return _given_back(activity_id, forms, forms.rule, refusal, "last")


@bp.post("/pro/series/<row:activity_id>/regle")
def set_rule(activity_id: int) -> Answer:
    """Saves the rule that was tried; dates changed by hand stay."""
    activity = _steered_activity(activity_id)
    answered = RuleForm().ask()
    try:
        changed = series.set_rule(activity, answered.rule, actor=actor(), now=clock.now())
        db.session.commit()
    except Refusal as refusal:
        return _given_back(activity_id, _forms(activity)._replace(rule=answered), answered, refusal, "last")
    said = gettext("La règle est enregistrée.") if changed else gettext("C’était déjà la règle.")
    return _done(activity_id, said)


@bp.post("/pro/series/<row:activity_id>/ajout")
def add_date(activity_id: int) -> Answer:
    """Adds a day."""
    answered = AddForm()

    def add(activity: Activity) -> None:
        day = day_in(answered.day, "day")
        series.add_date(activity, day, actor=actor(), now=clock.now())

    return _change(activity_id, add, "add", answered, gettext("La date est ajoutée à la série."))


@bp.post("/pro/series/<row:activity_id>/retrait")
def drop_date(activity_id: int) -> Answer:
    """Drops a date."""
    answered = DropForm()

    def drop(activity: Activity) -> None:
        day = day_chosen(answered.day, "day")
        series.drop_date(activity, day, actor=actor(), now=clock.now())

    return _change(activity_id, drop, "drop", answered, gettext("La date est retirée de la série."))


@bp.post("/pro/series/<row:activity_id>/deplacement")
def move_date(activity_id: int) -> Answer:
    """Moves a date to another day."""
    answered = MoveForm()

    def move(activity: Activity) -> None:
        day, to = day_chosen(answered.day, "day"), day_in(answered.to, "to")
        series.move_date(activity, day, to, actor=actor(), now=clock.now())

    return _change(activity_id, move, "move", answered, gettext("La date est déplacée."))


@bp.post("/pro/series/<row:activity_id>/oubli")
def forget_exception(activity_id: int) -> Answer:
    """Takes back what was changed by hand on a day."""
    activity = _steered_activity(activity_id)
    try:
        day = date.fromisoformat(request.form.get("day", ""))
        series.forget_exception(activity, day, actor=actor(), now=clock.now())
        db.session.commit()
    except ValueError:
        return _refused(activity_id, Conflict())
    except Refusal as refusal:
        return _refused(activity_id, refusal)
    return _done(activity_id, gettext("Le changement est annulé : la règle s’applique de nouveau."))


@bp.post("/pro/series/<row:activity_id>/annonce")
def announce_missing(activity_id: int) -> Answer:
    """Announces the dates to come that the agenda lacks, all or none."""
    activity = _steered_activity(activity_id)
    try:
        events = series.announce_missing(activity, actor=actor(), now=clock.now())
        db.session.commit()
    except Refusal as refusal:
        return _refused(activity_id, refusal)
    return _done(
        activity_id,
        ngettext(
            "%(num)d date est annoncée dans l’agenda.",
            "%(num)d dates sont annoncées dans l’agenda.",
            len(events),
        ),
    )


def _steered_activity(activity_id: int) -> Activity:
    """The activity, once it is known that the account coordinates its territory."""
    activity = series_listings.by_id(activity_id)
    require_coordinator(activity.action.territory)
    return activity


def _change(
    activity_id: int, change: Callable[[Activity], None], name: str, answered: FlaskForm, said: str
) -> Answer:
    activity = _steered_activity(activity_id)
    try:
        change(activity)
        db.session.commit()
    except Refusal as refusal:
        forms = _forms(activity)._replace(**{name: answered})
        return _given_back(activity_id, forms, answered, refusal, "to" if name == "move" else "day")
    return _done(activity_id, said)


def _done(activity_id: int, said: str) -> BaseResponse:
    flash(said, "ok")
    return redirect(url_for("series.show", activity_id=activity_id), 303)


def _refused(activity_id: int, refusal: Refusal) -> BaseResponse:
    db.session.rollback()
    flash(gettext(refusal.sentence, **refusal.parameters), "stop")
    return redirect(url_for("series.show", activity_id=activity_id), 303)


def _given_back(
    activity_id: int, forms: Forms, wrong: FlaskForm, refusal: Refusal, usually: str
) -> tuple[str, int]:
    """The page as it was, what was typed, and the reason beside its field."""
    db.session.rollback()
    named = refusal.field if refusal.field in wrong else usually
    wrong[named].errors = [gettext(refusal.sentence, **refusal.parameters)]
    return _page(_steered_activity(activity_id), forms, wrong=wrong), refusal.status


def _forms(activity: Activity) -> Forms:
    """Nothing answered yet: the present rule, and three empty forms."""
    answers = answers_of(series.rule_of(activity), clock.today())
    return Forms(
        RuleForm(formdata=None, data=answers, meta={"csrf": False}).ask(),
        AddForm(formdata=None),
        DropForm(formdata=None),
        MoveForm(formdata=None),
    )


def _page(
    activity: Activity, forms: Forms, tried: Rule | None = None, *, wrong: FlaskForm | None = None
) -> str:
    dates = series.outlook(activity, now=clock.now(), rule=tried)
    forms.drop.day.choices = forms.move.day.choices = choices_of(dates)
    return render_template(
        "coordination/series/show.html",
        territory=activity.action.territory,
        activity=activity,
        rule=series.rule_of(activity),
        tried=tried,
        to_save=sent_again(forms.rule, tried) if tried else [],
        dates=[one for one in dates if not one.is_past],
        past=[one for one in dates if one.is_past],
        missing=sum(one.is_missing for one in dates),
        fallen=sum(one.falls_out for one in dates),
        usual_hour=_usual_hour(activity),
        standing=standing_listings.figures_of(activity),
        forms=forms,
        wrong=wrong or forms.rule,
        describe=wording.describe,
        explain=wording.explain,
        span=wording.span,
    )


def _usual_hour(activity: Activity) -> str:
    """« 8 h 30 »; empty when the dates of the activity cannot be announced without asking."""
    start = activity.usual_start
    if start is None or not series.has_usuals(activity):
        return ""
    return languages.hour(clock.local(clock.today(), start.hour, start.minute))
