"""Who answers for what changes: the owners of its hosts, and the contacts of its places; in five statements.

Each is told once, of all that concerns them, in one letter or one call.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from eventsapp.access.models import Grant, Role
from eventsapp.database import db
from eventsapp.directory.models import Contact
from eventsapp.disruptions.changes import Change
from eventsapp.mailroom.outbox import Reader
from eventsapp.people.contacts import phone
from eventsapp.people.models import Account, Organisation
from eventsapp.places.models import Venue
from eventsapp.refusals import Refusal

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
    hosts, places = _readers_of_hosts(organisations), _readers_of_places(by_place)
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


def _readers_of_hosts(organisations: dict[int, Organisation]) -> dict[int, list[Reader]]:
    """Owners; without one, contacts; without any, the organisation's own address or number."""
    readers = _by_grant(Grant.organisation_id, organisations, Role.OWNER)
    for number, found in _by_contact(Contact.organisation_id, organisations).items():
        readers.setdefault(number, found)
    for number, organisation in organisations.items():
        dialled = _dialled(organisation.phone)
        if number not in readers and (organisation.email or dialled):
            own = Reader(name=organisation.name, language="fr", email=organisation.email, phone=dialled)
            readers[number] = [own]
    return readers


def _readers_of_places(places: Collection[int]) -> dict[int, list[Reader]]:
    """School contacts who sign in, and contacts who do not."""
    readers = _by_grant(Grant.venue_id, places, Role.SCHOOL_CONTACT)
    for number, found in _by_contact(Contact.venue_id, places).items():
        readers.setdefault(number, []).extend(found)
    return readers


def _by_grant(
    column: InstrumentedAttribute[int | None], numbers: Collection[int], role: Role
) -> dict[int, list[Reader]]:
    readers: dict[int, list[Reader]] = {}
    if not numbers:
        return readers
    grants = db.session.scalars(
        select(Grant)
        .where(column.in_(numbers), Grant.role == role, Grant.ended_at.is_(None))
        .options(joinedload(Grant.account))
        .order_by(Grant.granted_at, Grant.id)
    )
    for grant in grants:
        number, account = getattr(grant, column.key), grant.account
        reader = Reader(name=account.name, language=account.language, email=account.email)
        readers.setdefault(number, []).append(reader)
    return readers


def _by_contact(
    column: InstrumentedAttribute[int | None], numbers: Collection[int]
) -> dict[int, list[Reader]]:
    readers: dict[int, list[Reader]] = {}
    if not numbers:
        return readers
    contacts = db.session.scalars(
        select(Contact).where(column.in_(numbers), Contact.ended_at.is_(None)).order_by(Contact.id)
    )
    for one in contacts:
        reader = Reader(name=one.name, language=one.language, email=one.email, phone=one.phone_e164)
        if reader.email or reader.phone:
            readers.setdefault(getattr(one, column.key), []).append(reader)
    return readers


def _dialled(typed: str | None) -> str | None:
    """A number that was typed, as it is dialled; None where it is none."""
    if not typed:
        return None
    try:
        number = phone(typed)
    except Refusal:
        return None
    return number.e164 if number else None
