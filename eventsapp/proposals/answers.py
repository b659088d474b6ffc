"""What the form of a proposal asks, and what is refused of it before anybody is bothered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from eventsapp.agenda import bounds
from eventsapp.agenda.bounds import FURTHEST, DayTooFar
from eventsapp.agenda.models import Accessibility, Audience, Topic
from eventsapp.agenda.recurrence import Occurrence, Outcome, preview
from eventsapp.agenda.rules import Avoid, Ordinal, Rule, Weekday
from eventsapp.agenda.scheduling import CapacityMissing, EndsBeforeStart, VenueElsewhere
from eventsapp.clock import day_of, local
from eventsapp.languages import SPOKEN
from eventsapp.media.models import Picture
from eventsapp.media.pictures import Renewed
from eventsapp.people import contacts, showcase
from eventsapp.places.models import Venue
from eventsapp.programme.models import Action
from eventsapp.programme.school_calendar import zone_c
from eventsapp.refusals import Refusal, msgid
from eventsapp.typed import line

LONGEST_TITLE, LONGEST_SUMMARY, LONGEST_DESCRIPTION = 160, 400, 4000
MOST_DATES = 40
"""A date a week for a school year, which has thirty-six weeks with school."""
LONGEST_SESSION = timedelta(hours=24)


class TitleMissing(Refusal):
    """Nothing to put on a card."""

    sentence = msgid("Donnez un titre à ce rendez-vous.")


class SessionIsPast(Refusal):
    """It would have begun already."""

    sentence = msgid("Cette date est passée : choisissez un jour à venir.")


class NoDateLeft(Refusal):
    """A rule of which holidays and the end leave nothing to come."""

    sentence = msgid("Cette répétition ne donne aucune date : repoussez la fin, ou changez de jour.")


class TooManyDates(Refusal):
    """More than MOST_DATES. Parameter: `most`."""

    sentence = msgid("Cette répétition donne plus de %(most)s dates : rapprochez la fin.")


class LastsTooLong(Refusal):
    """Nobody comes for longer than a day."""

    sentence = msgid("Ce rendez-vous dure plus d’une journée : indiquez chaque jour.")


class PictureMissing(Refusal):
    """Words for a picture that is not there."""

    sentence = msgid("Choisissez une image, ou effacez le texte qui la décrit.")


@dataclass(frozen=True, order=True)
class Session:
    """From when to when: aware instants."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What an organisation proposes, as typed; hours are on a Paris clock."""

    action: Action
    venue: Venue
    title: str
    day: date
    start: time
    end: time
    summary: str = ""
    description: str = ""
    rule: Rule | None = None
    sessions: Sequence[Session] = ()
    """Its sessions one by one, where they follow no rule: `day`, `start` and `end` are those of the first."""
    topic: Topic | None = None
    audience: Audience = Audience.EVERYONE
    spoken_languages: Sequence[str] = ()
    accessibility: Sequence[Accessibility] = ()
    is_counted: bool = False
    capacity: int | None = None
    renewed: Renewed | None = None
    """A new picture."""
    picture: Picture | None = None
    """One that is kept from before, where there is no new one."""
    alternative: str = ""

    @property
    def minutes(self) -> int:
        """How long it lasts; zero or less where the end does not follow the start."""
        if self.sessions:
            return (self.sessions[0].ends_at - self.sessions[0].starts_at) // timedelta(minutes=1)
        return (self.end.hour - self.start.hour) * 60 + self.end.minute - self.start.minute


@dataclass(frozen=True)
class Checked:
    """The texts of answers that passed, as they are kept."""

    title: str
    summary: str
    description: str
    alternative: str


def monthly(day: date, until: date) -> Rule:
    """« Chaque mois, le 1er samedi » of whoever shows its first day, outside of holidays. A fifth one is
    the last: most months have four. Raises what Rule raises."""
    count = (day.day - 1) // 7 + 1
    return Rule(
        weekday=Weekday(day.weekday()),
        first=day,
        last=until,
        ordinals=(Ordinal(count) if count <= 4 else Ordinal.LAST,),
        avoid=frozenset(Avoid),
    )


