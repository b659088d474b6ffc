"""What no calendar could hold is refused when the entry is made, not when it is read."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from eventsapp.ical.entry import Attendee, Entry, Organizer

NAIVE = datetime(2026, 9, 19, 10, tzinfo=UTC).replace(tzinfo=None)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"uid": ""}, "UID"),
        ({"uid": "été"}, "UID"),
        ({"uid": "a" * 256}, "UID"),
        ({"uid": "a\r\nX-EVIL:1"}, "UID"),
        ({"starts_at": NAIVE}, "starts_at has no time zone"),
        ({"ends_at": NAIVE}, "ends_at has no time zone"),
        ({"created_at": NAIVE}, "created_at has no time zone"),
        ({"changed_at": NAIVE}, "changed_at has no time zone"),
        ({"url": "/e/7kq2m4x"}, "web address"),
        ({"url": "javascript:alert(1)"}, "web address"),
        ({"url": "https://agenda.example.org/e/1\r\nX-EVIL:1"}, "web address"),
        ({"url": "https://agenda.example.org/été"}, "web address"),
        ({"latitude": None}, "latitude"),
        ({"longitude": None}, "latitude"),
        ({"latitude": 90.1}, "not on Earth"),
        ({"longitude": -180.1}, "not on Earth"),
        ({"sequence": -1}, "sequence"),
    ],
    ids=repr,
)
def test_an_impossible_entry_is_refused(saturday: Entry, change: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        replace(saturday, **change)


def test_an_event_that_ends_when_it_starts_is_refused(saturday: Entry) -> None:
    with pytest.raises(ValueError, match="ends before it starts"):
        replace(saturday, ends_at=saturday.starts_at)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "jeanne",
        "jeanne@",
        "jeanne@école.example",
        "jérôme@example.net",
        "jeanne@example.net, paul@example.net",
        "jeanne@example.net\r\nBcc: paul@example.net",
        '"jeanne dupré"@example.net',
        "Jeanne <jeanne@example.net>",
    ],
)
@pytest.mark.parametrize("role", [Attendee, Organizer])
def test_only_a_plain_address_goes_into_a_calendar(
    role: type[Attendee] | type[Organizer], address: str
) -> None:
    with pytest.raises(ValueError, match="mail address"):
        role("Jeanne", address)


def test_a_subaddress_is_a_plain_address() -> None:
    assert Attendee("Jeanne", "jeanne+19e@mail.example.net").address == "jeanne+19e@mail.example.net"
