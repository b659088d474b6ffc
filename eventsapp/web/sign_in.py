"""Signing in to the desks: an address is typed, a link comes by mail, a button uses it up.

Opening the link changes nothing, because mail scanners open every link. What the session held
before is thrown away when somebody signs in: a cookie planted by another opens no desk.
"""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse
from wtforms import EmailField, HiddenField

from eventsapp import clock
from eventsapp.answers import undelivered
from eventsapp.database import db
from eventsapp.people import accounts, passkeys, sign_ins
from eventsapp.people.accounts import LinkDoesNotWork
from eventsapp.people.contacts import LONGEST_ADDRESS
from eventsapp.people.models import Account, Proof, SignIn
from eventsapp.refusals import Refusal
from eventsapp.settings import setting
from eventsapp.web.addresses import local_path
from eventsapp.web.guards import SIGN_IN, current_account, current_sign_in, sign_out

bp = Blueprint("sign_in", __name__)

NEXT = "suite"
"""The session's key for the page that somebody wanted when they were asked to sign in."""


class AddressForm(FlaskForm):
    """The one question: where is the link sent?"""

    email = EmailField(lazy_gettext("Votre adresse e-mail"))
    next = HiddenField()


@bp.get("/connexion")
def form() -> str | BaseResponse:
    """The question; somebody signed in already goes on."""
    wanted = local_path(request.args.get("next"), "")
    if current_account() is not None:
        return redirect(wanted or url_for("desk.home"), 303)
    return _form_page(AddressForm(formdata=None, next=wanted))


@bp.post("/connexion")
def ask() -> tuple[str, int] | BaseResponse:
    """Sends the link; the answer is the same whether the address has an account or not."""
    answered = AddressForm()
    try:
        accounts.ask_link(answered.email.data or "", now=clock.now())
    except Refusal as refusal:
        db.session.rollback()
        answered.email.errors = [gettext(refusal.sentence, **refusal.parameters)]
        return _form_page(answered), 422
    db.session.commit()
    session[NEXT] = local_path(answered.next.data, "")
    return redirect(url_for("sign_in.sent"), 303)


@bp.get("/connexion/envoye")
def sent() -> str:
    """What to do now: look into the mailbox."""
    return render_template("sign_in/sent.html", minutes=setting("SIGN_IN_MINUTES"))


@bp.get("/connexion/<token>")
def link(token: str) -> str:
    """Says who will be signed in and waits for the button. A link that does not work is a 410 page."""
    return render_template(
        "sign_in/link.html", person=accounts.behind_link(token, now=clock.now()), token=token
    )


@bp.post("/connexion/<token>")
def enter(token: str) -> BaseResponse:
    """Uses the link up and opens the desk, or the page that was wanted first."""
    now = clock.now()
    account = accounts.use_link(token, now=now)
    undelivered.arrives_again(account.email)  # the link came by mail
    return let_in(account, Proof.LINK, wanted=session.get(NEXT), now=now)


@bp.post("/deconnexion")
def leave() -> BaseResponse:
    """Ends the sign-in, for copies of the cookie too, and forgets everything the session held."""
    return sign_out(current_sign_in())


@bp.errorhandler(LinkDoesNotWork)
def used_up(error: LinkDoesNotWork) -> tuple[str, int]:
    """Used, too old or never sent: a new one is a click away."""
    db.session.rollback()
    return render_template("sign_in/used.html", sentence=gettext(error.sentence)), error.status


def let_in(account: Account, by: Proof, *, wanted: object, now: datetime) -> BaseResponse:
    """Begins a sign-in, whole or half, and goes on; whatever the session held before is thrown away."""
    carried = current_sign_in()
    if carried is not None:  # the cookie it had opens nothing any more
        sign_ins.leave(carried, now=now)
    entry = sign_ins.begin(account, request.user_agent.string, by=by, now=now)
    needs_code = account.totp_secret is not None and by is not Proof.PASSKEY
    db.session.commit()
    kept = local_path(wanted if isinstance(wanted, str) else "", "")
    if needs_code:
        going_on = open_session(entry, url_for("second_step.form"))
        session[NEXT] = kept
        return going_on
    return open_session(entry, kept or url_for("desk.home"))


def finish(half: SignIn, *, now: datetime) -> BaseResponse:
    """The second factor is proved: the cookie gets a new token, and goes on to what was wanted.

    Raises SignInIsOver.
    """
    token = sign_ins.complete(half, now=now)
    db.session.commit()
    return open_session(token, local_path(session.get(NEXT), url_for("desk.home")))


def open_session(token: str, page: str) -> BaseResponse:
    """A cookie that holds this sign-in and nothing of before."""
    session.clear()
    session[SIGN_IN] = token
    session.permanent = True
    return redirect(page, 303)


def _form_page(shown: AddressForm) -> str:
    options = passkeys.sign_in_options(now=clock.now()) if passkeys.offered() else ""
    return render_template("sign_in/form.html", form=shown, longest=LONGEST_ADDRESS, options=options)
