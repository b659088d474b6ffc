"""How long the registrations to an activity are kept, and the register of what was deleted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse
from wtforms import StringField, TextAreaField
from wtforms.validators import Optional

from eventsapp import clock
from eventsapp.agenda import keeping, series_listings
from eventsapp.agenda.models import Activity
from eventsapp.clock import PARIS
from eventsapp.database import db
from eventsapp.refusals import Refusal
from eventsapp.retention import register
from eventsapp.retention.models import Deletion
from eventsapp.spreadsheets import Cell, Kind, Sheet
from eventsapp.web.doorstep import actor, desk, require_coordinator, steered
from eventsapp.web.downloads import download
from eventsapp.web.forms import refuse

bp = desk("retention")


class PeriodForm(FlaskForm):
    """How long, and why."""

    months = StringField(lazy_gettext("Combien de mois après chaque date ?"))
    reason = TextAreaField(lazy_gettext("Pourquoi cette durée ?"), [Optional()])


@bp.get("/pro/series/<row:activity_id>/conservation")
def show(activity_id: int) -> str:
    """The present period of an activity."""
    activity = _steered_activity(activity_id)
    now = {"months": str(keeping.months_of(activity)), "reason": activity.retention_reason}
    return _page(activity, PeriodForm(formdata=None, data=now))


@bp.post("/pro/series/<row:activity_id>/conservation")
def keep(activity_id: int) -> tuple[str, int] | BaseResponse:
    """Another period, from the next night on."""
    activity, typed = _steered_activity(activity_id), PeriodForm()
    try:
        changed = keeping.choose(
            activity, typed.months.data or "", typed.reason.data or "", actor=actor(), now=clock.now()
        )
    except Refusal as refusal:
        status = refuse(typed, refusal)
        return _page(_steered_activity(activity_id), typed), status
    db.session.commit()
    flash(gettext("La durée est enregistrée.") if changed else gettext("C’était déjà cette durée."), "ok")
    return redirect(url_for("retention.show", activity_id=activity_id), 303)


@bp.get("/pro/<territory:territory>/suppressions")
def deletions(territory: str) -> str:
    """What was deleted when, by which rule; the latest first."""
    area = steered(territory)
    whole = register.of_territory(area)
    pages = max(1, -(-len(whole) // register.PER_PAGE))
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    latest = list(reversed(whole))
    return render_template(
        "coordination/retention/deletions.html",
        territory=area,
        lines=latest[(page - 1) * register.PER_PAGE : page * register.PER_PAGE],
        sums=register.sums(whole),
        broken=register.first_broken(whole),
        last=latest[0] if latest else None,
        page=page,
        pages=pages,
    )


@bp.get("/pro/<territory:territory>/suppressions.csv")
def export(territory: str) -> Response:
    """The whole register, with its seals."""
    area = steered(territory)
    headings = [
        gettext("numéro"),
        gettext("jour"),
        gettext("heure"),
        gettext("activité"),
        gettext("quoi"),
        gettext("règle"),
        gettext("mois"),
        gettext("combien"),
        gettext("sceau"),
    ]
    sheet = Sheet(gettext("Suppressions"), headings, _rows(register.of_territory(area)))
    return download(f"suppressions-{area.slug}", Kind.CSV, [sheet])


def _rows(lines: Sequence[Deletion]) -> Iterator[Sequence[Cell]]:
    for one in lines:
        yield (
            one.number,
            one.day,
            f"{one.done_at.astimezone(PARIS):%H:%M}",
            one.activity.title if one.activity else "",
            one.kind.label,
            one.rule.label,
            one.months if one.months is not None else "",
            one.rows,
            one.seal,
        )


def _steered_activity(activity_id: int) -> Activity:
    """The activity, once it is known that the account coordinates its territory."""
    activity = series_listings.by_id(activity_id)
    require_coordinator(activity.action.territory)
    return activity


def _page(activity: Activity, form: PeriodForm) -> str:
    return render_template(
        "coordination/retention/show.html",
        territory=activity.action.territory,
        activity=activity,
        form=form,
        most=keeping.MOST_MONTHS,
        longest=keeping.LONGEST_REASON,
    )
