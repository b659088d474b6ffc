"""The authorisation to use the premises for one event: to ask for, asked for, granted, refused."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from eventsapp import journal
from eventsapp.agenda import revisions, scheduling
from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.hosting.models import ACCESS_MOVES, AccessStatus, Authorisation
from eventsapp.people import contacts
from eventsapp.refusals import Conflict, Refusal, msgid

LONGEST_NOTE = 240


class StatusMissing(Refusal):
    """None of those there are."""

    sentence = msgid("Choisissez où en est l’autorisation.")


class StatusHasChanged(Conflict):
    """Somebody else settled it, or the event was moved meanwhile."""

    sentence = msgid("L’autorisation a changé entre-temps. Relisez-la, puis recommencez.")


def set_status(event: Event, typed: str, note: str, *, actor: str, now: datetime) -> Authorisation:
    """From one status to another, of the event as it stands; a note says where it was asked for.

    The caller has asked who may. Raises StatusMissing, StatusHasChanged, TooLong, Unwritable, EventIsPast,
    EventIsCancelled.
    """
    try:
        wanted = AccessStatus(typed)
    except ValueError as error:
        raise StatusMissing(field="status") from error
    said = contacts.text(note, field="note", longest=LONGEST_NOTE)
    revisions.lock(event)
    scheduling.refuse_settled(event, now)
    row = db.session.scalars(select(Authorisation).where(Authorisation.event_id == event.id)).first()
    present = row.status if row and row.still_stands(event) else AccessStatus.TO_ASK
    if wanted not in ACCESS_MOVES[present]:
        raise StatusHasChanged()
    row = row or Authorisation(event_id=event.id)
    row.speaks_of(event)
    row.status, row.note, row.changed_at, row.changed_by = wanted, said, now, actor
    db.session.add(row)
    db.session.flush()
    journal.note(
        actor,
        "set",
        row,
        now=now,
        territory_id=event.territory_id,
        event=event.id,
        status=wanted.value,
    )
    return row
