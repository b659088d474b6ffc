"""Letters: what we send to one person by one channel."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventsapp.database import Model, choice


class Channel(enum.StrEnum):
    """How a letter reaches its reader."""

    MAIL = "courriel"
    SMS = "sms"
    CALL = "appel"
    """Somebody calls: a line of « Personnes à appeler »."""


class LetterStatus(enum.StrEnum):
    """Where a letter is."""

    WAITING = "en_attente"
    SENDING = "en_cours"
    SENT = "partie"
    FAILED = "echouee"
    """Given up after many tries, or refused for good: a human looks."""
    STALE = "perimee"
    """Not sent, because what it says was over before a server took it."""


LETTER_MOVES: dict[LetterStatus, frozenset[LetterStatus]] = {
    LetterStatus.WAITING: frozenset(
        {LetterStatus.SENDING, LetterStatus.SENT, LetterStatus.STALE, LetterStatus.FAILED}
    ),
    LetterStatus.SENDING: frozenset({LetterStatus.WAITING, LetterStatus.SENT, LetterStatus.FAILED}),
    LetterStatus.SENT: frozenset({LetterStatus.FAILED}),
    LetterStatus.FAILED: frozenset({LetterStatus.WAITING, LetterStatus.SENT}),
    LetterStatus.STALE: frozenset(),
}
"""From each status, those it may go to. A call goes from WAITING to SENT when somebody was reached, to
FAILED when the number is wrong; a mail that failed goes to SENT when somebody said it on the phone. A mail
that had been delivered goes from SENT to FAILED when it comes back."""


class CallOutcome(enum.StrEnum):
    """What came of a call."""

    REACHED = "appele"
    MESSAGE_LEFT = "message"
    NO_ANSWER = "pas_de_reponse"
    WRONG_NUMBER = "faux_numero"


class Letter(Model):
    """One message to one reader, rendered when posted: what was promised is what is sent."""

    __tablename__ = "letter"
    __table_args__ = (
        CheckConstraint("(method IS NULL) = (calendar IS NULL)", name="calendar_has_method"),
        Index("ix_letter_due", "status", "channel", "due_at"),
        Index("ix_letter_thread", "thread", "id"),
        Index("ix_letter_territory", "territory_id", "channel", "status"),
        Index("ix_letter_about", "about"),
        Index("ix_letter_kind", "kind", "finished_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(60))
    """Which letter: the folder of its files, "registrations/confirmed"."""
    channel: Mapped[Channel] = mapped_column(choice(Channel))
    status: Mapped[LetterStatus] = mapped_column(choice(LetterStatus), default=LetterStatus.WAITING)
    territory_id: Mapped[int | None]
    """Whose desk reads it; territories live upstairs, hence no foreign key. None: a sign-in link's."""
    thread: Mapped[str] = mapped_column(String(60), default="")
    """Letters of one thread leave in the order they were posted, by whatever means: CANCEL never overtakes
    REQUEST."""
    moved_from_id: Mapped[int | None] = mapped_column(ForeignKey("letter.id"), unique=True)
    """The letter that failed and that this one takes the place of, by the next means."""
    about: Mapped[str] = mapped_column(String(40), default="")
    """Of a resident’s letter, whose data it follows: « registration:12 », « household:7 ». It is emptied
    when that is forgotten (`mailroom.forgetting`); those live upstairs, hence no foreign key."""
    reader_name: Mapped[str] = mapped_column(String(120))
    address: Mapped[str] = mapped_column(String(254))
    """An e-mail address or a phone number, as the channel wants."""
    phone: Mapped[str | None] = mapped_column(String(32))
    """Of a letter by mail or by text: what to dial if it fails; None where they left no number."""
    phone_is_shared: Mapped[bool] = mapped_column(default=False)
    """Others answer that phone: whoever calls tells it to the reader alone."""
    language: Mapped[str] = mapped_column(String(8))
    subject: Mapped[str] = mapped_column(String(200))
    sender_name: Mapped[str] = mapped_column(String(120))
    sender_address: Mapped[str] = mapped_column(String(254))
    message_id: Mapped[str] = mapped_column(String(120), unique=True)
    text: Mapped[str] = mapped_column(Text)
    """Encrypted while `is_sealed`; after delivery in clear, its private links erased."""
    html: Mapped[str] = mapped_column(Text)
    headers: Mapped[str] = mapped_column(Text, default="")
    """Further headers of a mail (`mailroom.mailing_list`), encrypted and erased as the text is."""
    is_sealed: Mapped[bool] = mapped_column(default=False)
    fallback: Mapped[str] = mapped_column(Text, default="")
    """The same by the means that come next, encrypted (`mailroom.fallbacks`); empty where there are none."""
    calendar: Mapped[bytes | None] = mapped_column(LargeBinary)
    method: Mapped[str | None] = mapped_column(String(20))
    posted_at: Mapped[datetime]
    due_at: Mapped[datetime]
    useless_after: Mapped[datetime | None]
    """When what it says is over: an invitation is not sent after the event (ical RULES M12)."""
    attempts: Mapped[int] = mapped_column(default=0)
    claimed_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(String(400), default="")
    """What the last failed try said."""

    moved_from: Mapped[Letter | None] = relationship(remote_side="Letter.id", viewonly=True)


class CallAttempt(Model):
    """One try to tell a letter by phone."""

    __tablename__ = "call_attempt"
    __table_args__ = (Index("ix_call_attempt_letter", "letter_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"))
    outcome: Mapped[CallOutcome] = mapped_column(choice(CallOutcome))
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(40))
    """As the journal writes it: « account:3 »."""
    confirmed_by: Mapped[str] = mapped_column(String(60), default="")
    """Who answered, where it is somebody else than the reader: « sa sœur »."""


class MailboxReading(Model):
    """How reading the mailbox goes: one row."""

    __tablename__ = "mailbox_reading"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    held_by: Mapped[str] = mapped_column(String(80), default="")
    """The worker that reads it now."""
    held_until: Mapped[datetime | None]
    last_read_at: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(String(20), default="")
    """The name of a `mailbox.Problem`; empty while all is well."""
    problem_since: Mapped[datetime | None]


class MailboxTry(Model):
    """A mail of the mailbox that was begun and came to no end yet."""

    __tablename__ = "mailbox_try"
    __table_args__ = (Index("ix_mailbox_try_begun_at", "begun_at"),)

    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    """`mailbox.Waiting.key`."""
    tries: Mapped[int]
    begun_at: Mapped[datetime]
