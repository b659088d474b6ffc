"""What a party that comes to every date is told: one letter for many dates, then each for its calendar.

One new date is told by the ordinary letter, with the invitation. Several are one letter (or one call) that
lists them; each date that is theirs then comes as an invitation two weeks before, because an iTIP message
holds one UID and nobody wants ten mails at once. docs/decisions/0008.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.interfaces import ORMOption

from eventsapp.agenda.models import Activity, Event, EventStatus
from eventsapp.database import db
from eventsapp.invitations import promises
from eventsapp.mailroom import outbox
from eventsapp.mailroom.models import Channel
from eventsapp.people.models import Household, Professional
from eventsapp.people.readers import first_means
from eventsapp.programme.models import Action
from eventsapp.registrations import booking, letters, seats, writing
from eventsapp.registrations.booking import Confirmed
from eventsapp.registrations.listings import Line, rank_in_queue
from eventsapp.registrations.models import Registration, RegistrationStatus
from eventsapp.registrations.standing_models import DateOutcome, StandingDate, StandingSignUp

GATHERED = timedelta(minutes=3)
"""Dates that are announced one after the other are told together, so long after the last."""
INVITED_BEFORE = timedelta(days=14)
"""When a date told in a list comes as an invitation for the calendar."""


def due(now: datetime) -> Sequence[int]:
    """The ids of the sign-ups with news that have stood for GATHERED, the oldest first; one statement."""
    return db.session.scalars(
        select(StandingDate.standing_id)
        .where(StandingDate.told_at.is_(None))
        .group_by(StandingDate.standing_id)
        .having(func.max(StandingDate.done_at) <= now - GATHERED)
        .order_by(func.min(StandingDate.id))
    ).all()


def tell(standing_id: int, now: datetime) -> bool:
    """Tells one party what its sign-up did since it was last told; False when there is nothing (any more), or
    another transaction holds it, which leaves it for the next turn."""
    standing = db.session.scalars(
        select(StandingSignUp)
        .where(StandingSignUp.id == standing_id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).first()
    news = [] if standing is None else _news(standing)
    if standing is None or not news:
        return False
    for one in news:
        one.told_at = now
    ahead = [one for one in news if one.event.ends_at > now and not one.event.is_cancelled]
    lines = _lines(standing, [one.event_id for one in ahead if one.outcome is DateOutcome.ENTERED])
    refused = [one.event for one in ahead if one.outcome is DateOutcome.IMPOSSIBLE]
    if len(lines) == 1 and not refused:
        [only] = [one for one in ahead if one.event_id == lines[0].registration.event_id]
        _tell_one(lines[0].registration, only, now)
    elif lines:
        _tell_all(standing, lines, refused, now)
    return True


def _tell_one(registration: Registration, date: StandingDate, now: datetime) -> None:
    """The letter of any registration; who has a seat has it in their calendar with that."""
    seats.locked(registration.event_id)
    if registration.status is RegistrationStatus.CONFIRMED:
        date.invited_at = now
    link_token = writing.new_link(registration, now)
    booking.tell(Confirmed(registration, link_token or ""), now=now)


def _tell_all(
    standing: StandingSignUp, lines: Sequence[Line], refused: Sequence[Event], now: datetime
) -> None:
    """One letter, or one call, that lists every date; useful until the last of them is over."""
    last = lines[-1].registration
    neutral = last.event.activity.action.is_sensitive
    writing.post(
        "standing_dates",
        last,
        now,
        # A call of its own: dates said in an earlier one are not said in this.
        thread=outbox.thread_of("standing", standing.id, lines[0].registration.event_id),
        link_token=writing.new_link(last, now),
        activity="" if neutral else standing.activity.title,
        dates=[(line.registration.event, line.rank) for line in lines],
        refused=refused,
    )


def near(now: datetime) -> Sequence[int]:
    """The ids of the dates to be sent to calendars by `now`, the nearest first; one statement."""
    return db.session.scalars(
        select(StandingDate.id)
        .join(StandingDate.event)
        .join(
            Registration,
            (Registration.standing_id == StandingDate.standing_id)
            & (Registration.event_id == StandingDate.event_id),
        )
        .where(
            StandingDate.invited_at.is_(None),
            StandingDate.told_at.is_not(None),
            Event.starts_at > now,
            Event.starts_at <= now + INVITED_BEFORE,
            Event.status == EventStatus.SCHEDULED,
            Registration.status == RegistrationStatus.CONFIRMED,
        )
        .order_by(Event.starts_at, StandingDate.id)
    ).all()


def invite(date_id: int, now: datetime) -> bool:
    """Sends one date to its party's calendar, unless it stands there already or they have no mailbox; False
    when another worker did, or it is no longer theirs."""
    date = db.session.get_one(StandingDate, date_id)
    event = seats.locked(date.event_id)
    db.session.refresh(date)  # another worker may have done it while we waited
    registration = db.session.scalars(
        select(Registration)
        .where(Registration.standing_id == date.standing_id, Registration.event_id == event.id)
        .options(*_with_contact())
        .execution_options(populate_existing=True)
    ).first()
    theirs = registration is not None and registration.status is RegistrationStatus.CONFIRMED
    if registration is None or not theirs or date.invited_at is not None or event.is_cancelled:
        return False
    date.invited_at = now
    address = registration.contact.email
    by_mail = first_means(registration.contact) is Channel.MAIL
    if by_mail and address and not promises.holds_date(event, address):
        letters.standing_near(registration, now=now)
    return True


def _news(standing: StandingSignUp) -> Sequence[StandingDate]:
    """What was done and not told, in the order of the dates; one statement."""
    return db.session.scalars(
        select(StandingDate)
        .join(StandingDate.event)
        .where(StandingDate.standing_id == standing.id, StandingDate.told_at.is_(None))
        .options(joinedload(StandingDate.event).joinedload(Event.venue))
        .order_by(Event.starts_at, Event.id)
        .execution_options(populate_existing=True)
    ).all()


def _lines(standing: StandingSignUp, events: Sequence[int]) -> list[Line]:
    """What the sign-up holds at these events, with ranks, in the order of the dates; one statement."""
    to_event = joinedload(Registration.event)
    rows = db.session.execute(
        select(Registration, rank_in_queue())
        .join(Registration.event)
        .where(
            Registration.standing_id == standing.id,
            Registration.event_id.in_(events),
            # What is offered to them meanwhile was told by the letter that asks.
            Registration.status.in_((RegistrationStatus.CONFIRMED, RegistrationStatus.WAITING)),
        )
        .options(
            *_with_contact(),
            to_event.joinedload(Event.venue),
            to_event.joinedload(Event.territory),
            to_event.joinedload(Event.activity).joinedload(Activity.action).joinedload(Action.axis),
        )
        .order_by(Event.starts_at, Event.id)
    )
    return [Line(one, place if one.status is RegistrationStatus.WAITING else None) for one, place in rows]


def _with_contact() -> tuple[ORMOption, ...]:
    return (
        joinedload(Registration.household).joinedload(Household.contact),
        joinedload(Registration.professional).joinedload(Professional.person),
    )
