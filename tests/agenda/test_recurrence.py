"""Series of dates on the real calendar of 2026-2027, and what must hold for any rule."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventsapp.agenda.recurrence import Occurrence, Outcome, held, planned_days, preview
from eventsapp.agenda.rules import (
    Added,
    Avoid,
    DateException,
    Dropped,
    ExceptionsDisagree,
    Moved,
    MovedNowhere,
    Ordinal,
    Rule,
    Weekday,
    WhenClosed,
)
from eventsapp.programme.school_calendar import FIRST_DAY, LAST_DAY, CalendarNotCovered, zone_c

BOTH = frozenset(Avoid)

Line = tuple[Outcome, date | None, date | None]


def second_saturdays(when_closed: WhenClosed, avoid: frozenset[Avoid] = BOTH) -> Rule:
    """« Le 2e samedi de chaque mois », from September 2026 to the last week of school."""
    return Rule(
        weekday=Weekday.SATURDAY,
        ordinals=(Ordinal.SECOND,),
        first=date(2026, 9, 1),
        last=date(2027, 7, 2),
        avoid=avoid,
        when_closed=when_closed,
    )


def saturdays(first: date, last: date, when_closed: WhenClosed, every: int = 1) -> Rule:
    return Rule(
        weekday=Weekday.SATURDAY, first=first, last=last, every=every, avoid=BOTH, when_closed=when_closed
    )


def lines(occurrences: list[Occurrence]) -> list[Line]:
    return [(one.outcome, one.day, one.original) for one in occurrences]


def changes(occurrences: list[Occurrence]) -> list[tuple[date | None, Outcome, date | None, str | None]]:
    """The lines that are not as planned: original, what became of it, the day held, what closed it."""
    return [
        (one.original, one.outcome, one.day, one.closure.name if one.closure else None)
        for one in occurrences
        if one.outcome is not Outcome.AS_PLANNED
    ]


class TestSecondSaturdayOfTheMonth:
    """Awa plans the parents' mornings of 2026-2027: three second Saturdays are closed."""

    def test_otherwise_the_next_saturday(self) -> None:
        found = preview(second_saturdays(WhenClosed.NEXT), [], zone_c())
        assert held(found) == [
            date(2026, 9, 12),
            date(2026, 10, 10),
            date(2026, 11, 14),
            date(2026, 12, 12),
            date(2027, 1, 9),
            date(2027, 2, 27),
            date(2027, 3, 13),
            date(2027, 4, 24),
            date(2027, 5, 15),
            date(2027, 6, 12),
        ]
        assert changes(found) == [
            (date(2027, 2, 13), Outcome.MOVED_CLOSED, date(2027, 2, 27), "Vacances d’hiver"),
            (date(2027, 4, 10), Outcome.MOVED_CLOSED, date(2027, 4, 24), "Vacances de printemps"),
            (date(2027, 5, 8), Outcome.MOVED_CLOSED, date(2027, 5, 15), "8 mai"),
        ]

    def test_otherwise_the_saturday_before(self) -> None:
        # The Saturday before 8 May 2027 is 1 May: it goes on to 24 April.
        assert changes(preview(second_saturdays(WhenClosed.PREVIOUS), [], zone_c())) == [
            (date(2027, 2, 13), Outcome.MOVED_CLOSED, date(2027, 1, 30), "Vacances d’hiver"),
            (date(2027, 4, 10), Outcome.MOVED_CLOSED, date(2027, 3, 27), "Vacances de printemps"),
            (date(2027, 5, 8), Outcome.MOVED_CLOSED, date(2027, 4, 24), "8 mai"),
        ]

    def test_otherwise_nothing(self) -> None:
        found = preview(second_saturdays(WhenClosed.NOTHING), [], zone_c())
        assert changes(found) == [
            (date(2027, 2, 13), Outcome.DROPPED_CLOSED, None, "Vacances d’hiver"),
            (date(2027, 4, 10), Outcome.DROPPED_CLOSED, None, "Vacances de printemps"),
            (date(2027, 5, 8), Outcome.DROPPED_CLOSED, None, "8 mai"),
        ]
        assert len(held(found)) == 7

    def test_avoiding_school_holidays_alone_names_the_bridge_not_the_public_holiday(self) -> None:
        rule = second_saturdays(WhenClosed.NEXT, frozenset({Avoid.SCHOOL_HOLIDAYS}))
        assert changes(preview(rule, [], zone_c()))[-1] == (
            date(2027, 5, 8),
            Outcome.MOVED_CLOSED,
            date(2027, 5, 15),
            "Pont de l’Ascension",
        )

    def test_avoiding_public_holidays_alone_keeps_the_dates_of_holidays(self) -> None:
        rule = second_saturdays(WhenClosed.NEXT, frozenset({Avoid.PUBLIC_HOLIDAYS}))
        found = preview(rule, [], zone_c())
        assert changes(found) == [(date(2027, 5, 8), Outcome.MOVED_CLOSED, date(2027, 5, 15), "8 mai")]
        assert date(2027, 2, 13) in held(found)

    def test_avoiding_nothing_holds_every_date(self) -> None:
        rule = second_saturdays(WhenClosed.NEXT, frozenset())
        assert held(preview(rule, [], zone_c())) == list(planned_days(rule))


