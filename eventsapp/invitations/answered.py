"""What calendars answered to the invitations of an event."""

from __future__ import annotations

from sqlalchemy import select

from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.invitations.models import Invitation


def at(event: Event) -> dict[str, Invitation]:
    """The invitations that were answered, by their address in lower case; one statement."""
    found = db.session.scalars(
        select(Invitation).where(Invitation.event_id == event.id, Invitation.answered_at.is_not(None))
    )
    return {one.address: one for one in found}
