"""« Programme », written: the project of a territory, its axes, its actions."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext, ngettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse
from wtforms import BooleanField, RadioField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from eventsapp import clock
from eventsapp.agenda import surroundings
from eventsapp.database import db
from eventsapp.places.models import Territory
from eventsapp.programme import contents, listings, rewriting
from eventsapp.programme.models import Action, Axis, Project, ProjectStatus, Theme
from eventsapp.programme.rewriting import ActionAnswers, AxisMissing, ProjectAnswers, ThemeMissing
from eventsapp.refusals import NotFound, Refusal, msgid
from eventsapp.web.doorstep import actor, desk, steered
from eventsapp.web.forms import DayField, refuse, told

bp = desk("rewriting")

LONGEST = {
    "diagnosis": rewriting.LONGEST_DIAGNOSIS,
    "name": rewriting.LONGEST_NAME,
    "need": rewriting.LONGEST_NEED,
    "description": rewriting.LONGEST_DESCRIPTION,
}


class DayUnreadable(Refusal):
    """No day of a calendar."""

    sentence = msgid("Écrivez un jour comme 31/12/2027.")


class ProjectForm(FlaskForm):
    """How far the project is, and why it is there."""

    status = RadioField(lazy_gettext("Où en est le projet ?"), validate_choice=False)
    diagnosis = TextAreaField(lazy_gettext("Le diagnostic, en quelques phrases"), validators=[Optional()])
    signed_on = DayField(lazy_gettext("Signé le"), validators=[Optional()])
    ends_on = DayField(lazy_gettext("Jusqu’au"), validators=[Optional()])


class AxisForm(FlaskForm):
    """One more theme."""

    theme = SelectField(lazy_gettext("Thème"), validate_choice=False)


class ActionForm(FlaskForm):
    """What is done, for whom it is named, and why."""

    axis = SelectField(lazy_gettext("Sous quel axe ?"), validate_choice=False)
    name = StringField(lazy_gettext("Nom officiel"))
    public_name = StringField(lazy_gettext("Nom pour les habitants"), validators=[Optional()])
    need = TextAreaField(lazy_gettext("Besoin de départ"), validators=[Optional()])
    description = TextAreaField(lazy_gettext("Ce que l’on y fait"), validators=[Optional()])
    is_sensitive = BooleanField(lazy_gettext("Action discrète : mots neutres partout hors du service"))


@bp.get("/pro/<territory:territory>/programme/projet")
def project(territory: str) -> str:
    """The questions, answered where there is a project."""
    area = steered(territory)
    known = _project(area)
    return _project_page(area, known, ProjectForm(formdata=None, obj=known))


@bp.post("/pro/<territory:territory>/programme/projet")
def keep_project(territory: str) -> tuple[str, int] | BaseResponse:
    """Opens the project, or rewrites it."""
    area, asked = steered(territory), ProjectForm()
    try:
        rewriting.write_project(area, _project(area), _project_answers(asked), actor=actor(), now=clock.now())
    except Refusal as refusal:
        status = refuse(asked, refusal)
        area = steered(territory)
        return _project_page(area, _project(area), asked), status
    db.session.commit()
    flash(gettext("Le projet est enregistré."), "ok")
    return _back(territory)


@bp.get("/pro/<territory:territory>/programme/axes")
def axes(territory: str) -> str:
    """The axes in their order, and one more where there is room."""
    return _axes_page(steered(territory), AxisForm(formdata=None))


@bp.post("/pro/<territory:territory>/programme/axes")
def add_axis(territory: str) -> tuple[str, int] | BaseResponse:
    """Keeps one more theme."""
    area, asked = steered(territory), AxisForm()
    try:
        if asked.theme.data not in set(Theme):
            raise ThemeMissing(field="theme")
        rewriting.lock(area.id)
        kept = listings.project_of(area)
        contents.add_axis(kept, Theme(asked.theme.data), actor=actor(), now=clock.now())
    except NotFound:
        raise
    except Refusal as refusal:
        status = refuse(asked, refusal)
        return _axes_page(steered(territory), asked), status
    db.session.commit()
    flash(gettext("L’axe est ajouté."), "ok")
    return redirect(url_for("rewriting.axes", territory=territory), 303)


@bp.post("/pro/<territory:territory>/programme/axes/<row:axis_id>/montee")
def move_axis(territory: str, axis_id: int) -> BaseResponse:
    """One place up."""
    axis = rewriting.axis_by_id(axis_id, steered(territory))
    rewriting.move_axis_up(axis, actor=actor(), now=clock.now())
    db.session.commit()
    return redirect(url_for("rewriting.axes", territory=territory), 303)


@bp.post("/pro/<territory:territory>/programme/axes/<row:axis_id>/retrait")
def remove_axis(territory: str, axis_id: int) -> BaseResponse:
    """Keeps a theme no more."""
    axis = rewriting.axis_by_id(axis_id, steered(territory))
    with told(gettext("L’axe est retiré.")):
        rewriting.remove_axis(axis, actor=actor(), now=clock.now())
    return redirect(url_for("rewriting.axes", territory=territory), 303)


@bp.get("/pro/<territory:territory>/programme/actions/nouvelle")
def new_action(territory: str) -> str:
    """The questions; `?axe=2` says under which axis."""
    return _action_page(steered(territory), ActionForm(formdata=None, axis=request.args.get("axe", "")))


@bp.post("/pro/<territory:territory>/programme/actions/nouvelle")
def add_action(territory: str) -> tuple[str, int] | BaseResponse:
    """One more action, after those of its axis."""
    area, asked = steered(territory), ActionForm()
    try:
        rewriting.write_action(_axis(area, asked), _action_answers(asked), actor=actor(), now=clock.now())
    except Refusal as refusal:
        status = refuse(asked, refusal)
        return _action_page(steered(territory), asked), status
    db.session.commit()
    flash(gettext("L’action est ajoutée."), "ok")
    return _back(territory)


@bp.get("/pro/<territory:territory>/programme/actions/<row:action_id>")
def action(territory: str, action_id: int) -> str:
    """The same questions, answered."""
    area = steered(territory)
    known = rewriting.action_by_id(action_id, area)
    form = ActionForm(formdata=None, obj=known)
    form.axis.data = str(known.axis_id)
    return _action_page(area, form, known)


@bp.post("/pro/<territory:territory>/programme/actions/<row:action_id>")
def change_action(territory: str, action_id: int) -> tuple[str, int] | BaseResponse:
    """Rewrites an action; what is announced follows."""
    area, asked = steered(territory), ActionForm()
    known = rewriting.action_by_id(action_id, area)
    try:
        answers, axis = _action_answers(asked), _axis(area, asked)
        told = surroundings.change_action(known, answers, axis, actor=actor(), now=clock.now())
    except Refusal as refusal:
        status = refuse(asked, refusal)
        area = steered(territory)
        return _action_page(area, asked, rewriting.action_by_id(action_id, area)), status
    db.session.commit()
    said = gettext("L’action est enregistrée.")
    if told:
        said += " " + ngettext(
            "%(num)d rendez-vous est mis à jour dans les calendriers.",
            "%(num)d rendez-vous sont mis à jour dans les calendriers.",
            told,
        )
    flash(said, "ok")
    return _back(territory)


@bp.post("/pro/<territory:territory>/programme/actions/<row:action_id>/montee")
def move_action(territory: str, action_id: int) -> BaseResponse:
    """One place up under its axis."""
    moved = rewriting.action_by_id(action_id, steered(territory))
    rewriting.move_action_up(moved, actor=actor(), now=clock.now())
    db.session.commit()
    return _back(territory)


def _back(territory: str) -> BaseResponse:
    return redirect(url_for("desk.programme", territory=territory), 303)


def _project(area: Territory) -> Project | None:
    try:
        return listings.project_of(area)
    except NotFound:
        return None


def _project_answers(asked: ProjectForm) -> ProjectAnswers:
    """Raises DayUnreadable."""
    for field in (asked.signed_on, asked.ends_on):
        if field.data is None and any(field.raw_data or []):
            raise DayUnreadable(field=field.name)
    return ProjectAnswers(
        status=asked.status.data or "",
        diagnosis=asked.diagnosis.data or "",
        signed_on=asked.signed_on.data,
        ends_on=asked.ends_on.data,
    )


def _action_answers(asked: ActionForm) -> ActionAnswers:
    return ActionAnswers(
        name=asked.name.data or "",
        public_name=asked.public_name.data or "",
        need=asked.need.data or "",
        description=asked.description.data or "",
        is_sensitive=bool(asked.is_sensitive.data),
    )


def _axis(area: Territory, asked: ActionForm) -> Axis:
    """The axis that was chosen. Raises AxisMissing."""
    project = _project(area)
    axes = contents.axes_of(project) if project else []
    found = next((one for one in axes if str(one.id) == asked.axis.data), None)
    if found is None:
        raise AxisMissing(field="axis")
    return found


def _project_page(area: Territory, known: Project | None, shown: ProjectForm) -> str:
    shown.status.choices = [SelectChoice(one.value, one.label.capitalize()) for one in ProjectStatus]
    return render_template(
        "coordination/rewriting/project.html", territory=area, project=known, form=shown, longest=LONGEST
    )


def _axes_page(area: Territory, shown: AxisForm) -> str:
    outline = listings.outline_of(area)
    kept = {part.axis.theme for part in outline.axes}
    shown.theme.choices = [
        SelectChoice("", gettext("Choisir")),
        *(SelectChoice(one.value, one.official_name) for one in Theme if one not in kept),
    ]
    return render_template(
        "coordination/rewriting/axes.html",
        territory=area,
        outline=outline,
        has_room=len(outline.axes) < contents.AXES_OF_A_PROJECT,
        form=shown,
    )


def _action_page(area: Territory, shown: ActionForm, known: Action | None = None) -> str:
    axes = contents.axes_of(listings.project_of(area))
    shown.axis.choices = [
        SelectChoice("", gettext("Choisir")),
        *(SelectChoice(str(one.id), one.theme.official_name) for one in axes),
    ]
    return render_template(
        "coordination/rewriting/action.html", territory=area, action=known, form=shown, longest=LONGEST
    )
