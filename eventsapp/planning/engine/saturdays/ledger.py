"""What the lines of a plan come to, kept so that one line more or less costs a moment.

Pure, and free of any solver. It follows `checking`'s reading of the objective and shares no code with the
solver; a test compares it with recounting from scratch.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date

from eventsapp.planning.engine.saturdays.problem import Association, Line, Problem, School
from eventsapp.planning.engine.terms import Id

Units = dict[str, int]
"""How many more of each fault, by the names of `Objective`; what does not change is left out."""


class Ledger:
    """The counts of some lines of a problem; changed by `add` and `remove` only."""

    def __init__(self, problem: Problem, lines: Iterable[Line]) -> None:
        self.problem = problem
        self.schools = {school.id: school for school in problem.schools}
        self.associations = {one.id: one for one in problem.associations}
        self.dates = {period.id: period.dates for period in problem.periods}
        self.agenda: dict[Id, list[Line]] = {school.id: [] for school in problem.schools}
        self._due = set(problem.due)
        self._before = {(line.school, line.period): _key(line) for line in problem.previous}
        self._gaps = Counter(school for school, _ in problem.due)
        self._visits: Counter[tuple[Id, Id]] = Counter()
        self._topics: Counter[tuple[Id, Id]] = Counter()
        self._load: Counter[Id] = Counter()
        self._on_date: Counter[tuple[Id, date]] = Counter()
        self._in_month: Counter[tuple[Id, int, int]] = Counter()
        self._in_city: Counter[date] = Counter()
        self._days: dict[Id, Counter[date]] = {period.id: Counter() for period in problem.periods}
        self._reach: dict[tuple[Id, Id], bool] = {}
        for line in lines:
            self.add(line)

    def add(self, line: Line) -> None:
        self.agenda[line.school].append(line)
        self._count(line, 1)

    def remove(self, line: Line) -> None:
        self.agenda[line.school].remove(line)
        self._count(line, -1)

    def _count(self, line: Line, step: int) -> None:
        self._on_date[line.association, line.date] += step
        self._in_month[line.association, line.date.year, line.date.month] += step
        self._in_city[line.date] += step
        if line.period is None:
            return
        self._days[line.period][line.date] += step
        self._visits[line.school, line.association] += step
        self._topics[line.school, line.topic] += step
        self._load[line.association] += step
        if (line.school, line.period) in self._due:
            self._gaps[line.school] -= step

    def change(self, line: Line) -> Units:
        """What the objective's counts would rise by, were this line added to a session not held."""
        if line.period is None:
            return {}
        gaps = self._gaps[line.school] if (line.school, line.period) in self._due else 0
        wished = line.topic in self.schools[line.school].wishes
        units = {
            "uncovered": -(gaps > 0),
            "gap_pairs": -max(0, gaps - 1),
            "wishes_unmet": -(wished and self._topics[line.school, line.topic] == 0),
            "association_pairs": self._visits[line.school, line.association],
            "topic_pairs": self._topics[line.school, line.topic],
            "load_squares": 2 * self._load[line.association] + 1,
            "changed": -(self._before.get((line.school, line.period)) == _key(line)),
        }
        return {name: count for name, count in units.items() if count}

    def cost(self, line: Line) -> int:
        """The weighed sum of `change`."""
        return priced(self.problem, self.change(line))

    def ways(self, school: School, period: Id) -> Iterator[Line]:
        """Every line that could be added there, all else standing still; the session is not held now."""
        for day in self.dates[period]:
            if day in school.unavailable or not self._date_has_room(period, day):
                continue
            if not self._far_enough(school, day):
                continue
            neighbours = self._neighbours(school, day) if self.problem.no_repeat else ()
            for one in self.associations.values():
                if one.id not in neighbours and self._is_free(one, day) and self._reaches(one, school):
                    for topic in one.topics:
                        yield Line(school.id, period, day, one.id, topic)

    def _date_has_room(self, period: Id, day: date) -> bool:
        most = self.problem.max_sessions_per_date
        if most is not None and self._in_city[day] >= most:
            return False
        held = {other for other, count in self._days[period].items() if count}
        return not self.problem.common_date or not held or day in held

    def _far_enough(self, school: School, day: date) -> bool:
        nearest = max(1, self.problem.min_gap_days)
        return all(abs((line.date - day).days) >= nearest for line in self.agenda[school.id])

    def _neighbours(self, school: School, day: date) -> set[Id]:
        """Who holds the visits just before and just after a day without any."""
        lines = self.agenda[school.id]
        before = max((line.date for line in lines if line.date < day), default=None)
        after = min((line.date for line in lines if line.date > day), default=None)
        return {line.association for line in lines if line.date in (before, after)}

    def _is_free(self, one: Association, day: date) -> bool:
        return (
            (one.available is None or day in one.available)
            and self._on_date[one.id, day] < one.crews
            and (one.max_per_month is None or self._in_month[one.id, day.year, day.month] < one.max_per_month)
            and (one.max_per_year is None or self._load[one.id] < one.max_per_year)
        )

    def _reaches(self, one: Association, school: School) -> bool:
        key = (one.id, school.id)
        if key not in self._reach:
            home = one.position
            self._reach[key] = (
                one.reach is None or home is None or school.position.distance(home) <= one.reach
            )
        return self._reach[key]


def priced(problem: Problem, units: Units) -> int:
    """What these counts weigh."""
    prices = prices_of(problem)
    return sum(prices[name] * count for name, count in units.items())


def prices_of(problem: Problem) -> dict[str, int]:
    """The weights of a problem by the names of the faults that they weigh."""
    weights = problem.weights
    return {
        "uncovered": weights.uncovered,
        "gap_pairs": weights.gap_pair,
        "wishes_unmet": weights.wish_unmet,
        "association_pairs": weights.association_pair,
        "topic_pairs": weights.topic_pair,
        "load_squares": weights.load_square,
        "changed": weights.changed,
    }


def _key(line: Line) -> tuple[object, ...]:
    return (line.school, line.period, line.date, line.association, line.topic)
