"""Lists of contacts taken over: read, shown as what would happen, then done at once or not at all.

What would happen is worked out anew from the stored lines each time it is asked, and what is done is
compared with what was shown: a directory that changed in between is shown again first.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias

from flask_babel import gettext
from sqlalchemy import delete, select

from eventsapp import journal
from eventsapp.codes import fingerprint, slug_from
from eventsapp.database import as_typed, db, rows_changed
from eventsapp.directory import contacts, listings, sheets
from eventsapp.directory.contacts import Answers, Details, Place
from eventsapp.directory.listings import VenueFilters
from eventsapp.directory.models import Contact, ContactImport
from eventsapp.directory.sheets import Line, Table
from eventsapp.places.models import Territory, Venue
from eventsapp.refusals import Conflict, Refusal, msgid

KEPT = timedelta(hours=1)
"""How long a list waits to be taken over: its lines are names and numbers."""

MISTAKES = {"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"}
"""What a spreadsheet shows where a formula has no value."""

Key: TypeAlias = tuple[str, int]


class PlaceNotSaid(Refusal):
    """A line without a place: often a merged cell, which only its first line holds."""

    sentence = msgid(
        "Il manque le lieu ou la structure. Une cellule fusionnée ? Répétez-le sur chaque ligne."
    )


class TwoPlaces(Refusal):
    """A line with a venue and an organisation."""

    sentence = msgid("Un lieu et une structure sur la même ligne : gardez l’un des deux.")


class PlaceUnknown(Refusal):
    """Nothing of that name here. Parameter: `place`."""

    sentence = msgid("Aucun lieu et aucune structure d’ici ne s’appelle « %(place)s ».")


class PlaceAmbiguous(Refusal):
    """Several have that name. Parameter: `place`."""

    sentence = msgid("Plusieurs lieux ou structures s’appellent « %(place)s » : écrivez le nom entier.")


class LineTwice(Refusal):
    """The same contact again. Parameter: `line`, where it stood first."""

    sentence = msgid("Cette ligne répète la ligne %(line)s.")


class FormulaMistake(Refusal):
    """A cell without a value. Parameter: `mistake`, as the spreadsheet shows it."""

    sentence = msgid("Une cellule contient une erreur de formule : %(mistake)s.")


class ImportIsOver(Conflict):
    """Taken over already, or forgotten."""

    sentence = msgid("Cette liste est déjà importée.")


class DirectoryChanged(Conflict):
    """What would happen is no longer what was shown."""

    sentence = msgid("Le répertoire a changé entre-temps. Relisez ce qui va se passer, puis confirmez.")


@dataclass(frozen=True)
class Step:
    """What a line does: a new contact, or a change of `contact` (`changes`: which details)."""

    line: int
    place: Place
    details: Details
    contact: Contact | None = None
    changes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Problem:
    """A line that is left out, and why, in the reader's language."""

    line: int
    sentence: str


@dataclass
class Plan:
    """What taking a list over would do."""

    new: list[Step] = field(default_factory=list)
    changed: list[Step] = field(default_factory=list)
    unchanged: list[Step] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def fingerprint(self) -> str:
        """Says whether what would happen is what was shown."""
        said = [
            [(step.line, step.contact.id if step.contact else 0, step.changes) for step in steps]
            for steps in (self.new, self.changed, self.unchanged)
        ]
        return fingerprint(json.dumps([said, [problem.line for problem in self.problems]]))


def keep(table: Table, territory: Territory, *, now: datetime) -> ContactImport:
    """Keeps a list that was read until it is taken over or an hour has gone; nothing else is written."""
    kept = ContactImport(
        territory_id=territory.id,
        lines=[[line.number, line.cells] for line in table.lines],
        ignored=list(table.ignored),
        sent_at=now,
    )
    db.session.add(kept)
    db.session.flush()
    return kept


def plan(kept: ContactImport, territory: Territory, *, now: datetime) -> Plan:
    """What taking it over would do; three statements. Raises ImportIsOver."""
    if kept.done_at is not None or kept.sent_at < now - KEPT:
        raise ImportIsOver()
    places = _Places(territory)
    known = _Known(places)
    made = Plan()
    seen: dict[tuple[Key, str], int] = {}
    for number, cells in kept.lines:
        try:
            _plan_line(Line(number, cells), places, known, seen, made)
        except Refusal as refusal:
            made.problems.append(Problem(number, gettext(refusal.sentence, **refusal.parameters)))
    return made


def take_over(
    number: int, territory: Territory, *, shown: str, verified: bool, actor: str, now: datetime
) -> Plan:
    """Does what was shown, all of it: lines with a problem are left out.

    `shown` is the fingerprint of the plan that was looked at; `verified`: whoever sends the list says that
    it is right as of now. Raises NotFound, ImportIsOver, DirectoryChanged.
    """
    contacts.lock(territory)
    kept = listings.import_by_id(number, territory)
    db.session.refresh(kept)
    done = plan(kept, territory, now=now)
    if done.fingerprint != shown:
        raise DirectoryChanged()
    for step in done.new:
        contact = contacts.new(step.place, step.details, now=now)
        contact.verified_at = now if verified else None
        db.session.add(contact)
    for step in (*done.changed, *done.unchanged):
        if step.contact is not None and step.changes:
            contacts.write(step.contact, step.details)
        if step.contact is not None and verified:
            step.contact.verified_at = now
    kept.lines, kept.done_at = [], now
    counts = {"new": len(done.new), "changed": len(done.changed), "left_out": len(done.problems)}
    journal.note(actor, "taken over", kept, now=now, territory_id=territory.id, **counts)
    return done


