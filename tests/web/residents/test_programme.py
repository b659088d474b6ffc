"""The social project of a territory and its actions, in plain words with official names beside."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date

import pytest
from sqlalchemy.orm import Session, scoped_session

from eventsapp.agenda.models import Audience
from eventsapp.database import db
from eventsapp.programme.models import Action, ProjectStatus, Theme
from tests import factories
from tests.pages import PageClient
from tests.web.residents import towns

pytestmark = pytest.mark.databases("sqlite")
BOTH = pytest.mark.databases("sqlite", "postgresql")
Statements = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def action(db_session: scoped_session[Session]) -> Action:
    found = factories.an_action(
        "Samedis matins à l’école", need="Des parents isolés.", description="Un café."
    )
    project = found.axis.project
    project.diagnosis = "Beaucoup de familles seules : il faut des lieux."
    project.signed_on, project.ends_on = date(2026, 3, 1), date(2029, 12, 31)
    factories.an_action(
        "Aller-vers", theme=Theme.RIGHTS, public_name="Aller vers vous", slug="aller-vers-vous"
    )
    db_session.commit()
    return found


def plain(text: str) -> str:
    """With plain spaces again."""
    return text.replace("\u00a0", " ")


def test_a_signed_project_shows_its_themes_in_plain_words(client: PageClient, action: Action) -> None:
    page = client.get("/paris-19/projet").page
    assert page.heading == "Le projet social du 19e"
    assert [plain(heading.text) for heading in page.main.all("h2")] == [
        "Ce que les habitants vivent",
        "Être parent",
        "Mes droits, mes aides",
    ]
    said = plain(page.main.text)
    assert "Projet social signé Du dimanche 1er mars 2026 au lundi 31 décembre 2029" in said
    assert "Nom officiel : Parentalité" in said
    assert page.link("Aller vers vous") == "/paris-19/actions/aller-vers-vous"


@pytest.mark.parametrize(
    ("status", "label"),
    [(ProjectStatus.ENGAGED, "Projet social engagé"), (ProjectStatus.UPCOMING, "Projet social à venir")],
)
def test_a_project_to_come_invents_nothing(
    client: PageClient, db_session: scoped_session[Session], status: ProjectStatus, label: str
) -> None:
    axis = factories.an_axis(factories.a_territory(9), Theme.SPORT)
    axis.project.status = status
    db_session.delete(axis)
    db_session.commit()
    page = client.get("/paris-9/projet").page
    assert page.main.one("span", class_="tag").text == label
    assert "Les actions ne sont pas encore choisies." in page.main.text


def test_a_territory_without_project_is_404(client: PageClient, db_session: scoped_session[Session]) -> None:
    factories.a_territory(9)
    db_session.commit()
    assert client.get("/paris-9/projet").status_code == 404


def test_an_action_says_why_and_when(client: PageClient, action: Action) -> None:
    activity = factories.an_activity("Samedis", action=action)
    factories.an_event("Les écrans", activity=activity, capacity=None, audience=Audience.EVERYONE)
    restricted = factories.an_event("Entre nous", activity=activity, is_restricted=True)
    other = factories.an_event("Ailleurs", activity=factories.an_activity("Autre", action=_other(action)))
    db.session.commit()
    page = client.get("/paris-19/actions/samedis-matins-a-l-ecole").page
    assert page.heading == "Samedis matins à l’école"
    cards = [plain(card.text) for card in page.main.all("li", class_="ev")]
    assert cards == [
        "Les écrans Samedi 28 novembre de 9 h 30 à 11 h 30 École Curial "
        "Sans inscription Être parent Ouvert à tout le quartier"
    ]
    assert restricted.code not in page.html
    assert other.code not in page.html
    assert "Des parents isolés." in page.main.text


def test_what_a_sensitive_action_is_about_is_told_to_nobody_outside(
    client: PageClient, db_session: scoped_session[Session]
) -> None:
    secret = factories.an_action(
        "Familles en hôtel et répit parental",
        public_name="Temps partagés",
        slug="temps-partages",
        need="Des familles hébergées loin de tout.",
        description="Du relais pour souffler.",
        is_sensitive=True,
    )
    factories.an_event("Une pause", activity=factories.an_activity("Mercredis", action=secret))
    db_session.commit()
    neutral = "Une action sur orientation : parlez-en à un professionnel près de chez vous."
    project = client.get("/paris-19/projet").page
    assert [plain(card.text) for card in project.main.all("li", class_="card")] == [
        f"Temps partagés {neutral}"
    ]
    action = client.get("/paris-19/actions/temps-partages").page
    assert plain(action.one("p", class_="lead").text) == neutral
    assert plain(action.one("meta", property="og:description")["content"]) == neutral
    for page in (project, action):
        for word in ("hôtel", "répit", "hébergées", "loin", "relais", "souffler", "pause", "Mercredis"):
            assert word not in page.html


def _other(action: Action) -> Action:
    return factories.an_action("Balades", theme=Theme.PARENTING, slug="balades", territory=action.territory)


def test_an_action_without_dates_leads_to_the_agenda(client: PageClient, action: Action) -> None:
    page = client.get("/paris-19/actions/aller-vers-vous").page
    assert page.one("div", class_="empty").text == "Aucune date publique pour le moment. Voir l’agenda"


@pytest.mark.parametrize("path", ["/paris-19/actions/inconnue", "/paris-10/actions/samedis-matins-a-l-ecole"])
def test_an_action_of_nowhere_is_404(client: PageClient, action: Action, path: str) -> None:
    factories.a_territory(10)
    db.session.commit()
    assert client.get(path).status_code == 404


@BOTH
@pytest.mark.parametrize("events", [1, 30])
@pytest.mark.parametrize(
    ("path", "count"), [("/paris-19/projet", 4), ("/paris-19/actions/samedis-matins-a-l-ecole", 3)]
)
def test_statements_do_not_grow_with_rows(
    client: PageClient,
    db_session: scoped_session[Session],
    statements: Statements,
    events: int,
    path: str,
    count: int,
) -> None:
    towns.many_events(events)
    for number in range(events):
        factories.an_action(f"Action {number}", slug=f"action-{number}", position=number + 2)
    db_session.commit()
    with statements() as said:
        assert client.get(path).status_code == 200
    assert len(said) == count, said
