"""Places that are closed for a time: noted, lifted, and asked about by whoever plans or announces."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import contains_eager, joinedload

from eventsapp import journal
from eventsapp.database import db, rows_changed
from eventsapp.places.models import Territory, Venue, VenueClosure
from eventsapp.refusals import Conflict, NotFound, Refusal, msgid
from eventsapp.typed import line

LONGEST_REASON = 240


class ReasonMissing(Refusal):
    """Whoever comes is told why."""

    sentence = msgid("Dites pourquoi ce lieu ferme, en une phrase.")


class ReasonTooLong(Refusal):
    """More than a door or a letter shows. Parameters: `longest`."""

    sentence = msgid("Écrivez au plus %(longest)s signes.")


class ClosureOutOfOrder(Refusal):
    """It ends before it begins."""

    sentence = msgid("La fin de la fermeture doit venir après son début.")


class ClosureIsOver(Refusal):
    """It ends before now: there is nothing to close."""

    sentence = msgid("Cette fermeture est déjà passée.")


class ClosureTooLong(Refusal):
    """Longer than a school year: then the place is gone, not closed."""

    sentence = msgid("Une fermeture dure au plus un an.")


class ClosedAlready(Conflict):
    """The same place, closed at that time by somebody."""

    sentence = msgid("Ce lieu est déjà fermé pendant une partie de ce temps.")


def check(starts_at: datetime, ends_at: datetime, reason: str, *, now: datetime) -> str:
    """The reason as it is kept. Raises ReasonMissing, ReasonTooLong, ClosureOutOfOrder, ClosureIsOver,
    ClosureTooLong."""
    if ends_at <= starts_at:
        raise ClosureOutOfOrder(field="last_day")
    if ends_at <= now:
        raise ClosureIsOver(field="last_day")
    if (ends_at - starts_at).days > 366:
        raise ClosureTooLong(field="last_day")
    said = line(reason, field="reason")
    if not said:
        raise ReasonMissing(field="reason")
    if len(said) > LONGEST_REASON:
        raise ReasonTooLong(field="reason", longest=LONGEST_REASON)
    return said


def close(
    venue: Venue, starts_at: datetime, ends_at: datetime, reason: str, *, actor: str, now: datetime
) -> VenueClosure:
    """Nobody may use the place from `starts_at` until `ends_at`, both aware. What is announced there stays:
    the caller moves it. Raises what `check` raises, ClosedAlready."""
    said = check(starts_at, ends_at, reason, now=now)
    lock(venue)
    if during([venue.id], starts_at, ends_at):
        raise ClosedAlready(field="first_day")
    closure = VenueClosure(
        venue=venue, starts_at=starts_at, ends_at=ends_at, reason=said, made_by=actor, made_at=now
    )
    db.session.add(closure)
    db.session.flush()
    journal.note(actor, "closed", closure, now=now, territory_id=venue.territory_id, venue=venue.id)
    return closure


def lock(venue: Venue) -> None:
    """Who closes a place does so alone, and waits for whoever is announcing something there (`hold`)."""
    db.session.execute(select(Venue.id).where(Venue.id == venue.id).with_for_update())


def hold(venue_ids: Collection[int]) -> None:
    """Nobody closes these places until something is announced there: before their closures are read. Others
    may announce there at the same time."""
    db.session.execute(
        select(Venue.id)
        .where(Venue.id.in_(venue_ids))
        .order_by(Venue.id)
        .with_for_update(read=True, key_share=True)
    )


def lift(closure: VenueClosure, *, actor: str, now: datetime) -> bool:
    """The place may be used again, and announced; False when it was lifted already."""
    standing = update(VenueClosure).where(VenueClosure.id == closure.id, VenueClosure.lifted_at.is_(None))
    if not rows_changed(standing.values(lifted_at=now)):
        return False
    venue = closure.venue
    journal.note(actor, "lifted", closure, now=now, territory_id=venue.territory_id, venue=venue.id)
    return True


def during(venue_ids: Collection[int], starts_at: datetime, ends_at: datetime) -> Sequence[VenueClosure]:
    """The closures of these places that stand at some time of a span; one statement, or none."""
    if not venue_ids:
        return []
    return db.session.scalars(
        select(VenueClosure)
        .where(
            VenueClosure.venue_id.in_(venue_ids),
            VenueClosure.starts_at < ends_at,
            VenueClosure.ends_at > starts_at,
            VenueClosure.lifted_at.is_(None),
        )
        .order_by(VenueClosure.starts_at, VenueClosure.id)
    ).all()


def of_territory(territory: Territory, *, now: datetime, limit: int = 50) -> Sequence[VenueClosure]:
    """The closures of a territory that stand or are to come, with their places; one statement."""
    return db.session.scalars(
        select(VenueClosure)
        .join(VenueClosure.venue)
        .where(
            Venue.territory_id == territory.id,
            VenueClosure.ends_at > now,
            VenueClosure.lifted_at.is_(None),
        )
        .options(contains_eager(VenueClosure.venue))
        .order_by(VenueClosure.starts_at, VenueClosure.id)
        .limit(limit)
    ).all()


def by_id(number: int, venue: Venue) -> VenueClosure:
    """One closure of a place, lifted or not. Raises NotFound for another place's, too."""
    closure = db.session.scalars(
        select(VenueClosure)
        .where(VenueClosure.id == number, VenueClosure.venue_id == venue.id)
        .options(joinedload(VenueClosure.venue))
    ).first()
    if closure is None:
        raise NotFound()
    return closure
