"""What calendars were told is forgotten, address by address."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select

from eventsapp.agenda import fragments, revisions
from eventsapp.agenda.models import Event
from eventsapp.database import db, rows_changed
from eventsapp.invitations.incoming_models import IncomingMail
from eventsapp.invitations.models import Capacity, Invitation

KEPT = timedelta(days=60)
"""How long after an event it is kept which hosts and places were invited."""


def forget(event_id: int, addresses: Collection[str]) -> int:
    """Deletes the invitations of who registered for an event at these addresses; how many. Whoever is asked
    to come as host or place, too, stays invited."""
    wanted = {address.lower() for address in addresses}
    if not wanted:
        return 0
    return rows_changed(
        delete(Invitation).where(
            Invitation.event_id == event_id,
            Invitation.address.in_(wanted),
            Invitation.invited_as == Capacity.GUEST,
        )
    )


def outlive(event: Event, addresses: Collection[str], now: datetime) -> None:
    """Before these are forgotten while the event is still to come: whoever registers there again is invited
    above what that calendar has heard, though nobody remembers it (RULES Q9). The event itself remembers,
    without any address. The caller has locked it."""
    wanted = {address.lower() for address in addresses}
    told = select(func.max(Invitation.sequence)).where(
        Invitation.event_id == event.id, Invitation.address.in_(wanted)
    )
    highest = db.session.scalar(told) if event.ends_at > now else None
    if highest is not None and event.sequence <= highest:
        event.sequence = highest + 1
        db.session.flush()
        fragments.write(event)
        revisions.revise(event.territory_id, now)


def forget_all(event_id: int) -> int:
    """Deletes every invitation of an event; how many."""
    return rows_changed(delete(Invitation).where(Invitation.event_id == event_id))


def forget_mails(about: Collection[str]) -> int:
    """Deletes the mails of whom these are about (as of letters: « registration:12 »); how many."""
    if not about:
        return 0
    return rows_changed(delete(IncomingMail).where(IncomingMail.about.in_(about)))


def forget_hosts(now: datetime) -> int | None:
    """Deletes the invitations of hosts and places to what was over KEPT ago; how many, or None."""
    over = select(Event.id).where(Event.ends_at <= now - KEPT)
    gone = delete(Invitation).where(Invitation.invited_as != Capacity.GUEST, Invitation.event_id.in_(over))
    return rows_changed(gone) or None
