"""Made-up associations with what they offer, what schools wish, and the account of the coordination."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from math import cos, radians
from random import Random

from eventsapp.access.models import Grant, Role, columns_of
from eventsapp.agenda.models import Audience, Topic
from eventsapp.clock import day_of
from eventsapp.codes import slug_from
from eventsapp.database import db
from eventsapp.people.models import Account, Organisation, OrganisationApproval, OrganisationKind
from eventsapp.places.models import SATURDAY_SCHOOLS, Territory, Venue
from eventsapp.planning.models import OfferedTopic, SaturdayOffer, SchoolWish
from eventsapp.programme.models import Action
from eventsapp.programme.school_calendar import SchoolYear, zone_c
from eventsapp.proposals import deciding, submitting
from eventsapp.proposals.answers import Answers
from eventsapp.seeds.luck import luck
from eventsapp.seeds.records import Records

COORDINATION, ASSOCIATION, SCHOOL = (
    f"{who}@paris-19.example.org" for who in ("coordination", "association", "ecole")
)
"""Who signs in to the demonstration: one of each desk; example.org receives no mail (RFC 2606 section 3)."""

ALSO_IN_THE_10TH = 4
"""One association in so many is approved in the 10e too, and holds its workshops."""

METRES_OF_A_DEGREE = 111_200
"""Of latitude, near Paris."""


def plant_account(
    email: str, name: str, role: Role, places: Sequence[Territory | Organisation | Venue], *, now: datetime
) -> Account:
    """Somebody who holds a role in these places, and signs in by a link."""
    account = Account(email=email, name=name, created_at=now)
    db.session.add(account)
    db.session.add_all(
        Grant(account=account, granted_at=now, granted_by="seeds", **columns_of(role, place))
        for place in places
    )
    db.session.flush()
    return account


def plant_proposals(host: Organisation, by: Account, action: Action, venue: Venue, *, now: datetime) -> None:
    """What an association would publish: one session to look at, another that it is asked to change."""
    for title, weeks in (("Contes et jeux pour toute la famille", 3), ("Atelier d’écriture", 5)):
        answers = Answers(
            action=action,
            venue=venue,
            title=title,
            day=day_of(now) + timedelta(weeks=weeks),
            start=time(14),
            end=time(16),
            audience=Audience.FAMILIES,
        )
        proposal = submitting.submit(host, answers, form=slug_from(title), by=by, now=now)
    deciding.ask_for_changes(
        proposal, "La salle est prise ce jour-là. Une semaine plus tard ?", actor="seeds", now=now
    )


def plant_topics(records: Records) -> list[Topic]:
    """What is talked about with parents."""
    topics = [Topic(slug=slug_from(name, longest=80), name=name) for name in records.topics]
    db.session.add_all(topics)
    db.session.flush()
    return topics


def plant_associations(
    records: Records, home: Territory, also: Territory, schools: list[Venue], *, now: datetime
) -> list[Organisation]:
    """The associations, each living near a school, approved at `home` and some of them in `also`."""
    points = [
        (school.latitude, school.longitude)
        for school in schools
        if school.latitude is not None and school.longitude is not None
    ]
    associations = []
    for number, name in enumerate(records.associations):
        chance = luck("home", name)
        latitude, longitude = _beside(chance.choice(points), chance)
        association = Organisation(
            slug=slug_from(name, longest=80),
            kind=OrganisationKind.ASSOCIATION,
            name=name,
            email=f"{slug_from(name)}@example.org",
            latitude=latitude,
            longitude=longitude,
            is_demonstration=True,
        )
        associations.append(association)
        approved = [home, also] if number % ALSO_IN_THE_10TH == 0 else [home]
        db.session.add(association)
        db.session.flush()
        db.session.add_all(
            OrganisationApproval(organisation=association, territory_id=territory.id, approved_at=now)
            for territory in approved
        )
    db.session.flush()
    return associations


def plant_offers(
    associations: list[Organisation], territory: Territory, topics: list[Topic], year: SchoolYear
) -> None:
    """What each association offers to the school Saturdays: topics, reach, how often, days away."""
    open_days = [
        saturday.day.isoformat()
        for saturday in zone_c().saturdays(year.first, year.last)
        if saturday.is_open and saturday.day.month not in (7, 8)
    ]
    for association in associations:
        chance = luck("offer", association.slug)
        offer = SaturdayOffer(
            organisation=association,
            territory_id=territory.id,
            reach_metres=chance.choice((900, 1500, 2000, 2500, None, None)),
            per_month=chance.choice((2, 2, 3, 3, 4)),
            per_year=chance.choice((16, 18, 20, 24, 30)),
            crews=chance.choice((1, 1, 2)),
            away=sorted(chance.sample(open_days, chance.randint(1, 5))),
        )
        db.session.add(offer)
        db.session.flush()
        offered = chance.sample(topics, chance.randint(2, 5))
        db.session.add_all(OfferedTopic(offer_id=offer.id, topic_id=topic.id) for topic in offered)
    db.session.flush()


def plant_wishes(venues: list[Venue], topics: list[Topic]) -> None:
    """Up to three topics that each nursery, primary and mixed school asked for."""
    for venue in venues:
        if venue.kind in SATURDAY_SCHOOLS:
            chance = luck("wish", venue.slug)
            wished = chance.sample(topics, chance.randint(0, 3))
            db.session.add_all(SchoolWish(venue_id=venue.id, topic_id=topic.id) for topic in wished)
    db.session.flush()


def _beside(point: tuple[float, float], chance: Random) -> tuple[float, float]:
    """A point within some 400 metres of another: latitude, longitude."""
    latitude = point[0] + chance.uniform(-300, 300) / METRES_OF_A_DEGREE
    eastward = METRES_OF_A_DEGREE * cos(radians(latitude))
    return round(latitude, 6), round(point[1] + chance.uniform(-300, 300) / eastward, 6)
