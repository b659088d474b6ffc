"""Different families over a school year, without keeping who they are; docs/privacy.md has the rules.

The night `SETTLED` after an event its families are counted under the key of the year. When the year is
over its sums are frozen, then the digests and the key are destroyed: after that nobody can link anybody.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, func, select, update

from eventsapp.agenda import revisions
from eventsapp.agenda.models import Activity, Event, EventStatus
from eventsapp.attendance import listings as attendance
from eventsapp.attendance.tally import tally
from eventsapp.clock import day_of, local
from eventsapp.codes import link_token
from eventsapp.database import db, rows_changed
from eventsapp.indicators import family_keys
from eventsapp.indicators.models import CountedFamily, EventFigures, FamilyKey, Scope, YearFamilies
from eventsapp.indicators.sessions import within
from eventsapp.people.models import Household, Person
from eventsapp.programme.school_calendar import SchoolYear
from eventsapp.registrations.models import Registration, RegistrationStatus

SETTLED = timedelta(days=7)
"""When an event's families are counted: phones have sent their marks the day after, paper sheets are typed
in within the week, and nothing is forgotten before (the shortest retention is a month)."""

DIGESTED = (Person.phone_e164, Person.email, Person.phone_is_shared, Person.first_name)


@dataclass(frozen=True)
class Families:
    """Different families with a place, and those of them who were marked as there."""

    seated: int
    came: int


def year_of(moment: datetime) -> SchoolYear:
    """The school year of a moment, on a Paris calendar."""
    day = day_of(moment)
    return SchoolYear(day.year - (day.month < 9))


def uncounted(now: datetime) -> Sequence[int]:
    """The events whose families are to be counted, the oldest first."""
    return db.session.scalars(
        select(Event.id)
        .where(Event.ends_at < local(day_of(now), 0) - SETTLED, ~_is_counted())
        .order_by(Event.starts_at, Event.id)
    ).all()


def count_event(event_id: int, now: datetime) -> bool:
    """Counts the families of an event, once; False when it was counted already."""
    event = revisions.locked(event_id)
    figures = figures_of(event_id)
    if figures.counted_at is not None:
        return False
    figures.counted_at = now
    if event.status is EventStatus.CANCELLED:
        return True
    found = _digests_at(event, now)
    present = {one.digest: one for one in db.session.scalars(_rows_at(event_id))}
    for digest, came in found.items():
        if digest in present:
            present[digest].came = present[digest].came or came
        else:
            db.session.add(CountedFamily(event_id=event_id, digest=digest, came=came))
    arrived = {digest for digest, came in found.items() if came}
    arrived |= {digest for digest, one in present.items() if one.came}
    figures.new_families = len(arrived - _came_before(event, arrived))
    db.session.flush()
    return True


def figures_of(event_id: int) -> EventFigures:
    """The figures of an event, begun when there are none; flushed."""
    row = db.session.scalars(select(EventFigures).where(EventFigures.event_id == event_id)).first()
    if row is None:
        row = EventFigures(event_id=event_id)
        db.session.add(row)
        db.session.flush()
    return row


def unlink(household: Household, events: Collection[Event], now: datetime) -> int:
    """A household is about to be erased: what it was counted by becomes random numbers, each of which stays
    one family in its year; how many rows. `events`: those where it had a place, over by now.

    Under every key that stands, since its registration may have been forgotten before it, and by whatever it
    may have been counted by: it may have left a number, or said only later that others share it.
    """
    rows, keys = 0, family_keys.all_known()
    for which in sorted({*keys, *map(_counted_in, events)}):
        strange = link_token()
        if which in keys:
            now_known_by, *before = _ways_to_count(household, keys[which])
            for digest, number in ((now_known_by, strange), *((one, link_token()) for one in before)):
                rows += rows_changed(
                    update(CountedFamily).where(CountedFamily.digest == digest).values(digest=number)
                )
        rows += _count_now(household, [one for one in events if _counted_in(one) == which], strange)
    return rows


@contextmanager
def known_otherwise(household: Household) -> Iterator[None]:
    """Its number or address is replaced inside: what it was counted by under the former one becomes random
    numbers at once, as in `unlink`, for nothing would lead an erasure there any more. From then on it is
    counted by the new one, as another family of that year.
    """
    keys = family_keys.all_known().values()
    before = [_ways_to_count(household, key) for key in keys]
    yield
    for key, ways in zip(keys, before, strict=True):
        for digest in set(ways).difference(_ways_to_count(household, key)):
            rows_changed(
                update(CountedFamily).where(CountedFamily.digest == digest).values(digest=link_token())
            )


def _counted_in(event: Event) -> tuple[int, str]:
    """The territory and school year whose key an event’s families are counted under."""
    return event.territory_id, year_of(event.starts_at).label


def _ways_to_count(household: Household, key: str) -> list[str]:
    """The digests that a household may stand under, the present one first."""
    contact = household.contact
    phone, email, shared = contact.phone_e164, contact.email, contact.phone_is_shared
    ways = [(phone, email, shared), (phone, email, not shared), (None, email, False), (None, None, False)]
    digests = [
        family_keys.digest(
            key, household.id, phone=one[0], email=one[1], shared=one[2], first_name=contact.first_name
        )
        for one in ways
    ]
    return list(dict.fromkeys(digests))


def _count_now(household: Household, events: Sequence[Event], digest: str) -> int:
    """The events that were not counted yet have that family already."""
    waiting = [one for one in events if figures_of(one.id).counted_at is None and not one.is_cancelled]
    for event in waiting:
        arrived = tally(attendance.gestures_of(event)).arrived
        theirs = db.session.scalars(
            select(Registration.id).where(
                Registration.event_id == event.id, Registration.household_id == household.id
            )
        )
        came = any(number in arrived for number in theirs)
        db.session.add(CountedFamily(event_id=event.id, digest=digest, came=came))
    db.session.flush()
    return len(waiting)


def different(events: Sequence[ColumnElement[bool]], year: SchoolYear) -> Families:
    """The different families of the events of these conditions in a year whose keys stand: those counted,
    and, of the others, those with a place so far; three statements."""
    counted = db.session.execute(
        select(Event.territory_id, CountedFamily.digest, CountedFamily.came)
        .join(CountedFamily.event)
        .where(*events)
    )
    seated: set[tuple[int, str]] = set()
    came: set[tuple[int, str]] = set()
    for territory, digest, was_there in counted:
        seated.add((territory, digest))
        if was_there:
            came.add((territory, digest))
    live: list[Any] = list(
        db.session.execute(
            select(Event.territory_id, Household.id, *DIGESTED)
            .select_from(Registration)
            .join(Registration.event)
            .join(Registration.household)
            .join(Household.contact)
            .where(*events, Registration.status == RegistrationStatus.CONFIRMED, ~_is_counted())
            .distinct()
        )
    )
    keys = family_keys.known({row[0] for row in live}, year.label)
    seated |= {(row[0], _digest(keys.get(row[0], ""), row[1:])) for row in live}
    return Families(len(seated), len(came))


def frozen(organisation_id: int, year: SchoolYear, territories: Collection[int] | None) -> Families:
    """What was frozen of an organisation's closed years, in these territories or in all; one statement."""
    where = [
        YearFamilies.scope == Scope.ORGANISATION,
        YearFamilies.scope_id == organisation_id,
        YearFamilies.year == year.label,
    ]
    if territories is not None:
        where.append(YearFamilies.territory_id.in_(territories))
    sums = select(
        func.coalesce(func.sum(YearFamilies.seated), 0), func.coalesce(func.sum(YearFamilies.came), 0)
    )
    seated, came = db.session.execute(sums.where(*where)).one()
    return Families(int(seated), int(came))


