"""Some sessions of a plan to hold anew while the others stand still, as a CP-SAT model: its rules.

Pure, worker only (OR-Tools). That no association comes twice in a row is added where an answer breaks it
(cuts): it matters to few visits at a time.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import TypeAlias

from ortools.sat.python import cp_model

from eventsapp.planning.engine.saturdays.board import Board, Outcome, Placed, Score, Way
from eventsapp.planning.engine.saturdays.problem import Line
from eventsapp.planning.engine.saturdays.repair import disturbance
from eventsapp.planning.engine.terms import Id

Term: TypeAlias = tuple[int, cp_model.IntVar]
"""A cost for each unit of a variable."""


class Rearrangement:
    """One model: its variables, its rules, and the latest answer (`solver`, once there is one).

    `lost[session]`, `holds[session, association, date]` and `about[session, topic]` are its variables.
    """

    def __init__(self, board: Board, free: Sequence[int], known: Sequence[Outcome]) -> None:
        self.board, self.problem, self.free = board, board.problem, list(free)
        self.cp = cp_model.CpModel()
        self.solver: cp_model.CpSolver | None = None
        chosen = set(free)
        self.standing = [
            *board.standing,
            *(one.line for number, one in enumerate(board.sessions) if number not in chosen),
        ]
        self.visits: defaultdict[Id, list[Line]] = defaultdict(list)
        for line in self.standing:
            self.visits[line.school].append(line)
        self.lost = {i: self.cp.new_bool_var("") for i in self.free}
        self.holds: dict[tuple[int, Id, date], cp_model.IntVar] = {}
        self.about: dict[tuple[int, Id], cp_model.IntVar] = {}
        self.of_school: defaultdict[Id, list[int]] = defaultdict(list)
        self.offers = {one.id: one.topics for one in self.problem.associations}
        for i in self.free:
            self.of_school[board.sessions[i].line.school].append(i)
        for i in self.free:
            self._add_session(i)
        self._add_limits()
        self._add_dates()
        for school in self.of_school:
            self._add_distances(school)
        for outcome in known:
            self._add_difference(outcome)

    def _keeps(self, i: int, way: Way) -> bool:
        session = self.board.sessions[i]
        return not session.orphan and way == (session.line.association, session.line.date)

    def _add_session(self, i: int) -> None:
        """Held one way, about one topic that its host offers, or lost."""
        session = self.board.sessions[i]
        by_topic: defaultdict[Id, list[cp_model.IntVar]] = defaultdict(list)
        ways = []
        for who, day in session.ways:
            keeps = self._keeps(i, (who, day))
            if not keeps and self._stands_in_the_way(session.line.school, i, who, day):
                continue
            self.holds[i, who, day] = held = self.cp.new_bool_var("")
            ways.append(held)
            for topic in (session.line.topic,) if keeps else self.offers[who]:
                if keeps or session.pin is None or session.pin.allows(day, who, topic):
                    by_topic[topic].append(held)
        self.cp.add_exactly_one([*ways, self.lost[i]])
        for topic, held_so in by_topic.items():
            self.about[i, topic] = chosen = self.cp.new_bool_var("")
            self.cp.add(chosen <= sum(held_so))
        self.cp.add_exactly_one([*(self.about[i, topic] for topic in by_topic), self.lost[i]])
        if not session.orphan:
            kept = self.holds[i, session.line.association, session.line.date]
            self.cp.add_implication(kept, self.about[i, session.line.topic])

    def _stands_in_the_way(self, school: Id, i: int, who: Id, day: date) -> bool:
        """Whether a visit that stands still forbids this one whatever the free sessions do."""
        nearest = max(1, self.problem.min_gap_days)
        visits = self.visits[school]
        if any(abs((line.date - day).days) < nearest for line in visits):
            return True
        if not self.problem.no_repeat:
            return False
        between = sorted(
            {other for j in self.of_school[school] if j != i for _, other in self.board.sessions[j].ways}
        )
        before = max((line.date for line in visits if line.date < day), default=None)
        after = min((line.date for line in visits if line.date > day), default=None)
        return any(
            line.association == who
            and line.date in (before, after)
            and not any(min(line.date, day) < other < max(line.date, day) for other in between)
            for line in visits
        )

    def _add_limits(self) -> None:
        """Places at once, month, year and city limits, less what stands still uses."""
        limits: dict[tuple[object, ...], int | None] = {("city", None): self.problem.max_sessions_per_date}
        for one in self.problem.associations:
            limits["date", one.id] = one.crews
            limits["month", one.id] = one.max_per_month
            limits["year", one.id] = one.max_per_year
        used: Counter[tuple[object, ...]] = Counter()
        for line in self.standing:
            used.update(_resources(line.association, line.date, counted=line.period is not None))
        kept = Counter(used)
        users: defaultdict[tuple[object, ...], list[cp_model.IntVar]] = defaultdict(list)
        for (i, who, day), held in self.holds.items():
            for resource in _resources(who, day, counted=True):
                users[resource].append(held)
                kept[resource] += self._keeps(i, (who, day))
        for resource, ways in users.items():
            limit = limits[resource[:2]]
            if limit is not None and limit - used[resource] < len(ways):
                self.cp.add(sum(ways) <= max(limit, kept[resource]) - used[resource])

    def _add_dates(self) -> None:
        """One date for all sessions of a period, where the problem wants it."""
        if not self.problem.common_date:
            return
        fixed: defaultdict[Id | None, set[date]] = defaultdict(set)
        for line in self.standing:
            fixed[line.period].add(line.date)
        ways: defaultdict[Id | None, defaultdict[date, list[cp_model.IntVar]]] = defaultdict(
            lambda: defaultdict(list)
        )
        for (i, _, day), held in self.holds.items():
            ways[self.board.sessions[i].line.period][day].append(held)
        for period, by_day in ways.items():
            days = {day: self.cp.new_bool_var("") for day in by_day}
            if len(fixed[period]) < 2:  # more than one only where what is published is spread over them
                self.cp.add_at_most_one(days.values())
            for day, held_then in by_day.items():
                if fixed[period] and day not in fixed[period]:
                    self.cp.add(days[day] == 0)
                for held in held_then:
                    self.cp.add_implication(held, days[day])

    def _add_distances(self, school: Id) -> None:
        """Free sessions of one school are far enough apart (from those that stand still they already are)."""
        nearest = max(1, self.problem.min_gap_days)
        by_day: defaultdict[date, list[cp_model.IntVar]] = defaultdict(list)
        for i in self.of_school[school]:
            for who, day in self.board.sessions[i].ways:
                if (i, who, day) in self.holds:
                    by_day[day].append(self.holds[i, who, day])
        days = sorted(by_day)
        for row, one in enumerate(days):
            for other in days[row:]:
                if (other - one).days >= nearest:
                    break
                if other == one or len(by_day[one]) + len(by_day[other]) > 1:
                    self.cp.add_at_most_one([*by_day[one], *(by_day[other] if other != one else ())])

    def _add_difference(self, outcome: Outcome) -> None:
        """Somebody else comes, or the date is kept in one and not in the other, for one session at least."""
        if any(i not in self.lost for i in outcome):
            return
        same: list[cp_model.IntVar] = []
        for i in self.free:
            before = self.board.sessions[i].line
            placed = outcome.get(i, (before.association, before.date, before.topic))
            if placed is None:
                same.append(self.lost[i])
                continue
            same += [
                self.holds[i, who, day]
                for who, day in self.board.sessions[i].ways
                if (i, who, day) in self.holds
                and who == placed[0]
                and (day == before.date) == (placed[1] == before.date)
            ]
        self.cp.add(sum(same) <= len(self.free) - 1)

    def faults(self) -> tuple[list[Term], list[Term], list[Term]]:
        """Sessions lost, disturbance, dates moved."""
        lost = [(1, self.lost[i]) for i in self.free]
        weighed: list[Term] = []
        moved: list[Term] = []
        for i in self.free:
            session = self.board.sessions[i]
            if not session.orphan:
                weighed.append((disturbance(session.line, None, None), self.lost[i]))
        for (i, who, day), held in self.holds.items():
            session = self.board.sessions[i]
            if session.orphan:
                moved += [(1, held)] if day != session.line.date else []
            elif (weight := disturbance(session.line, who, day)) > 0:
                weighed.append((weight, held))
        return lost, weighed, moved

    def way(self, i: int) -> Way | None:
        """How a session is held in the latest answer."""
        for way in self.board.sessions[i].ways:
            held = self.holds.get((i, *way))
            if held is not None and self._value(held):
                return way
        return None

    def _value(self, var: cp_model.IntVar) -> bool:
        if self.solver is None:
            raise RuntimeError("asked for an answer before there is one")
        return bool(self.solver.boolean_value(var))

    def outcome(self) -> dict[int, Placed]:
        """The latest answer."""
        changed: dict[int, Placed] = {}
        for i in self.free:
            way = self.way(i)
            if way is None:
                changed[i] = None
            elif not self._keeps(i, way):
                topic = next(t for (j, t), chosen in self.about.items() if j == i and self._value(chosen))
                changed[i] = (*way, topic)
        return changed

    def score(self) -> Score:
        """What the latest answer costs others."""
        lost, weighed, moved = (
            sum(weight * self._value(var) for weight, var in terms) for terms in self.faults()
        )
        return lost, weighed, moved

    def cut(self) -> bool:
        """Forbid what the latest answer does twice in a row; whether there was anything to forbid."""
        if not self.problem.no_repeat:
            return False
        found = False
        for school, numbers in self.of_school.items():
            visits: list[tuple[date, Id, int | None, bool]] = [
                (line.date, line.association, None, line.published) for line in self.visits[school]
            ]
            for i in numbers:
                way = self.way(i)
                if way is not None:
                    published = self._keeps(i, way) and self.board.sessions[i].line.published
                    visits.append((way[1], way[0], i, published))
            visits.sort(key=lambda visit: visit[0])
            for one, other in pairwise(visits):
                if one[1] == other[1] and not (one[3] and other[3]):
                    found |= self._forbid(school, one, other)
        return found

    def _forbid(
        self,
        school: Id,
        one: tuple[date, Id, int | None, bool],
        other: tuple[date, Id, int | None, bool],
    ) -> bool:
        """Two visits of one association follow one another only with another's between them."""
        held = [self.holds[i, who, day] for day, who, i, _ in (one, other) if i is not None]
        between = [
            self.holds[j, who, day]
            for j in self.of_school[school]
            for who, day in self.board.sessions[j].ways
            if one[0] < day < other[0] and who != one[1] and (j, who, day) in self.holds
        ]
        if not held and not between:
            return False
        self.cp.add(sum(held) - sum(between) <= len(held) - 1)
        return True


def _resources(who: Id, day: date, *, counted: bool) -> list[tuple[object, ...]]:
    """What one session uses up: (kind, association, …)."""
    resources: list[tuple[object, ...]] = [
        ("date", who, day),
        ("month", who, day.year, day.month),
        ("city", None, day),
    ]
    return [*resources, ("year", who)] if counted else resources
