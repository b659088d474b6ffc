"""Who gets a seat: a party sits together or waits together, and nobody waits for ever (pure).

Who does not fit waits, in the order of arrival. When seats are freed, and when somebody new registers, the
queue is asked first, by the rule of the event (`QueueOrder`):

- STRICT: the first of the list alone, until it has its seats; nobody passes, newcomers wait behind it.
- FIRST_FIT: the first that fits. A smaller party may pass a larger one, since an empty chair helps nobody,
  but MOST_OVERTAKINGS times at most: from then on what comes free is kept for it, and newcomers wait too.

A party that lacks a quota (no more under 6, say) while chairs are free would, held so, leave a hall half
empty. So with FIRST_FIT what is kept for it is what it needs and no more: somebody who takes nothing of what
it lacks, and leaves it all else that it needs, sits *beside* it. That costs it no turn and is no overtaking.
STRICT knows no such passing: it is chosen to be without exception, and desks are told why chairs stay free.
A party that could never fit (the room was made smaller since) holds nobody up and is never overtaken.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from eventsapp.agenda.entry_rules import QueueOrder

Party = TypeVar("Party")

MOST_OVERTAKINGS = 3
"""How many later parties may be seated before a waiting one. With none, chairs stay empty while a large
family waits; without a bound it waits for ever (pretix#974). Three is small enough to be said in a sentence
and to be believed, and lets the two or three chairs left of most of our events be used."""


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

    @property
    def takes_something(self) -> bool:
        """A place, or one of a sort that a quota may count: a child in an adult's place does."""
        return max(self.seats, self.adults, self.children, self.under_6) > 0

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

    def leave(self, kept: Load, newcomers: Load) -> bool:
        """Whether newcomers use only what remains beside `kept`, none of them of a sort that is used up."""
        return all(
            added <= 0 or _within(present + added, most)
            for present, added, most in (
                (kept.seats, newcomers.seats, self.capacity),
                (kept.adults, newcomers.adults, self.most_adults),
                (kept.children, newcomers.children, self.most_children),
                (kept.under_6, newcomers.under_6, self.most_under_6),
            )
        )


class Hindrance(enum.Enum):
    """Why a party is not seated: the first reason that holds."""

    NEVER = "never"
    """It would not fit into an empty room."""
    NO_ROOM = "no_room"
    """Fewer places are free than it has people."""
    QUOTA = "quota"
    """Places enough are free; of one sort of people as many have one as may."""
    BEHIND = "behind"
    """STRICT, and somebody waits before it."""
    KEPT = "kept"
    """It would fit, into what is kept for somebody who was overtaken often enough."""


@dataclass(frozen=True)
class Waiting(Generic[Party]):
    """A party of the queue, what it weighs, and how often it was overtaken."""

    party: Party
    load: Load
    overtaken: int = 0


@dataclass
class Seating(Generic[Party]):
    """What the rule says: who is seated, who waits on and why, and who was overtaken how often by now."""

    seated: list[Party] = field(default_factory=list)
    waiting: list[tuple[Party, Hindrance]] = field(default_factory=list)
    overtaken: list[tuple[Party, int]] = field(default_factory=list)
    """Only those for whom it has changed."""


def fits(party: Load, limits: Limits, taken: Load) -> bool:
    """Whether a party finds room for all of them beside those seated."""
    return party.seats > 0 and limits.hold(taken + party)


def could_ever_fit(party: Load, limits: Limits) -> bool:
    """Whether the party would fit into an empty room; waiting makes no sense otherwise."""
    return fits(party, limits, Load())


def seated_from_queue(
    order: QueueOrder, limits: Limits, taken: Load, queue: Iterable[Waiting[Party]]
) -> Seating[Party]:
    """Who of the queue, given in its order, is seated beside those of `taken`."""
    room, result = _Room[Party](order, limits, taken), Seating[Party]()
    for one in queue:
        hindrance = room.hindrance(one.load)
        if hindrance is None:
            room.seat(one.load)
            result.seated.append(one.party)
        else:
            room.pass_over(one)
            result.waiting.append((one.party, hindrance))
    result.overtaken = room.newly_overtaken()
    return result


def admitted(
    order: QueueOrder, limits: Limits, taken: Load, queue: Iterable[Waiting[Party]], newcomers: Load
) -> tuple[Hindrance | None, list[tuple[Party, int]]]:
    """Whether newcomers are seated at once while others wait (None: they are), and whom that overtakes.

    The same for those who have seats and want more: what is kept for others is not theirs.
    """
    room = _Room[Party](order, limits, taken)
    for one in queue:
        room.pass_over(one)
    hindrance = room.hindrance(newcomers) if newcomers.seats > 0 else room.hindrance_of_exchange(newcomers)
    if hindrance is None:
        room.seat(newcomers)
    return hindrance, room.newly_overtaken()


def largest_admitted(
    order: QueueOrder,
    limits: Limits,
    taken: Load,
    queue: Iterable[Waiting[Party]],
    newcomers: Load,
    children_per_adult: int | None = None,
) -> Load:
    """The most of a party that `admitted` would seat at once, an adult among them: all of them, some, or
    nobody (the empty Load)."""
    room = _Room[Party](order, limits, taken)
    for one in queue:
        room.pass_over(one)
    parts = sorted(_parts(newcomers, children_per_adult), key=lambda part: -part.seats)
    return next((part for part in parts if room.hindrance(part) is None), Load())


class _Room(Generic[Party]):
    """The event while the queue is read: what is taken, who was passed over, what is kept for them."""

    def __init__(self, order: QueueOrder, limits: Limits, taken: Load) -> None:
        self.order, self.limits, self.taken = order, limits, taken
        self.kept = Load()
        self.ahead: list[Waiting[Party]] = []
        self.counts: list[int] = []

    def hindrance(self, load: Load) -> Hindrance | None:
        if not could_ever_fit(load, self.limits):
            return Hindrance.NEVER
        if not fits(load, self.limits, self.taken):
            enough = self.taken.seats + load.seats <= self.limits.capacity
            return Hindrance.QUOTA if enough else Hindrance.NO_ROOM
        if self.order is QueueOrder.STRICT and self.ahead:
            return Hindrance.BEHIND
        if not self.limits.leave(self.taken + self.kept, load):
            return Hindrance.KEPT
        return None

    def hindrance_of_exchange(self, load: Load) -> Hindrance | None:
        """Of others in the place of some who have seats: only what a quota counts can be somebody else's."""
        is_strict = self.order is QueueOrder.STRICT
        kept = sum((one.load for one in self.ahead), Load()) if is_strict else self.kept
        if self.limits.leave(self.taken + kept, load):
            return None
        return Hindrance.BEHIND if is_strict else Hindrance.KEPT

    def pass_over(self, one: Waiting[Party]) -> None:
        """It waits on, and those after it may overtake it; if it has hope at all."""
        if not could_ever_fit(one.load, self.limits):
            return
        self.ahead.append(one)
        self.counts.append(one.overtaken)
        if self._is_owed(one.overtaken):
            self.kept += one.load

    def seat(self, load: Load) -> None:
        """Takes the seats; whoever waits before is overtaken, unless these sit beside them."""
        for place, one in enumerate(self.ahead):
            if self.limits.leave(self.taken + one.load, load):
                continue
            self.counts[place] += 1
            if self.counts[place] == MOST_OVERTAKINGS:
                self.kept += one.load
        self.taken += load

    def newly_overtaken(self) -> list[tuple[Party, int]]:
        return [
            (one.party, count)
            for one, count in zip(self.ahead, self.counts, strict=True)
            if count != one.overtaken
        ]

    def _is_owed(self, overtaken: int) -> bool:
        return self.order is QueueOrder.FIRST_FIT and overtaken >= MOST_OVERTAKINGS


def _within(number: int, most: int | None) -> bool:
    return most is None or number <= most


def _parts(party: Load, children_per_adult: int | None) -> Iterator[Load]:
    """What some of a party weigh, or all of them, in every way that has an adult for its children."""
    for adults in range(1, party.adults + 1):
        for under_6 in range(party.under_6 + 1):
            for older in range(party.children - party.under_6 + 1):
                children = under_6 + older
                if children_per_adult is None or children <= adults * children_per_adult:
                    yield Load(adults + children, children, under_6)
