"""The link of a referral, opened by a family: it opens one form, in one browser, and says nothing else.

GET changes nothing, since mail scanners open links. The link is used up by the registration, not by being
opened: whoever closes the browser too early opens it again.
"""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, session, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from eventsapp import clock
from eventsapp.access import questions
from eventsapp.database import db
from eventsapp.people import accounts
from eventsapp.registrations import referrals
from eventsapp.registrations.referral_models import Referral
from eventsapp.registrations.referrals import ReferralDoesNotWork

bp = Blueprint("referral_links", __name__)

REFERRED = "orientations"
"""The key of the session cookie under which stand the tokens of referrals, by event."""
MOST = 3
"""Referrals that one browser may hold; a cookie holds 4 kB."""


@bp.get("/orientation/<token>")
def show(token: str) -> str:
    """Whoever opens it reads what it is for, and no more."""
    _opened(token)
    return render_template("residents/referrals/show.html", token=token)


@bp.post("/orientation/<token>")
def enter(token: str) -> BaseResponse:
    """Opens the form of that event in this browser."""
    code = _opened(token).event.code
    kept = {event: kept for event, kept in session.get(REFERRED, {}).items() if event != code}
    session[REFERRED] = dict([*list(kept.items())[-(MOST - 1) :], (code, token)])
    return redirect(url_for("registrations.form", code=code), 303)


@bp.errorhandler(ReferralDoesNotWork)
def over(error: ReferralDoesNotWork) -> tuple[str, int]:
    """Used, too old or never made."""
    db.session.rollback()
    return render_template("residents/referrals/over.html", sentence=gettext(error.sentence)), error.status


def held(code: str) -> str | None:
    """The token of the referral that this browser holds for an event."""
    kept = session.get(REFERRED, {})
    token = kept.get(code) if isinstance(kept, dict) else None
    return token if isinstance(token, str) else None


def _opened(token: str) -> Referral:
    """Raises ReferralDoesNotWork; no link outlives the rights of whoever made it."""
    referral = referrals.behind(token, now=clock.now())
    maker = accounts.behind_actor(referral.made_by)
    territory = referral.event.territory
    if maker is None or not questions.may_register_others(
        maker, territory, on=clock.day_of(referral.made_at)
    ):
        raise ReferralDoesNotWork()
    return referral
