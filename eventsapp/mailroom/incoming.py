"""Mails that come to our mailbox, read (pure): whom they concern, who wrote them, what they hold.

Nothing is decided here: `answers` does. What a stranger wrote is text to show, never an instruction.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime

from eventsapp.mailroom import bounces, origin, parts, written
from eventsapp.mailroom.bounces import Bounce
from eventsapp.refusals import Refusal, msgid
from eventsapp.typed import shown

LARGEST = 1024 * 1024
"""Octets of a message (RULES I18)."""
DEEPEST = 10
"""Parts inside each other (RULES I18)."""
MOST_PARTS = 200
MOST_CALENDARS = 10
_LONGEST_SUBJECT = 200
_LONGEST_NAME = 120
_MOST_REFERENCES = 20
_NUMBER = re.compile(r"<[!-;=?-~]{1,253}>")
_NESTING = re.compile(rb"boundary|message/", re.IGNORECASE)
_MOST_NESTING = 100
"""Parts that could hold others, in the whole text: the parser of the standard library climbs into each."""


class Unreadable(Refusal):
    """A mail that is beyond the bounds, or no mail at all: it is kept for somebody to look at."""

    sentence = msgid("Ce message n’a pas pu être lu.")


class TooMuch(Unreadable):
    """More octets, or more parts inside each other, than an answer holds (RULES I18)."""

    sentence = msgid("Ce message est trop grand pour être lu.")


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """One mail, as far as it matters to us."""

    message_id: str
    """Angle brackets included; a digest of the mail where it has none. At most 255 characters."""
    received_at: datetime | None
    """When our server took it (the topmost Received), else when it says that it was written; in UTC."""
    tokens: tuple[str, ...]
    """Of reply addresses, in lower case, those that our server wrote first (RULES I2); not known to exist."""
    sender: str
    """The address of From, in lower case; empty where there is none, or more than one."""
    sender_name: str
    sender_is_proved: bool
    """DMARC passed for the domain of From, as our own server says: no other's word counts (RULES I5)."""
    is_automatic: bool
    """A machine wrote it (an absence, a list, a report, « late »): never answered (RULES I15)."""
    bounce: Bounce | None
    """A mail of ours that will never arrive."""
    calendars: tuple[tuple[bytes, str | None], ...]
    """Its calendar parts, decoded, in UTF-8 where it says in what else it is, each once, with the method of
    its Content-Type. None of what a report or a forwarded mail brings along."""
    is_sealed_by_outlook: bool
    """It holds a winmail.dat: whatever was answered is in there, and a human reads it (RULES I17)."""
    subject: str
    text: str
    """What they wrote, as plain text, without the mail that they answered to; at most 20,000 characters."""
    quoted: str
    """That mail, where they left it below what they wrote."""
    references: tuple[str, ...]
    """Message-IDs that it answers to, the nearest first: perhaps letters of ours."""


def read(octets: bytes, *, mailbox: str, domain: str, authserv_id: str) -> Incoming:
    """Reads a mail that came to `mailbox`+token@`domain`.

    `authserv_id` names the server of ours that writes Authentication-Results (RFC 8601); empty: nobody's
    word is taken. Raises Unreadable beyond 1 MB or ten storeys of parts (RULES I18); nothing else.
    """
    if len(octets) > LARGEST or len(_NESTING.findall(octets)) > _MOST_NESTING:
        raise TooMuch
    message = parts.parsed(octets)
    if message is None:
        raise Unreadable
    leaves = _leaves(message)
    name, sender = origin.writer(message)
    text, quoted = written.apart(_text(leaves))
    ours = origin.address_pattern(mailbox, domain)
    return Incoming(
        message_id=_number(message, octets),
        received_at=_received_at(message),
        tokens=origin.tokens(message, mailbox, domain),
        sender=sender,
        sender_name=written.one_line(name, _LONGEST_NAME),
        sender_is_proved=origin.is_proved(message, sender, authserv_id),
        is_automatic=origin.is_automatic(message, sender, ours),
        bounce=bounces.of(message, ours),
        calendars=_calendars(leaves),
        is_sealed_by_outlook=any(map(_is_winmail, leaves)),
        subject=written.one_line(origin.field(message, "Subject"), _LONGEST_SUBJECT),
        text=text,
        quoted=quoted,
        references=_references(message),
    )


