"""The yearly summary of an organisation: what was planned, held, cancelled; who registered.

Small numbers of people tell who they are. Where people are counted by place or by age, fewer than FEW are
said as « moins de 5 »; and where only one such number stands in a column, the next smallest is not shown
either, or the sum would give the first away (Insee, "Guide du secret statistique": secret secondaire). A
quartier is the sum of its places, so that holds within each of them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, func, select

from eventsapp.agenda.models import Event, EventStatus
from eventsapp.attendance.models import Counter
from eventsapp.database import db
from eventsapp.indicators import attended, families, sessions
from eventsapp.indicators.attended import Attended
from eventsapp.indicators.models import EventFigures, ForgottenPeople
from eventsapp.indicators.sessions import Session
from eventsapp.people.models import Organisation
from eventsapp.programme.school_calendar import SchoolYear
from eventsapp.registrations.models import (
    CHILD_BRACKETS,
    AgeBracket,
    Participant,
    Registration,
    RegistrationStatus,
)

FEW = 5
"""Fewer people than that are not counted out by place or by age."""


@dataclass(frozen=True)
class Counts:
    """Sessions: announced, held, to come, cancelled; and who has a seat where it was not cancelled."""

    announced: int
    held: int
    to_come: int
    cancelled: int
    parties: int
    people: int


@dataclass(frozen=True)
class Line:
    """The counts of an action of a theme, or of a venue of a quartier; `people`: as may be said, None where
    they may not; `few`: because they are fewer than FEW."""

    group: str
    name: str
    counts: Counts
    people: int | None
    few: bool = False


@dataclass(frozen=True)
class AgeLine:
    """The people of an age bracket, as may be said."""

    bracket: AgeBracket
    people: int | None
    few: bool


@dataclass(frozen=True)
class CounterLine:
    """What was counted at the door of one counter, as may be said."""

    counter: Counter
    people: int | None
    few: bool


@dataclass(frozen=True)
class Summary:
    """A school year of an organisation, as it stands at `now`."""

    year: SchoolYear
    now: datetime
    total: Counts
    households: int
    """Different families with a place (docs/privacy.md says how they are told apart)."""
    came: int
    """Those of them who were marked as there."""
    new: int
    """Who came for the first time that year in their territory."""
    parents: int
    """Adults with a place whose household comes with a child; an adult of two sessions counts twice."""
    actions: Sequence[Line]
    venues: Sequence[Line]
    quartiers: Sequence[Line]
    ages: Sequence[AgeLine]
    attended: Attended
    counters: Sequence[CounterLine]


def of(
    organisation: Organisation,
    year: SchoolYear,
    *,
    territories: Collection[int] | None = None,
    now: datetime,
) -> Summary:
    """The summary, of these territories or of all; eleven statements at most."""
    held = sessions.of_organisation(organisation, year, territories=territories)
    where = _of(organisation, year, territories)
    by_age = _people(where)
    now_known, frozen = families.different(where, year), families.frozen(organisation.id, year, territories)
    came, (new, parents) = attended.of(*where), _new_and_parents(where)
    quartiers = _lines(held, now, lambda one: ("", one.quartier))
    brackets = [bracket for bracket in AgeBracket if by_age.get(bracket)]
    ages = [
        AgeLine(bracket, *shown)
        for bracket, shown in zip(brackets, sayable([by_age[one] for one in brackets]), strict=True)
    ]
    return Summary(
        year=year,
        now=now,
        total=_counts(held, now),
        households=now_known.seated + frozen.seated,
        came=now_known.came + frozen.came,
        new=new,
        parents=parents,
        actions=_lines(held, now, lambda one: (one.theme.official_name, one.action), guarded=False),
        venues=_venues(held, now, {one.name for one in quartiers if one.people is not None}),
        quartiers=quartiers,
        ages=ages,
        attended=came,
        counters=_counters(came.counted),
    )


def sayable(numbers: Sequence[int], *, sum_is_said: bool = True) -> list[tuple[int | None, bool]]:
    """Each number of a column as it may be said: itself, or None and whether it is of the few.

    Where their sum may not be said, one of them at least is not shown: else they would tell it.
    """
    few = {place for place, number in enumerate(numbers) if 0 < number < FEW}
    hidden = set(few)
    if len(few) == (1 if sum_is_said else 0):
        others = [(number, place) for place, number in enumerate(numbers) if number >= FEW]
        hidden |= {min(others)[1]} if others else set()
    return [(None if place in hidden else number, place in few) for place, number in enumerate(numbers)]


def _counters(counted: Mapping[Counter, int]) -> list[CounterLine]:
    """Families are people counted otherwise: no part of their sum."""
    people: list[Counter] = [one for one in counted if one is not Counter.FAMILIES]
    said = dict(zip(people, sayable([counted[one] for one in people]), strict=True))
    [said[Counter.FAMILIES]] = sayable([counted[Counter.FAMILIES]])
    return [CounterLine(one, *said[one]) for one in counted]


def _venues(held: Iterable[Session], now: datetime, said: Collection[str]) -> list[Line]:
    """By place; `said`: the quartiers of which the number of people may be said."""
    found = _lines(held, now, lambda one: (one.quartier, one.venue), guarded=False)
    lines = []
    for quartier, group in groupby(found, key=lambda line: line.group):
        theirs = list(group)
        shown = sayable([one.counts.people for one in theirs], sum_is_said=quartier in said)
        lines += [replace(one, people=n, few=few) for one, (n, few) in zip(theirs, shown, strict=True)]
    return lines


def _lines(
    held: Iterable[Session], now: datetime, key: Callable[[Session], tuple[str, str]], *, guarded: bool = True
) -> list[Line]:
    groups: dict[tuple[str, str], list[Session]] = {}
    for one in held:
        groups.setdefault(key(one), []).append(one)
    found = [(group, name, _counts(groups[group, name], now)) for group, name in sorted(groups)]
    people = [counts.people for _, _, counts in found]
    said = sayable(people) if guarded else [(number, False) for number in people]
    return [Line(*line, *shown) for line, shown in zip(found, said, strict=True)]


def _counts(held: Sequence[Session], now: datetime) -> Counts:
    cancelled = sum(one.is_cancelled for one in held)
    over = sum(one.was_held(now) for one in held)
    return Counts(
        announced=len(held),
        held=over,
        to_come=len(held) - cancelled - over,
        cancelled=cancelled,
        parties=sum(one.parties for one in held if not one.is_cancelled),
        people=sum(one.people for one in held if not one.is_cancelled),
    )


def _of(
    organisation: Organisation, year: SchoolYear, territories: Collection[int] | None
) -> list[ColumnElement[bool]]:
    """The sessions that were not cancelled."""
    where = [
        Event.host_id == organisation.id,
        Event.status == EventStatus.SCHEDULED,
        *sessions.within(year),
    ]
    if territories is not None:
        where.append(Event.territory_id.in_(territories))
    return where


def _people(events: Sequence[ColumnElement[bool]]) -> dict[AgeBracket, int]:
    """People with a seat by age, forgotten by now or not; two statements."""
    by_age: list[Any] = list(
        db.session.execute(
            select(Participant.bracket, func.count(Participant.id))
            .join(Participant.registration)
            .join(Registration.event)
            .where(*events, Registration.status == RegistrationStatus.CONFIRMED)
            .group_by(Participant.bracket)
        )
    )
    by_age += db.session.execute(
        select(ForgottenPeople.bracket, func.sum(ForgottenPeople.people))
        .join(ForgottenPeople.event)
        .where(*events)
        .group_by(ForgottenPeople.bracket)
    )
    found: dict[AgeBracket, int] = {}
    for bracket, many in by_age:
        found[bracket] = found.get(bracket, 0) + int(many)
    return found


def _new_and_parents(events: Sequence[ColumnElement[bool]]) -> tuple[int, int]:
    """Families who came for the first time, and adults who come with a child; two statements."""
    is_child = Participant.bracket.in_(CHILD_BRACKETS)
    parties = (
        select(
            func.count(Participant.id).filter(~is_child).label("adults"),
            func.count(Participant.id).filter(is_child).label("children"),
        )
        .join(Participant.registration)
        .join(Registration.event)
        .where(
            *events,
            Registration.status == RegistrationStatus.CONFIRMED,
            Registration.household_id.is_not(None),
        )
        .group_by(Registration.id)
        .subquery()
    )
    live = db.session.scalar(select(func.sum(parties.c.adults)).where(parties.c.children > 0)) or 0
    new, parents = db.session.execute(
        select(
            func.coalesce(func.sum(EventFigures.new_families), 0),
            func.coalesce(func.sum(EventFigures.parents), 0),
        )
        .join(EventFigures.event)
        .where(*events)
    ).one()
    return int(new), int(live) + int(parents)
