"""« Lieux »: the places of a territory, as its coordinators keep them."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext, ngettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse
from wtforms import RadioField, SelectChoice, SelectField, StringField
from wtforms.validators import Optional

from eventsapp import clock
from eventsapp.agenda import surroundings
from eventsapp.database import db
from eventsapp.directory import listings, venues
from eventsapp.directory.listings import VenueFilters
from eventsapp.places.models import Territory, Venue, VenueKind
from eventsapp.refusals import Refusal
from eventsapp.web.doorstep import actor, desk, steered
from eventsapp.web.forms import refuse

bp = desk("venues")

PER_PAGE = 50

LONGEST = {
    "name": venues.LONGEST_NAME,
    "short_name": venues.LONGEST_SHORT_NAME,
    "address": venues.LONGEST_ADDRESS,
    "city": venues.LONGEST_CITY,
    "way": venues.LONGEST_WAY,
}

STEP_FREE = {"oui": True, "non": False}


class VenueForm(FlaskForm):
    """A place, as people find it and come in; the room judges the answers."""

    kind = SelectField(lazy_gettext("Sorte de lieu"), validate_choice=False)
    name = StringField(lazy_gettext("Nom"))
    short_name = StringField(lazy_gettext("Nom court"), validators=[Optional()])
    quartier = SelectField(lazy_gettext("Quartier"), validators=[Optional()], validate_choice=False)
    address = StringField(lazy_gettext("Numéro et rue"), validators=[Optional()])
    postal_code = StringField(lazy_gettext("Code postal"), validators=[Optional()])
    city = StringField(lazy_gettext("Ville"), validators=[Optional()])
    access = StringField(lazy_gettext("Comment venir"), validators=[Optional()])
    door = StringField(lazy_gettext("Par quelle porte entrer"), validators=[Optional()])
    step_free = RadioField(
        lazy_gettext("Entre-t-on sans marche ?"),
        choices=[
            SelectChoice("oui", lazy_gettext("Oui, de la rue à la salle")),
            SelectChoice("non", lazy_gettext("Non")),
            SelectChoice("", lazy_gettext("On ne sait pas")),
        ],
        validate_choice=False,
    )
    point = StringField(lazy_gettext("Position sur le plan"), validators=[Optional()])


@bp.get("/pro/<territory:territory>/lieux")
def index(territory: str) -> str:
    """The places: `?sorte=`, `?quartier=`, `?etat=retires`, `?q=`."""
    area, filters = steered(territory), _asked()
    total = listings.how_many_venues(area, filters)
    pages = max(1, -(-total // PER_PAGE))
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    found = listings.venues(area, filters, limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
    return render_template(
        "coordination/venues/index.html",
        territory=area,
        venues=found,
        contacts=listings.contacts_of_venues([one.id for one in found]),
        quartiers=listings.quartiers(area),
        kinds=list(VenueKind),
        filters=filters,
        total=total,
        page=page,
        pages=pages,
    )


@bp.get("/pro/<territory:territory>/lieux/nouveau")
def form(territory: str) -> str:
    """The questions."""
    area = steered(territory)
    asked = VenueForm(formdata=None, postal_code=area.postal_code, city="Paris", step_free="")
    return _form_page(area, asked)


@bp.post("/pro/<territory:territory>/lieux/nouveau")
def add(territory: str) -> tuple[str, int] | BaseResponse:
    """One more place."""
    area, asked = steered(territory), VenueForm()
    try:
        made = venues.add(area, _answers(area, asked), actor=actor(), now=clock.now())
    except Refusal as refusal:
        status = refuse(asked, refusal)
        return _form_page(steered(territory), asked), status
    number = made.id
    db.session.commit()
    flash(gettext("Le lieu est ajouté. Qui peut-on y joindre ?"), "ok")
    return redirect(url_for("venues.show", territory=territory, venue_id=number), 303)


@bp.get("/pro/<territory:territory>/lieux/<row:venue_id>")
def show(territory: str, venue_id: int) -> str:
    """One place, and whom to reach there."""
    area, now = steered(territory), clock.now()
    venue = listings.venue_by_id(venue_id, area)
    return render_template(
        "coordination/venues/show.html",
        territory=area,
        venue=venue,
        contacts=listings.contacts_of(venue),
        is_verified=lambda contact: listings.is_verified(contact, on=clock.today()),
        coming=surroundings.to_come_at(venue, now=now),
    )


@bp.get("/pro/<territory:territory>/lieux/<row:venue_id>/modification")
def edit(territory: str, venue_id: int) -> str:
    """The same questions, answered."""
    area = steered(territory)
    venue = listings.venue_by_id(venue_id, area)
    return _form_page(area, _filled(venue), venue)


@bp.post("/pro/<territory:territory>/lieux/<row:venue_id>/modification")
def change(territory: str, venue_id: int) -> tuple[str, int] | BaseResponse:
    """Puts it right, in calendars too."""
    area, asked = steered(territory), VenueForm()
    venue = listings.venue_by_id(venue_id, area)
    try:
        told = surroundings.change_venue(venue, area, _answers(area, asked), actor=actor(), now=clock.now())
    except Refusal as refusal:
        status = refuse(asked, refusal)
        area = steered(territory)
        return _form_page(area, asked, listings.venue_by_id(venue_id, area)), status
    db.session.commit()
    flash(gettext("C’est noté.") + _told(told), "ok")
    return redirect(url_for("venues.show", territory=territory, venue_id=venue_id), 303)


@bp.post("/pro/<territory:territory>/lieux/<row:venue_id>/retrait")
def end(territory: str, venue_id: int) -> BaseResponse:
    """Given up for good; what is announced there stays."""
    venue = listings.venue_by_id(venue_id, steered(territory))
    venues.end(venue, actor=actor(), now=clock.now())
    db.session.commit()
    flash(gettext("Le lieu est retiré : plus rien de nouveau n’y sera annoncé."), "ok")
    return redirect(url_for("venues.show", territory=territory, venue_id=venue_id), 303)


@bp.post("/pro/<territory:territory>/lieux/<row:venue_id>/reprise")
def restore(territory: str, venue_id: int) -> BaseResponse:
    """It was not for good."""
    venue = listings.venue_by_id(venue_id, steered(territory))
    venues.restore(venue, actor=actor(), now=clock.now())
    db.session.commit()
    flash(gettext("Le lieu sert à nouveau."), "ok")
    return redirect(url_for("venues.show", territory=territory, venue_id=venue_id), 303)


def _asked() -> VenueFilters:
    kind = request.args.get("sorte", "")
    return VenueFilters(
        kind=VenueKind(kind) if kind in set(VenueKind) else None,
        quartier=request.args.get("quartier") or None,
        ended=request.args.get("etat") == "retires",
        words=request.args.get("q", "")[:80],
    )


def _told(number: int) -> str:
    if not number:
        return ""
    return " " + ngettext(
        "%(num)d rendez-vous est mis à jour dans les calendriers.",
        "%(num)d rendez-vous sont mis à jour dans les calendriers.",
        number,
    )


def _answers(area: Territory, asked: VenueForm) -> venues.Answers:
    chosen = [one for one in listings.quartiers(area) if one.slug == asked.quartier.data]
    return venues.Answers(
        kind=asked.kind.data or "",
        name=asked.name.data or "",
        short_name=asked.short_name.data or "",
        quartier=chosen[0] if chosen else None,
        address=asked.address.data or "",
        postal_code=asked.postal_code.data or "",
        city=asked.city.data or "",
        access=asked.access.data or "",
        door=asked.door.data or "",
        step_free=STEP_FREE.get(asked.step_free.data or ""),
        point=asked.point.data or "",
    )


def _filled(venue: Venue) -> VenueForm:
    known = venue.latitude is not None and venue.longitude is not None
    form = VenueForm(formdata=None, obj=venue, point=f"{venue.latitude}, {venue.longitude}" if known else "")
    form.quartier.data = venue.quartier.slug if venue.quartier else ""
    form.step_free.data = {True: "oui", False: "non", None: ""}[venue.step_free]
    return form


def _form_page(area: Territory, shown: VenueForm, venue: Venue | None = None) -> str:
    shown.kind.choices = [
        SelectChoice("", gettext("Choisir")),
        *(SelectChoice(one.value, one.label) for one in VenueKind),
    ]
    shown.quartier.choices = [
        SelectChoice("", gettext("Aucun")),
        *(SelectChoice(one.slug, one.name) for one in listings.quartiers(area)),
    ]
    return render_template(
        "coordination/venues/form.html", territory=area, venue=venue, form=shown, longest=LONGEST
    )
