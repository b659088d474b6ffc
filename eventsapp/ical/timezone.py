"""Europe/Paris as calendars must be told it.

Written by hand. icalendar 7.3's own `Timezone.from_tzid` puts the summer onset an hour late and
lists dates that ical.js and vobject misread (a September Saturday at 10:00 then shows at 11:00),
and Outlook wants yearly rules (MS-OXCICAL 2.1.3.1.1.19). Right for every date from 1997 on.
"""

from __future__ import annotations

from datetime import UTC, datetime

from icalendar import Timezone

from eventsapp.clock import PARIS

VTIMEZONE = """\
BEGIN:VTIMEZONE
TZID:Europe/Paris
X-LIC-LOCATION:Europe/Paris
BEGIN:STANDARD
DTSTART:19961027T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
TZNAME:CET
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19810329T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
TZNAME:CEST
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
END:VTIMEZONE
""".replace("\n", "\r\n")
"""The zone's definition (RFC 5545 section 3.6.5), which every object must carry."""


def vtimezone() -> Timezone:
    """A new VTIMEZONE component, to be put before the events of a calendar."""
    component = Timezone.from_ical(VTIMEZONE)
    if not isinstance(component, Timezone):
        raise TypeError("the VTIMEZONE text holds something else")
    return component


def wall_clock(moment: datetime) -> datetime:
    """An aware instant, to the second, as Paris clocks show it: what DTSTART and DTEND hold.

    In the hour that an October night shows twice, a wall clock means its first pass (RFC 5545
    section 3.3.5): an instant of the second pass is given back in UTC, which says it exactly.
    """
    local = moment.astimezone(PARIS).replace(microsecond=0)
    return local.astimezone(UTC) if local.fold else local
