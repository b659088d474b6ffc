"""Who gets a seat: a party sits together or waits together.

Fairness, first form. A party that does not fit waits in the order of arrival. When seats are
freed, the queue is read in that order and every party that fits is seated, in the same
transaction ("the first that fits"). So the seats that remain never fit anybody who waits before
them, and a smaller newcomer may take them: an empty chair helps nobody. A large family can be
overtaken by smaller ones; its rank is shown, and a strict order is a choice for later.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

Party = TypeVar("Party")


@dataclass(frozen=True)
class Load:
    """What a party, or all those seated, weigh: people, the children (under 18) and under 6 of them."""

    seats: int = 0
    children: int = 0
    under_6: int = 0

    @property
    def adults(self) -> int:
        """Those of 18 and over."""
        return self.seats - self.children

    def __add__(self, other: Load) -> Load:
        return Load(self.seats + other.seats, self.children + other.children, self.under_6 + other.under_6)

    def __sub__(self, other: Load) -> Load:
        return Load(self.seats - other.seats, self.children - other.children, self.under_6 - other.under_6)


@dataclass(frozen=True)
class Limits:
    """Places in all, and quotas among them where the event sets some."""

    capacity: int
    most_adults: int | None = None
    most_children: int | None = None
    most_under_6: int | None = None

    def hold(self, load: Load) -> bool:
        """Whether so many people find room, each quota kept."""
        return (
            load.seats <= self.capacity
            and _within(load.adults, self.most_adults)
            and _within(load.children, self.most_children)
            and _within(load.under_6, self.most_under_6)
        )


def fits(party: Load, limits: Limits, taken: Load) -> bool:
    """Whether a party finds room for all of them beside those seated."""
    return party.seats > 0 and limits.hold(taken + party)


def could_ever_fit(party: Load, limits: Limits) -> bool:
    """Whether the party would fit into an empty room; waiting makes no sense otherwise."""
    return fits(party, limits, Load())


def seated_from_queue(limits: Limits, taken: Load, queue: Iterable[tuple[Party, Load]]) -> list[Party]:
    """The parties to seat beside those of `taken`, given the queue as (party, what it weighs) in order."""
    seated: list[Party] = []
    for party, load in queue:
        if fits(load, limits, taken):
            seated.append(party)
            taken += load
        if taken.seats >= limits.capacity:
            break
    return seated


def _within(number: int, most: int | None) -> bool:
    return most is None or number <= most
