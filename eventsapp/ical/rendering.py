"""The parts that feeds, downloads and invitations share: a calendar's frame and a dated event."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from icalendar import Calendar, Component, Event, vCategory, vGeo

from eventsapp.ical.entry import Entry
from eventsapp.ical.text import Text, clean, one_line
from eventsapp.ical.timezone import vtimezone, wall_clock

PRODID = "-//eventsapp//Agenda 1.0//FR"
END = b"END:VCALENDAR\r\n"
"""The last line of every object."""


class Coordinates(vGeo):
    """A GEO value with six decimals at most, about ten centimetres (RFC 5545 section 3.8.1.6).

    The library would write all the digits, and small ones as `5e-05`, which is no GEO value.
    """

    def to_ical(self) -> str:
        """Latitude, semicolon, longitude."""
        return f"{self.latitude:.6f};{self.longitude:.6f}"


def calendar_frame(method: str | None = None, fill: Callable[[Calendar], None] | None = None) -> Calendar:
    """A calendar without events: its properties (those that `fill` adds too), then its zone."""
    calendar = Calendar()
    calendar.add("PRODID", PRODID)
    calendar.add("VERSION", "2.0")
    calendar.add("CALSCALE", "GREGORIAN")
    if method is not None:
        calendar.add("METHOD", method)
    if fill is not None:
        fill(calendar)
    calendar.add_component(vtimezone())
    return calendar


def dated_event(entry: Entry, *, stamp: datetime, sequence: int, summary_prefix: str = "") -> Event:
    """The VEVENT properties that a feed and an invitation have in common.

    `stamp` is DTSTAMP: in a feed the hour of the last change, in a message the hour it was made
    (RFC 5545 section 3.8.7.2).
    """
    event = Event()
    event.add("UID", entry.uid)
    event.add("DTSTAMP", in_utc(stamp))
    event.add("SEQUENCE", sequence)
    event.add("DTSTART", wall_clock(entry.starts_at))
    event.add("DTEND", wall_clock(entry.ends_at))
    event.add("SUMMARY", Text(one_line(summary_prefix + entry.summary)))
    description = _description(entry)
    if description:
        event.add("DESCRIPTION", Text(description))
    location = one_line(entry.location)
    if location:
        event.add("LOCATION", Text(location))
    if entry.url:
        event.add("URL", entry.url)
    event.add("TRANSP", "TRANSPARENT" if entry.transparent else "OPAQUE")
    return event


def add_categories(event: Event, categories: tuple[str, ...]) -> None:
    """Adds CATEGORIES, one list of values in which commas are escaped."""
    names = [Text(name) for name in map(one_line, categories) if name]
    if names:
        values = vCategory([])
        values.cats = list(names)  # its constructor would replace our Text by the library's
        event.add("CATEGORIES", values)


def octets(component: Component) -> bytes:
    """A component as iCalendar text: UTF-8, folded at 75 octets, each line ended by CRLF."""
    return bytes(component.to_ical())


def in_utc(moment: datetime) -> datetime:
    """An aware instant in UTC, to the second."""
    return moment.astimezone(UTC).replace(microsecond=0)


def _description(entry: Entry) -> str:
    """The description, ending with the address: several calendars hide the URL property."""
    text = clean(entry.description).strip()
    if not entry.url or entry.url in text:
        return text
    return f"{text}\n\n{entry.url}" if text else entry.url
