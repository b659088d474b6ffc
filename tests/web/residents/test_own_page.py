"""The own page: what I am registered to, the way out, and nothing for anybody else."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as time
from eventsapp.agenda import scheduling
from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.people import households
from eventsapp.people.models import Means, PrivateLink
from eventsapp.registrations.models import Registration, RegistrationStatus
from tests import factories
from tests.pages import PageClient
from tests.registrations.stories import a_transaction, answers, kinds, register
from tests.web.residents.homes import confirm

SURE = "Oui, annuler ma venue"


@pytest.fixture
def event(db_session: scoped_session[Session]) -> Event:
    event = factories.an_event("Atelier cuisine en famille", capacity=4)
    db_session.commit()
    return event


def home_of(event: Event, name: str = "Awa", adults: int = 2, **contact: str | None) -> str:
    """Registers, and gives the address of the own page."""
    return f"/m/{register(event, answers(name, adults, **contact)).link_token}"


def status_of(name: str) -> RegistrationStatus:
    db.session.rollback()
    rows = db.session.scalars(db.select(Registration)).all()
    return next(row.status for row in rows if row.contact.first_name == name)


def test_cancelling_asks_once_more_then_frees_the_seats_for_the_next(
    client: PageClient, event: Event
) -> None:
    awa, binta = home_of(event, adults=3), home_of(event, "Binta", adults=2)
    assert "Votre rang : 1." in client.get(binta).page.main.text
    asked = client.get(client.get(awa).page.link("Annuler ma venue (Atelier cuisine en famille)"))
    assert asked.page.heading == "Annuler votre venue ?"
    assert "Vos 3 places iront à une autre famille." in asked.page.main.text
    assert status_of("Awa") is RegistrationStatus.CONFIRMED
    done = client.submit(asked.page.form(button=SURE))
    assert (done.status_code, done.location) == (303, awa)
    assert client.get(awa).page.heading == "C’est annulé, Awa"
    assert client.get(binta).page.heading == "C’est noté, Binta !"
    assert kinds()[2:] == ["withdrawn CANCEL", "promoted REQUEST"]


def test_cancelling_twice_is_done_once_and_the_question_is_not_asked_again(
    client: PageClient, event: Event
) -> None:
    awa = home_of(event)
    question = client.get(awa).page.link("Annuler ma venue (Atelier cuisine en famille)")
    form = client.get(question).page.form(button=SURE)
    assert [client.submit(form).location, client.submit(form).location] == [awa, awa]
    assert kinds() == ["confirmed REQUEST", "withdrawn CANCEL"]
    assert client.get(question).location == awa


@pytest.mark.parametrize(
    ("contact", "person", "rank", "news"),
    [
        (
            {"number": "0612345678"},
            {},
            "Ne venez pas avant notre appel.",
            "Nous vous appelons au 0612345678 si quelque chose change.",
        ),
        ({}, {}, "Ne venez pas avant notre message.", "Un message part à binta@example.org."),
        # A mailbox is known, and yet it is not how she is told.
        (
            {"number": "0612345678", "email": "binta@example.org"},
            {"means": Means.CALL},
            "Ne venez pas avant notre appel.",
            "Nous vous appelons au 0612345678 si quelque chose change.",
        ),
        (
            {},
            {"wants_no_messages": True},
            "Regardez cette page avant de venir.",
            "Vous ne recevez aucun message : regardez cette page.",
        ),
    ],
)
def test_whoever_waits_is_told_how_we_will_reach_them(
    client: PageClient,
    event: Event,
    contact: dict[str, str],
    person: dict[str, object],
    rank: str,
    news: str,
) -> None:
    home_of(event, adults=4)
    made = register(event, answers("Binta", **contact))
    with a_transaction():
        for field, value in person.items():
            setattr(made.registration.contact, field, value)
    said = client.get(f"/m/{made.link_token}").page.main.text.replace("\u00a0", " ")
    assert f"Votre rang : 1. {rank}" in said
    assert news not in said  # the browser is not confirmed
    said = client.get(confirm(client, made)).page.main.text.replace("\u00a0", " ")
    assert news in said


def test_leaving_the_waiting_list(client: PageClient, event: Event) -> None:
    home_of(event, adults=4)
    binta = home_of(event, "Binta")
    page = client.get(
        client.get(binta).page.link("Quitter la liste d’attente (Atelier cuisine en famille)")
    ).page
    assert page.heading == "Quitter la liste d’attente ?"
    client.submit(page.form(button="Oui, quitter la liste"))
    assert client.get(binta).page.heading == "C’est annulé, Binta"


def test_a_link_opens_one_household_only(client: PageClient, event: Event) -> None:
    awa, binta = home_of(event), home_of(event, "Binta")
    page = client.get(awa).page
    assert "Binta" not in page.text
    code_of_binta = db.session.scalars(db.select(Registration.code).order_by(Registration.id.desc())).first()
    question = f"{awa}/inscriptions/{code_of_binta}/annulation"
    assert client.get(question).status_code == 404
    form = client.get(page.link("Annuler ma venue (Atelier cuisine en famille)")).page.form(button=SURE)
    form.action = question
    assert client.submit(form).status_code == 404
    assert status_of("Binta") is RegistrationStatus.CONFIRMED
    assert client.get(binta).status_code == 200


@pytest.mark.parametrize("wrong", ["x", "hT3vQ8xZr1LwYk5nPc9bDghT3vQ8xZr1LwYk5nPc9bDg", "%00", "é" * 300])
def test_an_unknown_link_gets_help_not_an_explanation(client: PageClient, event: Event, wrong: str) -> None:
    response = client.get(f"/m/{wrong}")
    assert (response.status_code, response.page.heading) == (404, "Ce lien ne marche plus")
    assert "01 99 00 19 19" in response.page.main.text


def test_a_revoked_link_reads_like_an_unknown_one(client: PageClient, event: Event) -> None:
    awa = home_of(event)
    unknown = client.get("/m/unknown").page.main.text
    with a_transaction():
        for link in db.session.scalars(db.select(PrivateLink)):
            link.revoked_at = time.now()
    assert client.get(awa).page.main.text == unknown


def test_scanners_that_open_every_link_change_nothing(client: PageClient, event: Event) -> None:
    awa = home_of(event)
    for link in client.get(awa).page.main.all("a"):
        if link["href"].startswith("/"):
            assert client.get(link["href"]).status_code < 400
    assert status_of("Awa") is RegistrationStatus.CONFIRMED


def test_no_trace_is_left_by_the_page(client: PageClient, event: Event) -> None:
    awa = home_of(event)
    question = client.get(awa).page.link("Annuler ma venue (Atelier cuisine en famille)")
    for address in (awa, question, "/m/unknown"):
        headers = client.get(address).headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in headers["X-Robots-Tag"]


def test_the_form_works_where_browsers_tell_no_referrer_over_https(
    app: Flask, client: PageClient, event: Event
) -> None:
    app.config["SESSION_COOKIE_SECURE"] = True
    awa = home_of(event)
    secure = {"base_url": "https://agenda.example.org"}
    question = client.get(awa, **secure).page.link("Annuler ma venue (Atelier cuisine en famille)")
    done = client.submit(client.get(question, **secure).page.form(button=SURE), **secure)
    assert done.status_code == 303
    assert status_of("Awa") is RegistrationStatus.CANCELLED


def test_a_forged_cancellation_changes_nothing(client: PageClient, event: Event) -> None:
    awa = home_of(event)
    question = client.get(awa).page.link("Annuler ma venue (Atelier cuisine en famille)")
    assert client.post(question).status_code == 400
    assert status_of("Awa") is RegistrationStatus.CONFIRMED


def test_what_we_cancelled_and_what_is_past(
    client: PageClient, event: Event, clock: time_machine.Traveller, db_session: scoped_session[Session]
) -> None:
    awa = home_of(event)
    question = client.get(awa).page.link("Annuler ma venue (Atelier cuisine en famille)")
    form = client.get(question).page.form(button=SURE)
    clock.move_to(event.ends_at + timedelta(minutes=1))
    page = client.get(awa).page
    assert page.heading == "Merci, Awa !"
    assert "C’était le samedi 28 novembre 2026." in page.main.text
    assert page.main.all("a", class_="btn--stop") == []
    clock.shift(timedelta(days=-1))
    with a_transaction():
        scheduling.cancel(
            db_session.get_one(Event, event.id), reason="Panne d’eau.", actor="account:1", now=time.now()
        )
    page = client.get(awa).page
    assert page.heading == "Ce rendez-vous est annulé"
    assert "Panne d’eau." in page.main.text
    assert form.action == question


def test_several_registrations_stand_on_one_page_what_lies_ahead_first(
    client: PageClient, event: Event, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    made = register(event, answers("Awa", 2, 1))
    walk = factories.an_event("Balade", starts_at=event.starts_at + timedelta(days=7), capacity=30)
    past = factories.an_event("Goûter", starts_at=event.starts_at - timedelta(days=14), capacity=30)
    with a_transaction():
        for other in (walk, past):
            db.session.add(
                Registration(
                    event=other,
                    household=made.registration.household,
                    status=RegistrationStatus.CONFIRMED,
                    seats=1,
                    created_at=time.now(),
                    changed_at=time.now(),
                    told=other.terms,
                )
            )
    with statements() as said:
        unconfirmed = client.get(f"/m/{made.link_token}").page
    assert len(said) == 2
    assert "1 enfant" not in unconfirmed.html
    confirm(client, made)
    with statements() as said:
        page = client.get(f"/m/{made.link_token}").page
    assert len(said) == 5
    assert page.title.startswith("Mes inscriptions")
    assert [heading.text for heading in page.main.all("h2", "h3") if heading.all("a")] == [
        "Atelier cuisine en famille",
        "Balade",
        "Goûter",
    ]
    assert "2 adultes, 1 enfant de 6 à 10 ans" in page.main.text


def test_a_household_without_registration_still_has_a_page(
    client: PageClient, db_session: scoped_session[Session]
) -> None:
    with a_transaction():
        household = households.open_new(
            first_name="Awa", email="awa@example.org", phone=None, language="fr", now=time.now()
        )
        token = households.new_link(household, now=time.now())
    assert client.get(f"/m/{token}").page.heading == "Vous n’avez pas d’inscription"
