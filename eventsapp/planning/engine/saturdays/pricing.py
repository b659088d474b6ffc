"""What the objective of a plan would be for each answer of a rearrangement, as costs of its variables.

Pure, worker only (OR-Tools). Pairs and loads grow with each further session: unit steps of rising cost.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from ortools.sat.python import cp_model

from eventsapp.planning.engine.saturdays.ledger import prices_of
from eventsapp.planning.engine.saturdays.problem import Line
from eventsapp.planning.engine.saturdays.rearrangement import Rearrangement, Term
from eventsapp.planning.engine.terms import Id


def price(model: Rearrangement) -> list[Term]:
    """The second question: what the objective would be, less what the standing lines cost."""
    prices = prices_of(model.problem)
    lines = [line for line in model.standing if line.period is not None]
    visits = Counter((line.school, line.association) for line in lines)
    topics = Counter((line.school, line.topic) for line in lines)
    load = Counter(line.association for line in lines)
    comes: defaultdict[tuple[Id, Id], list[cp_model.IntVar]] = defaultdict(list)
    works: defaultdict[Id, list[cp_model.IntVar]] = defaultdict(list)
    hears: defaultdict[tuple[Id, Id], list[cp_model.IntVar]] = defaultdict(list)
    for (i, who, _), held in model.holds.items():
        comes[model.board.sessions[i].line.school, who].append(held)
        works[who].append(held)
    for (i, topic), chosen in model.about.items():
        hears[model.board.sessions[i].line.school, topic].append(chosen)
    terms: list[Term] = []
    step = prices["association_pairs"]
    for (school, who), ways in comes.items():
        most = len(model.of_school[school])
        terms += _rising(model, ways, step * visits[school, who], step, most)
    step = prices["topic_pairs"]
    for (school, topic), ways in hears.items():
        terms += _rising(model, ways, step * topics[school, topic], step, len(ways))
    step = prices["load_squares"]
    for who, ways in works.items():
        terms += _rising(model, ways, step * (2 * load[who] + 1), 2 * step, len(model.free))
    return [*terms, *_gap_pairs(model, lines), *_wishes(model, topics, hears), *_kept_from_before(model)]


def _rising(
    model: Rearrangement, ways: Sequence[cp_model.IntVar], first: int, step: int, most: int
) -> list[Term]:
    """A cost of `first` for one of these, and `step` more for each further one."""
    most = min(most, len(ways))
    if most == 1 or not step:
        return [(first, way) for way in ways] if first else []
    levels = [model.cp.new_bool_var("") for _ in range(most)]
    model.cp.add(sum(levels) == sum(ways))
    return [(first + nth * step, level) for nth, level in enumerate(levels)]


def _gap_pairs(model: Rearrangement, lines: Iterable[Line]) -> list[Term]:
    step = prices_of(model.problem)["gap_pairs"]
    held = {(line.school, line.period) for line in lines}
    missing = Counter(school for school, period in model.problem.due if (school, period) not in held)
    due = set(model.problem.due)
    terms: list[Term] = []
    for school, every in model.of_school.items():
        numbers = [i for i in every if model.board.where(i) in due]
        already = missing[school] - len(numbers)
        terms += _rising(model, [model.lost[i] for i in numbers], step * already, step, len(numbers))
    return terms


def _wishes(
    model: Rearrangement,
    topics: Mapping[tuple[Id, Id], int],
    hears: Mapping[tuple[Id, Id], list[cp_model.IntVar]],
) -> list[Term]:
    """Wishes that only a free session can serve, each served once."""
    terms: list[Term] = []
    for school in model.problem.schools:
        for topic in school.wishes:
            ways = hears.get((school.id, topic), ())
            if ways and not topics[school.id, topic]:
                served = model.cp.new_bool_var("")
                model.cp.add(served <= sum(ways))
                terms.append((-prices_of(model.problem)["wishes_unmet"], served))
    return terms


def _kept_from_before(model: Rearrangement) -> list[Term]:
    """Sessions that are as the problem's plan before had them."""
    before = {(line.school, line.period): line for line in model.problem.previous}
    terms: list[Term] = []
    for i in model.free:
        line = before.get((model.board.sessions[i].line.school, model.board.sessions[i].line.period))
        held = model.holds.get((i, line.association, line.date)) if line else None
        about = model.about.get((i, line.topic)) if line else None
        if held is not None and about is not None:
            kept = model.cp.new_bool_var("")
            model.cp.add_implication(kept, held)
            model.cp.add_implication(kept, about)
            terms.append((-prices_of(model.problem)["changed"], kept))
    return terms