def weekly(day: date, until: date, *, every: int = 1) -> Rule:
    """Every (other) week on the weekday of its first day, outside of holidays. Raises what Rule raises."""
    weekday = Weekday(day.weekday())
    return Rule(weekday=weekday, first=day, last=until, every=every, avoid=frozenset(Avoid))


def check(answers: Answers, *, now: datetime) -> Checked:
    """Refuses what can never be published, each beside its field.

    Raises TitleMissing, TooLong, Unwritable, SessionIsPast, DayTooFar, EndsBeforeStart, LastsTooLong,
    VenueElsewhere, CapacityMissing, CapacityOdd, AlternativeMissing, PictureMissing, NoDateLeft,
    TooManyDates, CalendarNotCovered.
    """
    title = line(answers.title, field="title")
    if not title:
        raise TitleMissing(field="title")
    if len(title) > LONGEST_TITLE:
        raise contacts.TooLong(field="title", most=LONGEST_TITLE)
    if answers.venue.territory_id != answers.action.territory_id:
        raise VenueElsewhere(field="venue")
    check_dates(answers, now=now)
    _check_places(answers)
    return Checked(
        title=title,
        summary=" ".join(
            contacts.text(answers.summary, field="summary", longest=LONGEST_SUMMARY).splitlines()
        ),
        description=contacts.text(answers.description, field="description", longest=LONGEST_DESCRIPTION),
        alternative=_alternative(answers),
    )


def occurrences(rule: Rule | None, day: date) -> list[Occurrence]:
    """Every date that a proposal makes or skips, and why. Raises CalendarNotCovered."""
    if rule is None:
        return [Occurrence(Outcome.AS_PLANNED, day, day)]
    return preview(rule, (), zone_c())


def dates_left(rule: Rule | None, day: date, start: time, *, now: datetime) -> list[date]:
    """The days on which it would still begin; empty when all are past. Raises CalendarNotCovered."""
    days = sorted(one.day for one in occurrences(rule, day) if one.day is not None)
    return [one for one in days if local(one, start.hour, start.minute) > now]


def check_dates(answers: Answers, *, now: datetime) -> None:
    """Refuses days and hours that can never be published: what a look at the dates asks.

    Raises SessionIsPast, DayTooFar, EndsBeforeStart, LastsTooLong, NoDateLeft, TooManyDates,
    TooManyDates, CalendarNotCovered.
    """
    if answers.sessions:
        _check_sessions(answers.sessions, now=now)
        return
    if answers.day > day_of(now) + FURTHEST:
        raise DayTooFar(field="day")
    if answers.day < day_of(now) or local(answers.day, answers.start.hour, answers.start.minute) <= now:
        raise SessionIsPast(field="day")
    if answers.minutes <= 0:
        raise EndsBeforeStart(field="end")
    left = dates_left(answers.rule, answers.day, answers.start, now=now)
    if not left:
        raise NoDateLeft(field="until")
    if len(left) > MOST_DATES:
        raise TooManyDates(field="until", most=MOST_DATES)


def _check_sessions(sessions: Sequence[Session], *, now: datetime) -> None:
    if any(one.starts_at > now + FURTHEST for one in sessions):
        raise DayTooFar(field="day")
    if all(one.starts_at <= now for one in sessions):
        raise SessionIsPast(field="day")
    if any(one.ends_at <= one.starts_at for one in sessions):
        raise EndsBeforeStart(field="end")
    if any(one.ends_at - one.starts_at > LONGEST_SESSION for one in sessions):
        raise LastsTooLong(field="end")
    if len(sessions) > MOST_DATES:
        raise TooManyDates(field="until", most=MOST_DATES)


def _check_places(answers: Answers) -> None:
    if not answers.is_counted:
        return
    if answers.capacity is None:
        raise CapacityMissing(field="capacity")
    bounds.check_places(answers.capacity)


def _alternative(answers: Answers) -> str:
    if answers.renewed is None and answers.picture is None:
        if line(answers.alternative, field="alternative"):
            raise PictureMissing(field="picture")
        return ""
    return showcase.described(answers.alternative)


def languages_of(codes: Sequence[str]) -> list[str]:
    """Those of the languages that a form offers, in its order."""
    return [code for code in SPOKEN if code in codes]
