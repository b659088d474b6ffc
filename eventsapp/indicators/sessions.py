"""The sessions of a school year, one row each, with how many registered: for spreadsheets and summaries."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, func, select

from eventsapp.agenda.models import Activity, Audience, Event, EventStatus, RegistrationMode
from eventsapp.clock import local
from eventsapp.database import db
from eventsapp.indicators.models import EventFigures
from eventsapp.people.models import Organisation
from eventsapp.places.models import Quartier, Territory, Venue
from eventsapp.programme.models import Action, Axis, Theme
from eventsapp.programme.school_calendar import SchoolYear
from eventsapp.registrations.models import NOT_YET_COMING, Registration, RegistrationStatus

MOST = 5_000
"""Sessions of one answer: a large territory holds some 1 500 a year."""


@dataclass(frozen=True)
class Session:
    """One date, as it stands now; `parties` and `people` have a seat, `waiting` people have none.

    Registrations that are forgotten count like those that stand.
    """

    starts_at: datetime
    ends_at: datetime
    title: str
    status: EventStatus
    audience: Audience
    registration: RegistrationMode
    capacity: int | None
    action: str
    theme: Theme
    venue: str
    street: str
    postal_code: str
    quartier: str
    """Of the place, "" where it is not known."""
    territory: int
    """The number of the arrondissement."""
    host: str
    parties: int
    people: int
    waiting: int

    @property
    def is_cancelled(self) -> bool:
        """It does not, or did not, take place."""
        return self.status is EventStatus.CANCELLED

    def was_held(self, now: datetime) -> bool:
        """It is over and was not cancelled."""
        return not self.is_cancelled and self.ends_at <= now


def of_organisation(
    organisation: Organisation, year: SchoolYear, *, territories: Collection[int] | None = None
) -> list[Session]:
    """What an organisation holds in a school year, restricted sessions too, in these territories or in all;
    in order, one statement."""
    where = [Event.host_id == organisation.id]
    if territories is not None:
        where.append(Event.territory_id.in_(territories))
    return _sessions(year, *where)


def of_territory(territory: Territory, year: SchoolYear) -> list[Session]:
    """What is held in a territory in a school year, by whomever; in order, one statement."""
    return _sessions(year, Event.territory_id == territory.id)


def within(year: SchoolYear) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """From midnight of 1 September to midnight after 31 August, in Paris."""
    return (
        Event.starts_at >= local(year.first, 0),
        Event.starts_at < local(year.last + timedelta(days=1), 0),
    )


def _sessions(year: SchoolYear, *where: ColumnElement[bool]) -> list[Session]:
    has_seat = Registration.status == RegistrationStatus.CONFIRMED
    waits = Registration.status.in_(NOT_YET_COMING)
    registered = (
        select(
            Registration.event_id,
            func.count(case((has_seat, Registration.id))).label("parties"),
            func.sum(case((has_seat, Registration.seats), else_=0)).label("people"),
            func.sum(case((waits, Registration.seats), else_=0)).label("waiting"),
        )
        .where(Registration.event_id.in_(select(Event.id).where(*where, *within(year))))
        .group_by(Registration.event_id)
        .subquery()
    )
    rows: Iterable[Any] = db.session.execute(
        select(
            Event.starts_at,
            Event.ends_at,
            Event.title,
            Event.status,
            Event.audience,
            Event.registration,
            Event.capacity,
            Action.name,
            Axis.theme,
            Venue.name,
            Venue.address,
            Venue.postal_code,
            func.coalesce(Quartier.name, ""),
            Territory.number,
            func.coalesce(Organisation.name, ""),
            func.coalesce(registered.c.parties, 0) + func.coalesce(EventFigures.parties, 0),
            func.coalesce(registered.c.people, 0) + func.coalesce(EventFigures.people, 0),
            func.coalesce(registered.c.waiting, 0) + func.coalesce(EventFigures.waiting, 0),
        )
        .join(Event.activity)
        .join(Activity.action)
        .join(Action.axis)
        .join(Event.venue)
        .join(Territory, Territory.id == Event.territory_id)
        .outerjoin(Quartier, Quartier.id == Venue.quartier_id)
        .outerjoin(Event.host)
        .outerjoin(registered, registered.c.event_id == Event.id)
        .outerjoin(EventFigures, EventFigures.event_id == Event.id)
        .where(*where, *within(year))
        .order_by(Event.starts_at, Event.id)
        .limit(MOST)
    )
    return [Session(*row) for row in rows]
