"""« Vous êtes invitée »: a role offered by mail is looked at by GET and taken by POST.

The link opens an account for whoever reads that mailbox, once. Where an account exists the role is
added to it, and it is entered as ever: this link is old enough to have been forwarded.
"""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse
from wtforms import StringField

from eventsapp import clock, languages
from eventsapp.access import accepting, wording
from eventsapp.access.accepting import OfferDoesNotWork
from eventsapp.access.models import GrantOffer
from eventsapp.database import db
from eventsapp.people import accounts
from eventsapp.refusals import Refusal
from eventsapp.web.forms import refuse
from eventsapp.web.guards import current_account

bp = Blueprint("invitations", __name__)


class WelcomeForm(FlaskForm):
    """What a new account is called."""

    name = StringField(lazy_gettext("Votre nom"))


@bp.get("/invitation/<token>")
def show(token: str) -> str:
    """Who offers what, and a button; nothing changes. A link that does not work is a 410 page."""
    return _page(token, accepting.behind(token, now=clock.now()), WelcomeForm(formdata=None))


@bp.post("/invitation/<token>")
def accept(token: str) -> tuple[str, int] | BaseResponse:
    """Takes the role."""
    answered, now = WelcomeForm(), clock.now()
    try:
        account, is_new = accepting.accept(
            token, answered.name.data or "", language=languages.current().code, now=now
        )
    except OfferDoesNotWork:
        raise
    except Refusal as refusal:
        status = refuse(answered, refusal)
        return _page(token, accepting.behind(token, now=now), answered), status
    link = accounts.new_link(account, now=now) if is_new else None
    db.session.commit()
    if link is not None:  # a fresh link, half an hour long: signing in has one door
        return redirect(url_for("sign_in.link", token=link), 303)
    flash(gettext("C’est noté : cette fonction est à vous."), "ok")
    signed_in = current_account()
    if signed_in is not None and signed_in.id == account.id:
        return redirect(url_for("desk.home"), 303)
    return redirect(url_for("sign_in.form"), 303)


@bp.errorhandler(OfferDoesNotWork)
def answered_already(error: OfferDoesNotWork) -> tuple[str, int]:
    """Answered, taken back, too old or never sent."""
    db.session.rollback()
    return render_template("invitations/over.html", sentence=gettext(error.sentence)), error.status


def _page(token: str, offer: GrantOffer, shown: WelcomeForm) -> str:
    offerer = accounts.behind_actor(offer.offered_by)
    return render_template(
        "invitations/show.html",
        token=token,
        offer=offer,
        title=wording.title(offer.role, offer.where),
        offerer=offerer.name if offerer else "",
        form=shown,
        is_known=accounts.at_address(offer.email) is not None,
        longest=accounts.LONGEST_NAME,
    )
