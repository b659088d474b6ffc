"""Showing that a page is one's own: a code by mail or SMS, asked for and typed; and taking that back."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext, ngettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse
from wtforms import StringField

from eventsapp import clock, journal
from eventsapp.database import begin_writing, db
from eventsapp.mailroom.models import Channel
from eventsapp.people import household_browsers, household_codes, household_letters, households, readers
from eventsapp.people.household_models import CodePurpose
from eventsapp.people.models import Household
from eventsapp.refusals import Conflict, Refusal, msgid
from eventsapp.registrations import enrolments, listings
from eventsapp.web.forms import refuse
from eventsapp.web.residents import kept_answers
from eventsapp.web.residents.own_door import (
    actor,
    confirm_this,
    confirmed_household,
    is_confirmed,
    own_door,
    tokens,
)

bp = own_door("own_codes")


class NoWayForCodes(Conflict):
    """They left a number only, which takes no texts or is shared: a person answers at ours."""

    sentence = msgid("Nous ne pouvons pas vous envoyer de code. Appelez-nous : une personne vous aide.")


class CodeForm(FlaskForm):
    """What does the message say?"""

    code = StringField(lazy_gettext("Le code à 6 chiffres"))


@bp.get("/m/<token>/confirmation")
def form(token: str) -> str | BaseResponse:
    """Why a code is asked for, and where it goes."""
    household = households.by_link(token)
    if is_confirmed(household):
        return redirect(url_for("own_page.show", token=token), 303)
    return _page(token, household, CodeForm(formdata=None))


@bp.post("/m/<token>/confirmation/code")
def send(token: str) -> tuple[str, int] | BaseResponse:
    """Sends a code to the mailbox or the mobile that we know, and nowhere else."""
    household, typed, now = households.by_link(token), CodeForm(formdata=None), clock.now()
    try:
        contact = household.contact
        by = readers.code_means(contact)
        if by is None:
            raise NoWayForCodes()
        digits = household_codes.draw(household, CodePurpose.BROWSER, now=now)
    except Refusal as refusal:
        status = refuse(typed, refusal)
        return _page(token, households.by_link(token), typed), status
    there = {"email": contact.email or ""} if by is Channel.MAIL else {"phone": contact.phone_e164 or ""}
    household_letters.code(household, digits, **there, now=now)
    db.session.commit()
    return redirect(url_for("own_codes.form", token=token), 303)


@bp.post("/m/<token>/confirmation")
def check(token: str) -> tuple[str, int] | BaseResponse:
    """Confirms this browser, or counts one try more."""
    household, typed, now = households.by_link(token), CodeForm(), clock.now()
    said = typed.code.data or ""
    try:
        household_codes.count_try(household, CodePurpose.BROWSER, said, now=now)
        db.session.commit()
        begin_writing()
        household_codes.take(household, CodePurpose.BROWSER, said, now=now)
    except Refusal as refusal:
        status = refuse(typed, refusal)
        return _page(token, households.by_link(token), typed), status
    confirm_this(household)
    journal.note(actor(household), "confirmed a browser", household, now=now)
    db.session.commit()
    return redirect(url_for("own_page.show", token=token), 303)


@bp.post("/m/<token>/telephones/oubli")
def forget_others(token: str) -> BaseResponse:
    """« Oublier les autres téléphones »."""
    household = confirmed_household(token)
    ended = household_browsers.forget_others(household, tokens(), now=clock.now())
    enrolments.forget_confirmed(household)
    db.session.commit()
    flash(
        ngettext("%(num)d autre téléphone est oublié.", "%(num)d autres téléphones sont oubliés.", ended)
        if ended
        else gettext("Aucun autre téléphone n’ouvre votre page."),
        "ok",
    )
    return redirect(url_for("own_page.show", token=token), 303)


@bp.post("/m/<token>/telephones/sortie")
def leave(token: str) -> BaseResponse:
    """This browser is forgotten: it was borrowed. What was typed in it goes, too."""
    household = households.by_link(token)
    household_browsers.leave(household, tokens(), now=clock.now())
    enrolments.forget_confirmed(household)
    kept_answers.forget_all()
    db.session.commit()
    return redirect(url_for("own_page.show", token=token), 303)


def _page(token: str, household: Household, typed: CodeForm) -> str:
    is_sent = household_codes.waiting(household, CodePurpose.BROWSER, now=clock.now()) is not None
    if not is_sent:  # there is no field any more that the sentence could stand beside
        typed.form_errors += typed.code.errors
        typed.code.errors = []
    return render_template(
        "residents/own_page/confirmation.html",
        territory=listings.latest_territory(household),
        token=token,
        form=typed,
        by=readers.code_means(household.contact),
        is_sent=is_sent,
        minutes=int(household_codes.LASTS.total_seconds() // 60),
        tries=household_codes.MOST_TRIES,
    )
