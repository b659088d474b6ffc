"""The own page of a household, behind its private link: what it is registered to, and a way out.

Whoever holds the link is the household for dates, places and cancelling: no account, no password. First
names, ages and how people are reached are shown in a confirmed browser only (`own_door`). The page is never
kept by browsers, never indexed, never told to other sites; what changes something is a POST, because mail
scanners open every link of a letter.
"""

from __future__ import annotations

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response as BaseResponse

from eventsapp import clock
from eventsapp.database import db, only_reading
from eventsapp.people import households
from eventsapp.registrations import booking, leaving, listings, standing_listings
from eventsapp.web.residents import offer_answers, own_parts
from eventsapp.web.residents.own_door import actor, browsers_of, own_door

bp = own_door("own_page")


@bp.get("/m/<token>")
def show(token: str) -> str:
    """Everything the household is registered to, what lies ahead first."""
    only_reading()
    household = households.by_link(token)
    browsers = browsers_of(household)
    confirmed = browsers.here
    lines = listings.of_party(household, with_people=confirmed)
    shown = own_parts.in_order(lines, with_people=confirmed)
    return render_template(
        "residents/own_page/show.html",
        territory=shown[0].registration.event.territory if shown else None,
        household=household,
        first=shown[0] if shown else None,
        others=shown[1:],
        standing=standing_listings.of_party(household, now=clock.now()) if confirmed else [],
        offers=standing_listings.offers(household, now=clock.now()) if confirmed else [],
        token=token,
        link=households.link_address(token),
        confirmed=confirmed,
        other_browsers=browsers.elsewhere,
    )


@bp.get("/m/<token>/inscriptions/<code:code>/annulation")
def cancellation(token: str, code: str) -> str | BaseResponse:
    """Asks once more."""
    registration = listings.of_party_by_code(households.by_link(token), code)
    return own_parts.cancellation(
        registration,
        home=url_for("own_page.show", token=token),
        address=url_for("own_page.cancel", token=token, code=code),
    )


@bp.post("/m/<token>/inscriptions/<code:code>/annulation")
def cancel(token: str, code: str) -> BaseResponse:
    """They no longer come. Sent twice, it is done once."""
    household = households.by_link(token)
    registration = listings.of_party_by_code(household, code)
    booking.cancel(registration, actor=actor(household), now=clock.now())
    db.session.commit()
    return redirect(url_for("own_page.show", token=token), 303)


@bp.post("/m/<token>/inscriptions/<code:code>/maintien")
def stay(token: str, code: str) -> BaseResponse:
    """Their calendar said no, and they come all the same. Sent twice, it is done once."""
    household = households.by_link(token)
    registration = listings.of_party_by_code(household, code)
    leaving.stay(registration, actor=actor(household), now=clock.now())
    db.session.commit()
    return redirect(url_for("own_page.show", token=token), 303)


@bp.post("/m/<token>/inscriptions/<code:code>/place")
def answer_offer(token: str, code: str) -> BaseResponse:
    """They take the place that is held for them, or they do not. Sent twice, it is done once."""
    offer_answers.keep(listings.of_party_by_code(households.by_link(token), code))
    return redirect(url_for("own_page.show", token=token), 303)
