"""« Propositions »: the sessions that partners would publish, and a coordinator's three answers."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext, ngettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse
from wtforms import IntegerField, TextAreaField

from eventsapp import clock
from eventsapp.agenda import wording
from eventsapp.database import db
from eventsapp.people.partner_requests import LONGEST_REASON
from eventsapp.places.models import Territory
from eventsapp.proposals import answers, deciding, listings
from eventsapp.proposals.models import Proposal, ProposalStatus
from eventsapp.proposals.publishing import rule_of, series_of, sessions_of
from eventsapp.refusals import Conflict, Refusal
from eventsapp.web.doorstep import actor, desk, steered
from eventsapp.web.forms import refuse as refuse_form

bp = desk("decisions")


class PublicationForm(FlaskForm):
    """Yes, to this edition."""

    edition = IntegerField()


class ChangesForm(FlaskForm):
    """What is to be changed?"""

    reason = TextAreaField(lazy_gettext("Ce qu’il faut changer"), id="changes")


class RefusalForm(FlaskForm):
    """Why not?"""

    reason = TextAreaField(lazy_gettext("La raison"), id="refusal")


@bp.get("/pro/<territory:territory>/propositions")
def index(territory: str) -> str:
    """What waits for an answer, then what waits for a correction."""
    area = steered(territory)
    found = listings.of_territory(area)
    return render_template(
        "coordination/proposals/index.html",
        territory=area,
        waiting=[one for one in found if one.status is ProposalStatus.WAITING],
        to_change=[one for one in found if one.status is ProposalStatus.CHANGES_ASKED],
        rule_of=rule_of,
        describe=wording.describe,
    )


@bp.get("/pro/<territory:territory>/propositions/<row:proposal_id>")
def show(territory: str, proposal_id: int) -> str:
    """One proposal as its page in the agenda would say it, and the three answers."""
    area = steered(territory)
    return _page(area, listings.by_id(proposal_id, area))


@bp.post("/pro/<territory:territory>/propositions/<row:proposal_id>/publication")
def publish(territory: str, proposal_id: int) -> tuple[str, int] | BaseResponse:
    """Yes: its dates to come stand in the agenda, and whoever asked hears of it."""
    area, answered = steered(territory), PublicationForm()
    proposal = listings.by_id(proposal_id, area)
    try:
        events = deciding.publish(
            proposal, edition=answered.edition.data or 0, actor=actor(), now=clock.now()
        )
    except Conflict:
        raise
    except Refusal as refusal:
        status = refuse_form(answered, refusal)
        area = steered(territory)
        return _page(area, listings.by_id(proposal_id, area), wrong=answered), status
    said = ngettext(
        "C’est publié : %(num)d date dans l’agenda.",
        "C’est publié : %(num)d dates dans l’agenda.",
        len(events),
    )
    db.session.commit()
    flash(said, "ok")
    return redirect(url_for("decisions.index", territory=territory), 303)


@bp.post("/pro/<territory:territory>/propositions/<row:proposal_id>/demande-de-changement")
def ask_for_changes(territory: str, proposal_id: int) -> tuple[str, int] | BaseResponse:
    """Not like that: the letter says what is to be changed."""
    return _answer(territory, proposal_id, ChangesForm())


@bp.post("/pro/<territory:territory>/propositions/<row:proposal_id>/refus")
def refuse(territory: str, proposal_id: int) -> tuple[str, int] | BaseResponse:
    """No, and why; the letter says it."""
    return _answer(territory, proposal_id, RefusalForm())


def _answer(
    territory: str, proposal_id: int, answered: ChangesForm | RefusalForm
) -> tuple[str, int] | BaseResponse:
    area = steered(territory)
    proposal = listings.by_id(proposal_id, area)
    asks = isinstance(answered, ChangesForm)
    verb = deciding.ask_for_changes if asks else deciding.refuse
    try:
        verb(proposal, answered.reason.data or "", actor=actor(), now=clock.now())
    except Conflict:
        raise
    except Refusal as refusal:
        status = refuse_form(answered, refusal)
        area = steered(territory)
        return _page(area, listings.by_id(proposal_id, area), wrong=answered), status
    db.session.commit()
    if asks:
        flash(gettext("La structure reçoit ce qu’il faut changer, et peut corriger."), "ok")
    else:
        flash(gettext("La proposition est refusée. La structure reçoit votre raison."), "ok")
    return redirect(url_for("decisions.index", territory=territory), 303)


def _page(area: Territory, proposal: Proposal, *, wrong: FlaskForm | None = None) -> str:
    rule = rule_of(proposal)
    occurrences = answers.occurrences(rule, proposal.day)
    sessions = sessions_of(proposal)
    return render_template(
        "coordination/proposals/show.html",
        territory=area,
        proposal=proposal,
        event=listings.first_event_of(proposal) if proposal.activity_id else None,
        series=series_of(proposal) if proposal.is_open else None,
        rule=rule,
        occurrences=occurrences,
        sessions=sessions,
        clashes=listings.clashes(proposal, sessions) if proposal.is_open else [],
        describe=wording.describe,
        explain=wording.explain,
        wrong=wrong or PublicationForm(formdata=None),
        changes=wrong if isinstance(wrong, ChangesForm) else ChangesForm(formdata=None),
        refusal=wrong if isinstance(wrong, RefusalForm) else RefusalForm(formdata=None),
        longest=LONGEST_REASON,
    )
