"""Friday night in the 19e: Curial with thirty sessions of twelve partners, and schools near by."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from eventsapp.access import grants
from eventsapp.access.models import Role
from eventsapp.agenda.models import Event
from eventsapp.clock import local, now
from eventsapp.database import db
from eventsapp.directory.models import Contact
from eventsapp.people import accounts
from eventsapp.people.models import Organisation
from eventsapp.places.models import Venue
from tests import factories
from tests.registrations.stories import answers, register

FIRST, LAST = date(2026, 12, 7), date(2026, 12, 18)
"""Two weeks with school, from a Monday to a Friday."""


def schools() -> tuple[Venue, Venue, Venue]:
    """Curial, and two schools near it: Manin at 400 m, Tandou at 900."""
    curial = factories.a_school()
    manin = factories.a_school("École Manin", latitude=48.8964, longitude=2.3764)
    tandou = factories.a_school("École Tandou", latitude=48.8998, longitude=2.3764)
    return curial, manin, tandou


def partners(number: int = 12) -> list[Organisation]:
    """Association 1, owned by Nadia 1 and so on; the last two have only an address and only a phone."""
    found = []
    for one in range(1, number + 1):
        name = f"Association {one}"
        if one == number:
            found.append(factories.an_association(name, phone="06 39 98 00 99"))
        elif one == number - 1:
            found.append(factories.an_association(name, email="accueil@example.net"))
        else:
            organisation = factories.an_association(name)
            owner = accounts.open_account(f"nadia{one}@example.org", f"Nadia {one}", actor="cli", now=now())
            grants.give(owner, Role.OWNER, organisation, by="cli", now=now())
            found.append(organisation)
    return found


def sessions(venue: Venue, hosts: list[Organisation], number: int = 30, **values: Any) -> list[Event]:
    """Three a working day from FIRST on, at 9:00, 14:00 and 17:00, each of the next partner; the sixth
    of seven is sensitive, the last of five restricted."""
    days = [FIRST + timedelta(days=one) for one in range(12) if (FIRST + timedelta(days=one)).weekday() < 5]
    sensitive = factories.an_action("Groupe de parole", is_sensitive=True)
    found = []
    for one in range(number):
        action = {"action": sensitive} if one % 7 == 5 else {}
        activity = factories.an_activity(f"Atelier {one + 1}", **action)
        found.append(
            factories.an_event(
                f"Atelier {one + 1}",
                activity=activity,
                venue=venue,
                host=hosts[one % len(hosts)] if hosts else None,
                starts_at=local(days[one // 3 % len(days)], (9, 14, 17)[one % 3]),
                is_restricted=one % 5 == 4,
                **values,
            )
        )
    return found


def contacts_of(venue: Venue) -> None:
    """Madame Roy signs in; the caretaker is called."""
    roy = accounts.open_account("roy@example.org", "Madame Roy", actor="cli", now=now())
    grants.give(roy, Role.SCHOOL_CONTACT, venue, by="cli", now=now())
    db.session.add(
        Contact(
            venue=venue,
            name="Le gardien",
            phone="01 40 00 00 00",
            phone_e164="+33140000000",
            created_at=now(),
        )
    )
    db.session.flush()


def families(events: list[Event]) -> None:
    """Awa and Binta come to the first, Chen (in English) to the second, Dalia, by phone only, to both."""
    first, second = events[:2]
    register(first, answers("Awa", 1, 1))
    register(first, answers("Binta"))
    register(second, answers("Chen"), language="en")
    register(first, answers("Dalia", number="06 39 98 00 01"))
    register(second, answers("Dalia", number="06 39 98 00 01"))


def more_partners(number: int) -> list[Organisation]:
    """So many associations, each with an owner, besides those that are there."""
    found = []
    for _ in range(number):
        one = len(db.session.scalars(select(Organisation.id)).all()) + 1
        organisation = factories.an_association(f"Association {one}")
        owner = accounts.open_account(f"nadia{one}@example.org", f"Nadia {one}", actor="cli", now=now())
        grants.give(owner, Role.OWNER, organisation, by="cli", now=now())
        found.append(organisation)
    return found
