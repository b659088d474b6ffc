"""Links for one-day helpers: no account, one event, on its day only, or until revoked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import joinedload

from eventsapp import journal
from eventsapp.access import questions
from eventsapp.access.models import DayLink
from eventsapp.agenda.models import Activity, Event
from eventsapp.clock import PARIS, day_of, local
from eventsapp.codes import fingerprint, link_token
from eventsapp.database import db, rows_changed
from eventsapp.people import accounts, contacts
from eventsapp.people.models import Account
from eventsapp.refusals import Conflict, NotFound, Refusal, msgid
from eventsapp.settings import setting

LONGEST_NAME = 60
MOST = 30
"""Links of one event that work at once: more than any day has helpers."""


class DayLinkDoesNotWork(Refusal):
    """Unknown, revoked, or its day is over; which of them is nobody's business."""

    sentence = msgid("Ce lien ne marche que le jour du rendez-vous. Demandez-en un à l’équipe.")
    status = 410


class DayIsOver(Conflict):
    """A helper for a day that has passed."""

    sentence = msgid("Ce rendez-vous est passé ou annulé : personne n’y aide plus.")


class EnoughHelpers(Conflict):
    """As many as a day can have."""

    sentence = msgid("Ce rendez-vous a déjà %(most)s liens. Retirez-en un d’abord.")


def make(event: Event, name: str, *, actor: str, now: datetime) -> str:
    """A new link for one helper: its token, to be shown once and never stored.

    The caller has asked who may. Raises NameMissing, TooLong, DayIsOver, EnoughHelpers.
    """
    known_as = contacts.name_of(name, field="name", longest=LONGEST_NAME)
    if event.is_cancelled or ends_at(event) <= now:
        raise DayIsOver()
    working = select(func.count(DayLink.id)).where(DayLink.event_id == event.id, DayLink.revoked_at.is_(None))
    if (db.session.scalar(working) or 0) >= MOST:
        raise EnoughHelpers(most=MOST)
    token = link_token()
    link = DayLink(event=event, fingerprint=fingerprint(token), name=known_as, made_at=now, made_by=actor)
    db.session.add(link)
    db.session.flush()
    journal.note(actor, "made", link, now=now, territory_id=event.territory_id, event=event.id)
    return token


def behind(token: str, *, now: datetime) -> DayLink:
    """The link of a token, with its event, on its day. Raises DayLinkDoesNotWork.

    It works as long as whoever made it may run the event: no link outlives the rights behind it.
    """
    link = db.session.scalars(
        select(DayLink)
        .where(DayLink.fingerprint == fingerprint(token), DayLink.revoked_at.is_(None))
        .options(
            joinedload(DayLink.event).joinedload(Event.venue),
            joinedload(DayLink.event).joinedload(Event.activity).joinedload(Activity.action),
            joinedload(DayLink.event).joinedload(Event.territory),
            joinedload(DayLink.event).joinedload(Event.host),
        )
    ).first()
    if link is None or not begins_at(link.event) <= now < ends_at(link.event):
        raise DayLinkDoesNotWork()
    if link.event.is_cancelled or not _still_stands(link):
        raise DayLinkDoesNotWork()
    return link


def _still_stands(link: DayLink) -> bool:
    account = accounts.behind_actor(link.made_by)
    if account is None:
        return True  # the service itself
    # Whoever stood in the day they made it did so by right, though the replacement is over now.
    return questions.may_run_event(account, link.event, on=day_of(link.made_at))


def take_over(former: Account, successor: Account, *, now: datetime) -> None:
    """Links that the former gave and may not give any more are the successor's, where they may."""
    made = select(DayLink).where(DayLink.made_by == former.actor, DayLink.revoked_at.is_(None))
    for link in db.session.scalars(made):
        if not _still_stands(link) and questions.may_run_event(successor, link.event, on=day_of(now)):
            link.made_by, link.made_at = successor.actor, now


def begins_at(event: Event) -> datetime:
    """When they begin: at midnight in Paris before it; who comes is nobody's business earlier."""
    return local(event.starts_at.astimezone(PARIS).date(), 0)


def ends_at(event: Event) -> datetime:
    """When the links of an event end: at midnight in Paris after it."""
    last_day = event.ends_at.astimezone(PARIS).date()
    return local(last_day + timedelta(days=1), 0)


def of_event(event: Event) -> Sequence[DayLink]:
    """The links of an event that work, the oldest first; one statement."""
    return db.session.scalars(
        select(DayLink).where(DayLink.event_id == event.id, DayLink.revoked_at.is_(None)).order_by(DayLink.id)
    ).all()


def by_id(number: int, event: Event) -> DayLink:
    """One link of an event. Raises NotFound for another event's, too."""
    link = db.session.scalars(
        select(DayLink).where(DayLink.id == number, DayLink.event_id == event.id)
    ).first()
    if link is None:
        raise NotFound()
    return link


def revoke(link: DayLink, *, actor: str, now: datetime) -> bool:
    """The link opens nothing from now on; False when it did not already."""
    working = update(DayLink).where(DayLink.id == link.id, DayLink.revoked_at.is_(None))
    if not rows_changed(working.values(revoked_at=now)):
        return False
    event = db.session.get_one(Event, link.event_id)
    journal.note(actor, "revoked", link, now=now, territory_id=event.territory_id, event=event.id)
    return True


def forget_past(now: datetime) -> int | None:
    """Deletes the links of events that ended two days ago; how many, or None when there were none."""
    past = select(Event.id).where(Event.ends_at <= now - timedelta(days=2))
    return rows_changed(delete(DayLink).where(DayLink.event_id.in_(past))) or None


def link_address(token: str) -> str:
    """The public address of a helper's day."""
    return f"{setting('PUBLIC_URL')}/jour/{token}"
