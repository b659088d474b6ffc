"""Letters to post in the stories of this folder: real ones, of a registration, or plain ones."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from eventsapp import clock
from eventsapp.database import db
from eventsapp.mailroom import outbox
from eventsapp.mailroom.models import Letter
from eventsapp.mailroom.outbox import OutgoingLetter, Reader, Sender
from tests import factories
from tests.registrations.stories import a_transaction

LINK = "https://agenda.example.org/m/hT3vQ8_xZr-1LwYk5nPc9bDg"


def outgoing(first_name: str = "Awa", **values: Any) -> OutgoingLetter:
    """« Confirmed » to Awa at awa@example.org, with a private link."""
    event = factories.an_event()
    return OutgoingLetter(
        **{
            "kind": "registrations/confirmed",
            "reader": Reader(name=first_name, language="fr", email=f"{first_name.lower()}@example.org"),
            "sender": Sender(name="L’agenda du 19e", address="agenda@agenda.example.org"),
            "context": {
                "first_name": first_name,
                "agenda_name": "L’agenda du 19e",
                "event": event,
                "when": event,
                "answers_are_read": False,
                "title": event.title,
                "seats": 2,
                "place": "École Curial",
                "street": "",
                "door": "",
                "access": "",
                "was": None,
                "was_at": "",
                "room": "",
                "link": LINK,
            },
            "holds_private_link": True,
            "territory_id": event.territory_id,
        }
        | values
    )


def post(first_name: str = "Awa", *, now: datetime | None = None, **values: Any) -> int:
    """Posts it in a transaction of its own, and gives the letter's number."""
    with a_transaction():
        row = outbox.post(outgoing(first_name, **values), now=now or clock.now())
        db.session.flush()
        return row.id


def letter(letter_id: int) -> Letter:
    """A letter as it stands in the database now."""
    db.session.rollback()
    return db.session.scalars(
        select(Letter).where(Letter.id == letter_id).execution_options(populate_existing=True)
    ).one()
