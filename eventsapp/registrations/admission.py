"""Whether an event takes registrations, and from whom: the checks of `booking`, by name.

Each is asked twice: when a page is shown or a form sent, to tell the reader early, and again in
the transaction that registers, where it counts.
"""

from __future__ import annotations

from datetime import datetime

from eventsapp.agenda.models import Event, RegistrationMode
from eventsapp.refusals import Conflict, Refusal, msgid
from eventsapp.registrations import capacity, seats
from eventsapp.registrations.capacity import Load


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


class PartyOverQuota(Refusal):
    """More people of one sort (children, under 6, adults) than the event ever takes."""

    sentence = msgid("Ce rendez-vous ne prend pas autant de personnes de cet âge. Appelez-nous.")


class TooFewAdults(Refusal):
    """Each adult looks after so many children at most."""

    sentence = msgid("Ici, un adulte accompagne %(most)s enfants au plus. Venez avec un adulte de plus.")


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


def require_possible(event: Event, load: Load) -> None:
    """Raises PartyOverCapacity, PartyOverQuota or TooFewAdults, beside the number of adults."""
    entry = event.entry
    if load.seats > (event.capacity or 0):
        raise PartyOverCapacity(field="adults", seats=load.seats, capacity=event.capacity)
    if not capacity.could_ever_fit(load, seats.limits_of(event)):
        raise PartyOverQuota(field="adults")
    if entry.children_per_adult is not None and load.children > load.adults * entry.children_per_adult:
        raise TooFewAdults(field="adults", most=entry.children_per_adult)
