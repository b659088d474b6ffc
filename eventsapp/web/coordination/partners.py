"""« Partenaires »: who asks to act in a territory, who may, and who answers for whom."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response as BaseResponse
from wtforms import SelectChoice, SelectField, TextAreaField

from eventsapp import clock
from eventsapp.access import joining, listings
from eventsapp.access.listings import organisation_by_id
from eventsapp.database import db
from eventsapp.people import approvals, partner_requests
from eventsapp.people.models import Account, PartnerRequest, RequestStatus
from eventsapp.people.partner_requests import LONGEST_REASON
from eventsapp.places.models import Territory
from eventsapp.refusals import Conflict, NotFound, Refusal
from eventsapp.web.coordination.doorstep import actor, desk, steered
from eventsapp.web.forms import refuse as refuse_form
from eventsapp.web.guards import current_account

bp = desk("partners")


class ApprovalForm(FlaskForm):
    """Is it an organisation that we know already?"""

    organisation = SelectField(lazy_gettext("Cette structure"), validate_choice=False)


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
    return _request_page(area, wanted, RefusalForm(formdata=None))


@bp.post("/pro/<territory:territory>/partenaires/demandes/<row:request_id>/acceptation")
def approve(territory: str, request_id: int) -> BaseResponse:
    """Yes: the organisation may act here, and its contact is invited by mail."""
    area = steered(territory)
    wanted = partner_requests.by_id(request_id, area)
    chosen = request.form.get("organisation", "")
    known = next((one for one in partner_requests.look_alikes(wanted) if str(one.id) == chosen), None)
    if chosen and known is None:
        raise NotFound()
    try:
        organisation = joining.approve(wanted, known, by=_who(), now=clock.now())
        name = organisation.name
        db.session.commit()
        flash(gettext("%(organisation)s peut agir ici. Son contact est invité.", organisation=name), "ok")
    except Refusal as refusal:
        db.session.rollback()
        flash(gettext(refusal.sentence, **refusal.parameters), "warn")
    return redirect(url_for("partners.index", territory=territory), 303)


@bp.post("/pro/<territory:territory>/partenaires/demandes/<row:request_id>/refus")
def refuse(territory: str, request_id: int) -> tuple[str, int] | BaseResponse:
    """No, and why; the letter says it."""
    answered = RefusalForm()
    try:
        wanted = partner_requests.by_id(request_id, steered(territory))
        joining.refuse(wanted, answered.reason.data or "", by=_who(), now=clock.now())
    except (Conflict, NotFound):
        raise
    except Refusal as refusal:
        status = refuse_form(answered, refusal)
        area = steered(territory)
        return _request_page(area, partner_requests.by_id(request_id, area), answered), status
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


def _who() -> Account:
    account = current_account()
    if account is None:
        raise Forbidden()
    return account


def _request_page(area: Territory, wanted: PartnerRequest, shown: RefusalForm) -> str:
    known = partner_requests.look_alikes(wanted)
    choice = ApprovalForm(formdata=None, organisation=str(known[0].id) if known else "")
    choice.organisation.choices = [
        *(
            SelectChoice(str(one.id), gettext("%(name)s, que nous connaissons", name=one.name))
            for one in known
        ),
        SelectChoice("", gettext("Une nouvelle structure")),
    ]
    return render_template(
        "coordination/partners/request.html",
        territory=area,
        wanted=wanted,
        known=known,
        choice=choice,
        form=shown,
        longest=LONGEST_REASON,
    )
