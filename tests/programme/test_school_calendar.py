"""The calendar of zone C: what it answers on real days, what it refuses, what file it will not read."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventsapp.programme import school_calendar
from eventsapp.programme.data_files import BrokenDataFile
from eventsapp.programme.school_calendar import (
    FIRST_DAY,
    HOLIDAYS_FILE,
    LAST_DAY,
    PUBLIC_HOLIDAYS_FILE,
    CalendarNotCovered,
    ClosureKind,
    SchoolYear,
    zone_c,
)

covered_days = st.dates(FIRST_DAY, LAST_DAY)


def names_on(day: date) -> list[str]:
    return [closure.name for closure in zone_c().closures_on(day)]


class TestOnRealDays:
    def test_the_saturday_on_which_holidays_begin_is_already_holidays(self) -> None:
        assert names_on(date(2026, 10, 16)) == []
        assert names_on(date(2026, 10, 17)) == ["Vacances de la Toussaint"]

    def test_the_sunday_before_the_return_is_the_last_day_of_holidays(self) -> None:
        # 1 November is both: the public holiday is named first.
        assert names_on(date(2026, 11, 1)) == ["Toussaint", "Vacances de la Toussaint"]
        assert names_on(date(2026, 11, 2)) == []

    @pytest.mark.parametrize(
        ("thursday", "sunday"),
        [
            (date(2025, 5, 29), date(2025, 6, 1)),
            (date(2026, 5, 14), date(2026, 5, 17)),
            (date(2027, 5, 6), date(2027, 5, 9)),
            (date(2028, 5, 25), date(2028, 5, 28)),
        ],
    )
    def test_the_ascension_bridge_runs_from_thursday_to_sunday_in_all_four_years(
        self, thursday: date, sunday: date
    ) -> None:
        # The usual package lacks two of these bridges and cuts short the two others.
        assert (thursday.weekday(), sunday.weekday()) == (3, 6)
        bridges = [
            [closure for closure in zone_c().closures_on(day) if closure.kind is ClosureKind.BRIDGE]
            for day in school_calendar.days(thursday, sunday)
        ]
        assert [[(one.name, one.first, one.last) for one in found] for found in bridges] == [
            [("Pont de l’Ascension", thursday, sunday)]
        ] * 4
        assert names_on(thursday) == ["Ascension", "Pont de l’Ascension"]
        assert zone_c().is_open(thursday - timedelta(days=1))
        assert zone_c().is_open(sunday + timedelta(days=1))

    def test_the_eighth_of_may_2027_is_a_public_holiday_within_a_bridge(self) -> None:
        closure = zone_c().closure_on(date(2027, 5, 8))
        assert closure is not None
        assert (closure.kind, closure.name) == (ClosureKind.PUBLIC_HOLIDAY, "8 mai")
        assert names_on(date(2027, 5, 8)) == ["8 mai", "Pont de l’Ascension"]

    def test_an_ordinary_saturday_is_open(self) -> None:
        assert zone_c().closure_on(date(2026, 11, 28)) is None
        assert zone_c().is_open(date(2026, 11, 28))

    def test_every_saturday_of_two_years_agrees_with_the_published_list(self) -> None:
        with Path(__file__).with_name("saturdays_zone_c.csv").open(encoding="utf-8", newline="") as file:
            published = [
                (date.fromisoformat(row["saturday"]), row["school_holidays"], row["public_holiday"] == "yes")
                for row in csv.DictReader(file)
            ]
        ours = []
        for saturday in zone_c().saturdays(published[0][0], published[-1][0]):
            kinds = {closure.kind: closure.name for closure in saturday.closures}
            public = kinds.pop(ClosureKind.PUBLIC_HOLIDAY, None)
            ours.append((saturday.day, next(iter(kinds.values()), ""), public is not None))
        assert len(published) == 100
        assert ours == published

    def test_the_months_with_fewer_than_two_free_saturdays_are_known(self) -> None:
        free: dict[tuple[int, int], int] = {}
        for saturday in zone_c().saturdays(date(2026, 9, 1), date(2028, 6, 30)):
            month = (saturday.day.year, saturday.day.month)
            free[month] = free.get(month, 0) + saturday.is_open
        short = {month: count for month, count in free.items() if count < 2}
        assert short == {(2027, 2): 1, (2027, 4): 1, (2027, 7): 0, (2027, 8): 0, (2028, 2): 1}


class TestPublicHolidays:
    @pytest.mark.parametrize("year", range(2025, 2028))
    def test_they_are_the_eleven_of_the_labour_code(self, year: int) -> None:
        # Art. L3133-1 du code du travail; the movable ones follow Easter (Meeus, Jones and Butcher).
        easter = easter_of(year)
        by_law = {
            date(year, 1, 1): "1er janvier",
            easter + timedelta(days=1): "Lundi de Pâques",
            date(year, 5, 1): "1er mai",
            date(year, 5, 8): "8 mai",
            easter + timedelta(days=39): "Ascension",
            easter + timedelta(days=50): "Lundi de Pentecôte",
            date(year, 7, 14): "14 juillet",
            date(year, 8, 15): "Assomption",
            date(year, 11, 1): "Toussaint",
            date(year, 11, 11): "11 novembre",
            date(year, 12, 25): "Jour de Noël",
        }
        ours = {
            day: closure.name
            for day in school_calendar.days(date(year, 1, 1), date(year, 12, 31))
            for closure in zone_c().closures_on(day)
            if closure.kind is ClosureKind.PUBLIC_HOLIDAY
        }
        assert ours == by_law


class TestSchoolYears:
    def test_a_year_runs_from_september_to_august(self) -> None:
        year = zone_c().school_year_of(date(2026, 11, 28))
        assert (year.label, year.first, year.last) == ("2026-2027", date(2026, 9, 1), date(2027, 8, 31))
        assert zone_c().school_year_of(date(2026, 9, 1)) == year
        assert zone_c().school_year_of(date(2027, 8, 31)) == year
        assert zone_c().school_year_of(date(2027, 9, 1)) == SchoolYear(2027)

    def test_its_months_start_in_september(self) -> None:
        months = [(month.year, month.month, month.day) for month in SchoolYear(2026).months]
        assert months == [(2026, number, 1) for number in (9, 10, 11, 12)] + [
            (2027, number, 1) for number in range(1, 9)
        ]

    def test_four_years_are_known(self) -> None:
        assert [year.label for year in zone_c().school_years] == [
            "2024-2025",
            "2025-2026",
            "2026-2027",
            "2027-2028",
        ]

    @given(covered_days)
    def test_each_covered_day_is_in_the_year_that_holds_it(self, day: date) -> None:
        year = zone_c().school_year_of(day)
        assert year.first <= day <= year.last
        assert year in zone_c().school_years


class TestOutsideTheKnownYears:
    @pytest.mark.parametrize("day", [date(2024, 8, 31), date(2028, 9, 1), date(1998, 7, 12), date.max])
    def test_every_question_is_refused(self, day: date) -> None:
        calendar = zone_c()
        for ask in (calendar.closures_on, calendar.closure_on, calendar.is_open, calendar.school_year_of):
            with pytest.raises(CalendarNotCovered):
                ask(day)
        with pytest.raises(CalendarNotCovered):
            calendar.saturdays(min(day, date(2026, 9, 1)), max(day, date(2026, 9, 1)))

    def test_the_first_and_the_last_days_are_answered(self) -> None:
        assert names_on(FIRST_DAY) == ["Vacances d’été"]
        assert names_on(date(2024, 9, 2)) == []
        assert names_on(LAST_DAY) == ["Vacances d’été"]

    def test_the_refusal_says_what_is_known_and_what_to_do(self) -> None:
        with pytest.raises(CalendarNotCovered) as refused:
            zone_c().is_open(date(2028, 9, 2))
        assert str(refused.value) == (
            "Nous ne connaissons pas les vacances scolaires du 02/09/2028 : notre calendrier va du "
            "01/09/2024 au 31/08/2028. Choisissez une date comprise entre ces deux jours, ou demandez à "
            "l’équipe d’ajouter l’année scolaire suivante."
        )

    def test_a_datetime_is_not_a_day(self) -> None:
        # 23:30 in London on a Friday is a Saturday in Paris: only the caller knows which was meant.
        with pytest.raises(TypeError, match="not a datetime"):
            zone_c().is_open(datetime(2026, 11, 27, 23, 30, tzinfo=UTC))


class TestTheFiles:
    def test_each_row_says_where_it_comes_from(self) -> None:
        sources = {
            closure.source
            for day in school_calendar.days(FIRST_DAY, LAST_DAY)
            for closure in zone_c().closures_on(day)
        }
        known = ("vacances-scolaires-france", "ICS education.gouv.fr", "OpenHolidays", "etalab/jours-feries")
        assert [source for source in sources if not source.startswith(known)] == []

    def test_they_are_read_once(self) -> None:
        assert zone_c() is zone_c()

    @pytest.mark.parametrize(
        ("line", "find", "put", "reason"),
        [
            (1, "school_year,kind", "year,kind", "its columns must be"),
            (3, "2024-10-19", "2024-02-30", "first_day: "),
            (3, "2024-10-19", "19/10/2024", "first_day: "),
            (3, "school_holiday", "holiday", "kind: "),
            (3, "school_holiday", "public_holiday", "public holidays have their own file"),
            (3, "Toussaint", "Pentecôte", "unknown holidays: Vacances de la Pentecôte"),
            (3, "2024-11-03", "2024-10-03", "days out of order, or outside the years"),
            (3, "2024-2025", "2025-2026", "2024-10-19 is in 2024-2025"),
            (4, "2024-12-21", "2024-11-03", "overlaps or precedes the row before"),
            (8, "2025-08-31", "2025-09-01", "ends after the school year 2024-2025"),
            (9, "Toussaint", "Toussaint,", "7 cells for 6 columns"),
            (10, "Vacances de Noël", " ", "an empty cell"),
            (10, "Vacances de Noël", "Vacances de la Toussaint", "stands twice in 2025-2026"),
            (26, "2028-08-31", "2029-08-31", "days out of order, or outside the years"),
        ],
    )
    def test_a_broken_holiday_file_is_refused_with_its_line(
        self, tmp_path: Path, line: int, find: str, put: str, reason: str
    ) -> None:
        broken = spoilt(HOLIDAYS_FILE, tmp_path, line, find, put)
        with pytest.raises(BrokenDataFile) as refused:
            school_calendar.read(broken, PUBLIC_HOLIDAYS_FILE)
        assert (refused.value.path, refused.value.line) == (broken, line)
        assert str(refused.value).startswith(f"{broken}, line {line}: ")
        assert reason in refused.value.reason

    @pytest.mark.parametrize(
        ("line", "find", "put", "reason"),
        [
            (2, "2024-11-01", "2024-11-31", "day: "),
            (2, "Toussaint", "Halloween", "unknown public holiday: Halloween"),
            (3, "2024-11-11", "2024-11-01", "repeats or precedes the row before"),
            (3, "11 novembre", "Toussaint", "Toussaint stands twice in 2024-2025"),
            (45, "2028-08-15", "2028-09-15", "2028-09-15 is outside the years"),
        ],
    )
    def test_a_broken_public_holiday_file_too(
        self, tmp_path: Path, line: int, find: str, put: str, reason: str
    ) -> None:
        broken = spoilt(PUBLIC_HOLIDAYS_FILE, tmp_path, line, find, put)
        with pytest.raises(BrokenDataFile) as refused:
            school_calendar.read(HOLIDAYS_FILE, broken)
        assert (refused.value.path, refused.value.line) == (broken, line)
        assert reason in refused.value.reason

    def test_a_year_without_its_winter_holidays_is_refused(self, tmp_path: Path) -> None:
        # A row lost in a merge would otherwise be read as four open Saturdays.
        lines = HOLIDAYS_FILE.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if not line.startswith("2026-2027,school_holiday,Vacances d’hiver")]
        assert len(kept) == len(lines) - 1
        broken = tmp_path / "zone_c.csv"
        broken.write_text("".join(kept), encoding="utf-8")
        with pytest.raises(BrokenDataFile, match="2026-2027 lacks Vacances d’hiver"):
            school_calendar.read(broken, PUBLIC_HOLIDAYS_FILE)

    @pytest.mark.parametrize("content", [None, b"\xff\xfe\x00", b"", b'day,name,source\n"2024'])
    def test_an_absent_or_unreadable_file_is_refused(self, tmp_path: Path, content: bytes | None) -> None:
        broken = tmp_path / "public_holidays.csv"
        if content is not None:
            broken.write_bytes(content)
        with pytest.raises(BrokenDataFile) as refused:
            school_calendar.read(HOLIDAYS_FILE, broken)
        assert refused.value.path == broken


def spoilt(file: Path, folder: Path, line: int, find: str, put: str) -> Path:
    """A copy of the file with one thing changed on one line."""
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    assert find in lines[line - 1]
    lines[line - 1] = lines[line - 1].replace(find, put, 1)
    copy = folder / file.name
    copy.write_text("".join(lines), encoding="utf-8")
    return copy


def easter_of(year: int) -> date:
    """Easter Sunday of a Gregorian year (Meeus, Astronomical Algorithms, chapter 8)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    f = (b + 8) // 25
    g = (b - f + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    weekday = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * weekday) // 451
    month, day = divmod(h + weekday - 7 * m + 114, 31)
    return date(year, month, day + 1)
