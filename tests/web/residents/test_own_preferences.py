"""How Awa is told: her language, her means, a shared phone, silence; and a new mailbox, proved by a code."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.people.models import Means, Person
from tests import factories
from tests.pages import Page, PageClient
from tests.registrations.stories import answers, kinds, letters, register
from tests.web.residents.homes import code_for, confirm

KEEP = "Enregistrer"


@pytest.fixture
def event(db_session: scoped_session[Session]) -> Event:
    event = factories.an_event("Atelier cuisine en famille", capacity=12)
    db_session.commit()
    return event


def awa() -> Person:
    db.session.rollback()
    return db.session.scalars(select(Person).where(Person.first_name == "Awa")).one()


def page_of(client: PageClient, event: Event, **contact: str) -> tuple[str, Page]:
    path = f"{confirm(client, register(event, answers('Awa', **contact)))}/preferences"
    return path, client.get(path).page


def test_she_is_told_as_she_says(client: PageClient, event: Event) -> None:
    path, page = page_of(client, event, number="06 39 98 00 01", email="awa@example.org")
    form = page.form(button=KEEP)
    assert (form.values["means"], "phone_is_shared" in form.values) == ([""], False)
    typed = {"language": "en", "means": "sms", "phone_is_shared": "y", "wants_no_messages": "y"}
    answer = client.submit(form, typed)
    assert answer.status_code == 303
    person = awa()
    assert (person.language, person.means) == ("en", Means.SMS)
    assert (person.phone_is_shared, person.wants_no_messages) == (True, True)
    assert client.get(answer.location or "").page.lang == "en"
    back = client.get(path).page.form(button="Save")
    client.submit(back, {"language": "fr", "means": "", "phone_is_shared": None, "wants_no_messages": None})
    person = awa()
    assert (person.language, person.means) == ("fr", None)
    assert (person.phone_is_shared, person.wants_no_messages) == (False, False)


def test_no_letter_without_a_mailbox_and_no_call_without_a_number(client: PageClient, event: Event) -> None:
    _, page = page_of(client, event)
    form = page.form(button=KEEP)
    assert [one["value"] for one in page.main.all("input", name="means")] == ["", "courriel"]
    refused = client.submit(form, {"means": "appel", "wants_no_messages": "y"})
    assert refused.status_code == 422
    assert "Choisissez autrement." in refused.page.one(class_="errsum").text
    assert (awa().means, awa().wants_no_messages) == (None, False)
    assert client.submit(form, {"means": "nulle-part", "language": "klingon"}).status_code == 303
    assert (awa().means, awa().language) == (None, "fr")


def test_a_new_mailbox_counts_once_its_code_is_typed_and_the_old_one_is_told(
    client: PageClient, event: Event
) -> None:
    path, page = page_of(client, event)
    client.submit(page.form(button="Recevoir un code"), {"email": "awa@ailleurs.example"})
    assert awa().email == "awa@example.org"
    form = client.get(path).page.form(button="Changer mon adresse")
    code = code_for("awa@ailleurs.example")
    wrong = "000-000" if code != "000-000" else "111-111"
    assert client.submit(form, {"code": wrong}).status_code == 422
    assert awa().email == "awa@example.org"
    assert client.submit(form, {"code": code}).status_code == 303
    assert awa().email == "awa@ailleurs.example"
    assert kinds("awa@example.org") == ["confirmed REQUEST", "people/address_replaced"]
    assert "awa@ailleurs.example" not in letters("awa@example.org")[-1].text
    assert client.submit(form, {"code": code}).status_code == 422  # used once


def test_what_is_no_new_mailbox_gets_a_sentence(client: PageClient, event: Event) -> None:
    _, page = page_of(client, event)
    form = page.form(button="Recevoir un code")
    for typed, said in (
        ("", "Écrivez votre nouvelle adresse e-mail."),
        ("awa@", "Écrivez une adresse e-mail comme"),
        ("awa@example.org", "C’est déjà votre adresse."),
    ):
        answer = client.submit(form, {"email": typed})
        assert answer.status_code == 422
        assert said in answer.page.mistakes["email"]
    assert len(letters()) == 1


def test_the_link_alone_changes_nothing(client: PageClient, event: Event) -> None:
    path, page = page_of(client, event)
    forms = [page.form(button=name) for name in (KEEP, "Recevoir un code")]
    client.delete_cookie("foyer", path="/m")
    to = path.replace("/preferences", "/confirmation")
    assert client.get(path).location == to
    sent = [client.submit(forms[0], {"wants_no_messages": "y"}), client.submit(forms[1], {"email": "x@y.fr"})]
    assert [answer.location for answer in sent] == [to, to]
    assert (awa().wants_no_messages, len(letters())) == (False, 1)
