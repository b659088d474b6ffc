"""The own page of a professional, behind a private link: the meeting they are registered to, a yes or no to a
place that came free, and a way out.

As with a household's (`own_page`), the link is all: never kept, never indexed, and only a POST changes
something.
"""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response as BaseResponse

from eventsapp import clock
from eventsapp.database import db
from eventsapp.people import professionals
from eventsapp.people.households import LinkUnknown
from eventsapp.registrations import booking, listings
from eventsapp.web.residents import offer_answers

bp = Blueprint("professional_page", __name__)


@bp.get("/ma-venue/<token>")
def show(token: str) -> str:
    """When, where, and whether they have a place."""
    registration = listings.of_professional(professionals.by_link(token))
    event = registration.event
    return render_template(
        "residents/professional_page/show.html",
        territory=event.territory,
        event=event,
        registration=registration,
        rank=listings.rank(registration),
        is_over=event.ends_at <= clock.now(),
        token=token,
        link=professionals.link_address(token),
    )


@bp.get("/ma-venue/<token>/annulation")
def cancellation(token: str) -> str | BaseResponse:
    """Asks once more."""
    registration = listings.of_professional(professionals.by_link(token))
    if not registration.is_active or registration.event.ends_at <= clock.now():
        return redirect(url_for("professional_page.show", token=token), 303)
    return render_template(
        "residents/professional_page/cancellation.html",
        territory=registration.event.territory,
        event=registration.event,
        registration=registration,
        token=token,
    )


@bp.post("/ma-venue/<token>/annulation")
def cancel(token: str) -> BaseResponse:
    """They no longer come. Sent twice, it is done once."""
    registration = listings.of_professional(professionals.by_link(token))
    booking.cancel(registration, actor=booking.actor_of(registration), now=clock.now())
    db.session.commit()
    return redirect(url_for("professional_page.show", token=token), 303)


@bp.post("/ma-venue/<token>/place")
def answer_offer(token: str) -> BaseResponse:
    """They take the place that is held for them, or they do not."""
    offer_answers.keep(listings.of_professional(professionals.by_link(token)))
    return redirect(url_for("professional_page.show", token=token), 303)


@bp.errorhandler(LinkUnknown)
def unknown_link(error: LinkUnknown) -> tuple[str, int]:
    """Wrong, or revoked: the page says what to do, not which of both."""
    db.session.rollback()
    return render_template("residents/own_page/unknown.html"), error.status
