"""What planning writes to partners."""

from __future__ import annotations

from datetime import datetime, timedelta

from eventsapp.mailroom import outbox
from eventsapp.mailroom.outbox import OutgoingLetter, Reader, Sender
from eventsapp.places.wording import agenda_name
from eventsapp.planning.models import ComebackQuestion
from eventsapp.settings import setting


def comeback(question: ComebackQuestion, reader: Reader, token: str, *, now: datetime) -> None:
    """« On repart ? »: does this organisation come again next year?"""
    preparation = question.preparation
    sender = agenda_name(preparation.territory, reader.language)
    outbox.post(
        OutgoingLetter(
            kind="planning/comeback",
            reader=reader,
            sender=Sender(name=sender, address=setting("MAIL_DEFAULT_SENDER")),
            context={
                "name": reader.name,
                "organisation": question.organisation.name,
                "territory": preparation.territory.ordinal,
                "year": preparation.school_year,
                "sessions": question.sessions_before,
                "link": f"{setting('PUBLIC_URL')}/on-repart/{token}",
            },
            thread=outbox.thread_of("comeback", question.id),
            territory_id=preparation.territory_id,
            holds_private_link=True,
            useless_after=now + timedelta(days=90),
        ),
        now=now,
    )
