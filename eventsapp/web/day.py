"""The page that a one-day helper's link opens: who comes, for whoever stands at the door today.

A helper has no account. The page says first names and headcounts and nothing more, and is gone at
midnight. Each gesture is a form; with JavaScript it is kept on the phone first (static/day.js), and sent
when there is a network.
"""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.exceptions import BadRequest, NotFound
from werkzeug.wrappers import Response as BaseResponse

from eventsapp import clock, refusals
from eventsapp.access import day_links
from eventsapp.access.day_links import DayLinkDoesNotWork
from eventsapp.access.models import DayLink
from eventsapp.attendance import batches, listings, marking
from eventsapp.attendance.batches import NONCE, Sent
from eventsapp.attendance.models import CHILDREN, GROWN_UPS, Counter, MarkKind
from eventsapp.codes import short_code
from eventsapp.database import db
from eventsapp.extensions import csrf
from eventsapp.refusals import Refusal
from eventsapp.settings import folder
from eventsapp.web.slips import code_in

bp = Blueprint("day", __name__)

WORKER = "day-worker.js"


@bp.get("/jour/<token>")
def show(token: str) -> str:
    """Who comes and who is there. A link that does not work is a 410 page."""
    link = day_links.behind(token, now=clock.now())
    return render_template(
        "day/show.html",
        event=link.event,
        territory=link.event.territory,
        is_neutral=link.event.activity.action.is_sensitive,
        helper=link.name,
        token=token,
        attendance=listings.of_event(link.event),
        children=CHILDREN,
        grown_ups=GROWN_UPS,
        families=Counter.FAMILIES,
        milliseconds=milliseconds,
        now=clock.now(),
        until=day_links.ends_at(link.event),
        nonce=lambda: short_code(16),
    )


@bp.post("/jour/<token>/arrivees/<code:code>")
def arrive(token: str, code: str) -> BaseResponse:
    """A family is there."""
    link = day_links.behind(token, now=clock.now())
    return _mark(token, link, Sent(_nonce(), MarkKind.ARRIVED, None, code=code), f"famille-{code}")


@bp.post("/jour/<token>/arrivees/<code:code>/annulation")
def undo(token: str, code: str) -> BaseResponse:
    """It is not, after all."""
    link = day_links.behind(token, now=clock.now())
    return _mark(token, link, Sent(_nonce(), MarkKind.UNDONE, None, code=code), f"famille-{code}")


@bp.post("/jour/<token>/bulletins")
def arrive_by_code(token: str) -> BaseResponse:
    """The family whose slip is shown is there; its code is typed, or read from its square."""
    link = day_links.behind(token, now=clock.now())
    code = code_in(request.form.get("code", ""))
    if not batches.CODE.fullmatch(code):
        return _unknown_code(token)
    try:
        return _mark(token, link, Sent(_nonce(), MarkKind.ARRIVED, None, code=code), f"famille-{code}")
    except refusals.NotFound:
        return _unknown_code(token)


@bp.post("/jour/<token>/comptes/<counter>")
def count(token: str, counter: str) -> BaseResponse:
    """One more, or one fewer."""
    link = day_links.behind(token, now=clock.now())
    if counter not in set(Counter):
        raise NotFound()
    step = {"1": 1, "-1": -1}.get(request.form.get("step", ""))
    if step is None:
        raise BadRequest()
    counted = Counter(counter)
    gesture = Sent(_nonce(), MarkKind.COUNTED, None, counter=counted, step=step)
    return _mark(token, link, gesture, f"compte-{counted.column}")


@bp.post("/jour/<token>/marques")
@csrf.exempt
def keep_marks(token: str) -> tuple[Response, int] | Response:
    """What a phone counted while it was offline, any number of times: `attendance.batches` in « marks ».

    Without a CSRF token: a page kept for hours offline has none that still holds. None is needed: a forged
    form must know the link, 256 random bits that no other site has, and whoever has it needs nobody else's
    browser. No cookie is read here.
    """
    now = clock.now()
    link = day_links.behind(token, now=now)
    try:
        gestures = batches.read(request.form.get("marks", ""), now=now)
        outcome = marking.keep(link.event, gestures, actor=_actor(link), now=now)
    except Refusal as refusal:
        db.session.rollback()
        return jsonify(sentence=gettext(refusal.sentence, **refusal.parameters)), refusal.status
    present = listings.of_event(link.event)
    answer = jsonify(
        kept=outcome.kept,
        refused=outcome.refused,
        state={
            "revision": present.revision,
            "counts": present.counts,
            "arrived": {
                family.registration.code: milliseconds(family.arrived_at)
                for family in present.families
                if family.arrived_at
            },
        },
    )
    db.session.commit()
    return answer


@bp.get("/jour/sw.js")
def worker() -> Response:
    """The service worker of these pages, and of no other: its address is its scope (Service Workers 1)."""
    script = (folder("static") / WORKER).read_text(encoding="utf-8")
    answer = Response(script, content_type="text/javascript; charset=utf-8")
    answer.headers["Service-Worker-Allowed"] = "/jour/"
    return answer


@bp.errorhandler(DayLinkDoesNotWork)
def over(error: DayLinkDoesNotWork) -> tuple[str, int]:
    """Revoked, past or never made."""
    db.session.rollback()
    return render_template("day/over.html", sentence=gettext(error.sentence)), error.status


def milliseconds(moment: datetime) -> int:
    """An instant as JavaScript tells it."""
    return round(moment.timestamp() * 1000)


def _nonce() -> str:
    """What the form drew: pressed twice, it counts once. Raises BadRequest."""
    nonce = request.form.get("nonce", "")
    if not NONCE.fullmatch(nonce):
        raise BadRequest()
    return nonce


def _mark(token: str, link: DayLink, gesture: Sent, place: str) -> BaseResponse:
    """Keeps a gesture and shows the page again, where it was."""
    try:
        marking.keep_one(link.event, gesture, actor=_actor(link), now=clock.now())
        db.session.commit()
    except marking.NothingToTakeAway as refusal:
        db.session.rollback()
        flash(gettext(refusal.sentence), "warn")
    return redirect(url_for("day.show", token=token, _anchor=place), 303)


def _unknown_code(token: str) -> BaseResponse:
    """No family with a place here has it."""
    db.session.rollback()
    flash(gettext("Ce code n’est pas sur la liste d’aujourd’hui. Relisez-le, ou cherchez le prénom."), "warn")
    return redirect(url_for("day.show", token=token, _anchor="bulletin"), 303)


def _actor(link: DayLink) -> str:
    return f"day_link:{link.id}"
