"""The outbox: a letter is a row, written in the same transaction as what it tells.

Seat, letter and journal line exist together or not at all; a worker delivers afterwards
(`mailroom.rounds`), so a mail server that is down means later, not lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import update

from eventsapp.codes import fingerprint
from eventsapp.database import db
from eventsapp.mailroom import rendering, sealing
from eventsapp.mailroom.models import Channel, Letter, LetterStatus
from eventsapp.settings import setting


@dataclass(frozen=True, kw_only=True)
class Reader:
    """To whom a letter goes: by mail when there is an address, else by a call to the number.

    Where both are known, the number is kept beside the letter, for when no server takes it.
    """

    name: str
    language: str
    email: str | None = None
    phone: str | None = None

    @property
    def channel(self) -> Channel:
        """How this reader is reached."""
        return Channel.MAIL if self.email else Channel.CALL

    @property
    def address(self) -> str:
        """The mail address or the number. Raises ValueError for a reader without either."""
        address = self.email or self.phone
        if not address:
            raise ValueError("a reader has an address or a number")
        return address


@dataclass(frozen=True, kw_only=True)
class Sender:
    """Who a letter comes from: a name to show and an address of ours."""

    name: str
    address: str


@dataclass(frozen=True, kw_only=True)
class OutgoingLetter:
    """A letter about to be posted.

    `kind` is the folder of its files ("registrations/confirmed") and `context` what they name.
    `thread` keeps the order: letters of one thread leave as they were posted. `calendar` is an
    iTIP message for readers by mail, `method` its method. `about`: a resident's registration or household,
    with which the letter is forgotten. `holds_private_link` seals the letter
    until it is delivered. After `useless_after` it is not sent any more.
    """

    kind: str
    reader: Reader
    sender: Sender
    context: Mapping[str, Any] = field(default_factory=dict)
    thread: str = ""
    territory_id: int | None = None
    about: str = ""
    calendar: bytes | None = None
    method: str | None = None
    holds_private_link: bool = False
    useless_after: datetime | None = None


def post(letter: OutgoingLetter, *, now: datetime) -> Letter:
    """Renders the letter in its reader's language and puts it into the outbox.

    What was promised is what is sent: nothing is rendered again at delivery. Somebody without a
    mailbox becomes a line of « Personnes à appeler », without calendar or link; it replaces what was
    still to be said to them in the same thread.
    """
    reader, by_mail = letter.reader, letter.reader.channel is Channel.MAIL
    if not by_mail:
        drop_calls(letter.thread, now=now)
    write = rendering.render if by_mail else rendering.render_call
    written = write(letter.kind, reader.language, **letter.context)
    sealed = by_mail and letter.holds_private_link
    row = Letter(
        kind=letter.kind,
        channel=reader.channel,
        status=LetterStatus.WAITING,
        territory_id=letter.territory_id,
        thread=letter.thread,
        about=letter.about,
        reader_name=reader.name,
        address=reader.address,
        phone=reader.phone if by_mail else None,
        language=reader.language,
        subject=written.subject,
        sender_name=letter.sender.name,
        sender_address=letter.sender.address,
        message_id=f"<{uuid4().hex}@{setting('MAIL_DOMAIN')}>",
        text=sealing.seal(written.text) if sealed else written.text,
        html=sealing.seal(written.html) if sealed else written.html,
        is_sealed=sealed,
        calendar=letter.calendar if by_mail else None,
        method=letter.method if by_mail else None,
        posted_at=now,
        due_at=now,
        useless_after=letter.useless_after,
        attempts=0,
    )
    db.session.add(row)
    return row


def drop_calls(thread: str, *, now: datetime) -> None:
    """Nobody is called any more with what this thread had to say: something newer is known."""
    if thread:
        db.session.execute(
            update(Letter)
            .where(
                Letter.thread == thread,
                Letter.channel == Channel.CALL,
                Letter.status == LetterStatus.WAITING,
            )
            .values(status=LetterStatus.STALE, finished_at=now)
            .execution_options(synchronize_session=False)
        )


def thread_of(*names: object) -> str:
    """The name of a thread, made of what it is about: long enough to be one's own, never personal."""
    return fingerprint("\x1f".join(str(name).lower() for name in names))[:32]
