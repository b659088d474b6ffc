"""« Nos coordonnées »: what an organisation is called and how it is reached."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response as BaseResponse
from wtforms import EmailField, SelectField, StringField, TelField
from wtforms.validators import Optional

from eventsapp import clock
from eventsapp.access import listings, questions
from eventsapp.database import db
from eventsapp.people import organisations
from eventsapp.people.contacts import LONGEST_ADDRESS, LONGEST_NUMBER
from eventsapp.people.models import Organisation
from eventsapp.people.organisations import Details
from eventsapp.refusals import Refusal
from eventsapp.web.doorstep import actor, desk, who
from eventsapp.web.forms import refuse
from eventsapp.web.partner_requests import KINDS

bp = desk("details")

LONGEST = {"name": organisations.LONGEST_NAME, "email": LONGEST_ADDRESS, "phone": LONGEST_NUMBER}


class DetailsForm(FlaskForm):
    """How an organisation is called and reached; the room judges the answers."""

    name = StringField(lazy_gettext("Nom de la structure"))
    kind = SelectField(lazy_gettext("Sorte de structure"), choices=KINDS, validate_choice=False)
    email = EmailField(lazy_gettext("Adresse e-mail générale"), validators=[Optional()])
    phone = TelField(lazy_gettext("Téléphone"), validators=[Optional()])


@bp.get("/pro/organisations/<row:organisation_id>/coordonnees")
def show(organisation_id: int) -> str:
    """What is known, to put right."""
    organisation = _described(organisation_id)
    return _page(organisation, DetailsForm(formdata=None, obj=organisation))


@bp.post("/pro/organisations/<row:organisation_id>/coordonnees")
def keep(organisation_id: int) -> tuple[str, int] | BaseResponse:
    """Puts it right."""
    organisation, asked = _described(organisation_id), DetailsForm()
    typed = Details(
        name=asked.name.data or "",
        kind=asked.kind.data or "",
        email=asked.email.data or "",
        phone=asked.phone.data or "",
    )
    try:
        organisations.change(organisation, typed, actor=actor(), now=clock.now())
    except Refusal as refusal:
        status = refuse(asked, refusal)
        return _page(_described(organisation_id), asked), status
    db.session.commit()
    flash(gettext("Les coordonnées sont enregistrées."), "ok")
    return redirect(url_for("organisation.home", organisation_id=organisation_id), 303)


def _described(number: int) -> Organisation:
    """An organisation that the visitor may describe. Raises NotFound, Forbidden."""
    organisation = listings.organisation_by_id(number)
    if not questions.may_describe(who(), organisation, on=clock.today()):
        raise Forbidden()
    return organisation


def _page(organisation: Organisation, shown: DetailsForm) -> str:
    return render_template(
        "partners/organisation/details.html", organisation=organisation, form=shown, longest=LONGEST
    )