class TestClosedDatesKeepTheirPlace:
    def test_a_weekly_series_does_not_double_the_saturday_after_the_holidays(self) -> None:
        rule = saturdays(date(2026, 10, 10), date(2026, 11, 14), WhenClosed.NEXT)
        found = preview(rule, [], zone_c())
        assert lines(found) == [
            (Outcome.AS_PLANNED, date(2026, 10, 10), date(2026, 10, 10)),
            (Outcome.DROPPED_NEIGHBOUR, None, date(2026, 10, 17)),
            (Outcome.DROPPED_NEIGHBOUR, None, date(2026, 10, 24)),
            (Outcome.DROPPED_NEIGHBOUR, None, date(2026, 10, 31)),
            (Outcome.AS_PLANNED, date(2026, 11, 7), date(2026, 11, 7)),
            (Outcome.AS_PLANNED, date(2026, 11, 14), date(2026, 11, 14)),
        ]
        assert [one.obstacle for one in found if one.obstacle] == [
            date(2026, 10, 24),
            date(2026, 10, 31),
            date(2026, 11, 7),
        ]

    def test_every_other_week_only_the_last_closed_date_is_recovered(self) -> None:
        rule = saturdays(date(2026, 10, 3), date(2026, 11, 28), WhenClosed.NEXT, every=2)
        assert lines(preview(rule, [], zone_c())) == [
            (Outcome.AS_PLANNED, date(2026, 10, 3), date(2026, 10, 3)),
            (Outcome.DROPPED_NEIGHBOUR, None, date(2026, 10, 17)),
            (Outcome.MOVED_CLOSED, date(2026, 11, 7), date(2026, 10, 31)),
            (Outcome.AS_PLANNED, date(2026, 11, 14), date(2026, 11, 14)),
            (Outcome.AS_PLANNED, date(2026, 11, 28), date(2026, 11, 28)),
        ]

    def test_july_does_not_become_september(self) -> None:
        rule = Rule(
            weekday=Weekday.SATURDAY,
            ordinals=(Ordinal.SECOND,),
            first=date(2027, 6, 1),
            last=date(2027, 9, 30),
            avoid=BOTH,
            when_closed=WhenClosed.NEXT,
        )
        assert lines(preview(rule, [], zone_c())) == [
            (Outcome.AS_PLANNED, date(2027, 6, 12), date(2027, 6, 12)),
            (Outcome.DROPPED_NEIGHBOUR, None, date(2027, 7, 10)),
            (Outcome.MOVED_CLOSED, date(2027, 9, 4), date(2027, 8, 14)),
            (Outcome.AS_PLANNED, date(2027, 9, 11), date(2027, 9, 11)),
        ]

    def test_a_closed_date_does_not_leave_the_span(self) -> None:
        after = saturdays(date(2027, 6, 26), date(2027, 7, 3), WhenClosed.NEXT)
        assert lines(preview(after, [], zone_c()))[-1] == (
            Outcome.DROPPED_END_OF_SPAN,
            None,
            date(2027, 7, 3),
        )
        before = saturdays(date(2027, 2, 20), date(2027, 2, 27), WhenClosed.PREVIOUS)
        assert lines(preview(before, [], zone_c()))[0] == (
            Outcome.DROPPED_END_OF_SPAN,
            None,
            date(2027, 2, 20),
        )


