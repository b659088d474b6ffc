"""Dates of schools with what was answered, and schools with their dates; a constant number of statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from eventsapp.agenda.models import Activity, Event, EventStatus
from eventsapp.clock import day_of, local
from eventsapp.database import db
from eventsapp.directory.models import Contact
from eventsapp.hosting import coming
from eventsapp.hosting.models import (
    AccessStatus,
    Answer,
    Authorisation,
    Coming,
    DateAnswer,
    Departure,
    HostAnswer,
    HostLink,
    Speaker,
)
from eventsapp.places.models import SCHOOL_KINDS, Territory, Venue
from eventsapp.refusals import NotFound

GATE_DAYS = 14
"""Whose names the gate knows: those of two weeks from today."""

REFUSALS = (Answer.NO, Answer.OTHER_DATE)
"""The answers after which somebody has to find another date."""


@dataclass(frozen=True)
class HostedDate:
    """An event as its place sees it: what was answered and authorised of it as it stands."""

    event: Event
    answer: DateAnswer | None
    authorisation: Authorisation | None
    speakers: Sequence[Speaker] = ()
    host_answer: HostAnswer | None = None
    """What who holds it said, of a former hour or place too."""

    @property
    def asks_host(self) -> bool:
        """Whether who holds it is asked to come at all."""
        return coming.is_asked(self.event)

    @property
    def access(self) -> AccessStatus:
        """Whether the premises may be used for it."""
        return self.authorisation.status if self.authorisation else AccessStatus.TO_ASK

    @property
    def is_waiting(self) -> bool:
        """No answer yet, and one is wanted."""
        return self.answer is None and not self.event.is_cancelled

    @property
    def is_neutral(self) -> bool:
        """Outside the desks it is named by nothing but its hour (decision 5)."""
        return self.event.activity.action.is_sensitive


def dates_at(venue: Venue, *, now: datetime, limit: int) -> list[HostedDate]:
    """What still takes place there, the next first, with all that its page shows; two statements."""
    which = (Event.venue_id == venue.id, Event.ends_at > now)
    return _with_speakers(_dates(*which).limit(limit), *which)


def date_of(event: Event) -> HostedDate:
    """One event; two statements."""
    return _with_speakers(_dates(Event.id == event.id), Event.id == event.id)[0]


def gate(venue: Venue, *, now: datetime) -> list[HostedDate]:
    """The gate list: dates of the next two weeks, from today's midnight, at which somebody is expected; two
    statements. What was yesterday is not there any more."""
    today = day_of(now)
    which = (
        Event.venue_id == venue.id,
        Event.ends_at >= local(today, 0),
        Event.starts_at < local(today + timedelta(days=GATE_DAYS), 0),
        Event.status == EventStatus.SCHEDULED,
    )
    return _with_speakers(_dates(*which), *which)


def _dates(*which: ColumnElement[bool]) -> Select[Event, DateAnswer, Authorisation, HostAnswer]:
    of_host = and_(HostAnswer.event_id == Event.id, HostAnswer.host_id == Event.host_id)
    return (
        select(Event, DateAnswer, Authorisation, HostAnswer)
        .outerjoin(DateAnswer, DateAnswer.stands_for_event())
        .outerjoin(Authorisation, Authorisation.stands_for_event())
        .outerjoin(HostAnswer, of_host)
        .where(*which)
        .options(
            joinedload(Event.venue),
            joinedload(Event.host),
            joinedload(Event.topic),
            joinedload(Event.activity).joinedload(Activity.action),
        )
        .order_by(Event.starts_at, Event.id)
    )


def _with_speakers(
    dates: Select[Event, DateAnswer, Authorisation, HostAnswer], *which: ColumnElement[bool]
) -> list[HostedDate]:
    expected: dict[int, list[Speaker]] = {}
    speakers = (
        select(Speaker)
        .join(Speaker.event)
        .where(*which)
        .options(contains_eager(Speaker.event))
        .order_by(Speaker.minutes_before.desc(), Speaker.id)
    )
    for speaker in db.session.scalars(speakers):
        expected.setdefault(speaker.event_id, []).append(speaker)
    return [
        HostedDate(event, answer, authorisation, expected.get(event.id, []), host_answer)
        for event, answer, authorisation, host_answer in db.session.execute(dates)
    ]


def contacts_of(venue: Venue) -> Sequence[Contact]:
    """Whom to reach at a place, the longest known first; one statement."""
    return db.session.scalars(
        select(Contact).where(Contact.venue_id == venue.id, Contact.ended_at.is_(None)).order_by(Contact.id)
    ).all()


def contact_of(venue: Venue, number: int) -> Contact:
    """One contact of a place who has not left. Raises NotFound for another place's, too."""
    contact = db.session.scalars(
        select(Contact)
        .where(Contact.id == number, Contact.venue_id == venue.id, Contact.ended_at.is_(None))
        .options(joinedload(Contact.venue).joinedload(Venue.territory))
    ).first()
    if contact is None:
        raise NotFound()
    return contact


def links_of(venue: Venue) -> dict[int, tuple[datetime, datetime | None]]:
    """When a link was last sent to each contact of a place, and last opened, by contact; one statement."""
    return _links(Contact.venue_id == venue.id)


def departures_of(venue: Venue) -> dict[int, Departure]:
    """Contacts of a place who say that they have left, by contact; one statement."""
    found = select(Departure).join(Departure.contact).where(Contact.venue_id == venue.id)
    return {one.contact_id: one for one in db.session.scalars(found)}


