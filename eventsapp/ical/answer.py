"""Answers to invitations, read (iTIP, RFC 5546): REPLY, COUNTER, REFRESH.

Liberal in form, since every calendar program has habits of its own (RULES I3, I4); strict in bounds
(RULES I18). What is not UID, RECURRENCE-ID, SEQUENCE, DTSTAMP, ATTENDEE, ORGANIZER or COMMENT is never
looked at, but for the hour and the place that a COUNTER proposes (RULES I11, I12).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from eventsapp.ical.lines import Component, Line, components, moment, unescaped
from eventsapp.ical.text import one_line
from eventsapp.refusals import Refusal, msgid
from eventsapp.typed import shown

LARGEST = 256 * 1024
"""Octets of a calendar part (RULES I18)."""
MOST_EVENTS = 5
MOST_ATTENDEES = 20
"""Of one VEVENT: ours invite one, and an answer speaks for one."""
LONGEST_COMMENT = 2000
_LONGEST_LOCATION = 300
_LONGEST_UID = 255  # RFC 7986 section 5.3
_LONGEST_ADDRESS = 254  # RFC 5321 section 4.5.3.1.3
_HIGHEST = 2**31 - 1
_NO_ANSWER = "NEEDS-ACTION"
PARTSTATS = frozenset({"ACCEPTED", "DECLINED", "TENTATIVE", "DELEGATED", _NO_ANSWER})
"""What `Answer.partstat` may be (RULES I10)."""
_READ = {"UID", "RECURRENCE-ID", "SEQUENCE", "DTSTAMP", "ATTENDEE", "ORGANIZER", "COMMENT"}
_PROPOSED = {"DTSTART", "DTEND", "LOCATION"}
_DIGITS = re.compile(r"\s*\+?(\d{1,18})", re.ASCII)
_MAILTO = re.compile(r"[\s<\"']*(?:mailto:)?[\s<]*([^\s<>\"']*)", re.IGNORECASE)


class Kind(StrEnum):
    """The methods that are read (RULES Q11)."""

    REPLY = "REPLY"
    COUNTER = "COUNTER"
    REFRESH = "REFRESH"


class Unreadable(Refusal):
    """What came is no answer that can be read: it is kept for somebody to look at."""

    sentence = msgid("Cet agenda joint n’a pas pu être lu.")


class NoAnswer(Unreadable):
    """A calendar, but none that answers an invitation: somebody's own one, or a file."""

    sentence = msgid("Cet agenda joint ne répond à aucune invitation.")


class TooMuch(Unreadable):
    """More octets, events or people than any answer to one invitation holds (RULES I18)."""

    sentence = msgid("Cet agenda joint est trop grand pour une réponse.")


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
    """DTSTAMP, in UTC; None where there is none or it cannot be read. Its clock is the sender's."""
    partstat: str
    """ACCEPTED, DECLINED, TENTATIVE or DELEGATED; whatever else stands there is NEEDS-ACTION (RULES I10)."""
    organizer: str | None = None
    """The address, in lower case; None where it lacks, as in what outlook.com sends (RULES I3)."""
    recurrence_id: datetime | date | None = None
    comment: str = ""
    """What they wrote, cleaned: to be shown, never obeyed (RULES I10). At most 2,000 characters."""
    guests: int = 0
    """X-NUM-GUESTS, from 0 to 99: to be shown, never obeyed."""
    starts_at: datetime | date | None = None
    """Of a COUNTER: when it proposes to begin, in UTC (a date for a whole day)."""
    ends_at: datetime | date | None = None
    location: str = ""
    """Of a COUNTER: where; on one line."""


def read(octets: bytes, *, method: str | None = None) -> tuple[Answer, ...]:
    """The answers of one calendar part, one a VEVENT and invited address, in their order.

    `method` is what the Content-Type says, where it says it: the METHOD inside comes first (RULES I4).
    Raises Unreadable for anything else than an answer, or one beyond the bounds; nothing else.
    """
    if len(octets) > LARGEST:
        raise TooMuch
    wanted = {"VCALENDAR": {"METHOD"}, "VEVENT": _READ | _PROPOSED}
    events: list[Component] = []
    said = ""
    for component in components(octets, wanted):
        if component.name == "VEVENT":
            events.append(component)
        else:
            said = said or component.value("METHOD")
        if len(events) > MOST_EVENTS:
            raise TooMuch
    kind = _kind(said or method or "")
    named = [event for event in events if _uid(event)]
    if not named:
        raise Unreadable
    return tuple(answer for event in named for answer in _answers(kind, event))


def _kind(method: str) -> Kind:
    try:
        return Kind(method.strip(' "').upper())
    except ValueError:
        raise NoAnswer from None


def _uid(event: Component) -> str:
    uid = event.value("UID")
    return uid if len(uid) <= _LONGEST_UID else ""


def _answers(kind: Kind, event: Component) -> Iterator[Answer]:
    attendees: list[Line | None] = [line for line in event.lines if line.name == "ATTENDEE"]
    if len(attendees) > MOST_ATTENDEES:
        raise TooMuch
    organizer = _address(event.first("ORGANIZER"))
    is_counter = kind is Kind.COUNTER
    stamp = moment(event.first("DTSTAMP"), floating="UTC")
    for attendee in attendees or [None]:
        yield Answer(
            kind=kind,
            uid=_uid(event),
            attendee=_address(attendee),
            sequence=_number(event.value("SEQUENCE"), most=_HIGHEST),
            stamp=stamp if isinstance(stamp, datetime) else None,
            partstat=_partstat(attendee),
            organizer=organizer or None,
            recurrence_id=moment(event.first("RECURRENCE-ID")),
            comment=_comment(event, attendee),
            guests=_number(_parameter(attendee, "X-NUM-GUESTS"), most=99),
            starts_at=moment(event.first("DTSTART")) if is_counter else None,
            ends_at=moment(event.first("DTEND")) if is_counter else None,
            location=_location(event) if is_counter else "",
        )


def _location(event: Component) -> str:
    return one_line(shown(unescaped(event.value("LOCATION"))))[:_LONGEST_LOCATION]


def _address(line: Line | None) -> str:
    """An address in lower case; the EMAIL beside it where the value is a path or a number, as in Apple's."""
    if line is None:
        return ""
    for said in (line.value, line.parameters.get("EMAIL", "")):
        found = _MAILTO.match(said)
        address = shown(found[1]).lower() if found else ""
        if "@" in address and len(address) <= _LONGEST_ADDRESS:
            return address
    return ""


def _partstat(attendee: Line | None) -> str:
    said = _parameter(attendee, "PARTSTAT").strip().upper()
    return said if said in PARTSTATS else _NO_ANSWER


def _comment(event: Component, attendee: Line | None) -> str:
    """COMMENT, each once; where there is none, what Google writes beside the attendee."""
    said = [shown(unescaped(line.value)).strip() for line in event.lines if line.name == "COMMENT"]
    said = said or [shown(unescaped(_parameter(attendee, "X-RESPONSE-COMMENT"))).strip()]
    return "\n".join(dict.fromkeys(filter(None, said)))[:LONGEST_COMMENT]


def _parameter(line: Line | None, name: str) -> str:
    return line.parameters.get(name, "") if line else ""


def _number(said: str, *, most: int) -> int:
    found = _DIGITS.match(said)
    return min(int(found[1]), most) if found else 0
