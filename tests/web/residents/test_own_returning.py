"""Awa registers for something else: her people are offered on her own page, and nowhere else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp.agenda.models import Audience, Event
from eventsapp.database import db
from eventsapp.registrations.booking import Confirmed
from eventsapp.registrations.models import Registration, RegistrationStatus, WayIn
from tests import factories
from tests.pages import Form, PageClient
from tests.registrations.stories import answers, cancel, kinds, register
from tests.web.residents.homes import confirm

GO = "Nous inscrire"


@pytest.fixture
def event(db_session: scoped_session[Session]) -> Event:
    event = factories.an_event("Atelier cuisine en famille", capacity=12)
    db_session.commit()
    return event


@pytest.fixture
def walk(event: Event, db_session: scoped_session[Session]) -> Event:
    walk = factories.an_event("Balade", capacity=3, starts_at=event.starts_at + timedelta(days=7))
    db_session.commit()
    return walk


@pytest.fixture
def awa(event: Event) -> Confirmed:
    return register(event, answers("Awa", 2, 1))


def form_of(client: PageClient, made: Confirmed, event: Event) -> Form:
    return client.get(f"{confirm(client, made)}/inscrire/{event.code}").page.form(button=GO)


def boxes(form: Form) -> list[str]:
    return [one["value"] for one in form.element.all("input", name="coming")]


def rows() -> list[tuple[str, str, int, WayIn]]:
    db.session.rollback()
    found = db.session.scalars(select(Registration).order_by(Registration.id))
    return [(one.event.title, one.status.name, one.seats, one.way) for one in found]


def test_those_who_came_are_ticked_and_nothing_is_typed_again(
    client: PageClient, awa: Confirmed, walk: Event
) -> None:
    listed = client.get(f"{confirm(client, awa)}/inscrire").page
    assert [one.text for one in listed.main.all("strong")] == ["Balade"]
    form = form_of(client, awa, walk)
    adult, _, child = boxes(form)
    assert "coming" not in form.values  # who comes is said each time
    assert client.submit(form, {"coming": [adult, child]}).location == f"/m/{awa.link_token}"
    assert rows() == [
        ("Atelier cuisine en famille", "CONFIRMED", 3, WayIn.ONLINE),
        ("Balade", "CONFIRMED", 2, WayIn.OWN_PAGE),
    ]
    assert kinds("awa@example.org") == ["confirmed REQUEST"] * 2
    assert len(db.session.scalars(select(Registration.household_id).distinct()).all()) == 1
    assert "Aucun" not in client.get(f"/m/{awa.link_token}").page.heading


def test_a_meeting_of_professionals_takes_no_family(
    client: PageClient, awa: Confirmed, walk: Event, db_session: scoped_session[Session]
) -> None:
    meeting = factories.an_event("Petit déjeuner", audience=Audience.PROFESSIONALS)
    db_session.commit()
    home = confirm(client, awa)
    assert "Petit déjeuner" not in client.get(f"{home}/inscrire").page.main.text
    form = form_of(client, awa, walk)
    form.action = f"{home}/inscrire/{meeting.code}"
    for ask in (lambda: client.get(form.action), lambda: client.submit(form, {"coming": boxes(form)[:1]})):
        assert "chacun s’y inscrit pour sa structure" in client.get(ask().location).page.text
    assert len(rows()) == 1


def test_twice_at_one_event_is_refused_and_after_a_cancellation_it_is_not(
    client: PageClient, awa: Confirmed, walk: Event
) -> None:
    form = form_of(client, awa, walk)
    typed = {"coming": boxes(form)[:1]}
    assert [client.submit(form, typed).status_code for _ in range(2)] == [303, 303]
    assert len(rows()) == 2
    page = client.get(f"/m/{awa.link_token}").page
    assert "Vous êtes déjà inscrit à ce rendez-vous." in page.main.text
    again = client.get(f"/m/{awa.link_token}/inscrire/{walk.code}")
    assert again.location == f"/m/{awa.link_token}"
    walking = db.session.scalars(select(Registration).where(Registration.event_id == walk.id)).one()
    cancel(walking)
    assert client.submit(form, typed).status_code == 303
    assert [status for _, status, _, _ in rows()] == ["CONFIRMED", "CANCELLED", "CONFIRMED"]


def test_waiting_is_said_never_silent(client: PageClient, awa: Confirmed, walk: Event) -> None:
    register(walk, answers("Binta", 2))
    form = form_of(client, awa, walk)
    refused = client.submit(form, {"coming": boxes(form)[:2]})
    assert refused.status_code == 422
    assert "Voulez-vous attendre" in refused.page.one(class_="errsum").text
    assert len(rows()) == 2
    form = refused.page.form(button="Aller sur la liste d’attente")
    assert form.values["coming"] == boxes(form)[:2]
    form.names.add("attendre")
    assert client.submit(form, {"attendre": "oui"}).status_code == 303
    assert rows()[-1] == ("Balade", RegistrationStatus.WAITING.name, 2, WayIn.OWN_PAGE)


def test_children_alone_nobody_and_strangers_are_refused(
    client: PageClient, awa: Confirmed, walk: Event
) -> None:
    binta = register(walk, answers("Binta"))
    form = form_of(client, awa, walk)
    theirs = str(binta.registration.participants[0].id)
    for typed, said in (
        ({}, "Cochez au moins une personne."),
        ({"coming": [boxes(form)[-1]]}, "Un adulte accompagne les enfants."),
        ({"coming": [theirs, "x"]}, "Cochez au moins une personne."),
        ({"coming": [theirs]}, "Cochez au moins une personne."),
    ):
        answer = client.submit(form, {"coming": None} | typed)
        assert answer.status_code == 422
        assert said in answer.page.one(class_="errsum").text
    assert len(rows()) == 2


def test_another_territory_or_a_link_that_is_not_confirmed_offers_nothing(
    client: PageClient, awa: Confirmed, walk: Event, db_session: scoped_session[Session]
) -> None:
    tenth = factories.a_territory(10)
    elsewhere = factories.an_event(
        "Ailleurs", activity=factories.an_activity("Ailleurs", action=factories.an_action(territory=tenth))
    )
    code = elsewhere.code
    db_session.commit()
    form = form_of(client, awa, walk)
    assert client.get(f"/m/{awa.link_token}/inscrire/{code}").status_code == 404
    client.delete_cookie("foyer", path="/m")
    to = f"/m/{awa.link_token}/confirmation"
    for path in ("inscrire", f"inscrire/{walk.code}"):
        assert client.get(f"/m/{awa.link_token}/{path}").location == to
    assert client.submit(form, {"coming": boxes(form)}).location == to
    assert len(rows()) == 1


def test_what_becomes_of_these_answers_is_said_where_they_are_asked(
    client: PageClient, awa: Confirmed, walk: Event
) -> None:
    said = client.get(f"{confirm(client, awa)}/inscrire/{walk.code}").page.main.text
    assert "Vos réponses servent à cette inscription, et à rien d’autre." in said
    assert "Elles sont effacées 12 mois après le rendez-vous." in said
    assert "Sans confirmation" not in said
