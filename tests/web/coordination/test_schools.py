"""« Écoles »: Samira sees how seventy-two schools stand, sends links, notes answers and authorisations."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, time

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as hours
from eventsapp.access import grants
from eventsapp.access.models import Role
from eventsapp.agenda.models import Event
from eventsapp.hosting import answers, gate, links, listings, own_details
from eventsapp.hosting.answers import Said
from eventsapp.hosting.gate import Visitor
from eventsapp.hosting.models import AccessStatus, Answer, Speaker
from eventsapp.mailroom.models import Channel, Letter
from eventsapp.people import accounts, approvals
from eventsapp.people.models import Account
from tests import factories, saturdays
from tests.pages import Page, PageClient
from tests.web.conftest import SignIn

Statements = Callable[[], AbstractContextManager[list[str]]]
PAGE = "/pro/paris-19/ecoles"


@pytest.fixture
def desk(samira: Account, sign_in: SignIn) -> PageClient:
    """Samira's, in a 19e without schools yet."""
    return sign_in(samira)


@pytest.fixture
def event(db_session: scoped_session[Session]) -> Event:
    """Saturday 5 December at Curial, by Espace 19."""
    espace = factories.an_association("Espace 19")
    approvals.approve(espace, factories.a_territory(), actor="cli", now=hours.now())
    found = saturdays.a_saturday(factories.a_school(), date(2026, 12, 5), host=espace)
    db_session.commit()
    return found


def somebody(name: str, role: Role, where: object, session: scoped_session[Session]) -> Account:
    account = accounts.open_account(f"{name.lower()}@example.org", name, actor="cli", now=hours.now())
    grants.give(account, role, where, by="cli", now=hours.now())  # type: ignore[arg-type]  # as the role wants
    session.commit()
    return account


def rows(page: Page) -> list[str]:
    return [one.one("th").text for table in page.main.all("tbody") for one in table.all("tr")]


def test_what_is_asked_for_is_what_is_shown(
    desk: PageClient, event: Event, db_session: scoped_session[Session]
) -> None:
    manin, tandou = factories.a_school("École Manin"), factories.a_school("École Tandou")
    factories.a_school("École Récollets", territory=factories.a_territory(10))
    factories.a_contact()
    left = factories.a_contact(tandou, name="Monsieur Petit")
    own_details.say_gone(left, "", actor="contact:1", now=hours.now())
    there = saturdays.a_saturday(manin, date(2026, 12, 12))
    answers.give(there, Said("autre_date", "le 19 décembre"), actor="contact:1", now=hours.now())
    db_session.commit()
    assert rows(desk.get(PAGE).page) == ["École Curial", "École Manin", "École Tandou"]
    wanted = {
        "refus": ["École Manin"],
        "attente": ["École Curial"],
        "autorisation": ["École Curial", "École Manin"],
        "sans-contact": ["École Manin", "École Tandou"],
        "n'importe": ["École Curial", "École Manin", "École Tandou"],
    }
    for asked, names in wanted.items():
        assert rows(desk.get(f"{PAGE}?reponse={asked}").page) == names
    page = desk.get(PAGE).page
    [to_replace] = [one for one in page.all("section") if "Dates à remplacer" in one.text]
    assert "Samedi 12 décembre 2026 École : Autre date" in to_replace.text
    assert "le 19 décembre" in to_replace.text
    assert "1 date refusée par une école" in " ".join(
        f"{one.one('dd').text} {one.one('dt').text}"
        for one in desk.get("/pro/paris-19/").page.main.all("div", class_="door")
    )


def test_an_empty_list_says_so(desk: PageClient, db_session: scoped_session[Session]) -> None:
    assert "Aucune école n’est encore connue ici." in desk.get(PAGE).page.main.text
    factories.a_school()
    db_session.commit()
    assert "Aucune école n’est dans ce cas." in desk.get(f"{PAGE}?reponse=refus").page.main.text


def test_seventy_two_schools_cost_as_many_statements_as_none(
    desk: PageClient, db_session: scoped_session[Session], statements: Statements
) -> None:
    counts = []
    for many in (0, 1, 3, 72):
        for number in range(len(listings.schools_of(factories.a_territory(), now=hours.now())), many):
            school = factories.a_school(f"École {number:02d}")
            links.make(factories.a_contact(school), actor="account:1", now=hours.now())
            one = saturdays.a_saturday(school, date(2026, 12, 5))
            answers.give(one, Said("non"), actor="contact:1", now=hours.now())
        db_session.commit()
        with statements() as said:
            page = desk.get(PAGE).page
        counts.append(len(said))
        assert len(rows(page)) == many
    assert counts == [9, 9, 9, 9]


