"""The letter of a week is written once for each reader, whatever crashes and however many workers there are.

`Subscription.issued_on` moves to that Monday in the transaction that posts the letter, under a lock of the
row: a worker killed at any line has served a whole batch or nobody of it, and another takes other rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from flask_babel import force_locale
from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import defer, joinedload

from eventsapp.clock import PARIS
from eventsapp.database import db
from eventsapp.languages import DEFAULT, known
from eventsapp.mailroom.models import Channel, Letter, LetterStatus
from eventsapp.newsletter import composing, letters, listings
from eventsapp.newsletter.composing import Week
from eventsapp.newsletter.models import Subscription, SubscriptionStatus
from eventsapp.places.models import Territory

FROM, UNTIL = time(7), time(20)
"""On a Paris clock. A worker that was down on Monday makes up for it on Tuesday; after that the week is half
over, and the next letter is nearer than this one is useful."""
LAST_DAY = 1
"""Tuesday, as `date.weekday` counts."""
AT_ONCE = 50
"""Letters in one transaction, and before anything else that is to leave: who registers on a Monday morning
does not wait for five thousand letters to be gone."""


def week_now(now: datetime) -> date | None:
    """The Monday whose letter leaves at `now`; None at other times."""
    here = now.astimezone(PARIS)
    if here.weekday() > LAST_DAY or not FROM <= here.time() < UNTIL:
        return None
    return here.date() - timedelta(days=here.weekday())


def next_issue(now: datetime, *, issued_on: date = date.min) -> date | None:
    """The day on which the next letter of somebody leaves who was served for the week of `issued_on`; None:
    it leaves now."""
    monday = week_now(now)
    if monday:
        return None if issued_on < monday else monday + timedelta(days=7)
    here = now.astimezone(PARIS)
    days = (here.date() + timedelta(days=ahead) for ahead in range(0 if here.time() < FROM else 1, 8))
    first = next(day for day in days if day.weekday() <= LAST_DAY)
    monday = first - timedelta(days=first.weekday())
    return first if issued_on < monday else monday + timedelta(days=7)


def due(now: datetime) -> Sequence[int]:
    """The territories of which somebody has not been served this week; one statement, or none outside of its
    hours."""
    monday = week_now(now)
    if monday is None:
        return []
    return db.session.scalars(
        select(Subscription.territory_id)
        .where(*_unserved(monday))
        .distinct()
        .order_by(Subscription.territory_id)
    ).all()


def write_some(territory_id: int, now: datetime) -> int:
    """Serves the next readers of a territory, AT_ONCE at most, and says how many; 0 when none is left, or
    while letters of the last batch still wait to leave. A constant number of statements, however many readers
    and events there are.

    Who has nothing to read this week gets no letter, and is served.
    """
    monday = week_now(now)
    if monday is None or _some_wait(now):
        return 0
    batch = db.session.scalars(
        select(Subscription)
        .where(*_unserved(monday), Subscription.territory_id == territory_id)
        .options(joinedload(Subscription.territory, innerjoin=True).options(defer(Territory.drawing)))
        .order_by(Subscription.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True, of=Subscription)
        .execution_options(populate_existing=True)
    ).all()
    if not batch:
        return 0
    week = composing.week_of(territory_id, monday, now=now)
    offer = listings.offered(batch[0].territory)
    narrowed: dict[tuple[str, ...], Week] = {}
    for one in batch:
        one.issued_on = monday
        wish = (*one.themes, "", *one.quartiers)
        if wish not in narrowed:
            narrowed[wish] = week.chosen(one.themes, one.quartiers)
        if not narrowed[wish].says_nothing:
            with force_locale((known(one.language) or DEFAULT).locale):
                chosen = offer.names(one)
            letters.weekly(one, narrowed[wish], chosen, now=now)
    return len(batch)


def _unserved(monday: date) -> tuple[ColumnElement[bool], ...]:
    return (Subscription.status == SubscriptionStatus.ACTIVE, Subscription.issued_on < monday)


def _some_wait(now: datetime) -> bool:
    """Whether letters of ours could leave and have not yet; those put off by a mail server hold up nobody."""
    return bool(
        db.session.scalar(
            select(
                exists().where(
                    Letter.status == LetterStatus.WAITING,
                    Letter.channel == Channel.MAIL,
                    Letter.due_at <= now,
                    Letter.kind == letters.KIND,
                )
            )
        )
    )
