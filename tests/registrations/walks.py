"""Random walks of rules, each the same every time: what a stateful property test needs, and no more.

Hypothesis has machines of this kind. Within the half minute a suite can spare they gave one offer in thirty
walks, for their draws cling to edges and repeat one another; and their shrinking takes minutes on a database.
Here a walk is a seed: one that fails is printed step by step, and `walk` alone repeats it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any, Protocol, TypeVar

Drawn = Callable[[Random], Any]
"""What draws one argument."""
Method = TypeVar("Method", bound=Callable[..., object])


class Machine(Protocol):
    """Whose methods are marked with `rule`; it starts, and is looked at after each step."""

    def starts(self, random: Random) -> None: ...

    def holds(self) -> None: ...

    def ends(self) -> None: ...


@dataclass(frozen=True)
class Rule:
    """How often it is done among the others, whether it can be done now, and with what."""

    weight: int
    when: Callable[[Any], bool]
    draws: dict[str, Drawn] = field(default_factory=dict)


def rule(weight: int = 2, when: Callable[[Any], bool] = lambda _: True, **draws: Drawn) -> Callable[..., Any]:
    """Marks a method of a machine as one of its rules."""

    def mark(method: Method) -> Method:
        method.rule = Rule(weight, when, draws)  # type: ignore[attr-defined]
        return method

    return mark


def walk(machine: Machine, seed: int, steps: int) -> None:
    """Does so many of its rules, drawn by the seed; whatever fails says after which steps."""
    random, done = Random(seed), [f"walk {seed}"]
    rules: dict[str, Rule] = {
        name: method.rule for name, method in sorted(vars(type(machine)).items()) if hasattr(method, "rule")
    }
    try:
        machine.starts(random)
        machine.holds()
        for _ in range(steps):
            possible = [name for name, one in rules.items() if one.when(machine)]
            [name] = random.choices(possible, [rules[one].weight for one in possible])
            drawn = {key: draw(random) for key, draw in rules[name].draws.items()}
            said = ", ".join(f"{key}={value!r}" for key, value in drawn.items())
            done.append(f"{name}({said})")
            getattr(machine, name)(**drawn)
            machine.holds()
    except BaseException as error:
        error.add_note("\n".join(done))
        raise
    machine.ends()


def one_of(*values: object) -> Drawn:
    """Any of these; what stands there twice comes twice as often."""
    return lambda random: random.choice(values)


def between(least: int, most: int) -> Drawn:
    """A whole number, both ends included."""
    return lambda random: random.randint(least, most)
