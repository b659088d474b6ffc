"""A letter that failed goes on by the next means its reader has: mail, then a text, then a call.

The next one is a letter of its own in the same thread, bound to the one it takes the place of: the
database refuses a second (UNIQUE). A letter that has no next means stands among those that failed.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import exists, or_, select, update
from sqlalchemy.orm import aliased

from eventsapp.database import db, rows_changed
from eventsapp.mailroom import fallbacks, sealing, sms
from eventsapp.mailroom.listeners import listeners
from eventsapp.mailroom.models import LETTER_MOVES, Channel, Letter, LetterStatus
from eventsapp.settings import setting

BOUNCES_FOR = timedelta(days=7)
"""How long a mail may come back: servers give up after four or five days (RFC 5321, 4.5.4.1)."""


def moved(letter: Letter, *, now: datetime) -> Letter | None:
    """Posts what a letter that has just failed says by its next means; None where there is none.

    Nothing is said that is over, or that a later letter of the thread says better. In the caller's
    transaction, with the failure itself.
    """
    ways = fallbacks.read(letter.fallback)
    if ways and ways[0].channel is Channel.SMS and not sms.is_set_up():
        ways = ways[1:]
    letter.fallback = ""
    if not ways or _is_over(letter, now) or _said_since(letter):
        return None
    way = ways[0]
    next_one = Letter(
        kind=letter.kind,
        channel=way.channel,
        status=LetterStatus.WAITING,
        territory_id=letter.territory_id,
        thread=letter.thread,
        about=letter.about,
        moved_from_id=letter.id,
        reader_name=letter.reader_name,
        address=way.address,
        phone_is_shared=letter.phone_is_shared,
        language=letter.language,
        subject=way.subject,
        sender_name=letter.sender_name,
        sender_address=letter.sender_address,
        message_id=f"<{uuid4().hex}@{setting('MAIL_DOMAIN')}>",
        text=sealing.seal(way.text) if way.holds_private_link else way.text,
        html="",
        is_sealed=way.holds_private_link,
        fallback=fallbacks.sealed(ways[1:]),
        posted_at=now,
        due_at=now,
        useless_after=letter.useless_after,
        attempts=0,
    )
    db.session.add(next_one)
    return next_one


def bounced(letter: Letter, problem: str, *, now: datetime) -> Letter | None:
    """A mail that a server had taken came back: it failed after all, and goes on by the next means.

    Gives the letter that takes its place, or None: it has no next means, or was not delivered, or came
    back already (a bounce read twice changes nothing, nor does one of what was said on the phone since).
    """
    if LetterStatus.FAILED not in LETTER_MOVES[LetterStatus.SENT]:
        raise ValueError("a delivered letter may come back")
    came_back = rows_changed(
        update(Letter)
        .where(
            Letter.id == letter.id,
            Letter.channel == Channel.MAIL,
            Letter.status == LetterStatus.SENT,
            Letter.address != "",  # it was emptied: what a server says of it names whom we have forgotten
            Letter.problem == "",  # it came back before, and was said on the phone since
        )
        .values(status=LetterStatus.FAILED, finished_at=now, problem=problem[:400])
        .execution_options(synchronize_session=False)
    )
    db.session.refresh(letter)
    if not came_back:
        return None
    listeners.returned(letter, letter.problem, now)
    return moved(letter, now=now)


def avoid_shared_phone(about: Collection[str], *, now: datetime) -> None:
    """Others read the phone of these, as is now known: what was still to be texted to it goes by the next
    means, and whoever calls tells it to the reader alone."""
    theirs = select(Letter).where(Letter.about.in_(about)).order_by(Letter.id).with_for_update()
    for letter in db.session.scalars(theirs.execution_options(populate_existing=True)):
        letter.phone_is_shared = True
        ways = fallbacks.read(letter.fallback)
        letter.fallback = fallbacks.sealed(way for way in ways if way.channel is not Channel.SMS)
        if letter.channel is Channel.SMS and letter.status is LetterStatus.WAITING:
            letter.status, letter.finished_at = LetterStatus.FAILED, now
            letter.problem = "others read this phone"
            moved(letter, now=now)


def forget_unneeded(now: datetime) -> int | None:
    """Forgets what delivered letters would have said by their next means, once they no longer come back;
    how many, or None."""
    return (
        rows_changed(
            update(Letter)
            .where(
                Letter.fallback != "",
                Letter.status.in_((LetterStatus.SENT, LetterStatus.STALE)),
                or_(Letter.finished_at <= now - BOUNCES_FOR, Letter.useless_after <= now),
            )
            .values(fallback="")
            .execution_options(synchronize_session=False)
        )
        or None
    )


def _is_over(letter: Letter, now: datetime) -> bool:
    return letter.useless_after is not None and letter.useless_after <= now


def _said_since(letter: Letter) -> bool:
    later = aliased(Letter)
    return bool(letter.thread) and bool(
        db.session.scalar(
            select(
                exists().where(
                    later.thread == letter.thread,
                    later.id > letter.id,
                    later.reader_name == letter.reader_name,
                )
            )
        )
    )
