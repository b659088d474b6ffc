"""What whoever proposed a session hears of it: published, to be changed, refused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from flask_babel import force_locale, gettext

from eventsapp.agenda.models import Event
from eventsapp.languages import DEFAULT, known
from eventsapp.mailroom import outbox
from eventsapp.mailroom.outbox import OutgoingLetter, Reader, Sender
from eventsapp.proposals.models import Proposal
from eventsapp.settings import setting


def published(proposal: Proposal, events: Sequence[Event], *, now: datetime) -> None:
    """It stands in the agenda: how many dates, the first of them, and its page."""
    first = events[0]
    address = f"{setting('PUBLIC_URL')}/e/{first.code}"
    _post("published", proposal, {"first": first.starts_at, "dates": len(events), "address": address}, now)


def changes_asked(proposal: Proposal, *, now: datetime) -> None:
    """What is to be changed, in the coordinator's words."""
    _post("changes_asked", proposal, {"reason": proposal.reason, "address": _desk(proposal)}, now)


def refused(proposal: Proposal, *, now: datetime) -> None:
    """Why not, in the coordinator's words."""
    _post("refused", proposal, {"reason": proposal.reason}, now)


def _desk(proposal: Proposal) -> str:
    """Its page in the desk of the organisation, behind the sign-in."""
    organisation = f"{setting('PUBLIC_URL')}/pro/organisations/{proposal.organisation_id}"
    return f"{organisation}/propositions/{proposal.id}"


def _post(letter: str, proposal: Proposal, context: dict[str, Any], now: datetime) -> None:
    account = proposal.asked_by
    if account.closed_at is not None:  # whoever has left is written to no more
        return
    context |= {
        "name": account.name,
        # A mailbox is read over shoulders: a sensitive action is not named there (decision 5).
        "title": "" if proposal.action.is_sensitive else proposal.title,
        "organisation": proposal.organisation.name,
        "territory": proposal.territory.ordinal,
    }
    with force_locale((known(account.language) or DEFAULT).locale):
        sender = gettext("L’agenda des quartiers")
    outbox.post(
        OutgoingLetter(
            kind=f"proposals/{letter}",
            reader=Reader(name=account.name, language=account.language, email=account.email),
            sender=Sender(name=sender, address=setting("MAIL_DEFAULT_SENDER")),
            context=context,
            territory_id=proposal.territory_id,
            useless_after=now + timedelta(days=30),
        ),
        now=now,
    )
