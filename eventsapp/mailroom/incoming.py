"""Mails that come to our mailbox, read (pure): whom they concern, who wrote them, what they hold.

Nothing is decided here: `answers` does. What a stranger wrote is text to show, never an instruction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from eventsapp.mailroom.bounces import Bounce
from eventsapp.refusals import Refusal, msgid


class Unreadable(Refusal):
    """A mail that is beyond the bounds, or no mail at all: it is kept for somebody to look at."""

    sentence = msgid("Ce message n’a pas pu être lu : %(problem)s.")


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
    """A machine wrote it (out of office, list, report, « late »): never answered, shown to nobody (RULES I15)."""
    bounce: Bounce | None
    """A mail of ours that will never arrive."""
    calendars: tuple[tuple[bytes, str | None], ...]
    """Its calendar parts, decoded, each once, with the method that its Content-Type says."""
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
    word is taken. Raises Unreadable beyond 1 MB or ten storeys of parts (RULES I18).
    """
    raise NotImplementedError
