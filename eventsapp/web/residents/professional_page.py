"""The own page of a professional, behind a private link: the meetings they are registered to, a yes or no to
a place that came free, and a way out.

As with a household's (`own_page`), the link is all: never kept, never indexed, and only a POST changes
something.
"""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse
from wtforms import BooleanField

from eventsapp import clock
from eventsapp.database import db
from eventsapp.people import preferences, professionals
from eventsapp.registrations import booking, leaving, listings, standing_listings
from eventsapp.web.residents import offer_answers, own_parts
from eventsapp.web.residents.own_door import professional_door

bp = professional_door("professional_page")


class AlarmForm(FlaskForm):
    """Shall their calendar ring?"""

    wants_alarm = BooleanField(lazy_gettext("Faire sonner mon agenda la veille"))


@bp.get("/ma-venue/<token>")
def show(token: str) -> str:
    """Everything they are registered to, what lies ahead first."""
    professional = professionals.by_link(token)
    shown = own_parts.in_order(listings.of_party(professional, with_people=False), with_people=False)
    return render_template(
        "residents/professional_page/show.html",
        territory=shown[0].registration.event.territory if shown else None,
        professional=professional,
        first=shown[0] if shown else None,
        others=shown[1:],
        standing=standing_listings.of_party(professional, now=clock.now()),
        offers=standing_listings.offers(professional, now=clock.now()),
        token=token,
        link=professionals.link_address(token),
        alarm=AlarmForm(formdata=None, wants_alarm=professional.person.wants_alarm),
    )


@bp.post("/ma-venue/<token>/rappel-agenda")
def keep_alarm(token: str) -> BaseResponse:
    """Their calendar rings the day before, or no more."""
    wants_alarm = bool(AlarmForm().wants_alarm.data)
    preferences.keep_alarm(professionals.by_link(token), wants_alarm, now=clock.now())
    db.session.commit()
    flash(gettext("C’est noté."), "ok")
    return redirect(url_for("professional_page.show", token=token), 303)


@bp.get("/ma-venue/<token>/inscriptions/<code:code>/annulation")
def cancellation(token: str, code: str) -> str | BaseResponse:
    """Asks once more."""
    registration = listings.of_party_by_code(professionals.by_link(token), code)
    return own_parts.cancellation(
        registration,
        home=url_for("professional_page.show", token=token),
        address=url_for("professional_page.cancel", token=token, code=code),
    )


@bp.post("/ma-venue/<token>/inscriptions/<code:code>/annulation")
def cancel(token: str, code: str) -> BaseResponse:
    """They no longer come. Sent twice, it is done once."""
    registration = listings.of_party_by_code(professionals.by_link(token), code)
    booking.cancel(registration, actor=booking.actor_of(registration), now=clock.now())
    db.session.commit()
    return redirect(url_for("professional_page.show", token=token), 303)


@bp.post("/ma-venue/<token>/inscriptions/<code:code>/maintien")
def stay(token: str, code: str) -> BaseResponse:
    """Their calendar said no, and they come all the same. Sent twice, it is done once."""
    registration = listings.of_party_by_code(professionals.by_link(token), code)
    leaving.stay(registration, actor=booking.actor_of(registration), now=clock.now())
    db.session.commit()
    return redirect(url_for("professional_page.show", token=token), 303)


@bp.post("/ma-venue/<token>/inscriptions/<code:code>/place")
def answer_offer(token: str, code: str) -> BaseResponse:
    """They take the place that is held for them, or they do not."""
    offer_answers.keep(listings.of_party_by_code(professionals.by_link(token), code))
    return redirect(url_for("professional_page.show", token=token), 303)
