"""The steps of a proposal, one at a time, each with its line in the journal."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from eventsapp import journal
from eventsapp.database import db
from eventsapp.proposals.models import MOVES, Proposal, ProposalStatus
from eventsapp.refusals import Conflict, msgid


class ProposalIsSettled(Conflict):
    """It was answered or taken back meanwhile."""

    sentence = msgid("Cette proposition est déjà réglée.")


def lock(proposal: Proposal) -> None:
    """One answer at a time, each seeing what the one before left."""
    db.session.execute(select(Proposal.id).where(Proposal.id == proposal.id).with_for_update())
    db.session.refresh(proposal)


def move(proposal: Proposal, status: ProposalStatus) -> None:
    """The next step of a proposal. Raises ProposalIsSettled where the table of moves has none."""
    if status not in MOVES[proposal.status]:
        raise ProposalIsSettled()
    proposal.status = status


def note(actor: str, verb: str, proposal: Proposal, *, now: datetime) -> None:
    """Writes down who did what to a proposal, for the journal of its territory."""
    journal.note(
        actor,
        verb,
        proposal,
        now=now,
        territory_id=proposal.territory_id,
        organisation=proposal.organisation_id,
    )
