"""« Venir à toutes les dates », from a household's own page: ask, pause, resume, end."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from eventsapp import clock
from eventsapp.database import db
from eventsapp.people.models import Household
from eventsapp.registrations import standing, standing_listings
from eventsapp.registrations.party import Member
from eventsapp.registrations.standing import StandingEnded
from eventsapp.web.residents.groups import group_of
from eventsapp.web.residents.own_door import confirmed_household, own_door

bp = own_door("standing")

GIVES_UP = "annulees"
"""What the button says that cancels the dates to come too."""


@bp.get("/m/<token>/inscriptions/<code:code>/abonnement")
def offer(token: str, code: str) -> str:
    """What coming to every date means, and the dates there are."""
    found = standing_listings.offer_of(confirmed_household(token), code, now=clock.now())
    people = found.registration.participants
    dates = standing_listings.dates_of(found.activity, now=clock.now())
    return render_template(
        "residents/own_page/standing_offer.html",
        territory=found.registration.event.territory,
        activity=found.activity,
        registration=found.registration,
        dates=[event for event in dates if event.id != found.registration.event_id],
        group=group_of([one.bracket for one in people]),
        token=token,
    )


@bp.post("/m/<token>/inscriptions/<code:code>/abonnement")
def ask(token: str, code: str) -> BaseResponse:
    """The same people come to every date of that series."""
    household = confirmed_household(token)
    found = standing_listings.offer_of(household, code, now=clock.now())
    members = [
        Member(bracket=one.bracket, first_name=one.first_name) for one in found.registration.participants
    ]
    standing.sign_up(found.activity, household, members, actor=_actor(household), now=clock.now())
    db.session.commit()
    flash(gettext("C’est noté : vous venez à toutes les dates."), "ok")
    return _back(token)


@bp.post("/m/<token>/abonnements/<row:standing_id>/pause")
def pause(token: str, standing_id: int) -> BaseResponse:
    """No new date for now; those there are stay."""
    household = confirmed_household(token)
    found = standing_listings.by_id(household, standing_id, now=clock.now())
    standing.pause(found.sign_up, actor=_actor(household), now=clock.now())
    db.session.commit()
    flash(gettext("Nous ne vous inscrivons plus aux nouvelles dates. Celles d’avant restent."), "ok")
    return _back(token)


@bp.post("/m/<token>/abonnements/<row:standing_id>/reprise")
def resume(token: str, standing_id: int) -> BaseResponse:
    """New dates again, and those announced meanwhile."""
    household = confirmed_household(token)
    found = standing_listings.by_id(household, standing_id, now=clock.now())
    standing.resume(found.sign_up, actor=_actor(household), now=clock.now())
    db.session.commit()
    flash(gettext("C’est noté : vous venez de nouveau à toutes les dates."), "ok")
    return _back(token)


@bp.get("/m/<token>/abonnements/<row:standing_id>/fin")
def ending(token: str, standing_id: int) -> str:
    """Asks what becomes of the dates to come."""
    household = confirmed_household(token)
    found = standing_listings.by_id(household, standing_id, now=clock.now())
    return render_template("residents/own_page/standing_end.html", standing=found, token=token)


@bp.post("/m/<token>/abonnements/<row:standing_id>/fin")
def end(token: str, standing_id: int) -> BaseResponse:
    """No date any more; those to come are kept, or given up as well."""
    household = confirmed_household(token)
    found = standing_listings.by_id(household, standing_id, now=clock.now())
    gives_up = request.form.get("dates") == GIVES_UP
    standing.end(found.sign_up, gives_up_dates=gives_up, actor=_actor(household), now=clock.now())
    db.session.commit()
    said = (
        gettext("C’est annulé : vous ne venez plus aux prochaines dates.")
        if gives_up
        else gettext("C’est noté : vous gardez vos inscriptions, et il n’y en aura pas d’autres.")
    )
    flash(said, "ok")
    return _back(token)


@bp.errorhandler(StandingEnded)
def ended(error: StandingEnded) -> BaseResponse:
    """It ended on another page: the own page says how things stand."""
    db.session.rollback()
    flash(gettext(error.sentence), "warn")
    return redirect(request.path.split("/abonnements/")[0], 303)


def _actor(household: Household) -> str:
    return f"household:{household.id}"


def _back(token: str) -> BaseResponse:
    return redirect(url_for("own_page.show", token=token), 303)
