"""School years of a territory that are archived: what happened in them stays as it is written.

What is past can be changed for a while: attendance is typed in on Monday, a forgotten session is added.
Once the figures of a year were reported, its archive is closed, and nothing of it moves any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select

from eventsapp import journal
from eventsapp.clock import day_of
from eventsapp.database import db
from eventsapp.places.models import Territory
from eventsapp.programme.models import ClosedYear
from eventsapp.programme.school_calendar import SchoolYear, year_of
from eventsapp.refusals import Conflict, msgid


class YearIsClosed(Conflict):
    """Nothing in an archived year changes. Parameter: `year`."""

    sentence = msgid("L’année %(year)s est archivée : on la lit, et rien n’y change plus.")


class YearIsNotOver(Conflict):
    """A year is archived once its last day has passed. Parameter: `year`."""

    sentence = msgid("L’année %(year)s n’est pas finie : on l’archive après le 31 août.")


def close(territory: Territory, year: SchoolYear, *, actor: str, now: datetime) -> ClosedYear:
    """Archives a school year of a territory. Raises YearIsNotOver, YearIsClosed."""
    if day_of(now) <= year.last:
        raise YearIsNotOver(year=year.label)
    if year.label in closed_in(territory.id):
        raise YearIsClosed(year=year.label)
    row = ClosedYear(territory_id=territory.id, school_year=year.label, closed_at=now, closed_by=actor)
    db.session.add(row)
    db.session.flush()
    journal.note(actor, "closed", row, now=now, territory_id=territory.id, year=year.label)
    return row


def reopen(territory: Territory, year: SchoolYear, *, actor: str, now: datetime) -> bool:
    """Opens an archive again, for a figure that was wrong; False when it was not closed."""
    row = db.session.scalars(
        select(ClosedYear).where(
            ClosedYear.territory_id == territory.id, ClosedYear.school_year == year.label
        )
    ).first()
    if row is None:
        return False
    journal.note(actor, "reopened", row, now=now, territory_id=territory.id, year=year.label)
    db.session.delete(row)
    db.session.flush()
    return True


def closed_in(territory_id: int) -> Sequence[str]:
    """The archived years of a territory, « 2025-2026 », the latest first; one statement."""
    return db.session.scalars(
        select(ClosedYear.school_year)
        .where(ClosedYear.territory_id == territory_id)
        .order_by(ClosedYear.school_year.desc())
    ).all()


def require_open(territory_id: int, *days: date) -> None:
    """Raises YearIsClosed when one of these Paris days lies in an archived year; one statement."""
    closed = set(closed_in(territory_id))
    for day in days:
        if year_of(day).label in closed:
            raise YearIsClosed(year=year_of(day).label)
