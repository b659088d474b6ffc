"""Samira prepares the year after, partners answer by their link or on the phone, a past year is archived."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.agenda.models import Event
from eventsapp.mailroom.models import Channel, Letter
from eventsapp.people.models import Account, Organisation
from eventsapp.planning import preparing
from eventsapp.planning.models import ComebackQuestion, SchoolTarget
from eventsapp.programme.school_calendar import SchoolYear
from tests import factories, saturdays
from tests.pages import PageClient
from tests.registrations.stories import text_of
from tests.web.conftest import SignIn, Statements

PAGE = "/pro/paris-19/annee-suivante"


@pytest.fixture
def espace(desk: PageClient, db_session: scoped_session[Session]) -> Organisation:
    """It has an address of its own, and came to Curial once."""
    found = db_session.scalars(select(Organisation).where(Organisation.name == "Espace 19")).one()
    found.email = "contact@espace19.example"
    saturdays.a_saturday(factories.a_school(), date(2026, 12, 5), host=found)
    db_session.commit()
    db_session.rollback()
    return found


def press(client: PageClient, button: str, **typed: str) -> str:
    """Presses a button of the page and gives what is said then."""
    page = client.get(PAGE).page
    answer = client.submit(page.form(button=button), typed)
    assert answer.status_code == 303
    return client.get(answer.headers["Location"]).page.text


def test_samira_opens_the_year_asks_and_espace_19_answers_by_its_link(
    desk: PageClient, espace: Organisation, client: PageClient, db_session: scoped_session[Session]
) -> None:
    assert "2027-2028 n’est pas encore ouverte." in desk.get(PAGE).page.text
    assert "Rien n’est annoncé." in press(desk, "Ouvrir 2027-2028")
    assert len(db_session.scalars(select(Event)).all()) == 1
    db_session.rollback()
    said = press(desk, "Envoyer la question à qui n’a pas répondu")
    assert "La question part à 1 partenaire." in said
    assert "ni adresse ni téléphone : ajoutez un contact" in said  # the other one

    letter = db_session.scalars(select(Letter).where(Letter.channel == Channel.MAIL)).one()
    assert (letter.address, letter.subject) == ("contact@espace19.example", "On repart pour 2027-2028\u00a0?")
    link = next(word for word in text_of(letter).split() if "/on-repart/" in word)
    path = "/on-repart/" + link.rpartition("/")[2]
    db_session.rollback()

    page = client.get(path).page
    assert (page.heading, client.get(path).headers["Referrer-Policy"]) == (
        "On repart pour 2027-2028 ?",
        "no-referrer",
    )
    assert (
        client.submit(page.form(path), {})
        .page.mistakes["answer"]
        .endswith("Erreur : Choisissez une réponse.")
    )
    answer = client.submit(client.get(path).page.form(path), {"answer": "oui", "words": "Moins de dates"})
    assert (answer.status_code, answer.headers["Location"]) == (303, path)
    assert "Vous pouvez changer d’avis" in client.get(path).page.text

    after = desk.get(PAGE).page.text
    assert "Oui, on repart" in after
    assert "« Moins de dates »" in after
    assert "a répondu à « On repart ? »" in desk.get("/pro/paris-19/journal").page.text


def test_an_answer_taken_on_the_phone_keeps_what_they_wrote(
    desk: PageClient, espace: Organisation, db_session: scoped_session[Session]
) -> None:
    press(desk, "Ouvrir 2027-2028")
    question = db_session.scalars(
        select(ComebackQuestion).where(ComebackQuestion.organisation_id == espace.id)
    ).one()
    question.words = "Rappelez-nous en juin"
    db_session.commit()
    db_session.rollback()
    form = desk.get(PAGE).page.form(f"{PAGE}/reponses/{question.id}")
    answer = desk.post(form.action, data=form.values | {"answer": "non"})
    assert "La réponse de « Espace 19 » est notée." in desk.get(answer.headers["Location"]).page.text
    db_session.rollback()
    db_session.refresh(question)
    assert (question.answer, question.words) == ("non", "Rappelez-nous en juin")


def test_a_wrong_target_is_said_beside_its_school_and_changes_nothing(
    desk: PageClient, espace: Organisation, db_session: scoped_session[Session]
) -> None:
    press(desk, "Ouvrir 2027-2028")
    curial, manin, _ = db_session.scalars(select(SchoolTarget).order_by(SchoolTarget.id))
    db_session.rollback()
    form = desk.get(PAGE).page.form(button="Garder ces cibles")
    answer = desk.submit(form, {f"school-{curial.venue_id}": "8", f"school-{manin.venue_id}": "beaucoup"})
    assert answer.status_code == 422
    assert answer.page.one("input", id=f"school-{manin.venue_id}")["value"] == "beaucoup"
    assert answer.page.one("input", id=f"school-{curial.venue_id}")["value"] == "8"
    assert answer.page.one("span", id=f"school-{manin.venue_id}-error").text == (
        "Écrivez un nombre de séances entre 0 et 40."
    )
    db_session.refresh(curial)
    assert curial.sessions == 1
    db_session.rollback()
    for number in ("9" * 19, "9" * 5000, "²", "0"):  # schools of no form of ours
        form = desk.get(PAGE).page.form(button="Garder ces cibles")
        answer = desk.post(form.action, data=form.values | {f"school-{number}": "8"})
        assert (answer.status_code, answer.headers["Location"]) == (303, f"{PAGE}?annee=2027-2028")
    assert "2 écoles changent." in press(
        desk, "Garder ces cibles", **{f"school-{curial.venue_id}": "8", f"school-{manin.venue_id}": "3"}
    )


def test_a_past_year_is_archived_and_opened_again(desk: PageClient) -> None:
    assert "L’année 2025-2026 est archivée." in press(desk, "Archiver 2025-2026")
    assert "L’année 2025-2026 est rouverte." in press(desk, "Rouvrir 2025-2026")


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("year", ["2031-2032", "2027", "x"])
def test_a_year_that_our_calendar_does_not_know_is_not_found(desk: PageClient, year: str) -> None:
    assert desk.get(f"{PAGE}?annee={year}").status_code == 404


@pytest.mark.databases("sqlite")
def test_an_old_link_says_so(client: PageClient) -> None:
    answer = client.get("/on-repart/invented")
    assert (answer.status_code, answer.page.heading) == (410, "Ce lien ne marche plus")


@pytest.mark.parametrize("many", [1, 40])
def test_the_page_costs_as_many_statements_however_many_schools_and_partners(
    samira: Account,
    sign_in: SignIn,
    statements: Statements,
    db_session: scoped_session[Session],
    many: int,
) -> None:
    for number in range(many):
        factories.a_school(f"École {number}")
        saturdays.an_offer(f"Association {number}", "les écrans", email=f"a{number}@example.org")
    territory = factories.a_territory()
    preparing.open_(territory, SchoolYear(2027), actor="account:1", now=clock.now())
    client = sign_in(samira)
    db_session.rollback()
    with statements() as asked:
        assert client.get(PAGE).status_code == 200
    assert len(asked) == 10
