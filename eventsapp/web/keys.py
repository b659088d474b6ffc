"""One's own passkeys: added, listed, removed."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse
from wtforms import HiddenField, PasswordField, StringField

from eventsapp import clock
from eventsapp.database import db
from eventsapp.people import passkeys, passwords
from eventsapp.refusals import Refusal
from eventsapp.web.doorstep import carried, desk
from eventsapp.web.forms import refuse

bp = desk("keys")


class KeyForm(FlaskForm):
    """What its owner calls it, what proves that it is they, and what the browser answered."""

    name = StringField(lazy_gettext("Nom de cette clé"))
    present = PasswordField(lazy_gettext("Votre mot de passe actuel"))
    code = StringField(lazy_gettext("Le code de votre téléphone"))
    credential = HiddenField()


@bp.get("/pro/compte/cles")
def index() -> str:
    """The passkeys, and a way to add one where browsers can."""
    return _page(KeyForm(formdata=None))


@bp.post("/pro/compte/cles")
def add() -> tuple[str, int] | BaseResponse:
    """Keeps a passkey that the browser has made."""
    typed = KeyForm()
    try:
        passkeys.register(
            carried(),
            typed.credential.data or "",
            typed.name.data or "",
            code=typed.code.data or "",
            present=typed.present.data or "",
            now=clock.now(),
        )
    except Refusal as refusal:
        status = refuse(typed, refusal)
        typed.credential.data = ""
        return _page(typed), status
    db.session.commit()
    flash(gettext("La clé d’accès est ajoutée."), "ok")
    return redirect(url_for("keys.index"), 303)


@bp.post("/pro/compte/cles/<row:passkey_id>/retrait")
def remove(passkey_id: int) -> BaseResponse:
    """Forgets one. Raises NotFound: somebody else's."""
    passkeys.remove(carried(), passkey_id, now=clock.now())
    db.session.commit()
    flash(gettext("La clé d’accès est retirée."), "ok")
    return redirect(url_for("keys.index"), 303)


def _page(shown: KeyForm) -> str:
    here = carried()
    offered = passkeys.offered()
    return render_template(
        "account/keys.html",
        form=shown,
        keys=passkeys.of(here.account),
        needs_code=passkeys.needs_code(here),
        needs_present=passwords.needs_present(here),
        options=passkeys.registration_options(here.account, now=clock.now()) if offered else "",
    )
