"""Feeds to follow, dates to keep: what goes out, octet by octet, and what others read in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import icalendar
import pytest
import recurring_ical_events
import vobject
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eventsapp.ical import calendar
from eventsapp.ical.entry import Entry, Status
from eventsapp.ical.text import clean, one_line
from eventsapp.ical.timezone import VTIMEZONE

Feed = Callable[[list[Entry]], bytes]
Seen = set[tuple[str, datetime, datetime]]

SATURDAY_FRAGMENT = """\
BEGIN:VEVENT
SUMMARY:Samedi matin à l’école : les écrans\\, parlons-en
DTSTART;TZID=Europe/Paris:20260919T100000
DTEND;TZID=Europe/Paris:20260919T123000
DTSTAMP:20260615T093000Z
UID:3f2b8c1e-0001-4a1d-9c55-0d2f6b7a9e01
SEQUENCE:0
CATEGORIES:Être parent,Écoles\\, collèges
CREATED:20260601T080000Z
DESCRIPTION:Café offert \\; venez comme vous êtes.\\nEntrée par la petite
  porte.\\n\\nhttps://agenda.example.org/e/7kq2m4x-samedi-matin
GEO:48.892611;2.374689
LAST-MODIFIED:20260615T093000Z
LOCATION:École Curial\\, 61 rue Curial\\, 75019 Paris
STATUS:CONFIRMED
TRANSP:OPAQUE
URL:https://agenda.example.org/e/7kq2m4x-samedi-matin
END:VEVENT
""".replace("\n", "\r\n")

FEED_HEAD = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//eventsapp//Agenda 1.0//FR
CALSCALE:GREGORIAN
X-WR-CALDESC:Les rendez-vous du quartier\\, à Paris 19e
NAME:Agenda du 19e : tout\\, pour tous
X-WR-CALNAME:Agenda du 19e : tout\\, pour tous
REFRESH-INTERVAL;VALUE=DURATION:PT4H
SOURCE;VALUE=URI:https://agenda.example.org/agendas/paris-19.ics
UID:0c5d3f6e-7b0a-4a8e-9d57-3f1f5b1f1900
X-PUBLISHED-TTL:PT4H
X-WR-TIMEZONE:Europe/Paris
BEGIN:VTIMEZONE
TZID:Europe/Paris
""".replace("\n", "\r\n")


def utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


def seen_by_icalendar(raw: bytes) -> Seen:
    events: list[Any] = icalendar.Calendar.from_ical(raw).walk("VEVENT")
    return {(str(e["UID"]), utc(e["DTSTART"].dt), utc(e["DTEND"].dt)) for e in events}


def seen_by_vobject(raw: bytes) -> Seen:
    # It reads hours with the file's own VTIMEZONE, so a wrong zone would show here.
    events = vobject.readOne(raw.decode()).vevent_list
    return {(e.uid.value, utc(e.dtstart.value), utc(e.dtend.value)) for e in events}


def seen_by_recurring_ical_events(raw: bytes) -> Seen:
    events = recurring_ical_events.of(icalendar.Calendar.from_ical(raw)).between((2026, 1, 1), (2028, 1, 1))
    return {(str(e["UID"]), utc(e["DTSTART"].dt), utc(e["DTEND"].dt)) for e in events}


def promised(entries: list[Entry]) -> Seen:
    return {(e.uid, utc(e.starts_at), utc(e.ends_at)) for e in entries}


def test_a_saturday_as_it_is_written(saturday: Entry) -> None:
    assert calendar.fragment(saturday, cancelled_prefix="Annulé : ") == SATURDAY_FRAGMENT


def test_a_feed_as_it_is_written(saturday: Entry, feed_of: Feed) -> None:
    raw = feed_of([saturday]).decode()
    assert raw.startswith(FEED_HEAD)
    assert raw.endswith("END:VTIMEZONE\r\n" + SATURDAY_FRAGMENT + "END:VCALENDAR\r\n")


