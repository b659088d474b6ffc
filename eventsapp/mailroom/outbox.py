"""The outbox: a letter is a row, written in the same transaction as what it tells.

Seat, letter and journal line exist together or not at all; a worker delivers afterwards
(`mailroom.rounds`), so a mail server that is down means later, not lost.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import update

from eventsapp.codes import fingerprint
from eventsapp.database import db, write_now
from eventsapp.mailroom import fallbacks, mailing_list, means, rendering, sealing
from eventsapp.mailroom.fallbacks import Fallback
from eventsapp.mailroom.models import Channel, Letter, LetterStatus
from eventsapp.mailroom.rendering import Rendered
from eventsapp.settings import setting


@dataclass(frozen=True, kw_only=True)
class Reader:
    """To whom a letter goes, and how they wish to be told (`mailroom.means` chooses)."""

    name: str
    language: str
    email: str | None = None
    phone: str | None = None
    wish: Channel | None = None
    """The means they chose; None: they did not say."""
    phone_is_shared: bool = False
    """Others read or answer that phone: a text there says nothing of what it is about."""
    mail_fails: bool = False
    """Mails to that address come back: any other means comes first."""
    wants_nothing: bool = False
    """« Ne m’envoyez aucun message »: nothing is posted, and nobody calls."""

    def means(self, *, urgent: bool = False) -> tuple[Channel, ...]:
        """By which they can be told, the first first; empty for who wants nothing."""
        if self.wants_nothing:
            return ()
        ways = means.in_order(email=self.email, phone=self.phone, wish=self.wish, urgent=urgent)
        if self.mail_fails and Channel.MAIL in ways:
            return (*(one for one in ways if one is not Channel.MAIL), Channel.MAIL)
        return ways

    @property
    def channel(self) -> Channel | None:
        """How this reader is usually told."""
        return next(iter(self.means()), None)

    @property
    def address(self) -> str:
        """The mail address or the number. Raises ValueError for a reader without either."""
        address = self.email or self.phone
        if not address:
            raise ValueError("a reader has an address or a number")
        return address

    def at(self, channel: Channel) -> str:
        """The mail address or the number, as that means wants it."""
        if channel is Channel.MAIL:
            return self.email or ""
        return means.dialled(self.phone or "") if channel is Channel.SMS else self.phone or ""


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
    iTIP message, `method` its method: it leaves by mail, besides, if the reader is told otherwise.
    `about`: a resident's registration or household, with which the letter is forgotten.
    `holds_private_link` seals the letter until it is delivered. After `useless_after` it is not sent any
    more. `urgent`: the quickest means comes first. `replaces`: nobody is called any more with what the
    thread still had to say; no for what tells nothing new, a reminder. `headers`: further ones of the mail,
    such as those of a list (`mailing_list`).
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
    urgent: bool = False
    replaces: bool = True
    headers: Mapping[str, str] = field(default_factory=dict)


def post(letter: OutgoingLetter, *, now: datetime) -> Letter | None:
    """Renders the letter in its reader's language and puts it into the outbox, for the first of their means.

    What was promised is what is sent: nothing is rendered again at delivery, and what the next means would
    say if this one failed is written now too. A text or a call has no calendar; where there is one, or
    where what is urgent goes the quickest way, a mail leaves besides if there is an address. Whoever can
    only be called becomes a line of « Personnes à appeler », which replaces what was still to be said to
    them in the same thread. Gives the letter of the first means; None for who wants no message at all.
    Raises ValueError for a reader without address or number.
    """
    reader = letter.reader
    if reader.wants_nothing:
        return None
    ways = _ways(letter)
    if not ways:
        raise ValueError("a reader has an address or a number")
    if letter.replaces and reader.phone:
        drop_calls(letter.thread, quick_thread(letter.thread), reader_name=reader.name, now=now)
    first, *others = ways
    hurries = letter.urgent and reader.wish is None
    if first is Channel.MAIL or not reader.email or not (letter.calendar or hurries):
        return _put(letter, first, others, letter.thread, now)
    # The mail first: should the text fail, nothing later in its thread says it better.
    _put(letter, Channel.MAIL, [], letter.thread, now, is_the_first=False)
    others = [one for one in others if one is not Channel.MAIL]
    return _put(letter, first, others, quick_thread(letter.thread), now)


def _ways(letter: OutgoingLetter) -> list[Channel]:
    """The means of its reader that the letter has words for; the mail or the call it lacks fails loudly."""
    ways = letter.reader.means(urgent=letter.urgent)
    optional = {Channel.SMS}
    if letter.reader.mail_fails and Channel.MAIL in ways:
        optional.add(Channel.CALL)  # better a mail that may come back than nobody told
    return [one for one in ways if one not in optional or rendering.is_written_for(letter.kind, one)]


def _put(
    letter: OutgoingLetter,
    channel: Channel,
    others: Sequence[Channel],
    thread: str,
    now: datetime,
    *,
    is_the_first: bool = True,
) -> Letter:
    reader, by_mail = letter.reader, channel is Channel.MAIL
    written = _written(letter, channel)
    sealed = channel is not Channel.CALL and letter.holds_private_link
    headers = mailing_list.written(letter.headers) if by_mail else ""
    row = Letter(
        kind=letter.kind,
        channel=channel,
        status=LetterStatus.WAITING,
        territory_id=letter.territory_id,
        thread=thread,
        about=letter.about,
        reader_name=reader.name,
        address=reader.at(channel),
        phone=reader.phone if is_the_first and channel is not Channel.CALL else None,
        phone_is_shared=reader.phone_is_shared,
        language=reader.language,
        subject=written.subject,
        sender_name=letter.sender.name,
        sender_address=letter.sender.address,
        message_id=f"<{uuid4().hex}@{setting('MAIL_DOMAIN')}>",
        text=sealing.seal(written.text) if sealed else written.text,
        html=sealing.seal(written.html) if sealed and by_mail else written.html,
        headers=sealing.seal(headers) if sealed and headers else headers,
        is_sealed=sealed,
        fallback=fallbacks.sealed(
            _fallback(letter, one) for one in others if rendering.is_written_for(letter.kind, one)
        ),
        calendar=letter.calendar if by_mail else None,
        method=letter.method if by_mail else None,
        posted_at=now,
        due_at=now,
        useless_after=letter.useless_after,
        attempts=0,
    )
    write_now(row)
    return row


def _written(letter: OutgoingLetter, channel: Channel) -> Rendered:
    return rendering.written(
        letter.kind,
        channel,
        letter.reader.language,
        is_shared=letter.reader.phone_is_shared,
        **letter.context,
    )


def _fallback(letter: OutgoingLetter, channel: Channel) -> Fallback:
    written = _written(letter, channel)
    return Fallback(
        channel,
        letter.reader.at(channel),
        written.subject,
        written.text,
        channel is not Channel.CALL and letter.holds_private_link,
    )


def withdraw(about: Collection[str], *, now: datetime) -> None:
    """What was still to be said about these leaves no more, by no means: their reader wants to hear nothing.
    One that a worker is carrying at this moment is on its way; should it fail, or should a mail come back,
    it goes on by no other means."""
    emptied = {"text": "", "html": "", "headers": "", "is_sealed": False}
    unsaid = {"status": LetterStatus.STALE, "finished_at": now, **emptied}
    for which, values in (
        (Letter.status == LetterStatus.WAITING, unsaid),
        (Letter.status != LetterStatus.STALE, {"phone": None, "fallback": ""}),
    ):
        db.session.execute(
            update(Letter)
            .where(Letter.about.in_(about), which)
            .values(**values)
            .execution_options(synchronize_session=False)
        )


def drop_calls(*threads: str, reader_name: str | None = None, now: datetime) -> None:
    """Nobody is called any more with what these threads had to say, to one reader or to all: something
    newer is known."""
    named = [thread for thread in threads if thread]
    if not named:
        return
    which = [Letter.thread.in_(named), Letter.channel == Channel.CALL, Letter.status == LetterStatus.WAITING]
    if reader_name is not None:  # two families may share a mailbox, and its thread
        which.append(Letter.reader_name == reader_name)
    db.session.execute(
        update(Letter)
        .where(*which)
        .values(status=LetterStatus.STALE, finished_at=now)
        .execution_options(synchronize_session=False)
    )


def quick_thread(thread: str) -> str:
    """Of what leaves the quickest way, besides: a mail that waits for its server holds no text up."""
    return thread_of("quick", thread) if thread else ""


def thread_of(*names: object) -> str:
    """The name of a thread, made of what it is about: long enough to be one's own, never personal."""
    return fingerprint("\x1f".join(str(name).lower() for name in names))[:32]
