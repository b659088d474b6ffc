"""Signing in: a form, a letter, a button; and what a planted cookie, a scanner or a stranger get."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as hours
from eventsapp.mailroom import sealing
from eventsapp.mailroom.models import Letter
from eventsapp.people import accounts
from eventsapp.people.models import SignInLink
from tests.pages import Form, PageClient
from tests.web.strangers import seen

ENTER = "Entrer"


def link_sent(db_session: scoped_session[Session]) -> str:
    letter = db_session.scalars(select(Letter).order_by(Letter.id.desc())).first()
    assert letter is not None
    found = re.search(r"/connexion/[\w-]+", sealing.unseal(letter.text))
    assert found is not None
    db_session.rollback()  # what requests write from now on is seen
    return found[0]


def a_browser(app: Flask) -> PageClient:
    client = app.test_client()
    assert isinstance(client, PageClient)
    return client


def ask(client: PageClient, email: str = "samira@example.org", wanted: str = "") -> str:
    """Asks for a link; gives the address of the page that answers."""
    page = client.get("/connexion", query_string={"next": wanted} if wanted else {}).page
    answer = client.submit(page.form("/connexion"), {"email": email})
    assert answer.status_code == 303
    return str(answer.headers["Location"])


@pytest.mark.usefixtures("samira")
def test_samira_comes_in_by_her_letter(client: PageClient, db_session: scoped_session[Session]) -> None:
    assert ask(client) == "/connexion/envoye"
    assert client.get("/connexion/envoye").page.heading == "Regardez vos e-mails"

    link = link_sent(db_session)
    page = client.get(link).page
    assert page.heading == "Bonjour Samira"
    answer = client.submit(page.form(button=ENTER))

    assert (answer.status_code, answer.headers["Location"]) == (303, "/pro/")
    assert client.get("/pro/").page.heading == "Mon espace"


@pytest.mark.usefixtures("samira")
def test_scanners_that_open_every_link_burn_nothing(
    client: PageClient, db_session: scoped_session[Session]
) -> None:
    ask(client)
    link = link_sent(db_session)
    for _ in range(3):
        assert client.get(link).status_code == 200
    assert db_session.scalars(select(SignInLink.used_at)).all() == [None]
    assert client.submit(client.get(link).page.form(button=ENTER)).status_code == 303


@pytest.mark.usefixtures("samira")
def test_a_used_link_is_a_kind_page(
    client: PageClient, app: Flask, db_session: scoped_session[Session]
) -> None:
    ask(client)
    link = link_sent(db_session)
    thief = a_browser(app)
    opened_before = thief.get(link).page
    client.submit(client.get(link).page.form(button=ENTER))

    for answer in (client.get(link), thief.get(link), thief.submit(opened_before.form(button=ENTER))):
        assert answer.status_code == 410
        assert "Ce lien a déjà servi, ou il est trop ancien. Demandez un nouveau lien." in answer.get_data(
            as_text=True
        )
    assert thief.get("/pro/").status_code == 303


@pytest.mark.usefixtures("samira")
def test_an_old_link_is_a_kind_page(
    client: PageClient, db_session: scoped_session[Session], clock: time_machine.Traveller
) -> None:
    ask(client)
    link = link_sent(db_session)
    page = client.get(link).page
    clock.shift(timedelta(minutes=31))
    assert client.get(link).status_code == 410
    assert client.submit(page.form(button=ENTER)).status_code == 410
    assert client.get("/pro/").status_code == 303


@pytest.mark.databases("sqlite")
@pytest.mark.usefixtures("samira")
def test_the_answer_is_the_same_for_a_stranger(app: Flask, db_session: scoped_session[Session]) -> None:
    """Samira, whose letter leaves; Nour, whom five links wait for; Gone, who left; and nobody we know."""
    nour = accounts.open_account("nour@example.org", "Nour", actor="cli", now=hours.now())
    gone = accounts.open_account("gone@example.org", "Gone", actor="cli", now=hours.now())
    for _ in range(accounts.MOST_WAITING):
        accounts.new_link(nour, now=hours.now())
    accounts.close_account(gone, actor="cli", now=hours.now())
    db_session.commit()
    answers = []
    for email in ("samira@example.org", "nour@example.org", "gone@example.org", "nobody@example.org"):
        visitor = a_browser(app)
        form = visitor.get("/connexion", query_string={"next": "/pro/paris-19/"}).page.form("/connexion")
        answer = visitor.submit(form, {"email": email})
        after = visitor.get(answer.headers["Location"])
        answers.append((seen(visitor, answer, email), seen(visitor, after, email)))
    assert answers == [answers[-1]] * 4
    assert [(said["status"], said["session"]) for said in answers[-1]] == [
        (303, {"suite": "/pro/paris-19/"}),
        (200, {"suite": "/pro/paris-19/"}),
    ]
    assert [letter.address for letter in db_session.scalars(select(Letter))] == ["samira@example.org"]


@pytest.mark.databases("sqlite")
def test_two_colleagues_read_one_mailbox(app: Flask, db_session: scoped_session[Session]) -> None:
    """Nadia and Moussa share contact@: each comes in by a letter of their own, and neither is in the
    other's way. Moussa also tries the letter that Nadia has used."""
    accounts.open_account("contact@espace19.example", "Espace 19", actor="cli", now=hours.now())
    db_session.commit()
    db_session.rollback()
    nadia, moussa = a_browser(app), a_browser(app)
    links = []
    for colleague in (nadia, moussa):
        assert ask(colleague, "contact@espace19.example") == "/connexion/envoye"
        links.append(link_sent(db_session))
    assert len(set(links)) == len(db_session.scalars(select(Letter)).all()) == 2
    db_session.rollback()

    def is_in(client: PageClient) -> bool:
        return client.get("/pro/").status_code == 200

    entered = nadia.submit(nadia.get(links[0]).page.form(button=ENTER))
    assert (entered.status_code, entered.headers["Location"]) == (303, "/pro/")
    assert (is_in(nadia), is_in(moussa)) == (True, False)
    used = moussa.get(links[0])
    assert (used.status_code, used.page.heading) == (410, "Ce lien ne marche plus")
    assert "Ce lien a déjà servi, ou il est trop ancien. Demandez un nouveau lien." in used.page.main.text
    assert used.page.link("Recevoir un nouveau lien") == "/connexion"
    moussa.submit(moussa.get(links[1]).page.form(button=ENTER))
    assert (is_in(nadia), is_in(moussa)) == (True, True)

    nadia.submit(Form(nadia.get("/pro/").page.all("form", action="/deconnexion")[0], "/pro/"))
    assert (is_in(nadia), is_in(moussa)) == (False, True)
    ask(nadia, "contact@espace19.example")
    nadia.submit(nadia.get(link_sent(db_session)).page.form(button=ENTER))
    assert (is_in(nadia), is_in(moussa)) == (True, True)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Écrivez votre adresse e-mail."),
        ("samira", "Écrivez une adresse e-mail comme prenom@exemple.fr."),
        ("samira@exam ple.org", "Écrivez une adresse e-mail comme prenom@exemple.fr."),
    ],
)
def test_a_mistyped_address_is_given_back(client: PageClient, typed: str, sentence: str) -> None:
    page = client.get("/connexion").page
    answer = client.submit(page.form("/connexion"), {"email": typed})
    assert answer.status_code == 422
    assert answer.page.title.startswith("Erreur : ")
    assert sentence in answer.page.mistakes["email"]
    assert answer.page.form("/connexion")["email"] == typed
    assert answer.page.one(role="alert").one("a").text == sentence


