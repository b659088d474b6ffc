"""A calendar program, for the other side: it reads mails and feeds by the letter of RFC 5545, 5546 and 6047.
It imports nothing of eventsapp.

It is a strict one. Where real programs differ it does what the least forgiving of them does: an update whose
SEQUENCE did not rise changes words but never hours (Outlook), a cancellation counts only from the very
organizer and sender of the request (Google), and for a recipient who is the attendee (Nextcloud).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from zoneinfo import ZoneInfo

_LINE = re.compile(r'(?P<name>[A-Z0-9-]+)(?P<params>(?:;[A-Z0-9-]+=(?:"[^"]*"|[^";:,]*))*):(?P<value>.*)\Z')
_PARAM = re.compile(r';([A-Z0-9-]+)=("[^"]*"|[^";:,]*)')
_ESCAPED = re.compile(r"\\([\\;,nN])")


@dataclass(frozen=True)
class Property:
    params: dict[str, str]
    value: str

    @property
    def text(self) -> str:
        return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], self.value)

    @property
    def instant(self) -> datetime:
        if self.value.endswith("Z"):
            return datetime.strptime(self.value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        zone = ZoneInfo(self.params["TZID"])  # floating hours are nobody's
        return datetime.strptime(self.value, "%Y%m%dT%H%M%S").replace(tzinfo=zone).astimezone(UTC)

    @property
    def mailbox(self) -> str:
        return self.value.lower().removeprefix("mailto:")


@dataclass
class Component:
    name: str
    properties: dict[str, list[Property]] = field(default_factory=dict)
    parts: list[Component] = field(default_factory=list)

    def one(self, name: str) -> Property:
        [found] = self.properties[name]
        return found

    def text(self, name: str, default: str = "") -> str:
        return self.one(name).text if name in self.properties else default

    def all(self, name: str) -> list[Component]:
        return [part for part in self.parts if part.name == name]


def read(octets: bytes) -> Component:
    """The one VCALENDAR of an object."""
    root = Component("")
    open_ones = [root]
    for line in _unfolded(octets.decode("utf-8")):
        found = _LINE.match(line)
        assert found, f"no content line: {line!r}"
        name, value = found["name"], found["value"]
        if name == "BEGIN":
            part = Component(value)
            open_ones[-1].parts.append(part)
            open_ones.append(part)
        elif name == "END":
            assert open_ones.pop().name == value
        else:
            params = {key: said.strip('"') for key, said in _PARAM.findall(found["params"])}
            open_ones[-1].properties.setdefault(name, []).append(Property(params, value))
    assert open_ones == [root]
    [calendar] = root.parts
    return calendar


def _unfolded(text: str) -> Iterator[str]:
    yield from text.removesuffix("\r\n").replace("\r\n ", "").replace("\r\n\t", "").split("\r\n")


@dataclass(frozen=True)
class Shown:
    """One date as somebody sees it in their calendar."""

    uid: str
    starts_at: datetime
    ends_at: datetime
    title: str
    place: str


@dataclass(frozen=True)
class Held:
    """What a calendar knows of one UID; a cancelled one is remembered, or an old request would revive it."""

    shown: Shown
    sequence: int
    stamp: datetime
    organizer: str = ""
    is_cancelled: bool = False
    rings: bool = False


def _held(event: Component) -> Held:
    shown = Shown(
        event.text("UID"),
        event.one("DTSTART").instant,
        event.one("DTEND").instant,
        event.text("SUMMARY"),
        event.text("LOCATION"),
    )
    organizer = event.one("ORGANIZER").mailbox if "ORGANIZER" in event.properties else ""
    return Held(
        shown,
        int(event.text("SEQUENCE", "0")),
        event.one("DTSTAMP").instant,
        organizer,
        event.text("STATUS") == "CANCELLED",
        bool(event.all("VALARM")),
    )


class Mailbox:
    """The calendar behind one mailbox, told by mail alone."""

    def __init__(self, address: str) -> None:
        self.address = address.lower()
        self.held: dict[str, Held] = {}
        self.ignored: list[str] = []
        """Why a message changed nothing; a service that is right is never ignored."""

    def receives(self, octets: bytes) -> None:
        """One mail, as it was delivered."""
        mail = message_from_bytes(octets, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        for part in mail.walk():
            if part.get_content_type() == "text/calendar" and part.get_content_disposition() is None:
                body = part.get_payload(decode=True)
                assert isinstance(body, bytes)
                self._obeys(mail, part.get_param("method"), read(body))

    def shows(self) -> dict[str, Shown]:
        return {uid: one.shown for uid, one in self.held.items() if not one.is_cancelled}

    def _obeys(self, mail: EmailMessage, method: object, calendar: Component) -> None:
        [event] = calendar.all("VEVENT")
        told, reason = _held(event), ""
        guests = [one.mailbox for one in event.properties.get("ATTENDEE", [])]
        if calendar.text("METHOD") != method:
            reason = "the method of the part is another (RFC 6047 2.4)"
        elif guests != [self.address]:
            reason = "for somebody else"
        elif told.organizer != mail["From"].addresses[0].addr_spec.lower():
            reason = "not from its organizer"
        elif method == "REQUEST":
            reason = self._request(told)
        elif method == "CANCEL":
            reason = self._cancel(told)
        else:
            reason = f"no method of an invitation: {method}"
        if reason:
            self.ignored.append(f"{method} {told.shown.uid}: {reason}")

    def _request(self, told: Held) -> str:
        known = self.held.get(told.shown.uid)
        if told.is_cancelled:
            return "a request does not cancel"
        if known is None:
            self.held[told.shown.uid] = told
            return ""
        if known.organizer != told.organizer:
            return "another organizer (RFC 5546 3.2.2.4)"
        if told.sequence < known.sequence or (known.is_cancelled and told.sequence == known.sequence):
            return "an old version (RFC 5546 2.1.5)"
        if told.sequence == known.sequence:
            if told.stamp <= known.stamp:
                return "said before (RFC 5546 2.1.5)"
            hours = {"starts_at": known.shown.starts_at, "ends_at": known.shown.ends_at}
            minor = replace(told, shown=replace(told.shown, **hours))
            self.held[told.shown.uid] = minor
            return "" if minor == told else "other hours at the same SEQUENCE (RFC 5546 2.1.4)"
        self.held[told.shown.uid] = told
        return ""

    def _cancel(self, told: Held) -> str:
        known = self.held.get(told.shown.uid)
        if known is None:
            return "nothing known to cancel"
        if known.organizer != told.organizer:
            return "another organizer"
        if told.sequence <= known.sequence:
            return "a CANCEL that does not rise (RFC 5546 2.1.4)"
        if not told.is_cancelled or told.rings:
            return "a CANCEL says STATUS:CANCELLED and rings no more"
        self.held[told.shown.uid] = told
        return ""


class Subscription:
    """A calendar that polls one feed and merges what it reads: what is left out of it stays."""

    def __init__(self) -> None:
        self.held: dict[str, Held] = {}

    def polls(self, octets: bytes) -> None:
        """What the feed says now; DTSTAMP is that of the last change (RFC 5545 3.8.7.2)."""
        for event in read(octets).all("VEVENT"):
            told = _held(event)
            known = self.held.get(told.shown.uid)
            if known is None or (told.sequence, told.stamp) > (known.sequence, known.stamp):
                self.held[told.shown.uid] = told

    def shows(self) -> dict[str, Shown]:
        return {uid: one.shown for uid, one in self.held.items() if not one.is_cancelled}
