"""What is new in the agenda, as RSS 2.0 (rssboard.org/rss-specification) for readers of news.

A reader shows an item once for each `guid`: ours is the UID of the event with its SEQUENCE, so that a date
that was moved or cancelled is news again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from html import escape
from xml.etree import ElementTree as Xml

from flask_babel import force_locale, gettext

from eventsapp import languages
from eventsapp.clock import day_of
from eventsapp.feeds.exporting import Record
from eventsapp.languages import DEFAULT

MOST = 60
"""Items; a reader keeps those it has seen."""
TTL = 240
"""Minutes, as calendars are told."""
_ATOM = "http://www.w3.org/2005/Atom"
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold (2.2)."""

Xml.register_namespace("atom", _ATOM)


def written(
    records: Sequence[Record], *, title: str, description: str, page: str, address: str, built_at: datetime
) -> bytes:
    """The channel; a pure function of its arguments. `page`: the agenda for people, `address`: its own."""
    root = Xml.Element("rss", version="2.0")
    channel = Xml.SubElement(root, "channel")
    for name, said in (("title", title), ("link", page), ("description", description), ("language", "fr")):
        _say(channel, name, said)
    Xml.SubElement(channel, f"{{{_ATOM}}}link", href=address, rel="self", type="application/rss+xml")
    _say(channel, "lastBuildDate", format_datetime(built_at))
    _say(channel, "ttl", str(TTL))
    with force_locale("fr"):
        for record in records[:MOST]:
            _item(channel, record)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + Xml.tostring(root, encoding="utf-8")


def _item(channel: Xml.Element, record: Record) -> None:
    item = Xml.SubElement(channel, "item")
    title = f"{gettext('Annulé :')} {record.title}" if record.is_cancelled else record.title
    _say(item, "title", title)
    _say(item, "link", record.address)
    _say(item, "description", _description(record))
    _say(item, "pubDate", format_datetime(record.changed_at))
    _say(item, "guid", f"{record.uid}-{record.sequence}", isPermaLink="false")


def _description(record: Record) -> str:
    """When, where, and what it is about. Readers take it for HTML."""
    day = languages.long_day(day_of(record.starts_at), DEFAULT)
    hours = languages.hour_range(record.starts_at, record.ends_at, DEFAULT)
    place = record.place
    town = f"{place.postal_code} {place.city}".strip()
    where = ", ".join(part for part in (place.name, place.street, town) if part)
    lines = [f"{day[:1].upper()}{day[1:]}, {hours}", where, record.summary]
    return "<br>".join(escape(line) for line in lines if line)


def _say(parent: Xml.Element, name: str, said: str, **attributes: str) -> None:
    Xml.SubElement(parent, name, attributes).text = _UNWRITABLE.sub("", said)
