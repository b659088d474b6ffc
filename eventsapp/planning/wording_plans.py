"""Words for plans of files, whichever of the three problems they are of: the door to each one's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import Any

from flask_babel import gettext

from eventsapp import languages
from eventsapp.planning import wording_breakfasts, wording_saturdays, wording_trails
from eventsapp.planning.engine.files import Asked, Kind, measure
from eventsapp.planning.engine.terms import Reason
from eventsapp.planning.wording_names import Names

WORDS: Mapping[Kind, ModuleType] = {
    Kind.SATURDAYS: wording_saturdays,
    Kind.TRAILS: wording_trails,
    Kind.BREAKFASTS: wording_breakfasts,
}


def causes(asked: Asked, reasons: Iterable[Reason]) -> list[str]:
    """Why there is no plan: a sentence a cause, the smallest first."""
    names, say = Names(asked), WORDS[asked.kind].cause
    return [languages.no_breaks(say(reason, names)) for reason in reasons]


def violations(asked: Asked, broken: Iterable[Any]) -> list[str]:
    """Which rules a plan breaks: a sentence each."""
    names, say = Names(asked), WORDS[asked.kind].violation
    return [languages.no_breaks(say(one.rule, one.where, names)) for one in broken]


def choices(asked: Asked, explained: Mapping[Any, Iterable[Reason]]) -> list[str]:
    """Why each choice is as it is: its name, then a sentence a reason."""
    names, words = Names(asked), WORDS[asked.kind]
    lines: list[str] = []
    for choice, reasons in explained.items():
        said = " ".join(words.why(reason, names) for reason in reasons)
        lines.append(languages.no_breaks(f"{words.choice(choice, names)} : {said}"))
    return lines


def worth(asked: Asked, plan: Any) -> list[str]:
    """How good a plan is beside what no plan can beat: recounted by the checker, or proved by its search."""
    return _worth(asked, plan, measure(asked, plan))


def claimed(asked: Asked, plan: Any) -> list[str]:
    """The same of a plan that was just found: a year is not counted anew, which takes a second if large."""
    if asked.kind is Kind.SATURDAYS:
        return _worth(asked, plan, wording_saturdays.claims(asked.problem, plan))
    return worth(asked, plan)


def _worth(asked: Asked, plan: Any, reading: Any) -> list[str]:
    words = WORDS[asked.kind]
    claimed = plan.bound if isinstance(plan.bound, int) else plan.bound.objective
    bound = max(reading.bound, claimed)
    said = [objective(reading.objective, bound, words), *words.worth(reading, plan, Names(asked))]
    return [languages.no_breaks(sentence) for sentence in said]


def objective(found: int, bound: int, words: Any) -> str:
    """The objective beside its bound: proved, or how far above it."""
    if found <= bound:
        return gettext(words.PROVED, found=found)
    if found > 2 * bound:  # a share of little or nothing says little
        return gettext(words.FAR_ABOVE, found=found, bound=bound)
    return gettext(words.ABOVE, found=found, bound=bound, gap=languages.share(found - bound, bound))
