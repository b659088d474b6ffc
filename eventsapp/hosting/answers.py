"""« Oui », « Non », « Autre date »: said of a date by whoever keeps the place, or noted after a call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from eventsapp import journal
from eventsapp.agenda import revisions, scheduling
from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.hosting.models import Answer, DateAnswer, terms_of
from eventsapp.people import contacts
from eventsapp.refusals import Conflict, Refusal, msgid
from eventsapp.typed import line

LONGEST_WISHED, LONGEST_WORDS, LONGEST_ROOM, LONGEST_NAME = 240, 500, 80, 60


class AnswerMissing(Refusal):
    """None of the three."""

    sentence = msgid("Choisissez « Oui », « Non » ou « Autre date ».")


class OtherDateMissing(Refusal):
    """Another date, but which?"""

    sentence = msgid("Écrivez au moins une date possible.")


class DateHasChanged(Conflict):
    """What was answered is another hour or place than the one that was shown."""

    sentence = msgid("Cette date a changé depuis que vous avez ouvert la page. Relisez-la, puis répondez.")


class ConfirmedByMissing(Refusal):
    """Somebody said so on the phone; who?"""

    sentence = msgid("Écrivez le nom de la personne qui a répondu.")


@dataclass(frozen=True)
class Said:
    """What was typed: one of Answer's values, other days, some words, the room; and what was shown."""

    answer: str
    wished: str = ""
    words: str = ""
    room: str = ""
    former_room: str | None = None
    """The room that was shown: left as it was, it says nothing of the one there is by now."""
    shown: str = ""
    """`terms_of` the event that was shown; "" asks nothing."""


def give(event: Event, said: Said, *, actor: str, now: datetime) -> bool:
    """An answer of the place's own, by link or account; False when it says nothing new.

    The caller has asked who may. Raises AnswerMissing, OtherDateMissing, DateHasChanged, TooLong, Unwritable,
    EventIsPast, EventIsCancelled.
    """
    return _keep(event, said, "", actor=actor, now=now)


def note_call(event: Event, said: Said, confirmed_by: str, *, actor: str, now: datetime) -> bool:
    """An answer given on the phone by somebody, as `give`. Raises ConfirmedByMissing too."""
    known_as = line(confirmed_by, field="confirmed_by")
    if not known_as:
        raise ConfirmedByMissing(field="confirmed_by")
    name = contacts.name_of(known_as, field="confirmed_by", longest=LONGEST_NAME)
    return _keep(event, said, name, actor=actor, now=now)


def _keep(event: Event, said: Said, confirmed_by: str, *, actor: str, now: datetime) -> bool:
    revisions.lock(event)
    scheduling.refuse_settled(event, now)
    if said.shown and said.shown != terms_of(event):
        raise DateHasChanged()
    answer = _read(said.answer)
    wished = contacts.text(said.wished, field="wished", longest=LONGEST_WISHED)
    words = contacts.text(said.words, field="words", longest=LONGEST_WORDS)
    room = contacts.text(said.room, field="room", longest=LONGEST_ROOM)
    if answer is Answer.OTHER_DATE and not wished:
        raise OtherDateMissing(field="wished")
    if room != said.former_room:
        scheduling.reschedule(event, room=room, actor=actor, now=now)
    row = db.session.scalars(select(DateAnswer).where(DateAnswer.event_id == event.id)).first()
    told = {"answer": answer, "wished": wished, "words": words, "confirmed_by": confirmed_by}
    if row and row.still_stands(event) and all(getattr(row, name) == one for name, one in told.items()):
        return False
    row = row or DateAnswer(event_id=event.id)
    for name, one in told.items():
        setattr(row, name, one)
    row.speaks_of(event)
    row.answered_at, row.answered_by = now, actor
    db.session.add(row)
    db.session.flush()
    journal.note(
        actor,
        "answered",
        row,
        now=now,
        territory_id=event.territory_id,
        event=event.id,
        answer=answer.value,
    )
    return True


def _read(typed: str) -> Answer:
    try:
        return Answer(typed)
    except ValueError as error:
        raise AnswerMissing(field="answer") from error
