"""A small school year: three schools of the 19e, two associations that come, and who plans it.

Added to the pieces of factories.py; every function adds, flushes and gives what it made.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from eventsapp import clock
from eventsapp.access import grants
from eventsapp.access.models import Role
from eventsapp.agenda import scheduling
from eventsapp.agenda.models import Activity, ActivityKind, Audience, Event, Topic
from eventsapp.agenda.scheduling import Announcement
from eventsapp.clock import local
from eventsapp.codes import slug_from
from eventsapp.database import db
from eventsapp.people import accounts
from eventsapp.people.models import Account, Organisation, OrganisationApproval
from eventsapp.places.models import Territory, Venue
from eventsapp.planning import drafting
from eventsapp.planning.models import Draft, OfferedTopic, SaturdayOffer, SchoolWish
from tests import factories

YEAR = "2026-2027"

OPEN_SATURDAYS = {
    "2026-11": [28],
    "2026-12": [5, 12],
    "2027-01": [9, 16, 23, 30],
    "2027-02": [27],
    "2027-03": [6, 13, 20, 27],
    "2027-04": [24],
    "2027-05": [15, 22, 29],
    "2027-06": [5, 12, 19, 26],
}
"""The Saturdays with school from Monday 23 November 2026, the day after every story starts: Christmas,
winter and spring holidays of zone C, 1 and 8 May, and the Ascension bridge are left out."""


def a_topic(name: str = "les écrans") -> Topic:
    """What is talked about; the same one when asked again."""
    topic = db.session.scalars(select(Topic).where(Topic.slug == slug_from(name))).first()
    if topic is None:
        topic = Topic(slug=slug_from(name), name=name)
        db.session.add(topic)
        db.session.flush()
    return topic


def an_offer(name: str, *topics: str, approved: bool = True, **values: Any) -> SaturdayOffer:
    """An association that comes to schools of the 19e and speaks of these topics."""
    territory = values.pop("territory", None) or factories.a_territory()
    who = {key: values.pop(key) for key in ("latitude", "longitude", "email") if key in values}
    organisation = factories.an_association(name, **who)
    offer = SaturdayOffer(
        organisation=organisation,
        territory_id=territory.id,
        **{"per_month": 4, "per_year": 20, "crews": 2, "away": []} | values,
    )
    db.session.add(offer)
    if approved:
        approval = OrganisationApproval(
            organisation=organisation, territory_id=territory.id, approved_at=clock.now()
        )
        db.session.add(approval)
    db.session.flush()
    db.session.add_all([OfferedTopic(offer_id=offer.id, topic=a_topic(topic)) for topic in topics])
    db.session.flush()
    return offer


def a_wish(school: Venue, topic: str) -> None:
    """The parents of a school asked for a topic."""
    db.session.add(SchoolWish(venue_id=school.id, topic_id=a_topic(topic).id))
    db.session.flush()


def a_town() -> tuple[Venue, Venue, Venue]:
    """The 19e with three schools, Curial, Manin and Tandou, and two associations that go everywhere."""
    factories.an_action("Samedis Matins à l’école")
    schools = tuple(factories.a_school(f"École {name}") for name in ("Curial", "Manin", "Tandou"))
    an_offer("Espace 19", "les écrans", "le sommeil")
    an_offer("Le Café des parents", "les limites", "les devoirs")
    return schools  # type: ignore[return-value]  # three names, three schools


def a_saturday(
    school: Venue, day: date, *, host: Organisation | None = None, topic: Topic | None = None
) -> Event:
    """A school Saturday that is announced already, from 9:30 to 11:30."""
    action = factories.an_action("Samedis Matins à l’école", territory=school.territory)
    title = f"Samedis matins, {school.short_name}"
    activity = factories.an_activity(
        title, action=action, kind=ActivityKind.SCHOOL_SATURDAY, venue_id=school.id
    )
    return scheduling.announce(
        Announcement(
            activity=activity,
            venue=school,
            starts_at=local(day, 9, 30),
            ends_at=local(day, 11, 30),
            audience=Audience.EVERYONE,
            host=host,
            topic=topic,
        ),
        actor="account:1",
        now=clock.now(),
    )


def a_draft(territory: Territory | None = None, *, now: datetime | None = None, rounds: int = 20) -> Draft:
    """A plan of the rest of the school year, worked out and waiting for a yes."""
    moment = now or clock.now()
    draft = drafting.request(territory or factories.a_territory(), YEAR, requested_by=None, now=moment)
    assert drafting.solve(draft, now=moment, seconds=None, iterations=rounds)
    return draft


def a_coordinator(
    *territories: Territory, email: str = "samira@example.org", name: str = "Samira"
) -> Account:
    """Somebody who coordinates these territories."""
    account = accounts.open_account(email, name, actor="cli", now=clock.now())
    for territory in territories:
        grants.give(account, Role.COORDINATOR, territory, by="cli", now=clock.now())
    db.session.flush()
    return account


def series_of(school: Venue) -> Activity | None:
    """The series of school Saturdays of a school, if it has one."""
    return db.session.scalars(
        select(Activity).where(Activity.venue_id == school.id, Activity.kind == ActivityKind.SCHOOL_SATURDAY)
    ).first()
