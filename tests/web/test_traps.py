"""Robots are told from hands without a riddle, and no hand is shut out."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from eventsapp.agenda.models import Event
from eventsapp.web.traps import HONEYPOT, SHOWN
from tests import factories
from tests.databases import everything
from tests.pages import Form, PageClient, PageResponse

pytestmark = pytest.mark.databases("sqlite")

AWA = {"first_name": "Awa", "email": "awa@example.org", "adults": "2"}
BOUSSOLE = {
    "territory": "paris-19",
    "organisation_name": "La Boussole",
    "kind": "association",
    "contact_name": "Awa Sow",
    "email": "awa@boussole.example",
    "about": "Des ateliers",
}
MADAME_ROY = {"email": "roy@ecole.example"}
DOORS = {
    "a family": ("/e/{code}/inscription", AWA),
    "an organisation": ("/devenir-partenaire", BOUSSOLE),
    "a lost link": ("/m/lien-perdu", {"address": "awa@example.org"}),
    "a school": ("/ecole", MADAME_ROY),
}
"""Where a form is sent by whoever comes, and what a hand writes."""


@pytest.fixture
def event(app: Flask, db_session: scoped_session[Session]) -> Event:
    app.config["FORM_SECONDS"] = 2
    event = factories.an_event("Atelier cuisine", capacity=12)
    db_session.commit()
    return event


@pytest.fixture(params=DOORS)
def door(request: pytest.FixtureRequest, event: Event) -> tuple[str, dict[str, str]]:
    address, typed = DOORS[request.param]
    return address.format(code=event.code), typed


def rows() -> dict[str, list[object]]:
    """All there is, but how often somebody tried."""
    return {name: found for name, found in everything().items() if name != "attempts"}


def opened(client: PageClient, address: str) -> Form:
    return client.get(address).page.form(address)


def kept(form: Form, typed: dict[str, str]) -> bool:
    return {name: form[name].strip() for name in typed} == typed


def test_a_hand_meets_nothing(
    client: PageClient, door: tuple[str, dict[str, str]], clock: time_machine.Traveller
) -> None:
    address, typed = door
    page = client.get(address).page
    hidden = page.one("div", class_="trap")
    field = hidden.one("input")
    assert hidden["aria-hidden"] == "true"
    assert (field["name"], field["tabindex"], field["autocomplete"]) == (HONEYPOT, "-1", "off")
    assert hidden.one("label", for_=field["id"]).text == "Laissez ce champ vide"
    clock.shift(timedelta(seconds=2))
    assert client.submit(page.form(address), typed).status_code == 303


def test_what_nobody_sees_is_left_empty(
    client: PageClient, door: tuple[str, dict[str, str]], clock: time_machine.Traveller
) -> None:
    """A browser that filled it in has its owner told what to empty; nothing was kept, nothing is lost."""
    address, typed = door
    form, before = opened(client, address), rows()
    clock.shift(timedelta(seconds=20))
    answer = client.submit(form, typed | {HONEYPOT: "https://pills.example"})
    assert (answer.status_code, rows()) == (422, before)
    page = answer.page
    assert "Votre réponse n’a pas pu être lue" in page.one(class_="errsum").text
    assert "pills" not in answer.text
    assert page.all("div", class_="trap") == []
    assert page.one("label", for_=HONEYPOT).text == "Laissez ce champ vide"
    assert (kept(page.form(address), typed), page.form(address)[HONEYPOT]) == (True, "")
    assert client.submit(page.form(address)).status_code == 303


def test_sooner_than_anybody_writes_it_is_sent_once_more(
    client: PageClient, door: tuple[str, dict[str, str]], clock: time_machine.Traveller
) -> None:
    address, typed = door
    form, before = opened(client, address), rows()
    clock.shift(timedelta(seconds=1, milliseconds=900))
    answer = client.submit(form, typed)
    assert (answer.status_code, rows()) == (422, before)
    assert "Envoyez encore une fois" in answer.page.one(class_="errsum").text
    again = answer.page.form(address)
    assert kept(again, typed)
    clock.shift(timedelta(milliseconds=100))  # counted from the first page: whoever is asked waits no more
    assert client.submit(again).status_code == 303


def without_mark(form: Form) -> None:
    form[SHOWN] = None


def forged(form: Form) -> None:
    form[SHOWN] = form[SHOWN][:-3] + "abc"


def of_another_form(form: Form) -> None:
    form[SHOWN] = opened(PAGES[0], "/devenir-partenaire")[SHOWN]


PAGES: list[PageClient] = []


@pytest.mark.parametrize("spoil", [without_mark, forged, of_another_form])
def test_an_hour_is_believed_only_as_it_was_signed_for_this_form(
    client: PageClient, event: Event, clock: time_machine.Traveller, spoil: object
) -> None:
    PAGES[:] = [client]
    address = f"/e/{event.code}/inscription"
    form = opened(client, address)
    assert callable(spoil)
    spoil(form)
    clock.shift(timedelta(minutes=5))
    answer: PageResponse = client.submit(form, AWA)
    assert answer.status_code == 422
    again = answer.page.form(address)
    assert kept(again, AWA)
    clock.shift(timedelta(seconds=2))
    assert client.submit(again).status_code == 303


def test_a_form_left_open_over_lunch_is_as_good(
    client: PageClient, door: tuple[str, dict[str, str]], clock: time_machine.Traveller
) -> None:
    address, typed = door
    form = opened(client, address)
    clock.shift(timedelta(hours=3, minutes=50))
    assert client.submit(form, typed).status_code == 303
