"""What was counted at the door over a school year, and what it took: hours and cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select

from eventsapp.attendance.models import AttendanceFigures, Counter, EventMeans
from eventsapp.database import db


@dataclass(frozen=True)
class Attended:
    """Sums over the sessions that somebody counted (`sessions`) or whose means were noted (`noted`)."""

    sessions: int
    counted: Mapping[Counter, int]
    noted: int
    paid_minutes: int
    volunteer_minutes: int
    cost_cents: int


def of(*where: ColumnElement[bool]) -> Attended:
    """The sums over the events of these conditions; two statements."""
    columns = [func.coalesce(func.sum(getattr(AttendanceFigures, one.column)), 0) for one in Counter]
    sessions, *figures = db.session.execute(
        select(func.count(AttendanceFigures.id), *columns).join(AttendanceFigures.event).where(*where)
    ).one()
    means = db.session.execute(
        select(
            func.count(EventMeans.id),
            func.coalesce(func.sum(EventMeans.paid_minutes), 0),
            func.coalesce(func.sum(EventMeans.volunteer_minutes), 0),
            func.coalesce(func.sum(EventMeans.cost_cents), 0),
        )
        .join(EventMeans.event)
        .where(*where)
    ).one()
    counted = {one: int(number) for one, number in zip(Counter, figures, strict=True)}
    return Attended(sessions, counted, *(int(number) for number in means))
