"""A mail of ours that never arrives: it goes on by the next means, and its address is marked (RULES I15)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, select, update
from sqlalchemy.orm import aliased

from eventsapp import journal
from eventsapp.access.models import Grant
from eventsapp.answers import registering
from eventsapp.database import db
from eventsapp.directory.models import Contact
from eventsapp.invitations.incoming_models import IncomingMail, MailKind, MailState
from eventsapp.invitations.models import Invitation
from eventsapp.mailroom import bounces, escalation, outbox
from eventsapp.mailroom.bounces import Bounce
from eventsapp.mailroom.models import Channel, Letter, LetterStatus
from eventsapp.people.models import Account, Person
from eventsapp.registrations.models import Registration

KINDS: tuple[type[Person | Contact | Account], ...] = (Person, Contact, Account)
"""Who has a mailbox of which it is known whether mails arrive."""


@dataclass(frozen=True)
class Returned:
    """What a report is about."""

    letter: Letter | None
    address: str
    """To whom the letter went; empty where nobody knows any more."""
    invitation: Invitation | None = None
    next_one: Letter | None = None
    """The letter that says the same by the next means."""


def take(row: IncomingMail, bounce: Bounce, *, now: datetime) -> tuple[MailState, str]:
    """What a report says is done; its line says about what. A report on a mail that is none of ours changes
    nothing."""
    row.kind = MailKind.BOUNCE
    came = apply(bounce, now=now)
    if came.invitation is not None:
        registering.concerns(row, came.invitation)
    if came.letter is not None:
        registering.answers_letter(row, came.letter)
    is_ours = came.letter is not None or came.address
    return MailState.DONE if is_ours else MailState.IGNORED, bounce.problem[:400]


def apply(bounce: Bounce, *, now: datetime) -> Returned:
    """The letter that came back goes on by the next means; whoever has an address that is gone is told
    otherwise first. Never by the address alone that a report names: anybody could write that of anybody.

    A letter that had failed before changes nothing: since then somebody may have said that the address is
    right.
    """
    came = _about(bounce)
    if came.letter is None:
        _is_gone(came.address, bounce.problem, now)
        return came
    # Where it fails now, `letter_returned` hears of it.
    return replace(came, next_one=escalation.bounced(came.letter, bounce.problem, now=now))


def letter_returned(letter: Letter, problem: str, now: datetime) -> None:
    """A letter will never arrive: it came back, or a server refused it at once. Bound by
    `app.bind_listeners`, so that it counts by whatever way it is learnt."""
    _is_gone(letter.address, problem, now)


def arrives_again(address: str) -> None:
    """They wrote from there, or came by what was sent there, or somebody says that it is right: three
    statements."""
    for kind in KINDS:
        _update(kind, address, kind.mail_failed_at.is_not(None), mail_failed_at=None, mail_problem="")


def is_right(
    owner: Person | Contact | Account,
    thing: Registration | Contact | Grant,
    *,
    territory_id: int | None,
    actor: str,
    now: datetime,
) -> bool:
    """« Cette adresse est juste »: somebody of a desk has asked, and mails go there first again, for
    everybody who has it. False where nothing is wrong with it: another was quicker, or they wrote from there.
    `thing`: what the journal names."""
    db.session.refresh(owner, ["email", "mail_failed_at"], with_for_update={"key_share": True})
    if owner.mail_failed_at is None or not owner.email:
        return False
    arrives_again(owner.email)
    journal.note(actor, "mailbox right", thing, now=now, territory_id=territory_id)
    return True


def _is_gone(address: str, problem: str, now: datetime) -> None:
    """Whoever has an address where nothing arrives any more; three statements, or none."""
    status = bounces.gone(problem)
    if not status or not address:
        return
    for kind in KINDS:
        stands = kind.mail_failed_at.is_(None)
        _update(kind, address, stands, mail_failed_at=now, mail_problem=status[:12])


def _update(
    kind: type[Person | Contact | Account], address: str, stands: ColumnElement[bool], **values: object
) -> None:
    db.session.execute(
        update(kind)
        .where(func.lower(kind.email) == address.lower(), stands)
        .values(**values)
        .execution_options(synchronize_session="fetch")
    )


def _about(bounce: Bounce) -> Returned:
    """The letter that came back, and to whom it went: its Message-ID tells, or the token of its sender."""
    letter = None
    if bounce.message_id:
        letter = db.session.scalars(select(Letter).where(Letter.message_id == bounce.message_id)).first()
    if letter is not None:
        return Returned(letter, letter.address)
    if not bounce.token:
        return Returned(None, "")
    invitation = db.session.scalars(select(Invitation).where(Invitation.token == bounce.token)).first()
    if invitation is None:
        return Returned(None, "")
    thread = outbox.thread_of(invitation.event_id, invitation.address)
    # What its reader was texted or told on the phone comes back from nowhere. Of the mails that each reader
    # of the mailbox had, the last is meant; one that failed, where no other could be: it is reported again.
    later = aliased(Letter)
    mails = select(Letter).where(
        Letter.thread == thread,
        Letter.channel == Channel.MAIL,
        Letter.status.in_((LetterStatus.SENT, LetterStatus.FAILED)),
        ~exists().where(
            later.thread == thread,
            later.channel == Channel.MAIL,
            later.status.in_((LetterStatus.SENT, LetterStatus.FAILED)),
            later.reader_name == Letter.reader_name,
            later.id > Letter.id,
        ),
    )
    failed = Letter.status == LetterStatus.FAILED
    last = db.session.scalars(mails.order_by(failed, Letter.id.desc()).limit(1)).first()
    return Returned(last, invitation.address, invitation)
