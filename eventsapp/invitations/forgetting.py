"""What calendars were told is forgotten, address by address."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete

from eventsapp.database import rows_changed
from eventsapp.invitations.models import Invitation


def forget(event_id: int, addresses: Collection[str]) -> int:
    """Deletes the invitations of an event for these addresses; how many."""
    wanted = {address.lower() for address in addresses}
    if not wanted:
        return 0
    return rows_changed(
        delete(Invitation).where(Invitation.event_id == event_id, Invitation.address.in_(wanted))
    )


def forget_all(event_id: int) -> int:
    """Deletes every invitation of an event; how many."""
    return rows_changed(delete(Invitation).where(Invitation.event_id == event_id))
