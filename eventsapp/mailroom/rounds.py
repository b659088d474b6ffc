"""The postman's round: letters that are due leave one by one.

This is the one place below the doors that commits, after each step, since a sent letter cannot be
rolled back. A letter is first claimed (WAITING → SENDING, committed), then carried without any
open transaction, then marked. Two workers never claim the same one; the one who dies in between
leaves a letter in SENDING, and `ABANDONED_AFTER` later it waits again, with the same Message-ID
and the same bytes. SMTP cannot promise more, nor can a gateway of texts: a repeat happens only if we
die between the server's "250" and our commit. What fails for good goes on by the reader's next means, in
the same transaction (`mailroom.escalation`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from unicodedata import category

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import aliased

from eventsapp.database import begin_writing, db
from eventsapp.mailroom import escalation, mailing_list, moves, sealing, sms
from eventsapp.mailroom.calendar_message import CalendarMessage, Mailbox
from eventsapp.mailroom.delivery import Deferred, NoAnswer, Postman, Rejected, ServerAway
from eventsapp.mailroom.listeners import listeners
from eventsapp.mailroom.models import Channel, Letter, LetterStatus

ABANDONED_AFTER = timedelta(minutes=15)
"""A letter that long in SENDING has lost its worker: each answer of a server is waited for 30 s."""

FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=6)
"""Waits double from the first to the longest."""

MOST_ATTEMPTS = 14
"""About two days of refusals of this very letter, then a human looks. A server that is away does
not count: waiting for it costs nobody anything."""

MOST_TRIES_OF_A_TEXT = 8
"""About two hours, then its reader is told by the next means: a text that comes late is no text."""

LATEST_TEXT = timedelta(hours=2)
"""So long a text waits for a gateway that is away, then it is said otherwise; where nobody can be called, it
waits on."""

CARRIED = (Channel.SMS, Channel.MAIL)
"""What leaves by itself: texts first, they are the fewest and the most pressed."""


@dataclass
class Round:
    """What came of a round."""

    sent: int = 0
    deferred: int = 0
    failed: int = 0
    stale: int = 0
    server_away: bool = False
    """The mail server, or the gateway of texts."""


@dataclass(frozen=True)
class _Claim:
    """A letter in our hands; no database row, so that no transaction stays open while we carry it."""

    letter_id: int
    claimed_at: datetime
    attempts: int
    message: CalendarMessage | None
    """None: a text message."""
    address: str
    reference: str
    text: str
    html: str
    headers: str
    said_otherwise_from: datetime | None
    """Of a text that has a next means: when a gateway that is still away is waited for no longer."""

    @property
    def most_attempts(self) -> int:
        return MOST_ATTEMPTS if self.message else MOST_TRIES_OF_A_TEXT


def deliver_due(now: datetime, limit: int = 50) -> Round:
    """Delivers at most `limit` texts and `limit` mails that are due at `now`, the oldest first, and says
    what came of it.

    Commits after each letter. Stops with the ones or the others when their server is away or does not
    answer: the rest would fare no better, and be waited for one after the other.
    """
    done, started = Round(), monotonic()
    _settle_leftovers(now, done)
    with Postman() as postman:
        for channel in CARRIED:
            for _ in range(limit):
                # A slow server makes a round last: a claim bears its own hour, or it would look abandoned.
                hour = now + timedelta(seconds=int(monotonic() - started))
                claim = _claim_next(channel, hour, done)
                if claim is None or not _carry(postman, claim, hour, done):
                    break
    return done


def wait_after(attempts: int) -> timedelta:
    """How long to wait after so many failed attempts: 1, 2, 4 … minutes, six hours at most."""
    return min(FIRST_WAIT * 2 ** min(max(attempts - 1, 0), 12), LONGEST_WAIT)


def _settle_leftovers(now: datetime, done: Round) -> None:
    """Gives back what dead workers held, and drops what is over, calls too."""
    begin_writing()
    moves.move(
        LetterStatus.SENDING,
        LetterStatus.WAITING,
        Letter.claimed_at <= now - ABANDONED_AFTER,
        claimed_at=None,
        due_at=now,
    )
    done.stale += moves.move(
        LetterStatus.WAITING,
        LetterStatus.STALE,
        Letter.useless_after <= now,
        finished_at=now,
        text="",
        html="",
        headers="",
        is_sealed=False,
        fallback="",
    )
    db.session.commit()


def _claim_next(channel: Channel, now: datetime, done: Round) -> _Claim | None:
    """Takes the next due letter for us alone, or None when there is none."""
    while True:
        begin_writing()
        letter = db.session.scalars(_due(channel, now)).first()
        if letter is None:
            db.session.commit()
            return None
        mine = moves.move(
            LetterStatus.WAITING,
            LetterStatus.SENDING,
            Letter.id == letter.id,
            claimed_at=now,
            attempts=Letter.attempts + 1,
        )
        if not mine:
            db.session.rollback()
            continue
        try:
            claim = _packed(letter, now)
        except (sealing.Unreadable, ValueError) as error:
            _fail(letter.id, now, now, error)
            done.failed += 1
            claim = None
        db.session.commit()
        if claim is not None:
            return claim


def _due(channel: Channel, now: datetime) -> Select[Letter]:
    """The oldest due letter with nothing before it in its thread; a row locked by another is skipped."""
    earlier = aliased(Letter)
    held_back = exists().where(
        earlier.thread == Letter.thread,
        earlier.id < Letter.id,
        earlier.channel.in_(CARRIED),
        earlier.status.in_((LetterStatus.WAITING, LetterStatus.SENDING)),
    )
    return (
        select(Letter)
        .where(
            Letter.channel == channel,
            Letter.status == LetterStatus.WAITING,
            Letter.due_at <= now,
            (Letter.thread == "") | ~held_back,
        )
        .order_by(Letter.due_at, Letter.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )


def _packed(letter: Letter, now: datetime) -> _Claim:
    """The message, made of what was posted and nothing else: a retry has the same bytes."""
    text = sealing.unseal(letter.text) if letter.is_sealed else letter.text
    html = sealing.unseal(letter.html) if letter.is_sealed and letter.html else letter.html
    headers = sealing.unseal(letter.headers) if letter.is_sealed and letter.headers else letter.headers
    message = None
    if letter.channel is Channel.MAIL:
        message = CalendarMessage(
            subject=letter.subject,
            sender=Mailbox(letter.sender_name, letter.sender_address),
            recipient=Mailbox(letter.reader_name, letter.address),
            text=text,
            html=html,
            message_id=letter.message_id,
            sent_at=letter.posted_at,
            calendar=letter.calendar,
            headers=mailing_list.read(headers),
        )
    reference = letter.message_id.strip("<>").partition("@")[0]
    moves_on = letter.channel is Channel.SMS and letter.fallback
    until = letter.posted_at + LATEST_TEXT if moves_on else None
    attempts = letter.attempts + 1
    return _Claim(letter.id, now, attempts, message, letter.address, reference, text, html, headers, until)


def _carry(postman: Postman, claim: _Claim, now: datetime, done: Round) -> bool:
    """Carries one claimed letter and writes down what came of it; whether the next may be tried."""
    try:
        if claim.message:
            postman.carry(claim.message)
        else:
            sms.gateway().send(claim.address, claim.text.strip(), reference=claim.reference)
    except ServerAway as problem:
        done.server_away = True
        if claim.said_otherwise_from and claim.said_otherwise_from <= now:
            done.failed += 1
            _give_up(claim, now, problem)
        else:
            _later(claim, now, problem, attempts=claim.attempts - 1)
        return False
    except Deferred as problem:
        if claim.attempts >= claim.most_attempts:
            done.failed += 1
            _give_up(claim, now, problem)
        else:
            done.deferred += 1
            _later(claim, now, problem, attempts=claim.attempts)
        return not isinstance(problem, NoAnswer)
    except Rejected as problem:
        done.failed += 1
        _give_up(claim, now, problem)
    else:
        done.sent += 1
        _finish(
            claim,
            LetterStatus.SENT,
            finished_at=now,
            problem="",
            text=sealing.erase_links(claim.text),
            html=sealing.erase_links(claim.html),
            headers=sealing.erase_links(claim.headers),
            is_sealed=False,
        )
    return True


def _later(claim: _Claim, now: datetime, problem: Exception, *, attempts: int) -> None:
    _finish(
        claim,
        LetterStatus.WAITING,
        claimed_at=None,
        attempts=attempts,
        due_at=now + wait_after(claim.attempts),
        problem=_said(problem),
    )


def _finish(claim: _Claim, end: LetterStatus, **values: object) -> None:
    begin_writing()
    _mark(claim.letter_id, claim.claimed_at, end, **values)
    db.session.commit()


def _give_up(claim: _Claim, now: datetime, problem: Exception) -> None:
    begin_writing()
    letter = _fail(claim.letter_id, claim.claimed_at, now, problem)
    if letter and letter.channel is Channel.MAIL and letter.address:
        listeners.returned(letter, letter.problem, now)
    db.session.commit()


def _fail(letter_id: int, held_since: datetime, now: datetime, problem: Exception) -> Letter | None:
    """It failed, and goes on by the next means; None where the letter was taken from us meanwhile."""
    if not _mark(letter_id, held_since, LetterStatus.FAILED, finished_at=now, problem=_said(problem)):
        return None
    letter = db.session.get_one(Letter, letter_id, populate_existing=True)
    escalation.moved(letter, now=now)
    return letter


def _said(problem: Exception) -> str:
    """What went wrong, in signs that every database keeps: servers say what they like, NUL and half
    characters too, and a letter whose end cannot be written is sent again and again."""
    text = str(problem).encode("utf-8", "replace").decode()
    return "".join(" " if category(sign) == "Cc" else sign for sign in text)[:400]


def _mark(letter_id: int, held_since: datetime, end: LetterStatus, **values: object) -> int:
    """Writes what came of a claim, unless the letter was taken from us meanwhile: 1, or 0."""
    ours = (Letter.id == letter_id, Letter.claimed_at == held_since)
    return moves.move(LetterStatus.SENDING, end, *ours, **values)
