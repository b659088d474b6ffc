"""« Nous venons », « Nous ne pouvons pas venir »: said of a school Saturday by who holds it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select

from eventsapp import journal
from eventsapp.agenda import revisions, scheduling
from eventsapp.agenda.models import ActivityKind, Event
from eventsapp.database import db
from eventsapp.hosting.answers import LONGEST_WORDS, DateHasChanged
from eventsapp.hosting.models import Coming, HostAnswer, terms_of
from eventsapp.people import contacts
from eventsapp.refusals import Conflict, Refusal, msgid


class ComingMissing(Refusal):
    """Neither of the two."""

    sentence = msgid("Choisissez « Nous venons » ou « Nous ne pouvons pas venir ».")


class NobodyIsAsked(Conflict):
    """No school Saturday, or nobody holds it by now."""

    sentence = msgid("Pour ce rendez-vous, aucune réponse de structure n’est attendue.")


def is_asked(event: Event) -> bool:
    """Whether somebody holds this event of whom we want to know that they come: school Saturdays only."""
    return event.host_id is not None and event.activity.kind is ActivityKind.SCHOOL_SATURDAY


def say(
    event: Event,
    typed: str,
    words: str,
    *,
    shown: str = "",
    former: bool = False,
    actor: str,
    now: datetime,
) -> bool:
    """Whether its host comes, by one of Coming's values; False when it says nothing new.

    `shown`: `terms_of` the event that was shown, "" asks nothing. `former`: said of what was before a change
    (RULES I8); it stands for nothing, and takes no answer away that stands. The caller has asked who may.
    Raises ComingMissing, NobodyIsAsked, DateHasChanged, TooLong, Unwritable, EventIsPast, EventIsCancelled.
    """
    try:
        coming = Coming(typed)
    except ValueError as error:
        raise ComingMissing(field="coming") from error
    said = contacts.text(words, field="words", longest=LONGEST_WORDS)
    revisions.lock(event)
    scheduling.refuse_settled(event, now)
    if event.host_id is None or not is_asked(event):
        raise NobodyIsAsked()
    if shown and shown != terms_of(event):
        raise DateHasChanged()
    row = db.session.scalars(select(HostAnswer).where(HostAnswer.event_id == event.id)).first()
    if row and row.still_stands(event) and (former or (row.coming, row.words) == (coming, said)):
        return False
    row = row or HostAnswer(event_id=event.id)
    row.host_id, row.coming, row.words = event.host_id, coming, said
    row.speaks_of(event)
    row.answers_former = former
    row.answered_at, row.answered_by = now, actor
    db.session.add(row)
    db.session.flush()
    details = {"event": event.id, "coming": coming.value}
    journal.note(actor, "answered", row, now=now, territory_id=event.territory_id, **details)
    return True


def told_of(events: Collection[Event]) -> dict[int, HostAnswer]:
    """What who holds these events said of them, by their number, of a former hour or place too; one
    statement, or none where nobody is asked."""
    holding = {event.id: event for event in events if is_asked(event)}
    if not holding:
        return {}
    rows = db.session.scalars(select(HostAnswer).where(HostAnswer.event_id.in_(holding)))
    return {row.event_id: row for row in rows if row.is_of_host(holding[row.event_id])}
