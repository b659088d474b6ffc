"""A registration goes from one state to another, and the journal says so."""

from __future__ import annotations

from datetime import datetime

from eventsapp import journal
from eventsapp.registrations.models import REGISTRATION_MOVES, Registration, RegistrationStatus


def move(registration: Registration, status: RegistrationStatus, now: datetime) -> None:
    """Goes to `status`; an offer ends with its state. Raises ValueError for a move of no table."""
    if status not in REGISTRATION_MOVES[registration.status]:
        raise ValueError(f"{registration.status} does not become {status}")
    registration.status, registration.changed_at = status, now
    registration.offered_at = now if status is RegistrationStatus.OFFERED else None
    registration.answer_by = None
    if status is RegistrationStatus.CANCELLED:
        registration.leaves_at = None


def note(actor: str, verb: str, registration: Registration, now: datetime) -> None:
    """One line of the journal, without anybody's name."""
    journal.note(
        actor,
        verb,
        registration,
        now=now,
        territory_id=registration.event.territory_id,
        seats=registration.seats,
        event=registration.event_id,
    )
