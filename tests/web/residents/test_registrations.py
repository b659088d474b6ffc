"""A resident registers from a phone, without an account: the pages, with every no."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as time
from eventsapp.agenda import scheduling
from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.people.models import Person
from eventsapp.registrations.models import Enrolment, Registration
from tests import factories
from tests.pages import Page, PageClient, PageResponse
from tests.registrations.stories import a_transaction, answers, kinds, register

AWA = {"first_name": "Awa", "email": "awa@example.org", "adults": 2, "children_3_5": 1}


@pytest.fixture
def event(db_session: scoped_session[Session]) -> Event:
    event = factories.an_event("Atelier cuisine en famille", capacity=12)
    db_session.commit()
    return event


def form_of(event: Event) -> str:
    return f"/e/{event.code}/inscription"


def answer(client: PageClient, event: Event, **changes: str | int) -> PageResponse:
    return client.submit(client.get(form_of(event)).page.form(), {**AWA, **changes})


def check_page(client: PageClient, event: Event, **changes: str | int) -> Page:
    sent = answer(client, event, **changes)
    assert (sent.status_code, sent.location) == (303, f"{form_of(event)}/verification")
    return client.get(sent.location).page


def own_page(client: PageClient, event: Event, **changes: str | int) -> Page:
    done = client.submit(check_page(client, event, **changes).form())
    assert done.status_code == 303
    assert done.location.startswith("/m/")
    return client.get(done.location).page


def registered() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count(Registration.id))) or 0


def person() -> Person:
    """The only one there is."""
    db.session.rollback()
    return db.session.scalars(select(Person)).one()


def test_from_the_form_to_the_own_page(client: PageClient, event: Event) -> None:
    check = check_page(client, event)
    assert check.heading == "Vérifiez vos réponses"
    for told in ("Awa", "awa@example.org", "3 personnes", "2 adultes, 1 enfant de 3 à 5 ans"):
        assert told in check.main.text
    assert registered() == 0
    page = own_page(client, event)
    assert page.heading == "C’est noté, Awa !"
    assert "Vos 3 places sont réservées : samedi 28 novembre." in page.main.text
    assert page.one("input", id="lien")["value"] == f"http://127.0.0.1:8000{page.address}"
    assert (registered(), kinds()) == (1, ["confirmed REQUEST"])


def test_a_phone_is_enough_and_the_own_page_is_the_only_way_back(client: PageClient, event: Event) -> None:
    check = check_page(client, event, email="", phone="06 39 98 00 00")
    assert "Sans e-mail, notez bien la page suivante" in check.main.text
    page = client.get(client.submit(check.form()).location).page
    assert page.heading == "C’est noté, Awa !"
    assert "@" not in page.main.text
    awa = person()
    assert (awa.phone, awa.phone_e164, awa.email) == ("06 39 98 00 00", "+33639980000", None)


def test_a_double_click_registers_once(client: PageClient, event: Event) -> None:
    form = check_page(client, event).form()
    first, second = client.submit(form), client.submit(form)
    assert [first.status_code, second.status_code] == [303, 303]
    assert client.get(first.location).page.heading == client.get(second.location).page.heading
    assert (registered(), kinds()) == (1, ["confirmed REQUEST"])
    again = client.get(f"{form_of(event)}/verification").page
    assert again.heading == "Votre inscription est déjà enregistrée"
    assert client.submit(again.form()).location.startswith("/m/")
    assert registered() == 1


def test_every_mistake_is_told_beside_its_field_and_nothing_typed_is_lost(
    client: PageClient, event: Event
) -> None:
    typed = {"first_name": " ", "email": "awa@", "phone": "06", "adults": 0, "children_3_5": "deux"}
    given_back = answer(client, event, **typed)
    page = given_back.page
    assert given_back.status_code == 422
    assert page.title.startswith("Erreur : ")
    assert {name: said.split("Erreur : ")[1] for name, said in page.mistakes.items()} == {
        "first_name": "Écrivez votre prénom.",
        "phone": "Écrivez un numéro de téléphone comme 06 39 98 00 00.",
        "email": "Écrivez une adresse e-mail comme prenom@exemple.fr.",
        "adults": "Dites combien d’adultes viennent.",
        "children_3_5": "Écrivez un nombre entre 0 et 20.",
    }
    summary = page.one(class_="errsum")
    assert (summary["role"], summary["tabindex"]) == ("alert", "-1")
    anchors = [link["href"] for link in summary.all("a")]
    assert anchors == ["#first_name", "#phone", "#email", "#adults", "#children_3_5"]
    assert {anchor[1:] for anchor in anchors} <= {element.get("id") for element in page.elements}
    form = page.form()
    assert (form["email"], form["phone"], form["children_3_5"]) == ("awa@", "06", "deux")
    assert db.session.scalar(select(func.count(Enrolment.id))) == 0
    corrected = client.submit(form, {**AWA, "phone": ""})
    assert corrected.status_code == 303


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"email": "", "phone": ""}, "phone", "Écrivez un numéro de téléphone ou une adresse e-mail."),
        ({"adults": 0}, "adults", "Un adulte accompagne les enfants. Comptez-le ici."),
        ({"adults": 0, "children_3_5": 0}, "adults", "Dites combien d’adultes viennent."),
        ({"adults": 12}, "adults", "Vous êtes 13, et il y a 12 places en tout."),
        ({"adults": 20}, "adults", "Vous êtes 21. Ici, on inscrit 20 personnes au plus."),
        ({"adults": "-1"}, "adults", "Écrivez un nombre entre 0 et 20."),
        ({"first_name": "x" * 10_000}, "first_name", "Écrivez un prénom de 60 signes au plus."),
        (
            {"first_name": "Awa\r\nBcc: eve@example.org"},
            "first_name",
            "Ce texte contient un signe illisible.",
        ),
        ({"first_name": "Awa\u202e"}, "first_name", "Ce texte contient un signe illisible."),
        ({"email": "a@example.org,b@example.org"}, "email", "Écrivez une adresse e-mail"),
    ],
)
def test_each_refusal(
    client: PageClient, event: Event, typed: dict[str, str | int], field: str, sentence: str
) -> None:
    given_back = answer(client, event, **typed)
    assert given_back.status_code == 422
    assert sentence in given_back.page.mistakes[field]
    assert list(given_back.page.mistakes) == [field]
    assert client.get(f"{form_of(event)}/verification").status_code == 303
    assert registered() == 0


@pytest.mark.parametrize("name", ["فاطمة الزهراء", "Zoé 🌻", "<script>alert(1)</script>", "O’Neill & Cie"])
def test_any_name_is_shown_as_it_is(client: PageClient, event: Event, name: str) -> None:
    assert name in check_page(client, event, first_name=name).main.text
    page = own_page(client, event, first_name=name)
    assert page.heading == f"C’est noté, {name} !"


def test_what_was_typed_comes_back_when_one_goes_back(client: PageClient, event: Event) -> None:
    check = check_page(client, event, phone="06.39.98.00.00")
    form = client.get(check.link("Modifier qui vient")).page.form()
    assert [
        form[name] for name in ("first_name", "email", "phone", "adults", "children_3_5", "children_0_2")
    ] == [
        "Awa",
        "awa@example.org",
        "06.39.98.00.00",
        "2",
        "1",
        "0",
    ]


def test_only_what_stands_on_the_page_is_confirmed(client: PageClient, event: Event) -> None:
    in_the_first_tab = check_page(client, event, adults=2).form()
    in_the_second_tab = check_page(client, event, adults=5).form()
    shown_again = client.submit(in_the_first_tab)
    assert (shown_again.status_code, shown_again.location) == (303, f"{form_of(event)}/verification")
    assert "5 adultes" in client.get(shown_again.location).page.main.text
    assert registered() == 0
    client.submit(in_the_second_tab)
    assert registered() == 1


def test_answers_that_others_replaced_are_erased_at_once(client: PageClient, event: Event) -> None:
    check_page(client, event, first_name="Awa")
    check_page(client, event, first_name="Aïssatou")
    db.session.rollback()
    assert [kept.answers["first_name"] for kept in db.session.scalars(select(Enrolment))] == ["Aïssatou"]
    own_page(client, event)
    check_page(client, event, first_name="Binta")
    db.session.rollback()
    assert len(db.session.scalars(select(Enrolment)).all()) == 2


def test_who_does_not_fit_is_told_before_and_waits(client: PageClient, event: Event) -> None:
    register(event, answers("Binta", adults=10))
    check = check_page(client, event)
    assert "Il y a de la place pour 2 personnes de votre groupe." in check.main.text
    assert "Si vous attendez, votre rang sera : 1." in check.main.text
    page = client.get(client.submit(check.form(button="Attendre à 3")).location).page
    assert page.heading == "Vous êtes sur la liste d’attente, Awa"
    assert "Votre rang : 1." in page.main.text
    assert (registered(), kinds("awa@example.org")) == (2, ["waiting"])


def test_the_seats_may_go_between_the_two_pages(client: PageClient, event: Event) -> None:
    form = check_page(client, event).form(button="Inscrire 3 personnes")
    register(event, answers("Binta", adults=12))
    page = client.get(client.submit(form).location).page
    assert page.heading == "Vous êtes sur la liste d’attente, Awa"


def test_come_as_you_are(client: PageClient, db_session: scoped_session[Session]) -> None:
    saturday = factories.an_event("Samedi matin à l’école", capacity=None)
    db_session.commit()
    page = client.get(form_of(saturday))
    assert (page.status_code, page.page.heading) == (200, "Pas besoin de s’inscrire")
    assert page.page.main.all("form") == []


@pytest.mark.parametrize("state", ["cancelled", "begun", "past"])
def test_a_closed_door_says_why_at_each_step_and_changes_nothing(
    client: PageClient, event: Event, clock: time_machine.Traveller, app: Flask, state: str
) -> None:
    app.config["ANSWER_MINUTES"] = 60 * 24 * 30
    asked = client.get(form_of(event)).page.form()
    checked = check_page(client, event).form()
    reason = {
        "cancelled": "Ce rendez-vous est annulé. On ne peut plus s’y inscrire.",
        "begun": "Ce rendez-vous a déjà commencé. On ne peut plus s’y inscrire ici.",
        "past": "Ce rendez-vous est passé. On ne peut plus s’y inscrire.",
    }[state]
    if state == "cancelled":
        with a_transaction():
            scheduling.cancel(event, reason="Panne d’eau", actor="account:1", now=time.now())
    else:
        clock.move_to(event.starts_at if state == "begun" else event.ends_at)
        app.config.update(WTF_CSRF_TIME_LIMIT=None, PERMANENT_SESSION_LIFETIME=timedelta(days=30))
    came = [
        client.get(form_of(event)),
        client.submit(asked, AWA),
        client.get(f"{form_of(event)}/verification"),
        client.submit(checked),
    ]
    assert [one.status_code for one in came] == [410, 409, 410, 409]
    assert {one.page.heading for one in came} == {"On ne peut plus s’inscrire"}
    assert all(reason in one.page.main.text for one in came)
    assert registered() == 0


def test_answers_are_kept_an_hour(client: PageClient, event: Event, clock: time_machine.Traveller) -> None:
    form = check_page(client, event).form()
    clock.shift(timedelta(minutes=60))
    late = client.submit(form)
    assert (late.status_code, late.page.heading) == (410, "Vos réponses ont été effacées")
    assert client.get(late.page.link("Recommencer")).page.form()["first_name"] == ""
    assert registered() == 0


def test_one_visitor_does_not_see_the_answers_of_another(
    app: Flask, client: PageClient, event: Event
) -> None:
    check_page(client, event)
    other = app.test_client()
    assert isinstance(other, PageClient)
    assert other.get(form_of(event)).page.form()["first_name"] == ""
    assert other.get(f"{form_of(event)}/verification").location == form_of(event)


def test_two_forms_open_at_once_do_not_mix(
    client: PageClient, event: Event, db_session: scoped_session[Session]
) -> None:
    walk = factories.an_event("Balade", capacity=30)
    db_session.commit()
    cooking = check_page(client, event, first_name="Awa").form()
    walking = check_page(client, walk, first_name="Binta").form()
    client.submit(cooking)
    client.submit(walking)
    assert registered() == 2
    rows = db.session.scalars(select(Registration).order_by(Registration.id)).all()
    assert [(row.event_id, row.contact.first_name) for row in rows] == [(event.id, "Awa"), (walk.id, "Binta")]


@pytest.mark.parametrize("path", ["", "/verification"])
def test_forged_and_foreign_requests_get_a_kind_page(client: PageClient, event: Event, path: str) -> None:
    address = form_of(event) + path
    assert client.post(address, data=AWA).status_code == 400
    assert client.post(address, json=AWA).status_code == 415
    assert client.post(address, data={**AWA, "first_name": "x" * 70_000}).status_code == 413
    assert client.get(f"/e/aaaaaaa/inscription{path}").status_code == 404
    assert registered() == 0


def test_the_page_in_english(client: PageClient, event: Event) -> None:
    client.get(f"{form_of(event)}?langue=en")
    assert client.get(form_of(event)).page.lang == "en"
    page = own_page(client, event)
    assert page.lang == "en"
    assert person().language == "en"


def test_pages_are_private_and_say_few_statements(
    client: PageClient, event: Event, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    form = client.get(form_of(event)).page.form()
    for response in (client.get(form_of(event)), client.submit(form, AWA)):
        assert response.headers["Cache-Control"] == "no-store"
        assert "noindex" in response.headers["X-Robots-Tag"]
    address, check = form_of(event), f"{form_of(event)}/verification"
    counts = []
    shown: list[PageResponse] = []
    for ask in (
        lambda: client.get(address),
        lambda: client.submit(form, AWA),
        lambda: client.get(check),
        lambda: client.submit(shown[2].page.form()),
    ):
        with statements() as said:
            shown.append(ask())
        counts.append(len(said))
    assert counts == [2, 4, 3, 18]
    assert registered() == 1
