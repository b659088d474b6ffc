"""The school calendar of zone C (Paris) and the public holidays, from dated data beside this file.

Pure: dataclasses in, dataclasses out; it reads its two CSV files once and asks nobody else.

Sources, row by row in the column `source` of the files:

* `zone_c.csv`: the periods without class of zone C, both ends included, whole days. The Saturday on
  which holidays begin is a day of holidays ("le départ en vacances a lieu après la classe", so a
  period announced from a Friday evening is written from the Saturday). The national calendar is set by
  order of the minister (art. L521-1 du code de l'éducation); the year 2026-2027 is that of the arrêté
  du 22 octobre 2025. The rows come from vacances-scolaires-france 0.12.0, compared with the ministry's
  calendar export of 2025-01-14 and with OpenHolidays; the package lacks the Ascension bridges of 2025
  and 2026 and cuts short those of 2027 and 2028, so the four bridges come from the other two.
* `public_holidays.csv`: the eleven "fêtes légales" of art. L3133-1 du code du travail, as published by
  etalab/jours-feries-france-data for metropolitan France.

Every question takes a `date`, a day on a Paris wall: a datetime raises TypeError, since its day depends
on a time zone. A day outside 2024-09-01 … 2028-08-31 raises CalendarNotCovered: we do not know, and
never answer "open" for want of data. A new year is added by adding its rows and moving `LAST_DAY`; the
files are then refused (BrokenDataFile) until the year is whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path

from eventsapp.programme.data_files import BrokenDataFile, rows
from eventsapp.refusals import Refusal, msgid

FIRST_DAY = date(2024, 9, 1)
"""The first day that the files speak about."""

LAST_DAY = date(2028, 8, 31)
"""The last day that the files speak about: the eve of the autumn term of 2028."""

HOLIDAYS_FILE = Path(__file__).with_name("zone_c.csv")
PUBLIC_HOLIDAYS_FILE = Path(__file__).with_name("public_holidays.csv")

HOLIDAYS_OF_A_YEAR = (
    "Vacances de la Toussaint",
    "Vacances de Noël",
    "Vacances d’hiver",
    "Vacances de printemps",
    "Pont de l’Ascension",
    "Vacances d’été",
)
"""What a school year of zone C must hold to be believed; the Ascension bridge is in all four."""

PUBLIC_HOLIDAYS_OF_A_YEAR = (
    "Toussaint",
    "11 novembre",
    "Jour de Noël",
    "1er janvier",
    "Lundi de Pâques",
    "1er mai",
    "8 mai",
    "Ascension",
    "Lundi de Pentecôte",
    "14 juillet",
    "Assomption",
)
"""The eleven of art. L3133-1 du code du travail; each falls once between September and August."""

SATURDAY = 5


class CalendarNotCovered(Refusal):
    """A day outside the years that the files hold. Parameters: `day`, `first`, `last`, as dd/mm/yyyy."""

    sentence = msgid(
        "Nous ne connaissons pas les vacances scolaires du %(day)s : notre calendrier va du %(first)s au "
        "%(last)s. Choisissez une date comprise entre ces deux jours, ou demandez à l’équipe d’ajouter "
        "l’année scolaire suivante."
    )


class ClosureKind(StrEnum):
    """Why there is no school: holidays of the zone, the Ascension bridge, or a public holiday."""

    SCHOOL_HOLIDAYS = "school_holiday"
    BRIDGE = "bridge"
    PUBLIC_HOLIDAY = "public_holiday"


@dataclass(frozen=True)
class Closure:
    """A reason not to hold an event, from `first` to `last`, both included."""

    kind: ClosureKind
    name: str
    """Its French name, as it stands in the files: "Vacances d’hiver", "8 mai"."""
    first: date
    last: date
    source: str
    """Where the row comes from."""


@dataclass(frozen=True, order=True)
class SchoolYear:
    """From 1 September to 31 August: the year people plan in.

    The law counts from the pupils' return to the eve of the next one, which moves by a day or two;
    that difference lies within the summer holidays and changes no answer.
    """

    begins_in: int
    """The civil year of its September."""

    @property
    def label(self) -> str:
        """ "2026-2027"."""
        return f"{self.begins_in}-{self.begins_in + 1}"

    @property
    def first(self) -> date:
        """Its 1 September."""
        return date(self.begins_in, 9, 1)

    @property
    def last(self) -> date:
        """Its 31 August."""
        return date(self.begins_in + 1, 8, 31)

    @property
    def months(self) -> tuple[date, ...]:
        """The first day of each of its twelve months, September first."""
        return tuple(date(self.begins_in + (month <= 8), month, 1) for month in (*range(9, 13), *range(1, 9)))


@dataclass(frozen=True)
class Saturday:
    """A Saturday and what closes it; open when nothing does."""

    day: date
    closures: tuple[Closure, ...]

    @property
    def is_open(self) -> bool:
        """Whether schools could open their doors that morning."""
        return not self.closures


class SchoolCalendar:
    """The closures known between two days; ask `zone_c()` for the one we ship."""

    def __init__(self, closures: Iterable[Closure], first: date = FIRST_DAY, last: date = LAST_DAY) -> None:
        self.first = first
        self.last = last
        self._by_day: dict[date, tuple[Closure, ...]] = {}
        # What the law closes for everyone is told first, then what closes schools alone.
        for closure in sorted(closures, key=lambda one: one.kind != ClosureKind.PUBLIC_HOLIDAY):
            for day in days(closure.first, closure.last):
                self._by_day[day] = (*self._by_day.get(day, ()), closure)

    def require(self, day: date) -> None:
        """Raises CalendarNotCovered for a day outside the known years, TypeError for a datetime."""
        if isinstance(day, datetime):
            raise TypeError("a day is asked for: give the date on a Paris clock, not a datetime")
        if not self.first <= day <= self.last:
            raise CalendarNotCovered(day=_written(day), first=_written(self.first), last=_written(self.last))

    def closures_on(self, day: date) -> tuple[Closure, ...]:
        """Every closure of that day, the public holiday first. Raises CalendarNotCovered."""
        self.require(day)
        return self._by_day.get(day, ())

    def closure_on(self, day: date) -> Closure | None:
        """The closure to name for that day, None when it is open. Raises CalendarNotCovered."""
        return next(iter(self.closures_on(day)), None)

    def is_open(self, day: date) -> bool:
        """Whether neither holidays, bridge nor public holiday close that day.

        Sundays and Wednesdays are days like others here: who opens on which weekday is for the caller.
        Raises CalendarNotCovered.
        """
        return not self.closures_on(day)

    def school_year_of(self, day: date) -> SchoolYear:
        """The school year, September to August, in which that day falls. Raises CalendarNotCovered."""
        self.require(day)
        return year_of(day)

    @property
    def school_years(self) -> tuple[SchoolYear, ...]:
        """The school years that are known whole, oldest first."""
        return tuple(SchoolYear(begins_in) for begins_in in range(self.first.year, self.last.year))

    def saturdays(self, first: date, last: date) -> tuple[Saturday, ...]:
        """Each Saturday from `first` to `last`, both included, with what closes it.

        Raises CalendarNotCovered when either end is outside the known years, even if no Saturday is.
        """
        self.require(first)
        self.require(last)
        return tuple(
            Saturday(day, self.closures_on(day)) for day in days(first, last) if day.weekday() == SATURDAY
        )


@cache
def zone_c() -> SchoolCalendar:
    """The calendar of Paris, read and checked on the first call. Raises BrokenDataFile."""
    return read(HOLIDAYS_FILE, PUBLIC_HOLIDAYS_FILE)


def read(holidays: Path, public_holidays: Path) -> SchoolCalendar:
    """A calendar from two files written like those beside this module. Raises BrokenDataFile."""
    return SchoolCalendar((*_holidays(holidays), *_public_holidays(public_holidays)))


def days(first: date, last: date) -> Iterator[date]:
    """Each day from `first` to `last`, both included; nothing when `last` comes before."""
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def _holidays(path: Path) -> list[Closure]:
    closures: list[Closure] = []
    held: set[tuple[str, str]] = set()
    line = 1
    for row in rows(path, ("school_year", "kind", "name", "first_day", "last_day", "source")):
        line = row.line
        kind = row.parsed("kind", ClosureKind)
        name = row["name"]
        first, last = row.parsed("first_day", date.fromisoformat), row.parsed("last_day", date.fromisoformat)
        year = year_of(first)
        row.check(kind is not ClosureKind.PUBLIC_HOLIDAY, "public holidays have their own file")
        row.check(name in HOLIDAYS_OF_A_YEAR, f"unknown holidays: {name}")
        row.check(FIRST_DAY <= first <= last <= LAST_DAY, "days out of order, or outside the years")
        row.check(row["school_year"] == year.label, f"{first} is in {year.label}")
        row.check(last <= year.last, f"ends after the school year {year.label}")
        row.check(not closures or first > closures[-1].last, "overlaps or precedes the row before")
        closures.append(Closure(kind, name, first, last, row["source"]))
        # The summer of 2024 ends on our first day: it does not stand for the summer of 2025.
        if last != FIRST_DAY:
            row.check((year.label, name) not in held, f"{name} stands twice in {year.label}")
            held.add((year.label, name))
    _check_whole(held, HOLIDAYS_OF_A_YEAR, path, line)
    return closures


def _public_holidays(path: Path) -> list[Closure]:
    closures: list[Closure] = []
    held: set[tuple[str, str]] = set()
    line = 1
    for row in rows(path, ("day", "name", "source")):
        line = row.line
        day, name = row.parsed("day", date.fromisoformat), row["name"]
        year = year_of(day)
        row.check(name in PUBLIC_HOLIDAYS_OF_A_YEAR, f"unknown public holiday: {name}")
        row.check(FIRST_DAY <= day <= LAST_DAY, f"{day} is outside the years")
        row.check(not closures or day > closures[-1].first, "repeats or precedes the row before")
        row.check((year.label, name) not in held, f"{name} stands twice in {year.label}")
        held.add((year.label, name))
        closures.append(Closure(ClosureKind.PUBLIC_HOLIDAY, name, day, day, row["source"]))
    _check_whole(held, PUBLIC_HOLIDAYS_OF_A_YEAR, path, line)
    return closures


def _check_whole(held: set[tuple[str, str]], names: tuple[str, ...], path: Path, last_line: int) -> None:
    """Raises BrokenDataFile, at the end of the file, when a covered year lacks one of its closures."""
    for begins_in in range(FIRST_DAY.year, LAST_DAY.year):
        year = SchoolYear(begins_in)
        missing = [name for name in names if (year.label, name) not in held]
        if missing:
            raise BrokenDataFile(path, last_line, f"{year.label} lacks {', '.join(missing)}")


def year_of(day: date) -> SchoolYear:
    """The school year, September to August, of any day, covered by our files or not."""
    return SchoolYear(day.year if day.month >= 9 else day.year - 1)


def _written(day: date) -> str:
    return day.strftime("%d/%m/%Y")
