"""Towns drawn at random: whatever they are like, a plan is sound and its bounds hold."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from eventsapp.planning.engine.saturdays.problem import Period, Problem
from eventsapp.planning.engine.search import Budget
from tests.planning.solving import planned
from tests.planning.town import (
    association,
    most_coverage,
    published,
    school,
)

PATIENT = Budget(seconds=None, rounds=300, patience=60)


@st.composite
def towns(draw: st.DrawFn, no_repeat: bool | None = None) -> Problem:
    """Up to two schools, three associations and three months: small enough to try every plan."""
    months = tuple(
        Period(n, tuple(date(2026, 9, 5) + timedelta(days=28 * n + 7 * week) for week in weeks))
        for n, weeks in enumerate(draw(st.lists(st.sets(st.integers(0, 1)), min_size=1, max_size=3)))
    )
    days = [day for month in months for day in month.dates]
    some_days = st.sets(st.sampled_from(days)) if days else st.just(set())
    topics = st.lists(st.sampled_from(["les écrans", "le sommeil", "la lecture"]), unique=True)
    places = tuple(
        school(
            name,
            *draw(st.sampled_from([months, months[1:]])),
            at=at,
            closed=draw(some_days),
            wishes=draw(topics),
        )
        for name, at in (("Curial", 0), ("Tandou", 500))[: draw(st.integers(1, 2))]
    )
    limit = st.none() | st.integers(1, 3)
    people = tuple(
        association(
            name,
            *draw(topics),
            at=250 * n,
            reach=draw(st.none() | st.just(300.0)),
            available=draw(st.none() | some_days),
            month=draw(limit),
            year=draw(limit),
            crews=draw(st.integers(1, 2)),
        )
        for n, name in enumerate(["Lire", "Jouer", "Manger"][: draw(st.integers(1, 3))])
    )
    lines = [published(place.id, None, date(2026, 6, 20), "Lire") for place in places if draw(st.booleans())]
    for place in places:
        for month in months:
            if month.id in place.periods and month.dates and draw(st.integers(0, 3)) == 0:
                day, who = draw(st.sampled_from(month.dates)), draw(st.sampled_from(people)).id
                lines.append(published(place.id, month, day, who))
    return Problem(
        months,
        places,
        people,
        tuple(lines),
        no_repeat=draw(st.booleans()) if no_repeat is None else no_repeat,
        min_gap_days=draw(st.sampled_from([0, 8])),
    )


@given(towns())
@settings(max_examples=150, deadline=None)
def test_every_plan_is_sound_and_none_covers_more(problem: Problem):
    found = planned(problem)
    assert len(problem.due) - found.objective.uncovered == most_coverage(problem)
    frozen = Counter(replace(line, reasons=()) for line in found.lines if line.published)
    assert frozen == Counter(problem.published)


@given(towns(no_repeat=False))
@settings(max_examples=60, deadline=None)
def test_without_rules_of_order_coverage_is_the_flow_bound(problem: Problem):
    """Nothing but places and limits: what the bound allows is what the plan covers, without a search."""
    free = replace(problem, min_gap_days=0, published=())
    found = planned(free, Budget(seconds=None, rounds=0))
    assert len(free.due) - found.objective.uncovered == found.bound.coverage


@given(towns(), st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_any_seed_any_stop_is_sound_and_repeatable(problem: Problem, seed: int):
    budget = Budget(seconds=None, rounds=seed % 7, seed=seed)
    assert planned(problem, budget) == planned(problem, budget)
