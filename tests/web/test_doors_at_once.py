"""The last seats asked for through every door in the same moment: never more than there are, nobody lost."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.access import grants
from eventsapp.access.models import Role
from eventsapp.agenda.entry_rules import EntryRules, QueueOrder
from eventsapp.agenda.models import Event
from eventsapp.people import accounts, approvals
from eventsapp.registrations.models import (
    CHILD_BRACKETS,
    YOUNGEST_BRACKETS,
    Participant,
    Registration,
    RegistrationStatus,
)
from tests import factories
from tests.pages import Form, PageClient
from tests.races import pressed_at_once
from tests.registrations.stories import answers, register
from tests.web.conftest import SignIn
from tests.web.residents.homes import confirm

HOLDING = (RegistrationStatus.CONFIRMED, RegistrationStatus.OFFERED)


@pytest.fixture
def event(db_session: scoped_session[Session]) -> Event:
    """Ten places, four children, two of them under six; from one place on an answer is asked for."""
    espace = factories.an_association("Espace 19")
    rules = EntryRules(most_children=4, most_under_6=2, order=QueueOrder.FIRST_FIT, answer_hours=12)
    found = factories.an_event("Atelier cuisine", host=espace, capacity=10, entry=rules)
    approvals.approve(espace, found.territory, actor="cli", now=clock.now())
    nadia = accounts.open_account("nadia@example.org", "Nadia", actor="cli", now=clock.now())
    grants.give(nadia, Role.OWNER, espace, by="cli", now=clock.now())
    db_session.commit()
    return found


def taken(db_session: scoped_session[Session], event: Event) -> tuple[int, int, int]:
    """Seats, children and children under six of those who hold seats, counted one by one."""
    db_session.rollback()
    brackets = db_session.scalars(
        select(Participant.bracket)
        .join(Participant.registration)
        .where(Registration.event_id == event.id, Registration.status.in_(HOLDING))
        .order_by(Participant.id)
    ).all()
    return (
        len(brackets),
        sum(one in CHILD_BRACKETS for one in brackets),
        sum(one in YOUNGEST_BRACKETS for one in brackets),
    )


def test_the_last_seats_are_given_once_whichever_doors_ask(
    app: Flask, event: Event, sign_in: SignIn, db_session: scoped_session[Session]
) -> None:
    made = [register(event, answers(name, 1, 1)) for name in ("Awa", "Binta", "Cam")]
    earlier = factories.an_event("Balade", capacity=10)
    db_session.commit()
    back = register(earlier, answers("Driss", 2, 1))
    waiting = register(event, answers("Fanta", 8))
    assert waiting.registration.status is RegistrationStatus.WAITING
    nadia = accounts.by_email("nadia@example.org")
    pressed: list[tuple[PageClient, Form]] = []

    def a_client() -> PageClient:
        client = app.test_client()
        assert isinstance(client, PageClient)
        return client

    for number in range(2):  # the public form
        client, path = a_client(), f"/e/{event.code}/inscription"
        typed = {"first_name": f"Élé{number}", "email": f"e{number}@example.org", "adults": "1"}
        client.submit(client.get(path).page.form(path), typed | {"children_3_5": "1"})
        page = client.get(f"{path}/verification").page
        pressed.append((client, page.form(f"{path}/verification")))
    for one in made[:2]:  # own pages grow
        client = a_client()
        path = f"{confirm(client, one)}/inscriptions/{one.registration.code}/personnes"
        form = client.get(path).page.form(button="Enregistrer")
        form["adults"] = "2"
        pressed.append((client, form))
    client = a_client()  # a family that came before
    path = f"{confirm(client, back)}/inscrire/{event.code}"
    form = client.get(path).page.form(path)
    form["coming"] = [one["value"] for one in form.element.all("input", name="coming")]
    pressed.append((client, form))
    desk = sign_in(nadia)
    for door in ("inscriptions/nouvelle", "inscrire"):
        form = desk.get(f"/pro/rendez-vous/{event.code}/{door}").page.form(button="Inscrire")
        typed = {"first_name": "Gabi", "phone": "06 39 98 00 09", "adults": "1", "children_0_2": "1"}
        for name, value in (typed | {"agrees": "y"}).items():
            form[name] = value
        pressed.append((desk, form))
    sheet = desk.get(f"/pro/rendez-vous/{event.code}/inscriptions/feuille/saisie").page.form()
    line = {"first_name": "Hugo", "phone": "06 39 98 00 08", "adults": "2", "agrees": "y"}
    for name, value in line.items():
        sheet[f"line_1-{name}"] = value
    pressed.append((desk, sheet))
    own = a_client()  # and one gives its seats back
    gone = f"/m/{made[2].link_token}/inscriptions/{made[2].registration.code}/annulation"
    pressed.append((own, own.get(gone).page.form(gone)))
    db_session.remove()
    statuses = pressed_at_once(*pressed, *pressed)
    assert set(statuses) <= {303, 409, 422}, statuses
    seats, children, under_6 = taken(db_session, event)
    assert (seats <= 10, children <= 4, under_6 <= 2) == (True, True, True)
    row = db_session.scalars(select(Event).where(Event.id == event.id)).one()
    assert (row.seats_taken, row.children_taken, row.under_6_taken) == (seats, children, under_6)
    people = (
        select(Registration.seats, func.count(Participant.id)).join(Participant).group_by(Registration.id)
    )
    assert all(said == counted for said, counted in db_session.execute(people))
    db_session.rollback()
