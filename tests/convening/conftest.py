"""What every story here has: a Saturday of Nadia's and Madame Roy's, and calendars that read their mail."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as time
from eventsapp.access.models import Grant, Role
from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.mailroom import rounds
from eventsapp.people.models import Account
from tests import factories
from tests.calendars.client import Mailbox
from tests.convening.stories import NADIA, a_saturday
from tests.servers import PostOffice


@pytest.fixture
def event(db_session: scoped_session[Session]) -> Event:
    school = factories.a_school()
    factories.a_contact(school)
    host = factories.an_association()
    nadia = Account(email=NADIA, name="Nadia", created_at=time.now())
    db.session.add(nadia)
    db.session.flush()
    db.session.add(
        Grant(
            account=nadia,
            role=Role.OWNER,
            organisation=host,
            granted_at=time.now(),
            granted_by="cli",
        )
    )
    event = a_saturday(host=host)
    db.session.commit()
    return event


@pytest.fixture
def calendars(smtp: PostOffice) -> Callable[[], dict[str, Mailbox]]:
    """Every letter is delivered and read, in the order it arrived: what each of them shows."""
    boxes: dict[str, Mailbox] = {}

    def read() -> dict[str, Mailbox]:
        db.session.commit()
        done = rounds.deliver_due(time.now(), limit=500)
        assert (done.deferred, done.failed) == (0, 0)
        for letter in smtp.letters:
            [address] = letter.recipients
            boxes.setdefault(address, Mailbox(address)).receives(letter.octets)
        smtp.letters.clear()
        assert [box.ignored for box in boxes.values() if box.ignored] == []
        return boxes

    return read
