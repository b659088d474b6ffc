"""Words that the three planning problems share. Pure, no solver: every process may import them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Set
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias, TypeVar

K = TypeVar("K", bound=Hashable)

Id: TypeAlias = str | int
"""An identifier of the caller (a row's number, a code): it comes back unchanged."""


class IncoherentProblem(ValueError):
    """The problem contradicts itself (an unknown identifier, a date in two months): a fault of the caller."""


def unique(what: str, ids: Iterable[K]) -> set[K]:
    """These identifiers of a problem, each of which must be named once."""
    counts = Counter(ids)
    twice = sorted(str(one) for one, times in counts.items() if times > 1)
    if twice:
        raise IncoherentProblem(f"{what} named twice: {', '.join(twice)}")
    return set(counts)


def expect_known(what: str, ids: Iterable[Id | None], known: Set[Id]) -> None:
    """What a problem refers to is in it."""
    unknown = sorted({str(one) for one in ids if one not in known})
    if unknown:
        raise IncoherentProblem(f"unknown {what}: {', '.join(unknown)}")


@dataclass(frozen=True, slots=True)
class Reason:
    """A stable key and what its sentence needs (identifiers, ISO dates, numbers); pages find the words."""

    key: str
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Impossible:
    """The answer to a problem that no plan can solve: the causes, each of them proved, the smallest first."""

    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Violation:
    """One rule broken by a plan (a member of the `Rule` of its problem), and where."""

    rule: StrEnum
    where: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """A plan read anew: its objective and what no plan can beat (weighed faults), and what people count, by
    name."""

    objective: int
    bound: int
    figures: Mapping[str, int | float]