class TestRhythms:
    @pytest.mark.parametrize(
        ("ordinals", "expected"),
        [
            ((Ordinal.FIRST,), [date(2026, 10, 1), date(2026, 11, 5), date(2026, 12, 3)]),
            ((Ordinal.FOURTH,), [date(2026, 10, 22), date(2026, 11, 26), date(2026, 12, 24)]),
            ((Ordinal.LAST,), [date(2026, 10, 29), date(2026, 11, 26), date(2026, 12, 31)]),
        ],
    )
    def test_thursdays_of_the_month(self, ordinals: tuple[Ordinal, ...], expected: list[date]) -> None:
        rule = Rule(
            weekday=Weekday.THURSDAY, ordinals=ordinals, first=date(2026, 10, 1), last=date(2026, 12, 31)
        )
        assert list(planned_days(rule)) == expected

    def test_the_fourth_and_the_last_are_one_date_in_a_month_of_four(self) -> None:
        rule = Rule(
            weekday=Weekday.SATURDAY,
            ordinals=(Ordinal.LAST, Ordinal.FOURTH),
            first=date(2026, 10, 1),
            last=date(2026, 11, 30),
        )
        assert list(planned_days(rule)) == [date(2026, 10, 24), date(2026, 10, 31), date(2026, 11, 28)]

    def test_every_other_month_counts_from_the_month_of_the_first_day(self) -> None:
        # 12 September comes before the first day: September counts all the same, October does not.
        rule = Rule(
            weekday=Weekday.SATURDAY,
            ordinals=(Ordinal.SECOND,),
            every=2,
            first=date(2026, 9, 15),
            last=date(2027, 3, 31),
        )
        assert list(planned_days(rule)) == [date(2026, 11, 14), date(2027, 1, 9), date(2027, 3, 13)]

    def test_every_three_weeks_counts_from_the_first_such_day(self) -> None:
        rule = Rule(weekday=Weekday.TUESDAY, every=3, first=date(2026, 9, 2), last=date(2026, 10, 31))
        assert list(planned_days(rule)) == [date(2026, 9, 8), date(2026, 9, 29), date(2026, 10, 20)]

    def test_both_ends_of_the_span_are_in(self) -> None:
        rule = Rule(weekday=Weekday.SATURDAY, first=date(2026, 9, 5), last=date(2026, 9, 12))
        assert list(planned_days(rule)) == [date(2026, 9, 5), date(2026, 9, 12)]


