"""Standing sign-ups as pages ask for them; a constant number of statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    ScalarSelect,
    Select,
    and_,
    bindparam,
    exists,
    func,
    not_,
    or_,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, aliased, joinedload, load_only, selectinload

from eventsapp.agenda.models import Activity, Audience, Event, EventStatus, RegistrationMode
from eventsapp.agenda.said import SERIES
from eventsapp.database import Moment, db
from eventsapp.people.models import Household, Professional
from eventsapp.programme.models import Action
from eventsapp.refusals import NotFound
from eventsapp.registrations.models import Registration, RegistrationStatus, party_key
from eventsapp.registrations.standing_models import (
    DateOutcome,
    StandingDate,
    StandingMember,
    StandingSignUp,
    StandingStatus,
)


@dataclass(frozen=True)
class Standing:
    """A standing sign-up as whose it is sees it: for how many people, and what it holds to come."""

    sign_up: StandingSignUp
    people: int
    seated: int
    offered: int
    """Dates at which a place is held for them until they say yes."""
    waiting: int
    impossible: int
    """Dates that never take so many people."""

    @property
    def dates(self) -> int:
        """To which they are registered, seated, asked or waiting."""
        return self.seated + self.offered + self.waiting

    @property
    def is_neutral(self) -> bool:
        """Its action turned sensitive since: the title stays unsaid."""
        return self.sign_up.activity.action.is_sensitive

    @property
    def is_paused(self) -> bool:
        """Registered to no new date."""
        return self.sign_up.status is StandingStatus.PAUSED


@dataclass(frozen=True)
class Offer:
    """« Venir aussi aux prochaines dates ? »: of which series, from which of their registrations."""

    activity: Activity
    registration: Registration


@dataclass(frozen=True)
class Figures:
    """How many stand for a series: parties and people, numbers only."""

    parties: int = 0
    people: int = 0
    paused: int = 0
    """Parties of those that are registered to no new date."""


def of_party(party: Household | Professional, *, now: datetime) -> list[Standing]:
    """Those of a household or a professional that have not ended, the first asked first; one statement."""
    rows = db.session.execute(_of_party(party_key(party)), {"party_id": party.id, "now": now})
    return [Standing(*row) for row in rows]


@lru_cache(maxsize=2)
def _of_party(key: str) -> Select[StandingSignUp, int, int, int, int, int]:
    now = bindparam("now", type_=Moment())
    return (
        select(
            StandingSignUp,
            _people(),
            _held(RegistrationStatus.CONFIRMED, now),
            _held(RegistrationStatus.OFFERED, now),
            _held(RegistrationStatus.WAITING, now),
            _impossible(now),
        )
        .where(
            getattr(StandingSignUp, key) == bindparam("party_id"),
            StandingSignUp.status != StandingStatus.ENDED,
        )
        .options(joinedload(StandingSignUp.activity).joinedload(Activity.action))
        .order_by(StandingSignUp.id)
    )


def by_id(party: Household | Professional, number: int, *, now: datetime) -> Standing:
    """One of theirs that has not ended. Raises NotFound for somebody else's, too."""
    found = [one for one in of_party(party, now=now) if one.sign_up.id == number]
    if not found:
        raise NotFound()
    return found[0]


def offers(party: Household | Professional, *, now: datetime) -> list[Offer]:
    """The series to every date of which the household may come: it is registered to one date to come, does
    not come to all, and there are others or will be. One statement, and one for the participants."""
    rows = db.session.scalars(_offering(party_key(party)), {"party_id": party.id, "now": now}).all()
    first_of: dict[int, Registration] = {}
    for registration in rows:
        first_of.setdefault(registration.event.activity_id, registration)
    return [Offer(one.event.activity, one) for one in first_of.values()]


