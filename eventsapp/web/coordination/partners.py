"""« Partenaires »: who asks to act in a territory, who may, and who answers for whom."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse
from wtforms import RadioField, SelectChoice, TextAreaField

from eventsapp import clock, languages
from eventsapp.access import joining, listings
from eventsapp.access.joining import Candidate, Joined, WhichMissing
from eventsapp.access.listings import organisation_by_id
from eventsapp.database import db
from eventsapp.people import approvals, partner_requests
from eventsapp.people.models import PartnerRequest, RequestStatus
from eventsapp.people.partner_requests import LONGEST_REASON
from eventsapp.places.models import Territory
from eventsapp.refusals import Conflict, NotFound, Refusal
from eventsapp.web.doorstep import actor, desk, steered, who
from eventsapp.web.forms import refuse as refuse_form

bp = desk("partners")


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
        known = joining.meant(wanted, answered.organisation.data or "")
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
    said = _joined(joined)
    db.session.commit()
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


@bp.post("/pro/<territory:territory>/partenaires/<row:organisation_id>/confiance")
def trust(territory: str, organisation_id: int) -> BaseResponse:
    """What the organisation proposes here is published at once."""
    area, organisation = steered(territory), organisation_by_id(organisation_id)
    name = organisation.name
    approvals.trust(organisation, area, actor=actor(), now=clock.now())
    db.session.commit()
    flash(gettext("%(organisation)s publie maintenant sans attendre votre accord.", organisation=name), "ok")
    return redirect(url_for("partners.index", territory=territory), 303)


@bp.post("/pro/<territory:territory>/partenaires/<row:organisation_id>/confiance/retrait")
def distrust(territory: str, organisation_id: int) -> BaseResponse:
    """A coordinator looks first again."""
    area, organisation = steered(territory), organisation_by_id(organisation_id)
    name = organisation.name
    approvals.distrust(organisation, area, actor=actor(), now=clock.now())
    db.session.commit()
    said = gettext("%(organisation)s attend de nouveau votre accord pour publier.", organisation=name)
    flash(said, "ok")
    return redirect(url_for("partners.index", territory=territory), 303)


def _joined(joined: Joined) -> str:
    name = joined.organisation.name
    if joined.owners_told:
        return gettext("%(organisation)s peut agir ici. Ses responsables le savent.", organisation=name)
    if joined.offer is None:
        return gettext(
            "%(organisation)s peut agir ici. Invitez une personne dans son équipe.", organisation=name
        )
    return gettext(
        "%(organisation)s peut agir ici. L’invitation est partie à %(address)s.",
        organisation=name,
        address=joined.offer.email,
    )


def _named(candidate: Candidate) -> str:
    """Which one it is: « Espace 19 (10e et 19e) »."""
    territories = languages.listing([one.ordinal for one in candidate.territories])
    where = territories or gettext("nulle part encore")
    return gettext("%(name)s (%(where)s)", name=candidate.organisation.name, where=where)


def _told(candidate: Candidate, wanted: PartnerRequest) -> str:
    """Who hears of it, if it is that one."""
    if candidate.has_owner:
        return gettext("Ses responsables l’apprennent, et invitent qui leur convient.")
    return gettext(
        "Personne n’en est responsable : l’invitation part à %(address)s.",
        address=joining.address_to_invite(candidate.organisation, wanted),
    )


def _request_page(area: Territory, wanted: PartnerRequest, choice: ApprovalForm, shown: RefusalForm) -> str:
    candidates = joining.candidates(wanted)
    choice.organisation.choices = [
        *(SelectChoice(str(one.organisation.id), _named(one)) for one in candidates),
        SelectChoice(joining.ANOTHER, gettext("Une autre structure, qui porte le même nom")),
    ]
    notes = {str(one.organisation.id): _told(one, wanted) for one in candidates}
    notes[joining.ANOTHER] = gettext("Ce contact est invité à en devenir responsable.")
    return render_template(
        "coordination/partners/request.html",
        territory=area,
        wanted=wanted,
        known=bool(candidates),
        choice=choice,
        notes=notes,
        form=shown,
        longest=LONGEST_REASON,
    )
