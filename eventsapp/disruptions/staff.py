"""Who answers for what changes: the owners of its hosts, and the contacts of its places; in five statements.

Each is told once, of all that concerns them, in one letter or one call.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from sqlalchemy import select

from eventsapp.access import readers as readers_at
from eventsapp.database import db
from eventsapp.directory.models import Contact
from eventsapp.disruptions.changes import Change
from eventsapp.mailroom.outbox import Reader
from eventsapp.people.models import Account, Organisation
from eventsapp.places.models import Venue

Thing = TypeVar("Thing", Organisation, Venue)


class Office(StrEnum):
    """What somebody answers for."""

    HOST = "structure"
    PLACE = "lieu"


@dataclass
class StaffReader:
    """Somebody to tell, and of what."""

    office: Office
    name: str
    """Of the organisation or the place."""
    reader: Reader
    changes: list[Change] = field(default_factory=list)


@dataclass(frozen=True)
class Staff:
    """Whom to tell, and the organisations and places where nobody can be reached, by name."""

    readers: Sequence[StaffReader]
    unreachable: Sequence[str]


def concerned_by(changes: Iterable[Change], *, but: str = "") -> Staff:
    """Whom these changes concern, hosts first; nobody twice: one mailbox or number gets one letter.

    `but`: an actor who knows, having made them.
    """
    by_host: defaultdict[int, list[Change]] = defaultdict(list)
    by_place: defaultdict[int, list[Change]] = defaultdict(list)
    names: dict[tuple[Office, int], str] = {}
    organisations: dict[int, Organisation] = {}
    for change in changes:
        for host in _different(change.before.host, change.holder):
            by_host[host.id].append(change)
            organisations[host.id], names[Office.HOST, host.id] = host, host.name
        for venue in _different(change.before.venue, None if change.cancels else change.place):
            by_place[venue.id].append(change)
            names[Office.PLACE, venue.id] = venue.name
    hosts = readers_at.of_organisations(list(organisations.values()))
    places = readers_at.of_places(by_place)
    found: dict[str, StaffReader] = {}
    who_knows = _addresses_of(but)
    unreachable: list[str] = []
    offices = [(Office.HOST, by_host, hosts), (Office.PLACE, by_place, places)]
    for office, theirs, readers in offices:
        for number, listed in theirs.items():
            if not readers.get(number):
                unreachable.append(names[office, number])
            for reader in readers.get(number, []):
                if reader.address.lower() in who_knows:
                    continue
                known = found.setdefault(
                    reader.address.lower(), StaffReader(office, names[office, number], reader)
                )
                known.changes += [one for one in listed if one not in known.changes]
    return Staff(list(found.values()), unreachable)


def _addresses_of(actor: str) -> set[str]:
    """The mailbox or number of who did it: an account, or a contact by her link; one statement at most."""
    kind, _, number = actor.partition(":")
    if kind == "account":
        email = db.session.scalar(select(Account.email).where(Account.id == int(number)))
        return {email.lower()} if email else set()
    if kind != "contact":
        return set()
    reached = select(Contact.email, Contact.phone_e164).where(Contact.id == int(number))
    row = db.session.execute(reached).first()
    return {address.lower() for address in row or () if address}


def _different(former: Thing | None, new: Thing | None) -> list[Thing]:
    """The former one, and the new one where that is another."""
    return [one for one in (former, new if new is not former else None) if one is not None]
