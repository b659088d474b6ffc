"""Which of the three problems a file is, and what one does with each of them, under the same names.

Pure, no solver: every process may import this module; solving is apart (`engine.solving`). What is read is
what `json` gives; bad input of any kind is an IncoherentProblem with a sentence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from typing import Any

from eventsapp.planning.engine.search import Ending
from eventsapp.planning.engine.terms import Impossible, IncoherentProblem, Reason


class Kind(StrEnum):
    """The three problems, by their names in files."""

    SATURDAYS = "P1"
    TRAILS = "P2"
    BREAKFASTS = "P3"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a file asks: a problem of its kind, and the file's own name for it."""

    kind: Kind
    id: object
    problem: Any


FOLDERS = {Kind.SATURDAYS: "saturdays", Kind.TRAILS: "trails", Kind.BREAKFASTS: "breakfasts"}
"""Where each problem lives: a folder of modules of the same names, with the same functions."""


def _room(kind: Kind, module: str) -> Any:
    """A module of one of the three problems; those of the others are not loaded."""
    return import_module(f"eventsapp.planning.engine.{FOLDERS[kind]}.{module}")


def read(data: object) -> Asked:
    """The problem that a file holds. Raises IncoherentProblem."""
    if not isinstance(data, Mapping):
        raise IncoherentProblem("this is not a problem: an object with a key 'problem' is expected")
    named = data.get("problem")
    if not isinstance(named, str) or named not in list(Kind):
        raise IncoherentProblem(f"'problem' must be one of {', '.join(Kind)}, not {named!r}")
    kind = Kind(named)
    return Asked(kind, data.get("id"), _room(kind, "files").read_problem(data))


def write(asked: Asked, answer: Any) -> dict[str, Any]:
    """A plan or an Impossible as a file says it."""
    written: dict[str, Any] = _room(asked.kind, "files").write_plan(asked.problem, asked.id, answer)
    return written


def read_plan(asked: Asked, data: object) -> Any:
    """The plan that a file holds, or an Impossible where it claims that there is none.

    Raises IncoherentProblem when it cannot be one of this problem.
    """
    if not isinstance(data, Mapping):
        raise IncoherentProblem("this is not a plan: an object is expected")
    if data.get("problem", asked.kind) != asked.kind:
        raise IncoherentProblem(f"this is a plan of {data.get('problem')!r}, not of {asked.kind.value!r}")
    if data.get("status") == "infeasible":
        return Impossible(_claimed(data.get("reasons")))
    found = _room(asked.kind, "files").read_plan(asked.problem, data)
    return _counted(asked, found) if isinstance(found, tuple) else found


def _counted(asked: Asked, seatings: tuple[Any, ...]) -> Any:
    """Seatings of breakfasts as a plan that claims no more than they show."""
    meetings = _room(asked.kind, "checking").recount(asked.problem, seatings)
    plan = _room(asked.kind, "plan").Plan
    return plan(seatings, meetings.objective(asked.problem), 0, Ending.ROUNDS_DONE, 0, 0)


def _claimed(reasons: object) -> tuple[Reason, ...]:
    """What a file gives as causes: the key is what stands before the first colon."""
    if not isinstance(reasons, Sequence) or isinstance(reasons, str):
        raise IncoherentProblem("'reasons' must be a list of codes")
    return tuple(Reason(str(reason).partition(":")[0]) for reason in reasons)


def check(asked: Asked, plan: Any) -> list[Any]:
    """Every rule that a plan breaks (Violation), by the product's own checker."""
    return list(_room(asked.kind, "checking").check(asked.problem, plan))


def measure(asked: Asked, plan: Any) -> Any:
    """What a plan is worth and what none can beat (Reading), counted anew."""
    return _room(asked.kind, "checking").measure(asked.problem, plan)


def causes(asked: Asked) -> tuple[Reason, ...]:
    """Proofs that the problem has no plan, the smallest first; none where nothing is proved."""
    return tuple(_room(asked.kind, "impossible").causes(asked.problem))


def why(asked: Asked, plan: Any) -> dict[Any, tuple[Reason, ...]]:
    """For each choice of a plan, which wishes it serves and what it costs."""
    reasons: dict[Any, tuple[Reason, ...]] = _room(asked.kind, "why").why(asked.problem, plan)
    return reasons
