"""Whether an event takes registrations, and from whom: the checks of `booking`, by name.

Each is asked twice: when a page is shown or a form sent, to tell the reader early, and again in
the transaction that registers, where it counts.
"""

from __future__ import annotations

from datetime import datetime

from eventsapp.agenda.models import Audience, Event, RegistrationMode
from eventsapp.refusals import Conflict, Refusal, msgid
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


class ForProfessionals(Conflict):
    """Nobody comes there as a family: each registers for an organisation."""

    sentence = msgid("Ce rendez-vous est entre professionnels : chacun s’y inscrit pour sa structure.")


class PartyOverCapacity(Refusal):
    """More people than the event ever seats: waiting would be in vain."""

    sentence = msgid(
        "Vous êtes %(seats)s, et il y a %(capacity)s places en tout. Venez moins nombreux, ou appelez-nous."
    )


class PartyOverQuota(Refusal):
    """More people of one sort than the event ever takes: waiting would be in vain."""

    sentence = msgid("Ce rendez-vous ne prend pas autant de personnes de cet âge. Appelez-nous.")


class TooManyAdults(PartyOverQuota):
    """Of 18 and over."""

    sentence = msgid(
        "Nombre d’adultes à ce rendez-vous : %(most)s au plus. Venez moins nombreux, ou appelez-nous."
    )


class TooManyChildren(PartyOverQuota):
    """Under 18."""

    sentence = msgid(
        "Nombre d’enfants à ce rendez-vous : %(most)s au plus. Venez moins nombreux, ou appelez-nous."
    )


class TooManyUnder6(PartyOverQuota):
    """Under 6."""

    sentence = msgid(
        "Nombre d’enfants de moins de 6 ans à ce rendez-vous : %(most)s au plus."
        " Venez moins nombreux, ou appelez-nous."
    )


class TooFewAdults(Refusal):
    """Each adult looks after so many children at most."""

    sentence = msgid("Nombre d’enfants pour un adulte : %(most)s au plus. Venez avec un adulte de plus.")


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


def require_families(event: Event) -> None:
    """Raises ForProfessionals."""
    if event.audience is Audience.PROFESSIONALS:
        raise ForProfessionals()


def require_possible(event: Event, load: Load) -> None:
    """Raises PartyOverCapacity, TooManyUnder6, TooManyChildren, TooManyAdults or TooFewAdults: beside the
    number of adults, or the first of those that count the children meant."""
    if load.seats > (event.capacity or 0):
        raise PartyOverCapacity(field="adults", seats=load.seats, capacity=event.capacity)
    entry = event.entry
    if _over(load.under_6, entry.most_under_6):
        raise TooManyUnder6(field="children_0_2", most=entry.most_under_6)
    if _over(load.children, entry.most_children):
        raise TooManyChildren(field="children_0_2", most=entry.most_children)
    if _over(load.adults, entry.most_adults):
        raise TooManyAdults(field="adults", most=entry.most_adults)
    if entry.children_per_adult is not None and load.children > load.adults * entry.children_per_adult:
        raise TooFewAdults(field="adults", most=entry.children_per_adult)


def _over(number: int, most: int | None) -> bool:
    return most is not None and number > most
