"""Whether groups can be put together into sound teams at all, asked exactly; and what would help if not.

Pure, worker only (OR-Tools). Sums (`impossible`) do not see that groups stay whole: five groups of seven do
not go into two teams of twenty. Rules see groups by their profile only, so the model counts how many of each
profile each team takes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from ortools.sat.python import cp_model

from eventsapp.planning.engine.cpsat import Answer, ask
from eventsapp.planning.engine.search import Search
from eventsapp.planning.engine.terms import Id, Reason
from eventsapp.planning.engine.trails.frame import MAY_ROLL, MAY_WALK, Frame, settled, team_names
from eventsapp.planning.engine.trails.impossible import DayCause
from eventsapp.planning.engine.trails.pinned import allowed
from eventsapp.planning.engine.trails.problem import Problem, Team
from eventsapp.planning.engine.trails.roster import Profile, Roster

EFFORT = 2.0
"""Deterministic time of CP-SAT for the question: about seconds. Small days take a hundredth of it."""

HELP_EFFORT = 0.2
"""The same for each question about what would help."""

SMALL = 1500
"""Choices (groups × teams) up to which the question comes before anything is compiled."""

HELPS = ("more_places", "fewer_places", "more_adults")
"""What may give way: the most in a team, the least in a team, adults who come beside."""


@dataclass(frozen=True, slots=True)
class Dealt:
    """Sound teams, if found: a row for each group; or that there are none (`impossible`, proved)."""

    team: tuple[int, ...] | None = None
    impossible: bool = False


class Packing:
    """What has been asked and found. `reason`: proved that there are no sound teams; `teams`: some, of any
    number of wheelchair teams, without structure and day. Neither: not asked yet, or not known."""

    def __init__(self, problem: Problem, names: tuple[Id, ...], seed: int) -> None:
        self.problem, self._names, self._seed = problem, names, seed
        self.reason: Reason | None = None
        self.teams: tuple[Team, ...] = ()
        self._asked = False

    @property
    def refused(self) -> bool:
        """Whether it is proved that there are no sound teams."""
        return self.reason is not None

    @property
    def small(self) -> bool:
        return len(self.problem.groups) * self.problem.rules.n_teams <= SMALL

    def ask(self, search: Search[Any]) -> None:
        """Ask once, whatever comes of it."""
        if self._asked:
            return
        self._asked = True
        found = self.within(any_frame(self.problem, self._names), search)
        if found.team is not None:
            groups: list[list[Id]] = [[] for _ in self._names]
            for group, team in zip(self.problem.groups, found.team, strict=True):
                groups[team].append(group.id)
            named = zip(self._names, groups, strict=True)
            self.teams = tuple(Team(name, tuple(inside), "", "", 0, ()) for name, inside in named)
        elif found.impossible:
            # The proof stands before anybody asks what would help: an interruption leaves the bare reason.
            self.reason = _reason(self.problem, {})
            self.reason = _reason(self.problem, dict(self._helps(search)))

    def within(self, frame: Frame, search: Search[Any]) -> Dealt:
        """Ask for sound teams within a frame."""
        counts = Counts(frame)
        answer = ask(counts.model, search, effort=EFFORT, seed=self._seed)
        return Dealt(counts.read(answer)) if answer.found else Dealt(impossible=answer.closed)

    def _helps(self, search: Search[Any]) -> Iterator[tuple[str, int]]:
        """The least of each that would do by itself; left out where it is not proved to be the least."""
        problem, rules, pins = self.problem, self.problem.rules, len(self.problem.pins)
        places = sum(one.max_teams for one in problem.structures)
        others = [("pinned", replace(problem, pins=()))] if pins else []
        for name, count in (("more_teams", rules.n_teams + 1), ("fewer_teams", rules.n_teams - 1)):
            if max(1, pins) <= count <= places:
                others.append((name, replace(problem, rules=replace(rules, n_teams=count))))
        for name, other in others:
            counts = Counts(any_frame(other, team_names(other)))
            if ask(counts.model, search, effort=HELP_EFFORT, seed=self._seed).found:
                yield name, 1
        for name in HELPS:
            counts = Counts(any_frame(problem, self._names), gives=name)
            answer = ask(counts.model, search, effort=HELP_EFFORT, seed=self._seed)
            if answer.found and answer.closed:
                yield name, int(answer.solver.value(counts.more))


def _reason(problem: Problem, helps: dict[str, int]) -> Reason:
    """What is said once it is proved; what would not do, or is not known, is 0."""
    rules = problem.rules
    sizes = {"teams": rules.n_teams, "team_min": rules.team_min, "team_max": rules.team_max}
    every = dict.fromkeys(("pinned", "more_teams", "fewer_teams", *HELPS), 0)
    return Reason(DayCause.GROUPS_DO_NOT_FIT, {**sizes, **every, **helps})


def any_frame(problem: Problem, names: tuple[Id, ...]) -> Frame:
    """What pins settle, any number of wheelchair teams allowed."""
    may, home, housed = settled(problem, names, {pin.team: allowed(problem, pin) for pin in problem.pins})
    return Frame(problem, names, tuple(may), tuple(home), tuple(housed))


@dataclass
class Counts:
    """The model: one instance for one question. `gives`: what may give way, `more` of it at the least."""

    frame: Frame
    gives: str = ""
    model: cp_model.CpModel = field(default_factory=cp_model.CpModel)

    def __post_init__(self) -> None:
        problem, model = self.frame.problem, self.model
        self.problem, names, self.may = problem, self.frame.names, self.frame.may
        self.home, self.housed = self.frame.home, self.frame.housed
        self.profiles = Roster(problem, ()).profiles
        most = len(problem.people) + problem.rules.team_min + problem.rules.min_adults * len(names)
        self.more = model.new_int_var(0, most, "") if self.gives else 0
        self.rolls = [model.new_bool_var("") for _ in names]
        self.takes: dict[tuple[int, Profile], Any] = {}
        self.adults: list[Any] = [0] * len(names)
        if self.gives == "more_adults":
            self.adults = [model.new_int_var(0, most, "") for _ in names]
            model.add(sum(self.adults) == self.more)
        self._deal()
        sizes = [self._keep_rules(team) for team in range(len(names))]
        pinned = {pin.team for pin in problem.pins}
        alike = [team for team, name in enumerate(names) if name not in pinned]
        alike.sort(key=self.may.__getitem__)
        for here, there in pairwise(alike):  # without pins, teams of a kind are alike: the largest first
            if self.may[here] == self.may[there]:
                model.add(sizes[here] - sizes[there] >= 0)
        self._keep_access()
        if self.gives:
            model.minimize(self.more)

    def _deal(self) -> None:
        """Every group that is not pinned goes into one team."""
        self.free: defaultdict[Profile, int] = defaultdict(int)
        for profile, home in zip(self.profiles, self.home, strict=True):
            self.free[profile] += home is None
        for profile, count in self.free.items():
            for team in range(len(self.may)):
                self.takes[team, profile] = self.model.new_int_var(0, count, "")
            self.model.add(sum(self.takes[team, profile] for team in range(len(self.may))) == count)

    def _keep_rules(self, team: int) -> Any:
        """Size, adults, children and wheelchairs of a team; its size is given back."""
        inside = [profile for profile, home in zip(self.profiles, self.home, strict=True) if home == team]
        size, children, adults, wheels = (
            cp_model.LinearExpr.sum([profile[part] * self.takes[team, profile] for profile in self.free])
            + sum(profile[part] for profile in inside)
            for part in range(4)
        )
        rules, model, beside = self.problem.rules, self.model, self.adults[team]
        people = len(self.problem.people)  # limits above it say no more, and must not overflow
        higher = self.more if self.gives == "more_places" else 0
        lower = self.more if self.gives == "fewer_places" else 0
        model.add(size + beside <= min(rules.team_max, 10 * people) + higher)
        model.add(size + beside >= rules.team_min - lower)
        model.add(adults + beside >= rules.min_adults)
        model.add(children <= min(rules.children_per_adult, people) * (adults + beside))
        model.add(wheels <= len(self.profiles) * self.rolls[team])
        model.add(wheels >= self.rolls[team])
        return size

    def _keep_access(self) -> None:
        """Who may have a wheelchair; teams without a pinned structure share the places that are left."""
        room, model = 0, self.model
        for row, one in enumerate(self.problem.structures):
            room += one.wheelchair_ok * (one.max_teams - self.housed.count(row))
        for rolls, may in zip(self.rolls, self.may, strict=True):
            if not may & MAY_WALK:
                model.add(rolls == 1)
            if not may & MAY_ROLL:
                model.add(rolls == 0)
        open_teams = [rolls for rolls, house in zip(self.rolls, self.housed, strict=True) if house is None]
        model.add(cp_model.LinearExpr.sum(open_teams) <= max(0, room))

    def read(self, answer: Answer) -> tuple[int, ...]:
        """Groups to teams, as the numbers have it: those of one profile are alike here."""
        value = answer.solver.value
        waiting: defaultdict[Profile, list[int]] = defaultdict(list)
        for (team, profile), count in self.takes.items():
            waiting[profile] += [team] * value(count)
        return tuple(
            waiting[profile].pop() if home is None else home
            for profile, home in zip(self.profiles, self.home, strict=True)
        )
