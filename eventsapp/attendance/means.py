"""The line of means: what an event took, as grant files ask for it. Organisations, never people's names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from eventsapp import journal
from eventsapp.agenda.models import Event
from eventsapp.attendance import listings, marking
from eventsapp.attendance.models import EventMeans
from eventsapp.clock import day_of
from eventsapp.database import db
from eventsapp.people import contacts
from eventsapp.programme import years
from eventsapp.refusals import Refusal, msgid
from eventsapp.typed import line as typed_line

MOST_SPEAKERS = 200
MOST_HOURS = 2000
MOST_EUROS = 1_000_000
LONGEST_NAME = 120

HOURS = re.compile(r"(\d{1,4})(?:[.,](\d{1,2}))?h?|(\d{1,4})h(\d{2})", re.ASCII)
"""« 3 », « 2,5 », « 2h30 », spaces left out."""
EUROS = re.compile(r"(\d{1,7})(?:[.,](\d{1,2}))?€?", re.ASCII)


class SpeakersUnreadable(Refusal):
    """How many spoke."""

    sentence = msgid("Écrivez combien de personnes sont intervenues, entre 0 et %(most)s.")


class HoursUnreadable(Refusal):
    """How long."""

    sentence = msgid("Écrivez des heures comme 3, 2,5 ou 2 h 30, jusqu’à %(most)s.")


class EurosUnreadable(Refusal):
    """How much."""

    sentence = msgid("Écrivez un montant en euros comme 120 ou 85,50.")


@dataclass(frozen=True)
class Means:
    """What was said; None: nothing."""

    speakers: int | None
    speakers_from: str
    paid_minutes: int | None
    volunteer_minutes: int | None
    cost_cents: int | None
    funder: str


def speakers(typed: str, *, field: str) -> int | None:
    """How many spoke. Raises SpeakersUnreadable."""
    text = "".join(typed.split())
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 3 and int(text) <= MOST_SPEAKERS):
        raise SpeakersUnreadable(field=field, most=MOST_SPEAKERS)
    return int(text)


def minutes(typed: str, *, field: str) -> int | None:
    """Hours as typed, in minutes. Raises HoursUnreadable."""
    text = "".join(typed.split()).lower()
    if not text:
        return None
    found = HOURS.fullmatch(text)
    if found is None:
        raise HoursUnreadable(field=field, most=MOST_HOURS)
    whole, part, hours, rest = found.groups()
    if hours is not None:
        told = int(hours) * 60 + int(rest) if int(rest) < 60 else MOST_HOURS * 60 + 1
    else:
        told = int(whole) * 60 + round(int((part or "0").ljust(2, "0")) * 0.6)
    if told > MOST_HOURS * 60:
        raise HoursUnreadable(field=field, most=MOST_HOURS)
    return told


def cents(typed: str, *, field: str) -> int | None:
    """Euros as typed, in cents. Raises EurosUnreadable."""
    text = "".join(typed.split())
    if not text:
        return None
    found = EUROS.fullmatch(text)
    if found is None or int(found[1]) > MOST_EUROS:
        raise EurosUnreadable(field=field)
    return int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0"))


def organisation(typed: str, *, field: str) -> str:
    """The name of an organisation; nothing typed is none. Raises TooLong, Unwritable."""
    said = typed_line(typed, field=field)
    if len(said) > LONGEST_NAME:
        raise contacts.TooLong(field=field, most=LONGEST_NAME)
    return said


def keep(event: Event, told: Means, *, actor: str, now: datetime) -> bool:
    """Keeps the line of an event in place of the one before; False when it says the same.

    The caller has asked who may. Raises YearIsClosed.
    """
    years.require_open(event.territory_id, day_of(event.starts_at))
    marking.lock(event)
    before = listings.means_of(event)
    if before is not None and _told_by(before) == told:
        return False
    line = before or EventMeans(event_id=event.id)
    for name, value in vars(told).items():
        setattr(line, name, value)
    line.changed_at = now
    db.session.add(line)
    db.session.flush()
    journal.note(actor, "told means", line, now=now, territory_id=event.territory_id, event=event.id)
    return True


def _told_by(line: EventMeans) -> Means:
    return Means(**{name: getattr(line, name) for name in Means.__dataclass_fields__})
