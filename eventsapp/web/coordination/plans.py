"""Plans of a school year: proposed, looked at, accepted or set aside. Nothing is public before a yes."""

from __future__ import annotations

import enum

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext, ngettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse
from wtforms import SelectField

from eventsapp import clock
from eventsapp.database import db
from eventsapp.planning import drafting, listings, owed_months, wording
from eventsapp.planning.models import Draft, DraftStatus
from eventsapp.programme.school_calendar import zone_c
from eventsapp.refusals import Refusal
from eventsapp.tasks.models import Task, TaskStatus
from eventsapp.web.coordination.grids import grid_of
from eventsapp.web.doorstep import actor, desk, require_coordinator, steered, who

bp = desk("plans")

VIEWS = ("grille", "liste")


class YearForm(FlaskForm):
    """Which school year is to be proposed; `drafting.request` judges the answer."""

    school_year = SelectField(lazy_gettext("Année scolaire"), validate_choice=False)


class State(enum.Enum):
    """Where a plan is, for people: its word, its icon, its kind of label."""

    SOLVING = (lazy_gettext("En cours de calcul"), "hourglass", "info")
    FAILED = (lazy_gettext("Le calcul a échoué"), "circle-alert", "stop")
    STOPPED = (lazy_gettext("Calcul arrêté"), "x", "")
    PROPOSED = (lazy_gettext("À regarder"), "eye", "warn")
    ACCEPTED = (lazy_gettext("Accepté"), "check", "ok")
    SET_ASIDE = (lazy_gettext("Mis de côté"), "x", "")

    @classmethod
    def of(cls, draft: Draft, task: Task | None) -> State:
        """A draft whose task was stopped or failed is still being solved as far as the draft knows."""
        if draft.status is not DraftStatus.SOLVING:
            return cls[draft.status.name]
        over = {TaskStatus.FAILED: cls.FAILED, TaskStatus.CANCELLED: cls.STOPPED}
        return over.get(task.status, cls.SOLVING) if task else cls.SOLVING


@bp.get("/pro/<territory:territory>/plans")
def index(territory: str) -> str:
    """Every plan of a territory, the latest first, and a button to have a school year proposed."""
    return _index_page(territory)


@bp.post("/pro/<territory:territory>/plans")
def propose(territory: str) -> tuple[str, int] | BaseResponse:
    """Asks for a plan; a worker works it out."""
    area, asked = steered(territory), YearForm()
    try:
        draft = drafting.request(
            area,
            asked.school_year.data or "",
            requested_by=who().id,
            now=clock.now(),
        )
    except Refusal as refusal:
        db.session.rollback()
        asked.school_year.errors = [gettext(refusal.sentence, **refusal.parameters)]
        return _index_page(territory, asked), refusal.status
    task_id = draft.task_id
    db.session.commit()
    return redirect(url_for("tasks.show", task_id=task_id), 303)


@bp.get("/pro/plans/<row:draft_id>")
def show(draft_id: int) -> str | BaseResponse:
    """Who goes where, when and why; what is missing and why; yes or no."""
    draft = _steered_draft(draft_id)
    if draft.status is DraftStatus.SOLVING and draft.task_id is not None:
        return redirect(url_for("tasks.show", task_id=draft.task_id), 303)
    view, quartier = request.args.get("vue", ""), request.args.get("quartier", "")
    half = request.args.get("semestre", "")
    return render_template(
        "coordination/plans/show.html",
        territory=draft.territory,
        draft=draft,
        figures=draft.figures,
        state=State.of(draft, None),
        worth=wording.worth(draft.figures),
        grid=grid_of(draft, quartier, half),
        theme=listings.theme_of_saturdays(draft.territory),
        quartier=quartier,
        half=half,
        view=view if view in VIEWS else "",
        is_open=draft.status is DraftStatus.PROPOSED,
    )


@bp.post("/pro/plans/<row:draft_id>/acceptation")
def accept(draft_id: int) -> BaseResponse:
    """Announces every proposed session, all or none."""
    draft = _steered_draft(draft_id)
    try:
        events = drafting.accept(draft, actor=actor(), now=clock.now())
        db.session.commit()
    except Refusal as refusal:
        return _refused(draft_id, refusal)
    said = ngettext(
        "%(num)d séance est annoncée dans l’agenda.",
        "%(num)d séances sont annoncées dans l’agenda.",
        len(events),
    )
    flash(said, "ok")
    return redirect(url_for("plans.show", draft_id=draft_id), 303)


@bp.post("/pro/plans/<row:draft_id>/mise-de-cote")
def set_aside(draft_id: int) -> BaseResponse:
    """Says no; the plan stays readable."""
    draft = _steered_draft(draft_id)
    territory = draft.territory.slug
    try:
        drafting.set_aside(draft, actor=actor(), now=clock.now())
        db.session.commit()
    except Refusal as refusal:
        return _refused(draft_id, refusal)
    flash(gettext("Cette proposition est mise de côté. Rien n’a été annoncé."), "ok")
    return redirect(url_for("plans.index", territory=territory), 303)


def _steered_draft(draft_id: int) -> Draft:
    """The draft, once it is known that the account coordinates its territory."""
    draft = listings.by_id(draft_id)
    require_coordinator(draft.territory)
    return draft


def _refused(draft_id: int, refusal: Refusal) -> BaseResponse:
    db.session.rollback()
    flash(gettext(refusal.sentence, **refusal.parameters), "stop")
    return redirect(url_for("plans.show", draft_id=draft_id), 303)


def _index_page(slug: str, shown: YearForm | None = None) -> str:
    area, today = steered(slug), clock.today()
    years = [year.label for year in zone_c().school_years if owed_months.last_day_to_plan(year) > today]
    form = shown or YearForm(formdata=None)
    form.school_year.choices = years
    return render_template(
        "coordination/plans/index.html",
        territory=area,
        plans=[(draft, State.of(draft, task)) for draft, task in listings.of_territory(area)],
        form=form,
    )
