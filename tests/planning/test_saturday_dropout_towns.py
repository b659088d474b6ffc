"""Small towns drawn at random that lose an association: the three repairs are those of trying everything."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from unittest.mock import patch

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eventsapp.planning.engine.saturdays import rearranging
from eventsapp.planning.engine.saturdays.checking import check
from eventsapp.planning.engine.saturdays.dropout import repairs
from eventsapp.planning.engine.saturdays.plan import Plan
from eventsapp.planning.engine.saturdays.problem import Line, Problem, School, Weights
from eventsapp.planning.engine.saturdays.repair import Key, Proof, absence, disturbance, without
from eventsapp.planning.engine.search import Budget
from tests.planning.held import held
from tests.planning.solving import planned
from tests.planning.town import NOVEMBER, OCTOBER, association, published, school

BRISK = Budget(seconds=None, rounds=40)
SINCE = OCTOBER.dates[0]
MONTHS = (OCTOBER, NOVEMBER)
TOPICS = ["les écrans", "le sommeil"]


@st.composite
def towns(draw: st.DrawFn) -> Problem:
    """One or two schools, three associations, two months: at most three sessions."""
    days = [day for month in MONTHS for day in month.dates[:2]]
    owed = draw(st.sampled_from([(MONTHS,), (MONTHS, MONTHS[:1]), (MONTHS[:1], MONTHS[:1])]))
    places = tuple(
        school(
            name,
            *months,
            at=at,
            closed=[*NOVEMBER.dates[2:], *draw(st.sets(st.sampled_from(days), max_size=2))],
            wishes=draw(st.lists(st.sampled_from(TOPICS), unique=True)),
        )
        for (name, at), months in zip((("Curial", 0), ("Tandou", 500)), owed, strict=False)
    )
    limit = st.none() | st.integers(1, 2)
    people = tuple(
        association(
            name,
            *draw(st.lists(st.sampled_from(TOPICS), min_size=1, unique=True)),
            at=250 * n,
            reach=draw(st.none() | st.just(300.0)),
            month=draw(limit),
            year=draw(limit),
            crews=draw(st.integers(1, 2)),
        )
        for n, name in enumerate(["Lire", "Jouer", "Manger"])
    )
    lines = [published(places[0].id, OCTOBER, day, "Lire") for day in days[:1] if draw(st.booleans())]
    return Problem(
        MONTHS,
        places,
        people,
        tuple(lines),
        Weights(uncovered=draw(st.sampled_from([0, 1000])), changed=draw(st.sampled_from([0, 40]))),
        no_repeat=draw(st.booleans()),
        min_gap_days=draw(st.sampled_from([0, 30])),
        common_date=draw(st.booleans()),
        max_sessions_per_date=draw(st.none() | st.integers(1, 2)),
    )


def everything(problem: Problem, plan: Plan) -> dict[frozenset[object], Key]:
    """Every really different repair when Lire leaves, and the best that it can be, by trying all."""
    left = without(problem, plan, "Lire", absence(SINCE, None))
    schools = {one.id: one for one in problem.schools}
    choices = [list(_fates(left, schools[line.school], line)) for line in plan.lines]
    best: dict[frozenset[object], Key] = {}
    for fates in product(*choices):
        tried = held(left, *(fate for fate in fates if fate is not None))
        if check(left, tried):
            continue
        lost = weighed = moved = 0
        mark: set[object] = set()
        for line, fate in zip(plan.lines, fates, strict=True):
            lost += fate is None
            if line.association == "Lire":
                moved += fate is not None and fate.date != line.date
            else:
                weighed += disturbance(line, fate and fate.association, fate and fate.date)
            mark.add((line.school, line.period, fate and fate.association, fate and fate.date == line.date))
        key = (lost, weighed, moved, tried.objective.total(left.weights))
        best[frozenset(mark)] = min(best.get(frozenset(mark), key), key)
    return best


def _fates(problem: Problem, there: School, line: Line) -> Iterator[Line | None]:
    """What can become of a session."""
    yield None
    if line.association != "Lire":
        yield line
    for day in next(month.dates for month in problem.periods if month.id == line.period):
        for one in problem.associations:
            away = one.available is not None and day not in one.available
            if not away and day not in there.unavailable and (one.id, day) != (line.association, line.date):
                yield from (Line(line.school, line.period, day, one.id, topic) for topic in one.topics)


@given(towns(), st.sampled_from([0, 80]))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_three_are_the_best_of_all(problem: Problem, narrow: int):
    """However few sessions are asked about together (0: as in a large town), what is proved is so."""
    plan = planned(problem, Budget(seconds=None, rounds=4))
    with patch.object(rearranging, "NARROW", narrow):
        found = repairs(problem, plan, "Lire", since=SINCE, budget=BRISK)
    for repair in found:
        assert check(repair.problem, repair.plan) == []
    if any(line.association == "Lire" for line in plan.lines):
        best = sorted(everything(problem, plan).values())[:3]
        assert [repair.key[:2] for repair in found] == [key[:2] for key in best]
        assert all(repair.proof is not Proof.NONE for repair in found)
        proved = [
            (repair.key, key) for repair, key in zip(found, best, strict=True) if repair.proof == "best"
        ]
        assert [mine for mine, _ in proved] == [key for _, key in proved]
        if narrow:
            assert [repair.key for repair in found] == best
    else:
        assert found == ()
