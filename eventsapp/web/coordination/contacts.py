"""« Lieux et contacts »: whom to reach in a territory, confirmed again each school year."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse
from wtforms import EmailField, SelectChoice, SelectField, StringField, TelField
from wtforms.validators import Optional

from eventsapp import clock
from eventsapp.database import db
from eventsapp.directory import contacts, listings
from eventsapp.directory.contacts import Answers, Place, PlaceMissing
from eventsapp.directory.listings import Filters, Need, VenueFilters, Whose
from eventsapp.directory.models import Contact
from eventsapp.directory.sheets import MOST_LINES
from eventsapp.hosting import links
from eventsapp.people.contacts import LONGEST_ADDRESS, LONGEST_NUMBER
from eventsapp.places.models import Territory
from eventsapp.refusals import Refusal
from eventsapp.spreadsheets import Cell, Kind, Sheet
from eventsapp.web.doorstep import actor, desk, steered
from eventsapp.web.downloads import download
from eventsapp.web.forms import refuse

bp = desk("contacts")

PER_PAGE = 50
FILTERS = ("etat", "de", "q", "page")
"""What the address of a list says, so that confirming one contact leads back to it."""

LONGEST = {
    "name": contacts.LONGEST_NAME,
    "function": contacts.LONGEST_FUNCTION,
    "email": LONGEST_ADDRESS,
    "phone": LONGEST_NUMBER,
    "hours": contacts.LONGEST_HOURS,
}


class ContactForm(FlaskForm):
    """Whose contact, and how to reach it; the room judges the answers."""

    place = SelectField(lazy_gettext("De quel lieu ou de quelle structure ?"), validate_choice=False)
    name = StringField(lazy_gettext("Nom"))
    function = StringField(lazy_gettext("Fonction"), validators=[Optional()])
    email = EmailField(lazy_gettext("Adresse e-mail"), validators=[Optional()])
    phone = TelField(lazy_gettext("Téléphone"), validators=[Optional()])
    hours = StringField(lazy_gettext("Quand l’appeler"), validators=[Optional()])


@bp.get("/pro/<territory:territory>/contacts")
def index(territory: str) -> str:
    """The directory: `?etat=a-verifier|sans-courriel`, `?de=ecoles…`, `?q=` words of a place's name."""
    area, today = steered(territory), clock.today()
    filters = _asked()
    total = listings.how_many_contacts(area, filters, on=today)
    pages = max(1, -(-total // PER_PAGE))
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    return render_template(
        "coordination/contacts/index.html",
        territory=area,
        contacts=listings.contacts(area, filters, on=today, limit=PER_PAGE, offset=(page - 1) * PER_PAGE),
        is_verified=lambda contact: listings.is_verified(contact, on=today),
        to_verify=listings.to_verify(area, on=today),
        since=listings.school_year_start(today),
        filters=filters,
        kept=_kept(),
        asked={name: value for name, value in _kept().items() if name != "page"},
        total=total,
        page=page,
        pages=pages,
        Need=Need,
        Whose=Whose,
    )


@bp.get("/pro/<territory:territory>/contacts.csv", defaults={"kind": "csv"})
@bp.get("/pro/<territory:territory>/contacts.xlsx", defaults={"kind": "xlsx"})
def table(territory: str, kind: str) -> Response:
    """The contacts that the same address shows, for a spreadsheet; its columns are those of an import."""
    area, today = steered(territory), clock.today()
    found = listings.contacts(area, _asked(), on=today, limit=MOST_LINES)
    headings = [
        gettext("lieu ou structure"),
        gettext("nom"),
        gettext("fonction"),
        gettext("courriel"),
        gettext("téléphone"),
        gettext("horaires"),
        gettext("vérifié le"),
    ]
    sheet = Sheet(gettext("Contacts"), headings, [_line(contact) for contact in found])
    return download(f"contacts-{area.slug}", Kind(kind), [sheet])


def _line(contact: Contact) -> list[Cell]:
    place, verified = contact.venue or contact.organisation, contact.verified_at
    return [
        place.name if place else "",
        contact.name,
        contact.function,
        contact.email,
        contact.phone,
        contact.hours,
        clock.day_of(verified) if verified else None,
    ]


@bp.get("/pro/<territory:territory>/contacts/nouveau")
def form(territory: str) -> str:
    """The questions; `?lieu=12` or `?structure=3` says of whom."""
    chosen = next((f"{kind}:{request.args[kind]}" for kind in _KINDS if request.args.get(kind)), "")
    return _new_page(steered(territory), ContactForm(formdata=None, place=chosen))


@bp.post("/pro/<territory:territory>/contacts/nouveau")
def add(territory: str) -> tuple[str, int] | BaseResponse:
    """One more contact."""
    area, asked = steered(territory), ContactForm()
    try:
        place = _meant(area, asked.place.data or "")
        made = contacts.add(place, _answers(asked), territory=area, actor=actor(), now=clock.now())
    except Refusal as refusal:
        status = refuse(asked, refusal)
        return _new_page(steered(territory), asked), status
    name = made.name
    db.session.commit()
    flash(gettext("%(name)s est dans vos contacts.", name=name), "ok")
    return redirect(url_for("contacts.index", territory=territory), 303)


@bp.get("/pro/<territory:territory>/contacts/<row:contact_id>")
def edit(territory: str, contact_id: int) -> str:
    """One contact, to put right."""
    area = steered(territory)
    contact = listings.contact_by_id(contact_id, area)
    return _edit_page(area, contact, ContactForm(formdata=None, obj=contact))


@bp.post("/pro/<territory:territory>/contacts/<row:contact_id>")
def change(territory: str, contact_id: int) -> tuple[str, int] | BaseResponse:
    """Puts it right: it is confirmed too."""
    area, asked = steered(territory), ContactForm()
    contact = listings.contact_by_id(contact_id, area)
    mailbox, revoked = contact.email, 0
    try:
        contacts.change(contact, _answers(asked), territory=area, actor=actor(), now=clock.now())
        if contact.email != mailbox:  # whoever reads the former one is not her any more
            revoked = links.revoke_all(contact, actor=actor(), now=clock.now())
    except Refusal as refusal:
        status = refuse(asked, refusal)
        area = steered(territory)
        return _edit_page(area, listings.contact_by_id(contact_id, area), asked), status
    db.session.commit()
    flash(gettext("C’est noté. Ce contact est vérifié pour cette année scolaire."), "ok")
    if revoked:
        flash(gettext("Ses liens ne marchent plus."), "ok")
    return redirect(url_for("contacts.index", territory=territory), 303)


@bp.post("/pro/<territory:territory>/contacts/<row:contact_id>/verification")
def verify(territory: str, contact_id: int) -> BaseResponse:
    """« C’est toujours juste »."""
    area = steered(territory)
    contact = listings.contact_by_id(contact_id, area)
    name = contact.name
    contacts.verify(contact, territory=area, actor=actor(), now=clock.now())
    db.session.commit()
    flash(gettext("%(name)s : vérifié pour cette année scolaire.", name=name), "ok")
    return _back(territory)


@bp.post("/pro/<territory:territory>/contacts/<row:contact_id>/fin")
def end(territory: str, contact_id: int) -> BaseResponse:
    """Gone elsewhere."""
    area = steered(territory)
    contact = listings.contact_by_id(contact_id, area)
    name = contact.name
    contacts.end(contact, territory=area, actor=actor(), now=clock.now())
    db.session.commit()
    flash(gettext("%(name)s n’est plus dans vos contacts.", name=name), "ok")
    return _back(territory)


_KINDS = ("lieu", "structure")


def _asked() -> Filters:
    need, whose = request.args.get("etat", ""), request.args.get("de", "")
    return Filters(
        need=Need(need) if need in set(Need) else None,
        whose=Whose(whose) if whose in set(Whose) else None,
        words=request.args.get("q", "")[:80],
    )


def _kept() -> dict[str, str]:
    return {name: request.args[name] for name in FILTERS if request.args.get(name)}


def _back(territory: str) -> BaseResponse:
    values: dict[str, Any] = {"territory": territory, **_kept()}
    return redirect(url_for("contacts.index", **values), 303)


def _answers(asked: ContactForm) -> Answers:
    return Answers(
        name=asked.name.data or "",
        function=asked.function.data or "",
        email=asked.email.data or "",
        phone=asked.phone.data or "",
        hours=asked.hours.data or "",
    )


def _meant(area: Territory, chosen: str) -> Place:
    """The place that « lieu:12 » means, of this territory. Raises PlaceMissing."""
    found = next((place for key, place in _places(area) if key == chosen), None)
    if found is None:
        raise PlaceMissing(field="place")
    return found


def _places(area: Territory) -> list[tuple[str, Place]]:
    venues: list[tuple[str, Place]] = [
        (f"lieu:{one.id}", one) for one in listings.venues(area, VenueFilters())
    ]
    return venues + [(f"structure:{one.id}", one) for one in listings.organisations(area)]


def _new_page(area: Territory, shown: ContactForm) -> str:
    shown.place.choices = [
        SelectChoice("", gettext("Choisir")),
        *(SelectChoice(key, place.name) for key, place in _places(area)),
    ]
    return render_template("coordination/contacts/form.html", territory=area, form=shown, longest=LONGEST)


def _edit_page(area: Territory, contact: Contact, shown: ContactForm) -> str:
    del shown.place  # who goes elsewhere is another contact
    return render_template(
        "coordination/contacts/form.html",
        territory=area,
        contact=contact,
        is_verified=listings.is_verified(contact, on=clock.today()),
        form=shown,
        longest=LONGEST,
    )
