"""Who gets a seat: a party sits together or waits together.

Fairness, first form. A party that does not fit waits in the order of arrival. When seats are
freed, the queue is read in that order and every party that fits is seated, in the same
transaction ("the first that fits"). So the seats that remain never fit anybody who waits before
them, and a smaller newcomer may take them: an empty chair helps nobody. A large family can be
overtaken by smaller ones; its rank is shown, and a strict order is a choice for later.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

Party = TypeVar("Party")


def fits(seats: int, *, capacity: int, taken: int) -> bool:
    """Whether a party of `seats` people finds room for all of them."""
    return 0 < seats <= capacity - taken


def could_ever_fit(seats: int, *, capacity: int) -> bool:
    """Whether the party would fit into an empty room; waiting makes no sense otherwise."""
    return 0 < seats <= capacity


def seated_from_queue(free: int, queue: Iterable[tuple[Party, int]]) -> list[Party]:
    """The parties to seat when `free` seats are there, given the queue as (party, seats) in order."""
    seated: list[Party] = []
    for party, seats in queue:
        if fits(seats, capacity=free, taken=0):
            seated.append(party)
            free -= seats
        if free <= 0:
            break
    return seated
