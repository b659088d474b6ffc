"""« Venir à toutes les dates » : a party is registered to each date of a series, those to come included.

Whoever asked for all dates asked before a new one was announced, so they enter it before anybody else, in
the order in which they asked: `precede` says so at the moment somebody else registers, and a recurring job
(`jobs.timetable`) does the rest within seconds. Once at a date they are a registration like any other. What
was done about a date is kept (`StandingDate`): a date that they gave up is never taken again for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, exists, or_, select
from sqlalchemy.orm import joinedload, selectinload

from eventsapp import journal
from eventsapp.agenda.models import Activity, Event, EventStatus, RegistrationMode
from eventsapp.database import Moment, db
from eventsapp.people.models import Household, Professional
from eventsapp.programme.models import Action
from eventsapp.refusals import Conflict, Refusal, msgid
from eventsapp.registrations import admission, booking, seats, standing_letters
from eventsapp.registrations.models import Registration, RegistrationStatus, WayIn
from eventsapp.registrations.party import Member
from eventsapp.registrations.standing_models import (
    STANDING_MOVES,
    DateOutcome,
    StandingDate,
    StandingMember,
    StandingSignUp,
    StandingStatus,
)


class SeriesTakesNone(Conflict):
    """A sensitive action: one comes to it date by date, through somebody who refers."""

    sentence = msgid("Pour cette activité, on s’inscrit date par date.")


class StandingEnded(Conflict):
    """It was ended, here or elsewhere."""

    sentence = msgid("Vous ne venez plus à toutes les dates. Inscrivez-vous à celles qui vous vont.")


def sign_up(
    activity: Activity,
    party: Household | Professional,
    members: Sequence[Member],
    *,
    actor: str,
    now: datetime,
) -> StandingSignUp:
    """`party` comes to every date of `activity`: it is registered to those announced and told, once.

    Asked twice, it is the one that stands already. Raises SeriesTakesNone.
    """
    if activity.action.is_sensitive:
        raise SeriesTakesNone()
    is_household = isinstance(party, Household)
    column = StandingSignUp.household_id if is_household else StandingSignUp.professional_id
    standing = db.session.scalars(
        select(StandingSignUp).where(
            StandingSignUp.activity_id == activity.id,
            column == party.id,
            StandingSignUp.status != StandingStatus.ENDED,
        )
    ).first()
    if standing is not None:
        return standing
    standing = StandingSignUp(
        activity=activity,
        household=party if is_household else None,
        professional=party if isinstance(party, Professional) else None,
        members=[StandingMember(bracket=one.bracket, first_name=one.first_name) for one in members],
        created_at=now,
    )
    db.session.add(standing)
    db.session.flush()
    _note(actor, "asked for all dates", standing, now)
    _catch_up(standing, now)
    return standing


def pause(standing: StandingSignUp, *, actor: str, now: datetime) -> bool:
    """No new date; those there are stay. False when it was paused already. Raises StandingEnded."""
    _lock_live(standing)
    if standing.status is StandingStatus.PAUSED:
        return False
    _move(standing, StandingStatus.PAUSED)
    standing.paused_at = now
    _note(actor, "paused", standing, now)
    return True


def resume(standing: StandingSignUp, *, actor: str, now: datetime) -> bool:
    """New dates again, and those announced meanwhile. False when it was active. Raises StandingEnded."""
    _lock_live(standing)
    if standing.status is StandingStatus.ACTIVE:
        return False
    _move(standing, StandingStatus.ACTIVE)
    standing.paused_at = None
    _note(actor, "resumed", standing, now)
    db.session.flush()
    _catch_up(standing, now)
    return True


def end(standing: StandingSignUp, *, gives_up_dates: bool, actor: str, now: datetime) -> bool:
    """No new date any more; with `gives_up_dates` those to come are cancelled too, one letter each, which
    takes it out of their calendar. False when it was ended already."""
    _lock(standing)
    if standing.status is StandingStatus.ENDED:
        return False
    _move(standing, StandingStatus.ENDED)
    standing.paused_at, standing.ended_at = None, now
    _note(actor, "ended", standing, now)
    if gives_up_dates:
        for registration in _to_come(standing, now):
            booking.cancel(registration, actor=actor, now=now)
    return True


def due(now: datetime) -> Sequence[int]:
    """The ids of the events to which somebody is to be registered, the oldest first; one statement."""
    return db.session.scalars(
        select(Event.id)
        .join(StandingSignUp, StandingSignUp.activity_id == Event.activity_id)
        .where(*_is_pending(now))
        .group_by(Event.id)
        .order_by(Event.id)
    ).all()


def enter_due(event_id: int, now: datetime, *, most: int | None = None) -> int:
    """Registers to one event those who are due there, `most` at once; how many. Locks the event: two workers
    do it one after the other, and the second finds it done."""
    return _enter(seats.locked(event_id), now, most=most)


def precede(event: Event, *, now: datetime) -> None:
    """Those who asked for all dates enter before whoever registers now; the caller has locked `event`."""
    _enter(event, now)


def _enter(event: Event, now: datetime, *, most: int | None = None) -> int:
    waiting = db.session.scalars(
        _waiting_at() if most is None else _waiting_at().limit(most), {"event_id": event.id, "now": now}
    ).all()
    if not waiting:
        return 0
    known = _known_at(event, waiting)
    for standing in waiting:
        outcome = DateOutcome.KNOWN if standing.party in known else _enter_one(event, standing, now)
        is_news = outcome is not DateOutcome.KNOWN
        db.session.add(
            StandingDate(
                standing_id=standing.id,
                event_id=event.id,
                outcome=outcome,
                done_at=now,
                told_at=None if is_news else now,
            )
        )
    db.session.flush()
    return len(waiting)


@lru_cache(maxsize=1)
def _waiting_at() -> Select[StandingSignUp]:
    """Made once: it is asked before everybody who registers."""
    return (
        select(StandingSignUp)
        .join(Event, Event.activity_id == StandingSignUp.activity_id)
        .where(Event.id == bindparam("event_id"), *_is_pending(bindparam("now", type_=Moment())))
        .options(
            selectinload(StandingSignUp.members),
            joinedload(StandingSignUp.household),
            joinedload(StandingSignUp.professional),
        )
        .order_by(StandingSignUp.id)
        # Whoever pauses or ends theirs at this moment has it to themselves and is passed over.
        .with_for_update(of=StandingSignUp, read=True, skip_locked=True)
    )


def _enter_one(event: Event, standing: StandingSignUp, now: datetime) -> DateOutcome:
    members = [Member(bracket=one.bracket, first_name=one.first_name) for one in standing.members]
    try:
        admission.require_possible(event, seats.load_of(member.bracket for member in members))
    except Refusal:
        return DateOutcome.IMPOSSIBLE
    registration = booking.enter(event, standing.party, members, way=WayIn.STANDING, now=now)
    registration.standing_id = standing.id
    journal.note(
        f"{standing.party.__tablename__}:{standing.party.id}",
        f"registered_{registration.status.name.lower()}",
        registration,
        now=now,
        territory_id=event.territory_id,
        seats=registration.seats,
        event=event.id,
    )
    return DateOutcome.ENTERED


def _known_at(event: Event, waiting: Sequence[StandingSignUp]) -> set[Household | Professional]:
    """Those of them who have, or had, a registration of their own there; one statement."""
    party = {one.party.id for one in waiting}
    rows = db.session.execute(
        select(Registration.household_id, Registration.professional_id).where(
            Registration.event_id == event.id,
            or_(Registration.household_id.in_(party), Registration.professional_id.in_(party)),
        )
    ).all()
    found = {tuple(row) for row in rows}
    return {one.party for one in waiting if (one.household_id, one.professional_id) in found}


def _is_pending(now: datetime | BindParameter[datetime]) -> list[ColumnElement[bool]]:
    """Of a sign-up and an event of its series: it takes them, and nothing was done about it yet."""
    return [
        StandingSignUp.status == StandingStatus.ACTIVE,
        Event.status == EventStatus.SCHEDULED,
        Event.registration == RegistrationMode.COUNTED,
        Event.starts_at > now,
        ~exists().where(StandingDate.standing_id == StandingSignUp.id, StandingDate.event_id == Event.id),
        ~exists().where(
            Activity.id == Event.activity_id, Action.id == Activity.action_id, Action.is_sensitive.is_(True)
        ),
    ]


def _catch_up(standing: StandingSignUp, now: datetime) -> None:
    """The dates there are, in the order of their rows as everybody locks them, and one letter for all."""
    pending = db.session.scalars(
        select(Event.id)
        .join(StandingSignUp, StandingSignUp.activity_id == Event.activity_id)
        .where(StandingSignUp.id == standing.id, *_is_pending(now))
        .order_by(Event.id)
    ).all()
    for event_id in pending:
        enter_due(event_id, now)
    standing_letters.tell(standing.id, now)


def _to_come(standing: StandingSignUp, now: datetime) -> Sequence[Registration]:
    return db.session.scalars(
        select(Registration)
        .join(Registration.event)
        .where(
            Registration.standing_id == standing.id,
            Registration.status != RegistrationStatus.CANCELLED,
            Event.ends_at > now,
        )
        .order_by(Registration.event_id)
    ).all()


def _lock(standing: StandingSignUp) -> None:
    """Reads it again, locked: a worker that registers it somewhere at this moment ends first."""
    db.session.scalars(
        select(StandingSignUp)
        .where(StandingSignUp.id == standing.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _lock_live(standing: StandingSignUp) -> None:
    _lock(standing)
    if standing.status is StandingStatus.ENDED:
        raise StandingEnded()


def _move(standing: StandingSignUp, status: StandingStatus) -> None:
    if status not in STANDING_MOVES[standing.status]:
        raise ValueError(f"{standing.status} does not become {status}")
    standing.status = status


def _note(actor: str, verb: str, standing: StandingSignUp, now: datetime) -> None:
    journal.note(
        actor,
        verb,
        standing,
        now=now,
        territory_id=standing.activity.territory_id,
        activity=standing.activity_id,
    )
