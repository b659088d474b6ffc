"""What feeds are dated by never goes back, whoever of two writers came first."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from eventsapp.agenda import revisions
from eventsapp.clock import now
from eventsapp.database import db
from eventsapp.feeds import rebuilding
from eventsapp.places.models import Territory
from tests import factories
from tests.pages import PageClient

FEED = "/agendas/paris-19.ics"

pytestmark = pytest.mark.usefixtures("db_session")


def revise(number: int, moment: datetime) -> tuple[int, datetime]:
    revisions.revise(number, moment)
    db.session.commit()
    revision, revised_at = db.session.execute(select(Territory.revision, Territory.revised_at)).one()
    return revision, revised_at


def test_who_came_first_and_waited_for_the_other_does_not_put_the_date_back(
    client: PageClient, clock: time_machine.Traveller
) -> None:
    """Karim came at noon and a minute later Samira; her change went first. Yann’s calendar, which compares
    dates, read between, and is told of Karim’s all the same."""
    number = factories.an_event().territory_id
    db.session.commit()
    noon = now()
    clock.shift(timedelta(minutes=1))
    first, samiras = revise(number, now())
    assert samiras == noon + timedelta(minutes=1)
    clock.shift(timedelta(seconds=5))
    since = {"If-Modified-Since": client.get(FEED).headers["Last-Modified"]}
    second, karims = revise(number, noon)
    assert (second, karims) == (first + 1, noon + timedelta(minutes=1, seconds=1))
    assert client.get(FEED, headers=since).status_code == 200
    clock.shift(timedelta(minutes=1))
    assert revise(number, now()) == (first + 2, now())


def test_nor_does_who_renders_everything_anew(clock: time_machine.Traveller) -> None:
    event = factories.an_event()
    number, noon = event.territory_id, now()
    event.fragment = "of an older program"
    db.session.commit()
    _, later = revise(number, noon + timedelta(minutes=1))
    assert rebuilding.rebuild(noon) == 1
    db.session.commit()
    assert db.session.scalars(select(Territory.revised_at)).one() == later + timedelta(seconds=1)
