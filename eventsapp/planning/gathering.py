"""The frozen Problem of a school year, read from the database in a constant number of statements.

Identifiers are the numbers of the rows: venues for schools, organisations for associations, topics;
a month is « 2026-11 ». What is already announced stays as it is, and takes its place in the plan.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import inf

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from eventsapp.agenda.models import Activity, ActivityKind, Event, EventStatus
from eventsapp.clock import day_of, local
from eventsapp.database import db
from eventsapp.people.models import OrganisationApproval
from eventsapp.places import closures
from eventsapp.places.models import SATURDAY_SCHOOLS, Territory, Venue
from eventsapp.planning import preparations
from eventsapp.planning.engine.saturdays.problem import Association, Line, Period, Position, Problem, School
from eventsapp.planning.engine.terms import Id
from eventsapp.planning.models import OfferedTopic, SaturdayOffer, SchoolWish
from eventsapp.planning.owed_months import month_key, periods_of
from eventsapp.programme.school_calendar import SATURDAY, SchoolYear
from eventsapp.refusals import Refusal, msgid

DAYS_BETWEEN = 8
"""The least number of days between two Saturdays of a school: never two weeks in a row."""

LOOK_BACK = timedelta(days=92)
"""What was held in the three months before the year still counts for « nobody twice in a row »."""

NOBODY = 0
"""The association of an announced Saturday that has no host, and the topic of one without a topic."""

OUT_OF_THE_WAY = Position(inf, inf)
"""Where a school stands that has no coordinates: only associations that go everywhere reach it."""


class NoSchools(Refusal):
    """The territory has no school of the kinds that hold Saturdays."""

    sentence = msgid("Cet arrondissement n’a pas encore d’école : ajoutez ses écoles, puis recommencez.")


class NoAssociations(Refusal):
    """Nobody approved offers to come."""

    sentence = msgid(
        "Aucune association de cet arrondissement ne propose encore de sujet pour les samedis : "
        "ajoutez leurs propositions, puis recommencez."
    )


@dataclass(frozen=True)
class Held:
    """A Saturday morning that is already somebody's: an announced event, reduced to what counts here."""

    event_id: int
    venue_id: int
    host_id: int | None
    topic_id: int | None
    day: date
    is_school_saturday: bool
    """One of the territory in question; anything else only takes its place and its host's time."""


@dataclass(frozen=True)
class Question:
    """A problem, and the events behind its published lines, which themselves know no row of ours."""

    problem: Problem
    events: dict[tuple[int, date], int]
    """(school, day) → the announced event."""


def gather(territory: Territory, year: SchoolYear, *, first_day: date) -> Question:
    """Everything that a plan of this school year from `first_day` on depends on.

    Six statements, whatever the numbers. Raises CalendarNotCovered, SchoolYearIsOver, NoSchools,
    NoAssociations.
    """
    periods = periods_of(year, first_day)
    venues = _schools(territory)
    offers = _offers(territory, year)
    held = _held(territory, year, [offer.organisation_id for offer in offers])
    schools = {venue.id for venue in venues}
    saturdays = [one for one in held if one.is_school_saturday and one.venue_id in schools]
    others = [one for one in held if not (one.is_school_saturday and one.venue_id in schools)]
    published = _published(saturdays, {period.id for period in periods})
    problem = Problem(
        periods=periods,
        schools=_as_schools(venues, periods, others, _closed(venues, periods), _heard(published, year)),
        associations=_as_associations(offers, periods, published, others, year),
        published=published,
        min_gap_days=DAYS_BETWEEN,
    )
    return Question(problem, {(one.venue_id, one.day): one.event_id for one in saturdays})


def _schools(territory: Territory) -> Sequence[Venue]:
    venues = db.session.scalars(
        select(Venue)
        .where(
            Venue.territory_id == territory.id,
            Venue.kind.in_(SATURDAY_SCHOOLS),
            Venue.ended_at.is_(None),
        )
        .order_by(Venue.id)
    ).all()
    if not venues:
        raise NoSchools()
    return venues


def _offers(territory: Territory, year: SchoolYear) -> list[SaturdayOffer]:
    """What approved organisations offer, but for those that do not come back in that year; those without a
    topic have nothing to say yet."""
    approved = select(OrganisationApproval.organisation_id).where(
        OrganisationApproval.territory_id == territory.id
    )
    offers = db.session.scalars(
        select(SaturdayOffer)
        .where(SaturdayOffer.territory_id == territory.id, SaturdayOffer.organisation_id.in_(approved))
        .where(SaturdayOffer.organisation_id.not_in(preparations.not_coming(territory, year.label)))
        .options(joinedload(SaturdayOffer.organisation))
        .order_by(SaturdayOffer.id)
    ).all()
    if not offers:
        raise NoAssociations()
    return list(offers)


def _held(territory: Territory, year: SchoolYear, hosts: Iterable[int]) -> list[Held]:
    """Saturday events in the territory, and anywhere by those who offer to come."""
    rows = db.session.execute(
        select(
            Event.id,
            Event.venue_id,
            Event.host_id,
            Event.topic_id,
            Event.starts_at,
            Event.territory_id,
            Activity.kind,
        )
        .join(Event.activity)
        .where(
            Event.status == EventStatus.SCHEDULED,
            Event.starts_at >= local(year.first - LOOK_BACK, 0),
            Event.starts_at < local(year.last + timedelta(days=1), 0),
            or_(Event.territory_id == territory.id, Event.host_id.in_(list(hosts))),
        )
        .order_by(Event.starts_at, Event.id)
    )
    held = [
        Held(
            event_id,
            venue_id,
            host_id,
            topic_id,
            day_of(starts_at),
            kind is ActivityKind.SCHOOL_SATURDAY and territory_id == territory.id,
        )
        for event_id, venue_id, host_id, topic_id, starts_at, territory_id, kind in rows
    ]
    return [one for one in held if one.day.weekday() == SATURDAY]


