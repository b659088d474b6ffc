"""Photos: never ticked beforehand, given for each person and use, taken back, and over after a year."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as time
from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.people.models import Account
from eventsapp.registrations import photos
from eventsapp.registrations.booking import Confirmed
from eventsapp.registrations.models import Registration
from eventsapp.registrations.photo_models import PhotoConsent, PhotoUse
from tests import factories
from tests.pages import Form, PageClient
from tests.registrations.stories import a_transaction, answers, register
from tests.web.conftest import SignIn
from tests.web.residents.homes import confirm


@pytest.fixture
def event(db_session: scoped_session[Session]) -> Event:
    event = factories.an_event("Atelier cuisine en famille", capacity=12)
    db_session.commit()
    return event


def form_of(client: PageClient, made: Confirmed) -> Form:
    path = f"{confirm(client, made)}/inscriptions/{made.registration.code}/photos"
    return client.get(path).page.form(button="Enregistrer")


def held() -> list[tuple[int, str, bool]]:
    db.session.rollback()
    rows = db.session.scalars(select(PhotoConsent).order_by(PhotoConsent.id))
    return [(row.participant_id, row.use.value, row.withdrawn_at is None) for row in rows]


def test_nothing_is_ticked_then_given_then_taken_back(client: PageClient, event: Event) -> None:
    awa = register(event, answers("Awa", 1, 1))
    mother, child = [one.id for one in awa.registration.participants]
    form = form_of(client, awa)
    assert "accord" not in form.values
    assert client.submit(form, {"accord": [f"{mother} site", f"{child} bilan"]}).status_code == 303
    assert sorted(held()) == [(mother, "site", True), (child, "bilan", True)]
    form = form_of(client, awa)
    assert form.values["accord"] == [f"{mother} site", f"{child} bilan"]
    assert client.submit(form, {"accord": [f"{mother} site"]}).status_code == 303
    assert sorted(held()) == [(mother, "site", True), (child, "bilan", False)]
    assert client.submit(form_of(client, awa), {"accord": [f"{mother} site"]}).status_code == 303
    assert len(held()) == 2  # nothing new, nothing written


def test_a_yes_is_over_after_a_year_and_may_be_given_again(
    client: PageClient, event: Event, clock: time_machine.Traveller
) -> None:
    awa = register(event, answers("Awa"))
    client.submit(form_of(client, awa), {"accord": [f"{awa.registration.participants[0].id} site"]})
    clock.shift(timedelta(days=365))
    form = form_of(client, awa)
    assert "accord" not in form.values
    client.submit(form, {"accord": [f"{awa.registration.participants[0].id} site"]})
    assert [standing for _, _, standing in held()] == [False, True]


@pytest.mark.parametrize("odd", ["", "x", "1", "1 nulle-part", "99999999999999 site", "-1 site", "١ site"])
def test_what_no_form_sends_is_no_yes(client: PageClient, event: Event, odd: str) -> None:
    awa, binta = register(event, answers("Awa")), register(event, answers("Binta"))
    form, theirs = form_of(client, awa), binta.registration.participants[0].id
    assert client.submit(form, {"accord": [odd, f"{theirs} site"]}).status_code == 303
    assert held() == []


def test_nobody_else_reads_or_says_it(client: PageClient, event: Event) -> None:
    awa, binta = register(event, answers("Awa")), register(event, answers("Binta"))
    form = form_of(client, awa)
    form.action = form.action.replace(awa.link_token, binta.link_token)
    confirm(client, binta)
    assert client.get(form.action).status_code == 404
    assert client.submit(form, {"accord": ["1 site"]}).status_code == 404
    client.delete_cookie("foyer", path="/m")
    form.action = form.action.replace(binta.link_token, awa.link_token)
    assert client.submit(form, {"accord": ["1 site"]}).location == f"/m/{awa.link_token}/confirmation"
    assert held() == []


def test_the_desk_sees_who_agreed_to_what(
    client: PageClient, event: Event, samira: Account, sign_in: SignIn
) -> None:
    awa = register(event, answers("Awa", 1, 1))
    with a_transaction():
        registration = db.session.get_one(Registration, awa.registration.id)
        pair = (registration.participants[1].id, PhotoUse.REPORT)
        photos.say(registration, [pair], actor="household:1", now=time.now())
    path = f"/pro/rendez-vous/{event.code}/inscriptions/{awa.registration.code}"
    said = [one.text for one in sign_in(samira).get(path).page.main.all("li")]
    assert said == [
        "Adulte Aucun accord : ne pas montrer cette personne",
        "6 à 10 ans Dans le bilan remis à la Caf",
    ]
