"""People are forgotten on schedule: an event at a time, in batches, each a transaction of its own.

What a batch deletes has moved into figures and stands in the register in that same transaction: killed
anywhere, the job finds what is left the next night, and no figure is ever wrong in between.
"""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import and_, exists, func, or_, select

from eventsapp.agenda import keeping, revisions
from eventsapp.agenda.models import Activity, Event
from eventsapp.attendance import forgetting as attendance
from eventsapp.clock import day_of, local
from eventsapp.database import db
from eventsapp.feeds import private_links
from eventsapp.feeds.private_models import FeedKind
from eventsapp.indicators import families, forgotten
from eventsapp.indicators.models import EventFigures
from eventsapp.invitations import forgetting as invitations
from eventsapp.mailroom import forgetting as letters
from eventsapp.people import forgetting as people
from eventsapp.registrations import forgetting as registrations
from eventsapp.registrations import writing
from eventsapp.registrations.models import Registration
from eventsapp.retention import register
from eventsapp.retention.models import DataKind, DeletionRule
from eventsapp.settings import setting

BATCH = 100
"""Registrations of one transaction: some tenths of a second, in which SQLite lets nobody else write."""
ACTOR = "worker"


def due(now: datetime) -> Sequence[int]:
    """The events whose registrations have been kept long enough, the oldest first; two statements.

    Only those whose families were counted: what is to outlive the names stands before they go.
    """
    usual = int(setting("RETENTION_MONTHS"))
    chosen = db.session.scalars(
        select(Activity.retention_months).where(Activity.retention_months.is_not(None)).distinct()
    )
    kept_for = func.coalesce(Activity.retention_months, usual)
    old = or_(
        *(
            and_(kept_for == months, Event.ends_at < ended_before(now, months))
            for months in {usual, *(one for one in chosen if one)}
        )
    )
    return db.session.scalars(
        select(Event.id)
        .join(Event.activity)
        .where(
            old,
            exists().where(EventFigures.event_id == Event.id, EventFigures.counted_at.is_not(None)),
            exists().where(Registration.event_id == Event.id),
        )
        .order_by(Event.ends_at, Event.id)
    ).all()


def ended_before(now: datetime, months: int) -> datetime:
    """Midnight in Paris, so many months ago: what ended earlier has been kept long enough."""
    today = day_of(now)
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    last = monthrange(year, month + 1)[1]
    return local(date(year, month + 1, min(today.day, last)), 0)


def forget_some(event_id: int, now: datetime) -> int:
    """Forgets up to BATCH registrations of an event, and whomever nothing ties to us any more; how many.

    One transaction, which the caller begins and commits.
    """
    event = revisions.locked(event_id)
    batch = registrations.of_event(event_id, limit=BATCH)
    if not batch:
        return 0
    gone = forget(event, batch, actor=ACTOR, now=now)
    if not registrations.of_event(event_id, limit=1):
        gone[DataKind.INVITATIONS] += invitations.forget_all(event_id)
    households = registrations.households_left_alone({one.household_id for one in batch if one.household_id})
    gone += forget_households(households, now=now)
    professionals = registrations.professionals_left_alone(
        {one.professional_id for one in batch if one.professional_id}
    )
    gone += forget_professionals(professionals, now=now)
    register.note(
        event.territory_id,
        gone,
        rule=DeletionRule.PERIOD,
        activity_id=event.activity_id,
        months=keeping.months_of(event.activity),
        now=now,
    )
    db.session.expire_all()
    return len(batch)


def forget(event: Event, batch: Sequence[Registration], *, actor: str, now: datetime) -> Counter[DataKind]:
    """Moves these registrations of one event into its figures and deletes them, their letters emptied; how
    much of each kind. The event is locked by the caller."""
    forgotten.move(event.id, batch)
    attendance.keep_counted(event, batch, actor=actor, now=now)
    about = [writing.about(one) for one in batch]
    emptied, mails = letters.empty(about, now=now), invitations.forget_mails(about)
    deleted = registrations.delete_all(batch)
    return Counter(
        {
            DataKind.REGISTRATIONS: deleted.registrations,
            DataKind.PARTICIPANTS: deleted.participants,
            DataKind.NEEDS: deleted.needs,
            DataKind.LETTERS: emptied.letters + mails,
            DataKind.CALLS: emptied.calls,
        }
    )


def forget_households(numbers: Sequence[int], *, now: datetime) -> Counter[DataKind]:
    """Deletes these households, to which no registration leads any more; how much of each kind. Their private
    feeds are empty from now on, for a while, so that calendars clear themselves (RULES F14)."""
    private_links.empty(FeedKind.HOUSEHOLD, numbers, now=now)
    emptied = letters.empty([f"household:{number}" for number in numbers], now=now)
    deleted = people.delete_households(numbers)
    return Counter(
        {
            DataKind.HOUSEHOLDS: deleted.people,
            DataKind.LINKS: deleted.links,
            DataKind.LETTERS: emptied.letters,
            DataKind.CALLS: emptied.calls,
        }
    )


def forget_professionals(numbers: Sequence[int], *, now: datetime) -> Counter[DataKind]:
    """Deletes these professionals, to whom no registration leads any more; how much of each kind."""
    private_links.empty(FeedKind.PROFESSIONAL, numbers, now=now)
    deleted = people.delete_professionals(numbers)
    return Counter({DataKind.PROFESSIONALS: deleted.people, DataKind.LINKS: deleted.links})


def forget_last_letters(now: datetime) -> int:
    """Empties the last letters to households that had their data erased, once they have left; how many. One
    transaction."""
    found = letters.last_of(now)
    for territory_id in found:
        emptied = letters.empty_last(territory_id, now=now)
        if territory_id is not None:
            register.note(territory_id, {DataKind.LETTERS: emptied}, rule=DeletionRule.ASKED, now=now)
    return found.total()


def forget_idle(now: datetime) -> int:
    """Forgets up to BATCH households, and as many professionals, that only came to a series, which they gave
    up or which had its last date, and that were registered nowhere since, after the usual time; how many.
    One transaction."""
    months = int(setting("RETENTION_MONTHS"))
    before = ended_before(now, months)
    households = registrations.households_of_past_series(before, limit=BATCH)
    professionals = registrations.professionals_of_past_series(before, limit=BATCH)
    for territory_id in sorted({*households.values(), *professionals.values()}):
        gone = forget_households(_living_at(territory_id, households), now=now)
        gone += forget_professionals(_living_at(territory_id, professionals), now=now)
        register.note(territory_id, gone, rule=DeletionRule.PERIOD, months=months, now=now)
    db.session.expire_all()
    return len(households) + len(professionals)


def _living_at(territory_id: int, found: dict[int, int]) -> list[int]:
    return sorted(number for number, home in found.items() if home == territory_id)


def forget_needs(now: datetime) -> int:
    """Deletes what people needed at events over since yesterday; how many needs. One transaction."""
    found = registrations.needs_of_past_events(now)
    for (territory_id, activity_id), many in sorted(found.items()):
        register.note(
            territory_id,
            {DataKind.NEEDS: many},
            rule=DeletionRule.DAY_AFTER,
            activity_id=activity_id,
            now=now,
        )
    return sum(found.values())


def close_year(territory_id: int, year: str, now: datetime) -> None:
    """Freezes a year’s different families and destroys what they were counted by. One transaction."""
    digests = families.close(territory_id, year, now)
    register.note(
        territory_id,
        {DataKind.FAMILIES: digests, DataKind.KEYS: 1},
        rule=DeletionRule.YEAR_END,
        now=now,
    )