def _published(saturdays: Iterable[Held], months: set[str | int]) -> tuple[Line, ...]:
    """Announced school Saturdays: the first of a school in a month to plan is that month's session."""
    lines: list[Line] = []
    counted: set[tuple[int, str]] = set()
    for one in saturdays:
        month = month_key(one.day)
        counts = month in months and (one.venue_id, month) not in counted
        if counts:
            counted.add((one.venue_id, month))
        lines.append(
            Line(
                school=one.venue_id,
                period=month if counts else None,
                date=one.day,
                association=one.host_id or NOBODY,
                topic=one.topic_id or NOBODY,
                published=True,
            )
        )
    return tuple(lines)


def _heard(published: Iterable[Line], year: SchoolYear) -> set[tuple[Id, Id]]:
    """(school, topic) of the sessions of this year that the plan is too late for: that wish is served."""
    return {
        (line.school, line.topic) for line in published if line.period is None and line.date >= year.first
    }


def _as_schools(
    venues: Iterable[Venue],
    periods: tuple[Period, ...],
    others: Iterable[Held],
    closed: Mapping[int, set[date]],
    heard: set[tuple[Id, Id]],
) -> tuple[School, ...]:
    venues = list(venues)
    wishes: defaultdict[int, list[int]] = defaultdict(list)
    asked = select(SchoolWish).where(SchoolWish.venue_id.in_([venue.id for venue in venues]))
    for wish in db.session.scalars(asked.order_by(SchoolWish.id)):
        if (wish.venue_id, wish.topic_id) not in heard:
            wishes[wish.venue_id].append(wish.topic_id)
    taken: defaultdict[int, set[date]] = defaultdict(set)
    for one in others:
        taken[one.venue_id].add(one.day)
    months = tuple(period.id for period in periods)
    return tuple(
        School(
            id=venue.id,
            name=venue.short_name,
            position=_position(venue.latitude, venue.longitude) or OUT_OF_THE_WAY,
            periods=months,
            unavailable=frozenset(taken[venue.id] | closed.get(venue.id, set())),
            wishes=tuple(wishes[venue.id]),
        )
        for venue in venues
    )


def _closed(venues: Sequence[Venue], periods: tuple[Period, ...]) -> dict[int, set[date]]:
    """The Saturdays on which schools are closed for some of the morning; one statement."""
    days = sorted({day for period in periods for day in period.dates})
    if not days:
        return {}
    standing = closures.during([one.id for one in venues], local(days[0], 0), local(days[-1], 13))
    closed: defaultdict[int, set[date]] = defaultdict(set)
    for closure in standing:
        closed[closure.venue_id] |= {
            day for day in days if closure.starts_at < local(day, 13) and local(day, 8) < closure.ends_at
        }
    return closed


def _as_associations(
    offers: Sequence[SaturdayOffer],
    periods: tuple[Period, ...],
    published: tuple[Line, ...],
    others: Iterable[Held],
    year: SchoolYear,
) -> tuple[Association, ...]:
    """Those who offer to come, then those who only hold announced Saturdays and are asked nothing more."""
    topics: defaultdict[int, list[int]] = defaultdict(list)
    offered = select(OfferedTopic).where(OfferedTopic.offer_id.in_([offer.id for offer in offers]))
    for row in db.session.scalars(offered.order_by(OfferedTopic.id)):
        topics[row.offer_id].append(row.topic_id)
    elsewhere: defaultdict[int, set[date]] = defaultdict(set)
    for one in others:
        if one.host_id is not None:
            elsewhere[one.host_id].add(one.day)
    # A line outside the plan's months counts for no yearly limit there: what it took is taken off here.
    spent = Counter(
        line.association for line in published if line.period is None and year.first <= line.date <= year.last
    )
    days = frozenset(day for period in periods for day in period.dates)
    associations = [
        _association(offer, tuple(topics[offer.id]), days, elsewhere, spent[offer.organisation_id])
        for offer in offers
    ]
    known = {one.id for one in associations}
    former = dict.fromkeys(line.association for line in published if line.association not in known)
    return (*associations, *(Association(id=number, name="", topics=()) for number in former))


def _association(
    offer: SaturdayOffer,
    topics: tuple[int, ...],
    days: frozenset[date],
    elsewhere: dict[int, set[date]],
    spent: int,
) -> Association:
    organisation = offer.organisation
    position = _position(organisation.latitude, organisation.longitude)
    away = {date.fromisoformat(day) for day in offer.away} | elsewhere.get(organisation.id, set())
    return Association(
        id=organisation.id,
        name=organisation.name,
        topics=topics,
        position=position,
        # Without a home there is nothing to measure from: it goes wherever it is asked.
        reach=float(offer.reach_metres) if offer.reach_metres is not None and position else None,
        available=days - away,
        max_per_month=offer.per_month,
        max_per_year=max(0, offer.per_year - spent),
        crews=offer.crews,
    )


def _position(latitude: float | None, longitude: float | None) -> Position | None:
    if latitude is None or longitude is None:
        return None
    return Position.from_degrees(latitude, longitude)