def written_by_the_library_at_once(entries: list[Entry]) -> bytes:
    """The same feed from the icalendar library alone, without fragments and without our writers."""
    feed = icalendar.Calendar()
    feed.add("PRODID", "-//eventsapp//Agenda 1.0//FR")
    feed.add("VERSION", "2.0")
    feed.add("CALSCALE", "GREGORIAN")
    feed.add("UID", "0c5d3f6e-7b0a-4a8e-9d57-3f1f5b1f1900")
    feed.add("NAME", icalendar.vText("Agenda du 19e : tout, pour tous"))
    feed.add("X-WR-CALNAME", icalendar.vText("Agenda du 19e : tout, pour tous"))
    feed.add("X-WR-CALDESC", icalendar.vText("Les rendez-vous du quartier, à Paris 19e"))
    feed.add("X-WR-TIMEZONE", "Europe/Paris")
    feed.add("SOURCE", "https://agenda.example.org/agendas/paris-19.ics", parameters={"VALUE": "URI"})
    feed.add("REFRESH-INTERVAL", timedelta(hours=4), parameters={"VALUE": "DURATION"})
    feed.add("X-PUBLISHED-TTL", "PT4H")
    feed.add_component(icalendar.Timezone.from_ical(VTIMEZONE))
    for entry in entries:
        event = icalendar.Event()
        event.add("UID", entry.uid)
        event.add("DTSTAMP", entry.changed_at)
        event.add("CREATED", entry.created_at)
        event.add("LAST-MODIFIED", entry.changed_at)
        event.add("SEQUENCE", entry.sequence)
        event.add("DTSTART", entry.starts_at)
        event.add("DTEND", entry.ends_at)
        event.add("SUMMARY", entry.summary)
        event.add("DESCRIPTION", f"{entry.description}\n\n{entry.url}")
        event.add("LOCATION", entry.location)
        event.add("URL", entry.url)
        event.add("STATUS", "CONFIRMED")
        event.add("TRANSP", "OPAQUE")
        event.add("GEO", (48.892611, 2.374689))
        event.add("CATEGORIES", list(entry.categories))
        feed.add_component(event)
    return bytes(feed.to_ical())


def test_a_joined_feed_is_the_one_the_library_writes_at_once(school_year: list[Entry], feed_of: Feed) -> None:
    assert feed_of(school_year) == written_by_the_library_at_once(school_year)
    assert feed_of([]) == written_by_the_library_at_once([])


def test_a_feed_says_the_same_each_time_in_the_order_given(school_year: list[Entry], feed_of: Feed) -> None:
    assert feed_of(school_year) == feed_of(school_year)
    events = icalendar.Calendar.from_ical(feed_of(school_year[::-1])).walk("VEVENT")
    assert [str(e["UID"]) for e in events] == [entry.uid for entry in school_year[::-1]]


def test_three_readers_agree_on_a_school_year(school_year: list[Entry], feed_of: Feed) -> None:
    raw = feed_of(school_year)
    expected = promised(school_year)
    # Ten in the morning is 08:00 UTC in summer and 09:00 in winter: both are there, in one year.
    assert [start.hour for _, start, _ in sorted(expected, key=lambda e: e[1])] == [8] * 8 + [9] * 22 + [
        8
    ] * 14
    assert seen_by_icalendar(raw) == expected
    assert seen_by_vobject(raw) == expected
    assert seen_by_recurring_ical_events(raw) == expected


def test_the_octets_of_a_school_year(
    school_year: list[Entry], feed_of: Feed, assert_octets_are_right: Callable[[bytes], None]
) -> None:
    assert_octets_are_right(feed_of(school_year))
    assert_octets_are_right(feed_of([]))


def test_a_feed_invites_nobody(school_year: list[Entry], feed_of: Feed) -> None:
    raw = feed_of(school_year)
    for word in (b"METHOD", b"ATTENDEE", b"ORGANIZER", b"VALARM"):
        assert word not in raw


def test_an_empty_feed_still_holds_its_zone(feed_of: Feed) -> None:
    empty = icalendar.Calendar.from_ical(feed_of([]))
    assert [component.name for component in empty.subcomponents] == ["VTIMEZONE"]


def test_a_feed_must_be_refreshed_some_day() -> None:
    with pytest.raises(ValueError, match="positive"):
        calendar.join(
            [], uid="u", name="n", description="", source_url="https://a.example", refresh=timedelta(0)
        )


def test_a_feed_without_explanation_has_no_empty_line_for_it() -> None:
    raw = calendar.join(
        [], uid="u", name="n", description=" ", source_url="https://a.example", refresh=timedelta(days=1)
    )
    assert b"X-WR-CALDESC" not in raw
    assert b"\r\nX-PUBLISHED-TTL:P1D\r\n" in raw


def test_a_cancelled_saturday_stays_and_says_so(saturday: Entry) -> None:
    off = replace(saturday, status=Status.CANCELLED, sequence=1)
    lines = calendar.fragment(off, cancelled_prefix="Annulé : ").split("\r\n")
    assert "STATUS:CANCELLED" in lines
    assert "SEQUENCE:1" in lines
    assert "SUMMARY:Annulé : Samedi matin à l’école : les écrans\\, parlons-en" in lines


