"""A calendar has lost the date and asks for it again (REFRESH, RULES I13)."""

from __future__ import annotations

from datetime import datetime

from eventsapp.answers import hosts
from eventsapp.answers.replies import NOT_INVITED, OVER, STATE, Verdict, was_just_sent
from eventsapp.database import db
from eventsapp.invitations.incoming_models import MailState
from eventsapp.invitations.models import Invitation, Method
from eventsapp.registrations import letters, listings, seats

JUST_SENT = "vient_d_etre_envoyee"


def apply(invitation: Invitation, *, now: datetime) -> Verdict:
    """Sends the date as it is, to the mailbox that was invited and never to who asks."""
    event = seats.locked(invitation.event_id)
    db.session.refresh(invitation, STATE)
    if invitation.method is Method.CANCEL or event.is_cancelled:
        return Verdict(MailState.IGNORED, NOT_INVITED)
    if event.ends_at <= now:
        return Verdict(MailState.IGNORED, OVER)
    if was_just_sent(invitation, now):
        return Verdict(MailState.IGNORED, JUST_SENT)
    seated = listings.seated_at_mailbox(event, invitation.address)
    is_sent = hosts.send_again(invitation, event, now=now)
    if not is_sent and seated:  # who is asked as host no more, or too late, may come as a guest all the same
        is_sent = letters.calendar_again(seated[0], now=now)
    if not is_sent:
        return Verdict(MailState.IGNORED, OVER if event.starts_at <= now else NOT_INVITED, seated)
    invitation.refreshed_at = now
    return Verdict(MailState.DONE, "", seated)
