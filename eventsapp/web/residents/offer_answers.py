"""Yes or no to a place that is offered, from behind a private link: a family's or a professional's."""

from __future__ import annotations

from flask import flash, request
from flask_babel import gettext

from eventsapp import clock
from eventsapp.database import db
from eventsapp.refusals import Refusal
from eventsapp.registrations import booking, offers
from eventsapp.registrations.models import Registration


def keep(registration: Registration) -> None:
    """Does what was answered, and commits; why it cannot be done is said on the page that comes next. Sent
    twice, it is done once; what is neither yes nor no changes nothing."""
    said = {"oui": offers.accept, "non": offers.decline}.get(request.form.get("answer", ""))
    if said is None:
        return
    try:
        said(registration, actor=booking.actor_of(registration), now=clock.now())
    except Refusal as refusal:
        db.session.rollback()
        flash(gettext(refusal.sentence, **refusal.parameters), "warn")
    else:
        db.session.commit()
