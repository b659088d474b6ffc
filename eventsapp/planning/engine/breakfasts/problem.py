"""Breakfasts to seat: frozen dataclasses, nothing else. Pure, no solver: every process may import it.

A season is a few editions in order. People who once sat at the same table have met. Weights and objectives
are whole numbers, lower is better.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from eventsapp.planning.engine.terms import Id, IncoherentProblem, expect_known, unique

Tables = tuple[tuple[Id, ...], ...]
"""Who sits at each table."""

Pair = frozenset[Id]
"""Two people, in no order."""


@dataclass(frozen=True, slots=True)
class Person:
    """A professional who comes to breakfasts, and where he or she works."""

    id: Id
    organisation: Id
    sector: str = ""


@dataclass(frozen=True, slots=True)
class Breakfast:
    """One that was held: who sat with whom. Its people may have left since."""

    id: Id
    tables: Tables


@dataclass(frozen=True, slots=True)
class Edition:
    """One to seat. `table_sizes` are seats: a table may have fewer people, or none.

    Each host is at a table of their own; `apart` are pairs who do not share a table.
    """

    id: Id
    attendees: tuple[Id, ...]
    table_sizes: tuple[int, ...]
    hosts: tuple[Id, ...] = ()
    apart: tuple[tuple[Id, Id], ...] = ()

    @property
    def usable(self) -> tuple[int, ...]:
        """The tables that have a seat."""
        return tuple(size for size in self.table_sizes if size)


@dataclass(frozen=True, slots=True)
class Weights:
    """What it costs that two at one table are of one organisation, and that they have met before."""

    same_organisation: int = 5
    repeat: int = 3


@dataclass(frozen=True, slots=True)
class Pin:
    """A person has been given a table by hand; `table` counts from 0 in `Edition.table_sizes`."""

    edition: Id
    table: int
    person: Id


@dataclass(frozen=True)
class Problem:
    """A season to seat. Raises IncoherentProblem when its parts do not fit together.

    `history` and `met_extra` are who has met before; both may name people who are no longer listed.
    """

    persons: tuple[Person, ...]
    editions: tuple[Edition, ...]
    history: tuple[Breakfast, ...] = ()
    met_extra: tuple[tuple[Id, Id], ...] = ()
    weights: Weights = Weights()
    pins: tuple[Pin, ...] = ()

    @cached_property
    def organisation(self) -> dict[Id, Id]:
        """Where each person works."""
        return {person.id: person.organisation for person in self.persons}

    @cached_property
    def met_before(self) -> frozenset[Pair]:
        """Who has met whom before the first edition."""
        pairs = {frozenset(pair) for pair in self.met_extra}
        for breakfast in self.history:
            for table in breakfast.tables:
                pairs.update(frozenset((a, b)) for i, a in enumerate(table) for b in table[:i])
        return frozenset(pair for pair in pairs if len(pair) > 1)

    @cached_property
    def acquaintances(self) -> dict[Id, frozenset[Id]]:
        """Whom each person has met before the first edition."""
        met = {person.id: set[Id]() for person in self.persons}
        for pair in self.met_before:
            for one in pair & met.keys():
                met[one] |= pair
        return {one: frozenset(others - {one}) for one, others in met.items()}

    def pinned(self, edition: Id) -> dict[Id, int]:
        """The table of each person who has one by hand."""
        return {pin.person: pin.table for pin in self.pins if pin.edition == edition}

    def __post_init__(self) -> None:
        persons = unique("person", (person.id for person in self.persons))
        unique("edition", (edition.id for edition in self.editions))
        for edition in self.editions:
            expect_known("attendee", unique(f"attendee of {edition.id}", edition.attendees), persons)
            expect_known("host", unique(f"host of {edition.id}", edition.hosts), set(edition.attendees))
            expect_known("person kept apart", (who for pair in edition.apart for who in pair), persons)
            if any(one == other for one, other in edition.apart):
                raise IncoherentProblem(f"somebody is kept apart from themselves at {edition.id}")
            if any(size < 0 for size in edition.table_sizes):
                raise IncoherentProblem(f"a table of {edition.id} has less than no seat")
        if min(self.weights.same_organisation, self.weights.repeat) < 0:
            raise IncoherentProblem("a weight is below zero")
        self._check_pins()

    def _check_pins(self) -> None:
        by_id = {edition.id: edition for edition in self.editions}
        expect_known("pinned edition", (pin.edition for pin in self.pins), set(by_id))
        unique("pin of", ((pin.edition, pin.person) for pin in self.pins))
        for pin in self.pins:
            edition = by_id[pin.edition]
            expect_known("pinned person", [pin.person], set(edition.attendees))
            if not 0 <= pin.table < len(edition.table_sizes):
                raise IncoherentProblem(f"{pin.edition} has no table {pin.table} to pin {pin.person} to")