def test_she_sends_a_link_and_cuts_it(
    desk: PageClient, event: Event, client: PageClient, db_session: scoped_session[Session]
) -> None:
    contact, silent = factories.a_contact(), factories.a_contact(name="Monsieur Sans", email=None)
    db_session.commit()
    address = f"/pro/ecoles/{event.venue_id}"
    page = desk.get(address).page
    for one in (contact, silent):
        form = page.form(f"{address}/contacts/{one.id}/lien")
        assert desk.submit(form).status_code == 303
    said = desk.get(address).page.main.text
    assert "Le lien part à roy@ecole.example." in said
    assert "lien envoyé le dimanche 22 novembre" in said
    db_session.rollback()
    assert {one.channel for one in db_session.scalars(select(Letter))} == {Channel.MAIL, Channel.CALL}
    assert "dates de votre école, École Curial" in desk.get("/pro/paris-19/appels").page.main.text
    token = links.make(contact, actor="account:1", now=hours.now())
    db_session.commit()
    assert client.get(f"/ecole/{token}").status_code == 200
    form = desk.get(address).page.form(f"{address}/contacts/{contact.id}/lien/retrait")
    assert desk.submit(form).status_code == 303
    assert client.get(f"/ecole/{token}").status_code == 410
    # The contact of another school is none of this one's.
    db_session.rollback()
    other = factories.a_contact(factories.a_school("École Manin"))
    db_session.commit()
    form.action = f"{address}/contacts/{other.id}/lien"
    assert desk.submit(form).status_code == 404


def test_a_departure_is_decided_by_a_person(
    desk: PageClient, event: Event, db_session: scoped_session[Session]
) -> None:
    contact = factories.a_contact()
    own_details.say_gone(contact, "Monsieur Petit", actor="contact:1", now=hours.now())
    db_session.commit()
    address = f"/pro/ecoles/{event.venue_id}"
    page = desk.get(address).page
    assert "Madame Roy dit ne plus être le contact de cette école." in page.main.text
    assert "Monsieur Petit" in page.main.text
    form = page.form(f"{address}/contacts/{contact.id}/depart")
    token = {"csrf_token": form["csrf_token"]}
    assert desk.post(form.action, data=token | {"decision": "?"}).status_code == 400
    assert desk.post(form.action, data=token | {"decision": "partie"}).status_code == 303
    db_session.rollback()
    db_session.refresh(contact)
    assert contact.ended_at == hours.now()
    assert "Nous ne connaissons encore personne" in desk.get(address).page.main.text
    assert desk.post(form.action, data=token | {"decision": "partie"}).status_code == 404


def test_she_notes_an_answer_taken_by_phone_and_the_authorisation(
    desk: PageClient, event: Event, db_session: scoped_session[Session]
) -> None:
    address = f"/pro/rendez-vous/{event.code}/acces"
    form = desk.get(address).page.form(f"{address}/reponse")
    refused = desk.submit(form, {"answer": "oui"})
    assert (refused.status_code, list(refused.page.mistakes)) == (422, ["confirmed_by"])
    form = refused.page.form(f"{address}/reponse")
    assert desk.submit(form, {"confirmed_by": "Mme Roy, gardienne", "room": "préau"}).status_code == 303
    page = desk.get(address).page
    assert "confirmé par Mme Roy, gardienne, le dimanche 22 novembre" in page.main.text
    assert "préau" in page.main.text
    authorise = page.form(f"{address}/autorisation")
    moves = [one.get("value") for one in authorise.buttons]
    assert moves == ["demandee", "accordee", "refusee"]
    filled = {"csrf_token": authorise["csrf_token"], "status": "accordee", "note": "CASPE 12"}
    assert desk.post(authorise.action, data=filled).status_code == 303
    assert "CASPE 12" in desk.get(address).page.main.text
    assert (
        "L’autorisation a changé"
        in desk.post(authorise.action, data=filled, follow_redirects=True).page.main.text
    )
    db_session.rollback()
    date_ = listings.date_of(event)
    assert date_.answer is not None
    assert (date_.answer.answer, date_.access) == (Answer.YES, AccessStatus.GRANTED)


