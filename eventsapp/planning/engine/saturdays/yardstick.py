"""How good a plan of school Saturdays could be at most, counted without a solver.

Pure, standard library only: it is what `checking` measures plans by, and shares no code with the solver,
whose own bound is often higher. Each part holds for every plan, whatever the weights are.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import dist

from eventsapp.planning.engine.saturdays.problem import Association, Line, Problem, School
from eventsapp.planning.engine.terms import Id

Node = Hashable


@dataclass(frozen=True, slots=True)
class Yardstick:
    """What no plan can beat: fewest gaps, fewest wishes unmet and changes, and the objective itself."""

    uncovered: int
    wishes_unmet: int
    changed: int
    objective: int


def yardstick(problem: Problem) -> Yardstick:
    """Coverage and wishes by flow, repeats by pigeonhole, loads by levelling, changes one by one.

    A session not held may save repeats and load: every number of gaps from the fewest on is tried.
    """
    city, weights = _City(problem), problem.weights
    due = len(problem.due)
    covered = city.most_held()
    unmet = city.wishes - city.most_wishes()
    changed = city.surely_changed()
    savings, repeats = city.repeats()
    saved = [0]
    for one in sorted(savings, reverse=True):
        saved.append(saved[-1] + one)
    parts = [
        weights.uncovered * gaps
        + weights.load_square * _level(due - gaps, city.caps)
        + max(repeats - saved[min(gaps, len(saved) - 1)], city.forced_topics(due - gaps))
        for gaps in range(due - covered, due + 1)
    ]
    objective = min(parts, default=0) + weights.wish_unmet * unmet + weights.changed * changed
    return Yardstick(due - covered, unmet, changed, objective)


class _City:
    """The problem seen from who could come where: built once, read by every count."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.dates = {period.id: period.dates for period in problem.periods}
        self.counted = [line for line in problem.published if line.period is not None]
        due = set(problem.due)
        self.held = {key: line for line in self.counted if (key := (line.school, line.period)) in due}
        self.wishes = sum(len(school.wishes) for school in problem.schools)
        self.near = {
            (school.id, one.id): _reaches(one, school) and bool(one.topics) and one.crews > 0
            for school in problem.schools
            for one in problem.associations
        }
        self.base_load = Counter(line.association for line in self.counted)
        self.caps = [self._cap(one) for one in problem.associations]
        self.elsewhere = self._sessions_elsewhere()

    def _free(self, one: Association, school: School, day: date) -> bool:
        return day not in school.unavailable and (one.available is None or day in one.available)

    def _cap(self, one: Association) -> int:
        """The most sessions of one association in the year, published ones at least."""
        announced = {line.date for line in self.counted if line.association == one.id}
        days = {day for dates in self.dates.values() for day in dates}
        open_days = {day for day in days if one.available is None or day in one.available} | announced
        months = Counter(f"{day:%Y-%m}" for day in open_days)
        most = sum(_least(count * one.crews, one.max_per_month) for count in months.values())
        return max(_least(most, one.max_per_year), self.base_load[one.id])

    def most_held(self) -> int:
        """No plan holds more sessions: places, months and years of associations, city limits."""
        problem = self.problem
        free = [(school, period) for school in problem.schools for period in school.periods]
        free = [(school, period) for school, period in free if (school.id, period) not in self.held]
        flow = self._room(self.dates)
        for school, period in free:
            session = ("session", school.id, period)
            flow.add("source", session, 1)
            for one in problem.associations:
                if self.near[school.id, one.id]:
                    for day in self.dates[period]:
                        if self._free(one, school, day):
                            flow.add(session, ("place", one.id, day), 1)
        most = len(self.held) + flow.largest()
        if problem.common_date:
            most = min(most, sum(self._most_on_one_date(period) for period in self.dates))
        if problem.max_sessions_per_date is not None:
            most = min(most, self._city_limit())
        return most

    def _city_limit(self) -> int:
        limit = self.problem.max_sessions_per_date or 0
        on_date = Counter(line.date for line in self.problem.published)
        days = {day for dates in self.dates.values() for day in dates}
        return len(self.held) + sum(max(0, limit - on_date[day]) for day in days)

    def _room(self, dates: Mapping[Id, Iterable[date]]) -> _Flow:
        """Place → month → year, less what published sessions take."""
        flow, published = _Flow(), self.problem.published
        on_date = Counter((line.association, line.date) for line in published)
        in_month = Counter((line.association, f"{line.date:%Y-%m}") for line in published)
        days = {day for each in dates.values() for day in each}
        for one in self.problem.associations:
            room = len(days) * one.crews
            for day in days:
                month = ("month", one.id, f"{day:%Y-%m}")
                flow.add(("place", one.id, day), month, max(0, one.crews - on_date[one.id, day]))
            for name in {f"{day:%Y-%m}" for day in days}:
                left = room if one.max_per_month is None else one.max_per_month - in_month[one.id, name]
                flow.add(("month", one.id, name), ("year", one.id), min(room, left))
            left = room if one.max_per_year is None else one.max_per_year - self.base_load[one.id]
            flow.add(("year", one.id), "sink", min(room, left))
        return flow

    def _most_on_one_date(self, period: Id) -> int:
        """The most sessions of a period if all of them are on one date: the best date."""
        already = {line.date for key, line in self.held.items() if key[1] == period}
        days = [day for day in self.dates[period] if not already or day in already]
        return max((self._on_date(period, day) for day in days), default=len(already))

    def _on_date(self, period: Id, day: date) -> int:
        held = sum(key[1] == period for key in self.held)
        flow, problem = self._room({period: (day,)}), self.problem
        for school in problem.schools:
            if period in school.periods and (school.id, period) not in self.held:
                flow.add("source", ("session", school.id), 1)
                for one in problem.associations:
                    if self.near[school.id, one.id] and self._free(one, school, day):
                        flow.add(("session", school.id), ("place", one.id, day), 1)
        most = flow.largest()
        if problem.max_sessions_per_date is not None:
            taken = sum(line.date == day for line in problem.published)
            most = min(most, max(0, problem.max_sessions_per_date - taken))
        return held + most

    def most_wishes(self) -> int:
        """The most wishes served: each takes a session of its school, and one of an association's year."""
        flow, problem = _Flow(), self.problem
        heard = {(line.school, line.topic) for line in self.counted}
        visited = {(line.school, line.association) for line in self.counted}
        already = sum((school.id, wish) in heard for school in problem.schools for wish in school.wishes)
        for school in problem.schools:
            flow.add("source", ("school", school.id), len(school.periods))
            for wish in school.wishes:
                if (school.id, wish) in heard:
                    continue
                flow.add(("school", school.id), (school.id, wish), 1)
                for one in problem.associations:
                    if wish in one.topics and ((school.id, one.id) in visited or self._can(one, school)):
                        flow.add((school.id, wish), ("year", one.id), 1)
        for one, cap in zip(problem.associations, self.caps, strict=True):
            flow.add(("year", one.id), "sink", cap)
        return already + flow.largest()

    def _can(self, one: Association, school: School) -> bool:
        return self.near[school.id, one.id] and any(
            self._free(one, school, day) for period in school.periods for day in self.dates[period]
        )

    def repeats(self) -> tuple[list[int], int]:
        """What the repeats of a full year cost at least, and what each session not held can save of it."""
        weights, savings, total = self.problem.weights, list[int](), 0
        for school in self.problem.schools:
            mine = [line for line in self.counted if line.school == school.id]
            near = [one for one in self.problem.associations if self.near[school.id, one.id]]
            people = {one.id for one in near} | {line.association for line in mine}
            topics = {topic for one in near for topic in one.topics} | {line.topic for line in mine}
            costs = [
                weights.association_pair * _pairs(count, len(people))
                + weights.topic_pair * _pairs(count, len(topics))
                for count in range(len(school.periods) + 1)
            ]
            if people:
                total += costs[-1]
                savings += [more - less for less, more in pairwise(costs)]
            else:
                savings += [0] * len(school.periods)
        return savings, total

    def forced_topics(self, held: int) -> int:
        """What repeats of topics cost where few associations offer anything else."""
        schools, weight = len(self.problem.schools), self.problem.weights.topic_pair
        return weight * sum(_pairs(max(0, held - others), schools) for others in self.elsewhere)

    def _sessions_elsewhere(self) -> list[int]:
        """For each topic, the most sessions of the year that may be about another."""
        associations = self.problem.associations
        found = []
        for topic in {topic for one in associations for topic in one.topics}:
            known = {
                one.id: cap
                for one, cap in zip(associations, self.caps, strict=True)
                if {*one.topics} - {topic}
            }
            others = sum(line.topic != topic and line.association not in known for line in self.counted)
            found.append(sum(known.values()) + others)
        return found

    def surely_changed(self) -> int:
        """Sessions of the plan before that nothing can keep: due no more, published otherwise, impossible."""
        problem = self.problem
        schools = {school.id: school for school in problem.schools}
        people = {one.id: one for one in problem.associations}
        before = {(line.school, line.period): line for line in problem.previous}
        return sum(not self._may_stand(line, schools, people) for line in before.values())

    def _may_stand(self, line: Line, schools: Mapping[Id, School], people: Mapping[Id, Association]) -> bool:
        school, one = schools.get(line.school), people.get(line.association)
        if school is None or one is None or line.period not in school.periods:
            return False
        published = self.held.get((line.school, line.period))
        if published is not None:
            ours = (published.date, published.association, published.topic)
            return ours == (line.date, line.association, line.topic)
        return (
            line.date in self.dates[line.period]
            and line.topic in one.topics
            and self.near[school.id, one.id]
            and self._free(one, school, line.date)
        )


