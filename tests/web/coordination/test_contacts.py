"""« Lieux et contacts »: Samira keeps hers, confirms them in September, and sees nobody else's."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as hours
from eventsapp.clock import local
from eventsapp.directory import contacts, importing, sheets
from eventsapp.directory.contacts import Answers
from eventsapp.directory.models import Contact
from eventsapp.hosting import links
from eventsapp.people import approvals
from eventsapp.people.models import Account
from eventsapp.places.models import Venue
from tests import factories
from tests.pages import Page, PageClient
from tests.web.conftest import SignIn

Db = scoped_session[Session]
PAGE = "/pro/paris-19/contacts"


@pytest.fixture
def desk(samira: Account, sign_in: SignIn) -> PageClient:
    return sign_in(samira)


@pytest.fixture
def curial(db_session: Db) -> Venue:
    found = factories.a_school()
    db_session.commit()
    return found


def added(db_session: Db, name: str, place: contacts.Place, number: int = 19) -> Contact:
    territory = factories.a_territory(number)
    answers = Answers(name, "directrice", phone="01 99 00 00 01")
    made = contacts.add(place, answers, territory=territory, actor="cli", now=hours.now())
    db_session.commit()
    return made


def names(page: Page) -> list[str]:
    return [one.all("strong")[0].text for one in page.main.all("ul", class_="sum")[0].all("li")]


def test_an_empty_directory_says_how_to_fill_it(desk: PageClient) -> None:
    page = desk.get(PAGE).page
    assert "Pas encore de contact." in page.main.text
    assert desk.get(f"{PAGE}?de=ecoles").page.main.text.count("Aucun contact ici.") == 1


def test_a_contact_is_added_at_a_school_put_right_and_ended(
    desk: PageClient, curial: Venue, db_session: Db
) -> None:
    form = desk.get(f"{PAGE}/nouveau?lieu={curial.id}").page.form()
    assert form["place"] == f"lieu:{curial.id}"
    assert desk.submit(form, {"name": "Madame Roy", "email": "roy@ecole.example"}).status_code == 303
    page = desk.get(PAGE).page
    assert names(page) == ["Madame Roy"]
    assert "Vérifié le" in page.main.text
    db_session.rollback()  # to see what was committed meanwhile
    roy = db_session.scalars(select(Contact)).one()
    one = f"{PAGE}/{roy.id}"
    assert desk.submit(desk.get(one).page.form(one), {"phone": "01 99 00 00 01"}).status_code == 303
    db_session.rollback()
    assert (roy.email, roy.phone_e164) == ("roy@ecole.example", "+33199000001")
    assert desk.submit(desk.get(one).page.form(f"{one}/fin")).status_code == 303
    assert "Pas encore de contact." in desk.get(PAGE).page.main.text
    assert desk.get(one).status_code == 404


@pytest.mark.parametrize("way", ["by hand", "by a list"])
def test_links_sent_to_a_former_mailbox_open_nothing(
    desk: PageClient, curial: Venue, way: str, db_session: Db
) -> None:
    """Another number leaves her link as it is; another mailbox may be somebody else's."""
    roy = added(db_session, "Madame Roy", curial)
    link = f"/ecole/{links.make(roy, actor='account:1', now=hours.now())}"
    db_session.commit()
    address = f"{PAGE}/{roy.id}"
    assert desk.submit(desk.get(address).page.form(address), {"phone": "01 99 00 00 02"}).status_code == 303
    assert desk.get(link).status_code == 200
    if way == "by hand":
        form = desk.get(address).page.form(address)
        assert desk.submit(form, {"email": "roy@ecole.example"}).status_code == 303
        assert "Ses liens ne marchent plus." in desk.get(PAGE).page.text
    else:
        octets = "Lieu;Nom;Courriel\nÉcole Curial;Madame Roy;roy@ecole.example\n".encode()
        form = desk.get(f"{PAGE}/import").page.form()
        fields = {"csrf_token": form["csrf_token"], "file": (io.BytesIO(octets), "contacts.csv")}
        sent = desk.post(f"{PAGE}/import", data=fields, content_type="multipart/form-data")
        assert desk.submit(desk.get(sent.headers["Location"]).page.form()).status_code == 303
    assert desk.get(link).status_code == 410


def test_what_cannot_be_kept_is_said_beside_its_field(
    desk: PageClient, curial: Venue, db_session: Db
) -> None:
    answer = desk.submit(desk.get(f"{PAGE}/nouveau").page.form(), {"name": "Madame Roy", "email": "roy@"})
    assert (answer.status_code, set(answer.page.mistakes)) == (422, {"place"})
    filled = {"place": f"lieu:{curial.id}"}
    answer = desk.submit(answer.page.form(), filled)
    assert (answer.status_code, set(answer.page.mistakes)) == (422, {"email"})
    roy = added(db_session, "Madame Roy", curial)
    added(db_session, "Monsieur Weil", curial)
    one = f"{PAGE}/{roy.id}"
    answer = desk.submit(desk.get(one).page.form(one), {"name": "monsieur WEIL"})
    assert (answer.status_code, set(answer.page.mistakes)) == (422, {"name"})


