"""How many people a change of an event reaches, by which means and in which languages."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.people.models import Household, Person, Professional
from eventsapp.registrations.models import Registration, RegistrationStatus


@dataclass(frozen=True)
class Reach:
    """Letters and calls that a change makes: one a registration, seated or waiting."""

    by_mail: int
    calls: int
    """They have no address: somebody rings them up."""
    waiting: int
    """Those among them who have no place yet."""
    languages: tuple[tuple[str, int], ...]
    """Codes of their languages and how many read each, the most read first."""

    @property
    def total(self) -> int:
        """How many are told."""
        return self.by_mail + self.calls


def reach(event: Event) -> Reach:
    """Whom a change of `event` reaches now; one statement."""
    has_mail = (func.coalesce(Person.email, "") != "").label("has_mail")
    rows = db.session.execute(
        select(has_mail, Registration.status, Person.language, func.count(Registration.id))
        .outerjoin(Registration.household)
        .outerjoin(Registration.professional)
        .join(Person, Person.id == func.coalesce(Household.contact_id, Professional.person_id))
        .where(Registration.event_id == event.id, Registration.status != RegistrationStatus.CANCELLED)
        .group_by(has_mail, Registration.status, Person.language)
    ).all()
    languages: dict[str, int] = {}
    for _, _, language, number in rows:
        languages[language] = languages.get(language, 0) + number
    return Reach(
        by_mail=sum(number for mail, _, _, number in rows if mail),
        calls=sum(number for mail, _, _, number in rows if not mail),
        waiting=sum(number for _, status, _, number in rows if status is RegistrationStatus.WAITING),
        languages=tuple(sorted(languages.items(), key=lambda one: (-one[1], one[0]))),
    )
