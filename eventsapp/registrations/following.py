"""What registrations do when an event changes: they tell their people, each what they do not know yet.

`app.bind_listeners` binds this module to `agenda.telling`. Every registration remembers what its
people were last told; who knows how things stand gets no letter. Who has a seat gets the change into
the calendar too, once per mailbox even if two families share it; who waits gets words only.
"""

from __future__ import annotations

from datetime import datetime

from eventsapp.agenda.listeners import Change
from eventsapp.agenda.models import Event, RegistrationMode
from eventsapp.registrations import booking, calendars, letters, listings, offers, seats
from eventsapp.registrations.models import Registration, RegistrationStatus


def event_changed(change: Change, now: datetime) -> None:
    """Hour, place or state of an event changed. What is over by then is told to nobody; registrations
    stay as they are when it is cancelled: it may be restored."""
    event = change.event
    if event.registration is RegistrationMode.NONE or event.ends_at <= now:
        return
    mailboxes: set[str] = set()
    parties = listings.active_at(event)
    if not event.is_cancelled:
        calendars.follow(event, parties, now)
    for registration in parties:
        if registration.told != event.terms or change.room:
            _tell(registration, mailboxes, now)
            registration.told = event.terms
            registration.leaves_at = None  # their no was to what it was before


def places_opened(event: Event, now: datetime) -> None:
    """`event` takes place after all, has more places or other rules: they go at once to those who wait,
    before others register."""
    if event.registration is RegistrationMode.COUNTED:
        locked = seats.locked(event.id)
        offers.review(locked, now)
        booking.seat_waiting(locked, actor="worker", now=now)


def _tell(registration: Registration, mailboxes: set[str], now: datetime) -> None:
    """One letter, as far as they know; the first of a seated mailbox carries its calendar."""
    address = (registration.contact.email or "").lower()
    seated = registration.status is RegistrationStatus.CONFIRMED
    hears = not registration.contact.wants_no_messages
    with_calendar = bool(address) and seated and hears and address not in mailboxes
    if with_calendar:
        mailboxes.add(address)
    if registration.event.is_cancelled:
        letters.called_off(registration, with_calendar=with_calendar, now=now)
    elif registration.told.is_cancelled:
        letters.restored(registration, with_calendar=with_calendar, now=now)
    else:
        letters.rescheduled(registration, with_calendar=with_calendar, now=now)
