"""What feeds are dated by never goes back, whoever of two writers came first; an event has one lock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from sqlalchemy import insert, select, text

from eventsapp.agenda import revisions
from eventsapp.agenda.models import Event
from eventsapp.clock import now
from eventsapp.database import db
from eventsapp.feeds import rebuilding
from eventsapp.places.models import Territory
from eventsapp.registrations import seats
from eventsapp.registrations.models import Enrolment
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


@pytest.mark.databases("postgresql")  # on SQLite nobody writes while another does
@pytest.mark.parametrize("way", ["lock", "claim", "lock_all"])
def test_whoever_changes_an_event_waits_for_nobody_who_fills_in_a_form(way: str) -> None:
    """And who holds it locks it again, while that family waits to be seated: neither waits for the other."""
    event = factories.an_event()
    later, number = now() + timedelta(hours=1), event.id
    ways: dict[str, Callable[[], object]] = {
        "lock": lambda: (revisions.lock(event), event)[1],
        "claim": lambda: revisions.claim(number),
        "lock_all": lambda: (revisions.lock_all(select(Event.id)), event)[1],
    }
    db.session.commit()
    with db.engine.connect() as elsewhere:
        form = {"event_id": number, "expires_at": later, "answers": {}, "fingerprint": "f" * 64}
        elsewhere.execute(insert(Enrolment).values(**form))
        seats.locked(number)
        db.session.execute(text("SET LOCAL lock_timeout = '5s'"))
        assert ways[way]() is event
        db.session.rollback()
        elsewhere.rollback()
