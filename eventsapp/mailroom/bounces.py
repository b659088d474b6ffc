"""Mails that came back: what a server says of one it could not deliver after all, read (pure).

A report is a mail of its own (RFC 3462): words for people, a part for machines (RFC 3464), and the mail that
it is about or the head of it, whose Message-ID is ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.policy import compat32

LARGEST = 1_000_000
"""Octets that are read of a report: more is no report of ours, whose mails are small."""


@dataclass(frozen=True)
class Bounce:
    """A mail that will never arrive."""

    message_id: str
    """Of the mail that came back, angle brackets included; empty where only the token says which."""
    problem: str
    """« 5.1.1 smtp; 550 no such user »: what the server that gave up said."""
    token: str = ""
    """Of the reply address that the mail came from, where its head or its calendar came along (RULES I15)."""
    recipient: str = ""
    """Whom it did not reach, in lower case."""


def read(octets: bytes) -> Bounce | None:
    """What a report says, or None for any other mail: one that is only late, an answer, something odd."""
    report = message_from_bytes(octets[:LARGEST], policy=compat32)
    if report.get_content_type() != "multipart/report":
        return None
    failed = next((one for one in _recipients(report) if _field(one, "Action").lower() == "failed"), None)
    message_id = _about(report)
    if failed is None or not message_id:
        return None
    return Bounce(message_id, f"{_field(failed, 'Status')} {_field(failed, 'Diagnostic-Code')}".strip())


def _recipients(report: Message) -> Iterator[Message]:
    """The groups of fields of the part for machines, one a recipient (and one of the report itself)."""
    for part in report.walk():
        if part.get_content_type() == "message/delivery-status" and part.is_multipart():
            yield from (group for group in part.get_payload() if isinstance(group, Message))


def _about(report: Message) -> str:
    """The Message-ID of the mail that came back: the whole mail stands there, or its head alone."""
    for part in report.walk():
        kind = part.get_content_type()
        if kind == "message/rfc822" and part.is_multipart():
            original = part.get_payload(0)
        elif kind in {"text/rfc822-headers", "message/rfc822-headers"}:
            head = part.get_payload(decode=True)
            original = message_from_bytes(head, policy=compat32) if isinstance(head, bytes) else None
        else:
            continue
        if isinstance(original, Message) and _field(original, "Message-ID"):
            return _field(original, "Message-ID")
    return ""


def _field(fields: Message, name: str) -> str:
    """A field on one line; nothing where there is none."""
    return " ".join(str(fields.get(name, "")).split())
