"""« Devenir partenaire »: an organisation asks to act in an arrondissement, and waits for an answer."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse
from wtforms import EmailField, SelectChoice, SelectField, StringField, TelField, TextAreaField
from wtforms.validators import Optional

from eventsapp import clock, languages
from eventsapp.database import db
from eventsapp.people import accounts, partner_requests
from eventsapp.people.contacts import LONGEST_ADDRESS, LONGEST_NUMBER
from eventsapp.people.models import OrganisationKind
from eventsapp.people.partner_requests import LONGEST_ABOUT, LONGEST_ORGANISATION, Answers
from eventsapp.places.listings import territories, territory_by_slug
from eventsapp.refusals import NotFound, Refusal, msgid
from eventsapp.web import traps
from eventsapp.web.forms import refuse

bp = Blueprint("partner_requests", __name__)

KINDS = [
    SelectChoice(OrganisationKind.ASSOCIATION.value, lazy_gettext("Association")),
    SelectChoice(OrganisationKind.INSTITUTION.value, lazy_gettext("Service public")),
    SelectChoice(OrganisationKind.SCHOOL.value, lazy_gettext("École")),
    SelectChoice(OrganisationKind.COMPANY.value, lazy_gettext("Entreprise")),
]


class TerritoryMissing(Refusal):
    """Who is to decide?"""

    sentence = msgid("Choisissez un arrondissement.")


class KindMissing(Refusal):
    """Something else than the list offers."""

    sentence = msgid("Choisissez ce que vous êtes.")


class RequestForm(FlaskForm):
    """Who asks, where, and what for; the room judges the answers."""

    territory = SelectField(lazy_gettext("Dans quel arrondissement ?"), validate_choice=False)
    organisation_name = StringField(lazy_gettext("Nom de votre structure"))
    kind = SelectField(lazy_gettext("Vous êtes"), choices=KINDS, validate_choice=False)
    contact_name = StringField(lazy_gettext("Votre nom"))
    email = EmailField(lazy_gettext("Votre adresse e-mail"))
    phone = TelField(lazy_gettext("Votre téléphone"), validators=[Optional()])
    about = TextAreaField(lazy_gettext("Que voulez-vous proposer ?"))


@bp.get("/devenir-partenaire")
def form() -> str:
    """The questions; `?territoire=paris-19` chooses the arrondissement."""
    return _page(RequestForm(formdata=None, territory=request.args.get("territoire", "")))


@bp.post("/devenir-partenaire")
def ask() -> tuple[str, int] | BaseResponse:
    """Keeps the request for the coordinators of that arrondissement."""
    asked = RequestForm()
    try:
        traps.require_hand("partner")
        try:
            area = territory_by_slug(asked.territory.data or "")
        except NotFound as missing:
            raise TerritoryMissing(field="territory") from missing
        kept = partner_requests.ask(area, _answers(asked), language=languages.current().code, now=clock.now())
    except Refusal as refusal:
        status = refuse(asked, refusal)
        return _page(asked), status
    db.session.commit()
    return redirect(url_for("partner_requests.kept", territoire=kept.territory.slug), 303)


@bp.get("/devenir-partenaire/merci")
def kept() -> str:
    """What happens next."""
    try:
        area = territory_by_slug(request.args.get("territoire", ""))
    except NotFound:
        area = None
    return render_template("partner_requests/kept.html", territory=area)


def _answers(asked: RequestForm) -> Answers:
    if asked.kind.data not in set(OrganisationKind):
        raise KindMissing(field="kind")
    return Answers(
        organisation_name=asked.organisation_name.data or "",
        kind=OrganisationKind(asked.kind.data),
        contact_name=asked.contact_name.data or "",
        email=asked.email.data or "",
        phone=asked.phone.data or "",
        about=asked.about.data or "",
    )


def _page(shown: RequestForm) -> str:
    shown.territory.choices = [
        SelectChoice("", gettext("Choisir")),
        *(
            SelectChoice(one.slug, gettext("Le %(territory)s", territory=one.ordinal))
            for one in territories()
        ),
    ]
    return render_template(
        "partner_requests/form.html",
        form=shown,
        longest={
            "organisation_name": LONGEST_ORGANISATION,
            "contact_name": accounts.LONGEST_NAME,
            "email": LONGEST_ADDRESS,
            "phone": LONGEST_NUMBER,
            "about": LONGEST_ABOUT,
        },
    )
