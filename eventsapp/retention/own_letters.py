"""What was written to a household and what came from it, for itself; instants in ISO 8601."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import select

from eventsapp.database import db
from eventsapp.invitations import contents
from eventsapp.invitations.incoming_models import IncomingMail
from eventsapp.mailroom import sealing
from eventsapp.mailroom.models import CallAttempt, Letter

Held = dict[str, Any]


def posted(about: Sequence[str]) -> Sequence[Letter]:
    """Every letter about these."""
    return db.session.scalars(select(Letter).where(Letter.about.in_(about)).order_by(Letter.id)).all()


def said(letters: Sequence[Letter]) -> list[Held]:
    """What these letters said, and what came of the calls."""
    calls: dict[int, list[Held]] = defaultdict(list)
    attempts = db.session.scalars(
        select(CallAttempt)
        .where(CallAttempt.letter_id.in_([one.id for one in letters]))
        .order_by(CallAttempt.id)
    )
    for attempt in attempts:
        calls[attempt.letter_id].append(
            {
                "outcome": attempt.outcome.value,
                "at": at(attempt.made_at),
                "answered_by": attempt.confirmed_by or None,
            }
        )
    return [
        {
            "kind": one.kind,
            "channel": one.channel.value,
            "to": one.address,
            "name": one.reader_name,
            "phone": one.phone,
            "language": one.language,
            "subject": one.subject,
            "text": _text(one),
            "status": one.status.value,
            "posted_at": at(one.posted_at),
            "finished_at": at(one.finished_at),
            "calls": calls[one.id],
        }
        for one in letters
    ]


def _text(letter: Letter) -> str:
    """Without its links: a copy of this page opens nothing."""
    if not letter.is_sealed:
        return sealing.erase_links(letter.text)
    try:
        return sealing.erase_links(sealing.unseal(letter.text))
    except sealing.Unreadable:
        return ""


def received(about: Sequence[str]) -> list[Held]:
    """What came from them by mail: its words as long as they are kept."""
    rows = db.session.scalars(
        select(IncomingMail).where(IncomingMail.about.in_(about)).order_by(IncomingMail.id)
    )
    return [
        {
            "received_at": at(row.received_at),
            "kind": row.kind.value,
            "state": row.state.value,
            "said": asdict(content) if (content := contents.read(row)) else None,
        }
        for row in rows
    ]


def at(moment: datetime | None) -> str | None:
    """An instant as JSON can say it."""
    return moment.isoformat() if moment else None
