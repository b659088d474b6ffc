"""What people say when they set the dates of a series, and the exceptions they make by hand.

Pure. A Rule is "le 2e samedi de chaque mois, de septembre à juin, hors vacances scolaires, sinon le
samedi suivant"; the exceptions beside it are dates added, dropped or moved. Both have a JSON form, kept
with the activity. `agenda.recurrence` works out the dates; `agenda.wording` says them in words.

All days are dates on a Paris clock; the hour of an event and its length are kept elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum, StrEnum
from typing import TypeVar

from eventsapp.refusals import Refusal, msgid

Parsed = TypeVar("Parsed")
Json = dict[str, object]

LONGEST_SPAN_DAYS = 4 * 366
"""Four years: as far as a school calendar is ever known. A typing slip ("2926") is refused, not drawn."""

EARLIEST_YEAR, LATEST_YEAR = 2000, 2100
"""Outside, a year is a slip of the finger ("0226"), and the sums below could leave what dates can hold."""

LARGEST_STEP = 12
"""Once a year is the rarest that "every n months" says; beyond, a series is a list of dates."""


class SpanBackwards(Refusal):
    """The last day comes before the first."""

    sentence = msgid("La série finit avant d’avoir commencé : donnez une fin qui suit le début.")


class SpanTooLong(Refusal):
    """More than LONGEST_SPAN_DAYS between the first and the last day."""

    sentence = msgid("Une série dure au plus quatre ans : rapprochez la fin du début.")


class YearUnlikely(Refusal):
    """A day before EARLIEST_YEAR or after LATEST_YEAR. Parameters: `year`, the two bounds."""

    sentence = msgid("Vérifiez l’année %(year)s : nous attendons une année entre %(earliest)s et %(latest)s.")


class StepOutOfRange(Refusal):
    """ "Every n" with n outside 1 … LARGEST_STEP."""

    sentence = msgid("Choisissez un rythme compris entre 1 et %(largest)s.")


class RuleNotUnderstood(Refusal):
    """A kept or sent form of a rule or an exception that says nothing we know. `field` names the part."""

    sentence = msgid("Nous ne comprenons pas cette partie des dates : choisissez une des réponses proposées.")


class ExceptionsDisagree(Refusal):
    """Two exceptions about one date. Parameter: `day`, as dd/mm/yyyy."""

    sentence = msgid("Deux exceptions parlent de la même date, le %(day)s : n’en gardez qu’une.")


class MovedNowhere(Refusal):
    """A date moved onto itself. Parameter: `day`, as dd/mm/yyyy."""

    sentence = msgid("La date du %(day)s est déplacée sur elle-même : choisissez un autre jour.")


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


def rule_from_dict(form: object) -> Rule:
    """The rule of a JSON form. Raises RuleNotUnderstood, and what Rule raises.

    `weekday`, `first` and `last` must be there; the rest has the defaults of Rule; nothing else may be.
    """
    form = _object(
        form, needed={"weekday", "first", "last"}, others={"ordinals", "every", "avoid", "when_closed"}
    )
    every = form.get("every", 1)
    if isinstance(every, bool) or not isinstance(every, int):
        raise RuleNotUnderstood(field="every")
    return Rule(
        weekday=_named(Weekday, form["weekday"], "weekday"),
        first=_day(form, "first"),
        last=_day(form, "last"),
        ordinals=tuple(_named(Ordinal, name, "ordinals") for name in _list(form, "ordinals")),
        every=every,
        avoid=frozenset(_parsed(Avoid, name, "avoid") for name in _list(form, "avoid")),
        when_closed=_parsed(WhenClosed, form.get("when_closed", WhenClosed.NOTHING.value), "when_closed"),
    )


def exceptions_from_list(forms: object) -> tuple[DateException, ...]:
    """The exceptions of a JSON list, in its order.

    Raises RuleNotUnderstood, and what check_exceptions raises.
    """
    if not isinstance(forms, list):
        raise RuleNotUnderstood(field="exceptions")
    exceptions = tuple(_exception(form) for form in forms)
    check_exceptions(exceptions)
    return exceptions


def _check_day(day: date, field: str) -> None:
    if isinstance(day, datetime):
        raise TypeError("a day is asked for: give the date on a Paris clock, not a datetime")
    if not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
        raise YearUnlikely(field=field, year=day.year, earliest=EARLIEST_YEAR, latest=LATEST_YEAR)


def _exception(form: object) -> DateException:
    what = form.get("what") if isinstance(form, Mapping) else None
    if what == "moved":
        form = _object(form, needed={"what", "day", "to"})
        return Moved(_day(form, "day"), _day(form, "to"))
    form = _object(form, needed={"what", "day"})
    if what == "added":
        return Added(_day(form, "day"))
    if what == "dropped":
        return Dropped(_day(form, "day"))
    raise RuleNotUnderstood(field="exceptions")


def _object(form: object, *, needed: set[str], others: Iterable[str] = ()) -> Mapping[str, object]:
    if not isinstance(form, Mapping):
        raise RuleNotUnderstood()
    wrong = (needed - set(form)) | (set(form) - needed - set(others))
    if wrong:
        raise RuleNotUnderstood(field=min(str(name) for name in wrong))
    return form


def _list(form: Mapping[str, object], part: str) -> list[object]:
    found = form.get(part, [])
    if not isinstance(found, list):
        raise RuleNotUnderstood(field=part)
    return found


def _day(form: Mapping[str, object], part: str) -> date:
    return _parsed(date.fromisoformat, form[part], part)


NamedMember = TypeVar("NamedMember", Weekday, Ordinal)


def _named(members: type[NamedMember], name: object, part: str) -> NamedMember:
    for member in members:
        if member.name.lower() == name:
            return member
    raise RuleNotUnderstood(field=part)


def _parsed(parse: Callable[[str], Parsed], value: object, part: str) -> Parsed:
    if isinstance(value, str):
        try:
            return parse(value)
        except ValueError:
            pass
    raise RuleNotUnderstood(field=part)
