"""Two days before, whoever has a place is reminded of it: once for each date, again where it moves.

Who registered or heard of it within the last day knows, and is not told twice, unless their calendar lacks
its title or words of today; who wants no messages is left alone. `Registration.reminded_of` remembers the
date, in the transaction that posts the letter: a worker killed at any line has reminded a whole event or
nobody of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import joinedload

from eventsapp.agenda import revisions
from eventsapp.agenda.models import Event, EventStatus
from eventsapp.clock import PARIS, day_of, local
from eventsapp.database import db
from eventsapp.invitations import promises
from eventsapp.mailroom.models import Channel, Letter, LetterStatus
from eventsapp.people.models import Household, Professional
from eventsapp.people.readers import first_means
from eventsapp.registrations import letters, writing
from eventsapp.registrations.models import Registration, RegistrationStatus
from eventsapp.settings import setting

FROM, UNTIL = time(10), time(20)
"""On a Paris clock: nobody's phone rings at night, and a worker that was down at ten makes up for it."""
KNOWN_FOR = timedelta(hours=24)
"""Who registered or was told within that time needs no reminder."""


def due(now: datetime) -> Sequence[int]:
    """The ids of the events of which somebody is to be reminded now, the soonest first; one statement, or
    none outside of decent hours or where the setting REMINDER_DAYS is 0."""
    days = setting("REMINDER_DAYS")
    if not days or not FROM <= now.astimezone(PARIS).time() < UNTIL:
        return []
    return db.session.scalars(
        select(Event.id)
        .where(
            Event.starts_at > now,
            Event.starts_at < local(day_of(now) + timedelta(days=days + 1), 0),
            Event.status != EventStatus.CANCELLED,
            exists().where(Registration.event_id == Event.id, *_to_remind(Event.starts_at)),
        )
        .order_by(Event.starts_at, Event.id)
    ).all()


def remind(event_id: int, now: datetime) -> int:
    """Reminds the people of one event, and says how many; a constant number of statements, besides what
    puts each letter into the outbox.

    Locks the event, as whoever changes it does; one that another transaction holds waits for the next
    turn. Looks again: it may have been cancelled or moved meanwhile.
    """
    event = revisions.claim(event_id)
    if event is None or event.is_cancelled or event.starts_at <= now:
        return 0
    parties = _parties(event)
    known = _told_of_late([writing.about(one) for one in parties], now)
    languages = {one.contact.email.lower(): one.contact.language for one in parties if one.contact.email}
    outdated = promises.outdated(event, languages)
    reminded = 0
    for one in parties:
        one.reminded_of = event.starts_at
        mailbox = (one.contact.email or "").lower()
        knows = one.created_at > now - KNOWN_FOR or writing.about(one) in known
        if first_means(one.contact) is not None and (not knows or mailbox in outdated):
            letters.reminder(one, is_outdated=mailbox in outdated, now=now)
            outdated.discard(mailbox)
            reminded += 1
    return reminded


def _parties(event: Event) -> Sequence[Registration]:
    return db.session.scalars(
        select(Registration)
        .where(Registration.event_id == event.id, *_to_remind(event.starts_at))
        .options(
            joinedload(Registration.household).joinedload(Household.contact),
            joinedload(Registration.professional).joinedload(Professional.person),
        )
        .order_by(Registration.id)
    ).all()


def _to_remind(starts_at: object) -> tuple[ColumnElement[bool], ...]:
    return (
        Registration.status == RegistrationStatus.CONFIRMED,
        or_(Registration.reminded_of.is_(None), Registration.reminded_of != starts_at),
    )


def _told_of_late(about: Sequence[str], now: datetime) -> set[str]:
    """Those of these that something was said about within the last day, or that have a call still to be made:
    by registration, since two families of one mailbox are told each by itself."""
    if not about:
        return set()
    call_waits = (Letter.channel == Channel.CALL) & (Letter.status == LetterStatus.WAITING)
    return set(
        db.session.scalars(
            select(Letter.about)
            .where(Letter.about.in_(about), or_(Letter.posted_at > now - KNOWN_FOR, call_waits))
            .distinct()
        )
    )
