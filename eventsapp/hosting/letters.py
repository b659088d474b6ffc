"""What the contact of a school is told: here are your dates, answer by this link, or on the phone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from eventsapp.directory.models import Contact
from eventsapp.hosting import listings
from eventsapp.mailroom import outbox
from eventsapp.mailroom.outbox import OutgoingLetter, Reader, Sender, thread_of
from eventsapp.places.models import Venue
from eventsapp.places.wording import agenda_name
from eventsapp.settings import setting

MOST_DATES = 12
"""Dates that a letter lists: half a year of Saturdays; her page has them all."""
USELESS_AFTER = timedelta(days=30)


def link(contact: Contact, venue: Venue, address: str, *, now: datetime) -> None:
    """Her page by link."""
    _post(contact, venue, {"link": address}, now=now)


def call(contact: Contact, venue: Venue, *, now: datetime) -> None:
    """She has no mailbox: somebody calls, with the dates to be confirmed."""
    _post(contact, venue, {}, now=now)


def _post(contact: Contact, venue: Venue, context: dict[str, Any], *, now: datetime) -> None:
    coming = listings.dates_at(venue, now=now, limit=MOST_DATES)
    dates = [one for one in coming if not one.event.is_cancelled]
    sender = agenda_name(venue.territory, contact.language)
    outbox.post(
        OutgoingLetter(
            kind="hosting/link",
            reader=Reader(
                name=contact.name,
                language=contact.language,
                email=contact.email,
                phone=contact.phone,
                mail_fails=contact.mail_failed_at is not None,
            ),
            sender=Sender(name=sender, address=setting("MAIL_DEFAULT_SENDER")),
            context=context
            | {
                "name": contact.name,
                "school": venue.name,
                "agenda_name": sender,
                "hours": contact.hours,
                "dates": dates,
            },
            thread=thread_of("hosting", contact.id),
            territory_id=venue.territory_id,
            holds_private_link="link" in context,
            useless_after=now + USELESS_AFTER,
        ),
        now=now,
    )
