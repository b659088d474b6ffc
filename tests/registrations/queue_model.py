"""What registrations at one event must come to, in memory: the model that the machine compares with.

Plain lists and sums, nothing of the program: whoever changes a rule there says it here in its simplest form.
A rule that is to come is a method here and a rule in test_registration_machine.py.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field

CHILDREN = ("0-2", "3-5", "6-10", "11-14", "15-17")
YOUNGEST = ("0-2", "3-5")
ADULT = "18+"
MOST_OVERTAKINGS = 3
MOST_LAPSES = 2
MAIL, SMS, CALL = "courriel", "sms", "appel"

Weight = tuple[int, int, int, int]
"""People, and of them adults, children, under 6."""
NOBODY: Weight = (0, 0, 0, 0)


class State(enum.StrEnum):
    SEATED = "confirmee"
    WAITING = "attente"
    OFFERED = "proposee"
    GONE = "annulee"


@dataclass(frozen=True)
class Rules:
    """Quotas and the delay to answer, in hours; None: no such limit, no answer asked for."""

    most_adults: int | None = None
    most_children: int | None = None
    most_under_6: int | None = None
    children_per_adult: int | None = None
    is_strict: bool = False
    """The first of the list or nobody."""
    hours: int | None = None


@dataclass(frozen=True)
class Terms:
    """What is told of an event: when (hours after its first hour) and whether it takes place."""

    hour: int = 0
    is_cancelled: bool = False


@dataclass
class Reach:
    """What they left, and what they wish: the program's `mailroom.means`, in its simplest form."""

    email: bool = True
    mobile: bool = False
    landline: bool = False
    wish: str | None = None
    hears: bool = True
    calendar: str = ""
    """The method that their calendar heard last of this event."""

    @property
    def means(self) -> list[str]:
        """By which they are told, the first first; none for who wants no messages."""
        by_phone = self.mobile or self.landline
        if not self.hears:
            return []
        if self.wish == CALL and by_phone:
            return [CALL]
        order = sorted([MAIL, SMS, CALL], key=lambda one: one != self.wish)
        possible = {MAIL: self.email, SMS: self.mobile, CALL: by_phone}
        return [one for one in order if possible[one]]


@dataclass
class Party:
    """Who registered, in the order of arrival, and what they know."""

    name: str
    """Of this registration: who comes back has another, and another name for it."""
    brackets: tuple[str, ...]
    reach: Reach
    state: State
    told: Terms
    place: int = 0
    """In the queue."""
    overtaken: int = 0
    """How many later parties took seats that it lacked."""
    calls: dict[str, str] = field(default_factory=dict)
    """What is still to be said on the phone: of the event, and of a place offered."""
    reached_at: int | None = None
    """When the letter of their offer left, in quarters of an hour."""
    answer_by: int | None = None
    lapses: int = 0
    is_news: bool = False
    """It came with all dates of the series, and its letter is still to be written."""

    @property
    def reader(self) -> str:
        return self.name.split("+", maxsplit=1)[0]

    @property
    def weight(self) -> Weight:
        return _weight(self.brackets)

    @property
    def reads(self) -> bool:
        """Who has neither mailbox nor texts said it themselves, and is not called back."""
        return self.reach.means[:1] not in ([], [CALL])


