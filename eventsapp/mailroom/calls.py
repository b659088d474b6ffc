"""« Personnes à appeler »: letters to people without a mailbox, said by somebody on the phone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select, update

from eventsapp import journal
from eventsapp.database import db
from eventsapp.mailroom.models import Channel, Letter, LetterStatus
from eventsapp.refusals import Conflict, NotFound, msgid


class CallIsSettled(Conflict):
    """Somebody else called meanwhile, or there is nothing left to say."""

    sentence = msgid("Cette personne n’est plus à appeler : c’est déjà fait, ou le rendez-vous est passé.")


def to_make(territory_id: int, *, now: datetime, limit: int = 200) -> Sequence[Letter]:
    """Whom to call: who must know soonest first, then whoever has waited longest; one statement."""
    return db.session.scalars(
        select(Letter)
        .where(*_open(territory_id, now))
        .order_by(Letter.useless_after.is_(None), Letter.useless_after, Letter.due_at, Letter.id)
        .limit(limit)
    ).all()


def how_many(territory_id: int, *, now: datetime) -> int:
    """How many people are to be called; one statement."""
    return db.session.scalar(select(func.count(Letter.id)).where(*_open(territory_id, now))) or 0


def by_id(letter_id: int, territory_id: int) -> Letter:
    """One call of a territory, settled or not. Raises NotFound."""
    letter = db.session.scalars(
        select(Letter).where(
            Letter.id == letter_id, Letter.territory_id == territory_id, Letter.channel == Channel.CALL
        )
    ).first()
    if letter is None:
        raise NotFound()
    return letter


def reached(letter: Letter, *, actor: str, now: datetime) -> None:
    """They were told: the line leaves the list. Raises CallIsSettled."""
    _change(letter, now, status=LetterStatus.SENT, finished_at=now, attempts=Letter.attempts + 1)
    journal.note(actor, "called", letter, now=now, territory_id=letter.territory_id)


def message_left(letter: Letter, *, actor: str, now: datetime) -> None:
    """Nobody answered and a message was left: the line stays, after those of the same day.

    Raises CallIsSettled.
    """
    _change(letter, now, attempts=Letter.attempts + 1, due_at=now)
    journal.note(actor, "left a message", letter, now=now, territory_id=letter.territory_id)


def _open(territory_id: int, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Letter.territory_id == territory_id,
        Letter.channel == Channel.CALL,
        Letter.status == LetterStatus.WAITING,
        or_(Letter.useless_after.is_(None), Letter.useless_after > now),
    )


def _change(letter: Letter, now: datetime, **values: object) -> None:
    """One conditional UPDATE: two people who call at once make one entry."""
    changed = db.session.scalar(
        update(Letter)
        .where(Letter.id == letter.id, *_open(letter.territory_id or 0, now))
        .values(**values)
        .returning(Letter.id)
        .execution_options(synchronize_session=False)
    )
    if changed is None:
        raise CallIsSettled()
    db.session.refresh(letter)