def test_nadia_says_who_comes_and_settles_nothing(
    event: Event, sign_in: SignIn, db_session: scoped_session[Session]
) -> None:
    assert event.host is not None
    nadia = sign_in(somebody("Nadia", Role.OWNER, event.host, db_session))
    address = f"/pro/rendez-vous/{event.code}/acces"
    page = nadia.get(address).page
    assert [form.get("action") for form in page.main.all("form")] == [
        f"{address}/structure",
        f"{address}/intervenants",
    ]
    form = page.form(f"{address}/intervenants")
    assert (form["organisation"], form["arrives"], form["leaves"]) == ("Espace 19", "09:15", "11:45")
    assert list(nadia.submit(form, {"arrives": "", "name": "Awa"}).page.mistakes) == ["arrives"]
    filled = {"name": "Awa Sow", "arrives": "09:00", "needs": "20 chaises"}
    assert nadia.submit(form, filled).status_code == 303
    page = nadia.get(address).page
    assert "Awa Sow, Espace 19 de 9 h à 11 h 45 – 20 chaises" in page.main.text
    db_session.rollback()
    speaker = db_session.scalars(select(Speaker)).one()
    token = {"csrf_token": form["csrf_token"]}
    for path, data in (("reponse", {"answer": "oui"}), ("autorisation", {"status": "accordee"})):
        assert nadia.post(f"{address}/{path}", data=token | data).status_code == 403
    assert nadia.submit(page.form(f"{address}/intervenants/{speaker.id}/retrait")).status_code == 303
    db_session.rollback()
    assert db_session.scalars(select(Speaker.id)).all() == []
    # A name of another event is not found through hers.
    other = factories.an_event("À d’autres")
    hidden = gate.add(other, Visitor("Omar", "", time(9), time(12)), actor="a", now=hours.now())
    db_session.commit()
    answer = nadia.post(f"{address}/intervenants/{hidden.id}/retrait", data=token)
    assert answer.status_code == 404
    assert nadia.get(f"/pro/rendez-vous/{other.code}/acces").status_code == 403


def test_the_account_of_the_school_shows_and_answers_the_same(
    event: Event, sign_in: SignIn, db_session: scoped_session[Session]
) -> None:
    factories.a_contact(name="Monsieur Caché")
    roy = sign_in(somebody("Roy", Role.SCHOOL_CONTACT, event.venue, db_session))
    address = f"/pro/rendez-vous/{event.code}/acces"
    page = roy.get(f"/pro/ecoles/{event.venue_id}").page
    assert "Réponse attendue" in page.main.text
    assert "Monsieur Caché" not in page.html  # whom to reach is the coordination's business
    form = roy.get(address).page.form()
    assert form.action == f"{address}/reponse"
    assert roy.submit(form, {"answer": "non", "words": "Conseil d’école"}).status_code == 303
    page = roy.get(f"/pro/ecoles/{event.venue_id}").page
    assert "Réponse attendue" not in page.main.text
    assert page.main.all("span", class_="tag--stop")[0].text == "Non"
    db_session.rollback()
    known = listings.date_of(event).answer
    assert known is not None
    assert (known.confirmed_by, known.answered_by.startswith("account:")) == ("", True)


def test_a_school_page_asks_as_much_whatever_it_holds(
    desk: PageClient, db_session: scoped_session[Session], statements: Statements
) -> None:
    school, counts = factories.a_school(), []
    db_session.commit()
    for many in (0, 1, 3, 40):
        for number in range(len(listings.dates_at(school, now=hours.now(), limit=60)), many):
            factories.an_event(f"Atelier {number}")
        db_session.commit()
        with statements() as said:
            desk.get(f"/pro/ecoles/{school.id}")
        counts.append(len(said))
    assert counts == [12, 12, 12, 12]


def test_the_journal_names_the_school_and_never_the_contact(
    desk: PageClient, event: Event, db_session: scoped_session[Session]
) -> None:
    contact = factories.a_contact()
    links.make(contact, actor=f"contact:{contact.id}", now=hours.now())
    own_details.correct(contact, "06 39 98 00 77", "", actor=f"contact:{contact.id}", now=hours.now())
    answers.give(event, Said("oui"), actor=f"contact:{contact.id}", now=hours.now())
    db_session.commit()
    said = desk.get("/pro/paris-19/journal").page.main.text
    assert "Le contact d’une école" in said
    assert "École Curial" in said
    assert "a corrigé ses coordonnées" in said
    for secret in ("Madame Roy", "06 39"):
        assert secret not in said