class TestExceptions:
    """Bakary changes the second Saturdays by hand."""

    def test_added_dropped_and_moved_each_have_their_line(self) -> None:
        added = Added(date(2026, 9, 26))
        dropped = Dropped(date(2026, 12, 12))
        moved = Moved(date(2027, 1, 9), date(2027, 1, 16))
        found = preview(second_saturdays(WhenClosed.NEXT), [moved, dropped, added], zone_c())
        by_hand = [(one.outcome, one.day, one.original, one.exception) for one in found if one.exception]
        assert by_hand == [
            (Outcome.ADDED_BY_HAND, date(2026, 9, 26), None, added),
            (Outcome.DROPPED_BY_HAND, None, date(2026, 12, 12), dropped),
            (Outcome.MOVED_BY_HAND, date(2027, 1, 16), date(2027, 1, 9), moved),
        ]

    def test_they_survive_a_change_of_the_rule_and_come_back_with_it(self) -> None:
        exceptions: list[DateException] = [
            Added(date(2026, 9, 26)),
            Dropped(date(2026, 12, 12)),
            Moved(date(2027, 1, 9), date(2027, 1, 16)),
        ]
        thirds = Rule(
            weekday=Weekday.SATURDAY,
            ordinals=(Ordinal.THIRD,),
            first=date(2026, 9, 1),
            last=date(2027, 7, 2),
            avoid=BOTH,
            when_closed=WhenClosed.NEXT,
        )
        found = preview(thirds, exceptions, zone_c())
        assert [(one.outcome, one.day, one.exception) for one in found if one.exception] == [
            (Outcome.ADDED_BY_HAND, date(2026, 9, 26), exceptions[0]),
            (Outcome.NO_EFFECT, None, exceptions[1]),
            (Outcome.NO_EFFECT, None, exceptions[2]),
        ]
        back = preview(second_saturdays(WhenClosed.NEXT), exceptions, zone_c())
        assert Outcome.NO_EFFECT not in {one.outcome for one in back}

    def test_a_day_added_outside_the_span_or_on_a_closed_day_stands_and_says_so(self) -> None:
        exceptions = [Added(date(2027, 7, 10)), Added(date(2026, 8, 29)), Added(date(2026, 12, 23))]
        found = preview(second_saturdays(WhenClosed.NEXT), exceptions, zone_c())
        assert [
            (one.day, one.closure.name if one.closure else None)
            for one in found
            if one.outcome is Outcome.ADDED_BY_HAND
        ] == [
            (date(2026, 8, 29), "Vacances d’été"),
            (date(2026, 12, 23), "Vacances de Noël"),
            (date(2027, 7, 10), "Vacances d’été"),
        ]

    def test_a_closed_date_is_moved_by_hand_from_the_day_that_the_rule_says(self) -> None:
        moved = Moved(date(2027, 2, 13), date(2027, 3, 6))
        found = preview(second_saturdays(WhenClosed.NEXT), [moved], zone_c())
        assert date(2027, 3, 6) in held(found)
        assert date(2027, 2, 27) not in held(found)

    def test_a_date_in_the_holidays_can_be_kept_there_by_hand(self) -> None:
        # Dropping the rule's own date and adding the very day: the family holiday club asked for it.
        exceptions: list[DateException] = [Dropped(date(2027, 2, 13)), Added(date(2027, 2, 13))]
        found = preview(second_saturdays(WhenClosed.NEXT), exceptions, zone_c())
        assert [(one.outcome, one.day) for one in found if one.exception] == [
            (Outcome.ADDED_BY_HAND, date(2027, 2, 13)),
            (Outcome.DROPPED_BY_HAND, None),
        ]

    def test_moving_onto_a_date_of_the_series_leaves_that_date_alone(self) -> None:
        moved = Moved(date(2026, 9, 12), date(2026, 10, 10))
        found = preview(second_saturdays(WhenClosed.NEXT), [moved], zone_c())
        assert (found[0].outcome, found[0].obstacle) == (Outcome.DROPPED_TAKEN, date(2026, 10, 10))
        assert (found[1].outcome, found[1].day) == (Outcome.AS_PLANNED, date(2026, 10, 10))

    def test_a_hand_on_the_landing_day_comes_first(self) -> None:
        found = preview(second_saturdays(WhenClosed.NEXT), [Added(date(2027, 2, 27))], zone_c())
        february = [
            one for one in found if (one.day or one.original or date.min).replace(day=1) == date(2027, 2, 1)
        ]
        assert lines(february) == [
            (Outcome.DROPPED_TAKEN, None, date(2027, 2, 13)),
            (Outcome.ADDED_BY_HAND, date(2027, 2, 27), None),
        ]

    def test_adding_a_day_already_there_changes_nothing(self) -> None:
        rule = second_saturdays(WhenClosed.NEXT)
        found = preview(rule, [Added(date(2026, 9, 12))], zone_c())
        assert held(found) == held(preview(rule, [], zone_c()))
        assert [one.outcome for one in found[:2]] == [Outcome.AS_PLANNED, Outcome.NO_EFFECT]

    def test_two_exceptions_about_one_date_are_refused(self) -> None:
        about = date(2026, 9, 12)
        twice: list[DateException] = [Dropped(about), Moved(about, date(2026, 9, 19))]
        with pytest.raises(ExceptionsDisagree, match="12/09/2026"):
            preview(second_saturdays(WhenClosed.NEXT), twice, zone_c())
        with pytest.raises(MovedNowhere, match="12/09/2026"):
            preview(second_saturdays(WhenClosed.NEXT), [Moved(about, about)], zone_c())


class TestOutsideTheCalendar:
    def test_a_span_beyond_the_known_years_is_refused_even_if_no_date_falls_there(self) -> None:
        rule = saturdays(date(2028, 8, 1), date(2028, 9, 1), WhenClosed.NEXT)
        assert max(planned_days(rule)) == date(2028, 8, 26)
        with pytest.raises(CalendarNotCovered, match="01/09/2028"):
            preview(rule, [], zone_c())

    def test_a_day_added_beyond_the_known_years_is_refused(self) -> None:
        with pytest.raises(CalendarNotCovered, match="02/09/2028"):
            preview(second_saturdays(WhenClosed.NEXT), [Added(date(2028, 9, 2))], zone_c())

    def test_a_series_that_avoids_nothing_asks_the_calendar_nothing(self) -> None:
        rule = Rule(weekday=Weekday.SATURDAY, first=date(2028, 9, 1), last=date(2028, 9, 10))
        assert held(preview(rule, [Added(date(2029, 1, 1))], zone_c())) == [
            date(2028, 9, 2),
            date(2028, 9, 9),
            date(2029, 1, 1),
        ]


covered_days = st.dates(FIRST_DAY, LAST_DAY)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    """Any rule within the covered years, up to a year and a half long."""
    first = draw(covered_days)
    last = draw(st.dates(first, min(LAST_DAY, first + timedelta(days=550))))
    return Rule(
        weekday=draw(st.sampled_from(Weekday)),
        first=first,
        last=last,
        ordinals=tuple(draw(st.lists(st.sampled_from(Ordinal), max_size=3))),
        every=draw(st.integers(1, 5)),
        avoid=draw(st.frozensets(st.sampled_from(Avoid))),
        when_closed=draw(st.sampled_from(WhenClosed)),
    )


