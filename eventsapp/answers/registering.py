"""Every mail that comes in has one line, whatever becomes of it: read twice, it acts once (RULES I9)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from eventsapp.agenda.models import Event
from eventsapp.codes import keyed_fingerprint
from eventsapp.database import db
from eventsapp.invitations.incoming_models import MAIL_MOVES, IncomingMail, MailKind, MailState
from eventsapp.invitations.models import Invitation
from eventsapp.mailroom.models import Letter
from eventsapp.registrations import writing
from eventsapp.registrations.models import Registration
from eventsapp.settings import setting

WORKER = "worker"


def first_time(name: str, *, received_at: datetime, now: datetime) -> IncomingMail | None:
    """The line of a mail that is read for the first time, flushed; None for one that was read before.

    `name`: its Message-ID. Of two workers that read it at once, one waits for the other at the UNIQUE and
    finds that it was done.
    """
    row = IncomingMail(
        fingerprint=keyed_fingerprint(setting("SECRET_KEY"), "incoming mail", name),
        kind=MailKind.AUTOMATIC,
        state=MailState.IGNORED,
        received_at=min(received_at, now),
        handled_at=now,
        handled_by=WORKER,
    )
    try:
        with db.session.begin_nested():
            db.session.add(row)
            db.session.flush()
    except IntegrityError:
        return None
    return row


def concerns(row: IncomingMail, invitation: Invitation) -> None:
    """It answers to this invitation."""
    row.invitation_id = invitation.id
    is_about(row, invitation.event)


def is_about(row: IncomingMail, event: Event, registrations: Sequence[Registration] = ()) -> None:
    """It is about this event; and somebody's alone where they are its only party: forgotten with them."""
    row.event, row.territory_id = event, event.territory_id
    if len(registrations) == 1:
        row.about = writing.about(registrations[0])


def answers_letter(row: IncomingMail, letter: Letter) -> None:
    """It came back, or was answered to: about whom and which event the letter was."""
    row.territory_id, row.about = row.territory_id or letter.territory_id, letter.about
    registration = writing.of_about(letter.about)
    if registration is None:
        return
    theirs = select(Invitation).where(
        Invitation.event_id == registration.event_id, Invitation.address == letter.address.lower()
    )
    invitation = db.session.scalars(theirs).first()
    if invitation is not None:
        concerns(row, invitation)
    is_about(row, registration.event, [registration])


def becomes(row: IncomingMail, kind: MailKind, state: MailState, problem: str, now: datetime) -> None:
    """What it turned out to be, and what the program did of it."""
    row.kind, row.state, row.problem = kind, state, problem
    waits = state is MailState.TO_READ
    row.handled_at, row.handled_by = (None, "") if waits else (now, WORKER)


def settle(row: IncomingMail, state: MailState, *, actor: str, now: datetime) -> None:
    """Somebody decided. Raises ValueError for a move of no table."""
    if state not in MAIL_MOVES[row.state]:
        raise ValueError(f"{row.state} does not become {state}")
    row.state, row.handled_at, row.handled_by = state, now, actor