def head(octets: bytes) -> tuple[str, str]:
    """Subject and sender of a mail of which the head alone is there: for what is not read further."""
    message = parts.parsed(octets)
    if message is None:
        return "", ""
    return written.one_line(origin.field(message, "Subject"), _LONGEST_SUBJECT), origin.writer(message)[1]


def _leaves(message: Message) -> list[Message]:
    """The leaves, in their order. Raises TooMuch beyond DEEPEST and MOST_PARTS.

    What a report returns, or somebody forwards as a mail, is not walked into: its calendars are ours, or
    an answer of somebody else to somebody else.
    """
    leaves: list[Message] = []
    waiting: list[tuple[Message, int]] = [(message, 1)]
    while waiting:
        part, depth = waiting.pop()
        if depth > DEEPEST or len(leaves) > MOST_PARTS:
            raise TooMuch
        if part.is_multipart() and part.get_content_maintype() == "multipart":
            within = [one for one in part.get_payload() if isinstance(one, Message)]
            waiting.extend((one, depth + 1) for one in reversed(within))
        else:
            leaves.append(part)
    return leaves


def _is_calendar(part: Message) -> bool:
    kind = part.get_content_type()
    if kind in {"text/calendar", "application/ics", "text/x-vcalendar", "application/calendar"}:
        return True
    named = kind in {"application/octet-stream", "text/plain", "application/binary"}
    return named and _name(part).endswith((".ics", ".vcs"))


def _is_winmail(part: Message) -> bool:
    kind = part.get_content_type()
    return kind in {"application/ms-tnef", "application/vnd.ms-tnef"} or _name(part) == "winmail.dat"


def _calendars(leaves: list[Message]) -> tuple[tuple[bytes, str | None], ...]:
    """Each once: programs write an answer in the alternative and again as a file, perhaps with other line
    ends. The first that says its method stands for the others."""
    found: dict[bytes, tuple[bytes, str | None]] = {}
    for part in filter(_is_calendar, leaves):
        octets = parts.decoded(part) or b""
        if not octets.strip():
            continue
        charset = written.charset_of(part)
        if charset not in {"", "utf-8", "utf8", "us-ascii", "ascii"}:
            octets = written.in_charset(octets, charset).encode("utf-8", "replace")
        key = hashlib.sha256(b"\n".join(octets.split())).digest()
        if key not in found or found[key][1] is None:
            found[key] = (octets, _method(part))
    if len(found) > MOST_CALENDARS:
        raise TooMuch
    return tuple(found.values())


def _method(part: Message) -> str | None:
    return parts.parameter(part, "method")[:20] or None


def _name(part: Message) -> str:
    return origin.decoded(origin.raw(parts.file_name(part))).lower()


def _text(leaves: list[Message]) -> str:
    """The plain text, or the HTML made plain where it has no other."""
    for kind in ("text/plain", "text/html"):
        for part in leaves:
            if part.get_content_type() != kind or _is_file(part):
                continue
            text = written.decoded(part)
            # Once its references are resolved: they may mean signs that no page shall show, too.
            text = shown(written.plain(text) if kind == "text/html" else text)
            if text.strip():
                return text
    return ""


def _is_file(part: Message) -> bool:
    return (part.get_content_disposition() or "") == "attachment" or _is_calendar(part)


def _number(message: Message, octets: bytes) -> str:
    """Its Message-ID; of one that has none, or one out of form, what is the same each time it is read."""
    said = _NUMBER.search(origin.raw(message.get("Message-ID")))
    if said:
        return said[0]
    return f"<{hashlib.sha256(octets).hexdigest()[:40]}@without-message-id.invalid>"


def _references(message: Message) -> tuple[str, ...]:
    nearest = _NUMBER.findall(origin.raw(message.get("In-Reply-To")))
    others = reversed(_NUMBER.findall(origin.raw(message.get("References"))))
    return tuple(dict.fromkeys([*nearest, *others]))[:_MOST_REFERENCES]


def _received_at(message: Message) -> datetime | None:
    return next((moment for text in _dates(message) if (moment := _moment(text))), None)


def _dates(message: Message) -> Iterator[str]:
    yield origin.raw(message.get("Received")).rpartition(";")[2]
    yield origin.raw(message.get("Date"))


def _moment(text: str) -> datetime | None:
    """An instant in UTC, or None for what is none."""
    try:
        moment = parsedate_to_datetime(text)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
        return moment.astimezone(UTC)
    except parts.STUMBLES:
        return None
