"""One's own password: chosen, changed, removed."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext, ngettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse
from wtforms import PasswordField

from eventsapp import clock
from eventsapp.database import db
from eventsapp.people import passwords
from eventsapp.refusals import Refusal
from eventsapp.web.doorstep import carried, desk
from eventsapp.web.forms import refuse

bp = desk("password")


class PasswordForm(FlaskForm):
    """The present one where it is asked for, and the new one."""

    present = PasswordField(lazy_gettext("Votre mot de passe actuel"))
    wanted = PasswordField(lazy_gettext("Votre nouveau mot de passe"))


class RemovalForm(FlaskForm):
    """The present one, where it is asked for."""

    present = PasswordField(lazy_gettext("Votre mot de passe actuel"), id="remove-present")


@bp.get("/pro/compte/mot-de-passe")
def form() -> str:
    """A new password, or none."""
    return _page(PasswordForm(formdata=None), RemovalForm(formdata=None))


@bp.post("/pro/compte/mot-de-passe")
def choose() -> tuple[str, int] | BaseResponse:
    """Sets it; other devices are signed out."""
    typed = PasswordForm()
    try:
        ended = passwords.choose(
            carried(), typed.present.data or "", typed.wanted.data or "", now=clock.now()
        )
    except Refusal as refusal:
        status = refuse(typed, refusal)
        return _page(typed, RemovalForm(formdata=None)), status
    db.session.commit()
    flash(gettext("Votre mot de passe est enregistré."), "ok")
    if ended:
        said = ngettext(
            "%(num)d autre appareil est déconnecté.", "%(num)d autres appareils sont déconnectés.", ended
        )
        flash(said, "ok")
    return redirect(url_for("account.show"), 303)


@bp.post("/pro/compte/mot-de-passe/suppression")
def remove() -> tuple[str, int] | BaseResponse:
    """Links only, from now on."""
    typed = RemovalForm()
    try:
        passwords.require_present(carried(), typed.present.data or "")
    except Refusal as refusal:
        status = refuse(typed, refusal)
        return _page(PasswordForm(formdata=None), typed), status
    passwords.remove(carried(), now=clock.now())
    db.session.commit()
    flash(gettext("Votre mot de passe est supprimé. Vous entrez par un lien."), "ok")
    return redirect(url_for("account.show"), 303)


def _page(shown: PasswordForm, removal: RemovalForm) -> str:
    return render_template(
        "account/password.html",
        form=shown,
        removal=removal,
        needs_present=passwords.needs_present(carried()),
        least=passwords.SHORTEST,
        most=passwords.LONGEST,
    )
