"""How far ahead and how many: what is more was mistyped, and is refused before anybody is told."""

from __future__ import annotations

from datetime import timedelta

from eventsapp.refusals import Refusal, msgid

MOST_PLACES = 2000
"""More than a large hall holds."""
FURTHEST = timedelta(days=2 * 366)
"""Two years: a slip of the finger in a year is refused, not announced."""


class DayTooFar(Refusal):
    """More than FURTHEST from now."""

    sentence = msgid("Cette date est dans plus de deux ans : vérifiez l’année.")


class CapacityOdd(Refusal):
    """Less than one place, or more than a large hall holds. Parameter: `most`."""

    sentence = msgid("Écrivez un nombre de places entre 1 et %(most)s.")


class CapacityBelowSeats(Refusal):
    """Nobody loses a place because a number was typed. Parameter: `taken`."""

    sentence = msgid("%(taken)d places sont déjà prises : il ne peut pas y en avoir moins.")


def check_places(number: int) -> None:
    """Raises CapacityOdd."""
    if not 0 < number <= MOST_PLACES:
        raise CapacityOdd(field="capacity", most=MOST_PLACES)


def check_seats(number: int, taken: int) -> None:
    """Raises CapacityBelowSeats."""
    if number < taken:
        raise CapacityBelowSeats(field="capacity", taken=taken)
