"""Thirty families for ten places, all at once, over real HTTP and several processes, on both databases.

Three hundred for a hundred, with registrations a second, is `python -m bench.burst`: its crowd comes here.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from bench.crowd import MAILBOXES, come
from bench.processes import children_of, crowd_web
from eventsapp import clock
from eventsapp.agenda.models import Event
from eventsapp.app import create_app
from eventsapp.database import db
from eventsapp.mailroom.models import Letter
from eventsapp.registrations import listings
from eventsapp.registrations.models import Participant, Registration, RegistrationStatus
from tests import factories

if TYPE_CHECKING:
    from tests.databases import Database

FAMILIES, PLACES = 30, 10


@pytest.mark.slow
def test_ten_places_are_given_to_ten_of_thirty_and_the_others_are_in_line(
    database: Database, tmp_path: Path
) -> None:
    """The processes have their own clock, so this story takes place today."""
    settings = {
        "ENVIRONMENT": "test",
        "SECRET_KEY": "only the crowd knows",
        "DATABASE_URL": database.url,
        "INSTANCE_PATH": str(tmp_path),
        "FORM_SECONDS": "0",  # test_traps; bench.burst waits for its two seconds
        "LOG_LEVEL": "WARNING",
    }
    app = create_app({**settings, "FORM_SECONDS": 0})
    database.users.append(app)
    starts = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=20)
    with app.app_context():
        event = factories.an_event("Fête de rentrée", capacity=PLACES, starts_at=starts)
        db.session.commit()
        code = event.code

    with crowd_web("wsgi:app", settings, "--preload") as (address, master):
        assert len(children_of(master)) > 1
        # In a thread of its own: a browser test may have left this one with a running loop.
        with ThreadPoolExecutor(1) as thread:
            burst = thread.submit(
                come, address, f"/e/{code}/inscription", families=FAMILIES, writing=0
            ).result()

    assert burst.errors == []
    assert {tuple(one.statuses) for one in burst.families} == {(200, 303, 200, 303, 200)}
    assert burst.ranks == list(range(1, FAMILIES - PLACES + 1))
    with app.app_context():
        event = db.session.scalars(select(Event)).one()
        assert event.seats_taken == PLACES
        statuses = select(Registration.status, func.count()).group_by(Registration.status)
        assert dict(db.session.execute(statuses).all()) == {
            RegistrationStatus.CONFIRMED: PLACES,
            RegistrationStatus.WAITING: FAMILIES - PLACES,
        }
        assert db.session.scalar(select(func.count(Participant.id))) == FAMILIES
        # In line as they came: whoever read « rang 3 » is the third.
        in_line = [one.contact.email for one in listings.waiting_at(event)]
        read = {one.rank: f"famille{one.number}@{MAILBOXES}" for one in burst.families if one.rank}
        assert in_line == [read[rank] for rank in range(1, len(in_line) + 1)]
        letters = db.session.execute(select(Letter.address, Letter.kind).order_by(Letter.id)).all()
        assert sorted(map(tuple, letters)) == sorted(
            (
                f"famille{one.number}@{MAILBOXES}",
                "registrations/waiting" if one.rank else "registrations/confirmed",
            )
            for one in burst.families
        )
        assert clock.now() < event.starts_at
