"""« Tournée d’appels »: what people are told by phone, and what came of each call.

Two sorts of letters are told so: those to people whose means it is, by their choice or since no other
reaches them, and those that failed by mail or by text, have no words for a call, and a number is known.
All that one person is to hear is one call.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, update
from sqlalchemy.orm import aliased, joinedload

from eventsapp import journal
from eventsapp.database import db
from eventsapp.mailroom.models import CallAttempt, CallOutcome, Channel, Letter, LetterStatus
from eventsapp.refusals import Conflict, NotFound, Refusal, msgid
from eventsapp.typed import line

LONGEST_NAME = 60


class CallIsSettled(Conflict):
    """Somebody else called meanwhile, or there is nothing left to say."""

    sentence = msgid("Cette personne n’est plus à appeler : c’est déjà fait, ou le rendez-vous est passé.")


class NameTooLong(Refusal):
    """Who answered, in more words than a name has."""

    sentence = msgid("Écrivez %(most)s signes au plus.")


@dataclass(frozen=True)
class Call:
    """One person to call, and all that there is to say."""

    letters: tuple[Letter, ...]
    """What is to be said, who must know soonest first; never empty."""
    attempts: tuple[CallAttempt, ...]
    """What came of earlier calls about any of it, the latest last."""

    @property
    def first(self) -> Letter:
        """The letter that the call is known by."""
        return self.letters[0]

    @property
    def number(self) -> str:
        """What to dial."""
        return number_of(self.first)


def number_of(letter: Letter) -> str:
    """What to dial to tell a letter."""
    return letter.address if letter.channel is Channel.CALL else letter.phone or ""


def to_make(territory_id: int, *, now: datetime, limit: int = 200) -> list[Call]:
    """Whom to call: who must know soonest first, then whoever has waited longest; two statements.

    `limit` counts letters; what is beyond comes once those are told.
    """
    letters = db.session.scalars(
        select(Letter)
        .where(*_open(territory_id, now))
        .options(joinedload(Letter.moved_from))
        .order_by(Letter.useless_after.is_(None), Letter.useless_after, Letter.due_at, Letter.id)
        .limit(limit)
    ).all()
    tried = _attempts([letter.id for letter in letters])
    people: dict[tuple[str, str], list[Letter]] = defaultdict(list)
    for letter in letters:
        people[number_of(letter), letter.reader_name].append(letter)
    return [
        Call(
            tuple(said),
            tuple(sorted((one for letter in said for one in tried[letter.id]), key=lambda one: one.id)),
        )
        for said in people.values()
    ]


def how_many(territory_id: int, *, now: datetime) -> int:
    """How many people are to be called; one statement."""
    number = func.coalesce(Letter.phone, Letter.address)
    people = select(number, Letter.reader_name).where(*_open(territory_id, now)).distinct()
    return db.session.scalar(select(func.count()).select_from(people.subquery())) or 0


def by_id(letter_id: int, territory_id: int) -> Letter:
    """A letter of a territory that is told by phone, settled or not. Raises NotFound."""
    letter = db.session.scalars(
        select(Letter).where(Letter.id == letter_id, Letter.territory_id == territory_id, _by_phone())
    ).first()
    if letter is None:
        raise NotFound()
    return letter


def settle(
    letter: Letter,
    outcome: CallOutcome,
    *,
    also: Collection[int] = (),
    confirmed_by: str = "",
    actor: str,
    now: datetime,
) -> None:
    """Writes down what came of a call about `letter` and, in the same call, the letters `also`.

    Reached: they leave the list. Wrong number: they leave it too, and stand among the letters that
    failed. Otherwise they stay, after those of the same day. Letters of `also` that are somebody
    else's or settled meanwhile are left alone. Raises CallIsSettled when there was nothing left to
    say, NameTooLong, Unwritable.
    """
    name = line(confirmed_by, field="confirmed_by")
    if len(name) > LONGEST_NAME:
        raise NameTooLong(field="confirmed_by", most=LONGEST_NAME)
    told = _change({letter.id, *also}, letter, outcome, now)
    if not told:
        raise CallIsSettled()
    for number in sorted(told):
        attempt = CallAttempt(
            letter_id=number, outcome=outcome, made_at=now, made_by=actor, confirmed_by=name
        )
        db.session.add(attempt)
    db.session.flush()
    db.session.refresh(letter)
    journal.note(actor, _VERBS[outcome], letter, now=now, territory_id=letter.territory_id)


_VERBS = {
    CallOutcome.REACHED: "called",
    CallOutcome.MESSAGE_LEFT: "left a message",
    CallOutcome.NO_ANSWER: "found nobody",
    CallOutcome.WRONG_NUMBER: "found a wrong number",
}


def _change(wanted: Collection[int], letter: Letter, outcome: CallOutcome, now: datetime) -> set[int]:
    """One conditional UPDATE, so that two people who call at once make one entry; which letters it was."""
    values: dict[str, object] = {"attempts": Letter.attempts + 1}
    if outcome is CallOutcome.REACHED:
        values |= {"status": LetterStatus.SENT, "finished_at": now}
    elif outcome is CallOutcome.WRONG_NUMBER:
        values |= {"status": LetterStatus.FAILED, "finished_at": now, "phone": None, "problem": ""}
    else:
        values |= {"due_at": now}
    number, name = number_of(letter), letter.reader_name
    changed = db.session.scalars(
        update(Letter)
        .where(
            Letter.id.in_(wanted),
            Letter.reader_name == name,
            or_(Letter.address == number, Letter.phone == number),
            *_open(letter.territory_id or 0, now),
        )
        .values(**values)
        .returning(Letter.id)
        .execution_options(synchronize_session=False)
    )
    return set(changed)


def _attempts(numbers: Sequence[int]) -> dict[int, list[CallAttempt]]:
    tried: dict[int, list[CallAttempt]] = defaultdict(list)
    if numbers:
        found = select(CallAttempt).where(CallAttempt.letter_id.in_(numbers)).order_by(CallAttempt.id)
        for attempt in db.session.scalars(found):
            tried[attempt.letter_id].append(attempt)
    return tried


def _open(territory_id: int, now: datetime) -> tuple[ColumnElement[bool], ...]:
    waits = and_(Letter.channel == Channel.CALL, Letter.status == LetterStatus.WAITING)
    later, next_one = aliased(Letter), aliased(Letter)
    undelivered = and_(
        Letter.channel != Channel.CALL,
        Letter.status == LetterStatus.FAILED,
        Letter.phone.is_not(None),
        ~exists().where(next_one.moved_from_id == Letter.id),
        # Whatever came after it in its thread says it better.
        or_(Letter.thread == "", ~exists().where(later.thread == Letter.thread, later.id > Letter.id)),
    )
    return (
        Letter.territory_id == territory_id,
        or_(waits, undelivered),
        or_(Letter.useless_after.is_(None), Letter.useless_after > now),
    )


def _by_phone() -> ColumnElement[bool]:
    return or_(Letter.channel == Channel.CALL, Letter.phone.is_not(None))
