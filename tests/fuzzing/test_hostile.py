"""The largest mails that are loaded, made to be slow: none holds a worker for long (RULES I18)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from eventsapp.ical import answer
from eventsapp.mailroom import incoming
from tests.fuzzing.engine import Target, fuzz
from tests.fuzzing.mails import read_calendar, read_mail

FROM = b"From: evil@example.com\r\nTo: agenda+abcdefgh23456722@agenda.example.org\r\n"
PLAIN, HTML = b"Content-Type: text/plain\r\n\r\n", b"Content-Type: text/html\r\n\r\n"
UTF_8 = b"Content-Type: text/plain; charset=utf-8\r\n\r\n"
MIXED = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"


def filled(head: bytes, piece: bytes, end: bytes = b"", largest: int = incoming.LARGEST) -> bytes:
    return head + piece * ((largest - len(head) - len(end)) // len(piece)) + end


def nested(boundary: str) -> bytes:
    """As many parts inside each other as fit."""
    head, level = FROM, 0
    while len(head) < incoming.LARGEST - 200:
        level += 1
        head += f"Content-Type: multipart/mixed; {boundary}b{level}\r\n\r\n--b{level}\r\n".encode()
        if level == 4000:
            break
    return head


MAILS: dict[str, Callable[[], bytes]] = {
    "quotations": lambda: filled(FROM + PLAIN, b">\n", b"end"),
    "almost a date": lambda: filled(FROM + PLAIN, b"Le a\n"),
    "long almost dates": lambda: filled(FROM + PLAIN, b"Le " + b"a " * 140 + b"\n"),
    "heads": lambda: filled(FROM + PLAIN, b"De : a@b\n"),
    "tags": lambda: filled(FROM + HTML, b"<p>"),
    "open comments": lambda: filled(FROM + HTML, b"<!--"),
    "open declarations": lambda: filled(FROM + HTML, b"<!["),
    "open tags": lambda: filled(FROM + HTML, b"<a b='"),
    "references of signs": lambda: filled(FROM + HTML, b"&#x"),
    "parts": lambda: filled(FROM + MIXED, b"--b\r\n\r\n"),
    "calendars": lambda: filled(FROM + MIXED, b"--b\r\nContent-Type: text/calendar\r\n\r\nx\r\n"),
    "nested": lambda: nested("boundary="),
    "nested otherwise": lambda: nested("boundary*0="),
    "digests": lambda: filled(FROM, b"Content-Type: message/rfc822\r\n\r\n"),
    "headers": lambda: filled(FROM, b"To: a@b.fr\r\n", b"\r\n"),
    "one header": lambda: filled(FROM + b"Subject: ", b"=?utf-8?q?=C3?=\r\n ", b"\r\n\r\n"),
    "addresses": lambda: filled(FROM + b"Cc: ", b"agenda+aaaaaaaa@agenda.example.org,", b"\r\n\r\n"),
    "groups of groups": lambda: filled(b"From: ", b": ", b"\r\n\r\n"),
    "comments": lambda: filled(FROM + b"Authentication-Results: mx.agenda.example.org; ", b"(", b"\r\n\r\n"),
    "parameters": lambda: filled(FROM + b"Content-Type: text/calendar", b"; a*0=b", b"\r\n\r\n"),
    "parameters of parts": lambda: filled(FROM + b"Content-Type: multipart/x", b"; a*0=b", b"\r\n\r\n"),
    "types that go on": lambda: filled(FROM + b"Content-Type: a", b"\r\n\r\nContent-Type: " + b"a" * 3990),
    "base64": lambda: filled(FROM + b"Content-Transfer-Encoding: base64\r\n" + PLAIN, b"= "),
    "marks on a letter": lambda: filled(FROM + UTF_8 + b"e", "\u0301\u0323".encode()),
    "marks on a letter of HTML": lambda: filled(FROM + HTML + b"e", b"&#769;&#803;"),
    "a script that ends and ends": lambda: filled(FROM + HTML + b"<script>", b"</script"),
    "a reference without an end": lambda: filled(FROM + HTML + b"&#", b"9"),
    "a daemon": lambda: filled(b"Return-Path: <>\r\nFrom: mailer-daemon@x.fr\r\n" + PLAIN, b"Message-ID: <"),
}
EVENT = b"BEGIN:VCALENDAR\r\nMETHOD:COUNTER\r\nBEGIN:VEVENT\r\nUID:x\r\n"
CALENDARS: dict[str, Callable[[], bytes]] = {
    "folds": lambda: filled(EVENT + b"COMMENT:x", b"\r\n ", largest=answer.LARGEST),
    "lines without a name": lambda: filled(EVENT, b"x\n", largest=answer.LARGEST),
    "quotes": lambda: filled(EVENT + b"ATTENDEE;CN=", b'"', b":mailto:a@b.fr", largest=answer.LARGEST),
    "parameters": lambda: filled(EVENT + b"ATTENDEE", b";A=b", b":mailto:a@b.fr", largest=answer.LARGEST),
    "spaces": lambda: filled(EVENT + b"ATTENDEE", b" ;", b":mailto:a@b.fr", largest=answer.LARGEST),
    "a zone": lambda: filled(EVENT + b"DTSTART;TZID=", b"/", b":20261212T100000", largest=answer.LARGEST),
    "components": lambda: filled(EVENT, b"BEGIN:VALARM\r\n", largest=answer.LARGEST),
    "ends": lambda: filled(EVENT + b"BEGIN:X\r\n" * 8, b"END:Y\r\n", largest=answer.LARGEST),
    "comments": lambda: filled(EVENT, b"COMMENT:a\r\n", largest=answer.LARGEST),
    "attendees": lambda: filled(EVENT, b"ATTENDEE:mailto:a@b.fr\r\n", largest=answer.LARGEST),
}


@pytest.mark.parametrize("hostile", MAILS.values(), ids=MAILS.keys())
def test_a_mail_that_is_made_to_be_slow(hostile: Callable[[], bytes]) -> None:
    octets = hostile()
    assert len(octets) <= incoming.LARGEST
    fuzz(Target("hostile mail", read_mail, lambda: [octets]), seconds=0, seed=1)


@pytest.mark.parametrize("hostile", CALENDARS.values(), ids=CALENDARS.keys())
def test_a_calendar_that_is_made_to_be_slow(hostile: Callable[[], bytes]) -> None:
    octets = hostile()
    assert len(octets) <= answer.LARGEST
    fuzz(Target("hostile calendar", read_calendar, lambda: [octets]), seconds=0, seed=1)