def how_many_left(territory: Territory) -> int:
    """How many contacts of its schools say that they have left, and nobody has settled it; one statement."""
    said = (
        select(func.count(Departure.id))
        .join(Departure.contact)
        .join(Contact.venue)
        .where(Venue.territory_id == territory.id, Contact.ended_at.is_(None))
    )
    return db.session.scalar(said) or 0


def _links(which: ColumnElement[bool]) -> dict[int, tuple[datetime, datetime | None]]:
    rows = db.session.execute(
        select(HostLink.contact_id, func.max(HostLink.made_at), func.max(HostLink.last_seen_at))
        .join(HostLink.contact)
        .where(which, HostLink.revoked_at.is_(None), Contact.ended_at.is_(None))
        .group_by(HostLink.contact_id)
    )
    return {number: (made, seen) for number, made, seen in rows}


@dataclass
class SchoolLine:
    """A school in the list of its coordinator: whom to reach, and how its dates to come stand."""

    school: Venue
    contacts: list[Contact] = field(default_factory=list)
    sent_at: datetime | None = None
    seen_at: datetime | None = None
    next_at: datetime | None = None
    dates: int = 0
    answers: dict[Answer, int] = field(default_factory=dict)
    authorised: int = 0
    has_departure: bool = False

    @property
    def waiting(self) -> int:
        """Dates without an answer."""
        return self.dates - sum(self.answers.values())

    @property
    def refused(self) -> int:
        """Dates for which another is to be found."""
        return sum(self.answers.get(one, 0) for one in REFUSALS)

    @property
    def unauthorised(self) -> int:
        """Dates whose authorisation is not there."""
        return self.dates - self.authorised


def schools_of(territory: Territory, *, now: datetime) -> list[SchoolLine]:
    """The schools of a territory, those whose next date is nearest first; five statements. One that was given
    up is there as long as something is announced in it."""
    here = (Venue.territory_id == territory.id, Venue.kind.in_(SCHOOL_KINDS))
    schools = select(Venue).where(*here).order_by(Venue.name, Venue.id)
    lines = {school.id: SchoolLine(school) for school in db.session.scalars(schools)}
    people = select(Contact).join(Contact.venue).where(*here, Contact.ended_at.is_(None))
    links = _links(Contact.venue_id.in_(select(Venue.id).where(*here)))
    left = set(db.session.scalars(select(Departure.contact_id)))
    for contact in db.session.scalars(people.order_by(Contact.id)):
        line = lines[contact.venue_id or 0]
        line.contacts.append(contact)
        line.has_departure |= contact.id in left
        made, seen = links.get(contact.id, (None, None))
        line.sent_at = max(filter(None, (line.sent_at, made)), default=None)
        line.seen_at = max(filter(None, (line.seen_at, seen)), default=None)
    dates = (
        select(Event.venue_id, Event.starts_at, DateAnswer.answer, Authorisation.status)
        .join(Event.venue)
        .outerjoin(DateAnswer, DateAnswer.stands_for_event())
        .outerjoin(Authorisation, Authorisation.stands_for_event())
        .where(*here, Event.ends_at > now, Event.status == EventStatus.SCHEDULED)
        .order_by(Event.starts_at)
    )
    for venue_id, starts_at, answer, status in db.session.execute(dates):
        line = lines[venue_id]
        line.next_at = line.next_at or starts_at
        line.dates += 1
        line.authorised += status is AccessStatus.GRANTED
        if answer is not None:
            line.answers[answer] = line.answers.get(answer, 0) + 1
    never = now + timedelta(days=36_500)
    shown = [line for line in lines.values() if line.dates or line.school.ended_at is None]
    return sorted(shown, key=lambda line: line.next_at or never)


@dataclass(frozen=True)
class RefusedDate:
    """A date that its place refuses, or would rather have another day, or whose host does not come."""

    event: Event
    answer: DateAnswer | None
    """The place's, where it is one of REFUSALS."""
    host_answer: HostAnswer | None
    """The host's, where it is a no."""

    @property
    def day(self) -> date:
        """Its day, in Paris."""
        return day_of(self.event.starts_at)


def refused_dates(territory: Territory, *, now: datetime) -> list[RefusedDate]:
    """Dates to come that their place or their host refuses, the next first, each once; one statement. Once an
    event is moved, cancelled or held by somebody else, that no is gone."""
    rows = db.session.execute(
        _refused(territory, now)
        .with_only_columns(Event, DateAnswer, HostAnswer, maintain_column_froms=True)
        .options(joinedload(Event.venue), joinedload(Event.host))
        .order_by(Event.starts_at, Event.id)
    )
    return [RefusedDate(row[0], row[1], row[2]) for row in rows]


def how_many_refused(territory: Territory, *, now: datetime) -> int:
    """How many such dates there are; one statement."""
    counted = _refused(territory, now).with_only_columns(func.count(Event.id), maintain_column_froms=True)
    return db.session.scalar(counted) or 0


def _refused(territory: Territory, now: datetime) -> Select[Any]:
    of_place = and_(DateAnswer.stands_for_event(), DateAnswer.answer.in_(REFUSALS))
    of_host = and_(HostAnswer.stands_for_event(), HostAnswer.coming == Coming.NO)
    return (
        select(Event)
        .outerjoin(DateAnswer, of_place)
        .outerjoin(HostAnswer, of_host)
        .where(
            Event.territory_id == territory.id,
            Event.ends_at > now,
            Event.status == EventStatus.SCHEDULED,
            or_(DateAnswer.id.is_not(None), HostAnswer.id.is_not(None)),
        )
    )
