"""The hand-written Europe/Paris agrees with the time zone database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from eventsapp.ical.timezone import VTIMEZONE, vtimezone, wall_clock

PARIS = ZoneInfo("Europe/Paris")


def test_every_hour_around_every_clock_change_until_2045() -> None:
    told = vtimezone().to_tz(lookup_tzid=False)
    for year in range(1998, 2046):
        for month in (3, 10):
            night = datetime(year, month, 24, tzinfo=UTC)
            for hour in range(0, 24 * 8, 3):
                moment = night + timedelta(hours=hour)
                naive = moment.astimezone(PARIS).replace(tzinfo=None)
                if naive.hour in (2, 3):
                    continue  # shown twice or never, that night
                assert naive.replace(tzinfo=told).utcoffset() == naive.replace(tzinfo=PARIS).utcoffset(), (
                    moment
                )


def test_outlook_reads_yearly_rules_and_no_lists() -> None:
    assert VTIMEZONE.count("RRULE:FREQ=YEARLY;") == 2
    assert "RDATE" not in VTIMEZONE
    assert VTIMEZONE.count("\r\n") == VTIMEZONE.count("\n") == len(VTIMEZONE.splitlines())


def test_each_calendar_gets_its_own_component() -> None:
    assert vtimezone() is not vtimezone()
    assert vtimezone() == vtimezone()


@pytest.mark.parametrize(
    ("moment", "written"),
    [
        (datetime(2026, 9, 19, 8, tzinfo=UTC), "2026-09-19T10:00:00+02:00"),
        (datetime(2026, 12, 19, 9, 0, 0, 999, tzinfo=UTC), "2026-12-19T10:00:00+01:00"),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "2026-10-25T02:30:00+02:00"),
        # The second 02:30 of that night has no wall-clock name of its own.
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "2026-10-25T01:30:00+00:00"),
        (datetime(2027, 3, 28, 1, 0, tzinfo=UTC), "2027-03-28T03:00:00+02:00"),
    ],
)
def test_an_instant_becomes_the_hour_that_paris_shows(moment: datetime, written: str) -> None:
    assert wall_clock(moment).isoformat() == written