def forget_old(now: datetime) -> int:
    """Forgets lists that were sent an hour ago, taken over or not."""
    return rows_changed(delete(ContactImport).where(ContactImport.sent_at < now - KEPT))


def _plan_line(
    line: Line, places: _Places, known: _Known, seen: dict[tuple[Key, str], int], made: Plan
) -> None:
    mistake = next((cell for cell in line.cells.values() if cell in MISTAKES), None)
    if mistake:
        raise FormulaMistake(mistake=mistake)
    place = places.meant(line.cells)
    contact = known.match(place, line.cells)
    details = contacts.read(_answers(line.cells, contact))
    # Two lines may also speak of one known contact, by its name and by its address.
    known_as = f"#{contact.id}" if contact else None
    for said in filter(None, (as_typed(details.name), (details.email or "").lower(), known_as)):
        first = seen.setdefault((_key(place), said), line.number)
        if first != line.number:
            raise LineTwice(line=first)
    changes = _changes(contact, details) if contact else ()
    step = Step(line.number, place, details, contact, changes)
    (made.new if contact is None else made.changed if changes else made.unchanged).append(step)


class _Places:
    """The places of a territory by what they may be called; two statements."""

    def __init__(self, territory: Territory) -> None:
        self.venues = listings.venues(territory, VenueFilters())
        self.organisations = listings.organisations(territory)
        self._venues = _by_name((one, (one.name, one.short_name)) for one in self.venues)
        self._organisations = _by_name((one, (one.name,)) for one in self.organisations)

    def meant(self, cells: Mapping[str, str]) -> Place:
        """The place of a line. Raises PlaceNotSaid, TwoPlaces, PlaceUnknown, PlaceAmbiguous."""
        said = {
            name: cells[name] for name in (sheets.PLACE, sheets.VENUE, sheets.ORGANISATION) if name in cells
        }
        if not said:
            raise PlaceNotSaid()
        if len(said) > 1:
            raise TwoPlaces()
        ((column, name),) = said.items()
        found: list[Place] = []
        if column != sheets.ORGANISATION:
            found += self._venues.get(_folded(name), [])
        if column != sheets.VENUE:
            found += self._organisations.get(_folded(name), [])
        if not found:
            raise PlaceUnknown(place=name[:80])
        if len(found) > 1:
            raise PlaceAmbiguous(place=name[:80])
        return found[0]


class _Known:
    """The contacts that are there, by place and by address or name; one statement."""

    def __init__(self, places: _Places) -> None:
        self._by_said: dict[tuple[Key, str], Contact] = {}
        everybody = db.session.scalars(
            select(Contact)
            .where(
                Contact.venue_id.in_([one.id for one in places.venues])
                | Contact.organisation_id.in_([one.id for one in places.organisations]),
                Contact.ended_at.is_(None),
            )
            .order_by(Contact.id)
        )
        for contact in everybody:
            key: Key = (
                ("venue", contact.venue_id)
                if contact.venue_id
                else ("organisation", contact.organisation_id or 0)
            )
            for said in filter(None, (as_typed(contact.name), (contact.email or "").lower())):
                self._by_said.setdefault((key, said), contact)

    def match(self, place: Place, cells: Mapping[str, str]) -> Contact | None:
        """The contact that a line speaks of: by its name, else by its address."""
        name, email = _name(cells), cells.get(sheets.EMAIL, "").lower()
        key = _key(place)
        return self._by_said.get((key, as_typed(name))) or self._by_said.get((key, email))


def _by_name(named: Iterable[tuple[Place, tuple[str, ...]]]) -> dict[str, list[Place]]:
    found: dict[str, list[Place]] = {}
    for place, names in named:
        for name in {_folded(one) for one in names}:
            found.setdefault(name, []).append(place)
    return found


def _folded(name: str) -> str:
    """« École Curial » and « ecole  CURIAL » are one place."""
    return slug_from(name, longest=200)


def _key(place: Place) -> Key:
    return ("venue" if isinstance(place, Venue) else "organisation", place.id)


def _answers(cells: Mapping[str, str], contact: Contact | None) -> Answers:
    """What a line says of a contact. An empty cell says nothing: what is known stays."""
    return Answers(
        name=_name(cells) or (contact.name if contact else ""),
        function=cells.get(sheets.FUNCTION) or (contact.function if contact else ""),
        email=cells.get(sheets.EMAIL) or ((contact.email or "") if contact else ""),
        phone=_dialled(cells.get(sheets.PHONE, "")) or ((contact.phone or "") if contact else ""),
        hours=cells.get(sheets.HOURS) or (contact.hours if contact else ""),
    )


def _name(cells: Mapping[str, str]) -> str:
    return " ".join(" ".join((cells.get(sheets.FIRST_NAME, ""), cells.get(sheets.NAME, ""))).split())


def _dialled(typed: str) -> str:
    """A number as it was before a spreadsheet took it for one: « 639980000 » had a zero."""
    if re.fullmatch("[1-9][0-9]{8}", typed):
        return f"0{typed}"
    return f"+{typed}" if re.fullmatch("33[1-9][0-9]{8}", typed) else typed


def _changes(contact: Contact, details: Details) -> tuple[str, ...]:
    """Which details a line would change; a number written otherwise is the same number."""
    phone = details.phone.e164 if details.phone else None
    pairs = {
        sheets.NAME: (contact.name, details.name),
        sheets.FUNCTION: (contact.function, details.function),
        sheets.EMAIL: (contact.email, details.email),
        sheets.PHONE: (contact.phone_e164, phone),
        sheets.HOURS: (contact.hours, details.hours),
    }
    return tuple(name for name, (before, after) in pairs.items() if before != after)
