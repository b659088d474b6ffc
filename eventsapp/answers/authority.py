"""Who may answer for whom: the token of the address, the UID and the ATTENDEE must agree (RULES I1 to I6).

S/MIME, which RFC 6047 asks for, nobody sends: the token that only the invited got, and the word of our own
server on where a mail comes from, stand in for it (RULES I7).
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from eventsapp.agenda.models import Event
from eventsapp.agenda.said import SAID
from eventsapp.database import db
from eventsapp.ical.answer import Answer
from eventsapp.invitations import promises
from eventsapp.invitations.models import Invitation
from eventsapp.mailroom.incoming import Incoming
from eventsapp.settings import setting

UNKNOWN = "inconnue"
"""Neither a token of ours nor somebody who was invited: dropped (RULES I2)."""
OTHER_EVENT = "autre_rendez_vous"
CRASHER = "autre_personne"
"""Somebody to whom an invitation was passed on (RULES I14)."""
OTHER_ORGANIZER = "autre_organisateur"
RECURRENCE = "une_date_d_une_serie"


@dataclass(frozen=True)
class Claim:
    """For which invitation an answer speaks, and how far it is believed."""

    invitation: Invitation | None
    problem: str = ""
    """Why nothing may be done of it, in a word of this module; empty where something may."""
    is_certain: bool = False
    """It comes from the very mailbox that was invited: a « no » is theirs (RULES I6)."""


def invited(mail: Incoming) -> list[Invitation]:
    """The invitations of the tokens that a mail was addressed to, in their order; one statement, or none."""
    if not mail.tokens:
        return []
    found = db.session.scalars(_with_event().where(Invitation.token.in_(mail.tokens))).all()
    return sorted(found, key=lambda one: mail.tokens.index(one.token))


def claim(mail: Incoming, answer: Answer) -> Claim:
    """Whether an answer counts, and for whom."""
    known = invited(mail)
    by_token = next((one for one in known if one.event.uid == answer.uid), None)
    invitation = by_token or _proved(mail, answer)
    if invitation is None:
        return Claim(known[0], OTHER_EVENT) if known else Claim(None, UNKNOWN)
    if answer.attendee != invitation.address:  # the whole of it: « endswith » would believe anybody
        return Claim(invitation, CRASHER)
    if answer.organizer is not None and answer.organizer != promises.address_of(invitation).lower():
        return Claim(invitation, OTHER_ORGANIZER)
    if answer.recurrence_id is not None:  # every date of ours has its own UID (RULES R1)
        return Claim(invitation, RECURRENCE)
    return Claim(invitation, is_certain=comes_from(mail, invitation.address))


def comes_from(mail: Incoming, address: str) -> bool:
    """Whether a mail comes from this mailbox, as far as our own server can tell (RULES I5)."""
    return mail.sender == address and (mail.sender_is_proved or not setting("ANSWERS_AUTHSERV_ID"))


def _proved(mail: Incoming, answer: Answer) -> Invitation | None:
    """The invitation of a mail without its token: of whoever wrote it, as DMARC proves (RULES I6)."""
    if not mail.sender_is_proved or not answer.attendee or mail.sender != answer.attendee:
        return None
    return db.session.scalars(
        _with_event().where(Event.uid == answer.uid, Invitation.address == answer.attendee)
    ).first()


def _with_event() -> Select[Invitation]:
    return select(Invitation).join(Invitation.event).options(joinedload(Invitation.event).options(*SAID))
