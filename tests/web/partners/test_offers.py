"""Places offered and not yet taken: what the desk of the event and the coordinator see and write down."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.agenda.entry_rules import EntryRules
from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.people.models import Account
from eventsapp.registrations import answering
from eventsapp.registrations.models import Registration, RegistrationStatus
from tests import factories
from tests.registrations.stories import a_transaction, answers, cancel, register
from tests.web.conftest import SignIn, Statements


def an_offer(event: Event, name: str = "Binta", number: str = "06 39 98 00 07") -> Registration:
    """The event is full, this one waits, and then a place comes free and is offered."""
    with a_transaction():
        event.entry = EntryRules(answer_hours=24)
    left = (event.capacity or 0) - event.seats_taken
    awa = register(event, answers("Awa", adults=left)).registration
    asked = register(event, answers(name, 1, 1, number=number)).registration
    cancel(awa)
    return asked


def list_of(event: Event) -> str:
    return f"/pro/rendez-vous/{event.code}/inscriptions"


def test_the_desk_sees_who_has_still_to_answer_and_notes_a_yes(
    event: Event, moussa: Account, sign_in: SignIn
) -> None:
    binta = an_offer(event)
    desk = sign_in(moussa)
    said = desk.get(list_of(event)).page.main.text
    assert "2 places sont offertes et pas encore prises" in said
    assert "Binta Place offerte, pas encore jointe" in said
    assert "Âge Ont une place Doivent répondre Attendent 6 à 10 ans 0 1 0 Adultes 0 1 0" in said
    assert "La famille choisie a 24 heures pour dire oui, moins si" in said
    csv = desk.get(f"{list_of(event)}.csv").text
    assert "place proposée" in csv
    with a_transaction():
        binta.answer_by = answering.deadline(24, event.starts_at, clock.now())
    page = desk.get(f"{list_of(event)}/{binta.code}").page
    assert "Sans réponse avant : lundi 23 novembre, 12 h" in page.main.text
    done = desk.submit(page.form(button="Elle vient"))
    assert done.status_code == 303
    assert "Binta a sa place." in desk.get(done.location).page.text
    db.session.rollback()
    assert binta.status is RegistrationStatus.CONFIRMED


def test_a_no_on_the_phone_frees_the_place_and_a_late_one_is_said(
    event: Event, moussa: Account, sign_in: SignIn
) -> None:
    binta = an_offer(event)
    desk = sign_in(moussa)
    page = desk.get(f"{list_of(event)}/{binta.code}").page
    yes, no = page.form(button="Elle vient"), page.form(button="Elle ne vient pas")
    done = desk.submit(no)
    assert "La place de Binta va à la famille suivante." in desk.get(done.location).page.text
    db.session.rollback()
    assert (binta.status, binta.event.seats_taken) == (RegistrationStatus.CANCELLED, 0)
    late = desk.submit(yes)
    assert "Cette place n’est plus gardée" in desk.get(late.location).page.text
    yes.values["answer"] = ["peut-être"]
    assert "Dites oui ou non." in desk.get(desk.submit(yes).location).page.text


def test_a_large_family_that_was_passed_is_shown_so_and_why_it_waits(
    event: Event, moussa: Account, sign_in: SignIn
) -> None:
    register(event, answers("Awa", adults=8))
    binta = register(event, answers("Binta", adults=6)).registration
    for name in ("Clara", "Driss", "Elif"):
        register(event, answers(name))
    farid = register(event, answers("Farid")).registration
    desk = sign_in(moussa)
    said = desk.get(list_of(event)).page.main.text
    assert "3 familles sont passées devant" in said
    assert "Il n’y a pas encore assez de places libres pour ce groupe." in said
    assert "ces places sont gardées pour un autre avant lui." in said
    assert "sont passées devant." in desk.get(f"{list_of(event)}/{binta.code}").page.main.text
    assert "passées" not in desk.get(f"{list_of(event)}/{farid.code}").page.main.text


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("offered", [0, 1, 3])
def test_samira_sees_the_offers_of_her_territory_and_of_no_other(
    event: Event,
    samira: Account,
    sign_in: SignIn,
    statements: Statements,
    db_session: scoped_session[Session],
    offered: int,
) -> None:
    elsewhere = factories.an_event(
        "Atelier du 10e",
        activity=factories.an_activity(
            "Ateliers du 10e", action=factories.an_action("Ateliers", territory=factories.a_territory(10))
        ),
    )
    db_session.commit()
    an_offer(elsewhere, "Xavier", "06 39 98 00 10")
    for number in range(offered):
        an_offer(event, f"Binta {number}", f"06 39 98 01 0{number}")
    desk = sign_in(samira)
    desk.get("/pro/paris-19/places-offertes")
    with statements() as said:
        page = desk.get("/pro/paris-19/places-offertes").page
    assert len(said) == 4, "\n".join(said)
    assert [one.text for one in page.main.all("strong")][:offered] == [f"Binta {n}" for n in range(offered)]
    assert "Xavier" not in page.text
    assert ("Aucune place n’attend de réponse." in page.main.text) is (offered == 0)
    home = desk.get("/pro/paris-19/").page.main.text
    assert ("pas encore prise" in home) is (offered > 0)
