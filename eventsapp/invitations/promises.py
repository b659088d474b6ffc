"""What each mailbox was told of each event: the counters of iTIP, kept per event and address.

One row per (event, address), for ever (docs/calendar-rules.md section 7). A message that must be believed
raises SEQUENCE to max(the event's, the row's) + 1; DTSTAMP is later in every message; UID,
ORGANIZER and the reply token never change. The mail goes out From the very ORGANIZER.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from sqlalchemy import Select, bindparam, select

from eventsapp.agenda.entries import entry_of
from eventsapp.agenda.models import Event
from eventsapp.codes import reply_token
from eventsapp.database import db
from eventsapp.ical import invitation as ical_invitation
from eventsapp.ical.entry import Attendee, Organizer
from eventsapp.invitations.models import Invitation, Method, PartStat
from eventsapp.settings import setting


@dataclass(frozen=True)
class Promise:
    """An iTIP message ready for the outbox, and who it comes from."""

    calendar: bytes
    method: str
    organizer: Organizer


def request(
    event: Event, *, address: str, name: str, organizer_name: str, language: str, changed: bool, now: datetime
) -> Promise:
    """METHOD:REQUEST: come, or here is what changed.

    `changed` says that hour, place or state moved since the last message. The first request bears
    the event's own SEQUENCE; after a CANCEL the next is above it even if nothing else changed
    (RULES Q9). Raises ValueError for a cancelled event: it is told by `cancel`.
    """
    row = _row(event, address)
    if row is None:
        row = _open_row(event, address, name, now)
    else:
        if changed or row.method is Method.CANCEL:
            row.sequence = max(event.sequence, row.sequence) + 1
        row.last_stamp = _later_than(row.last_stamp, now)
    row.method, row.name = Method.REQUEST, name
    organizer = Organizer(organizer_name, address_of(row))
    calendar = ical_invitation.request(
        entry_of(event, language=language),
        organizer,
        Attendee(name, address),
        sequence=row.sequence,
        stamp=row.last_stamp,
    )
    return Promise(calendar, Method.REQUEST.value, organizer)


def cancel(
    event: Event, *, address: str, name: str, organizer_name: str, language: str, now: datetime
) -> Promise | None:
    """METHOD:CANCEL: the date leaves this calendar; None where no date stands in it.

    SEQUENCE rises, DTSTART and DTEND stay, and ORGANIZER is that of the request, or Google would
    not believe it (RULES Q5, Q6).
    """
    row = _row(event, address)
    if row is None or row.method is Method.CANCEL:
        return None
    row.method = Method.CANCEL
    row.sequence = max(event.sequence, row.sequence) + 1
    row.last_stamp = _later_than(row.last_stamp, now)
    organizer = Organizer(organizer_name, address_of(row))
    calendar = ical_invitation.cancel(
        entry_of(event, language=language),
        organizer,
        Attendee(name, address),
        sequence=row.sequence,
        stamp=row.last_stamp,
    )
    return Promise(calendar, Method.CANCEL.value, organizer)


def holds_date(event: Event, address: str) -> bool:
    """Whether the calendar of this mailbox was last told to come; the caller has locked the event."""
    row = _row(event, address)
    return row is not None and row.method is Method.REQUEST


def address_of(row: Invitation) -> str:
    """The address that answers reach, From and ORGANIZER at once: agenda+token@domain."""
    return f"{setting('MAIL_MAILBOX')}+{row.token}@{setting('MAIL_DOMAIN')}"


def _row(event: Event, address: str) -> Invitation | None:
    return db.session.scalars(_told(), {"of_event": event.id, "at_address": address.lower()}).first()


@lru_cache(maxsize=1)
def _told() -> Select[Invitation]:
    return select(Invitation).where(
        Invitation.event_id == bindparam("of_event"), Invitation.address == bindparam("at_address")
    )


def _open_row(event: Event, address: str, name: str, now: datetime) -> Invitation:
    """A new row; who registers holds the event's row, so nobody else opens the same one meanwhile."""
    row = Invitation(
        event_id=event.id,
        address=address.lower(),
        name=name,
        token=reply_token(setting("SECRET_KEY"), event.uid, address.lower()),
        sequence=event.sequence,
        method=Method.REQUEST,
        last_stamp=now,
        partstat=PartStat.NEEDS_ACTION,
    )
    db.session.add(row)
    return row


def _later_than(last: datetime, now: datetime) -> datetime:
    """DTSTAMP counts whole seconds; two messages in one second still differ (RULES Q3)."""
    return max(now, last + timedelta(seconds=1))
