"""Answers as mail programs write them, to an invitation that was really sent: tests/mailroom/answers.

`invited = Invited.by(smtp.to("jeanne@example.net")[-1])`, then `answer("gmail", invited, partstat=…)`.
"""

from __future__ import annotations

import quopri
import re
from base64 import encodebytes
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parseaddr
from pathlib import Path
from string import Template

from eventsapp import clock
from tests.servers import Received

SHAPES = Path(__file__).parent / "mailroom/answers"
REPLIES = ("gmail", "outlook_desktop", "outlook_com", "apple", "thunderbird")
"""Programs that answer yes or no; the others: google_counter, refresh, human, absence, winmail, *_bounce."""
BOUNCES = ("postfix_bounce", "exchange_bounce", "gmail_bounce", "qmail_bounce")


@dataclass(frozen=True)
class Invited:
    """What a mail program knows of an invitation that it received."""

    organizer: str
    attendee: str
    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    message_id: str
    octets: bytes

    @classmethod
    def by(cls, letter: Received) -> Invited:
        """By this letter, read as a mail program does."""
        message = letter.message
        calendar = re.sub(r"\n[ \t]", "", letter.part("text/calendar"))
        return cls(
            organizer=_found(r"^ORGANIZER.*?:mailto:(\S+)", calendar),
            attendee=_found(r"^ATTENDEE.*?:mailto:(\S+)", calendar),
            uid=_found(r"^UID:(\S+)", calendar),
            sequence=int(_found(r"^SEQUENCE:(\d+)", calendar)),
            starts_at=_hour(_found(r"^DTSTART;TZID=Europe/Paris:(\S+)", calendar)),
            ends_at=_hour(_found(r"^DTEND;TZID=Europe/Paris:(\S+)", calendar)),
            message_id=str(message["Message-ID"]),
            octets=letter.octets,
        )

    @property
    def token(self) -> str:
        """Of the address that answers go to."""
        return self.organizer.partition("@")[0].rpartition("+")[2]


def answer(
    shape: str,
    invited: Invited,
    *,
    partstat: str = "ACCEPTED",
    sequence: int | None = None,
    at: datetime | None = None,
    sender: str = "",
    words: str = "",
    comment: str = "",
    guests: int = 0,
    later: timedelta = timedelta(days=1),
    action: str = "failed",
    number: int = 1,
) -> bytes:
    """A mail of this shape. `at`: when it was written; `sender`: another address than the invited one (of
    Apple's); `later`: by how much a counter-proposal moves the date; `action`: of a report; `number`: makes
    its Message-ID another one."""
    at = at or clock.now()
    head = invited.octets.partition(b"\r\n\r\n")[0].decode()
    said = {
        "organizer": invited.organizer,
        "attendee": invited.attendee,
        "sender": sender or invited.attendee,
        "uid": invited.uid,
        "sequence": str(invited.sequence if sequence is None else sequence),
        "stamp": _utc(at),
        "date": format_datetime(at),
        "partstat": partstat,
        "comment": comment,
        "guests": str(guests),
        "starts_utc": _utc(invited.starts_at),
        "ends_utc": _utc(invited.ends_at),
        "proposed_starts_utc": _utc(invited.starts_at + later),
        "proposed_ends_utc": _utc(invited.ends_at + later),
        "answered": invited.message_id,
        "number": f"{number:08d}",
        "action": action,
        "words": words,
        "words_base64": encodebytes(words.encode()).decode().strip(),
        "words_latin": quopri.encodestring(words.encode("latin-1", "replace")).decode(),
        "words_quoted": quopri.encodestring(words.encode()).decode(),
        "returned": invited.octets.decode().replace("\r\n", "\n"),
        "returned_head": head.replace("\r\n", "\n"),
    }
    file = SHAPES / f"{shape}.ics"
    if file.exists():
        calendar = Template(file.read_text(encoding="utf-8")).substitute(said)
        octets = calendar.replace("\n", "\r\n").encode()
        said["calendar"] = calendar
        said["calendar_base64"] = encodebytes(octets).decode().strip()
        said["calendar_quoted"] = quopri.encodestring(octets.replace(b"\r\n", b"\n")).decode()
    mail = Template((SHAPES / f"{shape}.eml").read_text(encoding="utf-8")).substitute(said)
    return mail.replace("\n", "\r\n").encode()


def writer_of(octets: bytes) -> str:
    """The address that a mail of these shapes comes from."""
    return parseaddr(_found(r"^From: (.*)$", octets.decode().replace("\r\n", "\n")))[1]


def _found(pattern: str, text: str) -> str:
    found = re.search(pattern, text, re.MULTILINE)
    assert found is not None, pattern
    return found[1]


def _hour(text: str) -> datetime:
    return datetime.strptime(text, "%Y%m%dT%H%M%S").replace(tzinfo=clock.PARIS)


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"
