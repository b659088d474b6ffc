"""Small pieces of a believable 19th arrondissement, each with named defaults.

Every function adds, flushes and gives what it made; the test commits. Rows are written through
their models where a room's verb would only stand in the way, and through the verb where the story
needs what it does (an event's fragment and journal line).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import select

from eventsapp.agenda import scheduling
from eventsapp.agenda.models import Activity, ActivityKind, Audience, Event, RegistrationMode
from eventsapp.agenda.scheduling import Announcement
from eventsapp.clock import local, now
from eventsapp.codes import slug_from
from eventsapp.database import Model, db
from eventsapp.directory.models import Contact
from eventsapp.people.models import Organisation, OrganisationKind
from eventsapp.places.models import Territory, Venue, VenueKind
from eventsapp.programme.models import Action, Axis, Project, ProjectStatus, Theme

Thing = TypeVar("Thing", bound=Model)

SATURDAY = local(date(2026, 11, 28), 9, 30)
"""Saturday 28 November 2026, 9:30 in Paris: six days after every story starts."""


def a_territory(number: int = 19, **values: Any) -> Territory:
    """An arrondissement of Paris; the same one when asked again."""
    known = db.session.scalars(select(Territory).where(Territory.number == number)).first()
    return known or _add(
        Territory(
            **{
                "slug": f"paris-{number}",
                "number": number,
                "name": f"Paris {number}e",
                "insee_code": f"751{number:02d}",
                "postal_code": f"750{number:02d}",
                "revised_at": now(),
            }
            | values
        )
    )


def a_school(name: str = "École Curial", **values: Any) -> Venue:
    """A primary school of the 19e, with an entrance that has to be known; the same when asked again."""
    territory = values.pop("territory", None) or a_territory()
    return _by_slug(Venue, territory, name) or _add(
        Venue(
            **{
                "territory": territory,
                "slug": slug_from(name),
                "kind": VenueKind.PRIMARY_SCHOOL,
                "name": name,
                "short_name": name.removeprefix("École "),
                "address": "51 rue Curial",
                "postal_code": territory.postal_code,
                "latitude": 48.8936,
                "longitude": 2.3764,
                "access": "Métro Crimée",
                "door": "Portail vert, sonner à « gardien »",
            }
            | values
        )
    )


def a_contact(venue: Venue | None = None, **values: Any) -> Contact:
    """Madame Roy, whom to reach at Curial: by mail and by phone."""
    return _add(
        Contact(
            **{
                "venue": venue or a_school(),
                "name": "Madame Roy",
                "function": "gardienne",
                "email": "roy@ecole.example",
                "phone": "06 39 98 00 19",
                "phone_e164": "+33639980019",
                "hours": "avant 8 h 30",
                "created_at": now(),
            }
            | values
        )
    )


def an_association(name: str = "Les Amis de Curial", **values: Any) -> Organisation:
    """A partner that hosts events."""
    return _add(
        Organisation(**{"slug": slug_from(name), "kind": OrganisationKind.ASSOCIATION, "name": name} | values)
    )


def an_action(name: str = "Samedis matins à l’école", **values: Any) -> Action:
    """An action of the 19e, under « parentalité » or of `theme`; the same when asked again."""
    territory = values.pop("territory", None) or a_territory()
    theme = values.pop("theme", Theme.PARENTING)
    return _by_slug(Action, territory, name) or _add(
        Action(
            **{
                "axis": an_axis(territory, theme),
                "territory": territory,
                "slug": slug_from(name),
                "name": name,
                "public_name": name,
            }
            | values
        )
    )


def an_axis(territory: Territory, theme: Theme) -> Axis:
    """The axis of a theme in a territory's project, both made when missing."""
    project = db.session.scalars(select(Project).where(Project.territory_id == territory.id)).first()
    project = project or _add(Project(territory=territory, status=ProjectStatus.SIGNED))
    axes = db.session.scalars(select(Axis).where(Axis.project_id == project.id)).all()
    same = [axis for axis in axes if axis.theme is theme]
    return same[0] if same else _add(Axis(project=project, theme=theme, position=len(axes) + 1))


def an_activity(title: str = "Atelier cuisine en famille", **values: Any) -> Activity:
    """A series under an action; the same when asked again."""
    action = values.pop("action", None) or an_action()
    return _by_slug(Activity, action.territory, title) or _add(
        Activity(
            **{
                "action": action,
                "territory_id": action.territory_id,
                "slug": slug_from(title),
                "kind": ActivityKind.WORKSHOP,
                "title": title,
            }
            | values
        )
    )


def an_event(
    title: str = "Atelier cuisine en famille",
    *,
    capacity: int | None = 12,
    starts_at: datetime = SATURDAY,
    hours: float = 2,
    **values: Any,
) -> Event:
    """One date, on Saturday 28 November 2026 from 9:30 to 11:30; without capacity, one just comes."""
    activity = values.pop("activity", None) or an_activity(title)
    venue = values.pop("venue", None) or a_school(territory=activity.action.territory)
    mode = RegistrationMode.COUNTED if capacity else RegistrationMode.NONE
    announcement = Announcement(
        activity=activity,
        venue=venue,
        title=title,
        starts_at=starts_at,
        ends_at=values.pop("ends_at", starts_at + timedelta(hours=hours)),
        audience=values.pop("audience", Audience.FAMILIES),
        registration=mode,
        capacity=capacity,
        **values,
    )
    return scheduling.announce(announcement, actor="seeds", now=now())


def _by_slug(kind: type[Thing], territory: Territory, name: str) -> Thing | None:
    return db.session.scalars(select(kind).filter_by(territory_id=territory.id, slug=slug_from(name))).first()


def _add(thing: Thing) -> Thing:
    db.session.add(thing)
    db.session.flush()
    return thing
