"""A letter that was given up leaves after all, because a human wants it to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from eventsapp import journal
from eventsapp.database import db
from eventsapp.mailroom import moves, sealing
from eventsapp.mailroom.models import Letter, LetterStatus
from eventsapp.refusals import Conflict, msgid


class LetterHasNotFailed(Conflict):
    """Only what was given up is sent again by hand."""

    sentence = msgid("Ce courrier n’est pas en échec : il n’y a rien à relancer.")


class LetterHasMoved(LetterHasNotFailed):
    """It goes on by another means, or its private link is gone: sent again it would be said twice, or in
    vain."""

    sentence = msgid("Ce courrier est passé par un autre moyen : il n’y a rien à relancer.")


class NewerHasLeft(LetterHasNotFailed):
    """A calendar has heard something newer of the same date: an old REQUEST behind a CANCEL would bring the
    date back in programs that look at nothing but the last mail."""

    sentence = msgid("Un courrier plus récent est parti pour cette date : celui-ci n’est plus à relancer.")


def try_again(letter: Letter, *, actor: str, now: datetime) -> None:
    """A human wants a failed letter to leave after all; the next round takes it.

    Raises LetterHasNotFailed, LetterHasMoved, NewerHasLeft.
    """
    next_one = aliased(Letter)
    has_moved = exists().where(next_one.moved_from_id == letter.id)
    if db.session.scalar(select(has_moved)) or sealing.has_lost_links(letter.text):
        raise LetterHasMoved()
    newer = exists().where(
        next_one.thread == letter.thread,
        next_one.id > letter.id,
        next_one.calendar.is_not(None),
        next_one.status != LetterStatus.FAILED,
    )
    if letter.calendar and letter.thread and db.session.scalar(select(newer)):
        raise NewerHasLeft()
    again = moves.move(
        LetterStatus.FAILED,
        LetterStatus.WAITING,
        Letter.id == letter.id,
        due_at=now,
        attempts=0,
        finished_at=None,
    )
    db.session.refresh(letter)
    if not again:
        raise LetterHasNotFailed()
    journal.note(actor, "sent again", letter, now=now, territory_id=letter.territory_id)
