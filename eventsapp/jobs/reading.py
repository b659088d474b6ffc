"""Reading the mailbox: mail by mail, each in a transaction of its own, marked only once that is kept.

Whoever acts on a mail (`answers.receiving`) does so once, however often it is handed over: it is handed over
again where the worker dies between our commit and the mark (RULES I9, I18).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from eventsapp import clock
from eventsapp.database import begin_writing, db
from eventsapp.jobs.door import Turn
from eventsapp.mailroom import incoming, mailbox, readings
from eventsapp.mailroom.mailbox import Mailbox, MailboxAway, Waiting
from eventsapp.refusals import msgid

log = structlog.get_logger("eventsapp.job")

MOST_AT_ONCE = 50
"""Mails that are asked for together."""
MOST_IN_A_TURN = 500
"""Then the turn ends: its hour is that of all its mails, and should not grow old."""
HEAD = 16 * 1024
"""Octets of a head that are looked at where the mail itself is not loaded."""

DIED = msgid("La lecture de ce message s’est arrêtée plusieurs fois : il reste dans la boîte de courrier.")

Taker = Callable[..., None]
"""`take(octets, *, key, now)`: acts on one mail."""
Keeper = Callable[..., None]
"""`set_aside(key, problem, now, subject, sender)`: keeps that a mail was not read, and why."""


@dataclass
class Outcome:
    """What came of a turn."""

    read: int = 0
    set_aside: int = 0
    failed: int = 0

    def __str__(self) -> str:
        return f"{self.read} read, {self.set_aside} set aside, {self.failed} failed"

    def __len__(self) -> int:
        return self.read + self.set_aside + self.failed


class Reader:
    """Reads what waits, and hands each mail to whoever acts on it."""

    def __init__(self, take: Taker, set_aside: Keeper) -> None:
        self._take, self._set_aside = take, set_aside

    def __call__(self, turn: Turn) -> str:
        """One turn: everything that waits, unless another worker reads it, or this one is to end."""
        if not mailbox.is_set_up():
            return ""
        db.session.rollback()
        begin_writing()
        is_mine = readings.claim(turn.worker, clock.now())
        db.session.commit()
        return str(self._read(turn)) if is_mine else ""

    def _read(self, turn: Turn) -> Outcome | str:
        outcome = Outcome()
        is_done, problem = False, None
        try:
            with mailbox.opened() as box:
                is_done = self._read_all(box, turn, outcome)
        except MailboxAway as away:
            problem = away.problem
            log.warning("mailbox away", problem=problem.name)
        finally:
            db.session.rollback()
            begin_writing()
            if problem is not None:
                readings.not_read(turn.worker, problem, turn.now)
            elif is_done:
                readings.all_read(turn.worker, turn.now)
            else:
                readings.leave(turn.worker)
            db.session.commit()
        return outcome if len(outcome) else ""

    def _read_all(self, box: Mailbox, turn: Turn, outcome: Outcome) -> bool:
        """Whether nothing is left that could be read now."""
        failed: set[str] = set()
        while len(outcome) < MOST_IN_A_TURN:
            found = box.waiting(turn.now.date(), most=MOST_AT_ONCE + len(failed))
            waiting = [mail for mail in found if mail.key not in failed]
            if not waiting:
                return True
            for mail in waiting:
                if turn.is_ending() or not self._read_one(box, mail, turn, outcome, failed):
                    return False
        return False

    def _read_one(self, box: Mailbox, mail: Waiting, turn: Turn, outcome: Outcome, failed: set[str]) -> bool:
        """One mail to its end; False where another worker has taken the mailbox."""
        begin_writing()
        tries = readings.begin(mail.key, turn.worker, clock.now())
        db.session.commit()
        if tries is None:
            return False
        try:
            is_read = self._act(box, mail, turn.now, tries=tries)
        except MailboxAway:
            raise
        except Exception:
            db.session.rollback()
            log.exception("mail not read", mail=mail.key, tries=tries)
            failed.add(mail.key)
            outcome.failed += 1
            return True
        box.mark(mail)
        outcome.read += is_read
        outcome.set_aside += not is_read
        return True

    def _act(self, box: Mailbox, mail: Waiting, now: datetime, *, tries: int) -> bool:
        """Hands the mail over, or says why not, and commits; whether it was handed over. Of one that stopped
        even who looked at its head nothing more is looked at (RULES I18: never for ever)."""
        has_died = tries > readings.MOST_TRIES
        problem = DIED if has_died else incoming.TooMuch.sentence if mail.size > incoming.LARGEST else ""
        octets = b"" if problem else box.octets(mail, most=incoming.LARGEST + 1)
        if len(octets) > incoming.LARGEST:  # the server did not say its size right
            problem = incoming.TooMuch.sentence
        is_looked_at = problem and tries <= readings.MOST_TRIES + 1
        subject, sender = incoming.head(box.head(mail, most=HEAD)) if is_looked_at else ("", "")
        begin_writing()
        if problem:
            self._set_aside(mail.key, problem, now, subject, sender)
        elif octets:
            self._take(octets, key=mail.key, now=now)
        readings.end(mail.key)
        db.session.commit()
        return not problem
