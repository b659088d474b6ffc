"""Who came to an event, at the desk: what phones counted, the paper sheet, what the session took."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse
from wtforms import HiddenField, SelectMultipleField, StringField
from wtforms.validators import Optional

from eventsapp import clock
from eventsapp.agenda.models import Event
from eventsapp.attendance import listings, means, sheets
from eventsapp.attendance.batches import NONCE
from eventsapp.attendance.models import CHILDREN, GROWN_UPS, Counter, EventMeans
from eventsapp.attendance.sheets import Stated
from eventsapp.codes import short_code
from eventsapp.database import db
from eventsapp.refusals import Refusal
from eventsapp.registrations import needs
from eventsapp.web.doorstep import actor, desk, run_here
from eventsapp.web.forms import refuse

bp = desk("attendance")

FIELD_OF = {counter: f"count_{counter.column}" for counter in Counter}
"""The name of a counter's field."""


class SheetForm(FlaskForm):
    """What the paper says: who was there by name, how many others."""

    nonce = HiddenField()
    revision = HiddenField()
    arrived = SelectMultipleField(lazy_gettext("Qui était là ?"), choices=[], validate_choice=False)


for _counter, _name in FIELD_OF.items():
    setattr(SheetForm, _name, StringField())


class MeansForm(FlaskForm):
    """What the session took; whatever is not known stays empty."""

    speakers = StringField(lazy_gettext("Combien d’intervenants ?"), [Optional()])
    speakers_from = StringField(lazy_gettext("De quelle structure ?"), [Optional()])
    paid = StringField(lazy_gettext("Heures payées"), [Optional()])
    volunteer = StringField(lazy_gettext("Heures bénévoles"), [Optional()])
    cost = StringField(lazy_gettext("Coût, en euros"), [Optional()])
    funder = StringField(lazy_gettext("Qui finance ?"), [Optional()])


@bp.get("/pro/rendez-vous/<code:code>/presences")
def show(code: str) -> str:
    """Who came, as phones and paper say, and the line of means."""
    return _page(run_here(code))


@bp.post("/pro/rendez-vous/<code:code>/presences")
def keep_sheet(code: str) -> tuple[str, int] | BaseResponse:
    """The paper sheet, typed in."""
    event, typed = run_here(code), SheetForm()
    try:
        sheets.keep(event, _stated(typed), actor=actor(), now=clock.now())
    except sheets.CountedMeanwhile as refusal:
        status = refuse(typed, refusal)
        return _page(run_here(code), sheet=typed, is_stale=True), status
    except Refusal as refusal:
        status = refuse(typed, refusal)
        return _page(run_here(code), sheet=typed), status
    db.session.commit()
    flash(gettext("Les présences sont enregistrées."), "ok")
    return redirect(url_for("attendance.show", code=code), 303)


@bp.post("/pro/rendez-vous/<code:code>/moyens")
def keep_means(code: str) -> tuple[str, int] | BaseResponse:
    """Speakers, hours, cost, funder."""
    event, typed = run_here(code), MeansForm()
    try:
        told = means.Means(
            speakers=means.speakers(typed.speakers.data or "", field="speakers"),
            speakers_from=means.organisation(typed.speakers_from.data or "", field="speakers_from"),
            paid_minutes=means.minutes(typed.paid.data or "", field="paid"),
            volunteer_minutes=means.minutes(typed.volunteer.data or "", field="volunteer"),
            cost_cents=means.cents(typed.cost.data or "", field="cost"),
            funder=means.organisation(typed.funder.data or "", field="funder"),
        )
        means.keep(event, told, actor=actor(), now=clock.now())
    except Refusal as refusal:
        status = refuse(typed, refusal)
        return _page(run_here(code), line=typed), status
    db.session.commit()
    flash(gettext("Les moyens sont enregistrés."), "ok")
    return redirect(url_for("attendance.show", code=code), 303)


