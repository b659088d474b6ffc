"""What happens in these stories, in a line each: Nadia's association holds a Saturday at Curial, where Madame
Roy opens; a worker invites both."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from eventsapp import clock as time
from eventsapp.agenda.models import ActivityKind, Event
from eventsapp.convening import inviting
from eventsapp.database import db
from eventsapp.people.models import Account
from tests import factories
from tests.calendars.client import Mailbox
from tests.registrations.stories import a_transaction, letters

NADIA, ROY = "nadia@amis.example", "roy@ecole.example"
SOON = timedelta(minutes=15)
"""The window of undoing, and the grace after it."""


def a_saturday(**values: Any) -> Event:
    """On Saturday 12 December, at Curial, held by Les Amis de Curial."""
    school = factories.a_school()
    series = factories.an_activity("Samedis matins", kind=ActivityKind.SCHOOL_SATURDAY, venue=school)
    on = time.local(date(2026, 12, 12), 10)
    told_as: dict[str, Any] = {"capacity": None, "venue": school, "starts_at": on}
    return factories.an_event("Les écrans", activity=series, **told_as | values)


def a_worker_invites() -> int:
    """As its job does (`timetable.invite_hosts`)."""
    db.session.commit()
    done = 0
    for number in inviting.due(time.now()):
        with a_transaction():
            done += inviting.settle(number, time.now())
    assert inviting.due(time.now()) == []
    return done


def posted() -> list[str]:
    return [f"{one.address} {one.kind} {one.method}" for one in letters() if one.method]


def starts(boxes: dict[str, Mailbox], address: str) -> list[datetime]:
    return [one.starts_at for one in boxes[address].shows().values()]


def nadia() -> Account:
    return db.session.query(Account).filter_by(email=NADIA).one()
