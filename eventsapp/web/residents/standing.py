"""« Venir à toutes les dates », from an own page, a household's or a professional's: ask, pause, end."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from eventsapp import clock
from eventsapp.database import db
from eventsapp.people import professionals
from eventsapp.people.models import Household, Professional
from eventsapp.registrations import standing, standing_listings
from eventsapp.registrations.party import Member
from eventsapp.registrations.standing import StandingEnded
from eventsapp.web.residents.groups import group_of
from eventsapp.web.residents.own_door import actor, confirmed_household, own_door

bp = own_door("standing")

GIVES_UP = "annulees"
"""What the button says that cancels the dates to come too."""
HOMES = {"standing": "own_page.show", "professional_standing": "professional_page.show"}
"""The own page that each of the two doors belongs to."""


def offer(token: str, code: str) -> str:
    """What coming to every date means, and the dates there are."""
    party = _party(token)
    found = standing_listings.offer_of(party, code, now=clock.now())
    people = found.registration.participants
    dates = standing_listings.dates_of(found.activity, party, now=clock.now())
    return render_template(
        "residents/own_page/standing_offer.html",
        territory=found.registration.event.territory,
        activity=found.activity,
        registration=found.registration,
        dates=[event for event in dates if event.id != found.registration.event_id],
        group=group_of([one.bracket for one in people]),
        token=token,
        home=_home(token),
    )


def ask(token: str, code: str) -> BaseResponse:
    """The same people come to every date of that series."""
    party = _party(token)
    found = standing_listings.offer_of(party, code, now=clock.now())
    members = [
        Member(bracket=one.bracket, first_name=one.first_name) for one in found.registration.participants
    ]
    standing.sign_up(found.activity, party, members, actor=actor(party), now=clock.now())
    db.session.commit()
    flash(gettext("C’est noté : vous venez à toutes les dates."), "ok")
    return redirect(_home(token), 303)


def pause(token: str, standing_id: int) -> BaseResponse:
    """No new date for now; those there are stay."""
    party = _party(token)
    found = standing_listings.by_id(party, standing_id, now=clock.now())
    standing.pause(found.sign_up, actor=actor(party), now=clock.now())
    db.session.commit()
    flash(gettext("Nous ne vous inscrivons plus aux nouvelles dates. Celles d’avant restent."), "ok")
    return redirect(_home(token), 303)


def resume(token: str, standing_id: int) -> BaseResponse:
    """New dates again, and those announced meanwhile."""
    party = _party(token)
    found = standing_listings.by_id(party, standing_id, now=clock.now())
    standing.resume(found.sign_up, actor=actor(party), now=clock.now())
    db.session.commit()
    flash(gettext("C’est noté : vous venez de nouveau à toutes les dates."), "ok")
    return redirect(_home(token), 303)


def ending(token: str, standing_id: int) -> str:
    """Asks what becomes of the dates to come."""
    party = _party(token)
    found = standing_listings.by_id(party, standing_id, now=clock.now())
    return render_template(
        "residents/own_page/standing_end.html",
        territory=found.sign_up.activity.action.territory,
        standing=found,
        is_professional=isinstance(party, Professional),
        token=token,
        home=_home(token),
    )


def end(token: str, standing_id: int) -> BaseResponse:
    """No date any more; those to come are kept, or given up as well."""
    party = _party(token)
    found = standing_listings.by_id(party, standing_id, now=clock.now())
    gives_up = request.form.get("dates") == GIVES_UP
    standing.end(found.sign_up, gives_up_dates=gives_up, actor=actor(party), now=clock.now())
    db.session.commit()
    said = (
        gettext("C’est annulé : vous ne venez plus aux prochaines dates.")
        if gives_up
        else gettext("C’est noté : vous gardez vos inscriptions, et il n’y en aura pas d’autres.")
    )
    flash(said, "ok")
    return redirect(_home(token), 303)


def ended(error: StandingEnded) -> BaseResponse:
    """It ended on another page: the own page says how things stand."""
    db.session.rollback()
    flash(gettext(error.sentence), "warn")
    return redirect(request.path.split("/abonnements/")[0], 303)


def open_below(root: str, blueprint: Blueprint) -> None:
    """These doors below `root`, an own page's address with its token."""
    asked = f"{root}/inscriptions/<code:code>/abonnement"
    one = f"{root}/abonnements/<row:standing_id>"
    blueprint.get(asked)(offer)
    blueprint.post(asked)(ask)
    blueprint.post(f"{one}/pause")(pause)
    blueprint.post(f"{one}/reprise")(resume)
    blueprint.get(f"{one}/fin")(ending)
    blueprint.post(f"{one}/fin")(end)
    blueprint.register_error_handler(StandingEnded, ended)


def _party(token: str) -> Household | Professional:
    """Whose page it is. Raises LinkUnknown; NotConfirmed for a household's, which says who comes."""
    return confirmed_household(token) if request.blueprint == bp.name else professionals.by_link(token)


def _home(token: str) -> str:
    return url_for(HOMES[str(request.blueprint)], token=token)


open_below("/m/<token>", bp)
