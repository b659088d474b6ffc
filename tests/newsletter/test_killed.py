"""`kill -9` at every point of writing the letter of a week: no reader is left out, none is served twice."""

from __future__ import annotations

import signal
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from eventsapp.app import create_app
from eventsapp.clock import day_of, local
from eventsapp.database import db
from eventsapp.mailroom.models import Letter
from eventsapp.newsletter import letters
from eventsapp.newsletter.models import Subscription
from tests import factories
from tests.newsletter.readers import a_reader
from tests.registrations.test_killed import mortals

if TYPE_CHECKING:
    from tests.databases import Database
    from tests.servers import PostOffice

READERS = [f"reader{number}@example.org" for number in range(3)]


@pytest.mark.slow
def test_whoever_dies_on_a_monday_each_reader_is_served_once(
    database: Database, smtp: PostOffice, tmp_path: Path
) -> None:
    settings = {
        "ENVIRONMENT": "test",
        "SECRET_KEY": "only the killed know",
        "DATABASE_URL": database.url,
        "INSTANCE_PATH": str(tmp_path),
        "MAIL_SERVER": smtp.host,
        "MAIL_PORT": str(smtp.port),
        "FORM_SECONDS": "0",  # test_traps
        "LOG_LEVEL": "ERROR",
    }
    app = create_app({**settings, "FORM_SECONDS": 0, "MAIL_PORT": smtp.port})
    database.users.append(app)
    today = day_of(datetime.now(UTC))  # the processes have their own clock
    monday = today + timedelta(days=7 - today.weekday())
    seven = local(monday, 7)
    with app.app_context():
        event = factories.an_event(starts_at=seven + timedelta(days=2))
        for email in READERS:
            a_reader(email)
        db.session.commit()
        path = f"/e/{event.code}/inscription"

    states, dies_at = [], 0
    with mortals(settings | {"REHEARSED_AT": path}, app, smtp) as workers:
        while not states or workers.write_newsletters(dies_at := dies_at + 1, seven) == -signal.SIGKILL:
            with app.app_context():
                written = db.session.scalars(select(Letter.address).where(Letter.kind == letters.KIND)).all()
                served = db.session.scalars(
                    select(Subscription.email).where(Subscription.issued_on == monday)
                ).all()
            assert sorted(written) == sorted(served)
            states.append(len(written))
        assert workers.write_newsletters(0, seven) == 0
    # Nobody of them until the commit, then all of them.
    assert (states[0], states[-1], set(states)) == (0, 3, {0, 3})
    assert len(states) > 10
    with app.app_context():
        written = db.session.scalars(select(Letter.address).where(Letter.kind == letters.KIND)).all()
    assert Counter(written) == dict.fromkeys(READERS, 1)
