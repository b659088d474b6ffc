"""Events by their number, for who needs no more of them than that, or than a name."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

from sqlalchemy import Select, bindparam, select

from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.refusals import NotFound


def number_of(code: str) -> int:
    """The id of the event with this code, for doors that lock and read it next. Raises NotFound."""
    number = db.session.scalar(_number_of(), {"code_of": code})
    if number is None:
        raise NotFound()
    return number


@lru_cache(maxsize=1)
def _number_of() -> Select[int]:
    return select(Event.id).where(Event.code == bindparam("code_of"))


def titles_of(numbers: Collection[int]) -> dict[int, tuple[str, str]]:
    """The code and title of events, by number; one statement, or none."""
    if not numbers:
        return {}
    rows = db.session.execute(select(Event.id, Event.code, Event.title).where(Event.id.in_(numbers)))
    return {number: (code, title) for number, code, title in rows}
