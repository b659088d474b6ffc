"""Whether an event takes registrations, and from whom: the checks of `booking`, by name.

Each is asked twice: when a page is shown or a form sent, to tell the reader early, and again in
the transaction that registers, where it counts.
"""

from __future__ import annotations

from datetime import datetime

from eventsapp.agenda.models import Event, RegistrationMode
from eventsapp.refusals import Conflict, Refusal, msgid
from eventsapp.registrations import capacity


class NoRegistrationNeeded(Conflict):
    """One just comes."""

    sentence = msgid("On vient sans inscription. Venez, tout simplement.")


class EventCancelled(Conflict):
    """It does not take place."""

    sentence = msgid("Ce rendez-vous est annulé. On ne peut plus s’y inscrire.")


class EventStarted(Conflict):
    """It is going on: the people at the door know whether there is room."""

    sentence = msgid("Ce rendez-vous a déjà commencé. On ne peut plus s’y inscrire ici.")


class EventOver(Conflict):
    """It is past."""

    sentence = msgid("Ce rendez-vous est passé. On ne peut plus s’y inscrire.")


class PartyOverCapacity(Refusal):
    """More people than the event ever seats: waiting would be in vain."""

    sentence = msgid(
        "Vous êtes %(seats)s, et il y a %(capacity)s places en tout. Venez moins nombreux, ou appelez-nous."
    )


def require_open(event: Event, now: datetime) -> None:
    """Raises NoRegistrationNeeded, EventCancelled, EventOver or EventStarted."""
    if event.is_cancelled:
        raise EventCancelled()
    if event.ends_at <= now:
        raise EventOver()
    if event.registration is RegistrationMode.NONE:
        raise NoRegistrationNeeded()
    if event.starts_at <= now:
        raise EventStarted()


def require_possible(event: Event, seats: int) -> None:
    """Raises PartyOverCapacity, beside the number of adults."""
    if not capacity.could_ever_fit(seats, capacity=event.capacity or 0):
        raise PartyOverCapacity(field="adults", seats=seats, capacity=event.capacity)
