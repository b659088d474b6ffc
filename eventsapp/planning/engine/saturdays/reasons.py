"""Says why each line of a plan of school Saturdays is there, and why each gap is one.

Pure, worker only (NumPy). The reasons are keys with parameters (`WhyLine`, `WhyGap`): identifiers, ISO
dates and numbers, so that they can be stored as JSON and worded by pages.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from eventsapp.planning.engine.saturdays.months import barred
from eventsapp.planning.engine.saturdays.plan import Bound, Gap, Plan, WhyGap, WhyLine
from eventsapp.planning.engine.saturdays.problem import Line
from eventsapp.planning.engine.saturdays.tables import NOWHERE, Tables
from eventsapp.planning.engine.saturdays.why import brings
from eventsapp.planning.engine.saturdays.year import Year
from eventsapp.planning.engine.search import Ending
from eventsapp.planning.engine.terms import Id, Reason


def explained(year: Year, proved: Bound, ending: Ending, rounds: int, seed: int) -> Plan:
    """The plan that the year holds, in date order, with its reasons."""
    plan = as_plan(year, proved, ending, rounds, seed)
    gaps = [gap for p in range(len(year.tables.periods)) for gap in _gaps(year, p)]
    return replace(plan, lines=tuple(_with_reasons(year.tables, list(plan.lines))), gaps=tuple(gaps))


def as_plan(year: Year, proved: Bound, ending: Ending, rounds: int, seed: int) -> Plan:
    """The plan that the year holds, in date order; no reasons yet, and every gap just not filled so far."""
    tables = year.tables
    lines = [*tables.problem.published, *_proposed(year)]
    order = {school.id: row for row, school in enumerate(tables.schools)}
    lines.sort(key=lambda line: (line.date, order[line.school]))
    empty = np.flatnonzero(year.association == NOWHERE)
    gaps = [
        Gap(tables.schools[s].id, tables.periods[p].id, Reason(WhyGap.NOT_FOUND))
        for s, p in zip(tables.session_school[empty], tables.session_period[empty], strict=True)
    ]
    return Plan(
        lines=tuple(lines),
        gaps=tuple(gaps),
        objective=year.objective(),
        bound=proved,
        ending=ending,
        rounds=rounds,
        seed=seed,
    )


def _proposed(year: Year) -> Iterable[Line]:
    tables = year.tables
    for i in np.flatnonzero(year.association != NOWHERE):
        yield Line(
            school=tables.schools[tables.session_school[i]].id,
            period=tables.periods[tables.session_period[i]].id,
            date=tables.dates[year.date[i]],
            association=tables.associations[year.association[i]].id,
            topic=tables.topics[year.topic[i]],
        )


def _with_reasons(tables: Tables, lines: list[Line]) -> Iterable[Line]:
    """The same lines, each with what it brings to its school after the visits before it."""
    choices = _choices(tables)
    for line, reasons in brings(tables.problem, lines):
        if not line.published and choices.get((line.school, line.period)) == 1:
            reasons.append(Reason(WhyLine.ONLY_CHOICE, {"association": line.association}))
        yield replace(line, reasons=tuple(reasons))


def _choices(tables: Tables) -> dict[tuple[Id, Id | None], int]:
    """How many associations could come to each (school, period), were they all free."""
    choices: dict[tuple[Id, Id | None], int] = {}
    for period, chosen in zip(tables.periods, tables.candidates, strict=True):
        pairs = np.unique(chosen.school * len(tables.associations) + chosen.association)
        counts = np.bincount(pairs // max(1, len(tables.associations)), minlength=len(tables.schools))
        choices.update({(tables.schools[s].id, period.id): int(n) for s, n in enumerate(counts)})
    return choices


@dataclass(frozen=True, slots=True)
class _Shortage:
    """Sessions that compete for the same full places: none of them can be held without giving up another."""

    sessions: frozenset[int]
    reason: Reason


def _gaps(year: Year, period: int) -> Iterable[Gap]:
    tables = year.tables
    empty = np.flatnonzero((tables.session_period == period) & (year.association == NOWHERE))
    if len(empty) == 0:
        return
    market = _Market(year, period)
    shortages: list[_Shortage] = []
    for i in map(int, empty):
        reason = market.plain_reason(i)
        if reason is None:
            known = next((one for one in shortages if i in one.sessions), None)
            if known is None:
                known = market.shortage(i)
                shortages.append(known)
            reason = known.reason
        yield Gap(tables.schools[tables.session_school[i]].id, tables.periods[period].id, reason)


class _Market:
    """One period of the year, seen from the sessions that found nobody; the other months stand still."""

    def __init__(self, year: Year, period: int) -> None:
        self.year, self.tables, self.period = year, year.tables, period
        self.dates = year.tables.period_dates[period]
        self.block = np.flatnonzero(self.tables.session_period == period)
        self.barred = barred(year, period, self.block)
        self.all_places: dict[int, list[tuple[int, int]]] = {}
        self.free_places: dict[int, list[tuple[int, int]]] = {}
        chosen = self.tables.candidates[period]
        for i, s, a, d in zip(chosen.session, chosen.school, chosen.association, chosen.date, strict=True):
            self.all_places.setdefault(int(i), []).append((int(a), int(d)))
            if not self.barred[s, a, d]:
                self.free_places.setdefault(int(i), []).append((int(a), int(d)))
        here = np.flatnonzero((self.tables.session_period == period) & (year.association != NOWHERE))
        self.holders: dict[int, list[tuple[int, int]]] = {}
        for i in map(int, here):
            self.holders.setdefault(int(year.association[i]), []).append((i, int(year.date[i])))

    def plain_reason(self, session: int) -> Reason | None:
        """The reason that needs no look at the other schools, if there is one."""
        tables, s = self.tables, int(self.tables.session_school[session])
        if not self.dates:
            return Reason(WhyGap.NO_OPEN_SATURDAY)
        open_dates = [d for d in self.dates if tables.open[s, d]]
        if not open_dates:
            return Reason(WhyGap.SCHOOL_CLOSED, {"dates": self._days(self.dates)})
        near = np.flatnonzero(tables.reachable[s])
        if len(near) == 0:
            return Reason(WhyGap.NOBODY_IN_REACH)
        if session not in self.all_places:
            away = {"dates": self._days(open_dates), "associations": self._people(near)}
            return Reason(WhyGap.NOBODY_AVAILABLE, away)
        if session in self.free_places:
            return None
        if all(self._near_another_visit(s, d) for _, d in self.all_places[session]):
            return Reason(WhyGap.TOO_SOON, {"days": max(1, tables.problem.min_gap_days)})
        return Reason(
            WhyGap.WOULD_REPEAT, {"associations": self._people({a for a, _ in self.all_places[session]})}
        )

    def _near_another_visit(self, school: int, date: int) -> bool:
        nearest = max(1, self.tables.problem.min_gap_days)
        visits = self.year.agenda(school, frozenset(self.block.tolist()))
        return any(abs(day - int(self.tables.ordinal[date])) < nearest for day, _, _ in visits)

    def shortage(self, session: int) -> _Shortage:
        """The sessions that the places wanted by this one, and by their holders, and so on, are full of.

        All these places are full: with n of the m sessions held, no choice within the month holds n + 1.
        """
        reached, queue = {session}, [session]
        seen: set[tuple[int, int]] = set()
        yearly: set[int] = set()
        while queue:
            for a, d in self.free_places.get(queue.pop(), ()):
                if (a, d) in seen:
                    continue
                seen.add((a, d))
                holders = self._holders(a, d)
                if holders is None:
                    if not self._year_is_full(a):
                        return _Shortage(frozenset({session}), Reason(WhyGap.NOT_FOUND))
                    yearly.add(a)
                    holders = [i for i, _ in self.holders.get(a, ())]
                queue.extend(i for i in holders if i not in reached)
                reached.update(holders)
        held = sum(1 for i in reached if self.year.association[i] != NOWHERE)
        params = {
            "dates": self._days({d for _, d in seen}),
            "associations": self._people(yearly or {a for a, _ in seen}),
            "places": held,
            "schools": len(reached),
        }
        key = WhyGap.YEAR_LIMITS if yearly else WhyGap.ALL_TAKEN
        return _Shortage(frozenset(reached), Reason(key, params))

    def _holders(self, association: int, date: int) -> list[int] | None:
        """Who fills the place or else the month of the association; None when both have room."""
        tables, year = self.tables, self.year
        month = tables.month_of[date]
        mine = self.holders.get(association, ())
        if year.on_date[association, date] >= tables.crews[association]:
            return [i for i, d in mine if d == date]
        if year.in_month[association, month] >= tables.per_month[association]:
            return [i for i, d in mine if tables.month_of[d] == month]
        return None

    def _year_is_full(self, association: int) -> bool:
        return bool(self.year.load[association] >= self.tables.per_year[association])

    def _days(self, rows: Iterable[int]) -> list[str]:
        return [self.tables.dates[d].isoformat() for d in sorted(rows)]

    def _people(self, rows: Iterable[int]) -> list[Id]:
        return [self.tables.associations[a].id for a in sorted(map(int, rows))]
