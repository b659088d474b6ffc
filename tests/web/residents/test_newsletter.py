"""The pages of the weekly letter: asked for, confirmed, changed, stopped, taken back."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp.database import db
from eventsapp.mailroom.models import Letter
from eventsapp.newsletter.models import Subscription
from tests import factories
from tests.newsletter.readers import a_quartier, a_reader, link_of
from tests.pages import PageClient
from tests.web.conftest import Statements

FORM = "/paris-19/recevoir/par-courriel"


@pytest.fixture(autouse=True)
def town(db_session: scoped_session[Session]) -> None:
    a_quartier("danube", "Danube")
    factories.an_event()
    db_session.commit()


def status() -> str:
    db.session.rollback()
    return db.session.scalars(select(Subscription.status)).one().value


def link() -> str:
    db.session.rollback()
    address = urlsplit(link_of(db.session.scalars(select(Subscription)).one())).path
    db.session.rollback()
    return address


def test_awa_asks_says_yes_changes_her_mind_stops_and_comes_back(client: PageClient) -> None:
    page = client.get(FORM).page
    assert page.heading == "Par e-mail, chaque lundi"
    form = page.form(FORM)
    form["email"] = "awa@example.org"
    form["quartier"] = ["danube"]
    answer = client.submit(form)
    assert (answer.status_code, answer.location) == (303, f"{FORM}/envoye")
    assert "Regardez vos e-mails" in client.get(answer.location).page.text
    address = link()
    page = client.get(address).page
    assert "awa@example.org" in page.text
    assert "Danube" in page.text
    assert status() == "a_confirmer", "opening a link changes nothing"
    client.submit(page.form(f"{address}/confirmation"))
    assert status() == "active"
    form = client.get(address).page.form(address)
    assert form.values["quartier"] == ["danube"]
    form["theme"] = ["parentalite"]
    form["language"] = "en"
    assert "Vos choix valent" in client.get(client.submit(form).location or "").page.text
    page = client.get(f"{address}/arret").page
    assert status() == "active", "opening a link changes nothing"
    stopped = client.submit(page.form(f"{address}/arret"))
    assert (status(), stopped.location) == ("arretee", address)
    page = client.get(address).page
    assert "C’est arrêté" in page.text
    client.submit(page.form(f"{address}/reprise"))
    assert status() == "active"
    awa = db.session.scalars(select(Subscription)).one()
    assert (awa.themes, awa.quartiers, awa.language) == (["parentalite"], ["danube"], "en")


@pytest.mark.parametrize("content", ["form", "multipart"])
def test_a_mail_program_stops_it_by_one_post_without_cookie_or_token(app: Flask, content: str) -> None:
    """RFC 8058 3.1: the body may be of either type; an answer that leads elsewhere would not be followed."""
    a_reader()
    said = {"List-Unsubscribe": "One-Click"}
    sent_as = {"content_type": "multipart/form-data"} if content == "multipart" else {}
    answer = app.test_client(use_cookies=False).post(f"{link()}/arret", data=said, **sent_as)
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")
    assert "Set-Cookie" not in answer.headers
    assert status() == "arretee"
    again = app.test_client(use_cookies=False).post(f"{link()}/arret", data=said)
    assert again.status_code == 200


def test_every_other_gesture_wants_the_token_of_its_form(app: Flask) -> None:
    a_reader()
    client = app.test_client(use_cookies=False)
    for gesture in ("", "/confirmation", "/reprise"):
        assert client.post(f"{link()}{gesture}").status_code == 400


def test_known_or_not_the_answer_is_the_same(client: PageClient) -> None:
    a_reader("awa@example.org")
    answers = []
    for email in ("awa@example.org", "nobody@example.org"):
        form = client.get(FORM).page.form(FORM)
        form["email"] = email
        answer = client.submit(form)
        answers.append(
            (answer.status_code, answer.location, answer.get_data(), client.get(answer.location).text)
        )
    assert answers[0] == answers[1]
    db.session.rollback()
    assert len(db.session.scalars(select(Letter)).all()) == 3


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Écrivez votre adresse e-mail."),
        ("awa", "Écrivez une adresse e-mail comme"),
        ("awa@example.org\r\nBcc: x@example.org", "Écrivez une adresse e-mail comme"),
    ],
)
def test_what_is_no_address_gets_a_sentence(client: PageClient, typed: str, said: str) -> None:
    form = client.get(FORM).page.form(FORM)
    form["email"] = typed
    form["quartier"] = ["danube"]
    answer = client.submit(form)
    assert (answer.status_code, said in answer.page.text) == (422, True)
    assert answer.page.form(FORM).values["quartier"] == ["danube"], "what was ticked stays"


def test_the_filters_of_the_agenda_are_ticked_beforehand(client: PageClient) -> None:
    form = client.get(f"{FORM}?quartier=danube&theme=parentalite&theme=sorcery").page.form(FORM)
    assert (form.values["quartier"], form.values["theme"]) == (["danube"], ["parentalite"])


@pytest.mark.databases("sqlite")
def test_a_link_that_leads_nowhere_says_so(client: PageClient) -> None:
    for gesture in ("", "/arret"):
        answer = client.get(f"/lettre/nothing{gesture}")
        assert (answer.status_code, answer.page.heading) == (410, "Ce lien ne marche plus")
        assert answer.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.databases("sqlite")
def test_each_page_costs_the_same_whatever_there_is(client: PageClient, statements: Statements) -> None:
    a_reader()
    address = link()
    for path, most in ((FORM, 3), (address, 3), (f"{address}/arret", 1)):
        with statements() as said:
            assert client.get(path).status_code == 200
        assert len(said) == most, "\n".join(said)


@pytest.mark.databases("sqlite")
def test_the_page_of_ways_to_follow_leads_there_and_to_every_export(client: PageClient) -> None:
    page = client.get("/paris-19/recevoir").page
    assert page.link("Recevoir la lettre du lundi") == FORM
    links = {link["href"] for link in page.all("a")}
    endings = ("csv", "rss", "jsonld", "openagenda.json")
    assert {f"/agendas/paris-19.{ending}" for ending in endings} <= links
