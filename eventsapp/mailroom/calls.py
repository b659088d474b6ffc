"""« Personnes à appeler »: letters to people without a mailbox, which somebody reads on the phone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from eventsapp import journal
from eventsapp.database import db
from eventsapp.mailroom.models import Channel, Letter, LetterStatus
from eventsapp.refusals import Conflict, NotFound, msgid


class CallSettled(Conflict):
    """Somebody else has called, or there is nothing to say any more."""

    sentence = msgid("Cet appel n’est plus à faire.")


def waiting(territory_id: int) -> Sequence[Letter]:
    """Whom to call in a territory, those first whom nobody tried to reach; one statement."""
    return db.session.scalars(
        select(Letter)
        .where(
            Letter.territory_id == territory_id,
            Letter.channel == Channel.CALL,
            Letter.status == LetterStatus.WAITING,
        )
        .order_by(Letter.attempts, Letter.due_at, Letter.id)
    ).all()


def by_id(call_id: int, territory_id: int) -> Letter:
    """One call of a territory, its row locked. Raises NotFound."""
    call = db.session.scalars(
        select(Letter)
        .where(Letter.id == call_id, Letter.territory_id == territory_id, Letter.channel == Channel.CALL)
        .with_for_update()
    ).first()
    if call is None:
        raise NotFound()
    return call


def note_reached(call: Letter, *, actor: str, now: datetime) -> None:
    """It was said. Raises CallSettled when it was no longer to say."""
    _require_waiting(call)
    call.status, call.finished_at, call.problem = LetterStatus.SENT, now, ""
    call.attempts += 1
    journal.note(actor, "reached", call, now=now, territory_id=call.territory_id)


def note_no_answer(call: Letter, *, actor: str, now: datetime) -> None:
    """Nobody answered: it stays on the list, after those not yet tried. Raises CallSettled."""
    _require_waiting(call)
    call.attempts += 1
    call.claimed_at = now
    journal.note(actor, "not_reached", call, now=now, territory_id=call.territory_id)


def _require_waiting(call: Letter) -> None:
    if call.status is not LetterStatus.WAITING:
        raise CallSettled()
