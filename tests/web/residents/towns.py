"""A small 19th arrondissement with its map, for pages of the agenda."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select

from eventsapp.agenda.models import Audience, Event
from eventsapp.clock import local
from eventsapp.database import db
from eventsapp.places.drawing import Part, draw
from eventsapp.places.models import Quartier, Territory
from eventsapp.programme.models import Theme
from tests import factories

SQUARE = {
    "type": "Polygon",
    "coordinates": [[[2.36, 48.87], [2.41, 48.87], [2.41, 48.90], [2.36, 48.90], [2.36, 48.87]]],
}
"""A territory that is easy to draw, around École Curial."""

NEXT_SATURDAY = date(2026, 11, 28)


def a_drawn_territory() -> Territory:
    """The 19e with one quartier, Flandre, and its map."""
    area = factories.a_territory()
    if area.drawing is None:
        area.drawing = draw(SQUARE, [Part("flandre", "Flandre", SQUARE)])
        db.session.add(Quartier(territory=area, slug="flandre", name="Flandre"))
        db.session.flush()
    return area


def a_week_of_events() -> dict[str, Event]:
    """What the stories of the agenda look for, by title; committed."""
    a_drawn_territory()
    curial = factories.a_school("École Curial", quartier=_flandre())
    tandou = factories.a_school(
        "École Tandou", address="16 rue Tandou", latitude=48.8850, longitude=2.3860, slug="tandou"
    )
    saturdays = factories.an_activity("Samedis matins")
    walks = factories.an_activity(
        "Balades", action=factories.an_action("Balades", theme=Theme.SOCIAL_TIES, slug="balades")
    )
    coffee = factories.an_activity(
        "Petits déjeuners", action=factories.an_action("Petits déjeuners", theme=Theme.RIGHTS, slug="cafe")
    )
    sunday = date(2026, 11, 22)
    rows = [
        ("Goûter du dimanche", walks, curial, local(sunday, 16), {"capacity": None}),
        ("Petit déjeuner : se présenter", coffee, tandou, local(date(2026, 11, 24), 8, 30), PROFESSIONALS),
        ("Les écrans", saturdays, curial, local(NEXT_SATURDAY, 9, 30), {"capacity": None}),
        ("Balade du canal", walks, tandou, local(NEXT_SATURDAY, 14), {"capacity": 12}),
        ("Le sommeil", saturdays, curial, local(date(2026, 12, 5), 9, 30), {"capacity": None}),
        ("C’était hier", saturdays, curial, local(date(2026, 11, 21), 9, 30), {"capacity": None}),
        ("Entre parents", saturdays, curial, local(NEXT_SATURDAY, 9, 30), PARENTS_ONLY),
    ]
    events = {
        title: factories.an_event(title, activity=activity, venue=venue, starts_at=starts_at, **values)
        for title, activity, venue, starts_at, values in rows
    }
    db.session.commit()
    return events


PROFESSIONALS = {"capacity": 20, "audience": Audience.PROFESSIONALS}
PARENTS_ONLY = {"capacity": None, "audience": Audience.SCHOOL_PARENTS, "is_restricted": True}


def many_events(count: int) -> None:
    """As many counted Saturdays in as many schools, of one activity; committed."""
    a_drawn_territory()
    activity = factories.an_activity("Samedis matins")
    for number in range(count):
        school = factories.a_school(
            f"École numéro {number}", quartier=_flandre(), latitude=48.875 + number * 0.0006, longitude=2.38
        )
        starts_at = local(NEXT_SATURDAY, 9) + timedelta(minutes=number)
        factories.an_event(f"Samedi {number}", activity=activity, venue=school, starts_at=starts_at)
    db.session.commit()


def _flandre() -> Quartier:
    [quartier] = db.session.scalars(select(Quartier)).all()
    return quartier
