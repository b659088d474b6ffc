"""« Partenaires »: who asks to act in a territory, who may, and who answers for whom."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse
from wtforms import RadioField, SelectChoice, TextAreaField

from eventsapp import clock, languages
from eventsapp.access import joining, listings, questions
from eventsapp.access.listings import organisation_by_id
from eventsapp.database import db
from eventsapp.people import approvals, partner_requests
from eventsapp.people.models import Organisation, PartnerRequest, RequestStatus
from eventsapp.people.partner_requests import LONGEST_REASON, RequestIsSettled
from eventsapp.places.models import Territory
from eventsapp.refusals import Conflict, NotFound, Refusal, msgid
from eventsapp.web.doorstep import actor, desk, steered, who
from eventsapp.web.forms import refuse as refuse_form

bp = desk("partners")


ANOTHER = "autre"
"""The choice of an organisation that is none of those we know."""


class WhichMissing(Refusal):
    """We know an organisation of that name: nobody may slip in under it unnoticed."""

    sentence = msgid("Dites si c’est une structure que nous connaissons.")


class ApprovalForm(FlaskForm):
    """Is it an organisation that we know already?"""

    organisation = RadioField(lazy_gettext("Cette structure"), validate_choice=False)


class RefusalForm(FlaskForm):
    """Why not?"""

    reason = TextAreaField(lazy_gettext("La raison"))


@bp.get("/pro/<territory:territory>/partenaires")
def index(territory: str) -> str:
    """Requests that wait, then the organisations that may act here; orphans first."""
    area, now = steered(territory), clock.now()
    return render_template(
        "coordination/partners/index.html",
        territory=area,
        requests=partner_requests.waiting(area),
        partners=listings.partners(area, now=now),
    )


@bp.get("/pro/<territory:territory>/partenaires/demandes/<row:request_id>")
def asked(territory: str, request_id: int) -> str | BaseResponse:
    """One request, and the two answers."""
    area = steered(territory)
    wanted = partner_requests.by_id(request_id, area)
    if wanted.status is not RequestStatus.WAITING:
        flash(gettext("Cette demande est déjà réglée."), "warn")
        return redirect(url_for("partners.index", territory=territory), 303)
    return _request_page(area, wanted, ApprovalForm(formdata=None), RefusalForm(formdata=None))


@bp.post("/pro/<territory:territory>/partenaires/demandes/<row:request_id>/acceptation")
def approve(territory: str, request_id: int) -> tuple[str, int] | BaseResponse:
    """Yes: the organisation may act here, and whoever answers for it, or shall, hears of it by mail."""
    area, answered = steered(territory), ApprovalForm()
    wanted = partner_requests.by_id(request_id, area)
    try:
        known = _chosen(wanted, answered.organisation.data or "")
        joined = joining.approve(wanted, known, by=who(), now=clock.now())
    except WhichMissing as refusal:
        status = refuse_form(answered, refusal)
        area = steered(territory)
        wanted = partner_requests.by_id(request_id, area)
        return _request_page(area, wanted, answered, RefusalForm(formdata=None)), status
    except Refusal as refusal:
        db.session.rollback()
        flash(gettext(refusal.sentence, **refusal.parameters), "warn")
        return redirect(url_for("partners.index", territory=territory), 303)
    name, address = joined.organisation.name, joined.offer.email if joined.offer else ""
    is_owned = questions.has_owner(joined.organisation)
    db.session.commit()
    if address:
        said = gettext(
            "%(organisation)s peut agir ici. L’invitation est partie à %(address)s.",
            organisation=name,
            address=address,
        )
    elif is_owned:
        said = gettext("%(organisation)s peut agir ici. Ses responsables le savent.", organisation=name)
    else:
        said = gettext(
            "%(organisation)s peut agir ici. Invitez une personne dans son équipe.", organisation=name
        )
    flash(said, "ok")
    return redirect(url_for("partners.index", territory=territory), 303)


@bp.post("/pro/<territory:territory>/partenaires/demandes/<row:request_id>/refus")
def refuse(territory: str, request_id: int) -> tuple[str, int] | BaseResponse:
    """No, and why; the letter says it."""
    answered = RefusalForm()
    try:
        wanted = partner_requests.by_id(request_id, steered(territory))
        joining.refuse(wanted, answered.reason.data or "", by=who(), now=clock.now())
    except (Conflict, NotFound):
        raise
    except Refusal as refusal:
        status = refuse_form(answered, refusal)
        area = steered(territory)
        wanted = partner_requests.by_id(request_id, area)
        return _request_page(area, wanted, ApprovalForm(formdata=None), answered), status
    db.session.commit()
    flash(gettext("La demande est refusée. La structure reçoit votre raison."), "ok")
    return redirect(url_for("partners.index", territory=territory), 303)


@bp.post("/pro/<territory:territory>/partenaires/<row:organisation_id>/fin")
def end(territory: str, organisation_id: int) -> BaseResponse:
    """The organisation may not act here any more; what is announced stays."""
    area = steered(territory)
    organisation = organisation_by_id(organisation_id)
    name = organisation.name
    if not approvals.end(organisation, area, actor=actor(), now=clock.now()):
        raise NotFound()
    db.session.commit()
    said = gettext("%(organisation)s n’agit plus ici. Ce qui est annoncé reste.", organisation=name)
    flash(said, "ok")
    return redirect(url_for("partners.index", territory=territory), 303)


def _chosen(wanted: PartnerRequest, typed: str) -> Organisation | None:
    """The organisation that was chosen among those of that name; None: a new one.

    Raises RequestIsSettled, WhichMissing.
    """
    if wanted.status is not RequestStatus.WAITING:
        raise RequestIsSettled()
    known = partner_requests.look_alikes(wanted)
    if not known or typed == ANOTHER:
        return None
    chosen = next((one for one in known if str(one.id) == typed), None)
    if chosen is None:
        raise WhichMissing(field="organisation")
    return chosen


def _named(known: Organisation) -> str:
    """Which one it is: « Espace 19 (10e et 19e) »."""
    territories = [one.ordinal for one in listings.territories_of(known)]
    where = languages.listing(territories) or gettext("nulle part encore")
    return gettext("%(name)s (%(where)s)", name=known.name, where=where)


def _told(known: Organisation) -> str:
    """Who hears of it, if it is that one."""
    if questions.has_owner(known):
        return gettext("Ses responsables l’apprennent, et invitent qui leur convient.")
    if known.email:
        return gettext(
            "Personne n’en est responsable : l’invitation part à %(address)s.", address=known.email
        )
    return gettext("Personne n’en est responsable : ce contact est invité.")


def _request_page(area: Territory, wanted: PartnerRequest, choice: ApprovalForm, shown: RefusalForm) -> str:
    known = partner_requests.look_alikes(wanted)
    choice.organisation.choices = [
        *(SelectChoice(str(one.id), _named(one)) for one in known),
        SelectChoice(ANOTHER, gettext("Une autre structure, qui porte le même nom")),
    ]
    notes = {str(one.id): _told(one) for one in known}
    return render_template(
        "coordination/partners/request.html",
        territory=area,
        wanted=wanted,
        known=known,
        choice=choice,
        notes=notes | {ANOTHER: gettext("Ce contact est invité à en devenir responsable.")},
        form=shown,
        longest=LONGEST_REASON,
    )
