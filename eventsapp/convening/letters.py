"""What hosts and places of school Saturdays read beside the invitation; templates/mail/convening/."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import force_locale, gettext

from eventsapp.agenda.entries import address_of
from eventsapp.agenda.models import Event
from eventsapp.convening.asked import Asked
from eventsapp.invitations.models import Capacity
from eventsapp.invitations.promises import Promise
from eventsapp.languages import DEFAULT, known
from eventsapp.mailroom import outbox
from eventsapp.mailroom.outbox import OutgoingLetter, Reader, Sender
from eventsapp.settings import setting


def asked(event: Event, one: Asked, promise: Promise, *, is_known: bool, now: datetime) -> None:
    """You are expected that day; or, where `is_known`, this is how it stands now."""
    context = {
        "office": one.office,
        "is_place": one.capacity is Capacity.PLACE,
        "is_known": is_known,
        "page": address_of(event),
        "ask_again": f"{setting('PUBLIC_URL')}/ecole",
    }
    _post("asked", event, one.reader, promise, context, now)


def released(event: Event, reader: Reader, promise: Promise, *, now: datetime) -> None:
    """That date leaves your calendar: it is called off, or somebody else is expected."""
    _post("released", event, reader, promise, {"reason": event.cancel_reason}, now)


def sender_name(event: Event, language: str) -> str:
    """« L’agenda du 19e », as ORGANIZER and From say it."""
    with force_locale((known(language) or DEFAULT).locale):
        return gettext("L’agenda du %(territory)s", territory=event.territory.ordinal)


def _post(
    letter: str, event: Event, reader: Reader, promise: Promise, context: dict[str, Any], now: datetime
) -> None:
    sender = sender_name(event, reader.language)
    neutral = event.activity.action.is_sensitive
    outbox.post(
        OutgoingLetter(
            kind=f"convening/{letter}",
            reader=Reader(name=reader.name, language=reader.language, email=reader.email),
            sender=Sender(name=sender, address=promise.organizer.address),
            context=context
            | {
                "name": reader.name,
                "agenda_name": sender,
                "event": event,
                "title": "" if neutral else event.title,
                "place": event.venue.full_address if neutral else event.venue.name,
                "room": event.room,
            },
            thread=outbox.thread_of(event.id, reader.email or ""),
            territory_id=event.territory_id,
            calendar=promise.calendar,
            method=promise.method,
            useless_after=event.starts_at,
            replaces=False,
        ),
        now=now,
    )
