"""What registrations do when an event changes: they tell their people, in the same transaction.

`app.bind_listeners` binds this module to `agenda.scheduling`. Who has a seat gets the change into
the calendar too, once per mailbox even if two families share it; who waits gets words only.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from eventsapp.agenda.models import Event, RegistrationMode
from eventsapp.registrations import booking, letters, listings, seats
from eventsapp.registrations.models import Registration, RegistrationStatus


def event_rescheduled(event: Event, now: datetime) -> None:
    """The hour or the place of `event` changed. What is over by then is told to nobody."""
    for registration, with_calendar in _concerned(event, now):
        letters.rescheduled(registration, with_calendar=with_calendar, now=now)


def event_cancelled(event: Event, now: datetime) -> None:
    """`event` does not take place. Registrations stay as they are: it may be restored."""
    for registration, with_calendar in _concerned(event, now):
        letters.called_off(registration, with_calendar=with_calendar, now=now)


def event_restored(event: Event, now: datetime) -> None:
    """`event` takes place after all; seats freed meanwhile go to those who wait."""
    for registration, with_calendar in _concerned(event, now):
        letters.restored(registration, with_calendar=with_calendar, now=now)
    if event.registration is RegistrationMode.COUNTED:
        booking.seat_waiting(seats.locked(event.id), actor="worker", now=now)


def _concerned(event: Event, now: datetime) -> Iterator[tuple[Registration, bool]]:
    """Each active registration, and whether its letter carries the calendar of its mailbox."""
    if event.registration is RegistrationMode.NONE or event.ends_at <= now:
        return
    told: set[str] = set()
    for registration in listings.active_at(event):
        address = (registration.contact.email or "").lower()
        seated = registration.status is RegistrationStatus.CONFIRMED
        first = bool(address) and seated and address not in told
        if first:
            told.add(address)
        yield registration, first
