"""A reminder inside a stored VEVENT, for who asked for one in their own feed (docs/calendar-rules.md P10)."""

from __future__ import annotations

import re
from datetime import timedelta

from icalendar import Alarm

from eventsapp.ical.rendering import octets
from eventsapp.ical.text import Text, one_line

THE_DAY_BEFORE = timedelta(days=1)

_UID = re.compile(r"^UID:(\S+)\r$", re.MULTILINE)
_END = "END:VEVENT\r\n"


def reminding(fragment: str, words: str) -> str:
    """The VEVENT with a VALARM the day before; a cancelled one, which nobody goes to, without.

    DISPLAY wants a DESCRIPTION, here `words` (RFC 5545 section 3.6.6). The alarm's UID is made of the
    event's, so that the same text comes out each time (RFC 9074 section 4).
    """
    uid = _UID.search(fragment)
    if uid is None or "\r\nSTATUS:CANCELLED\r\n" in fragment:
        return fragment
    alarm = Alarm()
    alarm.add("UID", f"{uid[1]}-veille")
    alarm.add("ACTION", "DISPLAY")
    alarm.add("TRIGGER", -THE_DAY_BEFORE)
    alarm.add("DESCRIPTION", Text(one_line(words)))
    return fragment.removesuffix(_END) + octets(alarm).decode() + _END
