"""Invitations by mail (iTIP, RFC 5546, carried as RFC 6047 says): one event, one person.

The caller keeps the counters: `sequence` is the invitation's own and rises when the hour or the
state changes, `stamp` is later than in the message before. Reminders are the mail's business: an alarm
is there for who asked for one, and never in a CANCEL (RULES P10, Q5).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache

from icalendar import Alarm, Event, vCalAddress

from eventsapp.ical.entry import Attendee, Entry, Organizer, Status, require_aware
from eventsapp.ical.rendering import END, calendar_frame, dated_event, in_utc, octets
from eventsapp.ical.text import Text, common_name, one_line

THE_DAY_BEFORE = timedelta(days=1)


def request(
    entry: Entry,
    organizer: Organizer,
    attendee: Attendee,
    *,
    sequence: int,
    stamp: datetime,
    answer: str = "NEEDS-ACTION",
    rings: bool = False,
) -> bytes:
    """METHOD:REQUEST (RFC 5546 section 3.2.2): come, or: here is what changed.

    `answer` is the PARTSTAT that they gave to this hour and place. `rings`: with an alarm the day before,
    unless that is over. Raises ValueError for a cancelled entry: as a REQUEST, it would stay in calendars.
    """
    if entry.status is Status.CANCELLED:
        raise ValueError("a cancelled event is told by a CANCEL")
    alarm = _alarm(entry) if rings and entry.starts_at - THE_DAY_BEFORE > stamp else None
    return _message(
        "REQUEST", entry, organizer, attendee, entry.status, sequence, stamp, answer=answer, alarm=alarm
    )


def cancel(
    entry: Entry, organizer: Organizer, attendee: Attendee, *, sequence: int, stamp: datetime
) -> bytes:
    """METHOD:CANCEL (RFC 5546 section 3.2.5): this person no longer comes, or nobody does.

    `sequence` is above that of the last message. STATUS:CANCELLED is there even when the event
    goes on without this person: Exchange wants it, and nobody else reads this message.
    """
    return _message("CANCEL", entry, organizer, attendee, Status.CANCELLED, sequence, stamp)


def decline_counter(uid: str, organizer: Organizer, *, sequence: int, stamp: datetime, comment: str) -> bytes:
    """METHOD:DECLINECOUNTER (RFC 5546 section 3.2.8): no to the hour that was proposed; the event stays.

    It names neither hour nor attendee, and says why in `comment`, where there is something to say.
    """
    require_aware("stamp", stamp)
    event = Event()
    event.add("UID", uid)
    event.add("DTSTAMP", in_utc(stamp))
    event.add("SEQUENCE", sequence)
    event.add("ORGANIZER", _calendar_address(organizer.name, organizer.address.lower()))
    if comment:
        event.add("COMMENT", Text(one_line(comment)))
    return _head("DECLINECOUNTER") + octets(event) + END


def _message(
    method: str,
    entry: Entry,
    organizer: Organizer,
    attendee: Attendee,
    status: Status,
    sequence: int,
    stamp: datetime,
    *,
    answer: str = "NEEDS-ACTION",
    alarm: Alarm | None = None,
) -> bytes:
    require_aware("stamp", stamp)
    if sequence < 0:
        raise ValueError("a sequence counts from zero")
    if organizer.address.lower() == attendee.address.lower():
        raise ValueError("an organizer is not invited: calendars would not let them answer")
    event = dated_event(entry, stamp=stamp, sequence=sequence)
    event.add("STATUS", status.value)
    event.add("ORGANIZER", _calendar_address(organizer.name, organizer.address.lower()))
    invited = _calendar_address(attendee.name, attendee.address)
    # Already registered here, yet asked again: that keeps the buttons, and with them a way out.
    invited.params.update(
        {"CUTYPE": "INDIVIDUAL", "ROLE": "REQ-PARTICIPANT", "PARTSTAT": answer, "RSVP": "TRUE"}
    )
    event.add("ATTENDEE", invited)
    # The hour is not negotiable: Outlook and Thunderbird then offer no counter-proposal.
    event.add("X-MICROSOFT-DISALLOW-COUNTER", "TRUE")
    if alarm is not None:
        event.add_component(alarm)
    return _head(method) + octets(event) + END


def _alarm(entry: Entry) -> Alarm:
    """DISPLAY wants a DESCRIPTION (RFC 5545 section 3.6.6); its UID stays (RFC 9074 section 4)."""
    alarm = Alarm()
    alarm.add("UID", f"{entry.uid}-veille")
    alarm.add("ACTION", "DISPLAY")
    alarm.add("TRIGGER", -THE_DAY_BEFORE)
    alarm.add("DESCRIPTION", Text(one_line(entry.summary)))
    return alarm


@lru_cache(maxsize=3)
def _head(method: str) -> bytes:
    """What stands before the event, zone and all: the same in every message, and a third of its cost."""
    return octets(calendar_frame(method)).removesuffix(END)


def _calendar_address(name: str, address: str) -> vCalAddress:
    value = vCalAddress(f"mailto:{address}")
    value.params["CN"] = common_name(name) or address
    return value
