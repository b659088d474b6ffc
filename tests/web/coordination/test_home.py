"""What a coordinator sees first, and the programme in the words of its convention."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date

from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.clock import local
from eventsapp.hosting import own_details
from eventsapp.programme import contents
from eventsapp.programme.models import ProjectStatus, Theme
from tests import factories, saturdays
from tests.pages import Page, PageClient
from tests.web.conftest import SignIn


def figures(page: Page) -> dict[str, str]:
    return {
        one.one("dt").text: one.one("dd").text
        for one in page.one("dl", class_="kpis").all("div", class_="door")
    }


def test_paul_sees_his_territories_and_no_other(sign_in: SignIn) -> None:
    nineteenth, tenth = factories.a_territory(19), factories.a_territory(10)
    factories.a_territory(13)
    paul = sign_in(saturdays.a_coordinator(nineteenth, tenth, email="paul@example.org", name="Paul"))
    page = paul.get("/pro/").page
    doors = [a for card in page.main.all("li", class_="door") for a in card.all("a")]
    assert [(a.text, a["href"]) for a in doors] == [
        ("Coordination du 19e", "/pro/paris-19/"),
        ("Coordination du 10e", "/pro/paris-10/"),
    ]


def test_whoever_coordinates_nothing_is_told_whom_to_ask(sign_in: SignIn) -> None:
    page = sign_in(saturdays.a_coordinator(email="nouvelle@example.org", name="Nour")).get("/pro/").page
    assert "Aucune fonction ne vous est encore confiée." in page.text


def test_a_contact_who_left_waits_for_samira_and_for_nobody_else(
    desk: PageClient, db_session: scoped_session[Session]
) -> None:
    elsewhere = factories.a_school("École Récollets", territory=factories.a_territory(10))
    for contact in (factories.a_contact(), factories.a_contact(elsewhere, name="Monsieur Diallo")):
        own_details.say_gone(contact, "Madame Ba", actor=f"contact:{contact.id}", now=clock.now())
    db_session.commit()
    page = desk.get("/pro/paris-19/").page
    assert figures(page)["contact d’école est parti"] == "1"
    assert "École Curial" in desk.get(page.link("contact d’école est parti")).page.main.text


def test_what_waits_for_samira(desk: PageClient, db_session: scoped_session[Session]) -> None:
    saturdays.a_saturday(factories.a_school("École Curial"), date(2026, 12, 5))
    factories.an_event("Entre nous", is_restricted=True)
    factories.an_event("Hier", starts_at=local(date(2026, 11, 21), 10))
    saturdays.a_draft()
    db_session.commit()
    page = desk.get("/pro/paris-19/").page
    assert figures(page) == {
        "rendez-vous à venir": "2",
        "proposition à regarder": "1",
        "rendez-vous à publier": "0",
        "demandes de partenaires": "0",
        "réponses reçues, à traiter": "0",
        "personnes à appeler": "0",
        "école à confirmer": "1",
        "courriers en attente": "0",
        "courriers en échec": "0",
    }
    assert [row.one("th").text for row in page.one("tbody").all("tr")] == [
        "Entre nous",
        "Samedis matins, Curial",
    ]
    assert "hors de l’agenda public" in page.one("tbody").all("tr")[0].text


def test_the_home_of_a_territory_asks_as_much_whatever_it_holds(
    desk: PageClient,
    db_session: scoped_session[Session],
    statements: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    def said() -> int:
        with statements() as collected:
            assert desk.get("/pro/paris-19/").status_code == 200
        return len(collected)

    few = said()
    for number in range(6):
        factories.an_event(f"Atelier {number}", venue=factories.a_school(f"École {number}"))
    db_session.commit()
    assert (few, said()) == (19, 19)


def test_the_programme_in_official_words_with_remarks(sign_in: SignIn) -> None:
    territory = factories.a_territory(10)
    project = contents.open_project(
        territory, ProjectStatus.SIGNED, signed_on=date(2025, 3, 14), actor="seeds", now=clock.now()
    )
    axis = contents.add_axis(project, Theme.PARENTING, actor="seeds", now=clock.now())
    contents.add_action(
        axis,
        "Familles en hôtel",
        public_name="Souffler en famille",
        is_sensitive=True,
        actor="seeds",
        now=clock.now(),
    )
    page = sign_in(saturdays.a_coordinator(territory)).get("/pro/paris-10/programme").page
    headings = [heading.text.replace("\u00a0", " ") for heading in page.main.all("h2")]
    assert headings == ["À remarquer", "Axe 1 : Parentalité"]
    assert "Familles en hôtel" in page.one("tbody").text
    assert "Souffler en famille" in page.one("tbody").text
    assert "Ce projet a 1 axe" in page.text.replace("\u00a0", " ")


def test_a_territory_without_a_project_says_so(sign_in: SignIn) -> None:
    client = sign_in(saturdays.a_coordinator(factories.a_territory(13)))
    assert "Cet arrondissement n’a pas encore de projet." in client.get("/pro/paris-13/programme").page.text