@pytest.mark.usefixtures("samira")
@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/pro/paris-19/plans?x=1", "/pro/paris-19/plans?x=1"),
        ("https://ailleurs.example/", "/pro/"),
        ("//ailleurs.example/", "/pro/"),
        ("/\\ailleurs.example/", "/pro/"),
        ("javascript:alert(1)", "/pro/"),
    ],
)
def test_one_arrives_where_one_wanted_and_never_elsewhere(
    client: PageClient, db_session: scoped_session[Session], wanted: str, reached: str
) -> None:
    ask(client, wanted=wanted)
    answer = client.submit(client.get(link_sent(db_session)).page.form(button=ENTER))
    assert answer.headers["Location"] == reached


@pytest.mark.usefixtures("samira")
def test_what_the_session_held_before_is_thrown_away(
    client: PageClient, db_session: scoped_session[Session]
) -> None:
    """A cookie planted by another (session fixation) opens no desk, and its CSRF token dies with it."""
    ask(client)
    link = link_sent(db_session)
    page = client.get(link).page
    with client.session_transaction() as session:
        session["planted"] = "by another"
        before = session["csrf_token"]
    client.submit(page.form(button=ENTER))
    with client.session_transaction() as session:
        assert session.permanent
        assert "planted" not in session
        assert session.get("csrf_token") != before


@pytest.mark.usefixtures("samira")
def test_leaving_forgets_everything(client: PageClient, db_session: scoped_session[Session]) -> None:
    ask(client)
    client.submit(client.get(link_sent(db_session)).page.form(button=ENTER))
    forms = [form for form in client.get("/pro/").page.all("form") if form.get("action") == "/deconnexion"]
    token = forms[0].one("input", name="csrf_token")["value"]
    assert client.post("/deconnexion").status_code == 400
    assert client.post("/deconnexion", data={"csrf_token": token}).status_code == 303
    with client.session_transaction() as session:
        assert dict(session) == {}
    assert client.get("/pro/").headers["Location"] == "/connexion?next=/pro/"


@pytest.mark.usefixtures("samira")
def test_an_account_that_was_closed_meanwhile_is_out(
    client: PageClient, db_session: scoped_session[Session], clock: time_machine.Traveller
) -> None:
    ask(client)
    client.submit(client.get(link_sent(db_session)).page.form(button=ENTER))
    assert client.get("/pro/").status_code == 200
    link = db_session.scalars(select(SignInLink)).first()
    assert link is not None
    link.account.closed_at = link.created_at
    db_session.commit()
    assert client.get("/pro/").status_code == 303


@pytest.mark.usefixtures("samira")
def test_pages_that_hold_a_token_are_kept_by_nobody(
    client: PageClient, db_session: scoped_session[Session]
) -> None:
    ask(client)
    headers = client.get(link_sent(db_session)).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Robots-Tag"] == "noindex, nofollow"
