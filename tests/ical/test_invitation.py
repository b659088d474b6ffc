"""The life of an invitation, as its octets: asked, moved, called off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import icalendar
import pytest
import vobject
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eventsapp.ical import invitation
from eventsapp.ical.entry import Attendee, Entry, Organizer, Status
from eventsapp.ical.text import common_name

STAMP = datetime(2026, 9, 1, 8, tzinfo=UTC)

REQUEST_HEAD = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//eventsapp//Agenda 1.0//FR
CALSCALE:GREGORIAN
METHOD:REQUEST
BEGIN:VTIMEZONE
TZID:Europe/Paris
""".replace("\n", "\r\n")

REQUEST_EVENT = """\
BEGIN:VEVENT
SUMMARY:Samedi matin à l’école : les écrans\\, parlons-en
DTSTART;TZID=Europe/Paris:20260919T100000
DTEND;TZID=Europe/Paris:20260919T123000
DTSTAMP:20260901T080000Z
UID:3f2b8c1e-0001-4a1d-9c55-0d2f6b7a9e01
SEQUENCE:0
ATTENDEE;CN="Jeanne Dupré";CUTYPE=INDIVIDUAL;PARTSTAT=NEEDS-ACTION;ROLE=R
 EQ-PARTICIPANT;RSVP=TRUE:mailto:jeanne.dupre@example.net
DESCRIPTION:Café offert \\; venez comme vous êtes.\\nEntrée par la petite
  porte.\\n\\nhttps://agenda.example.org/e/7kq2m4x-samedi-matin
LOCATION:École Curial\\, 61 rue Curial\\, 75019 Paris
ORGANIZER;CN="Agenda du 19e, Paris":mailto:agenda+k7f3q9@agenda.example.or
 g
STATUS:CONFIRMED
TRANSP:OPAQUE
URL:https://agenda.example.org/e/7kq2m4x-samedi-matin
X-MICROSOFT-DISALLOW-COUNTER:TRUE
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")


def test_jeanne_is_invited(saturday: Entry, town: Organizer, jeanne: Attendee) -> None:
    raw = invitation.request(saturday, town, jeanne, sequence=0, stamp=STAMP).decode()
    assert raw.startswith(REQUEST_HEAD)
    assert raw.endswith("END:VTIMEZONE\r\n" + REQUEST_EVENT)


def test_the_saturday_moves_to_the_afternoon(saturday: Entry, town: Organizer, jeanne: Attendee) -> None:
    moved = replace(
        saturday, starts_at=saturday.starts_at.replace(hour=14), ends_at=saturday.ends_at.replace(hour=16)
    )
    before = invitation.request(saturday, town, jeanne, sequence=0, stamp=STAMP).decode().split("\r\n")
    later = STAMP + timedelta(days=1)
    after = invitation.request(moved, town, jeanne, sequence=1, stamp=later).decode().split("\r\n")
    assert [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]] == [
        ("DTSTART;TZID=Europe/Paris:20260919T100000", "DTSTART;TZID=Europe/Paris:20260919T140000"),
        ("DTEND;TZID=Europe/Paris:20260919T123000", "DTEND;TZID=Europe/Paris:20260919T163000"),
        ("DTSTAMP:20260901T080000Z", "DTSTAMP:20260902T080000Z"),
        ("SEQUENCE:0", "SEQUENCE:1"),
    ]


@pytest.mark.parametrize("status", list(Status))
def test_jeanne_no_longer_comes(saturday: Entry, town: Organizer, jeanne: Attendee, status: Status) -> None:
    before = invitation.request(saturday, town, jeanne, sequence=0, stamp=STAMP).decode().split("\r\n")
    off = replace(saturday, status=status)
    after = invitation.cancel(off, town, jeanne, sequence=1, stamp=STAMP + timedelta(seconds=1))
    pairs = zip(before, after.decode().split("\r\n"), strict=True)
    assert [pair for pair in pairs if pair[0] != pair[1]] == [
        ("METHOD:REQUEST", "METHOD:CANCEL"),
        ("DTSTAMP:20260901T080000Z", "DTSTAMP:20260901T080001Z"),
        ("SEQUENCE:0", "SEQUENCE:1"),
        ("STATUS:CONFIRMED", "STATUS:CANCELLED"),
    ]


def test_an_event_not_yet_certain_is_asked_as_tentative(
    saturday: Entry, town: Organizer, jeanne: Attendee
) -> None:
    maybe = replace(saturday, status=Status.TENTATIVE)
    assert b"\r\nSTATUS:TENTATIVE\r\n" in invitation.request(maybe, town, jeanne, sequence=0, stamp=STAMP)


def test_a_cancelled_event_invites_nobody(saturday: Entry, town: Organizer, jeanne: Attendee) -> None:
    off = replace(saturday, status=Status.CANCELLED)
    with pytest.raises(ValueError, match="CANCEL"):
        invitation.request(off, town, jeanne, sequence=1, stamp=STAMP)


def test_the_organizer_is_no_guest(saturday: Entry, town: Organizer) -> None:
    for write in (invitation.request, invitation.cancel):
        with pytest.raises(ValueError, match="organizer"):
            write(saturday, town, Attendee("Nous", town.address.upper()), sequence=1, stamp=STAMP)


def test_a_stamp_without_zone_or_a_negative_sequence_is_refused(
    saturday: Entry, town: Organizer, jeanne: Attendee
) -> None:
    with pytest.raises(ValueError, match="time zone"):
        invitation.request(saturday, town, jeanne, sequence=0, stamp=STAMP.replace(tzinfo=None))
    with pytest.raises(ValueError, match="sequence"):
        invitation.cancel(saturday, town, jeanne, sequence=-1, stamp=STAMP)


def test_answers_go_to_one_lower_case_address_and_jeannes_is_left_as_she_wrote_it(saturday: Entry) -> None:
    raw = invitation.request(
        saturday,
        Organizer("", "Agenda+k7@Example.ORG"),
        Attendee("", "Jeanne@Example.net"),
        sequence=0,
        stamp=STAMP,
    )
    [event] = icalendar.Calendar.from_ical(raw).walk("VEVENT")
    assert (str(event["ORGANIZER"]), event["ORGANIZER"].params["CN"]) == (
        "mailto:agenda+k7@example.org",
        "agenda+k7@example.org",
    )
    assert (str(event["ATTENDEE"]), event["ATTENDEE"].params["CN"]) == (
        "mailto:Jeanne@Example.net",
        "Jeanne@Example.net",
    )


NAMES = st.text(st.one_of(st.characters(), st.sampled_from('"^;:,\\\r\n\t=é🎈')), max_size=60)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=NAMES)
def test_whatever_the_name_there_is_one_guest_and_it_is_jeanne(
    saturday: Entry, town: Organizer, assert_octets_are_right: Callable[[bytes], None], name: str
) -> None:
    raw = invitation.request(
        saturday, town, Attendee(name, "jeanne.dupre@example.net"), sequence=0, stamp=STAMP
    )
    assert_octets_are_right(raw)
    shown = common_name(name) or "jeanne.dupre@example.net"
    [event] = icalendar.Calendar.from_ical(raw).walk("VEVENT")
    assert str(event["ATTENDEE"]) == "mailto:jeanne.dupre@example.net"
    assert event["ATTENDEE"].params["CN"] == shown
    [event] = vobject.readOne(raw.decode()).vevent_list
    [attendee] = event.attendee_list
    assert attendee.value == "mailto:jeanne.dupre@example.net"
    assert attendee.params["CN"] == [shown]
