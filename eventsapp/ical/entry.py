"""What a calendar is told of one event, and of the two people of an invitation."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

# The form that browsers accept (WHATWG HTML, "valid e-mail address"): ASCII, no quotes, no
# spaces, hence nothing that could end a header line or a calendar line.
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_WEB_ADDRESS = re.compile(r"https?://[!-~]+")
_UID = re.compile(r"[!-~]{1,255}")


class Status(StrEnum):
    """Whether the event takes place (RFC 5545 section 3.8.1.11)."""

    TENTATIVE = "TENTATIVE"
    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One event on one date: one VEVENT.

    Instants are aware (any zone) and written as Paris wall-clock hours. `uid` is random and kept
    for ever (RFC 7986 section 5.3). `url` is a public page, `location` one line, `latitude` and
    `longitude` decimal degrees, `image` the address of a public picture in WebP. `sequence`
    and `changed_at` rise with the event's changes. `transparent` leaves its readers free at that hour. Texts
    are cleaned when written.

    Raises ValueError for what no calendar could hold: it is our mistake, never a reader's.
    """

    uid: str
    starts_at: datetime
    ends_at: datetime
    summary: str
    created_at: datetime
    changed_at: datetime
    description: str = ""
    location: str = ""
    url: str = ""
    latitude: float | None = None
    longitude: float | None = None
    image: str = ""
    categories: tuple[str, ...] = ()
    status: Status = Status.CONFIRMED
    sequence: int = 0
    transparent: bool = False

    def __post_init__(self) -> None:
        if not _UID.fullmatch(self.uid):
            raise ValueError(f"not a UID: {self.uid!r}")
        for name in ("starts_at", "ends_at", "created_at", "changed_at"):
            require_aware(name, getattr(self, name))
        if self.ends_at <= self.starts_at:
            raise ValueError(f"the event {self.uid} ends before it starts")
        for address in filter(None, (self.url, self.image)):
            if not _WEB_ADDRESS.fullmatch(address):
                raise ValueError(f"not an absolute web address in ASCII: {address!r}")
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError("a latitude goes with a longitude")
        if not (-90 <= (self.latitude or 0) <= 90 and -180 <= (self.longitude or 0) <= 180):
            raise ValueError(f"not on Earth: {self.latitude}, {self.longitude}")
        if self.sequence < 0:
            raise ValueError("a sequence counts from zero")


@dataclass(frozen=True)
class Organizer:
    """Who invites: the name that calendars show, and the address that answers reach.

    The address must be the From of the message that carries the invitation, and the same in all
    messages about that event. Raises ValueError if it is no plain ASCII address.
    """

    name: str
    address: str

    def __post_init__(self) -> None:
        _require_address(self.address)


@dataclass(frozen=True)
class Attendee:
    """Who is invited: the address is exactly the To of the message.

    Raises ValueError if it is no plain ASCII address (an accented domain has an ASCII form).
    """

    name: str
    address: str

    def __post_init__(self) -> None:
        _require_address(self.address)


def require_aware(name: str, moment: datetime) -> None:
    """Raises ValueError if `moment` has no zone: a floating hour means another one to each reader."""
    if moment.utcoffset() is None:
        raise ValueError(f"{name} has no time zone: {moment}")


def _require_address(address: str) -> None:
    if not _ADDRESS.fullmatch(address):
        raise ValueError(f"not a plain ASCII mail address: {address!r}")
