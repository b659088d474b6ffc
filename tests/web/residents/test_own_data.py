"""Awa looks at what is kept of her, takes it away, and has it erased from her own page."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.invitations.models import Invitation, PartStat
from eventsapp.people.models import Person
from tests import factories
from tests.pages import PageClient
from tests.registrations.stories import answers, register
from tests.web.residents.homes import confirm


@pytest.fixture
def home(client: PageClient, db_session: scoped_session[Session]) -> str:
    """Her own page, in a browser that she has confirmed."""
    event = factories.an_event("Atelier cuisine en famille", capacity=4)
    db_session.commit()
    register(event, answers("Binta", number="06 39 98 00 02"))
    return confirm(client, register(event, answers("Awa", 2, 1)))


def test_she_finds_her_data_from_her_own_page(client: PageClient, home: str) -> None:
    page = client.get(client.get(home).page.link("Mes données : les voir, les emporter, les effacer")).page
    assert page.heading == "Mes données"
    for mine in ("Awa", "awa@example.org", "Atelier cuisine en famille", "6 à 10 ans", "12 mois après"):
        assert mine in page.main.text
    assert "Binta" not in page.main.text


@pytest.mark.databases("sqlite")
def test_a_photo_consent_that_she_took_back_counts_no_more(client: PageClient, home: str) -> None:
    def said() -> list[str]:
        page = client.get(f"{home}/mes-donnees").page
        return [line.text for line in page.main.all("li") if line.text.startswith("Accords pour des photos")]

    photos = client.get(client.get(home).page.link("Photos : oui ou non"))
    form = photos.page.form(button="Enregistrer")
    first = form.element.all("input", name="accord")[0]["value"]
    client.submit(form, {"accord": first})
    assert said() == ["Accords pour des photos 1"]
    client.submit(client.get(photos.request.path).page.form(button="Enregistrer"), {"accord": None})
    assert said() == ["Accords pour des photos 0"]


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("language", "said"),
    [("fr", ("Personne 1, adulte", "Personne 3, 6 à 10 ans")), ("en", ("Person 1, adult", "Person 3, "))],
)
def test_each_of_them_is_one_person(
    client: PageClient, home: str, language: str, said: tuple[str, str]
) -> None:
    client.set_cookie("langue", language)
    page = client.get(f"{home}/mes-donnees", headers={"Accept-Language": language}).page
    people = [line.text for line in page.main.all("li") if line.text.startswith("Person")]
    assert people[0] == people[1].replace("2", "1") == said[0]
    assert people[2].startswith(said[1])


def test_she_takes_it_away_for_another_program(client: PageClient, home: str) -> None:
    answer = client.get(f"{home}/mes-donnees.json")
    held = json.loads(answer.get_data(as_text=True))
    assert held["household"]["email"] == "awa@example.org"
    assert [len(one["people"]) for one in held["registrations"]] == [3]
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="mes-donnees.json"'


@pytest.mark.parametrize("first_name", ["Eve", "Awa"])
@pytest.mark.parametrize("seats", [3, 4])
def test_typing_somebody_s_address_shows_nothing_of_them(
    client: PageClient, db_session: scoped_session[Session], first_name: str, seats: int
) -> None:
    """Eve registers with Awa's address, waiting or seated: what a mailbox was told and answered is Awa's."""
    event = factories.an_event("Atelier cuisine en famille", capacity=seats)
    db_session.commit()
    register(event, answers("Awa", 2, 1))
    db_session.scalars(select(Invitation)).one().partstat = PartStat.ACCEPTED
    db_session.commit()
    made = register(event, answers(first_name, email="Awa@example.org"))
    held = json.loads(client.get(f"{confirm(client, made)}/mes-donnees.json").get_data(as_text=True))
    alone = factories.an_event("Balade", capacity=1)
    db_session.commit()
    if seats == 3:
        register(alone, answers("Binta"))
    other = register(alone, answers(first_name, email="eve@example.org"))
    expected = json.loads(client.get(f"{confirm(client, other)}/mes-donnees.json").get_data(as_text=True))
    [mine], [usual] = held["registrations"], expected["registrations"]
    assert mine["status"] == usual["status"]
    if seats == 3:
        assert (mine["invitation"], usual["invitation"]) == (None, None)
    else:
        assert mine["invitation"] == usual["invitation"] | {"address": "Awa@example.org"}
        assert usual["invitation"]["answer"] is None


@pytest.mark.parametrize("page", ["mes-donnees", "mes-donnees.json", "effacement"])
def test_of_a_sensitive_action_it_says_neither_what_nor_the_place_s_name(
    client: PageClient, db_session: scoped_session[Session], page: str
) -> None:
    action = factories.an_action("Familles en hôtel", is_sensitive=True)
    event = factories.an_event("Temps partagé", activity=factories.an_activity("Répit", action=action))
    db_session.commit()
    made = register(event, answers("Awa"))
    answer = client.get(f"{confirm(client, made)}/{page}")
    said = answer.get_data(as_text=True)
    assert answer.status_code == 200
    for word in ("Temps partag", "Répit", "hôtel", event.venue.name):
        assert word not in said


def test_what_the_mailbox_answered_is_hers_where_nobody_else_uses_it(client: PageClient, home: str) -> None:
    db.session.rollback()
    db.session.scalars(select(Invitation)).one().partstat = PartStat.ACCEPTED
    db.session.commit()
    held = json.loads(client.get(f"{home}/mes-donnees.json").get_data(as_text=True))
    invitation = held["registrations"][0]["invitation"]
    assert (invitation["name"], invitation["answer"]) == ("Awa", "ACCEPTED")


def test_erasing_asks_once_more_and_then_nothing_opens_any_more(client: PageClient, home: str) -> None:
    asked = client.get(client.get(f"{home}/mes-donnees").page.link("Effacer mes données"))
    assert asked.page.heading == "Effacer mes données ?"
    assert "Atelier cuisine en famille" in asked.page.main.text
    db.session.rollback()
    assert db.session.scalar(select(func.count(Person.id))) == 2
    done = client.submit(asked.page.form(button="Oui, tout effacer"))
    assert (done.status_code, done.location) == (303, "/donnees-personnelles/effacees")
    assert client.get(done.location).page.heading == "Vos données sont effacées"
    db.session.rollback()
    assert db.session.scalars(select(Person.first_name)).all() == ["Binta"]
    assert db.session.scalars(select(Event.seats_taken)).all() == [1]
    for path in ("", "/mes-donnees", "/mes-donnees.json", "/effacement"):
        assert client.get(home + path).status_code == 404


def test_a_button_pressed_twice_erases_once(client: PageClient, home: str) -> None:
    form = client.get(f"{home}/effacement").page.form(button="Oui, tout effacer")
    assert client.submit(form).status_code == 303
    assert client.submit(form).status_code == 404


@pytest.mark.parametrize("page", ["mes-donnees", "mes-donnees.json", "effacement"])
def test_a_forwarded_link_shows_and_erases_nothing(
    app: Flask, client: PageClient, home: str, page: str
) -> None:
    stranger = app.test_client()
    assert isinstance(stranger, PageClient)
    answer = stranger.get(f"{home}/{page}")
    assert answer.status_code in {303, 403}
    assert "awa@example.org" not in answer.get_data(as_text=True)
    assert client.get(f"{home}/{page}").status_code == 200
