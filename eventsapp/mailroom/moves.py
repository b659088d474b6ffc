"""How letters go from one status to another: by one UPDATE that finds only those which are still where they
were, so that two who would move the same one never both do."""

from __future__ import annotations

from sqlalchemy import ColumnElement, update

from eventsapp.database import rows_changed
from eventsapp.mailroom.models import LETTER_MOVES, Letter, LetterStatus


def move(start: LetterStatus, end: LetterStatus, *which: ColumnElement[bool], **values: object) -> int:
    """Moves the letters that are still at `start`, and says how many they were."""
    if end not in LETTER_MOVES[start]:
        raise ValueError(f"no letter goes from {start} to {end}")
    return rows_changed(update(Letter).where(Letter.status == start, *which).values(status=end, **values))
