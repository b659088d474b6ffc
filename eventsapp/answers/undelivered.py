"""A mail of ours that never arrives: it goes on by the next means, and its address is marked (RULES I15)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select, update

from eventsapp.database import db
from eventsapp.directory.models import Contact
from eventsapp.invitations.incoming_models import IncomingMail, MailKind, MailState
from eventsapp.invitations.models import Invitation
from eventsapp.mailroom import escalation, outbox
from eventsapp.mailroom.bounces import Bounce
from eventsapp.mailroom.models import Letter, LetterStatus
from eventsapp.people.models import Account, Person

FULL, REFUSED = "5.2.", "5.7."
"""Status of a mailbox that is full, and of a mail that a filter refused (RFC 3463): the address is right."""


def take(row: IncomingMail, bounce: Bounce, *, now: datetime) -> tuple[MailState, str]:
    """What a report says is done: the letter it is about moves on, whoever has that address is told otherwise
    first. A report on a mail that is none of ours changes nothing."""
    row.kind = MailKind.BOUNCE
    letter, address = _of(row, bounce)
    if letter is None and not address:
        return MailState.IGNORED, bounce.problem[:400]
    if letter is not None:
        row.territory_id = row.territory_id or letter.territory_id
        row.about = letter.about
        escalation.bounced(letter, bounce.problem, now=now)
    if address and not bounce.problem.startswith((FULL, REFUSED)):
        never_arrives(address, now=now)
    return MailState.DONE, bounce.problem[:400]


def never_arrives(address: str, *, now: datetime) -> None:
    """Mails to this address come back: three statements."""
    _mark(address, now)


def arrives_again(address: str) -> None:
    """They wrote from there."""
    _mark(address, None)


def _mark(address: str, moment: datetime | None) -> None:
    for kind in (Person, Contact, Account):
        theirs = func.lower(kind.email) == address.lower()
        stands = kind.mail_failed_at.is_(None) if moment else kind.mail_failed_at.is_not(None)
        db.session.execute(
            update(kind)
            .where(theirs, stands)
            .values(mail_failed_at=moment)
            .execution_options(synchronize_session="fetch")
        )


def _of(row: IncomingMail, bounce: Bounce) -> tuple[Letter | None, str]:
    """The letter that came back, and to whom it went: its Message-ID tells, or the token of its sender."""
    letter = None
    if bounce.message_id:
        letter = db.session.scalars(select(Letter).where(Letter.message_id == bounce.message_id)).first()
    if letter is not None:
        return letter, letter.address
    if not bounce.token:
        return None, ""
    invitation = db.session.scalars(select(Invitation).where(Invitation.token == bounce.token)).first()
    if invitation is None:
        return None, ""
    row.invitation_id, row.event = invitation.id, invitation.event
    row.territory_id = invitation.event.territory_id
    thread = outbox.thread_of(invitation.event_id, invitation.address)
    sent = select(Letter).where(Letter.thread == thread, Letter.status == LetterStatus.SENT)
    return db.session.scalars(sent.order_by(Letter.id.desc())).first(), invitation.address
