"""What registrations at one event must come to, in memory: the model that the machine compares with.

Plain lists and sums, nothing of the program: whoever changes a rule there says it here in its simplest form.
A rule that is to come (places offered for an answer) is a method here and a rule in
test_registration_machine.py.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

CHILDREN = ("0-2", "3-5", "6-10", "11-14", "15-17")
YOUNGEST = ("0-2", "3-5")
ADULT = "18+"
MOST_OVERTAKINGS = 3

Weight = tuple[int, int, int, int]
"""People, and of them adults, children, under 6."""
NOBODY: Weight = (0, 0, 0, 0)


class State(enum.StrEnum):
    SEATED = "confirmee"
    WAITING = "attente"
    GONE = "annulee"


@dataclass(frozen=True)
class Rules:
    """Quotas of the event; None: no such limit."""

    most_adults: int | None = None
    most_children: int | None = None
    most_under_6: int | None = None
    children_per_adult: int | None = None
    is_strict: bool = False
    """The first of the list or nobody."""


@dataclass(frozen=True)
class Terms:
    """What is told of an event: when (hours after its first hour) and whether it takes place."""

    hour: int = 0
    is_cancelled: bool = False


@dataclass
class Party:
    """Who registered, in the order of arrival, and what they know."""

    name: str
    brackets: tuple[str, ...]
    by_mail: bool
    state: State
    told: Terms
    calendar: str = ""
    """The method that their calendar heard last."""
    overtaken: int = 0
    """How many later parties took seats that it lacked."""

    @property
    def weight(self) -> Weight:
        return _weight(self.brackets)


@dataclass
class Model:
    """One event, its parties in the order of arrival, and every letter with its reader, in order."""

    capacity: int
    rules: Rules = field(default_factory=Rules)
    terms: Terms = field(default_factory=Terms)
    parties: dict[str, Party] = field(default_factory=dict)
    letters: list[tuple[str, str]] = field(default_factory=list)

    def of(self, *states: State) -> list[Party]:
        return [party for party in self.parties.values() if party.state in states]

    def taken(self) -> Weight:
        """Those seated."""
        return _weight([bracket for party in self.of(State.SEATED) for bracket in party.brackets])

    def arrives(self, name: str, brackets: tuple[str, ...], *, by_mail: bool) -> bool:
        """False: refused."""
        if self.terms.is_cancelled or not self._is_possible(brackets):
            return False
        fits = self._may_sit(_weight(brackets), self.of(State.WAITING))
        if fits:
            self._overtake(_weight(brackets), self.of(State.WAITING))
        state = State.SEATED if fits else State.WAITING
        self.parties[name] = Party(name, brackets, by_mail, state, self.terms)
        self._write(self.parties[name], "confirmed" if fits else "waiting", "REQUEST" if fits else "")
        return True

    def leaves(self, name: str) -> bool:
        """False: they had left."""
        party = self.parties[name]
        was, party.state = party.state, State.GONE
        if was is State.GONE:
            return False
        if party.by_mail:  # who has no mailbox said it themselves: nobody calls
            self._write(party, "withdrawn", "CANCEL" if was is State.SEATED else "")
        self._promote()
        return True

    def changes(self, name: str, brackets: tuple[str, ...]) -> bool:
        """The desk changes how many of them come. False: refused, or nothing new."""
        party = self.parties[name]
        is_new = Counter(party.brackets) != Counter(brackets)
        if party.state is State.GONE or self.terms.is_cancelled or not is_new:
            return False
        if not self._is_possible(brackets):
            return False
        more = _minus(_weight(brackets), party.weight)
        if party.state is State.SEATED and not self._may_grow(more):
            return False
        party.brackets = brackets
        if party.by_mail:
            self._write(party, "party_changed")
        self._promote()
        return True

    def resized(self, capacity: int) -> bool:
        """False: refused, or nothing new."""
        if capacity < max(1, self.taken()[0]) or capacity == self.capacity:
            return False
        self.capacity = capacity
        self._promote()
        return True

    def called_off(self) -> bool:
        if self.terms.is_cancelled:
            return False
        self.terms = Terms(self.terms.hour, True)
        return True

    def restored(self) -> bool:
        if not self.terms.is_cancelled:
            return False
        self.terms = Terms(self.terms.hour)
        self._promote()
        return True

    def moved(self, hour: int) -> bool:
        if self.terms.is_cancelled or hour == self.terms.hour:
            return False
        self.terms = Terms(hour)
        return True

    def told(self) -> None:
        """A worker's turn: each hears what they do not know."""
        for party in self.of(State.SEATED, State.WAITING):
            if party.told == self.terms:
                continue
            seated = party.state is State.SEATED
            if self.terms.is_cancelled:
                self._write(party, "called_off", "CANCEL" if seated else "")
            elif party.told.is_cancelled:
                self._write(party, "restored", "REQUEST" if seated else "")
            else:
                self._write(party, "rescheduled", "REQUEST" if seated else "")
            party.told = self.terms

    def _promote(self) -> None:
        """Down the list: whoever may sit, sits, and overtakes those who were passed over."""
        if self.terms.is_cancelled:
            return
        passed: list[Party] = []
        for party in self.of(State.WAITING):
            if not self._may_sit(party.weight, passed):
                passed.append(party)
                continue
            self._overtake(party.weight, passed)
            party.state, party.told = State.SEATED, self.terms
            self._write(party, "promoted", "REQUEST")

    def _may_sit(self, weight: Weight, before: Sequence[Party]) -> bool:
        """There is room, and what is kept for those before is left to them."""
        hopeful = [party for party in before if self._holds(party.weight)]
        kept = NOBODY
        for party in hopeful:
            if party.overtaken >= MOST_OVERTAKINGS:
                kept = _plus(kept, party.weight)
        room = self._holds(weight) and self._holds(_plus(self.taken(), weight))
        in_turn = not hopeful if self.rules.is_strict else self._leaves(kept, weight)
        return room and in_turn

    def _may_grow(self, more: Weight) -> bool:
        if more[0] > 0:
            return self._may_sit(more, self.of(State.WAITING))
        return self._holds(_plus(self.taken(), more))

    def _overtake(self, weight: Weight, before: Sequence[Party]) -> None:
        for party in before:
            if self._holds(party.weight) and not self._leaves(party.weight, weight):
                party.overtaken += 1

    def _leaves(self, kept: Weight, weight: Weight) -> bool:
        """Beside those seated and what is kept, nothing that is used up is taken."""
        present = _plus(self.taken(), kept)
        return all(
            more <= 0 or _within(there + more, most)
            for there, more, most in zip(present, weight, self._most(), strict=True)
        )

    def _write(self, party: Party, kind: str, method: str = "") -> None:
        """One letter; a calendar that holds no date has none to give up."""
        if not party.by_mail or (method == "CANCEL" and party.calendar != "REQUEST"):
            method = ""
        party.calendar = method or party.calendar
        self.letters.append((party.name, f"{kind} {method}".strip()))

    def _most(self) -> tuple[int | None, ...]:
        rules = self.rules
        return self.capacity, rules.most_adults, rules.most_children, rules.most_under_6

    def _holds(self, weight: Weight) -> bool:
        return all(_within(number, most) for number, most in zip(weight, self._most(), strict=True))

    def _is_possible(self, brackets: tuple[str, ...]) -> bool:
        people = Counter(brackets)
        per_adult = self.rules.children_per_adult
        looked_after = per_adult is None or people.total() - people[ADULT] <= people[ADULT] * per_adult
        return looked_after and self._holds(_weight(brackets))


def _weight(brackets: Sequence[str]) -> Weight:
    children = sum(bracket in CHILDREN for bracket in brackets)
    youngest = sum(bracket in YOUNGEST for bracket in brackets)
    return len(brackets), len(brackets) - children, children, youngest


def _plus(one: Weight, other: Weight) -> Weight:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2], one[3] + other[3]


def _minus(one: Weight, other: Weight) -> Weight:
    return one[0] - other[0], one[1] - other[1], one[2] - other[2], one[3] - other[3]


def _within(number: int, most: int | None) -> bool:
    return most is None or number <= most
