"""What happens in these stories, in a line each: Awa's calendar says no, the worker reads it."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

from sqlalchemy import select

from eventsapp import clock
from eventsapp.answers import receiving
from eventsapp.database import db
from eventsapp.invitations.incoming_models import IncomingMail
from eventsapp.invitations.models import Invitation
from eventsapp.mailroom.models import Letter
from eventsapp.registrations import leaving
from eventsapp.registrations.models import Registration
from tests.registrations.stories import a_transaction, letters

KEY = count(1)
HOUR = timedelta(hours=1)


def reads(octets: bytes) -> IncomingMail:
    """The worker reads one mail; its line."""
    before = set(db.session.scalars(select(IncomingMail.id)))
    with a_transaction():
        receiving.take(octets, key=f"INBOX.1.{next(KEY)}", now=clock.now())
    after = db.session.scalars(select(IncomingMail).order_by(IncomingMail.id)).all()
    new = [one for one in after if one.id not in before]
    return new[-1] if new else after[-1]


def invited(address: str) -> Letter:
    """The last invitation that went to a mailbox."""
    return [one for one in letters(address) if one.method == "REQUEST"][-1]


def invitation(address: str) -> Invitation:
    return db.session.scalars(select(Invitation).where(Invitation.address == address)).one()


def settles() -> int:
    """The worker gives up what is due by now."""
    number = 0
    db.session.commit()
    for one in leaving.due(clock.now()):
        with a_transaction():
            number += leaving.settle(one, clock.now())
    return number


def again(registration: Registration) -> Registration:
    """As it stands in the database."""
    db.session.rollback()  # what others committed meanwhile is seen from here on
    return db.session.get_one(Registration, registration.id)