def test_a_saturday_to_keep_is_the_same_event_with_its_zone_and_no_method(
    saturday: Entry, feed_of: Feed
) -> None:
    raw = calendar.single(saturday, cancelled_prefix="Annulé : ").decode()
    assert raw.endswith("END:VTIMEZONE\r\n" + SATURDAY_FRAGMENT + "END:VCALENDAR\r\n")
    assert "METHOD" not in raw
    assert "X-WR-CALNAME" not in raw  # a copy is no calendar of its own
    assert seen_by_vobject(raw.encode()) == promised([saturday])


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"latitude": 48.9, "longitude": 0.00005}, "GEO:48.900000;0.000050"),
        ({"latitude": -1 / 3, "longitude": 2 / 3}, "GEO:-0.333333;0.666667"),
        ({"latitude": 0.0, "longitude": 0.0}, "GEO:0.000000;0.000000"),
        ({"transparent": True}, "TRANSP:TRANSPARENT"),
        ({"status": Status.TENTATIVE}, "STATUS:TENTATIVE"),
        ({"description": ""}, "DESCRIPTION:https://agenda.example.org/e/7kq2m4x-samedi-matin"),
        ({"url": "", "description": "Venez"}, "DESCRIPTION:Venez"),
        ({"categories": ("a;b", "c\\N", " ", "d,e")}, "CATEGORIES:a\\;b,c\\\\N,d\\,e"),
    ],
    ids=repr,
)
def test_how_one_property_is_written(saturday: Entry, change: dict[str, Any], line: str) -> None:
    written = calendar.fragment(replace(saturday, **change), cancelled_prefix="")
    assert line in written.split("\r\n")


def test_what_is_unknown_is_left_out(saturday: Entry) -> None:
    bare = replace(
        saturday, description=" ", location="", url="", latitude=None, longitude=None, categories=("",)
    )
    names = {
        line.split(":")[0].split(";")[0] for line in calendar.fragment(bare, cancelled_prefix="").splitlines()
    }
    expected = "BEGIN UID DTSTAMP SEQUENCE DTSTART DTEND SUMMARY CREATED LAST-MODIFIED STATUS TRANSP END"
    assert " ".join(sorted(names)) == " ".join(sorted(expected.split(" ")))


def test_an_address_already_in_the_description_is_not_repeated(saturday: Entry) -> None:
    told = replace(saturday, description=f"Tout est là : {saturday.url} À samedi !")
    unfolded = calendar.fragment(told, cancelled_prefix="").replace("\r\n ", "")
    assert f"\r\nDESCRIPTION:Tout est là : {saturday.url} À samedi !\r\n" in unfolded


ESCAPES = ["\\N", "\\n", "\\", ";", ",", ":", '"', "^n", "^^"]
CONTROLS = ["\r\n", "\r", "\n", "\t", "\x00", "\x07", "\x0b", "\x7f", "\x85", "\u2028", "\ud83d", "\ufeff"]
SCRIPTS = ["👩\u200d👩\u200d👧", "é" * 40, "🎈" * 20, "مرحبا", "\u202eשלום", "  "]
FORGERIES = ["END:VEVENT", "\r\nEND:VEVENT\r\n", "\nATTENDEE:mailto:paul@example.net"]
HARD = st.sampled_from([*ESCAPES, *CONTROLS, *SCRIPTS, *FORGERIES])
TYPED = st.lists(st.one_of(HARD, st.text(st.characters(), max_size=30)), max_size=8).map("".join)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(summary=TYPED, description=TYPED, location=TYPED, category=TYPED)
def test_whatever_is_typed_comes_back_cleaned(
    saturday: Entry,
    feed_of: Feed,
    assert_octets_are_right: Callable[[bytes], None],
    summary: str,
    description: str,
    location: str,
    category: str,
) -> None:
    typed = replace(
        saturday,
        summary=summary,
        description=description,
        location=location,
        url="",
        categories=(category, "Fête"),
    )
    raw = feed_of([typed])
    assert_octets_are_right(raw)
    event: Any
    [event] = icalendar.Calendar.from_ical(raw).walk("VEVENT")
    assert str(event["SUMMARY"]) == one_line(summary)
    assert str(event.get("DESCRIPTION", "")) == clean(description).strip()
    assert str(event.get("LOCATION", "")) == one_line(location)
    assert [str(name) for name in event["CATEGORIES"].cats] == [n for n in (one_line(category), "Fête") if n]
    [event] = vobject.readOne(raw.decode()).vevent_list
    assert event.summary.value == one_line(summary)
    assert event.getChildValue("description", "") == clean(description).strip()
