"""People, places and dates shared by the stories about calendars."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from eventsapp.ical import calendar
from eventsapp.ical.entry import Attendee, Entry, Organizer

PARIS = ZoneInfo("Europe/Paris")
FIRST_SATURDAY, LAST_SATURDAY = date(2026, 9, 5), date(2027, 7, 3)


@pytest.fixture
def saturday() -> Entry:
    """A Saturday morning at the école Curial, 19 September 2026 from 10:00 to 12:30 in Paris."""
    return Entry(
        uid="3f2b8c1e-0001-4a1d-9c55-0d2f6b7a9e01",
        starts_at=datetime(2026, 9, 19, 10, tzinfo=PARIS),
        ends_at=datetime(2026, 9, 19, 12, 30, tzinfo=PARIS),
        summary="Samedi matin à l’école : les écrans, parlons-en",
        description="Café offert ; venez comme vous êtes.\nEntrée par la petite porte.",
        location="École Curial, 61 rue Curial, 75019 Paris",
        url="https://agenda.example.org/e/7kq2m4x-samedi-matin",
        latitude=48.8926113,
        longitude=2.3746891,
        categories=("Être parent", "Écoles, collèges"),
        created_at=datetime(2026, 6, 1, 8, tzinfo=UTC),
        changed_at=datetime(2026, 6, 15, 9, 30, tzinfo=UTC),
    )


@pytest.fixture
def school_year(saturday: Entry) -> list[Entry]:
    """Every Saturday of a school year, across the clock changes of October 2026 and March 2027."""
    weeks = (LAST_SATURDAY - FIRST_SATURDAY).days // 7 + 1
    days = [FIRST_SATURDAY + timedelta(weeks=week) for week in range(weeks)]
    return [
        replace(
            saturday,
            uid=str(UUID(int=(0xA << 120) + number)),
            starts_at=datetime(day.year, day.month, day.day, 10, tzinfo=PARIS),
            ends_at=datetime(day.year, day.month, day.day, 12, 30, tzinfo=PARIS),
        )
        for number, day in enumerate(days)
    ]


@pytest.fixture
def town() -> Organizer:
    """The service that invites, under the reply address of one invitation."""
    return Organizer("Agenda du 19e, Paris", "agenda+k7f3q9@agenda.example.org")


@pytest.fixture
def jeanne() -> Attendee:
    """Jeanne Dupré, a parent."""
    return Attendee("Jeanne Dupré", "jeanne.dupre@example.net")


@pytest.fixture
def feed_of() -> Callable[[list[Entry]], bytes]:
    """Makes the public feed of the 19th around some entries."""

    def build(entries: list[Entry]) -> bytes:
        return calendar.join(
            (calendar.fragment(entry, cancelled_prefix="Annulé : ") for entry in entries),
            uid="0c5d3f6e-7b0a-4a8e-9d57-3f1f5b1f1900",
            name="Agenda du 19e : tout, pour tous",
            description="Les rendez-vous du quartier, à Paris 19e",
            source_url="https://agenda.example.org/agendas/paris-19.ics",
            refresh=timedelta(hours=4),
        )

    return build


@pytest.fixture
def assert_octets_are_right() -> Callable[[bytes], None]:
    """RFC 5545 section 3.1, read on the octets: CRLF everywhere, 75 octets, whole characters."""

    def check(raw: bytes) -> None:
        lines = raw.split(b"\r\n")
        assert lines.pop() == b"", "the last line ends in CRLF too"
        for line in lines:
            assert 0 < len(line) <= 75
            text = line.decode("utf-8")  # fails where a fold cuts a character
            assert not [c for c in text if (c < " " and c != "\t") or c == "\x7f"], line

    return check
