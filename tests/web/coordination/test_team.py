"""The team of a territory: somebody is invited by mail, stands in, takes over; others cannot."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as hours
from eventsapp.access import grants, offers
from eventsapp.access.models import Grant, GrantOffer, Role
from eventsapp.access.offers import Sender
from eventsapp.mailroom import sealing
from eventsapp.mailroom.models import Channel, Letter
from eventsapp.people import accounts, approvals
from eventsapp.people.models import Account
from tests import factories, saturdays
from tests.pages import PageClient
from tests.web import town
from tests.web.conftest import SignIn

pytestmark = pytest.mark.databases("sqlite")
TEAM, CALLS = "/pro/paris-19/equipe", "/pro/paris-19/appels"

Queue = Callable[[PageClient], list[tuple[int, list[str]]]]
WAITS = [(200, ["Awa"]), (200, ["La Boussole"])]
"""Calls to make and requests of partners, as whoever coordinates the 19e sees them."""
CLOSED: list[tuple[int, list[str]]] = [(403, []), (403, [])]
"""The same for whoever does not."""


def last_letter(db_session: scoped_session[Session]) -> tuple[str, str]:
    """To whom, and the path of the link in it."""
    db_session.rollback()  # what requests wrote meanwhile is seen
    letter = db_session.scalars(select(Letter).order_by(Letter.id.desc())).first()
    assert letter is not None
    found = re.search(r"/invitation/[\w-]+", sealing.unseal(letter.text) if letter.is_sealed else letter.text)
    address, path = letter.address, found[0] if found else ""
    db_session.rollback()
    return address, path


def invite(client: PageClient, email: str, role: str = "coordination", **others: str) -> int:
    form = client.get(TEAM).page.form(TEAM)
    return client.submit(form, {"email": email, "role": role, **others}).status_code


def held(db_session: scoped_session[Session]) -> list[tuple[str, str, bool]]:
    rows = db_session.scalars(select(Grant).order_by(Grant.id)).all()
    found = [(grant.account.name, grant.role.value, grant.ended_at is None) for grant in rows]
    db_session.rollback()
    return found


@pytest.fixture
def queue(samira: Account, db_session: scoped_session[Session]) -> Queue:
    """Awa is to be called and La Boussole waits for an answer in the 19e: who sees it?"""
    nineteenth = factories.a_territory()
    town.a_letter(nineteenth.id, Channel.CALL)
    town.a_request(nineteenth)
    db_session.commit()
    db_session.rollback()

    def seen_by(client: PageClient) -> list[tuple[int, list[str]]]:
        calls, requests = client.get(CALLS), client.get("/pro/paris-19/partenaires")
        return [
            (calls.status_code, [one.one("h2").text for one in calls.page.main.all("li", class_="call")]),
            (
                requests.status_code,
                [one.one("h3").text for one in requests.page.main.all("li", class_="door")],
            ),
        ]

    return seen_by


def test_samira_invites_nadia_who_has_no_account(
    samira: Account, sign_in: SignIn, client: PageClient, db_session: scoped_session[Session]
) -> None:
    assert invite(sign_in(samira), "Nadia@Example.org") == 303
    address, link = last_letter(db_session)
    assert address == "nadia@example.org"

    page = client.get(link).page
    assert page.heading == "Une fonction vous est proposée"
    assert "Coordination du 19e" in page.main.text
    assert "Samira vous la propose." in page.main.text
    refused = client.submit(page.form(button="Accepter"), {"name": " "})
    assert (refused.status_code, refused.page.mistakes) == (422, refused.page.mistakes)
    assert refused.page.mistakes["name"].endswith("Erreur : Écrivez un nom.")

    taken = client.submit(refused.page.form(button="Accepter"), {"name": "Nadia"})
    assert taken.status_code == 303
    entered = client.submit(client.get(taken.headers["Location"]).page.form(button="Entrer"))
    assert (entered.status_code, entered.headers["Location"]) == (303, "/pro/")
    home = client.get("/pro/").page
    assert home.link("Coordination du 19e") == "/pro/paris-19/"
    assert client.get("/pro/paris-19/").status_code == 200
    assert held(db_session) == [("Samira", "coordination", True), ("Nadia", "coordination", True)]

    token = home.all("form", action="/deconnexion")[0].one("input")["value"]
    for answer in (client.get(link), client.post(link, data={"csrf_token": token, "name": "Nadia"})):
        assert answer.status_code == 410
        assert answer.page.heading == "Cette invitation ne marche plus"


def test_opening_the_invitation_changes_nothing(
    samira: Account, sign_in: SignIn, client: PageClient, db_session: scoped_session[Session]
) -> None:
    invite(sign_in(samira), "nadia@example.org")
    _, link = last_letter(db_session)
    for _ in range(3):
        assert client.get(link).status_code == 200
    assert accounts.at_address("nadia@example.org") is None
    assert held(db_session) == [("Samira", "coordination", True)]


def test_an_account_that_exists_is_not_entered_by_an_invitation(
    samira: Account, sign_in: SignIn, client: PageClient, db_session: scoped_session[Session]
) -> None:
    """Two weeks are long for a mail: it adds a role, the door stays closed."""
    accounts.open_account("nadia@example.org", "Nadia", actor="cli", now=hours.now())
    db_session.commit()
    invite(sign_in(samira), "nadia@example.org")
    _, link = last_letter(db_session)
    page = client.get(link).page
    assert page.all("input", name="name") == []
    answer = client.submit(page.form(button="Accepter"))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/connexion")
    assert client.get("/pro/").headers["Location"] == "/connexion?next=/pro/"
    assert held(db_session)[1] == ("Nadia", "coordination", True)


def test_an_old_invitation_works_no_more(
    samira: Account,
    sign_in: SignIn,
    client: PageClient,
    db_session: scoped_session[Session],
    clock: time_machine.Traveller,
) -> None:
    invite(sign_in(samira), "nadia@example.org")
    _, link = last_letter(db_session)
    clock.shift(timedelta(days=14))
    assert client.get(link).status_code == 410


def test_whoever_was_sent_away_leaves_no_doors_open(
    samira: Account, sign_in: SignIn, client: PageClient, db_session: scoped_session[Session]
) -> None:
    """Paul invited a friend before he was ended: the invitation ends with him."""
    paul = accounts.open_account("paul@example.org", "Paul", actor="cli", now=hours.now())
    grant = grants.give(paul, Role.COORDINATOR, factories.a_territory(), by="cli", now=hours.now())
    db_session.commit()
    invite(sign_in(paul), "friend@example.org")
    _, link = last_letter(db_session)
    page = client.get(link).page
    desk = sign_in(samira)
    ended = desk.submit(desk.get(TEAM).page.form(f"/pro/fonctions/{grant.id}/fin"))
    assert ended.headers["Location"] == TEAM
    assert client.get(link).status_code == 410
    assert client.submit(page.form(button="Accepter"), {"name": "Friend"}).status_code == 410
    assert accounts.at_address("friend@example.org") is None
    address, _ = last_letter(db_session)
    assert address == "paul@example.org"  # who is told that his role was ended, and by whom


def test_a_role_is_handed_over_with_its_queue(
    samira: Account, queue: Queue, sign_in: SignIn, client: PageClient, db_session: scoped_session[Session]
) -> None:
    """What waited for Samira waits for Nadia, who works on it at once."""
    desk = sign_in(samira)
    page = desk.get("/pro/").page
    form = desk.get(page.link("Transmettre")).page.form(button="Transmettre")
    answer = desk.submit(form, {"email": "nadia@example.org"})
    assert (answer.status_code, answer.headers["Location"]) == (303, TEAM)
    assert desk.get("/pro/paris-19/").status_code == 200  # until Nadia says yes
    assert queue(desk) == WAITS
    _, link = last_letter(db_session)
    page = client.get(link).page
    assert "Vous prenez la suite de Samira." in page.main.text
    taken = client.submit(page.form(button="Accepter"), {"name": "Nadia"})
    assert held(db_session) == [("Samira", "coordination", False), ("Nadia", "coordination", True)]
    assert desk.get("/pro/paris-19/").status_code == 403
    assert desk.get("/pro/").page.main.all("a", href="/pro/paris-19/") == []

    client.submit(client.get(taken.headers["Location"]).page.form(button="Entrer"))
    assert queue(client) == WAITS
    assert queue(desk) == CLOSED
    call = client.get(CALLS).page.form()
    answered = {"csrf_token": call["csrf_token"], "outcome": "appele"}
    hers = desk.get("/pro/").page.all("form", action="/deconnexion")[0].one("input")["value"]
    assert desk.post(call.action, data=answered | {"csrf_token": hers}).status_code == 403
    assert queue(client) == WAITS
    assert client.post(call.action, data=answered).status_code == 303
    assert queue(client) == [(200, []), (200, ["La Boussole"])]


def test_nadia_stands_in_from_monday_to_wednesday(
    samira: Account,
    queue: Queue,
    sign_in: SignIn,
    client: PageClient,
    db_session: scoped_session[Session],
    clock: time_machine.Traveller,
) -> None:
    nadia = accounts.open_account("nadia@example.org", "Nadia", actor="cli", now=hours.now())
    db_session.commit()
    desk, hers = sign_in(samira), sign_in(nadia)
    monday, wednesday = hours.today() + timedelta(days=1), hours.today() + timedelta(days=3)
    form = desk.get(desk.get("/pro/").page.link("Absence")).page.form(button="Demander le remplacement")
    wrong = desk.submit(
        form, {"email": "nadia@example.org", "first_day": "2027-01-02", "last_day": "2027-01-01"}
    )
    assert wrong.status_code == 422
    assert list(wrong.page.mistakes) == ["last_day"]
    right = {"email": "nadia@example.org", "first_day": str(monday), "last_day": str(wednesday)}
    assert desk.submit(wrong.page.form(button="Demander le remplacement"), right).status_code == 303
    _, link = last_letter(db_session)
    hers.submit(hers.get(link).page.form(button="Accepter"))

    assert hers.get("/pro/paris-19/").status_code == 403  # not yet
    assert (queue(hers), queue(desk)) == (CLOSED, WAITS)
    clock.shift(timedelta(days=1))
    hers, desk = sign_in(nadia), sign_in(samira)
    home = hers.get("/pro/").page
    assert "Vous remplacez Samira" in home.main.text
    assert (queue(hers), queue(desk)) == (WAITS, WAITS)
    assert desk.get("/pro/paris-19/").status_code == 200  # the absent keep their key
    assert "remplacement par Nadia" in desk.get(TEAM).page.main.text
    # Standing in, she cannot make herself a coordinator for good.
    token = hers.get("/pro/").page.all("form", action="/deconnexion")[0].one("input")["value"]
    planted = {"csrf_token": token, "email": "nadia@example.org", "role": "coordination"}
    assert hers.post(TEAM, data=planted).status_code == 403
    clock.shift(timedelta(days=3))
    hers, desk = sign_in(nadia), sign_in(samira)
    assert hers.get("/pro/paris-19/").status_code == 403
    assert (queue(hers), queue(desk)) == (CLOSED, WAITS)


def test_the_last_coordinator_hands_over_before_leaving(
    samira: Account, sign_in: SignIn, db_session: scoped_session[Session]
) -> None:
    desk = sign_in(samira)
    answer = desk.submit(desk.get("/pro/").page.form(button="Quitter"))
    assert answer.status_code == 303
    assert "C’est la dernière personne qui tient cette fonction." in desk.get(TEAM).page.text
    assert held(db_session) == [("Samira", "coordination", True)]


def test_an_invitation_is_sent_again_and_taken_back(
    samira: Account, sign_in: SignIn, client: PageClient, db_session: scoped_session[Session]
) -> None:
    desk = sign_in(samira)
    invite(desk, "nadia@example.org")
    _, first = last_letter(db_session)
    assert desk.submit(desk.get(TEAM).page.form(button="Renvoyer")).status_code == 303
    _, second = last_letter(db_session)
    assert first != second
    assert [client.get(link).status_code for link in (first, second)] == [410, 200]
    waiting = desk.get(TEAM).page
    [taken_back] = [form for form in waiting.main.all("form") if form["action"].endswith("/retrait")]
    assert desk.submit(waiting.form(taken_back["action"])).status_code == 303
    assert client.get(second).status_code == 410
    again = desk.submit(waiting.form(taken_back["action"]))
    assert again.status_code == 303
    assert "Cette invitation est déjà réglée." in desk.get(TEAM).page.text


def test_a_stolen_desk_is_no_mailing_house(
    samira: Account, sign_in: SignIn, db_session: scoped_session[Session], clock: time_machine.Traveller
) -> None:
    """Forty invitations a day by one account, whatever became of them; the others of the team go on."""
    nineteenth = factories.a_territory()
    paul = saturdays.a_coordinator(nineteenth, email="paul@example.org", name="Paul")
    for number in range(39):
        offers.send(
            Role.COORDINATOR, nineteenth, f"a{number}@example.org", by=Sender.of(samira), now=hours.now()
        )
    for offer in db_session.scalars(select(GrantOffer).limit(38)).all():
        offers.withdraw(offer, by="cli", now=hours.now())
    db_session.commit()
    desk = sign_in(samira)
    assert invite(desk, "nadia@example.org") == 303

    def sent() -> tuple[int, int]:
        """Letters, and invitations that wait for an answer."""
        db_session.rollback()
        waiting = select(GrantOffer.id).where(GrantOffer.withdrawn_at.is_(None))
        found = len(db_session.scalars(select(Letter.id)).all()), len(db_session.scalars(waiting).all())
        db_session.rollback()
        return found

    assert sent() == (40, 2)
    form = desk.get(TEAM).page.form(TEAM)
    refused = desk.submit(form, {"email": "moussa@example.org", "role": "coordination"})
    assert refused.status_code == 429
    sentence = "Vous avez envoyé beaucoup d’invitations aujourd’hui. Continuez demain."
    assert sentence in refused.page.main.text
    waiting = desk.get(TEAM).page
    [again, _] = [form for form in waiting.main.all("form") if form["action"].endswith("/renvoi")]
    assert desk.submit(waiting.form(again["action"])).status_code == 303
    assert sentence in desk.get(TEAM).page.text
    assert sent() == (40, 2)  # what was to be sent again works still
    assert invite(sign_in(paul), "moussa@example.org") == 303
    assert sent() == (41, 3)
    clock.shift(timedelta(days=1))
    assert invite(sign_in(samira), "lea@example.org") == 303
    assert sent() == (42, 4)


def test_a_contact_of_a_school_sees_her_dates_and_no_others(
    samira: Account, sign_in: SignIn, client: PageClient, db_session: scoped_session[Session]
) -> None:
    curial, manin = factories.a_school("École Curial"), factories.a_school("École Manin")
    saturdays.a_saturday(curial, date(2026, 12, 5))
    db_session.commit()
    assert invite(sign_in(samira), "direction@example.org", "ecole", school=str(curial.id)) == 303
    _, link = last_letter(db_session)
    client.submit(client.get(link).page.form(button="Accepter"), {"name": "Madame Roy"})
    roy = accounts.by_email("direction@example.org")
    hers = sign_in(roy)
    page = hers.get("/pro/").page
    assert page.link("Contact de l’école : École Curial") == f"/pro/ecoles/{curial.id}"
    assert "Samedi 5 décembre" in hers.get(f"/pro/ecoles/{curial.id}").page.main.text
    assert hers.get(f"/pro/ecoles/{manin.id}").status_code == 403
    assert hers.get("/pro/paris-19/").status_code == 403


def test_nobody_invites_through_fields_of_their_own(
    samira: Account, sign_in: SignIn, db_session: scoped_session[Session]
) -> None:
    """Mass assignment: more fields, other roles, a school of elsewhere."""
    elsewhere = factories.a_school("École Récollets", territory=factories.a_territory(10))
    db_session.commit()
    desk = sign_in(samira)
    token = desk.get(TEAM).page.form(TEAM)["csrf_token"]
    planted = {
        "csrf_token": token,
        "email": "mallory@example.org",
        "territory_id": "2",
        "organisation_id": "1",
        "expires_at": "2030-01-01",
        "accepted_at": "2026-01-01",
    }
    for role, school, status in (
        ("administration", "", 422),
        ("responsable", "", 422),
        ("", "", 422),
        ("ecole", str(elsewhere.id), 422),
        ("ecole", "", 422),
    ):
        assert desk.post(TEAM, data=planted | {"role": role, "school": school}).status_code == status
    assert db_session.scalars(select(GrantOffer)).all() == []
    db_session.rollback()
    assert desk.post(TEAM, data=planted | {"role": "coordination"}).status_code == 303
    [offer] = db_session.scalars(select(GrantOffer)).all()
    assert (offer.territory_id, offer.organisation_id, offer.accepted_at) == (
        factories.a_territory().id,
        None,
        None,
    )
    assert offer.expires_at < hours.now() + timedelta(days=15)


def test_an_invitation_needs_the_form_of_its_page(
    samira: Account, sign_in: SignIn, app: Flask, db_session: scoped_session[Session]
) -> None:
    invite(sign_in(samira), "nadia@example.org")
    _, link = last_letter(db_session)
    thief = app.test_client()
    assert thief.post(link, data={"name": "Nadia"}).status_code == 400
    assert held(db_session) == [("Samira", "coordination", True)]


def test_the_people_of_an_organisation_are_its_owners_business(
    samira: Account, sign_in: SignIn, db_session: scoped_session[Session]
) -> None:
    """Espace 19 may act elsewhere too: Samira sees who is in it, invites nobody, sends nobody away."""
    espace = factories.an_association("Espace 19")
    approvals.approve(espace, factories.a_territory(), actor="cli", now=hours.now())
    nadia = accounts.open_account("nadia@example.org", "Nadia", actor="cli", now=hours.now())
    moussa = accounts.open_account("moussa@example.org", "Moussa", actor="cli", now=hours.now())
    grants.give(nadia, Role.OWNER, espace, by="cli", now=hours.now())
    works = grants.give(moussa, Role.MEMBER, espace, by="cli", now=hours.now())
    db_session.commit()
    address, number = f"/pro/organisations/{espace.id}/equipe", works.id
    db_session.rollback()
    desk = sign_in(samira)
    page = desk.get(address).page
    assert "Retirer" not in page.main.text
    assert "Une personne responsable de la structure peut inviter." in page.main.text
    token = page.all("input", name="csrf_token")[0]["value"]
    assert desk.post(f"/pro/fonctions/{number}/fin", data={"csrf_token": token}).status_code == 403
    for role in ("responsable", "membre"):
        asked = {"csrf_token": token, "email": "lea@example.org", "role": role}
        assert desk.post(address, data=asked).status_code == 403
    hers = sign_in(nadia)
    ended = hers.submit(hers.get(address).page.form(f"/pro/fonctions/{number}/fin"))
    assert (ended.status_code, ended.headers["Location"]) == (303, address)
    assert "Moussa" not in hers.get(address).page.main.text