def over(now: datetime) -> list[tuple[int, str]]:
    """The territories and school years that are over, all of whose events are counted: their keys go."""
    rows = db.session.execute(select(FamilyKey.territory_id, FamilyKey.year).order_by(FamilyKey.id))
    return [(territory, label) for territory, label in rows if _is_over(territory, _year(label), now)]


def close(territory_id: int, label: str, now: datetime) -> int:
    """Freezes how many families a year had, over the territory, each action and each organisation; then
    destroys the digests and the key. How many digests."""
    year = _year(label)
    in_year = (Event.territory_id == territory_id, *within(year))
    for scope, column in (
        (Scope.TERRITORY, Event.territory_id),
        (Scope.ACTION, Activity.action_id),
        (Scope.ORGANISATION, Event.host_id),
    ):
        digest = CountedFamily.digest
        came = func.count(digest.distinct()).filter(CountedFamily.came)
        rows = db.session.execute(
            select(column, func.count(digest.distinct()), came)
            .join(CountedFamily.event)
            .join(Event.activity)
            .where(*in_year, column.is_not(None))
            .group_by(column)
        )
        found: list[Any] = list(rows)
        for number, seated, there in found:
            _freeze(territory_id, label, scope, number, Families(seated, there), now)
    db.session.flush()
    gone = rows_changed(
        delete(CountedFamily).where(CountedFamily.event_id.in_(select(Event.id).where(*in_year)))
    )
    rows_changed(delete(FamilyKey).where(FamilyKey.territory_id == territory_id, FamilyKey.year == label))
    return gone


