"""Calendars to follow and dates to keep: objects without METHOD, hence without guests.

A feed is joined from stored fragments, one rendered VEVENT each, because rendering costs about a
millisecond an event. Its octets are a pure function of its arguments.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from icalendar import Calendar, Event
from icalendar.parser_tools import to_unicode

from eventsapp.ical.entry import Entry, Status
from eventsapp.ical.rendering import (
    END,
    Coordinates,
    add_categories,
    calendar_frame,
    dated_event,
    in_utc,
    octets,
)
from eventsapp.ical.text import Text, clean, one_line


def fragment(entry: Entry, *, cancelled_prefix: str) -> str:
    """One VEVENT, folded, each line ended by CRLF: the piece of a feed that is worth storing.

    `cancelled_prefix` ("Annulé : ") is put before the title of a cancelled event, for the
    calendars that show it like any other. DTSTAMP is the hour of the last change.
    """
    return octets(_published(entry, cancelled_prefix)).decode()


def join(
    fragments: Iterable[str], *, uid: str, name: str, description: str, source_url: str, refresh: timedelta
) -> bytes:
    """A whole feed around fragments, in the order given; without any, it still holds its zone.

    `uid` names the calendar for ever, `source_url` is the address it is read from ("" where that must
    not travel with its text), and `refresh` how often readers are asked to come back (RFC 7986
    section 5.7). Raises ValueError if `refresh` is not positive.
    """
    if refresh <= timedelta(0):
        raise ValueError("a feed is refreshed after a positive time")

    def fill(calendar: Calendar) -> None:
        calendar.add("UID", uid)
        for title in ("NAME", "X-WR-CALNAME"):
            calendar.add(title, Text(one_line(name)))
        explanation = clean(description).strip()
        if explanation:
            calendar.add("X-WR-CALDESC", Text(explanation))
        calendar.add("X-WR-TIMEZONE", Text("Europe/Paris"))
        if source_url:
            calendar.add("SOURCE", source_url, parameters={"VALUE": "URI"})
        calendar.add("REFRESH-INTERVAL", refresh, parameters={"VALUE": "DURATION"})
        # As text: given a timedelta, the library would write 4:00:00 here.
        calendar.add("X-PUBLISHED-TTL", to_unicode(calendar["REFRESH-INTERVAL"].to_ical()))

    head = octets(calendar_frame(fill=fill)).removesuffix(END)
    return head + "".join(fragments).encode() + END


def single(entry: Entry, *, cancelled_prefix: str) -> bytes:
    """The file behind "keep the date": one event, which its reader's calendar copies once."""
    calendar = calendar_frame()
    calendar.add_component(_published(entry, cancelled_prefix))
    return octets(calendar)


def _published(entry: Entry, cancelled_prefix: str) -> Event:
    prefix = cancelled_prefix if entry.status is Status.CANCELLED else ""
    event = dated_event(entry, stamp=entry.changed_at, sequence=entry.sequence, summary_prefix=prefix)
    event.add("CREATED", in_utc(entry.created_at))
    event.add("LAST-MODIFIED", in_utc(entry.changed_at))
    event.add("STATUS", entry.status.value)
    if entry.latitude is not None and entry.longitude is not None:
        event.add("GEO", Coordinates((entry.latitude, entry.longitude)))
    add_categories(event, entry.categories)
    if entry.image:  # RULES P7: RFC 7986 5.10 needs the VALUE said
        said = {"VALUE": "URI", "DISPLAY": "GRAPHIC", "FMTTYPE": "image/webp"}
        event.add("IMAGE", entry.image, parameters=said)
    return event
