"""Answers of calendars: liberal in form, strict in bounds, and nothing read that is none of an answer's."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eventsapp.ical import answer
from eventsapp.ical.answer import Answer, Kind

UID = "3f2b8c1e-0001-4a1d-9c55-0d2f6b7a9e01"
STAMP = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)
YES = Answer(
    kind=Kind.REPLY, uid=UID, attendee="jeanne@example.net", sequence=2, stamp=STAMP, partstat="ACCEPTED"
)


def calendar(*lines: str, method: str = "METHOD:REPLY", ends: str = "\r\n") -> bytes:
    event = lines or (
        f"UID:{UID}",
        "DTSTAMP:20261122T110000Z",
        "SEQUENCE:2",
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:jeanne@example.net",
    )
    return ends.join(
        ["BEGIN:VCALENDAR", "VERSION:2.0", method, "BEGIN:VEVENT", *event, "END:VEVENT", "END:VCALENDAR", ""]
    ).encode()


def one(octets: bytes, method: str | None = None) -> Answer:
    [said] = answer.read(octets, method=method)
    return said


@pytest.mark.parametrize(
    "octets",
    [
        calendar(),
        calendar(ends="\n"),
        calendar(ends="\r"),
        b"\xef\xbb\xbf" + calendar(),
        calendar().decode().encode("utf-16"),
        calendar().replace(b"METHOD:REPLY", b"method:reply"),
        calendar().replace(b"mailto:", b"MAILTO:"),
        calendar().replace(b"jeanne@", b"Jeanne@"),
        calendar().replace(b"mailto:jeanne@example.net", b"mailto:<jeanne@example.net> "),
        calendar().replace(b"END:VEVENT\r\nEND:VCALENDAR\r\n", b""),
        calendar().replace(b"PARTSTAT=ACCEPTED", b"partstat=accepted"),
        calendar().replace(b"PARTSTAT=ACCEPTED", b'CN="a:b;c, d";X-A=\xe9;PARTSTAT=ACCEPTED'),
        calendar().replace(b"PARTSTAT=ACCEPTED", b"PARTSTAT=ACCEPTED;CN=Jeanne \\, Dupr\xc3\xa9"),
        calendar().replace(b"PARTSTAT=ACCEPTED", b'CN="open;PARTSTAT=ACCEPTED'),
        calendar().replace(b"mailto:jeanne", b"\r\n mailto:jeanne"),
        calendar().replace(b"0d2f6b7a9e01", b"\r\n 0d2f6b7a9e01"),
        calendar().replace(b"0d2f6b7a9e01", b"\r\n0d2f6b7a9e01"),
        calendar().replace(b"UID:", b"UID;X-A=1 : "),
        calendar().replace(b"SEQUENCE:2", b"SEQUENCE: 2 \r\nSEQUENCE:7"),
        calendar().replace(b"DTSTAMP:20261122T110000Z", b"DTSTAMP:20261122T110000"),
        calendar().replace(b"DTSTAMP:", b"DTSTAMP;TZID=UTC:"),
        calendar().replace(b"VERSION:2.0\r\n", b"\r\n\r\nBEGIN:VTIMEZONE\r\nTZID:x\r\nEND:VTIMEZONE\r\n"),
        calendar().replace(b"END:VEVENT", b"BEGIN:VALARM\r\nUID:x\r\nEND:VALARM\r\nEND:VEVENT"),
        calendar().replace(b"END:VEVENT", b"RRULE:FREQ=SECONDLY;COUNT=999999999\r\nX:\xff\xfe\r\nEND:VEVENT"),
    ],
)  # fmt: skip
def test_the_same_answer_however_it_is_written(octets: bytes) -> None:
    assert one(octets) == YES


def test_the_method_beside_it_stands_in_for_one_that_lacks() -> None:
    without = calendar(method="PRODID:x")
    assert one(without, "reply") == YES
    assert one(calendar(), "REQUEST") == YES
    with pytest.raises(answer.NoAnswer):
        answer.read(without)


@pytest.mark.parametrize("method", ["REQUEST", "PUBLISH", "CANCEL", "ADD", "DECLINECOUNTER", "REPLYING", ""])
def test_what_answers_nothing(method: str) -> None:
    with pytest.raises(answer.NoAnswer):
        answer.read(calendar(method=f"METHOD:{method}"))


@pytest.mark.parametrize(
    ("said", "read"),
    [("DECLINED", "DECLINED"), ("tentative", "TENTATIVE"), ("DELEGATED", "DELEGATED"), ("NEEDS-ACTION", None),
     ("IN-PROCESS", None), ("X-PEUT-ETRE", None), ("", None)],
)  # fmt: skip
def test_an_unknown_word_is_no_answer_yet(said: str, read: str | None) -> None:
    octets = calendar().replace(b"PARTSTAT=ACCEPTED", f"PARTSTAT={said}".encode())
    assert one(octets).partstat == (read or "NEEDS-ACTION")


def test_title_time_and_place_of_an_answer_are_not_read() -> None:
    changed = b"SUMMARY:Autre\r\nLOCATION:Ailleurs\r\nDTSTART:20301212T090000Z\r\nSTATUS:CANCELLED\r\nUID:"
    assert one(calendar().replace(b"UID:", changed)) == YES


@pytest.mark.parametrize(
    ("line", "moment"),
    [
        ("DTSTART:20261212T090000Z", datetime(2026, 12, 12, 9, tzinfo=UTC)),
        ("DTSTART;TZID=Europe/Paris:20260712T100000", datetime(2026, 7, 12, 8, tzinfo=UTC)),
        ('DTSTART;TZID="W. Europe Standard Time":20261212T100000', datetime(2026, 12, 12, 9, tzinfo=UTC)),
        ("DTSTART;TZID=Romance Standard Time:20260712T100000", datetime(2026, 7, 12, 8, tzinfo=UTC)),
        ("DTSTART;TZID=/x.org/2021_1/Europe/London:20261212T100000", datetime(2026, 12, 12, 10, tzinfo=UTC)),
        ("DTSTART;TZID=Customized Time Zone:20261212T100000", datetime(2026, 12, 12, 9, tzinfo=UTC)),
        ("DTSTART:20261212T100000", datetime(2026, 12, 12, 9, tzinfo=UTC)),
        ("DTSTART;VALUE=DATE:20261212", date(2026, 12, 12)),
        ("DTSTART:2026-12-12T09:00:60.5Z", datetime(2026, 12, 12, 9, 0, 59, tzinfo=UTC)),
        ("DTSTART:20261332T090000Z", None),
        ("DTSTART:00011212T090000Z", None),
        ("DTSTART:99991231T235959", None),
        ("DTSTART:demain", None),
        ("X-NONE:", None),
    ],
)  # fmt: skip
def test_the_hour_that_is_proposed(line: str, moment: datetime | date | None) -> None:
    octets = calendar(method="METHOD:COUNTER").replace(b"UID:", f"{line}\r\nUID:".encode())
    assert one(octets).starts_at == moment


def test_words_are_shown_and_people_counted_never_obeyed() -> None:
    octets = calendar().replace(
        b"UID:", b"COMMENT:Avec\\nun v\xc3\xa9lo\\, \x07s\xe2\x80\xaeil\r\nCOMMENT:Merci\r\nUID:"
    )
    octets = octets.replace(b"PARTSTAT", b"X-NUM-GUESTS=7000;PARTSTAT")
    assert (one(octets).comment, one(octets).guests) == ("Avec\nun vélo, sil\nMerci", 99)


def test_who_is_named_by_a_path_is_known_by_the_address_beside_it() -> None:
    octets = calendar().replace(b":mailto:jeanne@example.net", b";EMAIL=Jeanne@example.net:urn:uuid:x")
    assert one(octets) == YES
    assert one(calendar().replace(b"mailto:jeanne@example.net", b"invalid:nomail")).attendee == ""
    assert one(calendar(f"UID:{UID}")).attendee == ""


def test_each_event_and_each_invited_address_in_their_order() -> None:
    second = b"END:VEVENT\r\nBEGIN:VEVENT\r\nUID:b\r\nRECURRENCE-ID;VALUE=DATE:20261212\r\n"
    second += b"ATTENDEE;PARTSTAT=DECLINED:mailto:a@x.net\r\nATTENDEE:mailto:b@x.net\r\nEND:VEVENT"
    found = answer.read(calendar().replace(b"END:VEVENT", second, 1))
    assert [(said.uid, said.attendee, said.partstat, said.recurrence_id) for said in found] == [
        (UID, "jeanne@example.net", "ACCEPTED", None),
        ("b", "a@x.net", "DECLINED", date(2026, 12, 12)),
        ("b", "b@x.net", "NEEDS-ACTION", date(2026, 12, 12)),
    ]


@pytest.mark.parametrize(
    "octets",
    [
        calendar() + b"x" * answer.LARGEST,
        calendar().replace(b"END:VEVENT", b"END:VEVENT\r\nBEGIN:VEVENT\r\nUID:b" * 5 + b"\r\nEND:VEVENT"),
        calendar().replace(b"UID:", b"ATTENDEE:mailto:b@x.net\r\n" * 20 + b"UID:"),
    ],
    ids=["octets", "events", "people"],
)
def test_more_than_an_answer_holds_is_refused(octets: bytes) -> None:
    with pytest.raises(answer.TooMuch):
        answer.read(octets)


@pytest.mark.parametrize(
    "octets",
    [b"", b"\0", b"BEGIN:VCALENDAR", calendar("SEQUENCE:1"), calendar("UID:"), calendar("UID:" + "x" * 256)],
)  # fmt: skip
def test_what_names_no_event_is_refused(octets: bytes) -> None:
    with pytest.raises(answer.Unreadable):
        answer.read(octets, method="REPLY")


def test_a_number_that_no_column_holds_is_cut() -> None:
    assert one(calendar().replace(b"SEQUENCE:2", b"SEQUENCE:99999999999999999999")).sequence == 2**31 - 1
    assert one(calendar().replace(b"SEQUENCE:2", b"SEQUENCE:-3")).sequence == 0


_WORDS = st.sampled_from([
    b"BEGIN:VCALENDAR", b"BEGIN:VEVENT", b"END:VEVENT", b"END:VCALENDAR", b"METHOD:REPLY", b"METHOD:COUNTER",
    b"UID:x", b"ATTENDEE", b";PARTSTAT=", b'"', b":", b";", b",", b"\\", b"\r\n", b"\n ", b"\r", b"mailto:",
    b"DTSTART;TZID=", b"20261212T100000Z", b"COMMENT:", b"SEQUENCE:", b"RECURRENCE-ID:", b"\xff\xfe", b"\0",
])  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(_WORDS | st.binary(max_size=8), max_size=60))
def test_whatever_comes_it_is_an_answer_or_a_refusal(pieces: list[bytes]) -> None:
    try:
        found = answer.read(b"".join(pieces))
    except answer.Unreadable:
        return
    assert all(said.uid and said.partstat in answer.PARTSTATS for said in found)
