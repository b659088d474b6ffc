"""« Proposer un rendez-vous »: an organisation proposes a session or a series, corrects it, takes it back."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response as BaseResponse

from eventsapp import clock
from eventsapp.agenda import wording
from eventsapp.database import db
from eventsapp.media.models import Picture
from eventsapp.people import showcase
from eventsapp.people.models import Organisation
from eventsapp.places.models import Territory
from eventsapp.proposals import answers, listings, submitting
from eventsapp.proposals.models import Proposal, ProposalStatus
from eventsapp.proposals.publishing import rule_of, series_of, sessions_of
from eventsapp.proposals.steps import ProposalIsSettled
from eventsapp.refusals import Conflict, Refusal, msgid
from eventsapp.settings import setting
from eventsapp.web.doorstep import actor, desk, who, worked_for
from eventsapp.web.forms import refuse, renewed_picture
from eventsapp.web.partners.proposal_forms import ProposalForm, said_here
from eventsapp.web.partners.proposal_starts import as_proposed, fresh, once_more

bp = desk("proposals")


class ProposalHasSessions(Conflict):
    """Its dates were listed one by one by a file: this form knows a day and a rhythm."""

    sentence = msgid(
        "Cette proposition vient d’un agenda importé : corrigez-la là-bas, puis importez-le à nouveau."
    )


ONCE_MORE = "depuis"
"""The parameter that names an event to be held again."""


@bp.get("/pro/organisations/<row:organisation_id>/rendez-vous/nouveau")
def new(organisation_id: int) -> str:
    """The form, as the organisation did last; `?depuis=` an event of its own: all of that event."""
    organisation, today = worked_for(organisation_id), clock.today()
    code = request.args.get(ONCE_MORE, "")
    if code:
        event = listings.event_of(organisation, code)
        given, present = once_more(event, today=today), event.picture
    else:
        given, present = fresh(organisation, today=today), None
    return _new_page(organisation, ProposalForm(formdata=None, data=given), present)


@bp.post("/pro/organisations/<row:organisation_id>/rendez-vous/nouveau")
def submit(organisation_id: int) -> str | tuple[str, int] | BaseResponse:
    """Proposes it, or shows which dates it makes (« apercu »)."""
    organisation, asked = worked_for(organisation_id), ProposalForm()
    present = _present(organisation)
    try:
        if "apercu" in request.form:
            tried = _tried(organisation, asked, present)
            return _new_page(organisation, asked, present, tried=tried)
        renewed = renewed_picture(asked)
        # Asked anew: while the image was decoded somebody may have ended the role.
        organisation = worked_for(organisation_id)
        answered = asked.answered(_territories(organisation), renewed=renewed, present=_present(organisation))
        proposal = submitting.submit(
            organisation, answered, form=asked.sheet.data or "", by=who(), now=clock.now()
        )
    except Refusal as refusal:
        status = refuse(asked, said_here(refusal))
        organisation = worked_for(organisation_id)
        return _new_page(organisation, asked, _present(organisation)), status
    number, is_published = proposal.id, proposal.status is ProposalStatus.PUBLISHED
    db.session.commit()
    flash(_kept(is_published), "ok")
    return redirect(url_for("proposals.show", organisation_id=organisation_id, proposal_id=number), 303)


@bp.get("/pro/organisations/<row:organisation_id>/propositions/<row:proposal_id>")
def show(organisation_id: int, proposal_id: int) -> str:
    """A proposal: how far it is, what was answered, and its dates."""
    organisation = worked_for(organisation_id)
    proposal = listings.by_id(proposal_id, organisation)
    return render_template(
        "partners/proposals/show.html",
        organisation=organisation,
        proposal=proposal,
        event=listings.first_event_of(proposal) if proposal.activity_id else None,
        series=series_of(proposal) if proposal.is_open else None,
        **dates_of(proposal),
    )


@bp.get("/pro/organisations/<row:organisation_id>/propositions/<row:proposal_id>/correction")
def correction(organisation_id: int, proposal_id: int) -> str:
    """The form of what was proposed."""
    organisation = worked_for(organisation_id)
    proposal = _open(organisation, proposal_id)
    form = ProposalForm(formdata=None, data=as_proposed(proposal))
    return _correction_page(organisation, proposal, form)


@bp.post("/pro/organisations/<row:organisation_id>/propositions/<row:proposal_id>/correction")
def correct(organisation_id: int, proposal_id: int) -> str | tuple[str, int] | BaseResponse:
    """Sends it again, or shows which dates it would make (« apercu »)."""
    organisation, asked = worked_for(organisation_id), ProposalForm()
    proposal = _open(organisation, proposal_id)
    try:
        if "apercu" in request.form:
            tried = _tried(organisation, asked, proposal.picture)
            return _correction_page(organisation, proposal, asked, tried=tried)
        renewed = renewed_picture(asked)
        organisation = worked_for(organisation_id)
        proposal = _open(organisation, proposal_id)
        answered = asked.answered(_territories(organisation), renewed=renewed, present=proposal.picture)
        submitting.correct(proposal, answered, by=who(), now=clock.now())
    except ProposalIsSettled:
        raise
    except Refusal as refusal:
        status = refuse(asked, said_here(refusal))
        organisation = worked_for(organisation_id)
        return _correction_page(organisation, _open(organisation, proposal_id), asked), status
    is_published = proposal.status is ProposalStatus.PUBLISHED
    db.session.commit()
    flash(_kept(is_published), "ok")
    return redirect(url_for("proposals.show", organisation_id=organisation_id, proposal_id=proposal_id), 303)


@bp.post("/pro/organisations/<row:organisation_id>/propositions/<row:proposal_id>/retrait")
def withdraw(organisation_id: int, proposal_id: int) -> BaseResponse:
    """Takes it back."""
    proposal = listings.by_id(proposal_id, worked_for(organisation_id))
    submitting.withdraw(proposal, actor=actor(), now=clock.now())
    db.session.commit()
    flash(gettext("La proposition est retirée. Personne ne la verra."), "ok")
    return redirect(url_for("organisation.home", organisation_id=organisation_id), 303)


def dates_of(proposal: Proposal) -> dict[str, object]:
    """What a page says of the dates of a proposal: each held or skipped, and the rule in words."""
    rule = rule_of(proposal)
    return {
        "rule": rule,
        "occurrences": answers.occurrences(rule, proposal.day),
        "sessions": sessions_of(proposal),
        "describe": wording.describe,
        "explain": wording.explain,
    }


def _kept(is_published: bool) -> str:
    if is_published:
        return gettext("C’est publié : tout le quartier peut le voir.")
    return gettext("C’est envoyé. L’équipe du projet vous répond par e-mail.")


def _open(organisation: Organisation, number: int) -> Proposal:
    """A proposal to be corrected here. Raises NotFound, ProposalIsSettled, ProposalHasSessions."""
    proposal = listings.by_id(number, organisation)
    if not proposal.is_open:
        raise ProposalIsSettled()
    if proposal.sessions:
        raise ProposalHasSessions()
    return proposal


def _territories(organisation: Organisation) -> list[Territory]:
    """Where an organisation may propose. Raises Forbidden where that is nowhere."""
    territories = [territory for territory, _ in listings.approvals_of(organisation)]
    if not territories:
        raise Forbidden()
    return territories


def _present(organisation: Organisation) -> Picture | None:
    """The picture of the event that is held once more, if it is one."""
    code = request.args.get(ONCE_MORE, "")
    return listings.event_of(organisation, code).picture if code else None


def _tried(organisation: Organisation, asked: ProposalForm, present: Picture | None) -> answers.Answers:
    """What would be proposed, checked; a picture sent with it is not read."""
    answered = asked.answered(_territories(organisation), renewed=None, present=present)
    answers.check_dates(answered, now=clock.now())
    return answered


def _new_page(
    organisation: Organisation,
    form: ProposalForm,
    present: Picture | None,
    *,
    tried: answers.Answers | None = None,
) -> str:
    code = request.args.get(ONCE_MORE) or None
    address = url_for("proposals.new", organisation_id=organisation.id, depuis=code)
    return _page("partners/proposals/new.html", organisation, form, present, tried, address=address)


def _correction_page(
    organisation: Organisation,
    proposal: Proposal,
    form: ProposalForm,
    *,
    tried: answers.Answers | None = None,
) -> str:
    address = url_for("proposals.correction", organisation_id=organisation.id, proposal_id=proposal.id)
    return _page(
        "partners/proposals/correction.html",
        organisation,
        form,
        proposal.picture,
        tried,
        address=address,
        proposal=proposal,
    )


def _page(
    template: str,
    organisation: Organisation,
    form: ProposalForm,
    present: Picture | None,
    tried: answers.Answers | None,
    **more: object,
) -> str:
    approved = listings.approvals_of(organisation)
    if not approved:
        raise Forbidden()
    territories = [territory for territory, _ in approved]
    return render_template(
        template,
        organisation=organisation,
        form=form.offer(territories, listings.usual_venues(organisation)),
        is_trusted=all(trusted for _, trusted in approved),
        present=present,
        tried=tried,
        occurrences=answers.occurrences(tried.rule, tried.day) if tried else [],
        describe=wording.describe,
        explain=wording.explain,
        most=setting("PICTURE_BYTES") // 1024**2,
        longest=_longest(),
        **more,
    )


def _longest() -> dict[str, int]:
    return {
        "title": answers.LONGEST_TITLE,
        "summary": answers.LONGEST_SUMMARY,
        "description": answers.LONGEST_DESCRIPTION,
        "alternative": showcase.LONGEST_ALTERNATIVE,
    }
