"""Schools to call: their dates come soon, and nobody there has answered."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date

import pytest

from eventsapp import clock as hours
from eventsapp.agenda import scheduling
from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.directory.models import Contact
from eventsapp.hosting import answers, unanswered
from eventsapp.hosting.answers import Said
from eventsapp.places.models import Venue, VenueKind
from tests import factories, saturdays

pytestmark = pytest.mark.usefixtures("db_session")

Statements = Callable[[], AbstractContextManager[list[str]]]
SOON, LATER, TOO_LATE = date(2026, 11, 28), date(2026, 12, 5), date(2027, 1, 9)


def a_contact(school: Venue, name: str, phone: str | None = "+33639980001", **values: object) -> Contact:
    contact = Contact(
        **{
            "venue_id": school.id,
            "name": name,
            "email": f"{name.lower()}@example.org",
            "phone": phone,
            "phone_e164": phone,
            "created_at": hours.now(),
        }
        | values
    )
    db.session.add(contact)
    db.session.flush()
    return contact


def to_call() -> list[tuple[str, int, str | None]]:
    found = unanswered.to_call(factories.a_territory(), now=hours.now())
    assert unanswered.how_many(factories.a_territory(), now=hours.now()) == len(found)
    return [
        (one.school.short_name, len(one.dates), one.contact.name if one.contact else None) for one in found
    ]


def say(event: Event, answer: str) -> None:
    answers.give(event, Said(answer, wished="le 12"), actor="contact:1", now=hours.now())


def test_the_school_whose_date_is_nearest_is_called_first() -> None:
    curial, manin = factories.a_school(), factories.a_school("École Manin")
    saturdays.a_saturday(curial, LATER)
    saturdays.a_saturday(manin, SOON)
    saturdays.a_saturday(manin, LATER)
    saturdays.a_saturday(manin, TOO_LATE)
    a_contact(curial, "Roy")
    assert to_call() == [("Manin", 2, None), ("Curial", 1, "Roy")]


@pytest.mark.parametrize("answer", ["oui", "non", "autre_date"])
def test_a_school_that_answered_is_not_called_until_its_date_moves(answer: str) -> None:
    event = saturdays.a_saturday(factories.a_school(), SOON)
    say(event, answer)
    assert to_call() == []
    week = LATER - SOON
    scheduling.reschedule(
        event,
        starts_at=event.starts_at + week,
        ends_at=event.ends_at + week,
        actor="account:1",
        now=hours.now(),
    )
    assert to_call() == [("Curial", 1, None)]


def test_nobody_is_called_about_what_is_cancelled_elsewhere_or_no_school() -> None:
    off = saturdays.a_saturday(factories.a_school(), SOON)
    scheduling.cancel(off, actor="account:1", now=hours.now())
    saturdays.a_saturday(factories.a_school("Bibliothèque", kind=VenueKind.LIBRARY), SOON)
    saturdays.a_saturday(factories.a_school("École Récollets", territory=factories.a_territory(10)), SOON)
    assert to_call() == []


def test_whoever_was_confirmed_is_asked_for_and_nobody_who_left_or_has_no_telephone() -> None:
    curial = factories.a_school()
    saturdays.a_saturday(curial, SOON)
    a_contact(curial, "Partie", ended_at=hours.now())
    a_contact(curial, "Muette", phone=None)
    assert to_call() == [("Curial", 1, None)]
    a_contact(curial, "Peut-être")
    a_contact(curial, "Roy", verified_at=hours.now())
    assert to_call() == [("Curial", 1, "Roy")]


@pytest.mark.parametrize("many", [1, 30])
def test_the_list_takes_two_statements_however_many_schools(statements: Statements, many: int) -> None:
    for number in range(many):
        school = factories.a_school(f"École {number}")
        saturdays.a_saturday(school, SOON, host=factories.an_association(f"Asso {number}"))
        a_contact(school, f"Roy{number}")
    db.session.expire_all()
    territory = factories.a_territory()
    with statements() as asked:
        found = unanswered.to_call(territory, now=hours.now())
        assert [one.dates[0].host.name for one in found if one.dates[0].host] != []
        assert len(found) == many
    assert len(asked) == 2
