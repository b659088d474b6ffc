"""« Qui sera prévenu »: counted before anything is done, by means and by language; nobody is named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from eventsapp.disruptions import staff
from eventsapp.disruptions.changes import Change
from eventsapp.disruptions.staff import Office
from eventsapp.registrations import listings as registrations


class Who(StrEnum):
    """Whom a line of the table is about."""

    FAMILIES = "inscrits"
    HOST = "structure"
    PLACE = "lieu"


@dataclass(frozen=True)
class Line:
    """Some letters or calls: who, how, in which language, how many people, about which sessions."""

    who: Who
    changes: Sequence[Change]
    name: str
    """Of the organisation or the place; "" for people who are registered."""
    by_mail: bool
    language: str
    people: int


@dataclass(frozen=True)
class Told:
    """Every letter and call that a change of several sessions makes."""

    lines: Sequence[Line]
    unreachable: Sequence[str]
    """Organisations and places that nobody can be told for."""

    @property
    def mails(self) -> int:
        """How many letters leave."""
        return sum(line.people for line in self.lines if line.by_mail)

    @property
    def calls(self) -> int:
        """How many calls are to be made."""
        return sum(line.people for line in self.lines if not line.by_mail)

    @property
    def languages(self) -> dict[str, int]:
        """How many people are told in each language, the most spoken first."""
        counted: Counter[str] = Counter()
        for line in self.lines:
            counted[line.language] += line.people
        return dict(counted.most_common())

    def of(self, who: Who) -> int:
        """How many people of one sort are told."""
        return sum(line.people for line in self.lines if line.who == who)


def told(changes: Sequence[Change], *, now: datetime) -> Told:
    """Who would be told if these changes were made `now`; six statements at most, whatever the numbers."""
    by_event = {change.event.id: change for change in changes if change.tells_families(now)}
    families = Counter[tuple[int, bool, str]]()
    for one in registrations.readers_of(list(by_event)):  # those who wait are told as those who are seated
        families[one.event_id, one.by_mail, one.language] += one.people
    lines = [
        Line(Who.FAMILIES, [by_event[number]], "", by_mail, language, people)
        for (number, by_mail, language), people in families.items()
    ]
    answering = staff.concerned_by(changes)
    for reader in answering.readers:
        who = Who.HOST if reader.office is Office.HOST else Who.PLACE
        by_mail = bool(reader.reader.email)
        lines.append(Line(who, reader.changes, reader.name, by_mail, reader.reader.language, 1))
    return Told(lines, answering.unreachable)
