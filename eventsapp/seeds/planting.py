"""Planting: a true-to-life 19th arrondissement in an empty database, in one transaction.

Everything is drawn the same each time, but for the random codes and UIDs of events.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import select

from eventsapp.access.models import Role
from eventsapp.clock import day_of, local
from eventsapp.database import begin_writing, db
from eventsapp.places.models import SATURDAY_SCHOOLS, Territory, VenueKind
from eventsapp.programme.school_calendar import SchoolYear, zone_c
from eventsapp.refusals import Conflict, msgid
from eventsapp.seeds import (
    exchanges,
    families,
    ground,
    partners,
    professionals,
    reading,
    saturdays,
    school_contacts,
    series,
)

HOME, ALSO = "paris-19", "paris-10"
"""Where the school Saturdays are, and the other territory with activities."""

TURN_OF_THE_YEAR = (6, 15)
"""Month and day after which one speaks of the next school year."""

ANNOUNCED = (8, 25)
"""Month and day on which the year is announced: what is past by now was announced before it happened."""

ITERATIONS = 150
"""Of the solver: past that a better year costs more waiting than it is worth in a demonstration."""


class NotEmpty(Conflict):
    """Seeds are planted in an empty database only: they would mix made-up with real."""

    sentence = msgid(
        "La base contient déjà des arrondissements : les données d’exemple n’y sont pas ajoutées."
    )


def is_empty() -> bool:
    """Whether nothing has been planted or written yet."""
    return db.session.scalar(select(Territory.id).limit(1)) is None


def plant(
    now: datetime,
    *,
    progress: Callable[[str], object] = print,
    seconds: float | None = None,
    iterations: int | None = ITERATIONS,
    data: Path = reading.DATA,
) -> None:
    """Plants everything and commits once. `progress` is told each step in a sentence.

    `seconds` limits the search for the school year, at the price of planting the same each time; without
    it the search takes ITERATIONS rounds. Raises NotEmpty; BrokenDataFile for a data file that cannot be
    trusted; CalendarNotCovered when `now` is outside the known school years.
    """
    records = reading.read(data)
    year = school_year(day_of(now))
    announced = min(now, local(date(year.begins_in, *ANNOUNCED), 9))
    begin_writing()
    if not is_empty():
        raise NotEmpty()
    progress("Territories, schools and projects")
    territories = ground.plant_territories(records, now=announced)
    venues = ground.plant_places(records, territories)
    actions = ground.plant_projects(records, territories, now=announced)
    home, also = territories[HOME], territories[ALSO]
    schools = [
        venue for venue in venues.values() if venue.territory is home and venue.kind in SATURDAY_SCHOOLS
    ]
    progress("Associations, topics and wishes")
    account = partners.plant_account(
        partners.COORDINATION, "Coordination (exemple)", Role.COORDINATOR, [also, home], now=announced
    )
    topics = partners.plant_topics(records)
    hosts = partners.plant_associations(records, home, also, schools, now=announced)
    association = partners.plant_account(
        partners.ASSOCIATION, "Association (exemple)", Role.OWNER, hosts[:1], now=announced
    )
    partners.plant_account(
        partners.SCHOOL, "École (exemple)", Role.SCHOOL_CONTACT, schools[:1], now=announced
    )
    partners.plant_offers(hosts, home, topics, year)
    partners.plant_wishes(schools, topics)
    saturdays.plant_activities(actions[HOME, "samedis-matins-a-l-ecole"], schools)
    progress(f"The school year {year.label}: breakfasts, workshops, trail")
    held_by = {HOME: hosts, ALSO: hosts[:: partners.ALSO_IN_THE_10TH]}
    events = series.plant_series(records, actions, venues, held_by, year, now=announced)
    progress(f"The school year {year.label}: a plan for {len(schools)} schools")
    mornings = saturdays.plan_year(
        home, year, account, now=announced, seconds=seconds, iterations=None if seconds else iterations
    )
    progress("Contacts of schools and their answers")
    people = school_contacts.plant_contacts(schools, records.first_names, now=announced)
    progress("Proposals")
    under, library = (
        next(one for (where, _), one in actions.items() if where == HOME and not one.is_sensitive),
        next(one for one in venues.values() if one.territory is home and one.kind is VenueKind.LIBRARY),
    )
    partners.plant_proposals(hosts[0], association, under, library, now=now)
    families.cancel_one(mornings, now=now)
    school_contacts.plant_answers(mornings, people, records.first_names, now=now)
    progress("Families and professionals; what comes from other calendars")
    families.plant_families([*events, *mornings], records.first_names, now=now)
    professionals.plant_professionals(
        events, {home: hosts, also: held_by[ALSO]}, records.first_names, now=now
    )
    exchanges.plant(hosts[0], association, under, library, now=now)
    db.session.commit()
    progress(f"Planted: {len(events) + len(mornings)} events")


def school_year(today: date) -> SchoolYear:
    """The school year to show: that of `today`, and after 15 June the next one. Raises CalendarNotCovered."""
    year = zone_c().school_year_of(today)
    if date(year.begins_in + 1, *TURN_OF_THE_YEAR) < today <= year.last:
        year = zone_c().school_year_of(date(year.begins_in + 1, 9, 1))
    return year
