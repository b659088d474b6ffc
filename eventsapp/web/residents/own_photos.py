"""Photos: yes or no for each person and each use, said by the adult who registered them."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from eventsapp import clock
from eventsapp.database import db
from eventsapp.registrations import listings, photos
from eventsapp.registrations.photo_models import PhotoUse
from eventsapp.web.residents.own_door import actor, confirmed_household, own_door
from eventsapp.web.residents.own_people import called

bp = own_door("own_photos")


@bp.get("/m/<token>/inscriptions/<code:code>/photos")
def form(token: str, code: str) -> str:
    """What holds now, with its dates."""
    registration = listings.of_party_by_code(confirmed_household(token), code)
    return render_template(
        "residents/own_page/photos.html",
        territory=registration.event.territory,
        event=registration.event,
        registration=registration,
        people=[(one.id, called(one.first_name, one.bracket)) for one in registration.participants],
        consents=photos.of_registration(registration, now=clock.now()),
        uses=PhotoUse,
        token=token,
    )


@bp.post("/m/<token>/inscriptions/<code:code>/photos")
def say(token: str, code: str) -> BaseResponse:
    """The boxes that are ticked are the yes, and no others."""
    household = confirmed_household(token)
    registration = listings.of_party_by_code(household, code)
    agreed = [_pair(value) for value in request.form.getlist("accord")]
    changed = photos.say(
        registration, [pair for pair in agreed if pair], actor=actor(household), now=clock.now()
    )
    db.session.commit()
    flash(gettext("C’est noté.") if changed else gettext("Rien n’a changé."), "ok")
    return redirect(url_for("own_page.show", token=token), 303)


def _pair(value: str) -> tuple[int, PhotoUse] | None:
    """« 12 bilan »; None for what no form of ours sends."""
    number, _, use = value.partition(" ")
    if not (number.isascii() and number.isdigit() and len(number) <= 9 and use in set(PhotoUse)):
        return None
    return int(number), PhotoUse(use)