@st.composite
def rules_with_exceptions(draw: st.DrawFn) -> tuple[Rule, list[DateException]]:
    """A rule and changes, of dates that it says and of dates that it does not."""
    rule = draw(rules())
    planned = planned_days(rule)
    a_day = st.one_of(st.sampled_from(planned), covered_days) if planned else covered_days
    exceptions: list[DateException] = [Added(day) for day in draw(st.lists(a_day, unique=True, max_size=4))]
    for day in draw(st.lists(a_day, unique=True, max_size=4)):
        to = draw(a_day)
        # Moved onto itself is refused: it stands for a date dropped here.
        exceptions.append(Dropped(day) if to == day or draw(st.booleans()) else Moved(day, to))
    return rule, exceptions


class TestForAnyRule:
    @given(rules_with_exceptions())
    def test_no_two_lines_hold_one_day(self, case: tuple[Rule, list[DateException]]) -> None:
        rule, exceptions = case
        days = held(preview(rule, exceptions, zone_c()))
        assert all(before < after for before, after in pairwise(days))

    @given(rules_with_exceptions())
    def test_every_planned_day_and_every_exception_has_exactly_one_line(
        self, case: tuple[Rule, list[DateException]]
    ) -> None:
        rule, exceptions = case
        found = preview(rule, exceptions, zone_c())
        planned = set(planned_days(rule))
        assert sorted(one.original for one in found if one.original in planned) == sorted(planned)
        assert sorted(repr(one.exception) for one in found if one.exception) == sorted(map(repr, exceptions))
        assert len(found) == len(planned) + sum(
            isinstance(one, Added) or one.day not in planned for one in exceptions
        )

    @given(rules_with_exceptions())
    def test_what_no_hand_touched_is_open_in_the_span_and_on_its_weekday(
        self, case: tuple[Rule, list[DateException]]
    ) -> None:
        rule, exceptions = case
        for one in preview(rule, exceptions, zone_c()):
            if one.exception is None and one.day is not None:
                assert rule.first <= one.day <= rule.last
                assert one.day.weekday() == rule.weekday
                assert avoided_on(rule, one.day) == []

    @given(rules_with_exceptions())
    def test_asking_again_or_in_another_order_gives_the_same_answer(
        self, case: tuple[Rule, list[DateException]]
    ) -> None:
        rule, exceptions = case
        found = preview(rule, exceptions, zone_c())
        assert preview(rule, exceptions, zone_c()) == found
        assert preview(rule, list(reversed(exceptions)), zone_c()) == found

    @given(rules())
    def test_adding_by_hand_what_is_held_changes_no_day(self, rule: Rule) -> None:
        days = held(preview(rule, [], zone_c()))
        again = preview(rule, [Added(day) for day in days], zone_c())
        assert held(again) == days

    @given(rules())
    def test_closed_dates_keep_their_order_and_say_what_closed_them(self, rule: Rule) -> None:
        found = preview(rule, [], zone_c())
        in_order = [one for one in sorted(found, key=lambda one: one.original or date.min) if one.day]
        assert [one.day for one in in_order] == held(found)
        for one in found:
            reasons = avoided_on(rule, one.original) if one.original else []
            assert (one.closure in reasons) if reasons else (one.outcome is Outcome.AS_PLANNED)

    @given(rules_with_exceptions())
    def test_dropping_a_date_changes_no_other(self, case: tuple[Rule, list[DateException]]) -> None:
        rule, _ = case
        found = preview(rule, [], zone_c())
        for one in found[:3]:
            assert one.original is not None
            without = preview(rule, [Dropped(one.original)], zone_c())
            assert [other for other in without if other.exception is None] == [
                other for other in found if other is not one
            ]


def avoided_on(rule: Rule, day: date) -> list[object]:
    """What the rule avoids on that day, worked out from the calendar without the code under test."""
    wanted = {
        "public_holiday": Avoid.PUBLIC_HOLIDAYS in rule.avoid,
        "school_holiday": Avoid.SCHOOL_HOLIDAYS in rule.avoid,
        "bridge": Avoid.SCHOOL_HOLIDAYS in rule.avoid,
    }
    return [closure for closure in zone_c().closures_on(day) if wanted[closure.kind.value]]
