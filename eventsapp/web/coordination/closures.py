"""« Fermer un lieu du … au … »: which place, what becomes of every session there, what hangs on the door.

A closure is tried by GET, which shows and saves nothing; doing it is a POST of its own.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse
from wtforms import StringField, TimeField
from wtforms.validators import Optional

from eventsapp import clock
from eventsapp.database import db
from eventsapp.disruptions import closing, doing, previews
from eventsapp.disruptions.closing import Outlook
from eventsapp.disruptions.door_sign import sign_of
from eventsapp.disruptions.ranking import OptionKind
from eventsapp.disruptions.surroundings import polling_at
from eventsapp.places import closures
from eventsapp.places.closures import LONGEST_REASON
from eventsapp.places.listings import venue_of, venues
from eventsapp.places.models import Territory, Venue
from eventsapp.refusals import Refusal, msgid
from eventsapp.web.doorstep import actor, desk, steered
from eventsapp.web.forms import DayField, refuse

bp = desk("closures")

MOST_FOUND = 60
CHOICE = "choix-"


class DayMissing(Refusal):
    """No day, or none that a calendar knows."""

    sentence = msgid("Choisissez un jour.")


class ClosingForm(FlaskForm):
    """From when to when, and why?"""

    first_day = DayField(lazy_gettext("Du"), name="du")
    first_hour = TimeField(lazy_gettext("À partir de"), [Optional()], name="de")
    last_day = DayField(lazy_gettext("Jusqu’au"), name="au")
    last_hour = TimeField(lazy_gettext("Jusqu’à"), [Optional()], name="a")
    reason = StringField(lazy_gettext("Pourquoi ?"), name="raison")

    def span(self) -> tuple[datetime, datetime]:
        """Both ends, on a Paris clock; without an hour, whole days. Raises DayMissing."""
        first, last = self.first_day.data, self.last_day.data
        if first is None:
            raise DayMissing(field="first_day")
        if last is None:
            raise DayMissing(field="last_day")
        begins = _at(first, self.first_hour.data or time(0))
        ends = (
            _at(last, self.last_hour.data) if self.last_hour.data else _at(last + timedelta(days=1), time(0))
        )
        return begins, ends


@bp.get("/pro/<territory:territory>/fermetures")
def index(territory: str) -> str:
    """The places that are closed or will be, and every place of the territory, to choose one."""
    area, words = steered(territory), request.args.get("q", "")[:80]
    return render_template(
        "coordination/closures/index.html",
        territory=area,
        closures=closures.of_territory(area, now=clock.now()),
        venues=venues(area, words=words, limit=MOST_FOUND),
        words=words,
    )


@bp.get("/pro/<territory:territory>/lieux/<row:venue_id>/fermeture")
def form(territory: str, venue_id: int) -> str | tuple[str, int]:
    """From when to when; with a query, what that would do. Nothing is saved."""
    area = steered(territory)
    venue = venue_of(area, venue_id)
    if not request.args:
        today = clock.today()
        empty = ClosingForm(formdata=None, data={"first_day": today, "last_day": today}, meta={"csrf": False})
        return _page(area, venue, empty)
    asked = ClosingForm(request.args, meta={"csrf": False})
    try:
        return _page(area, venue, asked, _outlook(venue, asked))
    except Refusal as refusal:
        status = refuse(asked, refusal)
        return _page(steered(territory), venue_of(area, venue_id), asked), status


@bp.post("/pro/<territory:territory>/lieux/<row:venue_id>/fermeture")
def close(territory: str, venue_id: int) -> tuple[str, int] | BaseResponse:
    """Closes it, and gives every session what was chosen: all or none."""
    area, answered, now = steered(territory), ClosingForm(), clock.now()
    venue = venue_of(area, venue_id)
    try:
        closure, done = closing.carry_out(
            venue,
            *answered.span(),
            answered.reason.data or "",
            chosen(),
            request.form.get("toutes", ""),
            territory=area,
            actor=actor(),
            now=now,
        )
        db.session.commit()
    except Refusal as refusal:
        status = refuse(answered, refusal)
        area = steered(territory)
        return _given_back(area, venue_of(area, venue_id), answered, refusal), status
    if done is None:
        flash(gettext("Le lieu est fermé. Aucun rendez-vous n’y était annoncé."), "ok")
        where = url_for("closures.show", territory=territory, venue_id=venue_id, closure_id=closure.id)
    else:
        where = url_for("gestures.show", territory=territory, change_id=done.id)
    return redirect(where, 303)


@bp.get("/pro/<territory:territory>/lieux/<row:venue_id>/fermeture/<row:closure_id>")
def show(territory: str, venue_id: int, closure_id: int) -> str:
    """One closure: from when to when, why, what was done with the sessions; open again."""
    area = steered(territory)
    closure = closures.by_id(closure_id, venue_of(area, venue_id))
    return render_template(
        "coordination/closures/show.html",
        territory=area,
        closure=closure,
        done=doing.of_closure(closure),
        is_over=closure.ends_at <= clock.now(),
    )


@bp.post("/pro/<territory:territory>/lieux/<row:venue_id>/fermeture/<row:closure_id>/fin")
def lift(territory: str, venue_id: int, closure_id: int) -> BaseResponse:
    """The place may be used again; what was moved or cancelled stays so."""
    area = steered(territory)
    closure = closures.by_id(closure_id, venue_of(area, venue_id))
    closures.lift(closure, actor=actor(), now=clock.now())
    db.session.commit()
    flash(gettext("Le lieu est rouvert. Ce qui a été déplacé ou annulé le reste."), "ok")
    return redirect(url_for("closures.index", territory=territory), 303)


@bp.get("/pro/<territory:territory>/lieux/<row:venue_id>/fermeture/<row:closure_id>/affiche")
def sign(territory: str, venue_id: int, closure_id: int) -> str:
    """One page for the door: closed, until when, where each session is held instead."""
    area = steered(territory)
    closure = closures.by_id(closure_id, venue_of(area, venue_id))
    done = doing.of_closure(closure)
    return render_template(
        "coordination/closures/sign.html",
        territory=area,
        closure=closure,
        sign=sign_of(closure, doing.standing(done) if done and not done.undone_at else []),
    )


def _at(day: date, hour: time) -> datetime:
    return clock.local(day, hour.hour, hour.minute)


def _outlook(venue: Venue, asked: ClosingForm) -> Outlook:
    """Raises what a closure raises, before anything is written."""
    begins, ends = asked.span()
    closures.check(begins, ends, asked.reason.data or "", now=clock.now())
    if closures.during([venue.id], begins, ends):
        raise closures.ClosedAlready(field="first_day")
    return closing.outlook(venue, begins, ends, now=clock.now())


def chosen() -> dict[int, str]:
    """What the form says of each session, by its number."""
    named = {
        name.removeprefix(CHOICE): value
        for name, value in request.form.items()
        if name.startswith(CHOICE) and name.isascii() and len(name) < 20
    }
    return {int(number): value for number, value in named.items() if number.isdecimal()}


def _given_back(area: Territory, venue: Venue, answered: ClosingForm, refusal: Refusal) -> str:
    """The preview as it is now, what was ticked, and the reason beside its session."""
    again = ClosingForm(request.form, meta={"csrf": False})
    again.form_errors = list(answered.form_errors)
    shown = {field.name: field for field in again}  # by what the page calls them; no token among them
    for field in answered:
        if field.errors and field.name in shown:
            shown[field.name].errors = list(field.errors)
    mistakes = {}
    if (refusal.field or "").startswith(CHOICE):
        mistakes[refusal.field] = again.form_errors.pop()
    try:
        found = closing.outlook(venue, *again.span(), now=clock.now())
    except Refusal:
        found = None
    return _page(area, venue, again, found, mistakes=mistakes)


def _page(
    area: Territory,
    venue: Venue,
    form: ClosingForm,
    found: Outlook | None = None,
    *,
    mistakes: dict[Any, str] | None = None,
) -> str:
    return render_template(
        "coordination/closures/form.html",
        territory=area,
        venue=venue,
        form=form,
        longest=LONGEST_REASON,
        found=found,
        told=previews.told(found.best, now=clock.now()) if found else None,
        chosen=chosen(),
        for_all=request.form.get("toutes", closing.AS_TICKED),
        closing=closing,
        Kind=OptionKind,
        polling_at=polling_at,
        mistakes=mistakes or {},
    )
