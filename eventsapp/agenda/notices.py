"""What was announced in error is undone before anybody has heard of it.

Hour, place and status come back as they were; SEQUENCE still rises, since a feed may have been read
meanwhile. iTIP counters move with letters only (docs/calendar-rules.md, Q1 to Q3): who was told
nothing has nothing in their invitation. Who registered meanwhile read the hour that is now undone
on their screen and in their letter: they alone are told.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import joinedload

from eventsapp import journal
from eventsapp.agenda import openings, revisions, telling
from eventsapp.agenda.models import Event, EventStatus
from eventsapp.agenda.notice_models import REMEMBERED, BatchedChange, ChangeBatch, Notice
from eventsapp.clock import day_of
from eventsapp.database import db
from eventsapp.places.models import Territory
from eventsapp.refusals import Conflict, msgid

KEPT = timedelta(days=90)
"""How long it is remembered which events one gesture changed."""


class ToldAlready(Conflict):
    """The window is over: people know, and a second letter must say otherwise."""

    sentence = msgid(
        "C’est trop tard pour revenir en arrière : les personnes inscrites sont déjà prévenues. "
        "Faites un nouveau changement."
    )


class BatchUndoneAlready(Conflict):
    """Once is enough."""

    sentence = msgid("Ces changements sont déjà annulés.")


class OneToldAlready(Conflict):
    """All or none, and of this one people know."""

    sentence = msgid(
        "Rien n’est annulé : pour « %(title)s », le %(day)s, les personnes inscrites sont déjà prévenues."
    )


class OneChangedSince(Conflict):
    """All or none, and this one was changed again."""

    sentence = msgid("Rien n’est annulé : « %(title)s », le %(day)s, a encore changé depuis.")


def begin(kind: str, actor: str, now: datetime, *, territory: Territory | None = None) -> ChangeBatch:
    """Opens one gesture that changes several events: given to each verb as `batch`."""
    batch = ChangeBatch(kind=kind, actor=actor, made_at=now, territory=territory)
    db.session.add(batch)
    db.session.flush()
    return batch


def undo(event: Event, *, actor: str, now: datetime) -> None:
    """Puts an event back to what people were last told, whatever was changed since.

    Raises ToldAlready; VenueClosed when its place was closed meanwhile.
    """
    revisions.lock(event)
    notice = telling.notice_of(event)
    if notice is None:
        raise ToldAlready()
    _require_open([notice], now)
    db.session.execute(delete(BatchedChange).where(BatchedChange.notice_id == notice.id))
    _put_back(event, notice, actor, now)
    telling.close(notice, now)


def undo_batch(batch: ChangeBatch, *, actor: str, now: datetime) -> list[Event]:
    """Puts every event of a batch back to what it was before it; all or none.

    Raises BatchUndoneAlready, OneToldAlready, OneChangedSince; VenueClosed when a place was closed meanwhile.
    """
    db.session.execute(select(ChangeBatch.id).where(ChangeBatch.id == batch.id).with_for_update())
    db.session.refresh(batch)
    if batch.undone_at is not None:
        raise BatchUndoneAlready()
    items = _locked_items(batch)
    for item in items:
        _refuse_settled(item)
    _require_open(items, now)
    for item in items:
        _put_back(item.event, item, actor, now)
        notice = item.notice
        db.session.delete(item)
        if notice is not None and notice.terms == item.terms:
            telling.close(notice, now)
        elif notice is not None:  # it was changed before the batch: that still waits to be told
            notice.changed_at, notice.actor, notice.batch = now, actor, None
    batch.undone_at = now
    db.session.flush()
    journal.note(actor, "undone", batch, now=now, territory_id=batch.territory_id, events=len(items))
    return [item.event for item in items]


def is_undoable(batch: ChangeBatch) -> bool:
    """Whether all of a batch can still be undone; two statements at most."""
    items = _items(batch)
    return batch.undone_at is None and all(
        item.notice is not None and item.notice.batch_id == batch.id for item in items
    )


def waiting(territory_id: int) -> Sequence[Notice]:
    """What waits to be told in a territory, the first to fall due first, with its events; one statement."""
    return db.session.scalars(
        select(Notice)
        .join(Notice.event)
        .where(Event.territory_id == territory_id)
        .options(
            joinedload(Notice.event).joinedload(Event.venue),
            joinedload(Notice.venue),
            joinedload(Notice.batch),
        )
        .order_by(Notice.due_at, Notice.id)
    ).all()


def forget_old(now: datetime) -> int:
    """Forgets gestures of KEPT ago; gives how many."""
    old = select(ChangeBatch.id).where(ChangeBatch.made_at < now - KEPT)
    db.session.execute(
        delete(BatchedChange)
        .where(BatchedChange.batch_id.in_(old), BatchedChange.notice_id.is_(None))
        .execution_options(synchronize_session=False)
    )
    batches = db.session.scalars(
        select(ChangeBatch).where(
            ChangeBatch.made_at < now - KEPT,
            ~ChangeBatch.id.in_(select(BatchedChange.batch_id)),
            ~ChangeBatch.id.in_(select(Notice.batch_id).where(Notice.batch_id.is_not(None))),
        )
    ).all()
    for batch in batches:
        db.session.delete(batch)
    db.session.flush()
    return len(batches)


def _items(batch: ChangeBatch) -> Sequence[BatchedChange]:
    return db.session.scalars(
        select(BatchedChange)
        .where(BatchedChange.batch_id == batch.id)
        .options(joinedload(BatchedChange.notice), joinedload(BatchedChange.event))
        .order_by(BatchedChange.event_id)
        .execution_options(populate_existing=True)
    ).all()


def _locked_items(batch: ChangeBatch) -> Sequence[BatchedChange]:
    """The changes of a batch, read with every event locked."""
    revisions.lock_all(select(BatchedChange.event_id).where(BatchedChange.batch_id == batch.id))
    return _items(batch)


def _refuse_settled(item: BatchedChange) -> None:
    named = {"title": item.event.title, "day": day_of(item.event.starts_at).strftime("%d/%m/%Y")}
    if item.notice is None:
        raise OneToldAlready(**named)
    if item.notice.batch_id != item.batch_id:
        raise OneChangedSince(**named)


def _require_open(before: Sequence[Notice | BatchedChange], now: datetime) -> None:
    """Nothing goes back into a place that is closed by now. Raises VenueClosed."""
    held = [one for one in before if one.cancelled_at is None]
    openings.require_open([(one.venue, one.starts_at, one.ends_at) for one in held], now)


def _put_back(event: Event, before: Notice | BatchedChange, actor: str, now: datetime) -> None:
    was_cancelled, event.venue = event.is_cancelled, before.venue
    for name in REMEMBERED:
        setattr(event, name, getattr(before, name))
    event.status = EventStatus.SCHEDULED if before.cancelled_at is None else EventStatus.CANCELLED
    revisions.changed(event, now, sequence=True)
    journal.note(actor, "undone", event, now=now, territory_id=event.territory_id)
    if was_cancelled and not event.is_cancelled:
        telling.listeners.places_opened(event, now)
