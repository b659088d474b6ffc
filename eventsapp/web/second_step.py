"""The other ways in, and the second step: a password, a code of the phone, a recovery code.

Between the first proof and the second the cookie carries half a sign-in, which opens no desk. A wrong
code is counted though it is refused, and five are the end of it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext, lazy_gettext, ngettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse
from wtforms import EmailField, HiddenField, PasswordField, StringField

from eventsapp import clock
from eventsapp.database import begin_writing, db
from eventsapp.people import passkeys, passwords, second_factor, sign_ins
from eventsapp.people.contacts import LONGEST_ADDRESS
from eventsapp.people.models import Account, Proof
from eventsapp.people.sign_ins import SignInIsOver
from eventsapp.refusals import Refusal
from eventsapp.web.addresses import local_path
from eventsapp.web.forms import refuse
from eventsapp.web.guards import SIGN_IN, current_account, current_half
from eventsapp.web.sign_in import finish, let_in

bp = Blueprint("second_step", __name__)


class PasswordForm(FlaskForm):
    """Who, and what only they know."""

    email = EmailField(lazy_gettext("Votre adresse e-mail"))
    password = PasswordField(lazy_gettext("Votre mot de passe"))
    next = HiddenField()


class CodeForm(FlaskForm):
    """What the phone shows now."""

    code = StringField(lazy_gettext("Le code de votre téléphone"))


class RecoveryForm(FlaskForm):
    """One of the ten."""

    code = StringField(lazy_gettext("Un code de secours"))


@bp.get("/connexion/mot-de-passe")
def password() -> str | BaseResponse:
    """Address and password, for whoever has chosen one."""
    wanted = local_path(request.args.get("next"), "")
    if current_account() is not None:
        return redirect(wanted or url_for("desk.home"), 303)
    return _password_page(PasswordForm(formdata=None, next=wanted))


@bp.post("/connexion/mot-de-passe")
def enter() -> tuple[str, int] | BaseResponse:
    """Lets in, or says the same to everybody who is not."""
    typed, now = PasswordForm(), clock.now()
    try:
        account = passwords.sign_in(typed.email.data or "", typed.password.data or "", now=now)
    except Refusal as refusal:
        status = refuse(typed, refusal)
        return _password_page(typed), status
    return let_in(account, Proof.PASSWORD, wanted=typed.next.data, now=now)


@bp.get("/connexion/code")
def form() -> str | BaseResponse:
    """Which code does the phone show?"""
    half = current_half()
    return _code_page(CodeForm(formdata=None)) if half else _begin_anew()


@bp.post("/connexion/code")
def check() -> tuple[str, int] | BaseResponse:
    """Completes the sign-in by a code of the phone."""
    return _second(CodeForm(), _take_code, _code_page)


@bp.get("/connexion/code-de-secours")
def recovery() -> str | BaseResponse:
    """The phone is lost: one of the recovery codes."""
    half = current_half()
    return _recovery_page(RecoveryForm(formdata=None)) if half else _begin_anew()


@bp.post("/connexion/code-de-secours")
def recover() -> tuple[str, int] | BaseResponse:
    """Completes the sign-in by a recovery code."""
    return _second(RecoveryForm(), _take_recovery_code, _recovery_page)


Take = Callable[[Account, str, datetime], str]


def _second(
    typed: CodeForm | RecoveryForm, take: Take, page: Callable[[FlaskForm], str]
) -> tuple[str, int] | BaseResponse:
    half, now = current_half(), clock.now()
    if half is None:
        return _begin_anew()
    try:
        sign_ins.count_try(half)
    except SignInIsOver:
        db.session.rollback()
        return _begin_anew()
    db.session.commit()
    begin_writing()
    try:
        said = take(half.account, typed.code.data or "", now)
    except Refusal as refusal:
        status = refuse(typed, refusal)
        return (page(typed), status) if current_half() else _begin_anew()
    going_on = finish(half, now=now)
    if said:
        flash(said, "warn")
    return going_on


def _take_code(account: Account, code: str, now: datetime) -> str:
    second_factor.take(account, code, now=now)
    return ""


def _take_recovery_code(account: Account, code: str, now: datetime) -> str:
    left = second_factor.take_recovery_code(account, code, now=now)
    return ngettext(
        "Il vous reste %(num)d code de secours. Vous pouvez en refaire dans « Mon compte ».",
        "Il vous reste %(num)d codes de secours. Vous pouvez en refaire dans « Mon compte ».",
        left,
    )


def _begin_anew() -> BaseResponse:
    """Too long ago, too many wrong codes, or nothing begun."""
    if current_account() is not None:
        return redirect(url_for("desk.home"), 303)
    session.pop(SIGN_IN, None)
    flash(gettext("Il faut recommencer : demandez un nouveau lien."), "warn")
    return redirect(url_for("sign_in.form"), 303)


def _password_page(shown: PasswordForm) -> str:
    return render_template("second_step/password.html", form=shown, longest=LONGEST_ADDRESS)


def _code_page(shown: FlaskForm) -> str:
    half = current_half() if passkeys.offered() else None
    options = passkeys.second_step_options(half, now=clock.now()) if half else ""
    return render_template("second_step/code.html", form=shown, options=options)


def _recovery_page(shown: FlaskForm) -> str:
    return render_template("second_step/recovery.html", form=shown)
