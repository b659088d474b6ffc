"""An organisation proposes a session, corrects it, takes it back; who is trusted publishes at once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, delete, or_, select

from eventsapp.agenda.models import RegistrationMode
from eventsapp.codes import link_token
from eventsapp.database import db, rows_changed
from eventsapp.media import keeping
from eventsapp.people import approvals
from eventsapp.people.models import Account, Organisation
from eventsapp.proposals import publishing
from eventsapp.proposals.answers import Answers, check, languages_of
from eventsapp.proposals.models import OPEN, Proposal, ProposalStatus
from eventsapp.proposals.steps import lock, move, note
from eventsapp.refusals import Refusal, msgid

KEPT = timedelta(days=365)
"""How long a proposal that became nothing is kept."""


class NotApproved(Refusal):
    """The organisation may not act in the territory of that action (any more)."""

    sentence = msgid("Votre structure n’a pas l’accord de cet arrondissement : choisissez une autre action.")


class TerritoryChanged(Refusal):
    """A correction does not move a proposal to other coordinators."""

    sentence = msgid("Pour un autre arrondissement, faites une nouvelle proposition.")


def new_form() -> str:
    """What tells a form from every other, so that one sent twice is one proposal."""
    return link_token()[:32]


def submit(
    organisation: Organisation,
    answers: Answers,
    *,
    form: str,
    by: Account,
    now: datetime,
    continues: Proposal | None = None,
) -> Proposal:
    """Proposes a session; published at once where the organisation is trusted. A form sent twice gives what
    it gave the first time. With `continues`, its dates join the series of that proposal.

    Raises NotApproved, and what `answers.check` raises.
    """
    form = form[:40] or new_form()
    known = _sent_before(organisation, form)
    if known is not None:
        return known
    trusted = _is_trusted(organisation, answers, now)
    proposal = Proposal(
        organisation=organisation,
        territory_id=answers.action.territory_id,
        form=form,
        asked_by=by,
        submitted_at=now,
        status=ProposalStatus.WAITING,
        continues_id=None if continues is None else continues.continues_id or continues.id,
    )
    _fill(proposal, answers, now)
    db.session.add(proposal)
    db.session.flush()
    note(by.actor, "submitted", proposal, now=now)
    if trusted:
        publishing.publish(proposal, actor=by.actor, now=now)
    return proposal


def correct(proposal: Proposal, answers: Answers, *, by: Account, now: datetime) -> None:
    """Answers what a coordinator asked, or mends a slip while it waits; it waits (again), or is published at
    once where the organisation is trusted.

    Raises ProposalIsSettled, TerritoryChanged, NotApproved, and what `answers.check` raises.
    """
    lock(proposal)
    move(proposal, ProposalStatus.WAITING)
    if answers.action.territory_id != proposal.territory_id:
        raise TerritoryChanged(field="action")
    trusted = _is_trusted(proposal.organisation, answers, now)
    before = proposal.picture
    _fill(proposal, answers, now)
    proposal.asked_by, proposal.submitted_at, proposal.reason = by, now, ""
    proposal.edition += 1
    db.session.flush()
    if before is not None and before is not proposal.picture:
        keeping.forget(before)
    note(by.actor, "corrected", proposal, now=now)
    if trusted:
        publishing.publish(proposal, actor=by.actor, now=now)


def withdraw(proposal: Proposal, *, actor: str, now: datetime) -> None:
    """Takes a proposal back that nobody has published. Raises ProposalIsSettled."""
    lock(proposal)
    move(proposal, ProposalStatus.WITHDRAWN)
    proposal.settled_at = now
    before, proposal.picture, proposal.picture_alternative = proposal.picture, None, ""
    db.session.flush()
    if before is not None:
        keeping.forget(before)
    note(actor, "withdrawn", proposal, now=now)


def forget_old(now: datetime) -> int | None:
    """Deletes what was refused or withdrawn a year ago, or has waited a year: how many, or None for none.

    What was published stays, with who asked for it, as long as its activity.
    """
    became_nothing = Proposal.status.in_((ProposalStatus.REFUSED, ProposalStatus.WITHDRAWN))
    old = or_(
        and_(became_nothing, Proposal.settled_at <= now - KEPT),
        and_(Proposal.status.in_(OPEN), Proposal.submitted_at <= now - KEPT),
    )
    return rows_changed(delete(Proposal).where(old)) or None


def _sent_before(organisation: Organisation, form: str) -> Proposal | None:
    return db.session.scalars(
        select(Proposal).where(Proposal.organisation_id == organisation.id, Proposal.form == form)
    ).first()


def _is_trusted(organisation: Organisation, answers: Answers, now: datetime) -> bool:
    approval = approvals.approval_of(organisation, answers.action.territory)
    if approval is None:
        raise NotApproved(field="action")
    return approval.is_trusted


def _fill(proposal: Proposal, answers: Answers, now: datetime) -> None:
    checked = check(answers, now=now)
    picture = keeping.keep(answers.renewed, now=now) if answers.renewed else answers.picture
    values: dict[str, Any] = {
        "action": answers.action,
        "venue": answers.venue,
        "topic": answers.topic,
        "title": checked.title,
        "summary": checked.summary,
        "description": checked.description,
        "day": answers.day,
        "start": answers.start,
        "minutes": answers.minutes,
        "rule": answers.rule.to_dict() if answers.rule and not answers.sessions else None,
        "sessions": [[one.starts_at.isoformat(), one.ends_at.isoformat()] for one in sorted(answers.sessions)]
        or None,
        "audience": answers.audience,
        "spoken_languages": languages_of(answers.spoken_languages),
        "accessibility": [one.value for one in answers.accessibility],
        "registration": RegistrationMode.COUNTED if answers.is_counted else RegistrationMode.NONE,
        "capacity": answers.capacity if answers.is_counted else None,
        "picture": picture,
        "picture_alternative": checked.alternative,
    }
    for name, value in values.items():
        setattr(proposal, name, value)
