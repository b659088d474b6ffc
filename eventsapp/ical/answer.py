"""Answers to invitations, read (iTIP, RFC 5546): REPLY, COUNTER, REFRESH.

Liberal in form, since every calendar program has habits of its own; strict in bounds (RULES I18).
What is not UID, RECURRENCE-ID, SEQUENCE, DTSTAMP, ATTENDEE or COMMENT is never looked at, but the
hour and place that a COUNTER proposes (RULES I11, I12).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from eventsapp.refusals import Refusal, msgid


class Kind(StrEnum):
    """The methods that are read (RULES Q11)."""

    REPLY = "REPLY"
    COUNTER = "COUNTER"
    REFRESH = "REFRESH"


class Unreadable(Refusal):
    """What came is no answer that can be read: it is kept for somebody to look at."""

    sentence = msgid("Cette réponse n’a pas pu être lue : %(problem)s.")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What one VEVENT of an answer says of one invited address. Nothing in it is trusted yet (RULES I5)."""

    kind: Kind
    uid: str
    attendee: str
    """The address, in lower case, without « mailto: »; empty where none stands there."""
    sequence: int
    """0 where none stands there (RFC 5545 section 3.8.7.4)."""
    stamp: datetime | None
    """DTSTAMP, in UTC; None where there is none or it cannot be read."""
    partstat: str
    """ACCEPTED, DECLINED, TENTATIVE or DELEGATED; whatever else stands there is NEEDS-ACTION (RULES I10)."""
    organizer: str | None = None
    """The address, in lower case; None where it lacks, as in what outlook.com sends (RULES I3)."""
    recurrence_id: datetime | date | None = None
    comment: str = ""
    """What they wrote, cleaned: to be shown, never obeyed (RULES I10)."""
    guests: int = 0
    """X-NUM-GUESTS, from 0 to 99: to be shown, never obeyed."""
    starts_at: datetime | date | None = None
    """Of a COUNTER: when it proposes to begin, in UTC (a date for a whole day)."""
    ends_at: datetime | date | None = None
    location: str = ""
    """Of a COUNTER: where; on one line."""


def read(octets: bytes, *, method: str | None = None) -> tuple[Answer, ...]:
    """The answers of one calendar part, one an invited address and VEVENT, in their order.

    `method` is what the Content-Type says, where it says it: the METHOD inside comes first (RULES I4).
    Raises Unreadable for anything else than an answer, or one beyond the bounds.
    """
    raise NotImplementedError
