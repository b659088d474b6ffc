"""A list of contacts is sent, looked at, and taken over; a wrong file says why."""

from __future__ import annotations

import io

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from eventsapp.directory.models import Contact, ContactImport
from eventsapp.people.models import Account
from tests import factories
from tests.pages import PageClient, PageResponse
from tests.web.conftest import SignIn

Db = scoped_session[Session]
PAGE = "/pro/paris-19/contacts/import"
LIST = "Lieu;Nom;Courriel;Notes\nÉcole Curial;Madame Roy;roy@ecole.example;x\nInconnu;Awa;awa@b.example;\n"


@pytest.fixture
def desk(samira: Account, sign_in: SignIn, db_session: Db) -> PageClient:
    factories.a_school()
    db_session.commit()
    return sign_in(samira)


def send(desk: PageClient, octets: bytes, name: str = "contacts.csv", address: str = PAGE) -> PageResponse:
    form = desk.get(PAGE).page.form()
    assert form.element["enctype"] == "multipart/form-data"
    fields = {"csrf_token": form["csrf_token"], "file": (io.BytesIO(octets), name if octets else "")}
    return desk.post(address, data=fields, content_type="multipart/form-data")  # type: ignore[return-value]


def how_many(db_session: Db) -> int | None:
    db_session.rollback()  # to see what was committed meanwhile
    return db_session.scalar(select(func.count(Contact.id)))


def test_samira_sends_a_list_looks_and_takes_it_over(desk: PageClient, db_session: Db) -> None:
    answer = send(desk, LIST.encode("cp1252"))
    assert answer.status_code == 303
    page = desk.get(answer.headers["Location"]).page
    figures = [one.text for one in page.main.one("dl").all("dd")]
    assert figures == ["1", "0", "0", "1"]
    assert "Ligne 3 Aucun lieu et aucune structure d’ici ne s’appelle « Inconnu »." in page.main.text.replace(
        "\u00a0", " "
    )
    assert "Notes" in page.main.text
    assert how_many(db_session) == 0
    form = page.form()
    answer = desk.submit(form, {"verified": "y"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/pro/paris-19/contacts")
    assert how_many(db_session) == 1
    roy = db_session.scalars(select(Contact)).one()
    assert roy.verified_at is not None
    # The same click again: told so, and nothing twice.
    answer = desk.submit(form)
    assert (answer.status_code, answer.headers["Location"]) == (303, PAGE)
    assert "déjà importée" in desk.get(PAGE).page.text
    assert how_many(db_session) == 1


def test_a_workbook_goes_the_same_way(desk: PageClient, db_session: Db) -> None:
    book, written = openpyxl.Workbook(), io.BytesIO()
    for row in (("École", "Nom", "Téléphone"), ("curial", "Le gardien", 199000001)):
        book.active.append(row)
    book.save(written)
    page = desk.get(send(desk, written.getvalue(), "liste.xlsx").headers["Location"]).page
    assert desk.submit(page.form()).status_code == 303
    assert db_session.scalars(select(Contact.phone_e164)).one() == "+33199000001"


def test_what_a_line_would_change_is_named(desk: PageClient, db_session: Db) -> None:
    first = desk.get(send(desk, LIST.encode()).headers["Location"]).page
    assert desk.submit(first.form()).status_code == 303
    changed = "Lieu;Nom;Courriel;Téléphone\nÉcole Curial;Madame Roy;r.roy@ecole.example;01 99 00 00 01\n"
    page = desk.get(send(desk, changed.encode()).headers["Location"]).page
    assert [one.text for one in page.main.one("dl").all("dd")] == ["0", "1", "0", "0"]
    assert "Change : courriel, téléphone" in page.main.text.replace("\u00a0", " ")


def test_a_list_without_a_right_line_offers_nothing_to_take_over(desk: PageClient) -> None:
    page = desk.get(send(desk, b"lieu;nom\nInconnu;Awa").headers["Location"]).page
    assert page.main.all("form") == []
    assert "Aucune ligne ne peut être importée." in page.main.text


@pytest.mark.parametrize(
    ("octets", "says"),
    [
        (b"", "Choisissez un fichier."),
        (b"nom\nAwa", "Il manque des colonnes"),
        (b"PK\x03\x04", "pas un tableau lisible"),
    ],
)
def test_a_wrong_file_says_why(desk: PageClient, octets: bytes, says: str, db_session: Db) -> None:
    answer = send(desk, octets)
    assert answer.status_code == 422
    assert says in answer.page.mistakes["file"]
    assert db_session.scalar(select(func.count(ContactImport.id))) == 0


def test_a_file_too_heavy_is_refused_unread(app: Flask, desk: PageClient) -> None:
    most = app.config["TABLE_BYTES"]
    assert send(desk, b"x" * most + b"x").status_code == 422
    answer = send(desk, b"x" * (most + 128 * 1024))
    assert answer.status_code == 413
    assert "Un tableau pèse 2 Mo au plus." in answer.page.text


def test_a_directory_that_changed_is_shown_again(desk: PageClient, db_session: Db) -> None:
    first, second = (desk.get(send(desk, LIST.encode()).headers["Location"]).page for _ in range(2))
    assert desk.submit(first.form()).status_code == 303
    answer = desk.submit(second.form())
    assert answer.headers["Location"] == second.address
    page = desk.get(second.address).page
    assert "Le répertoire a changé entre-temps" in page.text
    assert [one.text for one in page.main.one("dl").all("dd")] == ["0", "0", "1", "1"]
    assert how_many(db_session) == 1


def test_paul_neither_sees_nor_takes_over_a_list_of_the_19th(
    desk: PageClient, paul: Account, sign_in: SignIn, db_session: Db
) -> None:
    address = send(desk, LIST.encode()).headers["Location"]
    theirs = sign_in(paul)
    assert theirs.get(address).status_code == 403
    own = address.replace("paris-19", "paris-10")
    assert theirs.get(own).status_code == 303
    token = theirs.get("/pro/paris-10/contacts/import").page.form()["csrf_token"]
    answer = theirs.post(f"{own}/acceptation", data={"csrf_token": token})
    assert answer.headers["Location"] == "/pro/paris-10/contacts/import"
    assert how_many(db_session) == 0
