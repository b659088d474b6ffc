"""« Qui sera prévenu »: counted before anything is done, by means and by language; nobody is named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from eventsapp.agenda import telling
from eventsapp.disruptions import staff
from eventsapp.disruptions.changes import Change
from eventsapp.disruptions.staff import Office
from eventsapp.mailroom.models import Channel
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
    means: Channel
    """The first; where `with_mail`, a mail leaves besides."""
    language: str
    people: int
    with_mail: bool = False


@dataclass(frozen=True)
class Told:
    """Every letter and call that a change of several sessions makes."""

    lines: Sequence[Line]
    unreachable: Sequence[str]
    """Organisations and places that nobody can be told for."""
    unwilling: int = 0
    """Registrations of people who want no messages: counted nowhere else."""

    @property
    def mails(self) -> int:
        """How many mails leave."""
        return sum(line.people for line in self.lines if line.means is Channel.MAIL or line.with_mail)

    @property
    def texts(self) -> int:
        """How many text messages leave."""
        return sum(line.people for line in self.lines if line.means is Channel.SMS)

    @property
    def calls(self) -> int:
        """How many calls are to be made."""
        return sum(line.people for line in self.lines if line.means is Channel.CALL)

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
    urgent = [number for number, change in by_event.items() if _is_near(change, now)]
    families, unwilling = Counter[tuple[int, Channel, str, bool]](), 0
    # Those who wait are told as those who are seated.
    for one in registrations.readers_of(list(by_event), urgent=urgent):
        if one.means is None:
            unwilling += one.people
        else:
            families[one.event_id, one.means, one.language, one.with_mail] += one.people
    lines = [
        Line(Who.FAMILIES, [by_event[number]], "", means, language, people, with_mail)
        for (number, means, language, with_mail), people in families.items()
    ]
    answering = staff.concerned_by(changes)
    for reader in answering.readers:
        who = Who.HOST if reader.office is Office.HOST else Who.PLACE
        means = Channel.MAIL if reader.reader.email else Channel.CALL
        lines.append(Line(who, reader.changes, reader.name, means, reader.reader.language, 1))
    return Told(lines, answering.unreachable, unwilling)


def _is_near(change: Change, now: datetime) -> bool:
    return min(change.before.starts_at, change.begins) - now < telling.IMMINENT