@lru_cache(maxsize=2)
def _offering(key: str) -> Select[Registration]:
    now = bindparam("now", type_=Moment())
    theirs = getattr(Registration, key)
    return (
        select(Registration)
        .join(Registration.event)
        .join(Event.activity)
        .join(Activity.action)
        .where(
            theirs == bindparam("party_id"),
            Registration.status != RegistrationStatus.CANCELLED,
            Event.ends_at > now,
            *_takes_standing(key, now),
            ~exists().where(
                StandingSignUp.activity_id == Event.activity_id,
                getattr(StandingSignUp, key) == theirs,
                StandingSignUp.status != StandingStatus.ENDED,
            ),
        )
        .options(  # all that offers say; own pages have read the rest
            load_only(
                Registration.code, Registration.event_id, Registration.seats, Registration.professional_id
            ),
            joinedload(Registration.event).options(load_only(Event.activity_id, Event.territory_id), *SERIES),
        )
        .order_by(Event.starts_at, Registration.id)
    )


def offer_of(party: Household | Professional, code: str, *, now: datetime) -> Offer:
    """The offer that one of its registrations makes. Raises NotFound where there is none (any more)."""
    for one in offers(party, now=now):
        if one.registration.code == code:
            return one
    raise NotFound()


def dates_of(activity: Activity, party: Household | Professional, *, now: datetime) -> Sequence[Event]:
    """The dates to come that `party` would enter, the next first, with their places; one statement."""
    return db.session.scalars(
        select(Event)
        .where(
            Event.activity_id == activity.id,
            Event.status == EventStatus.SCHEDULED,
            Event.registration == RegistrationMode.COUNTED,
            Event.starts_at > now,
            takes(party_key(party), Event.audience),
        )
        .options(joinedload(Event.venue), selectinload(Event.territory))
        .order_by(Event.starts_at, Event.id)
    ).all()


def figures_of(activity: Activity) -> Figures:
    """How many stand for a series; one statement."""
    paused = StandingSignUp.status == StandingStatus.PAUSED
    people = func.coalesce(func.sum(_people()), 0)
    row = db.session.execute(
        select(func.count(StandingSignUp.id), people, func.count(StandingSignUp.id).filter(paused)).where(
            StandingSignUp.activity_id == activity.id, StandingSignUp.status != StandingStatus.ENDED
        )
    ).one()
    return Figures(row[0], row[1], row[2])


def _takes_standing(key: str, now: BindParameter[datetime]) -> list[ColumnElement[bool]]:
    """Of an action, activity and event of it: nothing sensitive, and a rule that goes on or another date."""
    other = aliased(Event)
    another = exists().where(
        other.activity_id == Event.activity_id,
        other.id != Event.id,
        other.status == EventStatus.SCHEDULED,
        other.registration == RegistrationMode.COUNTED,
        other.starts_at > now,
        takes(key, other.audience),
    )
    goes_on = and_(
        Activity.rule.is_not(None),
        Activity.usual_registration == RegistrationMode.COUNTED,
        takes(key, Activity.usual_audience),
    )
    return [
        Action.is_sensitive.is_(False),
        Event.registration == RegistrationMode.COUNTED,
        takes(key, Event.audience),
        or_(goes_on, another),
    ]


def takes(key: str, audience: InstrumentedAttribute[Audience]) -> ColumnElement[bool]:
    """Whether those of `party_key` come where this audience does: professionals among themselves."""
    among = audience == Audience.PROFESSIONALS
    return among if key == "professional_id" else not_(among)


def _people() -> ScalarSelect[int]:
    return (
        select(func.count(StandingMember.id))
        .where(StandingMember.standing_id == StandingSignUp.id)
        .correlate(StandingSignUp)
        .scalar_subquery()
    )


def _held(status: RegistrationStatus, now: BindParameter[datetime]) -> ScalarSelect[int]:
    return (
        select(func.count(Registration.id))
        .join(Registration.event)
        .where(
            Registration.standing_id == StandingSignUp.id,
            Registration.status == status,
            Event.status == EventStatus.SCHEDULED,
            Event.starts_at > now,
        )
        .correlate(StandingSignUp)
        .scalar_subquery()
    )


def _impossible(now: BindParameter[datetime]) -> ScalarSelect[int]:
    return (
        select(func.count(StandingDate.id))
        .join(StandingDate.event)
        .where(
            StandingDate.standing_id == StandingSignUp.id,
            StandingDate.outcome == DateOutcome.IMPOSSIBLE,
            Event.status == EventStatus.SCHEDULED,
            Event.starts_at > now,
        )
        .correlate(StandingSignUp)
        .scalar_subquery()
    )
