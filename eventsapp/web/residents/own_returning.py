"""« S’inscrire à autre chose »: from the own page, with the people who came before."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from werkzeug.wrappers import Response as BaseResponse
from wtforms import SelectChoice, SelectMultipleField

from eventsapp import clock
from eventsapp.agenda import listings as agenda
from eventsapp.agenda.entry_rules import EntryForm
from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.mailroom.models import Channel
from eventsapp.people.contacts import LONGEST_NAME
from eventsapp.people.models import Household, Person
from eventsapp.people.readers import first_means
from eventsapp.refusals import Conflict, Refusal
from eventsapp.registrations import listings, returning
from eventsapp.registrations.models import RegistrationStatus
from eventsapp.registrations.returning import NoRoomForAll
from eventsapp.web.forms import refuse
from eventsapp.web.residents.enrolment_forms import OneMoreForm
from eventsapp.web.residents.own_door import confirmed_household, own_door
from eventsapp.web.residents.own_people import called, joining

bp = own_door("own_returning")


class ReturningForm(OneMoreForm):
    """Who of you comes, and who besides?"""

    coming = SelectMultipleField(lazy_gettext("Qui vient ?"), coerce=int, validate_choice=False)


@bp.get("/m/<token>/inscrire")
def index(token: str) -> str:
    """What else there is."""
    household = confirmed_household(token)
    return render_template(
        "residents/own_page/offered.html",
        territory=listings.latest_territory(household),
        token=token,
        events=returning.offered(household, now=clock.now()),
    )


@bp.get("/m/<token>/inscrire/<code:code>")
def form(token: str, code: str) -> str | BaseResponse:
    """Those who came before, none of them ticked: who comes is said each time."""
    household, event = confirmed_household(token), agenda.by_code(code)
    try:
        returning.require_theirs(household, event, clock.now())
    except Conflict as refusal:
        flash(gettext(refusal.sentence, **refusal.parameters), "warn")
        return redirect(url_for("own_page.show", token=token), 303)
    return _page(token, household, event, ReturningForm(formdata=None))


@bp.post("/m/<token>/inscrire/<code:code>")
def register(token: str, code: str) -> tuple[str, int] | BaseResponse:
    """They are registered, or wait where they said so."""
    household, event, typed = confirmed_household(token), agenda.by_code(code), ReturningForm()
    try:
        registration = returning.register(
            household,
            event.id,
            typed.coming.data or [],
            joining(typed),
            may_wait=request.form.get("attendre") == "oui",
            now=clock.now(),
        )
    except Conflict as refusal:
        db.session.rollback()
        flash(gettext(refusal.sentence, **refusal.parameters), "warn")
        return redirect(url_for("own_page.show", token=token), 303)
    except Refusal as refusal:
        if refusal.field == "adults":
            refusal.field = "coming"
        status = refuse(typed, refusal)
        waits = isinstance(refusal, NoRoomForAll)
        household, event = confirmed_household(token), agenda.by_code(code)
        return _page(token, household, event, typed, may_wait=waits), status
    waits = registration.status is RegistrationStatus.WAITING
    db.session.commit()
    flash(
        _until_when(household.contact) if waits else gettext("C’est noté : vous êtes inscrits."),
        "warn" if waits else "ok",
    )
    return redirect(url_for("own_page.show", token=token), 303)


def _until_when(contact: Person) -> str:
    by = first_means(contact)
    if by is None:
        return gettext("Vous êtes sur la liste d’attente. Regardez cette page avant de venir.")
    if by is Channel.CALL:
        return gettext("Vous êtes sur la liste d’attente. Ne venez pas avant notre appel.")
    return gettext("Vous êtes sur la liste d’attente. Ne venez pas avant notre message.")


def _page(
    token: str, household: Household, event: Event, shown: ReturningForm, *, may_wait: bool = False
) -> str:
    shown.coming.choices = [
        SelectChoice(one.id, called(one.first_name, one.bracket)) for one in returning.known_people(household)
    ]
    return render_template(
        "residents/own_page/returning.html",
        territory=event.territory,
        token=token,
        event=event,
        form=shown,
        contact=household.contact,
        may_wait=may_wait,
        full=event.entry.form is EntryForm.FULL,
        longest=LONGEST_NAME,
    )
