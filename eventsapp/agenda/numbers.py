"""Events by their number, for who needs no more of them than a name."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from eventsapp.agenda.models import Event
from eventsapp.database import db


def titles_of(numbers: Collection[int]) -> dict[int, tuple[str, str]]:
    """The code and title of events, by number; one statement, or none."""
    if not numbers:
        return {}
    rows = db.session.execute(select(Event.id, Event.code, Event.title).where(Event.id.in_(numbers)))
    return {number: (code, title) for number, code, title in rows}
