"""A family reads its rank and who passed before it, and answers an offer on its own page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.agenda.entry_rules import EntryRules
from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.registrations import answering, booking, seats
from eventsapp.registrations.models import Registration, RegistrationStatus, WayIn
from tests import factories
from tests.pages import Form, PageClient
from tests.registrations.stories import a_transaction, answers, cancel, kinds, register


@pytest.fixture
def event(db_session: scoped_session[Session]) -> Event:
    event = factories.an_event("Atelier cuisine en famille", capacity=4, entry=EntryRules(answer_hours=24))
    db_session.commit()
    return event


def offered(event: Event) -> tuple[str, Registration]:
    """Binta's own page, where a place waits for her answer."""
    awa = register(event, answers("Awa", adults=4)).registration
    binta = register(event, answers("Binta", adults=2))
    cancel(awa)
    with a_transaction():
        binta.registration.answer_by = answering.deadline(24, event.starts_at, clock.now())
    return f"/m/{binta.link_token}", binta.registration


def pressed(client: PageClient, home: str, one: Registration, answer: str) -> Form:
    """The form of the offer, with one of its two buttons."""
    db.session.rollback()
    form = client.get(home).page.form(f"{home}/inscriptions/{one.code}/place")
    assert [button["value"] for button in form.buttons] == ["oui", "non"]
    form.values["answer"] = [answer]
    return form


def status_of(one: Registration) -> RegistrationStatus:
    db.session.rollback()
    return db.session.get_one(Registration, one.id).status


def test_she_says_yes_on_her_own_page(client: PageClient, event: Event) -> None:
    home, binta = offered(event)
    page = client.get(home).page
    assert page.heading == "Une place pour vous, Binta ?"
    assert "2 places sont gardées pour vous. Les prenez-vous ?" in page.main.text
    assert "Répondez avant : lundi 23 novembre, 12 h." in page.main.text
    assert "Place proposée" in page.main.text
    form = pressed(client, home, binta, "oui")
    done = client.submit(form)
    assert (done.status_code, done.location) == (303, home)
    assert client.get(home).page.heading == "C’est noté, Binta !"
    assert client.submit(form).location == home  # twice: once
    assert kinds("binta@example.org") == ["waiting", "offered", "offer_taken REQUEST"]


def test_she_says_no_and_the_next_family_is_asked(client: PageClient, event: Event) -> None:
    home, binta = offered(event)
    clara = register(event, answers("Clara", adults=4)).registration
    assert client.submit(pressed(client, home, binta, "non")).status_code == 303
    assert (status_of(binta), status_of(clara)) == (RegistrationStatus.CANCELLED, RegistrationStatus.OFFERED)
    assert client.get(home).page.heading == "C’est annulé, Binta"


@pytest.mark.databases("sqlite")
def test_who_answers_too_late_reads_why_and_what_is_typed_by_hand_changes_nothing(
    client: PageClient, event: Event
) -> None:
    home, binta = offered(event)
    form = pressed(client, home, binta, "oui")
    form.values["answer"] = ["peut-être"]
    assert (client.submit(form).status_code, status_of(binta)) == (303, RegistrationStatus.OFFERED)
    form.values["answer"] = ["oui"]
    with a_transaction():
        booking.cancel(binta, actor="account:1", now=clock.now())
    done = client.submit(form)
    assert "Cette place n’est plus gardée" in client.get(done.location).page.text
    assert status_of(binta) is RegistrationStatus.CANCELLED


def test_nobody_answers_for_another_family(client: PageClient, event: Event) -> None:
    home, binta = offered(event)
    clara = register(event, answers("Clara"))
    form = pressed(client, home, binta, "non")
    form.action = f"/m/{clara.link_token}/inscriptions/{binta.code}/place"
    assert client.submit(form).status_code == 404
    form.action = f"/m/autre/inscriptions/{binta.code}/place"
    assert client.submit(form).status_code == 404
    assert status_of(binta) is RegistrationStatus.OFFERED


@pytest.mark.databases("sqlite")
def test_an_offer_among_other_registrations_stands_first(
    client: PageClient, event: Event, db_session: scoped_session[Session]
) -> None:
    home, binta = offered(event)
    sooner = factories.an_event("Café des parents", starts_at=event.starts_at - timedelta(days=1))
    db_session.commit()
    with a_transaction():
        household = db.session.get_one(Registration, binta.id).household
        assert household is not None
        booking.enter(
            seats.locked(sooner.id), household, answers("Binta").members, way=WayIn.OWN_PAGE, now=clock.now()
        )
    page = client.get(home).page
    assert page.heading == "Une place pour vous, Binta ?"
    assert "Café des parents" in page.main.text


@pytest.mark.databases("sqlite")
def test_a_large_family_reads_who_passed_and_that_it_ends(client: PageClient, event: Event) -> None:
    register(event, answers("Awa"))
    home = f"/m/{register(event, answers('Binta', adults=4)).link_token}"
    said = client.get(home).page.main.text
    assert "Votre rang : 1." in said
    assert "Au plus 3 familles peuvent passer devant vous." in said
    assert "Au plus 3 autres peuvent passer devant une famille qui attend." in said
    register(event, answers("Clara"))
    said = client.get(home).page.main.text
    assert "1 famille est passée devant vous. Après 3, plus personne ne passe devant vous." in said
    register(event, answers("Driss"))
    register(event, answers("Elif"))
    said = client.get(home).page.main.text
    assert "3 familles sont passées devant vous. Plus personne ne passe devant vous :" in said


@pytest.mark.databases("sqlite")
def test_a_newcomer_reads_before_confirming_that_free_places_are_kept(
    client: PageClient, event: Event
) -> None:
    register(event, answers("Awa"))
    register(event, answers("Binta", adults=4))
    passed = [register(event, answers(name)).registration for name in ("Clara", "Driss", "Elif")]
    cancel(passed[0])
    form = client.get(f"/e/{event.code}/inscription").page.form()
    checked = client.get(client.submit(form, {"first_name": "Farid", "email": "f@example.org"}).location)
    said = checked.page.main.text
    assert "Une famille attend depuis plus longtemps : les places libres sont gardées pour elle." in said
    client.submit(checked.page.form(button="Aller sur la liste d’attente"))
    assert kinds("f@example.org") == ["waiting"]
