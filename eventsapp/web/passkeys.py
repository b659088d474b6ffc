"""Coming in by a passkey: as both factors at once, or as the second after a link or a password."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from eventsapp import clock
from eventsapp.database import db
from eventsapp.people import passkeys
from eventsapp.people.models import Proof
from eventsapp.people.passkeys import PasskeyRefused
from eventsapp.web.addresses import local_path
from eventsapp.web.guards import current_half
from eventsapp.web.sign_in import finish, let_in

bp = Blueprint("passkeys", __name__)


@bp.post("/connexion/cle")
def enter() -> BaseResponse:
    """Opens the desk, or the page that was wanted first; back to the form with a word otherwise."""
    wanted, now = local_path(request.form.get("next"), ""), clock.now()
    try:
        account = passkeys.sign_in(request.form.get("credential", ""), now=now)
    except PasskeyRefused as refusal:
        return _refused(refusal, url_for("sign_in.form", next=wanted or None))
    return let_in(account, Proof.PASSKEY, wanted=wanted, now=now)


@bp.post("/connexion/code/cle")
def complete() -> BaseResponse:
    """Completes half a sign-in; the cookie gets a new token."""
    half, now = current_half(), clock.now()
    if half is None:
        return redirect(url_for("second_step.form"), 303)  # which says what became of it
    try:
        passkeys.prove(half, request.form.get("credential", ""), now=now)
    except PasskeyRefused as refusal:
        return _refused(refusal, url_for("second_step.form"))
    return finish(half, now=now)


def _refused(refusal: PasskeyRefused, back: str) -> BaseResponse:
    """A form that a script has sent has no field to stand beside: the word waits on the next page."""
    db.session.rollback()
    flash(gettext(refusal.sentence), "stop")
    return redirect(back, 303)
