"""The JSON in which rules and exceptions are kept."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventsapp.agenda.rule_json import RuleNotUnderstood, exceptions_from_list, rule_from_dict
from eventsapp.agenda.rules import (
    Added,
    Avoid,
    DateException,
    Dropped,
    ExceptionsDisagree,
    Moved,
    Ordinal,
    Rule,
    Weekday,
    WhenClosed,
    YearUnlikely,
)

SECOND_SATURDAYS = {
    "weekday": "saturday",
    "first": "2026-09-01",
    "last": "2027-07-02",
    "ordinals": ["second"],
    "every": 1,
    "avoid": ["public_holidays", "school_holidays"],
    "when_closed": "next",
}


class TestJson:
    def test_a_kept_rule_is_read_back(self) -> None:
        rule = rule_from_dict(SECOND_SATURDAYS)
        assert rule == Rule(
            weekday=Weekday.SATURDAY,
            first=date(2026, 9, 1),
            last=date(2027, 7, 2),
            ordinals=(Ordinal.SECOND,),
            avoid=frozenset(Avoid),
            when_closed=WhenClosed.NEXT,
        )
        assert rule.to_dict() == SECOND_SATURDAYS

    def test_what_is_not_said_has_its_default(self) -> None:
        rule = rule_from_dict({"weekday": "saturday", "first": "2026-09-01", "last": "2027-07-02"})
        assert rule == Rule(weekday=Weekday.SATURDAY, first=date(2026, 9, 1), last=date(2027, 7, 2))

    @pytest.mark.parametrize(
        ("part", "value"),
        [
            ("weekday", "samedi"),
            ("weekday", 5),
            ("weekday", None),
            ("first", "01/09/2026"),
            ("first", "2026-02-30"),
            ("last", 20270702),
            ("ordinals", "second"),
            ("ordinals", ["fifth"]),
            ("ordinals", [2]),
            ("every", "1"),
            ("every", True),
            ("every", 1.5),
            ("avoid", ["rain"]),
            ("avoid", [["public_holidays"]]),
            ("when_closed", "later"),
            ("colour", "blue"),
        ],
    )
    def test_a_form_that_says_something_else_is_refused(self, part: str, value: object) -> None:
        with pytest.raises(RuleNotUnderstood) as refused:
            rule_from_dict({**SECOND_SATURDAYS, part: value})
        assert refused.value.field == part

    @pytest.mark.parametrize("form", [None, [], "saturday", 3])
    def test_what_is_no_object_is_refused(self, form: object) -> None:
        with pytest.raises(RuleNotUnderstood):
            rule_from_dict(form)

    def test_a_missing_part_is_refused(self) -> None:
        with pytest.raises(RuleNotUnderstood) as refused:
            rule_from_dict({"weekday": "saturday", "first": "2026-09-01"})
        assert refused.value.field == "last"

    def test_exceptions_are_kept_and_read_back(self) -> None:
        kept: list[DateException] = [
            Added(date(2026, 9, 26)),
            Dropped(date(2026, 12, 12)),
            Moved(date(2027, 1, 9), date(2027, 1, 16)),
        ]
        forms = json.loads(json.dumps([one.to_dict() for one in kept]))
        assert forms == [
            {"what": "added", "day": "2026-09-26"},
            {"what": "dropped", "day": "2026-12-12"},
            {"what": "moved", "day": "2027-01-09", "to": "2027-01-16"},
        ]
        assert exceptions_from_list(forms) == tuple(kept)

    @pytest.mark.parametrize(
        "form",
        [
            {},
            {"what": "added"},
            {"what": "added", "day": "demain"},
            {"what": "added", "day": "2026-09-26", "to": "2026-10-03"},
            {"what": "moved", "day": "2026-09-26"},
            {"what": "cancelled", "day": "2026-09-26"},
            "2026-09-26",
            None,
        ],
    )
    def test_an_exception_that_says_something_else_is_refused(self, form: object) -> None:
        with pytest.raises(RuleNotUnderstood):
            exceptions_from_list([form])

    def test_exceptions_come_as_a_list_without_contradiction_nor_slip(self) -> None:
        with pytest.raises(RuleNotUnderstood):
            exceptions_from_list({"what": "added", "day": "2026-09-26"})
        twice = {"what": "added", "day": "2026-09-26"}
        with pytest.raises(ExceptionsDisagree):
            exceptions_from_list([twice, twice])
        with pytest.raises(YearUnlikely):
            exceptions_from_list([{"what": "moved", "day": "2026-09-26", "to": "0226-10-03"}])

    @given(
        st.dates(date(2000, 1, 1), date(2096, 1, 1)).flatmap(
            lambda first: st.builds(
                Rule,
                weekday=st.sampled_from(Weekday),
                first=st.just(first),
                last=st.dates(first, first.replace(year=first.year + 3, day=min(first.day, 28))),
                ordinals=st.lists(st.sampled_from(Ordinal)).map(tuple),
                every=st.integers(1, 12),
                avoid=st.frozensets(st.sampled_from(Avoid)),
                when_closed=st.sampled_from(WhenClosed),
            )
        )
    )
    def test_any_rule_survives_being_kept(self, rule: Rule) -> None:
        assert rule_from_dict(json.loads(json.dumps(rule.to_dict()))) == rule
