"""The link by which who holds a school Saturday says whether they come: one date, one mailbox, no account.

Derived, as reply tokens are (RULES I1): the reply token says which invitation, 256 bits of HMAC under
LETTERS_KEY prove that we sent it, and nothing is stored. It lapses by itself: with the date, with its
cancelling, with who holds it.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from eventsapp.agenda.models import Event
from eventsapp.codes import derived_token
from eventsapp.convening import asked
from eventsapp.database import db
from eventsapp.invitations import parties
from eventsapp.invitations.models import Capacity, Invitation
from eventsapp.refusals import Refusal, msgid
from eventsapp.settings import setting

PATH = "/structure"
_REPLY_TOKEN = 16


class ComingLinkDoesNotWork(Refusal):
    """Never ours, or of a date that is over, cancelled or held by others; which is nobody's business."""

    sentence = msgid("Ce lien ne marche plus.")
    status = 410


@dataclass(frozen=True)
class Behind:
    """Whoever a link speaks to: of which event, for which organisation, and as journals name them."""

    event: Event
    office: str
    actor: str


def address_for(event: Event, mailbox: str) -> str:
    """The public address of the link of who is invited there, in whatever case it is written."""
    invitation = db.session.scalars(
        select(Invitation).where(Invitation.event_id == event.id, Invitation.address == mailbox.lower())
    ).one()
    return f"{setting('PUBLIC_URL')}{PATH}/{token_of(invitation)}"


def token_of(invitation: Invitation) -> str:
    """The token; where the secret has changed since, former links lead nowhere."""
    secret = str(setting("LETTERS_KEY") or setting("SECRET_KEY"))
    return invitation.token + derived_token(secret, "coming", invitation.token)


def behind(token: str, *, now: datetime) -> Behind:
    """Who answers by this link. Raises ComingLinkDoesNotWork; a constant number of statements."""
    invitation = parties.by_token(token[:_REPLY_TOKEN])
    if invitation is None or not hmac.compare_digest(token_of(invitation).encode(), token.encode()):
        raise ComingLinkDoesNotWork()
    one, event = asked.now_at(invitation), invitation.event
    host = parties.host_of(invitation)
    if one is None or host is None or one.capacity is not Capacity.HOST or event.ends_at <= now:
        raise ComingLinkDoesNotWork()
    return Behind(event, one.office, host.actor)
