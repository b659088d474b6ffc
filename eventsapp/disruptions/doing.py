"""Several sessions are changed in one transaction, told once, and undone as one while nobody knows.

Families are told by the agenda's notices (`agenda.telling`), hosts and places by one letter each when the
same window is over (`tell`); where a session is too near for a window, they are told at once too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from eventsapp import journal
from eventsapp.agenda import hosts, notices, revisions, scheduling, telling
from eventsapp.agenda.models import Event, RegistrationMode, Topic
from eventsapp.agenda.notice_models import ChangeBatch
from eventsapp.database import db
from eventsapp.disruptions import letters, staff
from eventsapp.disruptions.changes import Before, Change, as_it_stands, changes_nothing, words_after
from eventsapp.disruptions.models import Disruption, Gesture
from eventsapp.disruptions.surroundings import SHOWN
from eventsapp.people.models import Organisation
from eventsapp.places import closures
from eventsapp.places.models import Territory, Venue, VenueClosure
from eventsapp.refusals import Conflict, NotFound, Refusal, msgid
from eventsapp.registrations import letters as registration_letters
from eventsapp.registrations import listings as registrations

Row = TypeVar("Row", Event, Venue, Organisation, Topic)

MOST = 200
"""Sessions that one gesture changes."""


class NothingToDo(Refusal):
    """No session is concerned, or nothing would change."""

    sentence = msgid("Rien ne changerait : choisissez au moins un rendez-vous et un changement.")


class UndoneAlready(Conflict):
    """Once is enough."""

    sentence = msgid("Ces changements sont déjà annulés.")


class ToldAlready(Conflict):
    """Hosts and places know."""

    sentence = msgid("C’est trop tard pour tout annuler : des personnes sont déjà prévenues.")


def carry_out(
    gesture: Gesture,
    territory: Territory,
    changes: Sequence[Change],
    *,
    reason: str = "",
    closure: VenueClosure | None = None,
    actor: str,
    now: datetime,
) -> Disruption:
    """Changes the sessions, all or none. Raises what the agenda's verbs raise."""
    batch = notices.begin(gesture.value, actor=actor, now=now, territory=territory)
    for change in changes:
        _apply(change, batch, reason=reason, actor=actor, now=now)
    near = any(telling.is_imminent(one.before.starts_at, one.begins, now=now) for one in changes)
    done = Disruption(
        territory=territory,
        gesture=gesture,
        reason=reason,
        closure=closure,
        batch=batch,
        lines=[_line(change) for change in changes],
        made_by=actor,
        made_at=now,
        due_at=now if near else now + telling.undo_window(),
    )
    db.session.add(done)
    db.session.flush()
    journal.note(actor, "changed_many", done, now=now, territory_id=territory.id, sessions=len(changes))
    if near:
        _tell(done, changes, now)
    return done


def undo(done: Disruption, *, actor: str, now: datetime) -> None:
    """Puts every session back and opens the place again; nobody has heard of it.

    Raises UndoneAlready, ToldAlready, what `agenda.notices.undo_batch` raises.
    """
    db.session.execute(select(Disruption.id).where(Disruption.id == done.id).with_for_update())
    db.session.refresh(done)
    if done.undone_at is not None:
        raise UndoneAlready()
    if done.told_at is not None or done.batch is None:
        raise ToldAlready()
    if done.closure is not None:
        closures.lift(done.closure, actor=actor, now=now)
    for change in changes_of(done):
        if change.host is not None or change.topic is not None:
            before, event = change.before, change.event
            if event.host is not change.holder:
                raise Conflict()
            hosts.rehost(event, before.host, before.topic, actor=actor, now=now)
            scheduling.reword(event, title=before.title, summary=before.summary, actor=actor, now=now)
    notices.undo_batch(done.batch, actor=actor, now=now)
    done.undone_at = now
    journal.note(actor, "undone", done, now=now, territory_id=done.territory_id)


def can_undo(done: Disruption) -> bool:
    """Whether the whole gesture can still be undone; two statements at most."""
    if done.undone_at is not None or done.told_at is not None or done.batch is None:
        return False
    return notices.is_undoable(done.batch)


def due(now: datetime) -> Sequence[int]:
    """The numbers of the gestures whose hosts and places are to be told by `now`; one statement."""
    return db.session.scalars(
        select(Disruption.id)
        .where(Disruption.told_at.is_(None), Disruption.undone_at.is_(None), Disruption.due_at <= now)
        .order_by(Disruption.due_at, Disruption.id)
    ).all()


def tell(number: int, now: datetime) -> bool:
    """Tells the hosts and places of one gesture; False when another has, or somebody undid it meanwhile.

    They hear what holds by then: one session may have been put back, or changed again, alone.
    """
    done = db.session.scalars(
        select(Disruption)
        .where(Disruption.id == number, Disruption.told_at.is_(None), Disruption.undone_at.is_(None))
        .options(joinedload(Disruption.territory).defer(Territory.drawing))
        .with_for_update(of=Disruption, skip_locked=True)
        .execution_options(populate_existing=True)
    ).first()
    if done is None or done.due_at > now:
        return False
    revisions.lock_all(select(Event.id).where(Event.id.in_([line["event"] for line in done.lines])))
    _tell(done, standing(done), now)
    return True