def test_in_september_one_tap_confirms_and_leads_back_to_the_same_list(
    desk: PageClient,
    curial: Venue,
    db_session: Db,
    clock: time_machine.Traveller,
    samira: Account,
    sign_in: SignIn,
) -> None:
    roy = added(db_session, "Madame Roy", curial)
    clock.move_to(local(date(2027, 9, 2), 9))
    desk = sign_in(samira)
    home = desk.get("/pro/paris-19/").page
    assert home.link("contact à vérifier") == f"{PAGE}?etat=a-verifier"
    added(db_session, "Awa", curial)
    page = desk.get(f"{PAGE}?q=curial").page
    assert names(page) == ["Madame Roy", "Awa"]
    answer = desk.submit(page.form(button="C’est toujours juste"))
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{PAGE}?q=curial")
    db_session.rollback()
    assert roy.verified_at == hours.now()
    home = desk.get("/pro/paris-19/").page
    assert "à vérifier" not in home.main.text


def test_nobody_sees_or_touches_contacts_of_another_territory(
    desk: PageClient, db_session: Db, curial: Venue
) -> None:
    tenth = factories.a_territory(10)
    theirs = added(db_session, "Monsieur Weil", factories.a_school("École Récollets", territory=tenth), 10)
    omars = factories.an_association("Ailleurs")
    approvals.approve(omars, tenth, actor="cli", now=hours.now())
    omar = added(db_session, "Omar", omars, 10)
    form = desk.get(f"{PAGE}/nouveau").page
    assert [one.text for one in form.main.one("select").all("option")] == ["Choisir", "École Curial"]
    for contact in (theirs, omar):
        assert desk.get(f"{PAGE}/{contact.id}").status_code == 404
        token = {"csrf_token": form.form()["csrf_token"], "name": "Pris", "phone": "0199000009"}
        for verb in ("", "/verification", "/fin"):
            assert desk.post(f"{PAGE}/{contact.id}{verb}", data=token).status_code == 404
    answer = desk.submit(
        form.form(), {"name": "Awa", "phone": "0199000001", "place": f"structure:{omars.id}"}
    )
    assert set(answer.page.mistakes) == {"place"}
    assert "Pas encore de contact." in desk.get(PAGE).page.main.text
    assert desk.get("/pro/paris-10/contacts").status_code == 403


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_is_taken_away_can_be_sent_back_and_nothing_changes(
    desk: PageClient, curial: Venue, db_session: Db, kind: str
) -> None:
    """A name that begins like a formula, and a number with its +, come back as they were."""
    added(db_session, "=SOMME(A1)", curial)
    plus = Answers("Madame Roy", "directrice", "roy@ecole.example", "+33 1 99 00 00 02", "le matin")
    contacts.add(curial, plus, territory=factories.a_territory(), actor="cli", now=hours.now())
    school = factories.a_school("École Récollets", territory=factories.a_territory(10))
    db_session.commit()
    added(db_session, "Monsieur Weil", school, 10)
    for english in (False, True):
        headers = {"Accept-Language": "en"} if english else {}
        octets = desk.get(f"{PAGE}.{kind}", headers=headers).data
        table = sheets.read(octets, most=2 * 1024**2)
        kept = importing.keep(table, factories.a_territory(), now=hours.now())
        made = importing.plan(kept, factories.a_territory(), now=hours.now())
        assert [step.details.name for step in made.unchanged] == ["=SOMME(A1)", "Madame Roy"]
        assert (made.new, made.changed, made.problems) == ([], [], [])
    if kind == "csv":
        assert b"\n=SOMME" not in octets
        assert b";=SOMME" not in octets
    few = sheets.read(desk.get(f"{PAGE}.{kind}?etat=sans-courriel").data, most=2 * 1024**2)
    assert [line.cells["name"] for line in few.lines] == ["=SOMME(A1)"]


def test_as_many_statements_whatever_the_rows(
    desk: PageClient,
    curial: Venue,
    db_session: Db,
    statements: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    counts, there = [], 0
    for many in (0, 1, 3, 200):
        for number in range(there, many):
            one = factories.a_school(f"École {number}")
            db_session.add(
                Contact(venue=one, name=f"Personne {number}", email="a@b.example", created_at=hours.now())
            )
        there = many
        db_session.commit()
        for page in (PAGE, "/pro/paris-19/lieux"):
            with statements() as said:
                assert desk.get(page).status_code == 200
            counts.append(len(said))
    assert counts == [6, 7] * 4
    page = desk.get(f"{PAGE}?page=4").page
    assert len(names(page)) == 50
    assert "Page 4 sur 4" in page.main.text


def test_the_list_without_mail_is_for_the_phone(desk: PageClient, curial: Venue, db_session: Db) -> None:
    added(db_session, "Le gardien", curial)
    mailed = Answers("Madame Roy", email="roy@ecole.example")
    contacts.add(curial, mailed, territory=factories.a_territory(), actor="cli", now=hours.now())
    db_session.commit()
    assert names(desk.get(f"{PAGE}?etat=sans-courriel").page) == ["Le gardien"]
