"""« J’ai perdu mon lien »: asked for by an address or a number, with the same answer to everybody."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse
from wtforms import StringField

from eventsapp import clock
from eventsapp.database import db
from eventsapp.people.contacts import LONGEST_ADDRESS
from eventsapp.refusals import Refusal
from eventsapp.registrations import lost_links
from eventsapp.web import traps
from eventsapp.web.forms import refuse

bp = Blueprint("lost_links", __name__)


class LostLinkForm(FlaskForm):
    """How did you tell us to reach you?"""

    address = StringField(lazy_gettext("Votre e-mail ou votre téléphone"))


@bp.get("/m/lien-perdu")
def form() -> str:
    """The one that was given at the registration."""
    return _page(LostLinkForm(formdata=None))


@bp.post("/m/lien-perdu")
def ask() -> tuple[str, int] | BaseResponse:
    """Sends new links to whoever is registered under it; nothing tells the asker."""
    typed = LostLinkForm()
    try:
        traps.require_hand("lost")
        lost_links.ask(typed.address.data or "", now=clock.now())
    except Refusal as refusal:
        status = refuse(typed, refusal)
        return _page(typed), status
    db.session.commit()
    return redirect(url_for("lost_links.sent"), 303)


@bp.get("/m/lien-perdu/envoye")
def sent() -> str:
    """Look into the mailbox, or wait for a call."""
    return render_template("residents/lost_links/sent.html")


def _page(shown: LostLinkForm) -> str:
    return render_template("residents/lost_links/form.html", form=shown, longest=LONGEST_ADDRESS)
