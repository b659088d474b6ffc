"""Mails that come to the mailbox, and the calendars in them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from eventsapp.ical import answer as ical_answer
from eventsapp.ical import invitation
from eventsapp.ical.entry import Attendee, Entry, Organizer
from eventsapp.mailroom import bounces, incoming
from eventsapp.mailroom.calendar_message import CalendarMessage, Mailbox
from eventsapp.typed import shown
from tests.answering import SHAPES, Invited, answer
from tests.fuzzing.engine import Target
from tests.servers import Received

ORGANIZER, JEANNE = "agenda+abcdefgh23456722@agenda.example.org", "jeanne@example.net"
NOW = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)


def read_mail(octets: bytes) -> None:
    """All that is read of a mail: its parts, and each calendar in it. What comes out is fit to be kept."""
    mail = incoming.read(
        octets, mailbox="agenda", domain="agenda.example.org", authserv_id="mx.agenda.example.org"
    )
    bounces.read(octets)
    incoming.head(octets)
    texts = [mail.message_id, mail.sender, mail.sender_name, mail.subject, mail.text, mail.quoted]
    texts += [*mail.tokens, *mail.references]
    assert [shown(text) for text in (mail.subject, mail.text)] == [mail.subject, mail.text]
    for calendar, method in mail.calendars:
        try:
            texts += _texts(calendar, method)
        except ical_answer.Unreadable:
            continue
    _fit(texts)


def read_calendar(octets: bytes) -> None:
    """All that is read of a calendar part."""
    _fit(_texts(octets, None))


def _texts(calendar: bytes, method: str | None) -> list[str]:
    found = ical_answer.read(calendar, method=method)
    assert 0 < len(found) <= ical_answer.MOST_EVENTS * ical_answer.MOST_ATTENDEES
    for one in found:
        assert 0 <= one.sequence < 2**31
        assert one.stamp is None or one.stamp.tzinfo is not None
    return [text for one in found for text in (one.uid, one.attendee, one.comment, one.location)]


def _fit(texts: Sequence[str]) -> None:
    """Text that both databases can hold: no half characters, no NUL."""
    for text in texts:
        assert "\0" not in text
        text.encode()


def _invited() -> Invited:
    entry = Entry(
        uid="3f2b8c1e-0001-4a1d-9c55-0d2f6b7a9e01",
        starts_at=NOW,
        ends_at=NOW + timedelta(hours=2),
        summary="Petit déjeuner",
        created_at=NOW,
        changed_at=NOW,
    )
    calendar = invitation.request(
        entry, Organizer("L'agenda", ORGANIZER), Attendee("Jeanne", JEANNE), sequence=0, stamp=NOW
    )
    letter = CalendarMessage(
        subject="Votre place",
        sender=Mailbox("L'agenda", ORGANIZER),
        recipient=Mailbox("Jeanne", JEANNE),
        text="Bonjour",
        html="<p>Bonjour</p>",
        message_id="<a1@agenda.example.org>",
        sent_at=NOW,
        calendar=calendar,
    )
    return Invited.by(Received(ORGANIZER, (JEANNE,), letter.as_bytes()))


def mails() -> list[bytes]:
    """One of each shape, with what an MX writes above it."""
    invited = _invited()
    above = f"Return-Path: <{JEANNE}>\r\nDelivered-To: {ORGANIZER}\r\n"
    above += "Authentication-Results: mx.agenda.example.org; "
    above += "spf=pass (a) smtp.mailfrom=example.net; dmarc=pass header.from=example.net\r\n"
    shapes = sorted(path.stem for path in SHAPES.glob("*.eml"))
    found = [above.encode() + answer(shape, invited, at=NOW, words="À samedi") for shape in shapes]
    html = b"Content-Type: text/html; charset=utf-8\r\n\r\n<p>Bonjour&nbsp;!</p><blockquote>Le lundi"
    return [*found, invited.octets, above.encode() + b"From: a@example.net\r\n" + html]


def calendars() -> list[bytes]:
    """The calendar of each of them."""
    found = []
    for octets in mails():
        mail = incoming.read(octets, mailbox="agenda", domain="agenda.example.org", authserv_id="")
        found += [calendar for calendar, _ in mail.calendars]
    return found


MAIL_WORDS = (
    b"Content-Type: ",
    b"multipart/mixed",
    b"multipart/report",
    b"message/rfc822",
    b"text/calendar",
    b"text/html",
    b"text/plain",
    b"message/delivery-status",
    b"text/rfc822-headers",
    b"application/ms-tnef",
    b"; boundary=",
    b"; charset=",
    b"utf-8",
    b"utf-7",
    b"utf-16",
    b"idna",
    b"hex",
    b"base64",
    b"quoted-printable",
    b"uuencode",
    b"Content-Transfer-Encoding: ",
    b"&#" + b"9" * 5000,
    "\u0301\u0323".encode() * 5000,
    b"<script>",
    b"</script",
    b"=?utf-8?q?",
    b"=?iso-2022-jp?b?",
    b"?=",
    b"; filename*=",
    b"''",
    b"%ff",
    b"; filename*0*=",
    b"; method*=",
    b"\r\n",
    b"\r\n\r\n",
    b"\r\n ",
    b"\n",
    b"\r",
    b"\0",
    b"\xff",
    b"\xed\xa0\x80",
    b"From: ",
    b"To: ",
    b"Received: ",
    b"Date: ",
    b"Message-ID: ",
    b"In-Reply-To: ",
    b"<",
    b">",
    b"(",
    b")",
    b'"',
    b"\\",
    b";",
    b"=",
    b"@",
    b"--",
    b"<!--",
    b"<![CDATA[",
    b"<script>",
    b"&#",
    b"&#x110000;",
    b"<p",
    b"</",
    b"begin 644 ",
)
CALENDAR_WORDS = (
    b"BEGIN:VCALENDAR\r\n",
    b"BEGIN:VEVENT\r\n",
    b"END:VEVENT\r\n",
    b"BEGIN:VALARM\r\n",
    b"METHOD:REPLY\r\n",
    b"METHOD:COUNTER\r\n",
    b"METHOD:REFRESH\r\n",
    b"UID:",
    b"ATTENDEE",
    b";PARTSTAT=",
    b";TZID=",
    b";VALUE=DATE:",
    b"DTSTART",
    b"DTEND",
    b"DTSTAMP:",
    b"RECURRENCE-ID",
    b"SEQUENCE:",
    b"COMMENT:",
    b"mailto:",
    b"20261212T100000Z",
    b"99991231T235959",
    b"00010101",
    b"Europe/Paris",
    b"W. Europe Standard Time",
    b"/",
    b"\\n",
    b"\\",
    b'"',
    b";",
    b":",
    b",",
    b"^n",
    b"\r\n",
    b"\r\n ",
    b"\n\t",
    b"\r",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\0",
    b"\xe9",
    b"\xf0\x9f\x8e\x89",
)

TARGETS = (
    Target("mail", read_mail, mails, MAIL_WORDS + CALENDAR_WORDS),
    Target("calendar", read_calendar, calendars, CALENDAR_WORDS),
)
