"""Two visits of a school that are too near, or by one association: all schools looked at together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.plans import gen
from eventsapp.planning.engine.saturdays.checking import check
from eventsapp.planning.engine.saturdays.files import read_problem
from eventsapp.planning.engine.saturdays.plan import Plan
from eventsapp.planning.engine.saturdays.problem import Line
from eventsapp.planning.engine.saturdays.solving import solve
from eventsapp.planning.engine.saturdays.tables import Tables
from eventsapp.planning.engine.saturdays.year import Year
from eventsapp.planning.engine.search import Budget, Ending

TOWN = read_problem(gen.gen_p1(3, S=4, A=3))


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=30)
@given(seed=st.integers(0, 10**6), gap=st.sampled_from([0, 14, 60]), no_repeat=st.booleans())
def test_schools_looked_at_together_are_those_looked_at_one_by_one(seed: int, gap: int, no_repeat: bool):
    rng = np.random.default_rng(seed)
    dates = [day for period in TOWN.periods for day in period.dates]
    published = tuple(
        Line(
            school=school.id,
            period=None,
            date=dates[int(rng.integers(len(dates)))],
            association=TOWN.associations[0].id,
            topic=TOWN.associations[0].topics[0],
            published=True,
        )
        for school in TOWN.schools[:2]
    )
    problem = replace(TOWN, published=published, min_gap_days=gap, no_repeat=no_repeat)
    year = Year(Tables(problem))
    for one in year.tables.candidates:
        for row in rng.permutation(len(one.session))[:3]:
            at = np.array([one.session[row]])
            if year.association[at[0]] < 0:
                year.place(at, one.association[[row]], one.date[[row]], np.array([0]))
    schools = range(len(year.tables.schools))
    assert year.unsound().tolist() == [school for school in schools if not year.sound(school)]


def test_equals_are_wandered_through_until_the_bound():
    """A year as good as the best is one to go on from: put back, the last units stay out of reach."""
    town = read_problem(gen.gen_p1(5, S=20, A=12, min_gap=21, max_month=2, max_year=15))
    found = solve(town, Budget(seconds=None, rounds=300, patience=300, seed=12))
    assert isinstance(found, Plan)
    assert (found.ending, check(town, found)) == (Ending.PROVED, [])