@bp.get("/pro/rendez-vous/<code:code>/feuille")
def sheet(code: str) -> str:
    """The sheet to print: names with boxes, lines for whoever comes without, or strokes by bracket."""
    event = run_here(code)
    families, asked = listings.of_event(event).families, needs.at(event, now=clock.now())
    there = [family.registration.id for family in families]
    return render_template(
        "attendance/sheet.html",
        event=event,
        territory=event.territory,
        is_neutral=event.activity.action.is_sensitive,
        families=families,
        needs=asked,
        all_needs=needs.said(needs.summed(asked, there)),
        needs_of=needs.said,
        counters=(*GROWN_UPS, *CHILDREN, Counter.FAMILIES),
    )


def _stated(typed: SheetForm) -> Stated:
    """Raises NumberUnreadable, CountedMeanwhile for a form of which nobody knows when it was opened."""
    revision, nonce = typed.revision.data or "", typed.nonce.data or ""
    if not (revision.isascii() and revision.isdigit() and len(revision) <= 6 and NONCE.fullmatch(nonce)):
        raise sheets.CountedMeanwhile()
    return Stated(
        nonce=nonce[:20],
        revision=int(revision),
        arrived=frozenset(typed.arrived.data or ()),
        counts={
            counter: sheets.number(request.form[name], field=name)
            for counter, name in FIELD_OF.items()
            if name in request.form
        },
    )


def _page(
    event: Event, sheet: SheetForm | None = None, line: MeansForm | None = None, *, is_stale: bool = False
) -> str:
    present, told = listings.of_event(event), listings.means_of(event)
    arrived = [family.registration.code for family in present.families if family.arrived_at]
    if sheet is None or is_stale:
        fresh = _sheet_of(present, arrived)
        if sheet is not None:
            fresh.form_errors = list(sheet.form_errors)
        sheet = fresh
    return render_template(
        "attendance/show.html",
        event=event,
        attendance=present,
        arrived=set(sheet.arrived.data or ()),
        figures=listings.figures_of(event),
        sources=listings.sources_of(event),
        is_countable=sheets.is_countable(event, now=clock.now()),
        counted=[
            (_labelled(sheet[FIELD_OF[counter]], counter), present.counts[counter])
            for counter in (*GROWN_UPS, *CHILDREN, Counter.FAMILIES)
        ],
        sheet=sheet,
        line=line or MeansForm(formdata=None, data=_told(told)),
        means=told,
        longest=means.LONGEST_NAME,
    )


def _labelled(field: Any, counter: Counter) -> Any:
    field.label.text = counter.label
    return field


def _sheet_of(present: listings.Attendance, arrived: list[str]) -> SheetForm:
    """The form as it is opened: what phones have counted so far."""
    shown = {FIELD_OF[counter]: str(many) for counter, many in present.counts.items()}
    opened = {"nonce": short_code(16), "revision": str(present.revision), "arrived": arrived}
    return SheetForm(formdata=None, data=opened | shown)


def _told(line: EventMeans | None) -> Mapping[str, str]:
    """The line as it would be typed."""
    if line is None:
        return {}

    def said(value: int | None, write: Callable[[int], str]) -> str:
        return "" if value is None else write(value)

    return {
        "speakers": said(line.speakers, str),
        "speakers_from": line.speakers_from,
        "paid": said(line.paid_minutes, hours),
        "volunteer": said(line.volunteer_minutes, hours),
        "cost": said(line.cost_cents, euros),
        "funder": line.funder,
    }


def hours(minutes: int) -> str:
    """« 3 », « 2 h 30 »."""
    whole, rest = divmod(minutes, 60)
    return f"{whole} h {rest:02}" if rest else str(whole)


def euros(cents: int) -> str:
    """« 120 », « 85,50 »."""
    whole, rest = divmod(cents, 100)
    return f"{whole},{rest:02}" if rest else str(whole)
