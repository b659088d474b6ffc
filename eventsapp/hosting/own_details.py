"""What a contact says of herself by her link: her number and hours, or that she has left.

A link may be read by somebody else, so it changes little: neither the name nor the mailbox to which the next
link goes, and it ends nobody: a coordinator does.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select

from eventsapp import journal
from eventsapp.database import db, rows_changed
from eventsapp.directory import contacts as directory
from eventsapp.directory.models import Contact
from eventsapp.hosting.models import Departure
from eventsapp.people import contacts
from eventsapp.refusals import NotFound, Refusal, msgid

LONGEST_HOURS, LONGEST_SUCCESSOR = 120, 240


class NumberMissing(Refusal):
    """Somebody without a mailbox is reached by phone, or not at all."""

    sentence = msgid("Écrivez un numéro : nous n’avons pas d’autre moyen de vous joindre.")


def correct(contact: Contact, phone: str, hours: str, *, actor: str, now: datetime) -> bool:
    """Her number and hours are these, and all is right; False when they were so before.

    Raises PhoneUnreadable, NumberMissing, TooLong, Unwritable.
    """
    number = contacts.phone(phone)
    said = contacts.text(hours, field="hours", longest=LONGEST_HOURS)
    if number is None and not contact.email:
        raise NumberMissing(field="phone")
    before = contact.phone, contact.hours
    contact.phone = number.typed if number else None
    contact.phone_e164 = number.e164 if number else None
    contact.hours, contact.verified_at = said, now
    is_new = before != (contact.phone, contact.hours)
    _note(contact, "corrected" if is_new else "confirmed", actor, now)
    return is_new


def say_gone(contact: Contact, successor: str, *, actor: str, now: datetime) -> None:
    """She is not the contact of the school any more, and who follows. Raises TooLong, Unwritable."""
    said = contacts.text(successor, field="successor", longest=LONGEST_SUCCESSOR)
    row = db.session.scalars(select(Departure).where(Departure.contact_id == contact.id)).first()
    row = row or Departure(contact=contact)
    row.told_at, row.successor = now, said
    db.session.add(row)
    _note(contact, "said gone", actor, now)


def settle(contact: Contact, *, is_gone: bool, actor: str, now: datetime) -> None:
    """A coordinator decides: she is gone and her links with her, or she stays. Raises NotFound when she said
    nothing, or it is settled."""
    if not rows_changed(delete(Departure).where(Departure.contact_id == contact.id)):
        raise NotFound()
    if is_gone and contact.venue is not None:
        directory.end(contact, territory=contact.venue.territory, actor=actor, now=now)
    else:
        _note(contact, "stays", actor, now)


def _note(contact: Contact, verb: str, actor: str, now: datetime) -> None:
    venue = contact.venue
    journal.note(
        actor,
        verb,
        contact,
        now=now,
        territory_id=venue.territory_id if venue else None,
        venue=contact.venue_id,
    )
