"""All seated or none, by a rule that can be read, and nobody overtaken without end (pure)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eventsapp.agenda.entry_rules import QueueOrder
from eventsapp.registrations import capacity
from eventsapp.registrations.capacity import MOST_OVERTAKINGS, Hindrance, Limits, Load, Seating, Waiting

FIRST_FIT, STRICT = QueueOrder.FIRST_FIT, QueueOrder.STRICT


def queue(*sizes: int, overtaken: int = 0) -> list[Waiting[int]]:
    """Parties 0, 1, 2… of so many adults; the first was overtaken so often."""
    return [Waiting(party, Load(size), overtaken if party == 0 else 0) for party, size in enumerate(sizes)]


@pytest.mark.parametrize(
    ("seats", "taken", "expected"),
    [
        (1, 0, True),
        (12, 0, True),
        (13, 0, False),
        (1, 11, True),
        (2, 11, False),
        (1, 12, False),
        (0, 0, False),
    ],
)
def test_a_party_sits_together_or_not_at_all(seats: int, taken: int, expected: bool) -> None:
    assert capacity.fits(Load(seats), Limits(12), Load(taken)) is expected


def test_some_parties_never_fit() -> None:
    assert capacity.could_ever_fit(Load(12), Limits(12))
    assert not capacity.could_ever_fit(Load(13), Limits(12))
    assert not capacity.could_ever_fit(Load(0), Limits(12))


def test_quotas_hold_beside_the_places() -> None:
    twelve_little_ones = Limits(30, most_under_6=12)
    taken = Load(seats=20, children=15, under_6=11)
    assert capacity.fits(Load(2, 1, 1), twelve_little_ones, taken)
    assert not capacity.fits(Load(3, 2, 2), twelve_little_ones, taken)
    assert capacity.fits(Load(3, 2, 0), twelve_little_ones, taken)
    assert not capacity.fits(Load(3, 2, 0), Limits(30, most_children=16), taken)
    assert not capacity.fits(Load(3, 2, 0), Limits(30, most_adults=5), taken)


def test_the_first_that_fits_may_pass_a_larger_family_and_that_is_counted() -> None:
    assert capacity.seated_from_queue(FIRST_FIT, Limits(6), Load(), queue(3, 5, 2, 1)) == Seating(
        seated=[0, 2, 3], waiting=[(1, Hindrance.NO_ROOM)], overtaken=[(1, 2)]
    )
    assert capacity.seated_from_queue(FIRST_FIT, Limits(6), Load(6), queue(1)) == Seating(
        waiting=[(0, Hindrance.NO_ROOM)]
    )
    assert capacity.seated_from_queue(FIRST_FIT, Limits(20), Load(), queue()) == Seating()


def test_in_strict_order_nobody_passes_the_head_of_the_queue() -> None:
    assert capacity.seated_from_queue(STRICT, Limits(6), Load(), queue(3, 5, 2, 1)) == Seating(
        seated=[0],
        waiting=[(1, Hindrance.NO_ROOM), (2, Hindrance.BEHIND), (3, Hindrance.BEHIND)],
    )
    assert capacity.admitted(STRICT, Limits(6), Load(4), queue(3), Load(1)) == (Hindrance.BEHIND, [])
    assert capacity.admitted(STRICT, Limits(6), Load(4), [], Load(1)) == (None, [])


def test_a_family_overtaken_three_times_has_what_comes_free_kept_for_it() -> None:
    assert capacity.seated_from_queue(FIRST_FIT, Limits(5), Load(1), queue(5, 1, 1, 1, 1)) == Seating(
        seated=[1, 2, 3],
        waiting=[(0, Hindrance.NO_ROOM), (4, Hindrance.KEPT)],
        overtaken=[(0, MOST_OVERTAKINGS)],
    )
    owed = queue(5, overtaken=MOST_OVERTAKINGS)
    assert capacity.admitted(FIRST_FIT, Limits(5), Load(1), owed, Load(1)) == (Hindrance.KEPT, [])
    assert capacity.admitted(FIRST_FIT, Limits(5), Load(1), queue(5, overtaken=2), Load(1)) == (
        None,
        [(0, 3)],
    )
    # Its turn has come.
    assert capacity.seated_from_queue(FIRST_FIT, Limits(5), Load(), owed).seated == [0]


def test_whoever_waits_for_a_quota_does_not_empty_the_hall() -> None:
    """The under 6 are full: a family with one waits, however often; others sit beside it, and that is no
    overtaking, as long as they leave it its places and take none of those it lacks."""
    hall, taken = Limits(30, most_under_6=2), Load(seats=10, children=2, under_6=2)
    owed = [Waiting("Awa", Load(3, 2, 1), MOST_OVERTAKINGS)]
    assert capacity.admitted(FIRST_FIT, hall, taken, owed, Load(4, 2, 0)) == (None, [])
    assert capacity.admitted(FIRST_FIT, hall, taken, owed, Load(17)) == (None, [])
    assert capacity.admitted(FIRST_FIT, hall, taken, owed, Load(18)) == (Hindrance.KEPT, [])
    assert capacity.admitted(FIRST_FIT, hall, taken, owed, Load(2, 1, 1)) == (Hindrance.QUOTA, [])
    # One under 6 leaves: it is hers, and nobody else's.
    taken -= Load(1, 1, 1)
    owed = [Waiting("Awa", Load(4, 3, 2), MOST_OVERTAKINGS)]
    assert capacity.admitted(FIRST_FIT, hall, taken, owed, Load(2, 1, 1)) == (Hindrance.KEPT, [])
    assert capacity.admitted(FIRST_FIT, hall, taken, owed, Load(2, 1, 0)) == (None, [])
    # In strict order there is no exception: the desk is told why places stay free.
    assert capacity.admitted(STRICT, hall, taken, owed, Load(2, 1, 0)) == (Hindrance.BEHIND, [])


def test_whoever_can_never_fit_holds_nobody_up() -> None:
    """The room was made smaller after they came."""
    for order in QueueOrder:
        assert capacity.seated_from_queue(order, Limits(4), Load(), queue(5, 2, overtaken=3)) == Seating(
            seated=[1], waiting=[(0, Hindrance.NEVER)]
        )


def test_two_families_that_are_owed_places_both_have_theirs_kept() -> None:
    hall, taken = Limits(10, most_under_6=1), Load(4, 1, 1)
    owed = [Waiting(name, Load(2, 1, 1), MOST_OVERTAKINGS) for name in ("Awa", "Binta")]
    assert capacity.admitted(FIRST_FIT, hall, taken, owed, Load(2)) == (None, [])
    assert capacity.admitted(FIRST_FIT, hall, taken, owed, Load(3)) == (Hindrance.KEPT, [])


@st.composite
def loads(draw: st.DrawFn) -> Load:
    """One adult or more, with children."""
    adults, older, younger = draw(st.integers(1, 4)), draw(st.integers(0, 4)), draw(st.integers(0, 3))
    return Load(adults + older + younger, older + younger, younger)


def limits() -> st.SearchStrategy[Limits]:
    quota = st.none() | st.integers(0, 8)
    return st.builds(Limits, st.integers(1, 20), quota, quota, quota)


@dataclass
class Hall:
    """A place where parties arrive and leave, run by the rule alone."""

    order: QueueOrder
    limits: Limits
    seated: list[Load] = field(default_factory=list)
    waiting: list[Waiting[int]] = field(default_factory=list)
    arrived: int = 0

    @property
    def taken(self) -> Load:
        return sum(self.seated, Load())

    @property
    def hopeful(self) -> list[int]:
        """Those who wait and would fit into an empty room."""
        return [one.party for one in self.waiting if capacity.could_ever_fit(one.load, self.limits)]

    def ask(self) -> Seating[int]:
        return capacity.seated_from_queue(self.order, self.limits, self.taken, self.waiting)

    def arrive(self, load: Load) -> None:
        reason, overtaken = capacity.admitted(self.order, self.limits, self.taken, self.waiting, load)
        self._remember(overtaken)
        if reason is None:
            assert self.order is FIRST_FIT or not self.hopeful
            self.seated.append(load)
        else:
            self.waiting.append(Waiting(self.arrived, load))
        self.arrived += 1

    def leave(self, number: int) -> None:
        if self.seated:
            self.seated.pop(number % len(self.seated))

    def fill(self) -> None:
        result, before = self.ask(), self.hopeful
        assert sorted([*result.seated, *(party for party, _ in result.waiting)]) == [
            one.party for one in self.waiting
        ]
        assert self.order is FIRST_FIT or result.seated == before[: len(result.seated)]
        self._remember(result.overtaken)
        self.seated += [one.load for one in self.waiting if one.party in result.seated]
        self.waiting = [one for one in self.waiting if one.party not in result.seated]

    def _remember(self, overtaken: list[tuple[int, int]]) -> None:
        counts = dict(overtaken)
        self.waiting = [replace(one, overtaken=counts.get(one.party, one.overtaken)) for one in self.waiting]


# Drawing forty steps is slow on a busy machine; the rule is what is proved, not the speed.
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    order=st.sampled_from(QueueOrder),
    limits=limits(),
    steps=st.lists(loads() | st.integers(0, 30), max_size=40),
)
def test_whatever_happens_the_rule_holds(order: QueueOrder, limits: Limits, steps: list[Load | int]) -> None:
    """Parties arrive, those seated leave; after every step: never over capacity or quota, nobody overtaken
    beyond the bound, nobody passed in strict order, and whoever waits does so for the reason named."""
    hall = Hall(order, limits)
    for step in steps:
        if isinstance(step, Load):
            hall.arrive(step)
        else:
            hall.leave(step)
        hall.fill()
        assert limits.hold(hall.taken)
        assert all(one.overtaken <= MOST_OVERTAKINGS for one in hall.waiting)
        again = hall.ask()
        assert (again.seated, again.overtaken) == ([], [])  # whoever could be seated is
        reasons_hold(hall, dict(again.waiting))


def reasons_hold(hall: Hall, reasons: dict[int, Hindrance]) -> None:
    """Whoever waits does not fit, or is held back by the rule that is named."""
    owed = Load()
    for place, one in enumerate(hall.waiting):
        why, ahead = reasons[one.party], hall.waiting[:place]
        held = capacity.fits(one.load, hall.limits, hall.taken)
        if hall.order is STRICT:
            assert held is (why is Hindrance.BEHIND)
            assert not held or any(capacity.could_ever_fit(other.load, hall.limits) for other in ahead)
        else:
            assert held is (why is Hindrance.KEPT)
            assert not held or not hall.limits.leave(hall.taken + owed, one.load)
        assert (why is Hindrance.NEVER) is (one.party not in hall.hopeful)
        if one.overtaken == MOST_OVERTAKINGS and why is not Hindrance.NEVER:
            owed += one.load


@given(large=st.integers(2, 10), sizes=st.lists(st.integers(1, 3), min_size=20, max_size=40))
def test_a_large_family_is_seated_after_a_bounded_number_of_others(large: int, sizes: list[int]) -> None:
    """However many small parties come and go, it sits as soon as those who were there have gone."""
    hall, seated, waiting, passed = Limits(large), [Load(1)], [Waiting("large", Load(large))], 0
    for size in sizes:
        reason, overtaken = capacity.admitted(FIRST_FIT, hall, sum(seated, Load()), waiting, Load(size))
        if reason is None:
            seated.append(Load(size))
            passed += 1
            waiting = [Waiting("large", Load(large), overtaken[0][1])]
        if len(seated) > 1 or passed == MOST_OVERTAKINGS:
            seated.pop(0)
        result = capacity.seated_from_queue(FIRST_FIT, hall, sum(seated, Load()), waiting)
        if result.seated:
            break
    assert passed <= MOST_OVERTAKINGS
    while seated and not result.seated:
        seated.pop(0)
        result = capacity.seated_from_queue(FIRST_FIT, hall, sum(seated, Load()), waiting)
    assert result.seated == ["large"]
