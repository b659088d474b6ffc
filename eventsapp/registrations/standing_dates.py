"""The dates of a series are entered for those who come to all of them.

Whoever asked for all dates asked before a new one was announced, so they enter it before anybody else, in
the order in which they asked: `precede` says so at the moment somebody else registers, and a recurring job
(`jobs.timetable`) does the rest within seconds. Once at a date they are a registration like any other. What
was done about a date is kept (`StandingDate`): a date that they gave up is never taken again for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, exists, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from eventsapp import journal
from eventsapp.agenda.models import Activity, Audience, Event, EventStatus, RegistrationMode
from eventsapp.database import Moment, db
from eventsapp.people.models import Household, Person, Professional
from eventsapp.programme.models import Action
from eventsapp.refusals import Refusal
from eventsapp.registrations import admission, entering, seats
from eventsapp.registrations.enrolments import Answers
from eventsapp.registrations.models import Registration, WayIn
from eventsapp.registrations.party import Member
from eventsapp.registrations.professional_answers import ProfessionalAnswers
from eventsapp.registrations.standing_models import (
    DateOutcome,
    StandingDate,
    StandingSignUp,
    StandingStatus,
)


def due(now: datetime) -> Sequence[int]:
    """The ids of the events to which somebody is to be registered, the oldest first; one statement."""
    return db.session.scalars(
        select(Event.id)
        .join(StandingSignUp, StandingSignUp.activity_id == Event.activity_id)
        .where(*is_pending(now))
        .group_by(Event.id)
        .order_by(Event.id)
    ).all()


def enter_due(event_id: int, now: datetime, *, most: int | None = None) -> int:
    """Registers to one event those who are due there, `most` at once; how many. Locks the event: two workers
    do it one after the other, and the second finds it done."""
    return _enter(seats.locked(event_id), now, most=most)


def precede(event: Event, *, but: Household | Professional | Answers, now: datetime) -> None:
    """Those who asked for all dates enter before whoever registers now; the caller has locked `event`.

    `but`: who registers themselves, known or by a form. They say who comes this time: their sign-up finds it
    done.
    """
    if db.session.scalar(_somebody_waits(), {"event_id": event.id, "now": now}) is not None:
        _enter(event, now, but=but)


def invited_later(registrations: Sequence[Registration]) -> set[int]:
    """Those of these, by number, whose dates come to their calendar by themselves, two weeks before
    (`standing_letters.invite`): of many dates nobody wants as many mails at once. One statement, or none."""
    by_standing = [one.id for one in registrations if one.standing_id is not None]
    if not by_standing:
        return set()
    return set(
        db.session.scalars(
            select(Registration.id)
            .join(
                StandingDate,
                (StandingDate.standing_id == Registration.standing_id)
                & (StandingDate.event_id == Registration.event_id),
            )
            .where(Registration.id.in_(by_standing), StandingDate.invited_at.is_(None))
        )
    )


def _enter(
    event: Event,
    now: datetime,
    *,
    most: int | None = None,
    but: Household | Professional | Answers | None = None,
) -> int:
    waiting = db.session.scalars(
        _waiting_at() if most is None else _waiting_at().limit(most), {"event_id": event.id, "now": now}
    ).all()
    if not waiting:
        return 0
    known = _known_at(event, waiting)
    for standing in waiting:
        if standing.party is but or _has_answered(standing.party, but):
            continue
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
def _somebody_waits() -> Select[int]:
    """Asked under the lock before everybody who registers, and mostly nobody does: a third of what it costs
    to ask who."""
    return select(StandingSignUp.id).join(*_EVENTS_OF).where(*_pending_there()).limit(1)


@lru_cache(maxsize=1)
def _waiting_at() -> Select[StandingSignUp]:
    return (
        select(StandingSignUp)
        .join(*_EVENTS_OF)
        .where(*_pending_there())
        .options(
            selectinload(StandingSignUp.members),
            joinedload(StandingSignUp.household),
            joinedload(StandingSignUp.professional).joinedload(Professional.person),
        )
        .order_by(StandingSignUp.id)
        # Whoever pauses or ends theirs at this moment has it to themselves and is passed over.
        .with_for_update(of=StandingSignUp, read=True, skip_locked=True)
    )


_EVENTS_OF = (Event, Event.activity_id == StandingSignUp.activity_id)


def _pending_there() -> list[ColumnElement[bool]]:
    return [Event.id == bindparam("event_id"), *is_pending(bindparam("now", type_=Moment()))]


def _enter_one(event: Event, standing: StandingSignUp, now: datetime) -> DateOutcome:
    members = [Member(bracket=one.bracket, first_name=one.first_name) for one in standing.members]
    try:
        admission.require_possible(event, seats.load_of(member.bracket for member in members))
    except Refusal:
        return DateOutcome.IMPOSSIBLE
    registration = entering.enter(event, standing.party, members, way=WayIn.STANDING, now=now)
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
    named = {one.id: _name_and_mailbox(one.professional.person) for one in waiting if one.professional}
    mailboxes = {mailbox for _, mailbox in named.values() if mailbox}
    rows = db.session.execute(
        select(Registration.household_id, Registration.professional_id, Person.first_name, Person.email)
        .outerjoin(Registration.professional)
        .outerjoin(Professional.person)
        .where(
            Registration.event_id == event.id,
            or_(
                Registration.household_id.in_(party),
                Registration.professional_id.in_(party),
                func.lower(Person.email).in_(mailboxes),
            ),
        )
    ).all()
    found = {(row[0], row[1]) for row in rows}
    people = {(row[2].casefold(), row[3].lower()) for row in rows if row[1] and row[3]}
    return {
        one.party
        for one in waiting
        if (one.household_id, one.professional_id) in found or named.get(one.id) in people
    }


def _has_answered(party: Household | Professional, form: object) -> bool:
    """Each form opens a new professional: the one who comes to every date has answered another, and would
    sit there twice. Nothing is merged: a name and a mailbox that are typed say only that."""
    if not isinstance(party, Professional) or not isinstance(form, ProfessionalAnswers):
        return False
    return bool(form.email) and _name_and_mailbox(party.person) == _name_and_mailbox(form)


def _name_and_mailbox(who: Person | ProfessionalAnswers) -> tuple[str, str]:
    return who.first_name.casefold(), (who.email or "").lower()


def is_pending(now: datetime | BindParameter[datetime]) -> list[ColumnElement[bool]]:
    """Of a sign-up and an event of its series: it takes them, and nothing was done about it yet."""
    return [
        StandingSignUp.status == StandingStatus.ACTIVE,
        Event.status == EventStatus.SCHEDULED,
        Event.registration == RegistrationMode.COUNTED,
        Event.starts_at > now,
        # Professionals come where professionals do, families where families do, within one series.
        StandingSignUp.professional_id.is_not(None) == (Event.audience == Audience.PROFESSIONALS),
        ~exists().where(StandingDate.standing_id == StandingSignUp.id, StandingDate.event_id == Event.id),
        ~exists().where(
            Activity.id == Event.activity_id, Action.id == Activity.action_id, Action.is_sensitive.is_(True)
        ),
    ]
