"""A professional registers for an organisation, has a page of their own, and may cancel."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as time
from eventsapp.agenda.entry_rules import EntryRules
from eventsapp.agenda.models import Audience, Event
from eventsapp.database import db
from eventsapp.people import approvals
from eventsapp.people.models import Household, Organisation, PrivateLink, Professional
from eventsapp.registrations import listings
from eventsapp.registrations.models import Registration, RegistrationStatus
from tests import factories
from tests.pages import Page, PageClient, PageResponse
from tests.registrations.stories import answers, cancel, kinds, letters, register, text_of

OUSMANE = {"first_name": "Ousmane", "email": "ousmane@relais.example", "organisation": "Le Relais"}


@pytest.fixture
def event(db_session: scoped_session[Session]) -> Event:
    event = factories.an_event("Petit déjeuner", capacity=2, audience=Audience.PROFESSIONALS)
    approvals.approve(factories.an_association("Espace 19"), event.territory, actor="cli", now=time.now())
    tenth = factories.a_territory(10)
    approvals.approve(factories.an_association("Dixième"), tenth, actor="cli", now=time.now())
    db_session.commit()
    return event


def answer(client: PageClient, event: Event, **changes: str) -> PageResponse:
    return client.submit(client.get(f"/e/{event.code}/inscription").page.form(), {**OUSMANE, **changes})


def own_page(client: PageClient, event: Event, **changes: str) -> Page:
    check = client.get(answer(client, event, **changes).location).page
    done = client.submit(check.form())
    assert done.location.startswith("/ma-venue/")
    return client.get(done.location).page


def professionals() -> list[Professional]:
    db.session.rollback()
    return list(db.session.scalars(select(Professional).order_by(Professional.id)))


def test_ousmane_registers_is_invited_and_cancels(client: PageClient, event: Event) -> None:
    page = own_page(client, event)
    assert page.heading == "C’est noté, Ousmane !"
    assert "Le Relais" in page.main.text
    [letter] = letters("ousmane@relais.example")
    assert kinds() == ["confirmed REQUEST"]
    assert "/ma-venue/" in text_of(letter)
    assert "/m/" not in text_of(letter)
    asked = client.get(page.link("Annuler ma venue (Petit déjeuner)")).page
    assert asked.heading == "Annuler votre venue ?"
    for _ in range(2):
        assert client.submit(asked.form()).location == page.address
    assert client.get(page.address).page.heading == "C’est annulé, Ousmane"
    assert kinds() == ["confirmed REQUEST", "withdrawn CANCEL"]
    db.session.rollback()
    assert db.session.scalars(select(Registration)).one().status is RegistrationStatus.CANCELLED
    assert db.session.scalars(select(Household)).all() == []


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("Espace 19", True),
        ("  espace 19 ", True),
        ("Espace", False),
        ("Dixième", False),
        ("Relais", False),
    ],
)
def test_the_organisation_is_the_approved_one_of_that_name_or_stays_as_typed(
    client: PageClient, event: Event, typed: str, known: bool
) -> None:
    before = len(db.session.scalars(select(Organisation)).all())
    own_page(client, event, organisation=typed)
    [ousmane] = professionals()
    assert (ousmane.organisation is not None) == known
    assert ousmane.organisation_name == ("" if known else typed)
    assert ousmane.works_for == ("Espace 19" if known else typed)
    assert len(db.session.scalars(select(Organisation)).all()) == before


def test_the_form_offers_the_organisations_of_this_territory_only(client: PageClient, event: Event) -> None:
    page = client.get(f"/e/{event.code}/inscription").page
    assert [option["value"] for option in page.one("datalist").all("option")] == ["Espace 19"]


def test_an_address_and_an_organisation_are_asked(client: PageClient, event: Event) -> None:
    refused = answer(client, event, first_name="", email="", organisation="https://x.example")
    assert refused.status_code == 422
    assert {name: said.split("Erreur : ")[1] for name, said in refused.page.mistakes.items()} == {
        "first_name": "Écrivez votre prénom.",
        "organisation": "Écrivez le nom de votre structure.",
        "email": "Écrivez votre adresse e-mail : l’invitation y arrive.",
    }
    for odd in ("x" * 10_000, "Relais\x07", "Relais\r\nBcc: a@example.org", "\u202esialeR"):
        assert list(answer(client, event, organisation=odd).page.mistakes) == ["organisation"]
    assert professionals() == []


def test_a_double_click_registers_once_and_the_full_wait(client: PageClient, event: Event) -> None:
    check = client.get(answer(client, event).location).page.form()
    assert {client.submit(check).location[:10] for _ in range(2)} == {"/ma-venue/"}
    own_page(client, event, first_name="Inès", email="ines@relais.example")
    form = client.get(answer(client, event, first_name="Paul", email="paul@relais.example").location).page
    assert "C’est complet. Vous pouvez attendre : votre rang sera 1." in form.main.text
    waiting = client.get(client.submit(form.form()).location).page
    assert waiting.heading == "Vous êtes sur la liste d’attente, Paul"
    assert kinds() == ["confirmed REQUEST", "confirmed REQUEST", "waiting"]
    assert len(professionals()) == 3


def test_a_professional_does_not_come_fewer_nor_more(client: PageClient, event: Event) -> None:
    """The page of families that come fewer would make one of them, at a meeting of professionals."""
    check = answer(client, event).location
    assert client.get(f"/e/{event.code}/inscription/moins").location == check
    form = client.get(check).page.form()
    tokens = {"csrf_token": form["csrf_token"]}
    sent = client.post(f"/e/{event.code}/inscription/moins", data={**tokens, "adults": "2"})
    assert (sent.status_code, sent.location) == (303, check)
    assert client.submit(form).location.startswith("/ma-venue/")
    db.session.rollback()
    assert db.session.scalars(select(Registration.seats)).all() == [1]


def test_a_place_that_came_free_is_taken_or_refused_on_their_own_page(
    client: PageClient, db_session: scoped_session[Session]
) -> None:
    meeting = factories.an_event(
        "Réunion", capacity=1, audience=Audience.PROFESSIONALS, entry=EntryRules(answer_hours=24)
    )
    db_session.commit()
    for name in ("Ousmane", "Inès", "Paul"):
        own_page(client, meeting, first_name=name, email=f"{name[0].lower()}@relais.example")
    db.session.rollback()
    ousmane, ines, paul = db.session.scalars(select(Registration).order_by(Registration.id)).all()
    cancel(ousmane)
    [home] = re.findall(r"/ma-venue/\S+", text_of(letters("i@relais.example")[-1]))
    page = client.get(home).page
    assert page.heading == "Une place pour vous, Inès ?"
    assert "Une place est gardée pour vous. La prenez-vous ?" in page.main.text
    assert "Garder la date" not in page.main.text
    form = page.form(button="Non, je ne viens pas")
    form.values["answer"] = ["non"]
    assert client.submit(form).location == home
    assert client.get(home).page.heading == "C’est annulé, Inès"
    [home] = re.findall(r"/ma-venue/\S+", text_of(letters("p@relais.example")[-1]))
    form = client.get(home).page.form(button="Oui, je viens")
    form.values["answer"] = ["oui"]
    assert [client.submit(form).location for _ in range(2)] == [home, home]  # twice: once
    assert client.get(home).page.heading == "C’est noté, Paul !"
    assert kinds("p@relais.example") == ["waiting", "offered", "offer_taken REQUEST"]
    assert kinds("i@relais.example") == ["waiting", "offered", "offer_declined"]
    db.session.refresh(paul)
    assert (ines.status, paul.status) == (RegistrationStatus.CANCELLED, RegistrationStatus.CONFIRMED)


def test_each_link_opens_its_own_page_only(client: PageClient, event: Event) -> None:
    page = own_page(client, event)
    token = page.address.rsplit("/", 1)[1]
    db.session.rollback()
    household = register(factories.an_event("Atelier"), answers("Awa")).link_token
    for wrong in (f"/m/{token}", f"/ma-venue/{household}", "/ma-venue/x"):
        assert client.get(wrong).status_code == 404
    response = client.get(page.address)
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    for link in db.session.scalars(select(PrivateLink).where(PrivateLink.professional_id.is_not(None))):
        link.revoked_at = time.now()
    db.session.commit()
    assert client.get(page.address).page.heading == "Ce lien ne marche plus"


def test_whoever_welcomes_them_finds_professionals_too(client: PageClient, event: Event) -> None:
    own_page(client, event)
    db.session.rollback()
    assert [one.contact.first_name for one in listings.expected_at(event)] == ["Ousmane"]
    assert [one.contact.first_name for one in listings.active_at(event)] == ["Ousmane"]


def test_ousmane_may_have_his_calendar_ring_the_day_before(client: PageClient, event: Event) -> None:
    page = own_page(client, event)
    form = page.form(button="Enregistrer")
    assert "wants_alarm" not in form.values
    for ticked in ("y", "y", None):
        done = client.submit(form, {"wants_alarm": ticked})
        assert done.status_code == 303
        page = client.get(done.location).page
        assert "C’est noté." in page.text
        [ousmane] = professionals()
        assert ousmane.person.wants_alarm == bool(ticked)
        form = page.form(button="Enregistrer")
        assert ("wants_alarm" in form.values) == bool(ticked)
