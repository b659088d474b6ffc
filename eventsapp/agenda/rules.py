"""What people say when they set the dates of a series, and the exceptions they make by hand.

Pure. A Rule is "le 2e samedi de chaque mois, de septembre à juin, hors vacances scolaires, sinon le
samedi suivant"; the exceptions beside it are dates added, dropped or moved. Both have a JSON form, kept
with the activity, which `agenda.rule_json` reads back. `agenda.recurrence` works out the dates;
`agenda.wording` says them in words.

All days are dates on a Paris clock; the hour of an event and its length are kept elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum, StrEnum

from eventsapp.refusals import Refusal, msgid

Json = dict[str, object]

LONGEST_SPAN_DAYS = 4 * 366
"""Four years: as far as a school calendar is ever known. A typing slip ("2926") is refused, not drawn."""

EARLIEST_YEAR, LATEST_YEAR = 2000, 2100
"""Outside, a year is a slip of the finger ("0226"), and the sums below could leave what dates can hold."""

LARGEST_STEP = 12
"""Once a year is the rarest that "every n months" says; beyond, a series is a list of dates."""


class SpanBackwards(Refusal):
    """The last day comes before the first."""

    sentence = msgid("La série finit avant d’avoir commencé : donnez une fin qui suit le début.")


class SpanTooLong(Refusal):
    """More than LONGEST_SPAN_DAYS between the first and the last day."""

    sentence = msgid("Une série dure au plus quatre ans : rapprochez la fin du début.")


class YearUnlikely(Refusal):
    """A day before EARLIEST_YEAR or after LATEST_YEAR. Parameters: `year`, the two bounds."""

    sentence = msgid("Vérifiez l’année %(year)s : nous attendons une année entre %(earliest)s et %(latest)s.")


class StepOutOfRange(Refusal):
    """ "Every n" with n outside 1 … LARGEST_STEP."""

    sentence = msgid("Choisissez un rythme compris entre 1 et %(largest)s.")


class ExceptionsDisagree(Refusal):
    """Two exceptions about one date. Parameter: `day`, as dd/mm/yyyy."""

    sentence = msgid("Deux exceptions parlent de la même date, le %(day)s : n’en gardez qu’une.")


class MovedNowhere(Refusal):
    """A date moved onto itself. Parameter: `day`, as dd/mm/yyyy."""

    sentence = msgid("La date du %(day)s est déplacée sur elle-même : choisissez un autre jour.")


class Weekday(IntEnum):
    """As `date.weekday()` counts: Monday is 0."""

    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6


class Ordinal(IntEnum):
    """Which one of its month. There is no fifth: most months lack it, and people then mean the last."""

    FIRST = 1
    SECOND = 2
    THIRD = 3
    FOURTH = 4
    LAST = -1


class Avoid(StrEnum):
    """What a series keeps out of: school holidays with the Ascension bridge, or public holidays."""

    SCHOOL_HOLIDAYS = "school_holidays"
    PUBLIC_HOLIDAYS = "public_holidays"


class WhenClosed(StrEnum):
    """What becomes of a date that falls on a day avoided."""

    NEXT = "next"
    PREVIOUS = "previous"
    NOTHING = "nothing"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A series of days, as people say it.

    Raises SpanBackwards, SpanTooLong, StepOutOfRange, YearUnlikely; TypeError for a datetime.

    With `ordinals` it counts months: those weekdays of every `every`-th month, from the month of `first`.
    Without, it counts weeks: the weekday every `every` weeks, from its first one on or after `first`.
    """

    weekday: Weekday
    first: date
    last: date
    ordinals: tuple[Ordinal, ...] = ()
    every: int = 1
    avoid: frozenset[Avoid] = frozenset()
    when_closed: WhenClosed = WhenClosed.NOTHING

    def __post_init__(self) -> None:
        _check_day(self.first, "first")
        _check_day(self.last, "last")
        if self.last < self.first:
            raise SpanBackwards(field="last")
        if (self.last - self.first).days > LONGEST_SPAN_DAYS:
            raise SpanTooLong(field="last")
        if not 1 <= self.every <= LARGEST_STEP:
            raise StepOutOfRange(field="every", largest=LARGEST_STEP)
        # Two ways of saying the same rule are the same rule: first to fourth, then last, each once.
        in_order = sorted(set(self.ordinals), key=lambda ordinal: (ordinal is Ordinal.LAST, ordinal))
        object.__setattr__(self, "ordinals", tuple(in_order))

    def to_dict(self) -> Json:
        """Its JSON form, which `rule_from_dict` reads back to an equal rule."""
        return {
            "weekday": self.weekday.name.lower(),
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "ordinals": [ordinal.name.lower() for ordinal in self.ordinals],
            "every": self.every,
            "avoid": sorted(self.avoid),
            "when_closed": self.when_closed.value,
        }


@dataclass(frozen=True)
class Added:
    """A day held besides what the rule says."""

    day: date

    def to_dict(self) -> Json:
        """Its JSON form."""
        return {"what": "added", "day": self.day.isoformat()}


@dataclass(frozen=True)
class Dropped:
    """A day that the rule says, and that is not held. `day` is the rule's own day, before any closure."""

    day: date

    def to_dict(self) -> Json:
        """Its JSON form."""
        return {"what": "dropped", "day": self.day.isoformat()}


@dataclass(frozen=True)
class Moved:
    """A day that the rule says, held on day `to` instead. `day` is the rule's own, before any closure."""

    day: date
    to: date

    def to_dict(self) -> Json:
        """Its JSON form."""
        return {"what": "moved", "day": self.day.isoformat(), "to": self.to.isoformat()}


DateException = Added | Dropped | Moved


def check_exceptions(exceptions: Iterable[DateException]) -> None:
    """Refuses exceptions that cannot stand, whatever the rule.

    Raises ExceptionsDisagree, MovedNowhere, YearUnlikely.
    """
    about: set[tuple[bool, date]] = set()
    for one in exceptions:
        _check_day(one.day, "day")
        if isinstance(one, Moved):
            _check_day(one.to, "to")
        if isinstance(one, Moved) and one.day == one.to:
            raise MovedNowhere(day=one.day.strftime("%d/%m/%Y"))
        # Adding a day and dropping the rule's own of that day may both be said: they are two things.
        named = (isinstance(one, Added), one.day)
        if named in about:
            raise ExceptionsDisagree(day=one.day.strftime("%d/%m/%Y"))
        about.add(named)


def _check_day(day: date, field: str) -> None:
    if isinstance(day, datetime):
        raise TypeError("a day is asked for: give the date on a Paris clock, not a datetime")
    if not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
        raise YearUnlikely(field=field, year=day.year, earliest=EARLIEST_YEAR, latest=LATEST_YEAR)
