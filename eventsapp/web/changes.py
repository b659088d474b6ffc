"""The desk of one event: what it is, who comes, what can be done, and moving, cancelling, restoring it.

Each of these shows first who will be told, by which means and when; what is done by mistake is undone
from the same page until people are told.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse
from wtforms import SelectChoice

from eventsapp import clock, languages
from eventsapp.agenda import notices, scheduling, telling
from eventsapp.agenda.clashes import clashes
from eventsapp.agenda.models import Event
from eventsapp.agenda.notice_models import Notice
from eventsapp.database import db
from eventsapp.disruptions import staff
from eventsapp.disruptions.changes import Change, as_announced
from eventsapp.hosting import coming
from eventsapp.places import listings as places
from eventsapp.places.models import Venue
from eventsapp.refusals import Refusal
from eventsapp.registrations.reach import reach
from eventsapp.web.change_forms import (
    LONGEST,
    CancelForm,
    MoveForm,
    Wanted,
    answers_of,
    text_in,
    wanted_in,
)
from eventsapp.web.doorstep import actor, desk, desk_of, run_here
from eventsapp.web.forms import refuse

bp = desk("changes")

Answer = tuple[str, int] | BaseResponse


@bp.get("/pro/rendez-vous/<code:code>")
def show(code: str) -> str:
    """The event, what waits to be told of it, and what can be done."""
    event, now = run_here(code), clock.now()
    notice = telling.notice_of(event)
    return render_template(
        "changes/show.html",
        event=event,
        notice=notice,
        minutes_left=_minutes_left(notice, now),
        tells=notice is not None and notice.terms != event.terms,
        reach=reach(event, now=now),
        is_over=event.ends_at <= now,
        asks_host=coming.is_asked(event),
        host_answer=coming.told_of([event]).get(event.id),
        **desk_of(event),
    )


@bp.get("/pro/rendez-vous/<code:code>/deplacement")
def moving(code: str) -> Answer:
    """When and where instead; with a query, who would be told of that."""
    event = run_here(code)
    if not request.args:
        return _move_page(event, MoveForm(formdata=None, data=answers_of(event), meta={"csrf": False})), 200
    asked = MoveForm(request.args, meta={"csrf": False})
    known = _venues(event)
    try:
        wanted = _wanted(event, asked, known)
    except Refusal as refusal:
        status = refuse(asked, refusal)
        return _move_page(run_here(code), asked), status
    return _move_page(event, asked, wanted, known), 200


@bp.post("/pro/rendez-vous/<code:code>/deplacement")
def move(code: str) -> Answer:
    """Moves it to where the preview said."""
    event, asked, now = run_here(code), MoveForm(), clock.now()
    try:
        wanted = _wanted(event, asked, _venues(event))
        moved = scheduling.reschedule(
            event,
            starts_at=wanted.starts_at,
            ends_at=wanted.ends_at,
            venue=wanted.venue,
            room=wanted.room,
            actor=actor(),
            now=now,
        )
    except Refusal as refusal:
        status = refuse(asked, refusal)
        return _move_page(run_here(code), asked), status
    said = gettext("Le rendez-vous est déplacé.") if moved else gettext("Rien n’a changé.")
    return _done(event, said)


@bp.get("/pro/rendez-vous/<code:code>/annulation")
def cancelling(code: str) -> str:
    """Why, and who would be told."""
    return _cancel_page(run_here(code), CancelForm(formdata=None))


@bp.post("/pro/rendez-vous/<code:code>/annulation")
def cancel(code: str) -> Answer:
    """Cancels it."""
    event, asked = run_here(code), CancelForm()
    try:
        reason = text_in(asked.reason, "reason")
        scheduling.cancel(event, reason=reason, actor=actor(), now=clock.now())
    except Refusal as refusal:
        status = refuse(asked, refusal)
        return _cancel_page(run_here(code), asked), status
    return _done(event, gettext("Le rendez-vous est annulé. Sa page le dit déjà."))


@bp.get("/pro/rendez-vous/<code:code>/retablissement")
def restoring(code: str) -> str:
    """Who would be told that it takes place after all."""
    event = run_here(code)
    change = Change(event, as_announced(event), restores=True)
    return render_template("changes/restore.html", event=event, **_preview(event, change), **desk_of(event))


@bp.post("/pro/rendez-vous/<code:code>/retablissement")
def restore(code: str) -> BaseResponse:
    """Takes a cancellation back that people know of, or may know of."""
    event = run_here(code)
    try:
        scheduling.restore(event, actor=actor(), now=clock.now())
    except Refusal as refusal:
        return _refused(code, refusal)
    return _done(event, gettext("Le rendez-vous a lieu, finalement."))


@bp.post("/pro/rendez-vous/<code:code>/retour")
def undo(code: str) -> BaseResponse:
    """Puts it back to what people were last told."""
    event = run_here(code)
    try:
        notices.undo(event, actor=actor(), now=clock.now())
    except Refusal as refusal:
        return _refused(code, refusal)
    db.session.commit()
    flash(gettext("C’est comme avant. Personne n’a été prévenu pour rien."), "ok")
    return redirect(url_for("changes.show", code=code), 303)


def _venues(event: Event) -> list[Venue]:
    """Where it may go: the places of its territory that still serve, and the one where it is."""
    known = places.venues(event.territory)
    return [one for one in known if one.ended_at is None or one.id == event.venue_id]


def _wanted(event: Event, asked: MoveForm, known: Sequence[Venue]) -> Wanted:
    now = clock.now()
    wanted = wanted_in(asked, known, now)
    scheduling.check_move(
        event, starts_at=wanted.starts_at, ends_at=wanted.ends_at, venue=wanted.venue, now=now
    )
    return wanted


def _move_page(
    event: Event, shown: MoveForm, wanted: Wanted | None = None, known: Sequence[Venue] | None = None
) -> str:
    shown.venue.choices = [SelectChoice(one.slug, one.name) for one in known or _venues(event)]
    tells = wanted is not None and not wanted.only_the_room(event)
    whose = desk_of(event)
    return render_template(
        "changes/move.html",
        event=event,
        form=shown,
        longest=LONGEST,
        wanted=wanted if wanted and wanted.changes(event) else None,
        same=wanted is not None and not wanted.changes(event),
        against=clashes(event, starts_at=wanted.starts_at, ends_at=wanted.ends_at, venue=wanted.venue)
        if wanted
        else None,
        is_secret=lambda other: _is_secret(other, event, steers="territory" in whose),
        **_preview(event, _moved(event, wanted), room_only=wanted is not None and not tells),
        **whose,
    )


def _is_secret(other: Event, event: Event, *, steers: bool) -> bool:
    """Whether what else is held there goes unnamed: kept out of public lists, and another organisation's."""
    if steers or (event.host_id is not None and other.host_id == event.host_id):
        return False
    return other.is_restricted or other.activity.action.is_sensitive


