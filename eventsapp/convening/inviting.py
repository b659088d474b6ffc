"""Hosts and places of school Saturdays are invited by mail: asked, told of changes, let go (iTIP).

One message is one date (RULES Q10). A change is told by the letter that says it (`disruptions`), whose
calendar part is made here; whatever no letter has said, a worker says: new dates, a new contact, one who
left, whoever changed it herself. So calendars end as the agenda stands, by whatever way it went there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import joinedload

from eventsapp.access import readers
from eventsapp.agenda import revisions, telling
from eventsapp.agenda.models import Activity, ActivityKind, Event
from eventsapp.agenda.notice_models import Notice
from eventsapp.convening import asked, letters
from eventsapp.convening.asked import Asked
from eventsapp.convening.letters import Question, Why
from eventsapp.database import db
from eventsapp.invitations import promises
from eventsapp.invitations.models import Capacity, Invitation, Method
from eventsapp.invitations.promises import Promise
from eventsapp.mailroom.outbox import Reader
from eventsapp.places.models import Territory
from eventsapp.places.wording import agenda_name
from eventsapp.programme.models import Action
from eventsapp.registrations import listings as registrations
from eventsapp.registrations.models import RegistrationStatus

AHEAD = timedelta(days=60)
"""So long before, a date is put into calendars: a mail a date, and never those of a whole year at once."""
GRACE = timedelta(minutes=2)
"""After the window in which a change is undone: the letters that say why come first."""


@dataclass(frozen=True)
class Enclosed:
    """What goes with a letter about a change: the message for the calendar, and what the letter asks."""

    promise: Promise | None = None
    """None where there is nothing to say to that calendar."""
    question: Question | None = None
    """None where the date leaves, and where what they answered to it still stands."""


def due(now: datetime) -> Sequence[int]:
    """The numbers of the school Saturdays to come of which some calendar does not know how they stand, the
    soonest first; six statements. What was changed a moment ago may still be undone, and waits."""
    events = db.session.scalars(_to_come(now).order_by(Event.starts_at, Event.id)).all()
    people = asked.at(events)
    told: dict[int, list[Invitation]] = {}
    numbers = _to_come(now).with_only_columns(Event.id, maintain_column_froms=True)
    for row in db.session.scalars(select(Invitation).where(Invitation.event_id.in_(numbers))):
        told.setdefault(row.event_id, []).append(row)
    return [
        event.id
        for event in events
        if not asked.settlement(event, people.get(event.id, {}), told.get(event.id, []), now=now).is_settled
    ]


def settle(event_id: int, now: datetime) -> bool:
    """Tells the calendars of hosts and place of one event what they do not know, a letter each; False when
    another has, or somebody changes it at this moment."""
    event = revisions.claim(event_id)
    if event is None or event.starts_at <= now or telling.notice_of(event) is not None:
        return False
    of_event = select(Invitation).where(Invitation.event_id == event.id)
    rows = db.session.scalars(of_event.order_by(Invitation.id)).all()
    left = asked.settlement(event, asked.at([event]).get(event.id, {}), rows, now=now)
    known = {row.address: row for row in rows}
    for one in left.to_ask:
        row = known.get((one.reader.email or "").lower())
        _ask(event, one, why_asked(event, row), now)
    for row in left.to_release:
        reader = Reader(name=row.name, language=readers.language_at(row.address), email=row.address)
        promise = _release(event, reader, now)
        if promise is not None:
            letters.released(event, reader, promise, told=promises.told_of(row), now=now)
    return not left.is_settled


def why_asked(event: Event, row: Invitation | None) -> Why:
    """What is new to somebody who is asked, by what their calendar was told before."""
    if row is None or row.method is Method.CANCEL or row.invited_as is Capacity.GUEST:
        return Why.NEW
    return Why.CHANGED if row.terms != promises.terms_of(event) else Why.REWORDED


def enclosed_for(event: Event, reader: Reader, *, now: datetime) -> Enclosed:
    """What goes with a letter about one event that changed: come, at this hour and place, or no more; and
    whether they do, asked where they have not answered to that. No worker asks after it: their calendar
    knows (`asked.settlement`). The caller has locked the event."""
    if not asked.is_convened(event) or not reader.email or event.starts_at <= now:
        return Enclosed()
    one = asked.at([event]).get(event.id, {}).get(reader.email.lower())
    if one is None:
        return Enclosed(_release(event, reader, now))
    promise = _request(event, one, now)
    return Enclosed(promise, letters.question_to(one, event) if asked.owe_an_answer(one, event) else None)


def invite_again(invitation: Invitation, event: Event, *, why: Why, now: datetime) -> bool:
    """The date once more to who keeps it, as it stands, to the address that we know: their calendar asks for
    it (REFRESH, RULES I13), or answered to what it was before (I8). False where nothing is sent: it has
    begun, or they are not asked, or no more. The caller has locked its event."""
    if event.starts_at <= now:
        return False
    one = asked.now_at(invitation)
    if one is not None:
        _ask(event, one, why, now)
    return one is not None


def _to_come(now: datetime) -> Select[Event]:
    settled = now - telling.undo_window() - GRACE
    stands_in_a_calendar = exists().where(
        Invitation.event_id == Event.id,
        Invitation.invited_as != Capacity.GUEST,
        Invitation.method == Method.REQUEST,
    )
    return (
        select(Event)
        .join(Event.activity)
        .where(
            Activity.kind == ActivityKind.SCHOOL_SATURDAY,
            Event.starts_at > now,
            or_(Event.starts_at <= now + AHEAD, stands_in_a_calendar),
            Event.changed_at <= settled,
            ~exists().where(Notice.event_id == Event.id),
        )
        .options(
            joinedload(Event.venue),
            joinedload(Event.host),
            joinedload(Event.picture),
            joinedload(Event.territory).defer(Territory.drawing),
            joinedload(Event.activity).joinedload(Activity.action).joinedload(Action.axis),
        )
    )


def _ask(event: Event, one: Asked, why: Why, now: datetime) -> None:
    letters.asked(event, one, _request(event, one, now), why=why, now=now)


def _request(event: Event, one: Asked, now: datetime) -> Promise:
    return promises.request(
        event,
        address=one.reader.email or "",
        name=one.reader.name,
        organizer_name=agenda_name(event.territory, one.reader.language),
        language=one.reader.language,
        invited_as=one.capacity,
        now=now,
    )


def _release(event: Event, reader: Reader, now: datetime) -> Promise | None:
    """The date leaves, unless they are registered there, too: then it stays as any guest's."""
    address = reader.email or ""
    there = registrations.at_mailbox(event, address)
    if not event.is_cancelled and any(one.status is RegistrationStatus.CONFIRMED for one in there):
        promises.keep_as_guest(event, address)
        return None
    return promises.cancel(
        event,
        address=address,
        name=reader.name,
        organizer_name=agenda_name(event.territory, reader.language),
        language=reader.language,
        invited_as=Capacity.PLACE,
        now=now,
    )
