"""What a rule accepts."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from eventsapp.agenda.rules import (
    Ordinal,
    Rule,
    SpanBackwards,
    SpanTooLong,
    StepOutOfRange,
    Weekday,
    YearUnlikely,
)
from eventsapp.refusals import Refusal


class TestRule:
    @pytest.mark.parametrize(
        ("part", "refusal", "field"),
        [
            ({"last": date(2026, 8, 31)}, SpanBackwards, "last"),
            ({"last": date(2030, 9, 6)}, SpanTooLong, "last"),
            ({"last": date(2926, 9, 1)}, YearUnlikely, "last"),
            ({"first": date(226, 9, 1)}, YearUnlikely, "first"),
            ({"every": 0}, StepOutOfRange, "every"),
            ({"every": 13}, StepOutOfRange, "every"),
        ],
    )
    def test_nonsense_is_refused_beside_its_field(
        self, part: dict[str, date | int], refusal: type[Refusal], field: str
    ) -> None:
        said: dict[str, object] = {"first": date(2026, 9, 1), "last": date(2027, 7, 2), **part}
        with pytest.raises(refusal) as refused:
            Rule(weekday=Weekday.SATURDAY, **said)  # type: ignore[arg-type]  # one part is wrong on purpose
        assert refused.value.field == field
        assert "%(" not in str(refused.value)

    def test_a_day_and_four_years_are_both_accepted(self) -> None:
        Rule(weekday=Weekday.SATURDAY, first=date(2026, 9, 5), last=date(2026, 9, 5))
        Rule(weekday=Weekday.SATURDAY, first=date(2024, 9, 1), last=date(2028, 8, 31))

    def test_a_datetime_is_not_a_day(self) -> None:
        with pytest.raises(TypeError, match="datetime"):
            Rule(weekday=Weekday.SATURDAY, first=datetime(2026, 9, 1, tzinfo=UTC), last=date(2027, 7, 2))

    def test_the_order_in_which_ordinals_are_said_does_not_matter(self) -> None:
        said = [
            Rule(weekday=Weekday.SATURDAY, first=date(2026, 9, 1), last=date(2027, 7, 2), ordinals=ordinals)
            for ordinals in (
                (Ordinal.LAST, Ordinal.FIRST, Ordinal.THIRD),
                (Ordinal.THIRD, Ordinal.FIRST, Ordinal.LAST, Ordinal.FIRST),
            )
        ]
        assert said[0] == said[1]
        assert said[0].ordinals == (Ordinal.FIRST, Ordinal.THIRD, Ordinal.LAST)
