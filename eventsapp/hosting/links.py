"""The private link of a school's contact: made, sent, asked for again, revoked; it lapses with her."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, SQLColumnExpression, delete, exists, func, or_, select, update
from sqlalchemy.orm import joinedload

from eventsapp import journal
from eventsapp.codes import fingerprint, link_token
from eventsapp.database import db, rows_changed
from eventsapp.directory.models import Contact
from eventsapp.hosting import letters
from eventsapp.hosting.models import Departure, HostLink
from eventsapp.mailroom.models import Channel
from eventsapp.people import contacts
from eventsapp.places.models import SCHOOL_KINDS, Territory, Venue
from eventsapp.refusals import Conflict, NotFound, Refusal, msgid
from eventsapp.settings import setting

MOST = 3
"""Links of one contact that work at once: the letter she looks for may be the one before the last."""
LASTS = timedelta(days=400)
"""A school year and its summer."""
ASKED_A_DAY = 3
"""Links that a contact gets within a day by asking for them: more would be somebody else's joke."""
SEEN_AGAIN = timedelta(hours=1)
"""How soon opening a link is noted again: a page read ten times is one visit."""
FORGOTTEN_AFTER = timedelta(days=30)


class HostLinkDoesNotWork(Refusal):
    """Unknown, revoked, too old, or of somebody who left; which of them is nobody's business."""

    sentence = msgid("Ce lien ne marche plus, ou il est coupé.")
    status = 410


class ContactIsGone(Conflict):
    """Nobody writes to whoever has left."""

    sentence = msgid("Cette personne n’est plus le contact de l’école.")


class EmailMissing(Refusal):
    """A link is sent somewhere."""

    sentence = msgid("Écrivez votre adresse e-mail.")


def send(contact: Contact, *, actor: str, now: datetime) -> Channel:
    """Sends a new link by mail; a contact without a mailbox is called instead, with her dates, and gets none.

    The caller has asked who may. Raises ContactIsGone; NotFound for the contact of no school.
    """
    venue = contact.venue
    if venue is None or not venue.is_school:
        raise NotFound()
    if contact.ended_at is not None:
        raise ContactIsGone()
    if not contact.email:
        letters.call(contact, venue, now=now)
        journal.note(actor, "to be called", contact, now=now, territory_id=venue.territory_id, venue=venue.id)
        return Channel.CALL
    token = make(contact, actor=actor, now=now)
    letters.link(contact, venue, link_address(token), now=now)
    return Channel.MAIL


def make(contact: Contact, *, actor: str, now: datetime) -> str:
    """A new link: its token, to be sent once and never stored. The oldest of too many stops working."""
    token = link_token()
    link = HostLink(contact=contact, fingerprint=fingerprint(token), made_at=now, made_by=actor)
    db.session.add(link)
    db.session.flush()
    kept = (
        select(HostLink.id)
        .where(HostLink.contact_id == contact.id, HostLink.revoked_at.is_(None))
        .order_by(HostLink.id.desc())
        .limit(MOST)
    )
    older = update(HostLink).where(
        HostLink.contact_id == contact.id,
        HostLink.revoked_at.is_(None),
        HostLink.id.not_in(db.session.scalars(kept).all()),
    )
    rows_changed(older.values(revoked_at=now))
    venue = contact.venue
    journal.note(
        actor,
        "sent",
        link,
        now=now,
        territory_id=venue.territory_id if venue else None,
        venue=contact.venue_id,
    )
    return token


def ask_again(typed: str, *, now: datetime) -> None:
    """« Recevoir un nouveau lien »: whoever is a school's contact at this address gets one for each school.

    Whatever the address is, nothing tells the asker. Raises EmailMissing, EmailUnreadable.
    """
    email = contacts.email(typed)
    if email is None:
        raise EmailMissing(field="email")
    found = db.session.scalars(
        select(Contact)
        .join(Contact.venue)
        .where(
            func.lower(Contact.email) == email.lower(),
            Contact.ended_at.is_(None),
            Venue.kind.in_(SCHOOL_KINDS),
        )
        .options(joinedload(Contact.venue).joinedload(Venue.territory).defer(Territory.drawing))
        .order_by(Contact.id)
    ).all()
    for contact in found:
        lately = select(func.count(HostLink.id)).where(
            HostLink.contact_id == contact.id, HostLink.made_at > now - timedelta(days=1)
        )
        if (db.session.scalar(lately) or 0) < ASKED_A_DAY:
            send(contact, actor=f"contact:{contact.id}", now=now)


def behind(token: str, *, now: datetime) -> HostLink:
    """The link of a token, with its contact and school. Raises HostLinkDoesNotWork; one statement."""
    link = db.session.scalars(
        select(HostLink)
        .join(HostLink.contact)
        .join(Contact.venue)
        .where(
            HostLink.fingerprint == fingerprint(token),
            HostLink.revoked_at.is_(None),
            HostLink.made_at > now - LASTS,
            Contact.ended_at.is_(None),
            Venue.kind.in_(SCHOOL_KINDS),
        )
        .options(
            joinedload(HostLink.contact)
            .joinedload(Contact.venue)
            .joinedload(Venue.territory)
            .defer(Territory.drawing)
        )
    ).first()
    if link is None:
        raise HostLinkDoesNotWork()
    return link


def opens_something(contact_id: SQLColumnExpression[int], *, now: datetime) -> ColumnElement[bool]:
    """The condition that a contact has a link which works; that she is still a contact is asked apart."""
    working = HostLink.revoked_at.is_(None), HostLink.made_at > now - LASTS
    return exists().where(HostLink.contact_id == contact_id, *working).correlate_except(HostLink)


def is_to_be_noted(link: HostLink, *, now: datetime) -> bool:
    """Whether this visit is another one, which `note_visit` writes down."""
    return link.last_seen_at is None or link.last_seen_at <= now - SEEN_AGAIN


def note_visit(token: str, *, now: datetime) -> None:
    """The link was opened; one statement."""
    opened = update(HostLink).where(HostLink.fingerprint == fingerprint(token))
    rows_changed(opened.values(last_seen_at=now))


def revoke_all(contact: Contact, *, actor: str, now: datetime) -> int:
    """None of her links opens anything from now on; how many did."""
    working = select(HostLink).where(HostLink.contact_id == contact.id, HostLink.revoked_at.is_(None))
    found = db.session.scalars(working).all()
    for link in found:
        link.revoked_at = now
        journal.note(
            actor,
            "revoked",
            link,
            now=now,
            territory_id=contact.venue.territory_id if contact.venue else None,
            venue=contact.venue_id,
        )
    return len(found)


def forget_old(now: datetime) -> int | None:
    """Deletes links that stopped working a month ago, and what was said by contacts who left; how many, or
    None."""
    gone = select(Contact.id).where(Contact.ended_at <= now - FORGOTTEN_AFTER)
    rows_changed(delete(Departure).where(Departure.contact_id.in_(gone)))
    old = delete(HostLink).where(
        or_(
            HostLink.revoked_at <= now - FORGOTTEN_AFTER,
            HostLink.made_at <= now - LASTS - FORGOTTEN_AFTER,
            HostLink.contact_id.in_(gone),
        )
    )
    return rows_changed(old) or None


def link_address(token: str) -> str:
    """The public address of a school's page."""
    return f"{setting('PUBLIC_URL')}/ecole/{token}"
