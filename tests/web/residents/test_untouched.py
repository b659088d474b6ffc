"""What stands on every page alike is written once: nobody finds anything of somebody else in it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.web.residents import untouched
from eventsapp.web.residents.enrolment_forms import PartyForm
from tests import factories
from tests.pages import Page, PageClient

Newcomer = Callable[[], PageClient]
EMPTY = {
    "first_name": "",
    "phone": "",
    "email": "",
    "means": "",
    "adults": "1",
    "children_0_2": "0",
    "children_3_5": "0",
    "children_6_10": "0",
    "children_11_14": "0",
    "children_15_17": "0",
}
AWA = EMPTY | {"first_name": "Awa", "email": "awa@example.org", "means": "courriel", "children_3_5": "2"}


@pytest.fixture
def event(db_session: scoped_session[Session]) -> Event:
    event = factories.an_event("Atelier cuisine en famille", capacity=12)
    db_session.commit()
    return event


@pytest.fixture
def newcomer(app: Flask) -> Newcomer:
    """Another browser, that was never here."""

    def comes() -> PageClient:
        client = app.test_client()
        assert isinstance(client, PageClient)
        return client

    return comes


def typed(page: Page) -> dict[str, str]:
    """What stands in the fields of a form, without those that nobody types."""
    form = page.form()
    return {name: form[name] for name in EMPTY}


def address_of(event: Event) -> str:
    return f"/e/{event.code}/inscription"


def test_who_comes_next_finds_nothing_of_who_was_here(event: Event, newcomer: Newcomer) -> None:
    awa, binta = newcomer(), newcomer()
    assert typed(binta.get(address_of(event)).page) == EMPTY
    sent = awa.submit(awa.get(address_of(event)).page.form(), AWA)
    assert sent.status_code == 303
    assert typed(awa.get(address_of(event)).page) == AWA
    assert typed(binta.get(address_of(event)).page) == EMPTY
    assert typed(newcomer().get(address_of(event)).page) == EMPTY


def test_reasons_are_told_to_whom_they_concern(event: Event, newcomer: Newcomer) -> None:
    awa = newcomer()
    given_back = awa.submit(awa.get(address_of(event)).page.form(), {"first_name": ""}).page
    assert list(given_back.mistakes) == ["first_name", "phone"]
    page = newcomer().get(address_of(event)).page
    assert (page.mistakes, typed(page)) == ({}, EMPTY)


def test_each_form_has_its_own_token_and_mark(event: Event, newcomer: Newcomer) -> None:
    first, second = (newcomer().get(address_of(event)).page.form() for _ in range(2))
    assert first["csrf_token"] != second["csrf_token"]
    other = factories.an_event("Petit déjeuner des parents")
    db.session.commit()
    assert newcomer().get(address_of(other)).page.form()["montre"] != first["montre"]


def test_places_are_those_that_are_left(event: Event, newcomer: Newcomer) -> None:
    assert "Il reste 12 places" in newcomer().get(address_of(event)).page.text
    awa = newcomer()
    awa.submit(awa.get(address_of(event)).page.form(), AWA)
    awa.submit(awa.get(f"{address_of(event)}/verification").page.form())
    page = newcomer().get(address_of(event)).page
    assert "Il reste 9 places" in page.text
    assert "Awa" not in page.text


def test_each_reads_it_in_their_language(event: Event, newcomer: Newcomer) -> None:
    awa, john = newcomer(), newcomer()
    for _ in range(2):
        french = awa.get(address_of(event), headers={"Accept-Language": "fr"}).page
        english = john.get(address_of(event), headers={"Accept-Language": "en"}).page
        assert "Comment vous joindre ?" in french.text
        assert "Besoin d’aide ?" in french.one("footer").text
        assert "How can we reach you?" in english.text
        assert "Need help?" in english.one("footer").text


def test_only_what_nobody_has_touched_is_kept(app: Flask) -> None:
    with app.test_request_context():
        assert untouched.is_untouched(PartyForm(formdata=None))
        for name in EMPTY:
            assert not untouched.is_untouched(PartyForm(formdata=None, data={name: "7"}))
        given_back = PartyForm(formdata=None)
        given_back.email.errors = ["Écrivez une adresse e-mail comme prenom@exemple.fr."]
        assert not untouched.is_untouched(given_back)
        given_back = PartyForm(formdata=None)
        given_back.form_errors.append("Envoyez encore une fois.")
        assert not untouched.is_untouched(given_back)


def test_what_stands_around_pages_is_of_their_territory(event: Event, newcomer: Newcomer) -> None:
    factories.a_territory(20)
    db.session.commit()
    for number in (19, 20, 19):
        page = newcomer().get(f"/paris-{number}/").page
        addresses = [
            link["href"] for link in page.one("footer").all("a") + page.one("nav", class_="nav").all("a")
        ]
        assert [one for one in addresses if "paris-" in one and f"paris-{number}" not in one] == []
        assert f"/paris-{number}/recevoir" in addresses
    outside = newcomer().get("/aide").page
    assert [link["href"] for link in outside.one("footer").all("a") if "paris-" in link["href"]] == []


def test_the_number_to_call_is_the_present_one(
    event: Event, newcomer: Newcomer, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert newcomer().get("/aide").page.one("footer").all("a")[0].text.strip() != "01 99 00 12 34"
    monkeypatch.setitem(app.config, "HELP_PHONE", "01 99 00 12 34")
    link = newcomer().get("/aide").page.one("footer").all("a")[0]
    assert (link["href"], link.text.strip()) == ("tel:0199001234", "01 99 00 12 34")