def _freeze(
    territory_id: int, label: str, scope: Scope, number: int, families: Families, now: datetime
) -> None:
    """Adds to what stands already: a year may be closed twice, when something of it was counted late."""
    same = select(YearFamilies).where(
        YearFamilies.territory_id == territory_id,
        YearFamilies.year == label,
        YearFamilies.scope == scope,
        YearFamilies.scope_id == number,
    )
    row = db.session.scalars(same).first()
    if row is None:
        row = YearFamilies(
            territory_id=territory_id, year=label, scope=scope, scope_id=number, seated=0, came=0
        )
        db.session.add(row)
    row.seated, row.came = row.seated + families.seated, row.came + families.came
    row.frozen_at = now


def _is_over(territory_id: int, year: SchoolYear, now: datetime) -> bool:
    if local(year.last + timedelta(days=1), 0) + SETTLED >= local(day_of(now), 0):
        return False
    left = select(Event.id).where(Event.territory_id == territory_id, *within(year), ~_is_counted())
    return db.session.scalar(left.limit(1)) is None


def _year(label: str) -> SchoolYear:
    return SchoolYear(int(label[:4]))


def _is_counted() -> ColumnElement[bool]:
    return exists().where(EventFigures.event_id == Event.id, EventFigures.counted_at.is_not(None))


def _rows_at(event_id: int) -> Any:
    return select(CountedFamily).where(CountedFamily.event_id == event_id)


def _digests_at(event: Event, now: datetime) -> dict[str, bool]:
    """The families with a place, and whether one of theirs was marked as there."""
    rows = db.session.execute(
        select(Registration.id, Household.id, *DIGESTED)
        .join(Registration.household)
        .join(Household.contact)
        .where(Registration.event_id == event.id, Registration.status == RegistrationStatus.CONFIRMED)
    ).all()
    if not rows:
        return {}
    arrived = tally(attendance.gestures_of(event)).arrived
    key = family_keys.key_of(event.territory_id, year_of(event.starts_at).label, now=now)
    found: dict[str, bool] = {}
    for registration, *rest in rows:
        digest = _digest(key, rest)
        found[digest] = found.get(digest, False) or registration in arrived
    return found


def _digest(key: str, row: Sequence[Any]) -> str:
    household, phone, email, shared, first_name = row
    return family_keys.digest(key, household, phone=phone, email=email, shared=shared, first_name=first_name)


def _came_before(event: Event, digests: Collection[str]) -> set[str]:
    """Those who had come to an earlier event of that territory and year; keys make others' digests differ."""
    if not digests:
        return set()
    return set(
        db.session.scalars(
            select(CountedFamily.digest)
            .join(CountedFamily.event)
            .where(
                CountedFamily.digest.in_(digests),
                CountedFamily.came,
                CountedFamily.event_id != event.id,
                (Event.starts_at < event.starts_at)
                | ((Event.starts_at == event.starts_at) & (Event.id < event.id)),
            )
            .distinct()
        )
    )
