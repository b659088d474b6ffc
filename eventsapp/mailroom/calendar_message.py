"""The one kind of mail we send: to one person, text and HTML, with or without an invitation.

Flask-Mail 0.10 alone cannot make a right invitation: its attachments stand outside the
alternative, where calendars offer no answer, its alternatives have no `method`, it draws its own
Message-ID, and splits names at their commas. So the octets are built here, by the standard
library; Flask-Mail carries them. They depend on the arguments only (no clock, no random boundary),
so that a letter sent twice after a crash is twice the very same letter.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime
from typing import NamedTuple

from flask_mail import Message

# The form that browsers accept (WHATWG HTML, "valid e-mail address"): nothing in it can end a
# header line, name a second person or need quoting.
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_LONGEST_ADDRESS = 254  # RFC 5321 section 4.5.3.1.3, without the angle brackets
_LONGEST_LINE = 998  # RFC 5322 section 2.1.1
_LONGEST_PLAIN = 60  # a line of 78 with the header's name and some room
_MESSAGE_ID = re.compile(r"<[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+>")
_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_VISIBLE_ASCII = re.compile(r"[ -~]*")
_METHOD = re.compile(rb"^METHOD:([A-Z]+)\r$", re.MULTILINE)
_SPECIALS = re.compile(r'[\\"<>()\[\]:;@,]')  # RFC 5322 "specials", without the dot


# Python cuts quoted-printable lines at the length of header lines, 78; RFC 2045 6.7 allows 76.
_POLICY = SMTP.clone(max_line_length=76)


class UnsendableMessage(ValueError):
    """No mail server would take this message, now or later."""


class Mailbox(NamedTuple):
    """A name to show, possibly empty, and a plain ASCII address."""

    name: str
    address: str


class _HeaderLine(str):
    """A header value already encoded, and folded where it must be, which `email` writes as it is.

    Python 3.11 would fold it again: it loses spaces between two encoded words, encodes long
    addresses of web pages, and drops the quotes around a name with accents and a comma.
    (`EmailPolicy.fold` leaves folding to any value with a `name`.)
    """

    name: str

    def __new__(cls, name: str, value: str) -> _HeaderLine:
        if max(map(len, value.splitlines()), default=0) + len(name) + 2 > _LONGEST_LINE:
            raise UnsendableMessage(f"the header {name} is too long")
        line = super().__new__(cls, value)
        line.name = name
        return line

    def fold(self, *, policy: Policy) -> str:
        """The whole header, its line end included."""
        return f"{self.name}: {self}{policy.linesep}"


class CalendarMessage(Message):
    """One mail to one person.

    `calendar` holds the octets of an iTIP message: the mail then carries them as an alternative
    whose `method` is the one they name, and as the file invite.ics (RFC 6047 section 2.4).
    `message_id` is ours, angle brackets included; `sent_at` is aware and becomes Date.
    `headers` are further headers, such as List-Unsubscribe.

    Control characters in names and in the subject become spaces, so no text can add a header.
    Raises UnsendableMessage for an address that is not plain ASCII, a Message-ID or a further
    header out of form, a date without zone, or a calendar without METHOD.
    """

    def __init__(
        self,
        *,
        subject: str,
        sender: Mailbox,
        recipient: Mailbox,
        text: str,
        html: str,
        message_id: str,
        sent_at: datetime,
        calendar: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        for box in (sender, recipient):
            if not _ADDRESS.fullmatch(box.address) or len(box.address) > _LONGEST_ADDRESS:
                raise UnsendableMessage(f"not a plain ASCII mail address: {box.address!r}")
        if not _MESSAGE_ID.fullmatch(message_id):
            raise UnsendableMessage(f"not a Message-ID: {message_id!r}")
        if sent_at.utcoffset() is None:
            raise UnsendableMessage(f"no time zone: {sent_at}")
        # Bare addresses to Flask-Mail, which uses them for the envelope; the names are ours.
        super().__init__(
            subject=_one_line(subject),
            sender=sender.address,
            recipients=[recipient.address],
            body=_writable(text),
            html=_writable(html),
            date=sent_at.timestamp(),
            extra_headers=dict(headers or {}),
        )
        self.msgId = message_id
        self.mailbox_from = sender
        self.mailbox_to = recipient
        self.sent_at = sent_at
        self.calendar = calendar
        self.method = None if calendar is None else _method_of(calendar)
        self.header_lines = tuple(self._header_lines())  # now, so that a bad one is refused now

    def as_bytes(self) -> bytes:
        """The message as it goes over the wire: CRLF, 7-bit, no line above 998 octets."""
        return self.build().as_bytes()

    def as_string(self) -> str:
        """The same, as text: all of it is ASCII."""
        return self.as_bytes().decode("ascii")

    def build(self) -> EmailMessage:
        """The message as a tree of parts. Raises UnsendableMessage if something was added to it."""
        if self.send_to != {self.mailbox_to.address} or self.attachments:
            raise UnsendableMessage("a message has one recipient and no attachment of its own")
        message = EmailMessage(policy=_POLICY)
        for line in self.header_lines:
            message[line.name] = line
        message.set_content(self.body or "", cte="quoted-printable")
        message.add_alternative(self.html or "", subtype="html", cte="quoted-printable")
        if self.calendar is not None and self.method is not None:
            self._invite(message, self.calendar, self.method)
        self._name_boundaries(message)
        return message

    def _header_lines(self) -> Iterator[_HeaderLine]:
        yield _HeaderLine("Subject", _encoded(self.subject, "Subject"))
        yield _HeaderLine("From", _header_mailbox(self.mailbox_from, "From"))
        yield _HeaderLine("To", _header_mailbox(self.mailbox_to, "To"))
        yield _HeaderLine("Date", format_datetime(self.sent_at))
        yield _HeaderLine("Message-ID", self.msgId)
        yield _HeaderLine("Auto-Submitted", "auto-generated")  # RFC 3834: out-of-office robots stay silent
        for name, value in (self.extra_headers or {}).items():
            if not (_HEADER_NAME.fullmatch(name) and _VISIBLE_ASCII.fullmatch(value)):
                raise UnsendableMessage(f"not a header: {name!r}: {value!r}")
            yield _HeaderLine(name, value)

    @staticmethod
    def _invite(message: EmailMessage, calendar: bytes, method: str) -> None:
        """Adds the calendar twice: inline for the buttons, as a file for everybody else."""
        parameters = {"charset": "UTF-8", "method": method}
        # Base64, since Outlook and Zimbra stumble over the other encodings of this part.
        message.add_alternative(calendar, "text", "calendar", cte="base64", params=parameters)
        message.add_attachment(calendar, "application", "ics", cte="base64", filename="invite.ics")

    def _name_boundaries(self, message: EmailMessage) -> None:
        """Boundaries drawn from the Message-ID; `=_` occurs in no encoded body (RFC 2045 6.7)."""
        digest = hashlib.sha256(self.msgId.encode()).hexdigest()[:24]
        branches = (part for part in message.walk() if part.is_multipart())
        for number, branch in enumerate(branches):
            branch.set_boundary(f"=_{digest}_{number}")


def _method_of(calendar: bytes) -> str:
    found = _METHOD.search(calendar)
    if found is None:
        raise UnsendableMessage("a calendar sent by mail names its METHOD")
    return found.group(1).decode()


def _header_mailbox(box: Mailbox, header: str) -> str:
    """The mailbox as a header value.

    The specials of RFC 5322 are left out of the name: programs that decode before they split
    would see a second person behind a comma.
    """
    name = _one_line(_SPECIALS.sub(" ", box.name))
    if not name:
        return f"<{box.address}>"
    shown = _encoded(name, header)
    if shown == name:
        shown = f'"{name}"'
    return (
        f"{shown}\r\n <{box.address}>"
        if len(shown) + len(box.address) > _LONGEST_PLAIN
        else f"{shown} <{box.address}>"
    )


def _encoded(text: str, header: str) -> str:
    """One line of text as a header value: as it is if short and plain, else RFC 2047 words."""
    if text.isascii() and len(text) <= _LONGEST_PLAIN and "=?" not in text:
        return text
    return Header(text, "utf-8", header_name=header).encode(linesep="\r\n")


def _one_line(text: str) -> str:
    visible = "".join(" " if unicodedata.category(c) in {"Cc", "Zl", "Zp"} else c for c in _writable(text))
    return " ".join(visible.split())


def _writable(text: str) -> str:
    """`text` without lone surrogates, which UTF-8 cannot carry."""
    return text.encode("utf-8", "ignore").decode()
