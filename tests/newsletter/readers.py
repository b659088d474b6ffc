"""Readers of the weekly letter, and what happens in these stories in a line each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select

from eventsapp import clock
from eventsapp.clock import local
from eventsapp.database import db
from eventsapp.jobs import timetable
from eventsapp.jobs.door import Turn, never
from eventsapp.mailroom import sealing
from eventsapp.mailroom.models import Letter
from eventsapp.newsletter import letters, links, listings, subscribing
from eventsapp.newsletter.models import Subscription
from eventsapp.newsletter.subscribing import Choices
from eventsapp.places.models import Quartier, Territory
from tests import factories
from tests.registrations.stories import a_transaction

MONDAY = date(2026, 11, 30)
MONDAY_MORNING = local(MONDAY, 7)
LINK = re.compile(r"https?://\S+/lettre/[\w-]+")


def ask(
    email: str, *, themes: Sequence[str] = (), quartiers: Sequence[str] = (), language: str = "fr"
) -> None:
    """Somebody types an address on the page of the 19e."""
    with a_transaction():
        area = factories.a_territory()
        offer = listings.offered(area)
        subscribing.ask(area, email, Choices(themes, quartiers, language), offer, now=clock.now())


def a_reader(email: str = "awa@example.org", **wishes: Sequence[str] | str) -> Subscription:
    """She asked, and said yes."""
    ask(email, **wishes)  # type: ignore[arg-type]  # names of its own arguments
    with a_transaction():
        found = db.session.scalars(select(Subscription).where(Subscription.email == email)).one()
        subscribing.confirm(found, now=clock.now())
    return found


def a_quartier(slug: str, name: str, territory: Territory | None = None) -> Quartier:
    quartier = Quartier(territory=territory or factories.a_territory(), slug=slug, name=name)
    db.session.add(quartier)
    db.session.flush()
    return quartier


def turn(now: datetime) -> Turn:
    return Turn(now, "worker", never)


def a_turn(now: datetime = MONDAY_MORNING) -> str:
    """What a worker does of it at this hour."""
    db.session.commit()
    return timetable.write_newsletters(turn(now))


def deliver(now: datetime = MONDAY_MORNING) -> None:
    """What waits leaves, as far as a mail server takes it."""
    db.session.commit()
    timetable.deliver_letters(turn(now))


def every_turn(now: datetime = MONDAY_MORNING) -> None:
    """Until nobody is left: what is written leaves meanwhile."""
    deliver(now)
    while a_turn(now):
        deliver(now)


def weekly() -> Sequence[Letter]:
    """The letters of the week that were written, the first first."""
    db.session.rollback()
    return db.session.scalars(select(Letter).where(Letter.kind == letters.KIND).order_by(Letter.id)).all()


def text_of(letter: Letter) -> str:
    return sealing.unseal(letter.text) if letter.is_sealed else letter.text


def link_of(subscription: Subscription) -> str:
    return links.address_of(links.token_of(subscription))
