"""The words of a mail, encrypted as long as they are kept: whoever copies the database reads none of them."""

from __future__ import annotations

import base64
import json
from dataclasses import asdict, dataclass, replace

from eventsapp.ical.answer import Answer
from eventsapp.invitations.incoming_models import IncomingMail
from eventsapp.mailroom import sealing
from eventsapp.mailroom.incoming import Incoming


@dataclass(frozen=True, kw_only=True)
class Content:
    """What somebody wrote, from where, and what their calendar said: to be shown, never obeyed (RULES
    I10)."""

    sender: str = ""
    sender_name: str = ""
    subject: str = ""
    text: str = ""
    quoted: str = ""
    attendee: str = ""
    """In whose name a calendar answered."""
    partstat: str = ""
    comment: str = ""
    guests: int = 0
    location: str = ""
    """Where a COUNTER would have it."""


def of(mail: Incoming, answer: Answer | None = None) -> Content:
    """What is kept of a mail; of an answer, what its calendar said: the words around it are a program's."""
    sent = Content(sender=mail.sender, sender_name=mail.sender_name, subject=mail.subject)
    if answer is None:
        return replace(sent, text=mail.text, quoted=mail.quoted)
    return replace(
        sent,
        attendee=answer.attendee,
        partstat=answer.partstat,
        comment=answer.comment,
        guests=answer.guests,
        location=answer.location,
    )


def keep(row: IncomingMail, content: Content) -> None:
    """Writes the words into their row, encrypted."""
    row.content, row.has_content = sealing.seal(json.dumps(asdict(content))), True


def keep_original(row: IncomingMail, octets: bytes) -> None:
    """The whole mail as it came."""
    row.original, row.has_content = sealing.seal(base64.b64encode(octets).decode()), True


def read(row: IncomingMail) -> Content | None:
    """What is kept of it; None once it is forgotten, or when its key is gone."""
    if not row.content:
        return None
    try:
        return Content(**json.loads(sealing.unseal(row.content)))
    except sealing.Unreadable:
        return None


def original(row: IncomingMail) -> bytes | None:
    """The mail as it came, where it was kept."""
    if not row.original:
        return None
    try:
        return base64.b64decode(sealing.unseal(row.original))
    except sealing.Unreadable:
        return None


def forget(row: IncomingMail) -> None:
    """Nothing that anybody wrote is kept any more."""
    row.content = row.original = ""
    row.has_content = False
