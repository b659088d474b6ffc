"""One's own second factor: set up with a phone, recovery codes shown once, turned off."""

from __future__ import annotations

import segno
from flask import flash, redirect, render_template, session, url_for
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse
from wtforms import StringField

from eventsapp import clock
from eventsapp.access import questions
from eventsapp.database import db
from eventsapp.people import second_factor
from eventsapp.refusals import Refusal
from eventsapp.settings import setting
from eventsapp.web.doorstep import carried, desk, who
from eventsapp.web.forms import refuse

bp = desk("codes")

JUST_MADE = "codes-de-secours"
"""The session's key for recovery codes that were just made: shown on the next page and nowhere after."""


class CodeForm(FlaskForm):
    """What the phone shows now; where it takes over from another, something of that one too."""

    code = StringField(lazy_gettext("Le code de votre téléphone"))
    former = StringField(lazy_gettext("Le code de l’ancien téléphone, ou un code de secours"))


@bp.get("/pro/compte/code")
def show() -> str:
    """Where one is: nothing yet, a code to scan, or codes in use."""
    return _page(CodeForm(formdata=None))


@bp.post("/pro/compte/code/preparation")
def prepare() -> BaseResponse:
    """Draws a secret to scan."""
    second_factor.prepare(carried(), now=clock.now())
    db.session.commit()
    return redirect(url_for("codes.show"), 303)


@bp.post("/pro/compte/code/preparation/retrait")
def keep_present() -> BaseResponse:
    """The phone stays the one it was."""
    second_factor.keep_present(carried())
    db.session.commit()
    return redirect(url_for("codes.show"), 303)


@bp.post("/pro/compte/code")
def turn_on() -> tuple[str, int] | BaseResponse:
    """A first code proves that the phone has it."""
    typed = CodeForm()
    code, former = typed.code.data or "", typed.former.data or ""
    try:
        made = second_factor.turn_on(carried(), code, former=former, now=clock.now())
    except Refusal as refusal:
        status = refuse(typed, refusal)
        return _page(typed), status
    db.session.commit()
    session[JUST_MADE] = made
    return redirect(url_for("codes.show"), 303)


@bp.post("/pro/compte/code/secours")
def renew() -> tuple[str, int] | BaseResponse:
    """Ten new recovery codes in place of the old."""
    typed = CodeForm()
    try:
        made = second_factor.renew_codes(who(), typed.code.data or "", now=clock.now())
    except Refusal as refusal:
        status = refuse(typed, refusal)
        return _page(typed), status
    db.session.commit()
    session[JUST_MADE] = made
    return redirect(url_for("codes.show"), 303)


@bp.post("/pro/compte/code/arret")
def turn_off() -> tuple[str, int] | BaseResponse:
    """No second factor any more."""
    typed = CodeForm()
    try:
        second_factor.turn_off(who(), typed.code.data or "", now=clock.now())
    except Refusal as refusal:
        status = refuse(typed, refusal)
        return _page(typed), status
    db.session.commit()
    flash(gettext("Aucun code n’est plus demandé."), "ok")
    return redirect(url_for("account.show"), 303)


def _page(shown: CodeForm) -> str:
    here, now = carried(), clock.now()
    account = here.account
    secret = second_factor.shown(here, now=now) if second_factor.waiting(here, now=now) else None
    made = session.pop(JUST_MADE, [])
    required = setting("SECOND_FACTOR_REQUIRED") and questions.must_have_second_factor(
        account, on=clock.today()
    )
    return render_template(
        "account/codes.html",
        form=shown,
        secret=secret,
        picture=_picture(secret.uri) if secret else "",
        is_on=account.totp_secret is not None,
        left=second_factor.codes_left(account) if account.totp_secret else 0,
        made=made if isinstance(made, list) else [],
        is_required=bool(required),
    )


def _picture(uri: str) -> Markup:
    """The address as a square to scan, an SVG inside the page: the policy lets no data: picture in."""
    drawn = segno.make(uri, error="m").svg_inline(
        border=3, omitsize=True, dark="#000", light="#fff", svgclass=None, lineclass=None
    )
    drawn = drawn.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1)
    return Markup(drawn)  # noqa: S704 - drawn by segno out of squares, no text of anybody's
