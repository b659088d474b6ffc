"""Somebody wrote words to the mailbox that calendars answer to: they reach a human (RULES I16, I17)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from flask_babel import force_locale, gettext
from sqlalchemy import func, select

from eventsapp.access import listings as access
from eventsapp.access import readers
from eventsapp.access.models import Role
from eventsapp.agenda.models import Event
from eventsapp.answers import registering
from eventsapp.database import db
from eventsapp.invitations.incoming_models import IncomingMail, MailKind, MailState
from eventsapp.invitations.models import Invitation
from eventsapp.languages import DEFAULT, known
from eventsapp.mailroom import outbox
from eventsapp.mailroom.incoming import Incoming
from eventsapp.mailroom.models import Letter
from eventsapp.mailroom.outbox import OutgoingLetter, Reader, Sender
from eventsapp.places.models import Territory
from eventsapp.registrations import listings
from eventsapp.settings import setting

MOST_FORWARDED = 20
"""Mails forwarded in an hour for one event, or of one desk: beyond, they are read on the desk alone."""
USELESS_AFTER = timedelta(days=14)
OUTLOOK = "winmail"
"""It holds a winmail.dat: whatever a calendar answered is in there (RULES I17)."""
_PLAIN = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
"""An address that a header may carry as it stands."""


def take(row: IncomingMail, mail: Incoming, invitation: Invitation | None, *, now: datetime) -> None:
    """The mail stands on the desk, and is forwarded to those who answer for its event: their answer goes to
    who wrote it. Nothing is answered to them by the program."""
    if invitation is not None:
        event = invitation.event
        registering.concerns(row, invitation)
        registering.is_about(row, event, listings.at_mailbox(event, invitation.address))
    else:
        _find_letter(row, mail)
    problem = OUTLOOK if mail.is_sealed_by_outlook else ""
    registering.becomes(row, MailKind.PERSON, MailState.TO_READ, problem, now)
    db.session.flush()
    if not _is_flooded(row, now):
        for reader in _readers(row):
            _forward(row, mail, reader, now)


def _find_letter(row: IncomingMail, mail: Incoming) -> None:
    """An answer to a letter of ours that names no event in its address: its references tell which."""
    if not mail.references:
        return
    letter = db.session.scalars(
        select(Letter).where(Letter.message_id.in_(mail.references)).order_by(Letter.id.desc())
    ).first()
    if letter is not None:
        registering.answers_letter(row, letter)


def _readers(row: IncomingMail) -> list[Reader]:
    """Those who answer for its host; without one who can be reached, who coordinate the territory."""
    event: Event | None = row.event
    if event is not None and event.host is not None:
        found = readers.of_organisations([event.host]).get(event.host.id, [])
        if by_mail := [one for one in found if one.email]:
            return by_mail
    territory = db.session.get(Territory, row.territory_id) if row.territory_id else None
    if territory is None:
        return [Reader(name=setting("MAIL_DOMAIN"), language=DEFAULT.code, email=setting("HELP_MAIL"))]
    return [
        Reader(name=one.account.name, language=one.account.language, email=one.account.email)
        for one in access.team_of_territory(territory)
        if one.role is Role.COORDINATOR
    ]


def _is_flooded(row: IncomingMail, now: datetime) -> bool:
    place = (
        IncomingMail.event_id == row.event_id
        if row.event_id
        else IncomingMail.territory_id == row.territory_id
    )
    lately = select(func.count(IncomingMail.id)).where(
        place, IncomingMail.kind == MailKind.PERSON, IncomingMail.received_at > now - timedelta(hours=1)
    )
    return (db.session.scalar(lately) or 0) > MOST_FORWARDED


def _forward(row: IncomingMail, mail: Incoming, reader: Reader, now: datetime) -> None:
    event = row.event
    with force_locale((known(reader.language) or DEFAULT).locale):
        agenda = gettext("L’agenda des quartiers")
        who = mail.sender_name or mail.sender
    outbox.post(
        OutgoingLetter(
            kind="answers/forwarded",
            reader=reader,
            sender=Sender(name=agenda, address=setting("MAIL_DEFAULT_SENDER")),
            context={
                "name": reader.name,
                "who": who,
                "address": mail.sender,
                "event": event,
                "title": "" if event is None or event.activity.action.is_sensitive else event.title,
                "about": mail.subject,
                "text": mail.text,
                "is_sealed_by_outlook": mail.is_sealed_by_outlook,
                "desk": f"{setting('PUBLIC_URL')}/pro/reponses/{row.id}",
            },
            territory_id=row.territory_id,
            about=row.about,
            headers={"Reply-To": f"<{mail.sender}>"} if _PLAIN.fullmatch(mail.sender) else {},
            useless_after=now + USELESS_AFTER,
            replaces=False,
        ),
        now=now,
    )