@dataclass
class Model:
    """One event, its parties in the order of arrival, and every letter: its reader, what, by which means."""

    capacity: int
    rules: Rules = field(default_factory=Rules)
    terms: Terms = field(default_factory=Terms)
    parties: dict[str, Party] = field(default_factory=dict)
    letters: list[tuple[str, str, str]] = field(default_factory=list)
    standing: list[tuple[str, tuple[str, ...], Reach]] = field(default_factory=list)
    """Who comes to all dates and was not yet registered to this one."""
    now: int = 0
    """Quarters of an hour since the story began."""
    places: int = 0

    def of(self, *states: State) -> list[Party]:
        return [party for party in self.parties.values() if party.state in states]

    @property
    def queue(self) -> list[Party]:
        return sorted(self.of(State.WAITING), key=lambda party: party.place)

    def taken(self) -> Weight:
        """Those seated, and those for whom a place is held."""
        holding = self.of(State.SEATED, State.OFFERED)
        return _weight([bracket for party in holding for bracket in party.brackets])

    def arrives(self, name: str, brackets: tuple[str, ...], reach: Reach) -> bool:
        """False: refused."""
        if self.terms.is_cancelled or not self._is_possible(brackets):
            return False
        self._let_standing_in()
        seated = self._enter(name, brackets, reach).state is State.SEATED
        self._write(self.parties[name], "confirmed" if seated else "waiting", "REQUEST" if seated else "")
        return True

    def returns(self, name: str, brackets: tuple[str, ...], *, may_wait: bool) -> str | None:
        """Those of a party register once more; the name of it. None: refused."""
        reader = self.parties[name].reader
        theirs = [party for party in self.parties.values() if party.reader == reader]
        if any(party.state is not State.GONE for party in theirs):
            return None
        found = deepcopy(self.__dict__)
        again = f"{reader}{'+' * len(theirs)}"
        if not self.arrives(again, brackets, self.parties[name].reach):
            return None
        if self.parties[again].state is State.WAITING and not may_wait:
            self.__dict__.update(found)
            return None
        return again

    def stands(self, name: str, brackets: tuple[str, ...], reach: Reach) -> bool:
        """Somebody comes to all dates from now on. False: not to this one, now."""
        self.standing.append((name, brackets, reach))
        if self.terms.is_cancelled:
            return False
        self._let_standing_in()
        if name in self.parties:
            self._tell_standing(self.parties[name])
        return name in self.parties

    def standing_job(self) -> None:
        """Those who come to all dates are registered to this one, and told."""
        if not self.terms.is_cancelled:
            self._let_standing_in()
        for party in self.parties.values():
            self._tell_standing(party)

    def _let_standing_in(self) -> None:
        for name, brackets, reach in self.standing:
            if self._is_possible(brackets):
                self._enter(name, brackets, reach).is_news = True
        self.standing = []

    def _tell_standing(self, party: Party) -> None:
        """A place that was offered meanwhile, or one that is called off, is told otherwise."""
        if party.is_news and not self.terms.is_cancelled:
            if party.state is State.SEATED:
                self._write(party, "confirmed", "REQUEST")
            elif party.state is State.WAITING:
                self._write(party, "waiting")
        party.is_news = False

    def _enter(self, name: str, brackets: tuple[str, ...], reach: Reach) -> Party:
        fits = self._may_sit(_weight(brackets), self.queue)
        if fits:
            self._overtake(_weight(brackets), self.queue)
        state = State.SEATED if fits else State.WAITING
        self.parties[name] = Party(name, brackets, reach, state, self.terms, self._last_place())
        return self.parties[name]

    def leaves(self, name: str) -> bool:
        """False: they had left."""
        party = self.parties[name]
        was, party.state = party.state, State.GONE
        party.answer_by = None
        if was is State.GONE:
            return False
        party.calls = {}
        if party.reads and was is State.OFFERED:
            self._write(party, "offer_declined")
        elif party.reads:
            self._write(party, "withdrawn", "CANCEL" if was is State.SEATED else "")
        self._promote()
        return True

    def changes(self, name: str, brackets: tuple[str, ...], *, is_new: bool | None = None) -> bool:
        """Others of them come. False: refused, or nothing new."""
        party = self.parties[name]
        if is_new is None:
            is_new = Counter(party.brackets) != Counter(brackets)
        if party.state is State.GONE or self.terms.is_cancelled or not is_new:
            return False
        before, after = Counter(party.brackets), Counter(brackets)
        fewer_children = after <= before and after[ADULT] == before[ADULT]
        if ADULT not in brackets or not (fewer_children or self._is_possible(brackets)):
            return False
        more = _minus(_weight(brackets), party.weight)
        if party.state is not State.WAITING:
            if not self._may_grow(more):
                return False
            if max(more) > 0:
                self._overtake(more, self.queue)
        party.brackets = brackets
        if party.reads:
            self._write(party, "party_changed")
        self._promote()
        return True

    def accepts(self, name: str) -> bool:
        """Says yes to a place. False: refused, or said before."""
        party = self.parties[name]
        if party.state is not State.OFFERED or self.terms.is_cancelled:
            return False
        self._seat(party)
        if party.reads:
            self._write(party, "offer_taken", "REQUEST")
        return True

    def declines(self, name: str) -> bool:
        """Says no to a place."""
        return self.parties[name].state is State.OFFERED and self.leaves(name)

    def wishes(self, name: str, wish: str | None, *, hears: bool) -> bool:
        """How they are told from now on. False: they left nothing to be told that way."""
        reach = self.parties[name].reach
        by_phone = reach.mobile or reach.landline
        if (wish == MAIL and not reach.email) or (wish in {SMS, CALL} and not by_phone):
            return False
        reach.wish, reach.hears = wish, hears
        if not hears:
            self._hears_no_more(self.parties[name].reader)
        return True

    def _hears_no_more(self, reader: str) -> None:
        """What was to leave does not, and nobody calls: a place whose delay does not run is theirs."""
        for party in self.parties.values():
            if party.reader == reader:
                party.calls = {}
                if party.state is State.OFFERED and party.answer_by is None:
                    self._seat(party)

    def letters_left(self, to: str | None = None) -> None:
        """Mails and texts were delivered, to one or to all: whoever has a place to answer for knows of it."""
        for party in [one for one in self.of(State.OFFERED) if to in {None, one.name}]:
            if party.reached_at is None and "offer" not in party.calls:
                party.reached_at = self.now

    def was_called(self, name: str) -> bool:
        """Somebody answered the phone. False: there was nothing to say."""
        party = self.parties[name]
        if "offer" in party.calls:
            party.reached_at = self.now
        was_due, party.calls = bool(party.calls), {}
        return was_due

    def job(self) -> None:
        """The delay of those who were reached begins; what was not answered goes to the next in line."""
        if self.terms.is_cancelled:
            return
        for party in self._offered():
            if party.reached_at is not None and party.answer_by is None:
                party.answer_by = _by_day(party.reached_at + 4 * (self.rules.hours or 0))
        late = [one for one in self._offered() if one.answer_by is not None and one.answer_by <= self.now]
        for deadline in sorted({one.answer_by or 0 for one in late}):
            for party in [one for one in late if one.answer_by == deadline]:
                party.lapses += 1
                party.answer_by = None
                party.state = State.WAITING if party.lapses < MOST_LAPSES else State.GONE
                if party.state is State.WAITING:
                    party.place, party.overtaken = self._last_place(), 0
            self._promote()
        for party in late:
            if party.state not in {State.WAITING, State.GONE}:
                continue  # again: nobody else wanted the place
            party.calls.pop("offer", None)
            self._write(party, "offer_given_up" if party.state is State.GONE else "offer_lapsed")

    def ruled(self, rules: Rules) -> bool:
        """The desk sets other rules. False: refused, or nothing new."""
        quotas = (None, rules.most_adults, rules.most_children, rules.most_under_6)
        kept = all(_within(number, most) for number, most in zip(self.taken(), quotas, strict=True))
        if not kept or rules == self.rules:
            return False
        self.rules = rules
        self._review()
        self._promote()
        return True

    def resized(self, capacity: int) -> bool:
        """False: refused, or nothing new."""
        if capacity < max(1, self.taken()[0]) or capacity == self.capacity:
            return False
        self.capacity = capacity
        self._review()
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
        self._review()
        self._promote()
        return True

    def moved(self, hour: int) -> bool:
        if self.terms.is_cancelled or hour == self.terms.hour:
            return False
        self.terms = Terms(hour)
        return True

    def told(self) -> None:
        """A worker's turn: each hears what they do not know."""
        for party in self.of(State.SEATED, State.OFFERED, State.WAITING):
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
        for party in self.queue:
            if not self._may_sit(party.weight, passed):
                passed.append(party)
                continue
            self._overtake(party.weight, passed)
            if self.rules.hours is None or not party.reach.hears:
                self._seat(party)
                self._write(party, "promoted", "REQUEST")
            else:
                party.state, party.told, party.reached_at = State.OFFERED, self.terms, None
                party.calls = {}
                self._write(party, "offered", thread="offer")

    def _seat(self, party: Party) -> None:
        party.state, party.told, party.answer_by = State.SEATED, self.terms, None
        party.calls.pop("offer", None)

    def _review(self) -> None:
        """Where no answer is asked for any more the place is theirs; a delay that ran out begins again."""
        if self.terms.is_cancelled:
            return
        for party in self._offered():
            if self.rules.hours is None:
                self._seat(party)
                self._write(party, "promoted", "REQUEST")
            elif party.answer_by is not None and party.answer_by <= self.now:
                party.answer_by = _by_day(self.now + 4 * self.rules.hours)

    def _offered(self) -> list[Party]:
        """Who must answer first, first; then those who were not reached."""
        return sorted(self.of(State.OFFERED), key=lambda one: (one.answer_by is None, one.answer_by or 0))

    def _last_place(self) -> int:
        self.places += 1
        return self.places

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
            return self._may_sit(more, self.queue)
        kept = NOBODY  # others in their place: nobody of a sort that is used up
        for party in self.queue:
            owed = self.rules.is_strict or party.overtaken >= MOST_OVERTAKINGS
            if owed and self._holds(party.weight):
                kept = _plus(kept, party.weight)
        return self._holds(_plus(self.taken(), more)) and self._leaves(kept, more)

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

    def _write(self, party: Party, kind: str, method: str = "", thread: str = "event") -> None:
        """One letter by the first of their means, a mail besides where a calendar must hear of it."""
        reach = party.reach
        if not reach.hears:
            return
        first = reach.means[0]
        holds_date = party.reach.calendar == "REQUEST"
        if not reach.email or (not holds_date and (method == "CANCEL" or first != MAIL)):
            method = ""
        party.reach.calendar = method or party.reach.calendar
        if reach.mobile or reach.landline:
            party.calls.pop(thread, None)
        if method and first != MAIL:
            self.letters.append((party.reader, f"{kind} {method}", MAIL))
            method = ""
        self.letters.append((party.reader, f"{kind} {method}".strip(), first))
        if first == CALL:
            party.calls[thread] = kind

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


def _by_day(quarter: int) -> int:
    """What runs out between ten in the evening and eight in the morning runs until eight."""
    since_midnight = (48 + quarter) % 96  # every walk begins at noon
    if 32 <= since_midnight <= 88:
        return quarter
    return quarter + (32 - since_midnight) % 96


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
