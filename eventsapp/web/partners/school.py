"""The desk of a school: its dates and answers, for its contact; whom to reach and by which link, for those
who coordinate."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.exceptions import BadRequest, Forbidden
from werkzeug.wrappers import Response as BaseResponse

from eventsapp import clock
from eventsapp.access import questions
from eventsapp.database import db
from eventsapp.hosting import links, listings, own_details
from eventsapp.mailroom.models import Channel
from eventsapp.places.listings import school_by_id
from eventsapp.places.models import Venue
from eventsapp.registrations import listings as registrations
from eventsapp.web.doorstep import actor, desk, require_coordinator, who

bp = desk("school")

MOST_SHOWN = 60


@bp.get("/pro/ecoles/<row:venue_id>")
def show(venue_id: int) -> str:
    """The dates to come at this school, what it answered, and who keeps its door."""
    school, now = _seen(venue_id), clock.now()
    steers = questions.may_steer(who(), school.territory, on=clock.today())
    return render_template(
        "partners/school.html",
        territory=school.territory if steers else None,
        school=school,
        steers=steers,
        dates=listings.dates_at(school, now=now, limit=MOST_SHOWN),
        families=registrations.families_at(school, now=now),
        contacts=listings.contacts_of(school) if steers else [],
        links=listings.links_of(school) if steers else {},
        departures=listings.departures_of(school) if steers else {},
    )


@bp.get("/pro/ecoles/<row:venue_id>/entrees")
def entries(venue_id: int) -> str:
    """The gate list of the next two weeks, a sheet a date, to be printed."""
    school = _seen(venue_id)
    return render_template(
        "host_page/entries.html",
        territory=school.territory,
        school=school,
        dates=listings.gate(school, now=clock.now()),
        contacts=listings.contacts_of(school),
        back=url_for("school.show", venue_id=school.id),
        neutral=False,
    )


@bp.post("/pro/ecoles/<row:venue_id>/contacts/<row:contact_id>/lien")
def send_link(venue_id: int, contact_id: int) -> BaseResponse:
    """A new link leaves by mail; whoever has no mailbox is called."""
    contact = listings.contact_of(_steered(venue_id), contact_id)
    name, address = contact.name, contact.email or ""
    if links.send(contact, actor=actor(), now=clock.now()) is Channel.MAIL:
        said = gettext("Le lien part à %(address)s.", address=address)
    else:
        said = gettext("%(name)s n’a pas d’e-mail : l’appel est dans « Personnes à appeler ».", name=name)
    db.session.commit()
    flash(said, "ok")
    return redirect(url_for("school.show", venue_id=venue_id), 303)


@bp.post("/pro/ecoles/<row:venue_id>/contacts/<row:contact_id>/lien/retrait")
def revoke_links(venue_id: int, contact_id: int) -> BaseResponse:
    """Her links open nothing from now on."""
    contact = listings.contact_of(_steered(venue_id), contact_id)
    links.revoke_all(contact, actor=actor(), now=clock.now())
    db.session.commit()
    flash(gettext("Ses liens ne marchent plus."), "ok")
    return redirect(url_for("school.show", venue_id=venue_id), 303)


@bp.post("/pro/ecoles/<row:venue_id>/contacts/<row:contact_id>/depart")
def settle_departure(venue_id: int, contact_id: int) -> BaseResponse:
    """She says that she left: it is so, or it is not."""
    contact = listings.contact_of(_steered(venue_id), contact_id)
    decided = request.form.get("decision")
    if decided not in {"partie", "reste"}:
        raise BadRequest()
    is_gone = decided == "partie"
    own_details.settle(contact, is_gone=is_gone, actor=actor(), now=clock.now())
    db.session.commit()
    flash(gettext("Ce contact est terminé.") if is_gone else gettext("Ce contact reste."), "ok")
    return redirect(url_for("school.show", venue_id=venue_id), 303)


def _seen(venue_id: int) -> Venue:
    """A school whose dates the visitor may see. Raises NotFound, Forbidden."""
    school = school_by_id(venue_id)
    if not questions.may_see_school(who(), school, on=clock.today()):
        raise Forbidden()
    return school


def _steered(venue_id: int) -> Venue:
    """A school of a territory that the visitor coordinates. Raises NotFound, Forbidden."""
    school = school_by_id(venue_id)
    require_coordinator(school.territory)
    return school
