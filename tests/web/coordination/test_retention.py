"""Samira says how long an activity keeps its registrations, and reads what was deleted."""

from __future__ import annotations

import csv
import io

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp.agenda.models import Activity, Event
from eventsapp.database import db
from eventsapp.journal import JournalLine
from eventsapp.people.models import Account
from tests import factories
from tests.pages import PageClient
from tests.retention.families import AWA, a_family, comes, months_after, nightly, two_workshops
from tests.web.conftest import SignIn, Statements


@pytest.fixture
def event(db_session: scoped_session[Session]) -> Event:
    event = factories.an_event("Atelier cuisine en famille", capacity=4)
    db_session.commit()
    return event


def period_of(event: Event) -> tuple[int | None, str]:
    db.session.rollback()
    activity = db.session.get_one(Activity, event.activity_id, populate_existing=True)
    return activity.retention_months, activity.retention_reason


def send(desk: PageClient, event: Event, months: str, reason: str = "") -> tuple[int, str]:
    address = f"/pro/series/{event.activity_id}/conservation"
    form = desk.get(address).page.form(button="Enregistrer")
    answer = desk.submit(form, {"months": months, "reason": reason})
    text = desk.get(address).page.main.text if answer.status_code == 303 else answer.page.main.text
    return answer.status_code, text


def test_another_period_than_everywhere_wants_a_reason(
    event: Event, samira: Account, sign_in: SignIn, client: PageClient
) -> None:
    desk = sign_in(samira)
    status, text = send(desk, event, "24")
    assert (status, period_of(event)) == (422, (None, ""))
    assert "Écrivez pourquoi cette activité garde les inscriptions plus, ou moins, longtemps." in text
    status, text = send(desk, event, "24", "Familles suivies d’une année à l’autre")
    assert (status, period_of(event)) == (303, (24, "Familles suivies d’une année à l’autre"))
    assert "effacés 24 mois après chaque date" in text
    db.session.rollback()
    lines = db.session.scalars(
        select(JournalLine).where(JournalLine.verb == "retention_chosen").order_by(JournalLine.id)
    ).all()
    assert [(one.thing, one.thing_id, one.details) for one in lines] == [
        ("activity", event.activity_id, {"months": 24})
    ]
    form = client.get(f"/e/{event.code}/inscription").page
    assert "elles sont effacées 24 mois après le rendez-vous" in form.text
    assert "Pourquoi ? Familles suivies d’une année à l’autre." in form.text
    public = client.get(f"/e/{event.code}", follow_redirects=True).page.main.text
    assert "Vos réponses sont effacées 24 mois après le rendez-vous." in public
    assert send(desk, event, "12", "sans importance")[0] == 303
    assert period_of(event) == (None, ""), "as everywhere else"


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("months", ["", "0", "37", "-1", "douze", "1.5", "１２", "999999999"])
def test_months_that_are_none_are_given_back(
    event: Event, samira: Account, sign_in: SignIn, months: str
) -> None:
    status, text = send(sign_in(samira), event, months, "Parce que")
    assert (status, period_of(event)) == (422, (None, ""))
    assert "Écrivez un nombre de mois, de 1 à 36." in text


def test_samira_reads_what_was_deleted_and_takes_the_register_away(
    samira: Account,
    sign_in: SignIn,
    db_session: scoped_session[Session],
    clock: time_machine.Traveller,
) -> None:
    first, second = two_workshops()
    comes(first, AWA, a_family(AWA))
    desk = sign_in(samira)
    assert "Rien n’a encore été effacé." in desk.get("/pro/paris-19/suppressions").page.main.text
    clock.move_to(months_after(second, 12))
    nightly()
    desk = sign_in(samira)
    page = desk.get("/pro/paris-19/suppressions").page
    assert "Le registre est entier" in page.main.text
    assert "Zawadie" not in page.text
    answer = desk.get("/pro/paris-19/suppressions.csv")
    rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True).lstrip("\ufeff")), delimiter=";"))
    found = {(row[4], row[5], row[6], row[7]) for row in rows[1:]}
    assert ("Inscriptions", "Durée atteinte", "12", "1") in found
    assert ("Besoins et langues d’interprète", "Le lendemain du rendez-vous", "", "2") in found


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("number", [1, 3])
def test_the_register_costs_the_same_however_long_it_is(
    samira: Account,
    sign_in: SignIn,
    db_session: scoped_session[Session],
    clock: time_machine.Traveller,
    statements: Statements,
    number: int,
) -> None:
    for count in range(number):
        event = factories.an_event(f"Atelier {count}", capacity=4)
        db_session.commit()
        comes(event, AWA, a_family(AWA))
    clock.move_to(months_after(event, 12))
    nightly()
    desk = sign_in(samira)
    desk.get("/pro/paris-19/suppressions")
    with statements() as said:
        desk.get("/pro/paris-19/suppressions")
    assert len(said) == 4, "\n".join(said)
