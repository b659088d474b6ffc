"""« Venir aussi aux prochaines dates ? », on Awa's own page: yes, a pause, an end; and nothing for Binta."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as hours
from eventsapp.agenda.entry_rules import EntryRules
from eventsapp.agenda.models import Event
from eventsapp.clock import local
from eventsapp.database import db
from eventsapp.people.models import Account, Household
from eventsapp.registrations import standing as sign_ups
from eventsapp.registrations.models import AgeBracket, Registration, RegistrationStatus
from eventsapp.registrations.party import Member
from eventsapp.registrations.standing_models import StandingSignUp, StandingStatus
from tests import factories
from tests.pages import PageClient
from tests.registrations.stories import answers, cancel, kinds, register
from tests.web.conftest import SignIn
from tests.web.residents.homes import confirm

ADULT = Member(bracket=AgeBracket.ADULT)
DAYS = (date(2026, 12, 1), date(2027, 1, 5), date(2027, 2, 2))


@pytest.fixture
def breakfasts(db_session: scoped_session[Session]) -> list[Event]:
    """Three dates of a series; the second has two places."""
    activity = factories.an_activity("Petits déjeuners de Curial")
    events = [
        factories.an_event(
            "Petit déjeuner",
            activity=activity,
            starts_at=local(day, 8, 30),
            capacity=2 if day == DAYS[1] else 12,
        )
        for day in DAYS
    ]
    db_session.commit()
    return events


def home_of(client: PageClient, event: Event, name: str = "Awa", adults: int = 1, children: int = 2) -> str:
    """Registers to one date in this browser, and gives the address of the own page."""
    return confirm(client, register(event, answers(name, adults, children)))


def states() -> list[RegistrationStatus]:
    db.session.rollback()
    return [
        one.status
        for one in db.session.scalars(
            select(Registration).join(Registration.event).order_by(Event.starts_at, Registration.id)
        )
    ]


def standing() -> StandingSignUp:
    db.session.rollback()
    return db.session.scalars(select(StandingSignUp)).one()


def says_yes(client: PageClient, home: str) -> None:
    asked = client.get(client.get(home).page.link("Voir les dates (Petits déjeuners de Curial)"))
    done = client.submit(asked.page.form(button="Oui, à toutes les dates"))
    assert (done.status_code, done.location) == (303, home)


def test_from_one_date_to_all_of_them(client: PageClient, breakfasts: list[Event]) -> None:
    home = home_of(client, breakfasts[0], children=1)
    assert "Venir aussi aux prochaines dates ?" in client.get(home).page.main.text
    asked = client.get(client.get(home).page.link("Voir les dates (Petits déjeuners de Curial)")).page
    assert asked.heading == "Venir à toutes les dates ?"
    assert "Nous vous inscrivons aux 2 autres dates, et à celles qui seront annoncées." in asked.main.text
    assert "Mardi 5 janvier 2027" in asked.main.text
    assert "Mardi 1er décembre 2026" not in asked.main.text
    says_yes(client, home)
    page = client.get(home).page
    assert "C’est noté : vous venez à toutes les dates." in page.text
    assert "Vous venez à toutes les dates" in page.main.text
    said = " ".join(page.main.text.split())
    assert "Pour 2 personnes. Vous avez 2 inscriptions à venir. Dès qu’une date est annoncée, nous" in said
    assert "Venir aussi" not in page.main.text
    assert states() == [RegistrationStatus.CONFIRMED] * 3
    assert kinds("awa@example.org") == ["confirmed REQUEST", "standing_dates"]


def test_where_they_do_not_fit_the_offer_says_it_before(client: PageClient, breakfasts: list[Event]) -> None:
    register(breakfasts[1], answers("Binta"))
    home = home_of(client, breakfasts[0], children=1)
    asked = client.get(client.get(home).page.link("Voir les dates (Petits déjeuners de Curial)")).page
    [waits] = [one for one in asked.all("li") if "Liste d’attente" in one.text]
    assert "Mardi 5 janvier 2027" in waits.text
    says_yes(client, home)
    page = client.get(home).page
    assert "Pour 1 d’entre elles, vous êtes sur la liste d’attente." in page.main.text


def test_a_party_too_large_for_a_date_reads_it_on_its_page(
    client: PageClient, breakfasts: list[Event]
) -> None:
    home = home_of(client, breakfasts[0], children=2)
    says_yes(client, home)
    assert "1 date ne peut pas vous prendre tous : appelez-nous." in client.get(home).page.main.text


def test_a_pause_and_back(client: PageClient, breakfasts: list[Event]) -> None:
    home = home_of(client, breakfasts[0])
    says_yes(client, home)
    done = client.submit(client.get(home).page.form(button="Ne plus m’inscrire aux nouvelles dates"))
    assert (done.status_code, done.location) == (303, home)
    page = client.get(home).page
    assert "En pause" in page.main.text
    assert "Nous ne vous inscrivons pas aux nouvelles dates." in page.main.text
    assert standing().status is StandingStatus.PAUSED
    client.submit(page.form(button="M’inscrire de nouveau"))
    assert standing().status is StandingStatus.ACTIVE


def test_the_end_asks_about_the_dates_to_come(client: PageClient, breakfasts: list[Event]) -> None:
    home = home_of(client, breakfasts[0], children=1)
    says_yes(client, home)
    asked = client.get(client.get(home).page.link("Arrêter (Petits déjeuners de Curial)")).page
    assert asked.heading == "Arrêter de venir à toutes les dates ?"
    assert "Vous avez 2 inscriptions à venir. Les gardez-vous ?" in asked.main.text
    client.submit(asked.form(button="Arrêter, et annuler ces 2 dates"))
    assert "C’est annulé : vous ne venez plus aux prochaines dates." in client.get(home).page.text
    assert standing().status is StandingStatus.ENDED
    assert states() == [
        RegistrationStatus.CONFIRMED,  # which they had asked for by itself
        RegistrationStatus.CANCELLED,
        RegistrationStatus.CANCELLED,
    ]
    assert "Venir aussi aux prochaines dates ?" in client.get(home).page.main.text


def test_the_end_may_keep_them(client: PageClient, breakfasts: list[Event]) -> None:
    home = home_of(client, breakfasts[0], children=1)
    says_yes(client, home)
    asked = client.get(client.get(home).page.link("Arrêter (Petits déjeuners de Curial)")).page
    client.submit(asked.form(button="Arrêter, et garder ces 2 dates"))
    assert states() == [RegistrationStatus.CONFIRMED] * 3
    number = standing().id
    assert client.get(f"{home}/abonnements/{number}/fin").status_code == 404


@pytest.mark.databases("sqlite")
def test_saying_yes_reads_the_series_once(
    client: PageClient, breakfasts: list[Event], statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    home = home_of(client, breakfasts[0])
    asked = client.get(client.get(home).page.link("Voir les dates (Petits déjeuners de Curial)"))
    with statements() as said:
        client.submit(asked.page.form(button="Oui, à toutes les dates"))
    assert [one for one in said if one.startswith("SELECT activity.")] == []


def test_another_household_finds_nothing_and_changes_nothing(
    client: PageClient, breakfasts: list[Event]
) -> None:
    awa = home_of(client, breakfasts[0])
    says_yes(client, awa)
    number = standing().id
    form = client.get(awa).page.form(button="Ne plus m’inscrire aux nouvelles dates")
    binta = home_of(client, breakfasts[2], "Binta")
    code = db.session.scalars(select(Registration.code).order_by(Registration.id)).first()
    assert client.get(f"{binta}/abonnements/{number}/fin").status_code == 404
    assert client.get(f"{binta}/inscriptions/{code}/abonnement").status_code == 404
    assert client.get("/m/personne/abonnements/1/fin").status_code == 404
    for verb in ("pause", "reprise", "fin"):
        answer = client.post(f"{binta}/abonnements/{number}/{verb}", data={"csrf_token": form["csrf_token"]})
        assert answer.status_code == 404
    assert standing().status is StandingStatus.ACTIVE


def test_a_link_that_was_forwarded_shows_and_changes_none_of_it(
    client: PageClient, breakfasts: list[Event]
) -> None:
    home = home_of(client, breakfasts[0])
    says_yes(client, home)
    form = client.get(home).page.form(button="Ne plus m’inscrire aux nouvelles dates")
    client.delete_cookie("foyer", path="/m")
    assert "toutes les dates" not in client.get(home).page.main.text
    number = standing().id
    answer = client.post(f"{home}/abonnements/{number}/pause", data={"csrf_token": form["csrf_token"]})
    assert answer.status_code in {303, 403}
    assert standing().status is StandingStatus.ACTIVE


def test_a_workshop_of_one_date_and_a_sensitive_series_offer_nothing(
    client: PageClient, breakfasts: list[Event], db_session: scoped_session[Session]
) -> None:
    alone = factories.an_event("Atelier cuisine en famille")
    db_session.commit()
    assert "Venir aussi" not in client.get(home_of(client, alone)).page.text
    home = home_of(client, breakfasts[0])
    factories.an_action().is_sensitive = True
    db_session.commit()
    assert "Venir aussi" not in client.get(home).page.text


def test_no_door_leads_to_all_dates_of_an_action_that_turned_sensitive_and_no_page_says_its_title(
    app: Flask, client: PageClient, breakfasts: list[Event], db_session: scoped_session[Session]
) -> None:
    """Awa stood for it before; Binta, in another browser, had the form open."""
    awa = home_of(client, breakfasts[0], children=1)
    says_yes(client, awa)
    number = standing().id
    other = app.test_client()
    assert isinstance(other, PageClient)
    binta = home_of(other, breakfasts[0], "Binta", children=0)
    asked = other.get(binta).page.link("Voir les dates (Petits déjeuners de Curial)")
    form = other.get(asked).page.form(button="Oui, à toutes les dates")
    factories.an_action().is_sensitive = True
    db_session.commit()
    assert "Venir aussi" not in other.get(binta).page.text
    assert [other.get(asked).status_code, other.submit(form).status_code] == [404, 404]
    assert standing().id == number  # the only one, still
    # Awa's is named by nothing; paused and taken up again, it enters no date.
    shown = [client.get(awa), client.get(f"{awa}/abonnements/{number}/fin")]
    assert ["Petits déjeuners" in one.get_data(as_text=True) for one in shown] == [False, False]
    assert "Vous venez à toutes les dates" in shown[0].page.main.text
    later = local(date(2027, 3, 2), 8, 30)
    factories.an_event("Petit déjeuner", activity=breakfasts[0].activity, starts_at=later)
    db_session.commit()
    before = len(states())
    client.submit(shown[0].page.form(button="Ne plus m’inscrire aux nouvelles dates"))
    client.submit(client.get(awa).page.form(button="M’inscrire de nouveau"))
    assert standing().status is StandingStatus.ACTIVE
    assert len(states()) == before


def test_a_place_that_is_held_for_them_counts_among_the_dates_to_come(
    client: PageClient, breakfasts: list[Event], db_session: scoped_session[Session]
) -> None:
    """The date of January has two places, and asks for a yes: Binta had both and cancels."""
    breakfasts[1].entry = EntryRules(answer_hours=24)
    db_session.commit()
    binta = register(breakfasts[1], answers("Binta", adults=2)).registration
    awa = home_of(client, breakfasts[0], children=1)
    says_yes(client, awa)
    assert "Pour 1 d’entre elles, vous êtes sur la liste d’attente." in client.get(awa).page.main.text
    cancel(binta)
    text = " ".join(client.get(awa).page.main.text.split())
    assert "Vous avez 2 inscriptions à venir." in text
    assert "Pour 1 d’entre elles, une place est gardée pour vous : dites oui." in text
    assert "liste d’attente" not in text
    ending = client.get(f"{awa}/abonnements/{standing().id}/fin").page
    assert "Vous avez 2 inscriptions à venir. Les gardez-vous ?" in ending.main.text


def test_the_desk_of_the_series_reads_numbers_only(
    client: PageClient, breakfasts: list[Event], sign_in: SignIn, samira: Account
) -> None:
    says_yes(client, home_of(client, breakfasts[0], children=1))
    says_yes(client, home_of(client, breakfasts[0], "Binta", children=1))
    page = sign_in(samira).get(f"/pro/series/{breakfasts[0].activity_id}").page
    assert "2 groupes viennent à toutes les dates, soit 4 personnes." in page.main.text
    assert "Awa" not in page.text


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("series", [0, 1, 3])
def test_the_own_page_costs_the_same_whatever_they_come_to(
    series: int,
    client: PageClient,
    breakfasts: list[Event],
    statements: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    home = home_of(client, breakfasts[0])
    household = db.session.scalars(select(Household)).one()
    for number in range(series):
        activity = factories.an_activity(f"Série {number}")
        for day in DAYS[1:]:
            factories.an_event(f"Série {number}", activity=activity, starts_at=local(day, 14))
        sign_ups.sign_up(activity, household, [ADULT], actor="household:1", now=hours.now())
    db.session.commit()
    with statements() as said:
        client.get(home)
    assert len(said) == 5