class _Flow:
    """The most units from "source" to "sink": shortest ways first, all of one length at once (Dinic)."""

    def __init__(self) -> None:
        self.number: dict[Node, int] = {"source": 0, "sink": 1}
        self.ways: list[list[int]] = [[], []]
        self.heads: list[int] = []
        self.room: list[int] = []

    def add(self, tail: Node, head: Node, room: int) -> None:
        if room <= 0:
            return
        for node in (tail, head):
            if node not in self.number:
                self.number[node] = len(self.ways)
                self.ways.append([])
        one, other = self.number[tail], self.number[head]
        for here, there, capacity in ((one, other, room), (other, one, 0)):
            self.ways[here].append(len(self.heads))
            self.heads.append(there)
            self.room.append(capacity)

    def largest(self) -> int:
        total = 0
        while (levels := self._levels())[1] >= 0:
            following = [0] * len(self.ways)
            while pushed := self._push(levels, following):
                total += pushed
        return total

    def _levels(self) -> list[int]:
        levels = [-1] * len(self.ways)
        levels[0] = 0
        queue = deque([0])
        while queue:
            node = queue.popleft()
            for arc in self.ways[node]:
                if self.room[arc] > 0 and levels[self.heads[arc]] < 0:
                    levels[self.heads[arc]] = levels[node] + 1
                    queue.append(self.heads[arc])
        return levels

    def _push(self, levels: list[int], following: list[int]) -> int:
        """Send what one more way of the shortest length carries; 0 when there is none left."""
        path: list[int] = []
        node = 0
        while node != 1:
            if following[node] < len(self.ways[node]):
                arc = self.ways[node][following[node]]
                if self.room[arc] > 0 and levels[self.heads[arc]] == levels[node] + 1:
                    path.append(arc)
                    node = self.heads[arc]
                else:
                    following[node] += 1
            elif path:
                node = self.heads[path.pop() ^ 1]
                following[node] += 1
            else:
                return 0
        units = min(self.room[arc] for arc in path)
        for arc in path:
            self.room[arc] -= units
            self.room[arc ^ 1] += units
        return units


def _reaches(one: Association, school: School) -> bool:
    if one.reach is None or one.position is None:
        return True
    return dist((one.position.x, one.position.y), (school.position.x, school.position.y)) <= one.reach


def _least(count: int, limit: int | None) -> int:
    return count if limit is None else min(count, limit)


def _pairs(count: int, kinds: int) -> int:
    """The fewest pairs of a kind among `count` things of `kinds` kinds: as even as can be."""
    if kinds <= 0:
        return 0
    each, more = divmod(count, kinds)
    return (kinds - more) * (each * (each - 1) // 2) + more * (each * (each + 1) // 2)


def _level(total: int, caps: Iterable[int]) -> int:
    """The least sum of squares of loads that add up to `total`, none above its cap."""
    left, squares = total, 0
    rising = sorted(caps)
    for rank, cap in enumerate(rising):
        share, more = divmod(left, len(rising) - rank)
        if cap > share:
            rest = len(rising) - rank
            return squares + (rest - more) * share**2 + more * (share + 1) ** 2
        squares += cap * cap
        left -= cap
    return squares
