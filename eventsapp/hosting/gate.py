"""Who comes to a school for an event: added, taken off, and forgotten the day after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import delete, func, or_, select, update

from eventsapp import journal
from eventsapp.agenda import revisions, scheduling
from eventsapp.agenda.models import Event
from eventsapp.clock import PARIS, day_of, local
from eventsapp.database import db, rows_changed
from eventsapp.hosting.models import Authorisation, DateAnswer, HostAnswer, Speaker
from eventsapp.people import contacts
from eventsapp.refusals import Conflict, NotFound, Refusal, msgid

MOST = 20
"""Names on one gate list: more than any school lets in."""
LONGEST_NAME, LONGEST_ORGANISATION, LONGEST_NEEDS = 60, 80, 240
USUALLY = timedelta(minutes=15)
"""How long before and after, when nothing else is said."""


class HourMissing(Refusal):
    """No hour, or none that a clock shows."""

    sentence = msgid("Écrivez une heure comme 9:15.")


class LeavesBeforeArriving(Refusal):
    """Whoever comes leaves afterwards."""

    sentence = msgid("L’heure de départ doit venir après l’heure d’arrivée.")


class EnoughSpeakers(Conflict):
    """As many as a gate can check."""

    sentence = msgid("La liste a déjà %(most)s noms. Retirez-en un d’abord.")


@dataclass(frozen=True)
class Visitor:
    """Who comes, as it was typed; hours on a Paris clock, on the day of the event."""

    name: str
    organisation: str = ""
    arrives: time | None = None
    leaves: time | None = None
    needs: str = ""


def usual_hours(event: Event) -> tuple[time, time]:
    """When one comes and goes, on a Paris clock, if nothing else is said."""
    arrives, leaves = event.starts_at - USUALLY, event.ends_at + USUALLY
    return arrives.astimezone(PARIS).time(), leaves.astimezone(PARIS).time()


def add(event: Event, visitor: Visitor, *, actor: str, now: datetime) -> Speaker:
    """One more name on the gate list of an event.

    The caller has asked who may. Raises NameMissing, TooLong, HourMissing, LeavesBeforeArriving,
    EnoughSpeakers, EventIsPast, EventIsCancelled.
    """
    name = contacts.name_of(visitor.name, field="name", longest=LONGEST_NAME)
    organisation = contacts.text(visitor.organisation, field="organisation", longest=LONGEST_ORGANISATION)
    needs = contacts.text(visitor.needs, field="needs", longest=LONGEST_NEEDS)
    revisions.lock(event)
    scheduling.refuse_settled(event, now)
    arrives = _on(event.starts_at, visitor.arrives, "arrives")
    leaves = _on(event.ends_at, visitor.leaves, "leaves")
    if leaves <= arrives:
        raise LeavesBeforeArriving(field="leaves")
    if (db.session.scalar(select(func.count(Speaker.id)).where(Speaker.event_id == event.id)) or 0) >= MOST:
        raise EnoughSpeakers(most=MOST)
    minute = timedelta(minutes=1)
    speaker = Speaker(
        event=event,
        name=name,
        organisation=organisation,
        minutes_before=(event.starts_at - arrives) // minute,
        minutes_after=(leaves - event.ends_at) // minute,
        needs=needs,
        added_at=now,
        added_by=actor,
    )
    db.session.add(speaker)
    db.session.flush()
    journal.note(actor, "added", speaker, now=now, territory_id=event.territory_id, event=event.id)
    return speaker


def by_id(number: int, event: Event) -> Speaker:
    """One name of the gate list of an event. Raises NotFound for another event's, too."""
    speaker = db.session.scalars(
        select(Speaker).where(Speaker.id == number, Speaker.event_id == event.id)
    ).first()
    if speaker is None:
        raise NotFound()
    return speaker


def remove(speaker: Speaker, *, actor: str, now: datetime) -> None:
    """One name less; its row is gone at once."""
    event = db.session.get_one(Event, speaker.event_id)
    journal.note(actor, "removed", speaker, now=now, territory_id=event.territory_id, event=event.id)
    db.session.delete(speaker)


def forget_past(now: datetime) -> int | None:
    """The day after an event its gate list is deleted, and what people said around it; how many names, or
    None. That it was yes or no stays, and who said so by number."""
    past = select(Event.id).where(Event.ends_at < local(day_of(now), 0))
    worded = or_(DateAnswer.wished != "", DateAnswer.words != "", DateAnswer.confirmed_by != "")
    answers = update(DateAnswer).where(DateAnswer.event_id.in_(past), worded)
    rows_changed(answers.values(wished="", words="", confirmed_by=""))
    hosts = update(HostAnswer).where(HostAnswer.event_id.in_(past), HostAnswer.words != "")
    rows_changed(hosts.values(words=""))
    notes = update(Authorisation).where(Authorisation.event_id.in_(past), Authorisation.note != "")
    rows_changed(notes.values(note=""))
    return rows_changed(delete(Speaker).where(Speaker.event_id.in_(past))) or None


def _on(moment: datetime, hour: time | None, field: str) -> datetime:
    """The instant of an hour on the Paris day of a moment."""
    if hour is None:
        raise HourMissing(field=field)
    return local(day_of(moment), hour.hour, hour.minute)
