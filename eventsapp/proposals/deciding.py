"""What a coordinator answers to a proposal: yes, not like that, no. Whoever asked hears of it by mail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.people import approvals, contacts
from eventsapp.people.partner_requests import LONGEST_REASON, ReasonMissing
from eventsapp.proposals import letters, publishing
from eventsapp.proposals.models import Proposal, ProposalStatus
from eventsapp.proposals.steps import ProposalIsSettled, lock, move, note
from eventsapp.refusals import Conflict, msgid


class ProposalChanged(Conflict):
    """It was corrected since it was read."""

    sentence = msgid("La structure vient de corriger sa proposition : relisez-la avant de la publier.")


class NoLongerApproved(Conflict):
    """Whoever may not act here publishes nothing here."""

    sentence = msgid("Cette structure n’a plus l’accord de cet arrondissement.")


def publish(proposal: Proposal, *, edition: int, actor: str, now: datetime) -> list[Event]:
    """Yes, to what was read (`edition`): its dates to come stand in the agenda.

    Raises ProposalChanged, NoLongerApproved, ProposalIsSettled, SessionIsPast, CalendarNotCovered.
    """
    lock(proposal)
    if not proposal.is_open:
        raise ProposalIsSettled()
    if proposal.edition != edition:
        raise ProposalChanged()
    if approvals.approval_of(proposal.organisation, proposal.territory) is None:
        raise NoLongerApproved()
    events = publishing.publish(proposal, actor=actor, now=now)
    letters.published(proposal, events, now=now)
    return events


def ask_for_changes(proposal: Proposal, reason: str, *, actor: str, now: datetime) -> None:
    """Not like that: the organisation may correct it. Raises ReasonMissing, TooLong, Unwritable,
    ProposalIsSettled."""
    _say(proposal, ProposalStatus.CHANGES_ASKED, reason, letters.changes_asked, now)
    note(actor, "asked for changes", proposal, now=now)


def refuse(proposal: Proposal, reason: str, *, actor: str, now: datetime) -> None:
    """No, and why. Raises ReasonMissing, TooLong, Unwritable, ProposalIsSettled."""
    _say(proposal, ProposalStatus.REFUSED, reason, letters.refused, now)
    note(actor, "refused", proposal, now=now)


def _say(
    proposal: Proposal,
    status: ProposalStatus,
    reason: str,
    tell: Callable[..., None],
    now: datetime,
) -> None:
    said = contacts.text(reason, field="reason", longest=LONGEST_REASON)
    if not said:
        raise ReasonMissing(field="reason")
    lock(proposal)
    move(proposal, status)
    proposal.reason, proposal.settled_at = said, now if status is ProposalStatus.REFUSED else None
    db.session.flush()
    tell(proposal, now=now)
