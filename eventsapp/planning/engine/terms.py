"""Words that the three planning problems share. Pure, no solver: every process may import them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

Id: TypeAlias = str | int
"""An identifier of the caller (a row's number, a code): it comes back unchanged."""


class IncoherentProblem(ValueError):
    """The problem contradicts itself (an unknown identifier, a date in two months): a fault of the caller."""


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
