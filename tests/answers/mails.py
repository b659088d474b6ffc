"""Mails as calendar programs and servers write them, to what the house has sent (RULES section 8)."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from itertools import count

import icalendar

from eventsapp import clock
from eventsapp.mailroom.models import Letter

NUMBER = count(1)


def told(letter: Letter) -> icalendar.Event:
    """The event as the calendar of an invitation has it."""
    assert letter.calendar is not None
    [event] = icalendar.Calendar.from_ical(letter.calendar).walk("VEVENT")
    return event


def reply(
    letter: Letter,
    partstat: str = "DECLINED",
    *,
    method: str = "REPLY",
    attendee: str | None = None,
    uid: str | None = None,
    sequence: int | None = None,
    stamp: datetime | None = None,
    organizer: str | None = "",
    lines: tuple[str, ...] = (),
) -> bytes:
    """A REPLY, in the shape of Gmail's. `organizer`: None leaves it out, as outlook.com does (RULES I3)."""
    event = told(letter)
    number = event["SEQUENCE"] if sequence is None else sequence
    written = [
        "BEGIN:VCALENDAR",
        "PRODID:-//Google Inc//Google Calendar 70.9054//EN",
        "VERSION:2.0",
        f"METHOD:{method}",
        "BEGIN:VEVENT",
        f"UID:{uid or event['UID']}",
        f"SEQUENCE:{number}",
        f"DTSTAMP:{(stamp or clock.now()).astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"ATTENDEE;PARTSTAT={partstat};CN=x:mailto:{attendee or letter.address}",
    ]
    if organizer is not None:
        written.append(f"ORGANIZER:mailto:{organizer or letter.sender_address}")
    return "\r\n".join([*written, *lines, "END:VEVENT", "END:VCALENDAR", ""]).encode()


def mail(
    letter: Letter,
    calendar: bytes | None = None,
    *,
    method: str = "REPLY",
    sender: str | None = None,
    to: str | None = None,
    subject: str = "Refusé",
    text: str = "",
    number: str | None = None,
    headers: tuple[tuple[str, str], ...] = (),
) -> bytes:
    """The mail that carries it, as our server has written it into the mailbox."""
    message = EmailMessage()
    message["From"] = f"Somebody <{sender or letter.address}>"
    message["To"] = to or letter.sender_address
    message["Subject"] = subject
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = number or f"<answer-{next(NUMBER)}@mail.example>"
    for name, value in headers:
        message[name] = value
    message.set_content(text or "Réponse de mon agenda.\n")
    if calendar is not None:
        message.add_alternative(calendar, "text", "calendar", params={"charset": "UTF-8", "method": method})
    return message.as_bytes()


def answer(letter: Letter, partstat: str = "DECLINED", *, sender: str | None = None, **said: object) -> bytes:
    """A mail with a REPLY."""
    return mail(letter, reply(letter, partstat, **said), sender=sender)  # type: ignore[arg-type]
