"""Every session of a territory, and what is done to several at once: moved, housed elsewhere, cancelled.

What is ticked and asked travels in the query; the preview saves nothing, doing it is a POST of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask import redirect, render_template, request, url_for
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.exceptions import NotFound as NoSuchPage
from werkzeug.wrappers import Response as BaseResponse
from wtforms import IntegerField, SelectField, StringField, TimeField
from wtforms.validators import Optional

from eventsapp import clock
from eventsapp.agenda import session_listings
from eventsapp.agenda.models import Event, EventStatus
from eventsapp.agenda.session_listings import Wish
from eventsapp.database import db
from eventsapp.disruptions import doing, moving, previews, ranking, surroundings
from eventsapp.disruptions.changes import Change, changes_nothing
from eventsapp.disruptions.closing import PreviewIsOld
from eventsapp.disruptions.letters import becomes
from eventsapp.disruptions.models import Gesture
from eventsapp.disruptions.moving import LONGEST_REASON, LONGEST_ROOM
from eventsapp.hosting import coming
from eventsapp.places import closures
from eventsapp.places.listings import venue_of, venues
from eventsapp.places.models import Territory, VenueClosure
from eventsapp.refusals import Refusal
from eventsapp.typed import line
from eventsapp.web.addresses import row_number
from eventsapp.web.coordination.obstacle_words import WORDS
from eventsapp.web.doorstep import actor, desk, steered
from eventsapp.web.forms import refuse

bp = desk("sessions")

GESTURES = {"deplacer": Gesture.MOVING, "lieu": Gesture.HOUSING, "annuler": Gesture.CANCELLING}


class BulkForm(FlaskForm):
    """What becomes of the sessions that were ticked."""

    weeks = IntegerField(lazy_gettext("Semaines"), [Optional()], name="semaines")
    days = IntegerField(lazy_gettext("Jours"), [Optional()], name="jours")
    hour = TimeField(lazy_gettext("Nouvelle heure de début"), [Optional()], name="heure")
    venue = SelectField(lazy_gettext("Nouveau lieu"), validate_choice=False, name="lieu")
    room = StringField(lazy_gettext("Salle"), name="salle")
    reason = StringField(lazy_gettext("Pourquoi ?"), name="raison")


@bp.get("/pro/<territory:territory>/rendez-vous")
def index(territory: str) -> str:
    """Every session, fifty a page, by month, place, host, activity and state."""
    area, now = steered(territory), clock.now()
    wish, number = _wish(), _page_number()
    page = session_listings.sessions(area, wish, now=now, page=number)
    return render_template(
        "coordination/sessions/index.html",
        territory=area,
        page=page,
        choices=session_listings.choices(area),
        Status=EventStatus,
        asked={name: value for name, value in request.args.items() if value and name != "page"},
        closed=_closed(page.events),
        now=now,
        polling_at=surroundings.polling_at,
        asks_host=lambda event: coming.is_asked(event) and event.ends_at > now,
        hosts_said=coming.told_of(page.events),
    )


@bp.get("/pro/<territory:territory>/rendez-vous/changement")
def preview(territory: str) -> str | tuple[str, int] | BaseResponse:
    """What would become of what was ticked, and who would be told; nothing is saved."""
    area = steered(territory)
    if "quoi" not in request.args:
        return redirect(url_for("sessions.index", territory=territory), 303)
    gesture = _gesture(request.args["quoi"])
    form = _form(area, from_query=True)
    try:
        events = _selected(area)
    except Refusal as refusal:
        status = refuse(form, refusal)
        return _page(steered(territory), gesture, form, ()), status
    if not _is_asked():
        return _page(area, gesture, form, events)
    try:
        return _page(area, gesture, form, events, _changes(area, gesture, form, events))
    except Refusal as refusal:
        status = refuse(form, refusal)
        area = steered(territory)
        return _page(area, gesture, form, _selected(area)), status


@bp.post("/pro/<territory:territory>/rendez-vous/changement")
def change(territory: str) -> tuple[str, int] | BaseResponse:
    """Does it, all or none; people are told once."""
    area, gesture = steered(territory), _gesture(request.form.get("quoi", ""))
    form = _form(area)
    try:
        events = _selected(area)
        if request.form.get("vu", "") != moving.mark_of(events):
            raise PreviewIsOld()
        changes = _changes(area, gesture, form, events)
        reason = line(form.reason.data or "", field="reason")[:LONGEST_REASON]
        done = doing.carry_out(gesture, area, changes, reason=reason, actor=actor(), now=clock.now())
        db.session.commit()
    except Refusal as refusal:
        status = refuse(form, refusal)
        if gesture is not Gesture.HOUSING:  # no place was asked for: it is said above all
            form.form_errors += form.venue.errors
            form.venue.errors = []
        area = steered(territory)
        try:
            events = _selected(area)
            again = _changes(area, gesture, form, events) if isinstance(refusal, PreviewIsOld) else []
        except Refusal:
            events, again = (), []
        return _page(area, gesture, form, events, again), status
    return redirect(url_for("gestures.show", territory=territory, change_id=done.id), 303)


def _gesture(name: str) -> Gesture:
    if name not in GESTURES:
        raise NoSuchPage()
    return GESTURES[name]


def _is_asked() -> bool:
    """Whether the query says more than what was ticked."""
    return any(name not in ("quoi", "e") for name in request.args)


def _selected(area: Territory) -> Sequence[Event]:
    numbers = {row_number(one) for one in request.values.getlist("e")}
    return moving.selected(area, {one for one in numbers if one is not None}, now=clock.now())


def _changes(area: Territory, gesture: Gesture, form: BulkForm, events: Sequence[Event]) -> list[Change]:
    """Raises what `moving` raises, NothingToDo."""
    reason = form.reason.data or ""
    if gesture is Gesture.CANCELLING:
        return moving.cancelled(events, reason=reason)
    if gesture is Gesture.MOVING:
        days = 7 * (form.weeks.data or 0) + (form.days.data or 0)
        changes = moving.moved(events, days=days, hour=form.hour.data, now=clock.now())
    else:
        number = row_number(form.venue.data or "")
        venue = venue_of(area, number) if number is not None else None
        changes = moving.housed(events, venue=venue, room=form.room.data or "")
    changes = [one for one in changes if not changes_nothing(one)]
    if not changes:
        raise doing.NothingToDo(field="days" if gesture is Gesture.MOVING else "venue")
    return changes


def _form(area: Territory, *, from_query: bool = False) -> BulkForm:
    form = BulkForm(request.args, meta={"csrf": False}) if from_query else BulkForm()
    used = [one for one in venues(area) if one.ended_at is None]
    form.venue.choices = [("", lazy_gettext("Même lieu")), *((str(one.id), one.name) for one in used)]
    return form


def _page(
    area: Territory,
    gesture: Gesture,
    form: BulkForm,
    events: Sequence[Event],
    changes: Sequence[Change] = (),
) -> str:
    return render_template(
        "coordination/sessions/change.html",
        territory=area,
        gesture=gesture,
        Gesture=Gesture,
        quoi=next(name for name, one in GESTURES.items() if one is gesture),
        form=form,
        events=events,
        changes=changes,
        mark=moving.mark_of(events),
        told=previews.told(changes, now=clock.now()) if changes else None,
        obstacles=moving.obstacles(area, changes),
        words=WORDS,
        closed_word=ranking.Obstacle.CLOSED,
        becomes=becomes,
        longest_room=LONGEST_ROOM,
        longest_reason=LONGEST_REASON,
        polling_at=surroundings.polling_at,
    )


def _wish() -> Wish:
    asked = request.args
    state = asked.get("etat", "")
    return Wish(
        month=_month(asked.get("mois", "")),
        venue_id=row_number(asked.get("lieu", "")),
        host_id=row_number(asked.get("structure", "")),
        activity_id=row_number(asked.get("activite", "")),
        status=EventStatus(state) if state in set(EventStatus) else None,
    )


def _page_number() -> int:
    return max(1, row_number(request.args.get("page", "")) or 1)


def _month(typed: str) -> date | None:
    try:
        return date.fromisoformat(f"{typed}-01") if len(typed) == 7 and "2000" <= typed < "2200" else None
    except ValueError:
        return None


def _closed(events: Sequence[Event]) -> dict[int, VenueClosure]:
    """The sessions of a page whose place is closed at their hour, by number; one statement, or none."""
    if not events:
        return {}
    first, last = min(one.starts_at for one in events), max(one.ends_at for one in events)
    standing = closures.during({one.venue_id for one in events}, first, last)
    return {
        event.id: closure
        for event in events
        for closure in standing
        if closure.venue_id == event.venue_id
        and ranking.overlap((closure.starts_at, closure.ends_at), (event.starts_at, event.ends_at))
    }