def _cancel_page(event: Event, shown: CancelForm) -> str:
    return render_template(
        "changes/cancel.html",
        event=event,
        form=shown,
        longest=LONGEST["reason"],
        **_preview(event, Change(event, as_announced(event), cancels=True)),
        **desk_of(event),
    )


def _moved(event: Event, wanted: Wanted | None) -> Change | None:
    """What a move makes of an event; None where nothing is asked for yet."""
    if wanted is None:
        return None
    return Change(
        event,
        as_announced(event),
        starts_at=wanted.starts_at,
        ends_at=wanted.ends_at,
        venue=wanted.venue,
        room=wanted.room,
    )


def _preview(event: Event, change: Change | None, *, room_only: bool = False) -> dict[str, object]:
    """Who will be told and when, as `changes/told.html` says it."""
    now = clock.now()
    notice = telling.notice_of(event)
    begins = change.begins if change else event.starts_at
    starts = [event.starts_at, begins, *([notice.starts_at] if notice else [])]
    at_once = telling.is_imminent(*starts, now=now)
    told = reach(event, now=now, begins=begins)
    names = [
        (known.own_name if (known := languages.known(code)) else code, number)
        for code, number in told.languages
    ]
    return {
        "reach": told,
        "reach_languages": names,
        "staff": staff.concerned_by([change], but=actor()) if change else None,
        "at_once": at_once,
        "told_at": now + telling.undo_window(),
        "tells_nobody": room_only and not at_once,
        "is_over": event.ends_at <= now,
    }


def _done(event: Event, said: str) -> BaseResponse:
    """Commits, and says when people are told."""
    notice, code = telling.notice_of(event), event.code
    if notice is None or notice.terms == event.terms:
        more = ""
    else:
        more = " " + gettext(
            "Les personnes inscrites seront prévenues à %(hour)s.", hour=languages.hour(notice.due_at)
        )
    db.session.commit()
    flash(said + more, "ok")
    return redirect(url_for("changes.show", code=code), 303)


def _refused(code: str, refusal: Refusal) -> BaseResponse:
    db.session.rollback()
    flash(gettext(refusal.sentence, **refusal.parameters), "stop")
    return redirect(url_for("changes.show", code=code), 303)


def _minutes_left(notice: Notice | None, now: datetime) -> int:
    """Minutes until people are told, begun ones count."""
    return 0 if notice is None else max(0, -(-int((notice.due_at - now).total_seconds()) // 60))
