"""Fewer seats than people: come fewer, or wait with all; and quotas that pages say before."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from eventsapp.agenda.entry_rules import EntryRules
from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.registrations.models import Registration, RegistrationStatus
from tests import factories
from tests.pages import PageClient, PageResponse
from tests.registrations.stories import answers, kinds, register

AWA = {"first_name": "Awa", "email": "awa@example.org", "adults": "2", "children_6_10": "1"}


@pytest.fixture
def event(db_session: scoped_session[Session]) -> Event:
    event = factories.an_event("Atelier cuisine en famille", capacity=12)
    db_session.commit()
    return event


def answer(client: PageClient, event: Event, **changes: str) -> PageResponse:
    return client.submit(client.get(f"/e/{event.code}/inscription").page.form(), {**AWA, **changes})


def registered() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count(Registration.id))) or 0


def test_two_seats_for_three_are_taken_by_two(client: PageClient, event: Event) -> None:
    register(event, answers("Binta", adults=10))
    check = client.get(answer(client, event).location).page
    form = client.get(check.link("Venir à 2")).page
    assert "Il y a de la place pour 2 personnes de votre groupe." in form.main.text
    assert (form.form()["adults"], form.form()["children_6_10"]) == ("2", "1")
    still = client.submit(form.form(), {})
    assert still.page.mistakes["adults"].endswith(
        "Il n’y a pas assez de places pour ces personnes. Venez moins nombreux, ou attendez."
    )
    smaller = client.submit(form.form(), {"adults": "1"})
    again = client.get(smaller.location).page
    done = client.submit(again.form(button="Inscrire 2 personnes"))
    assert client.get(done.location).page.heading == "C’est noté, Awa !"
    assert (registered(), kinds("awa@example.org")) == (2, ["confirmed REQUEST"])


def test_the_seats_may_go_between_the_two_pages_and_nothing_is_chosen_for_them(
    client: PageClient, event: Event
) -> None:
    form = client.get(answer(client, event).location).page.form(button="Inscrire 3 personnes")
    register(event, answers("Binta", adults=11))
    sent = client.submit(form)
    assert (sent.status_code, sent.location) == (303, f"/e/{event.code}/inscription/verification")
    assert registered() == 1
    check = client.get(sent.location).page
    assert "Rien n’est encore enregistré : choisissez." in check.main.text
    assert check.link("Venir à 1")
    waits = check.form(button="Attendre à 3")
    assert [client.submit(waits).status_code for _ in range(2)] == [303, 303]
    db.session.rollback()
    statuses = db.session.scalars(select(Registration.status).order_by(Registration.id)).all()
    assert statuses == [RegistrationStatus.CONFIRMED, RegistrationStatus.WAITING]
    assert kinds("awa@example.org") == ["waiting"]


def test_who_would_wait_reads_the_rank_before(client: PageClient, event: Event) -> None:
    register(event, answers("Binta", adults=12))
    register(event, answers("Chloé", adults=2, email="chloe@example.org"))
    check = client.get(answer(client, event).location).page
    assert "C’est complet. Vous pouvez attendre : votre rang sera 2." in check.main.text
    page = client.get(client.submit(check.form(button="Aller sur la liste d’attente")).location).page
    assert "Votre rang : 2." in page.main.text


def test_a_bookmark_of_fewer_leads_to_the_check(client: PageClient, event: Event) -> None:
    assert client.get(f"/e/{event.code}/inscription/moins").location.endswith("/verification")
    form = client.get(answer(client, event).location).page.form()
    client.submit(form)
    assert client.get(f"/e/{event.code}/inscription/moins").location.endswith("/verification")


def test_a_full_quota_promises_nothing(client: PageClient, db_session: scoped_session[Session]) -> None:
    rules = EntryRules(most_children=2, most_under_6=1)
    event = factories.an_event("Éveil", capacity=12, entry=rules)
    register(event, answers("Binta", adults=1, children=2))
    page = client.get(f"/e/{event.code}-eveil").page
    assert "Places selon l’âge" in page.main.text
    assert "Il n’y a plus de place pour les enfants." in page.main.text
    assert "1 enfant de moins de 6 ans au plus. 2 enfants au plus." in page.main.text
    form = client.get(f"/e/{event.code}/inscription").page
    assert "Il n’y a plus de place pour les enfants." in form.main.text
    check = client.get(answer(client, event).location).page
    assert "Il y a de la place pour 2 personnes de votre groupe." in check.main.text
    for field, typed, sentence in (
        ("children_6_10", "3", "Nombre d’enfants à ce rendez-vous : 2 au plus."),
        ("children_3_5", "2", "Nombre d’enfants de moins de 6 ans à ce rendez-vous : 1 au plus."),
    ):
        refused = answer(client, event, **{field: typed})
        assert (refused.status_code, list(refused.page.mistakes)) == (422, ["children_0_2"])
        assert sentence in refused.page.mistakes["children_0_2"]


def test_no_adult_may_come_any_more_is_full(client: PageClient, db_session: scoped_session[Session]) -> None:
    event = factories.an_event("Éveil", capacity=12, entry=EntryRules(most_adults=2))
    register(event, answers("Binta", adults=2, children=2))
    page = client.get(f"/e/{event.code}-eveil").page
    assert "Complet : liste d’attente" in page.main.text
    assert "0 places libres sur 12" in page.main.text


@pytest.mark.parametrize(
    ("means", "sentence"),
    [
        ("sms", "Pour un SMS ou un appel, écrivez votre téléphone. Sinon, choisissez autre chose."),
        ("appel", "Pour un SMS ou un appel, écrivez votre téléphone. Sinon, choisissez autre chose."),
        ("pigeon", "Choisissez comment vous prévenir."),
    ],
)
def test_how_to_be_told_must_reach_what_was_left(
    client: PageClient, event: Event, means: str, sentence: str
) -> None:
    asked = client.get(f"/e/{event.code}/inscription").page.form()
    assert asked["means"] == ""
    refused = answer(client, event, means=means)
    assert refused.status_code == 422
    assert refused.page.mistakes["means"].endswith(sentence)
    assert registered() == 0
