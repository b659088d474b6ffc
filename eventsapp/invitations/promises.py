"""What each mailbox was told of each event: the counters of iTIP, kept per event and address.

One row per (event, address), for ever (docs/calendar-rules.md section 7). A message that must be believed
raises SEQUENCE to max(the event's, the row's) + 1; DTSTAMP is later in every message; UID,
ORGANIZER and the reply token never change. The mail goes out From the very ORGANIZER.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from sqlalchemy import Select, bindparam, select, update

from eventsapp.agenda.entries import entry_of, place_of
from eventsapp.agenda.models import Event
from eventsapp.codes import fingerprint, reply_token
from eventsapp.database import db
from eventsapp.ical import invitation as ical_invitation
from eventsapp.ical.entry import Attendee, Entry, Organizer
from eventsapp.invitations.models import Capacity, Invitation, Method, PartStat
from eventsapp.places.models import Venue
from eventsapp.settings import setting


@dataclass(frozen=True)
class Told:
    """When and where a calendar has an event; instants are aware."""

    starts_at: datetime
    ends_at: datetime
    venue_id: int


@dataclass(frozen=True)
class Promise:
    """An iTIP message ready for the outbox, and who it comes from."""

    calendar: bytes
    method: str
    organizer: Organizer


def request(
    event: Event,
    *,
    address: str,
    name: str,
    organizer_name: str,
    language: str,
    invited_as: Capacity = Capacity.GUEST,
    rings: bool = False,
    now: datetime,
) -> Promise:
    """METHOD:REQUEST: come, or here is what changed.

    The first bears the event's own SEQUENCE. It rises where hour or place are others than this calendar was
    last told, and after a CANCEL; for new words alone it stays, and the later DTSTAMP makes it a minor
    update that keeps the answer given (RULES Q1, Q2, Q9). `rings`: with an alarm the day before (P10).
    Raises ValueError for a cancelled event: it is told by `cancel`.
    """
    row = _row(event, address)
    if row is None:
        row = _open_row(event, address, name, invited_as, now)
    else:
        if row.terms != terms_of(event) or row.method is Method.CANCEL:
            row.sequence = max(event.sequence, row.sequence) + 1
            row.partstat = PartStat.NEEDS_ACTION
        if invited_as is not Capacity.GUEST or row.method is Method.CANCEL:
            row.invited_as = invited_as
        row.last_stamp = _later_than(row.last_stamp, now)
    row.method, row.name = Method.REQUEST, name
    entry = entry_of(event, language=language)
    row.terms, row.words = terms_of(event), _digest(entry)
    organizer = Organizer(organizer_name, address_of(row))
    calendar = ical_invitation.request(
        entry,
        organizer,
        Attendee(name, address),
        sequence=row.sequence,
        stamp=row.last_stamp,
        answer=row.partstat.value,
        rings=rings,
    )
    return Promise(calendar, Method.REQUEST.value, organizer)


def cancel(
    event: Event,
    *,
    address: str,
    name: str,
    organizer_name: str,
    language: str,
    invited_as: Capacity = Capacity.GUEST,
    now: datetime,
) -> Promise | None:
    """METHOD:CANCEL: the date leaves this calendar; None where no date stands in it, or where they give up
    their seats and are asked to come all the same, as host or place.

    SEQUENCE rises, DTSTART, DTEND and LOCATION stay those that this calendar shows, and ORGANIZER is that of
    the request, or Google would not believe it (RULES Q5, Q6).
    """
    row = _row(event, address)
    if row is None or not _may_show(row):
        return None
    comes_otherwise = invited_as is Capacity.GUEST and row.invited_as is not Capacity.GUEST
    if comes_otherwise and not event.is_cancelled:
        return None
    row.method = Method.CANCEL
    row.sequence = max(event.sequence, row.sequence) + 1
    row.last_stamp = _later_than(row.last_stamp, now)
    row.partstat = PartStat.NEEDS_ACTION
    organizer = Organizer(organizer_name, address_of(row))
    calendar = ical_invitation.cancel(
        _as_told(entry_of(event, language=language), row, event),
        organizer,
        Attendee(name, address),
        sequence=row.sequence,
        stamp=row.last_stamp,
    )
    row.terms = row.terms or terms_of(event)  # whatever never left, this one is known again
    return Promise(calendar, Method.CANCEL.value, organizer)


def decline_counter(invitation: Invitation, *, organizer_name: str, comment: str, now: datetime) -> Promise:
    """METHOD:DECLINECOUNTER: no to the other hour that a calendar proposed; nothing changes (RULES I12)."""
    invitation.last_stamp = _later_than(invitation.last_stamp, now)
    organizer = Organizer(organizer_name, address_of(invitation))
    calendar = ical_invitation.decline_counter(
        invitation.event.uid,
        organizer,
        sequence=invitation.sequence,
        stamp=invitation.last_stamp,
        comment=comment,
    )
    return Promise(calendar, "DECLINECOUNTER", organizer)


def is_current(event: Event, address: str, *, language: str) -> bool:
    """Whether the calendar of this mailbox shows the event as it is, its words too; the caller has locked
    it."""
    row = _row(event, address)
    return row is not None and row.method is Method.REQUEST and shows(row, event, language)


def outdated(event: Event, languages: Mapping[str, str]) -> set[str]:
    """The mailboxes, of those in `languages`, whose calendars hold an event otherwise than it is: mostly its
    words. Each speaks a language; addresses in lower case. One statement."""
    told = select(Invitation).where(
        Invitation.event_id == event.id,
        Invitation.method == Method.REQUEST,
        Invitation.address.in_(languages),
    )
    rows = db.session.scalars(told).all()
    return {row.address for row in rows if not shows(row, event, languages[row.address])}


def doubt(address: str, events: Collection[int]) -> None:
    """What was still to be said to this mailbox of these events will not be: nobody knows what its calendar
    shows, and the next message is one that must be believed."""
    db.session.execute(
        update(Invitation)
        .where(Invitation.address == address.lower(), Invitation.event_id.in_(events))
        .values(terms="")
        .execution_options(synchronize_session="fetch")
    )


def keep_as_guest(event: Event, address: str) -> None:
    """Whoever was asked as host or place is no more, and comes as any other guest; the date stays."""
    row = _row(event, address)
    if row is not None:
        row.invited_as = Capacity.GUEST


def terms_of(event: Event) -> str:
    """Hours and place in a word: what SEQUENCE follows besides the status (RULES Q2)."""
    return f"{event.starts_at.timestamp():.0f} {event.ends_at.timestamp():.0f} {event.venue_id}"


def told_of(row: Invitation) -> Told | None:
    """The hours and the place that a calendar was last told; None where nobody knows."""
    if not row.terms:
        return None
    starts, ends, venue = row.terms.split()
    return Told(datetime.fromtimestamp(int(starts), UTC), datetime.fromtimestamp(int(ends), UTC), int(venue))


def holds_date(event: Event, address: str) -> bool:
    """Whether the calendar of this mailbox was last told to come; the caller has locked the event."""
    row = _row(event, address)
    return row is not None and row.method is Method.REQUEST


def holding(event: Event) -> set[str]:
    """The mailboxes whose calendars were last told to come, in lower case; one statement."""
    told = select(Invitation.address).where(
        Invitation.event_id == event.id, Invitation.method == Method.REQUEST
    )
    return set(db.session.scalars(told))


def may_hold_date(event: Event, address: str) -> bool:
    """The same, or whether it may be, since the CANCEL may not have left (`doubt`)."""
    row = _row(event, address)
    return row is not None and _may_show(row)


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


def shows(row: Invitation, event: Event, language: str) -> bool:
    """Whether a calendar that was told to come shows the event as it is, its words too."""
    return row.terms == terms_of(event) and row.words == _digest(entry_of(event, language=language))


def _may_show(row: Invitation) -> bool:
    return row.method is Method.REQUEST or not row.terms


def _as_told(entry: Entry, row: Invitation, event: Event) -> Entry:
    """What leaves a calendar, as it stands there: it was moved meanwhile, and nobody told them."""
    told = told_of(row)
    if told is None or row.terms == terms_of(event):
        return entry
    entry = replace(entry, starts_at=told.starts_at, ends_at=told.ends_at)
    if told.venue_id == event.venue_id:
        return entry
    venue = db.session.get(Venue, told.venue_id)
    place = "" if venue is None else place_of(venue, neutral=event.activity.action.is_sensitive)
    return replace(entry, location=place, description="")


def _digest(entry: Entry) -> str:
    return fingerprint("\x1f".join((entry.summary, entry.location, entry.description, entry.url)))[:16]


def _open_row(event: Event, address: str, name: str, invited_as: Capacity, now: datetime) -> Invitation:
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
        invited_as=invited_as,
    )
    db.session.add(row)
    return row


def _later_than(last: datetime, now: datetime) -> datetime:
    """DTSTAMP counts whole seconds; two messages in one second still differ (RULES Q3)."""
    return max(now, last + timedelta(seconds=1))
