"""Mails that came back: what a server says of one it could not deliver after all, read (pure).

A report is a mail of its own (RFC 3462): words for people, a part for machines (RFC 3464), and the mail that
it is about or the head of it, whose Message-ID is ours and whose From and ORGANIZER bear a reply token
(RULES I15). Some servers write words alone, and the mail below them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from eventsapp.mailroom import origin, parts, written

LARGEST = 1_000_000
"""Octets that are read of a report: more is no report of ours, whose mails are small."""
_MOST_PARTS = 50
_LONGEST_WORDS = 20_000
_NUMBER = re.compile(r"<[!-;=?-~]{1,253}>")
_ADDRESS = re.compile(r"[!#-'*+/-9=?A-Z^-~-]{1,64}@[A-Za-z0-9.-]{1,189}")
_FOLD = re.compile(rb"\r?\n[ \t]")
_DAEMON = re.compile(r"(mailer-?daemon|postmaster)@", re.IGNORECASE)
_STATUS = re.compile(r"\b5\.[0-7]\.\d{1,3}\b|\b55[0-4][ -]")
_FOR_GOOD = re.compile(
    r"permanent (fatal )?error|user unknown|unknown user|no such user"
    r"|does not exist|n['’]existe pas|could not be delivered|couldn['’]t be delivered|giving up",
    re.IGNORECASE,
)
_ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?!\.?\d)")
"""Of RFC 3463: class, subject and detail; no number of an address on the network."""
_BASIC = re.compile(r"\b(55[013])\b")
_NO_SUCH_ADDRESS = re.compile(
    r"user unknown|unknown user|no such (user|recipient|mailbox|address)|does not exist|n['’]existe pas"
    r"|(user|recipient|mailbox|address) (was )?not found|mailbox unavailable|invalid (recipient|mailbox)",
    re.IGNORECASE,
)
_ONLY_LATE = re.compile(
    r"delivery (is |has been )?delayed|will (be )?retr(y|ied)|warning only|not need to resend", re.IGNORECASE
)
_MESSAGE_ID = re.compile(r"^[ >\t]*Message-ID[ \t]*:\s*(<[!-;=?-~]{1,253}>)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True)
class Bounce:
    """A mail that will never arrive."""

    message_id: str
    """Of the mail that came back, angle brackets included; empty where only the token says which."""
    problem: str
    """« 5.1.1 smtp; 550 no such user »: what the server that gave up said."""
    token: str = ""
    """Of the reply address that the mail came from, where its head or its calendar came along, or the report
    was sent to it (RULES I15)."""
    recipient: str = ""
    """Whom it did not reach, in lower case."""


def gone(problem: str) -> str:
    """The status by which a server says that an address receives nothing any more (« 5.1.1 », « 550 »); empty
    where it says anything else: it was late, the mailbox full, a filter or a policy against the mail.

    By RFC 3463: 5.1.x, there is no such mailbox or domain, but for 5.1.7 and 5.1.8, which are about who
    wrote; 5.2.1, it is closed; 5.4.1 and 5.4.4, nowhere to deliver it to. Of a status that says nothing
    (5.0.0, 5.5.0…), or none at all, the words decide. Never a 4.x.x, for good though it may be, nor 5.7.x:
    a server that takes us for somebody else says so of all its readers at once, who did nothing.
    """
    said = _ENHANCED.search(problem)
    if said is not None:
        grade, subject, detail = said.groups()
        if grade != "5":
            return ""
        if (subject == "1" and detail not in {"7", "8"}) or (subject, detail) in {
            ("2", "1"),
            ("4", "1"),
            ("4", "4"),
        }:
            return said[0]
        if (subject, detail) not in {("0", "0"), ("3", "0"), ("5", "0")}:
            return ""
    basic = _BASIC.search(problem)
    if not _NO_SUCH_ADDRESS.search(problem):
        return ""
    return said[0] if said is not None else basic[0] if basic is not None else ""


def is_full(problem: str) -> bool:
    """Whether a server says that a mailbox is full (RFC 3463: x.2.2)."""
    said = _ENHANCED.search(problem)
    return said is not None and said.groups()[1:] == ("2", "2")


def read(octets: bytes, *, mailbox: str = "", domain: str = "") -> Bounce | None:
    """What a report says, or None for any other mail: one that is only late, an answer, something odd.

    `mailbox` and `domain` are those of our reply addresses; without them no token is looked for.
    """
    message = parts.parsed(octets[:LARGEST])
    if message is None:
        return None
    return of(message, origin.address_pattern(mailbox, domain) if mailbox and domain else None)


def of(message: Message, ours: re.Pattern[str] | None) -> Bounce | None:
    """The same of a mail that is already taken apart; `ours` is the pattern of our reply addresses."""
    if message.get_content_type() == "multipart/report":
        return _reported(message, ours)
    return _in_words(message, ours) if ours is not None else None


def _reported(report: Message, ours: re.Pattern[str] | None) -> Bounce | None:
    failed = next((one for one in _recipients(report) if _has_failed(one)), None)
    if failed is None:
        return None
    message_id, token = _about(report, ours)
    if not message_id and not token:
        return None
    said = f"{origin.field(failed, 'Status')} {origin.field(failed, 'Diagnostic-Code')}"
    to = origin.field(failed, "Original-Recipient") or origin.field(failed, "Final-Recipient")
    recipient = _ADDRESS.search(to.rpartition(";")[2])
    return Bounce(message_id, written.one_line(said, 400), token, recipient[0].lower() if recipient else "")


def _has_failed(recipient: Message) -> bool:
    """« failed »; some servers forget to say it, and give a status that is for good."""
    action = origin.field(recipient, "Action").lower()
    return action == "failed" or (not action and origin.field(recipient, "Status").startswith("5."))


def _recipients(report: Message) -> Iterator[Message]:
    """The groups of fields of the part for machines, one a recipient (and one of the report itself)."""
    for part in _walk(report):
        if part.get_content_type() == "message/delivery-status" and part.is_multipart():
            yield from (group for group in part.get_payload() if isinstance(group, Message))


def _about(report: Message, ours: re.Pattern[str] | None) -> tuple[str, str]:
    """Message-ID and token of the mail that came back: the whole mail stands there, or its head alone."""
    message_id = token = ""
    for original in _originals(report):
        found = _NUMBER.search(origin.field(original, "Message-ID"))
        message_id = message_id or (found[0] if found else "")
        token = token or _token_of(original, ours)
    return message_id, token or _return_path(report, ours)


def _return_path(report: Message, ours: re.Pattern[str] | None) -> str:
    """The token of the address that the report itself came to: a mail of ours with a reply address has it on
    its envelope too, so that is known even where nothing of the mail comes back with the report."""
    if ours is None:
        return ""
    values = (value for name in origin.ADDRESSED for value in report.get_all(name, [])[:10])
    return next((found[1].lower() for value in values if (found := ours.search(origin.raw(value)))), "")


def _originals(report: Message) -> Iterator[Message]:
    for part in _walk(report):
        kind = part.get_content_type()
        if kind in {"message/rfc822", "message/global"} and part.is_multipart():
            original = part.get_payload(0)
            if isinstance(original, Message):
                yield original
        elif kind in {"text/rfc822-headers", "message/rfc822-headers", "text/rfc822"}:
            head = parts.parsed((parts.decoded(part) or b"").lstrip())
            if head is not None:
                yield head


def _token_of(original: Message, ours: re.Pattern[str] | None) -> str:
    """Of From, where the mail is ours; else of ORGANIZER in its calendar, which servers return as it was."""
    if ours is None:
        return ""
    heads = (origin.field(original, name) for name in ("From", "Sender", "Reply-To"))
    for text in (*heads, *_calendar_texts(original)):
        found = ours.search(text)
        if found:
            return found[1].lower()
    return ""


def _calendar_texts(original: Message) -> Iterator[str]:
    for part in _walk(original):
        if part.get_content_type() in {"text/calendar", "application/ics"}:
            octets = parts.decoded(part) or b""
            yield _FOLD.sub(b"", octets[:65536]).decode("utf-8", "replace")


def _walk(message: Message) -> Iterator[Message]:
    """Its parts, as many as a report has."""
    for number, part in enumerate(message.walk()):
        if number == _MOST_PARTS:
            return
        yield part


def _in_words(message: Message, ours: re.Pattern[str]) -> Bounce | None:
    """A report in words alone, as qmail and old servers write it: from a daemon, to say that it gave up, with
    the head of a mail of ours below, or beside, what it says."""
    failed_to = _ADDRESS.search(origin.field(message, "X-Failed-Recipients"))
    daemon = _DAEMON.search(origin.field(message, "From"))
    if not failed_to and not (daemon and origin.has_no_return_path(message)):
        return None
    words = "\n".join(_words(message))[:_LONGEST_WORDS].replace("\r\n", "\n")
    said = _STATUS.search(words) or _FOR_GOOD.search(words)
    if (not said and not failed_to) or _ONLY_LATE.search(words):
        return None
    message_id, token = _about(message, ours)
    number, address = _MESSAGE_ID.search(words), ours.search(words)
    message_id = message_id or (number[1] if number else "")
    token = token or (address[1].lower() if address else "")
    if not message_id and not token:
        return None
    line = next((line for line in words.split("\n") if said and said[0] in line), "")
    recipient = failed_to or _ADDRESS.search(words.partition("Message-")[0])
    return Bounce(message_id, written.one_line(line, 400), token, recipient[0].lower() if recipient else "")


def _words(message: Message) -> Iterator[str]:
    for part in _walk(message):
        if part.get_content_type() == "text/plain":
            yield written.decoded(part)