def by_id(number: int, territory: Territory) -> Disruption:
    """One gesture of a territory. Raises NotFound for another territory's, too."""
    done = db.session.scalars(
        select(Disruption)
        .where(Disruption.id == number, Disruption.territory_id == territory.id)
        .options(joinedload(Disruption.closure).joinedload(VenueClosure.venue), joinedload(Disruption.batch))
    ).first()
    if done is None:
        raise NotFound()
    return done


def of_closure(closure: VenueClosure) -> Disruption | None:
    """The gesture that a closure was part of; one statement."""
    return db.session.scalars(select(Disruption).where(Disruption.closure_id == closure.id)).first()


def latest(territory: Territory, *, limit: int = 5) -> Sequence[Disruption]:
    """The last gestures of a territory; one statement."""
    return db.session.scalars(
        select(Disruption)
        .where(Disruption.territory_id == territory.id)
        .options(joinedload(Disruption.closure).joinedload(VenueClosure.venue))
        .order_by(Disruption.made_at.desc(), Disruption.id.desc())
        .limit(limit)
    ).all()


def changes_of(done: Disruption) -> list[Change]:
    """What a gesture did to each session, as it was done; four statements, whatever the number."""
    events = _rows(Event, {line["event"] for line in done.lines}, *SHOWN)
    venues = _rows(Venue, _numbers(done.lines, "venue"))
    hosts = _rows(Organisation, _numbers(done.lines, "host"))
    topics = _rows(Topic, _numbers(done.lines, "topic"))

    def change(line: dict[str, Any]) -> Change:
        was, new = line["was"], line["new"]
        before = Before(
            datetime.fromisoformat(was["starts_at"]),
            datetime.fromisoformat(was["ends_at"]),
            venues[was["venue"]],
            hosts.get(was["host"]),
            topics.get(was["topic"]),
            was["room"],
            was["title"],
            was["summary"],
        )
        return Change(
            events[line["event"]],
            before,
            cancels=new["cancels"],
            starts_at=datetime.fromisoformat(new["starts_at"]) if new["starts_at"] else None,
            ends_at=datetime.fromisoformat(new["ends_at"]) if new["ends_at"] else None,
            venue=venues.get(new["venue"]),
            room=new["room"],
            host=hosts.get(new["host"]),
            topic=topics.get(new["topic"]),
        )

    return [change(line) for line in done.lines if line["event"] in events]


def standing(done: Disruption) -> list[Change]:
    """What has become of its sessions by now, without those that are as they were; four statements."""
    now_so = [as_it_stands(change) for change in changes_of(done)]
    return [change for change in now_so if not changes_nothing(change)]


def _apply(change: Change, batch: ChangeBatch, *, reason: str, actor: str, now: datetime) -> None:
    event = change.event
    if change.cancels:
        scheduling.cancel(event, reason=reason, actor=actor, now=now, batch=batch)
        return
    if change.host is not None or change.topic is not None:
        host, topic = change.host or event.host, change.topic or event.topic
        hosts.rehost(event, host, topic, actor=actor, now=now)
        title, summary = words_after(change)
        scheduling.reword(event, title=title, summary=summary, actor=actor, now=now)
    if change.moves or change.changes_room:
        scheduling.reschedule(
            event,
            starts_at=change.starts_at,
            ends_at=change.ends_at,
            venue=change.venue,
            room=change.room,
            actor=actor,
            now=now,
            batch=batch,
        )


def _tell(done: Disruption, changes: Sequence[Change], now: datetime) -> None:
    """One letter or call to each who answers for a host or a place; what is over is told to nobody."""
    coming = [one for one in changes if max(one.before.ends_at, one.ends) > now]
    for change in coming:
        if change.cancels or not (change.changes_topic and change.topic):
            continue
        if change.event.registration is not RegistrationMode.NONE:
            for registration in registrations.active_at(change.event):
                registration_letters.topic_changed(registration, change.topic.name, now=now)
    for reader in staff.concerned_by(coming).readers:
        letters.changed(reader, done.territory, reason=done.reason, now=now)
    done.told_at = now


def _line(change: Change) -> dict[str, Any]:
    before = change.before
    return {
        "event": change.event.id,
        "was": {
            "starts_at": before.starts_at.isoformat(),
            "ends_at": before.ends_at.isoformat(),
            "venue": before.venue.id,
            "host": before.host.id if before.host else None,
            "topic": before.topic.id if before.topic else None,
            "room": before.room,
            "title": before.title,
            "summary": before.summary,
        },
        "new": {
            "cancels": change.cancels,
            "starts_at": change.starts_at.isoformat() if change.starts_at else None,
            "ends_at": change.ends_at.isoformat() if change.ends_at else None,
            "venue": change.venue.id if change.venue else None,
            "host": change.host.id if change.host else None,
            "topic": change.topic.id if change.topic else None,
            "room": change.room,
        },
    }


def _numbers(lines: Sequence[dict[str, Any]], name: str) -> set[int]:
    found = {line[side][name] for line in lines for side in ("was", "new")}
    return {number for number in found if number is not None}


def _rows(kind: type[Row], numbers: set[int], *options: Any) -> dict[int, Row]:
    if not numbers:
        return {}
    found = db.session.scalars(select(kind).where(kind.id.in_(numbers)).options(*options))
    return {row.id: row for row in found}
