"""The front door and the pages that every public site owes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from eventsapp.programme.models import ProjectStatus, Theme
from tests import factories
from tests.pages import PageClient
from tests.texting import a_gateway

pytestmark = pytest.mark.databases("sqlite")
Statements = Callable[[], AbstractContextManager[list[str]]]


def plain(text: str) -> str:
    """With plain spaces again."""
    return text.replace("\u00a0", " ")


def test_each_territory_says_how_far_it_is(
    client: PageClient, db_session: scoped_session[Session], statements: Statements
) -> None:
    for number, status in [
        (19, ProjectStatus.SIGNED),
        (9, ProjectStatus.ENGAGED),
        (13, ProjectStatus.UPCOMING),
    ]:
        factories.an_axis(factories.a_territory(number), Theme.SPORT).project.status = status
    db_session.commit()
    with statements() as said:
        page = client.get("/").page
    assert len(said) == 1, said
    assert [plain(card.text) for card in page.main.all("li", class_="card")] == [
        "Paris 9e En préparation Projet social engagé",
        "Paris 13e Pas encore Projet social à venir",
        "Paris 19e L’agenda est ouvert Projet social signé",
    ]
    assert page.link("Paris 19e") == "/paris-19/"


def test_a_country_without_territory_is_still_polite(client: PageClient) -> None:
    assert "Aucun arrondissement pour le moment." in client.get("/").page.main.text


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/aide", "Aide"),
        ("/accessibilite", "Accessibilité"),
        ("/donnees-personnelles", "Vos données personnelles"),
        ("/mentions-legales", "Mentions légales"),
    ],
)
def test_what_the_law_asks_stands_under_every_page(client: PageClient, path: str, title: str) -> None:
    page = client.get(path).page
    assert (page.heading, page.title) == (title, f"{title} – L’agenda des quartiers")
    assert path in {link["href"] for link in client.get("/").page.all("a")}
    assert page.link("01 99 00 19 19") == "tel:0199001919"


def test_accessibility_is_declared_as_it_is(client: PageClient) -> None:
    said = plain(client.get("/accessibilite").page.main.text)
    assert "État : non conforme." in said
    assert "RGAA 4.1.2" in said
    assert "aide@agenda.example.org" in said
    assert "Défenseur des droits, Libre réponse 71120, 75342 Paris CEDEX 07" in said


def test_how_long_data_are_kept_is_what_the_settings_say(client: PageClient, app: Flask) -> None:
    app.config.update(ANSWER_MINUTES=45, SIGN_IN_MINUTES=1, CONTROLLER="la Caf", HOSTED_BY="Serveurs, Lyon")
    said = plain(client.get("/donnees-personnelles").page.main.text)
    assert "Un formulaire rempli mais pas confirmé : 45 minutes." in said
    assert "Un lien de connexion des partenaires : 1 minute." in said
    assert "Responsable : la Caf." in said
    assert "Les données sont gardées chez : Serveurs, Lyon." in said
    assert "CNIL" in said


def test_who_carries_the_texts_is_named_where_texts_leave(client: PageClient, app: Flask) -> None:
    named = "Brevo, une entreprise en France, porte nos SMS"
    assert named not in plain(client.get("/donnees-personnelles").page.main.text)
    with a_gateway(app):
        assert named in plain(client.get("/donnees-personnelles").page.main.text)


def test_sources_and_licences_are_named(client: PageClient, app: Flask) -> None:
    app.config.update(PUBLISHER="Caf de Paris, 75015 Paris. Directrice : A. Martin", DEMONSTRATION=False)
    said = plain(client.get("/mentions-legales").page.main.text)
    for words in (
        "ODbL 1.0",
        "CC BY 3.0",
        "SIL OFL 1.1",
        "licence ISC",
        "licence MIT",
        "Directrice : A. Martin",
    ):
        assert words in said
    assert "Ceci est une démonstration" not in said


def test_a_demonstration_says_so_on_every_page(client: PageClient, app: Flask) -> None:
    banner = "Démonstration : les lieux existent, les rendez-vous et les personnes sont inventés."
    assert banner not in plain(client.get("/aide").page.text)
    app.config["DEMONSTRATION"] = True
    assert banner in plain(client.get("/aide").page.text)
    assert "Ceci est une démonstration" in client.get("/mentions-legales").page.main.text


def test_robots_may_read_feeds_and_pages_but_nothing_of_people(client: PageClient) -> None:
    answer = client.get("/robots.txt")
    assert answer.mimetype == "text/plain"
    assert answer.get_data(as_text=True).splitlines() == [
        "User-agent: *",
        "Disallow: /m/",
        "Disallow: /ma-venue/",
        "Disallow: /pro/",
        "Disallow: /connexion",
        "Disallow: /invitation/",
        "Disallow: /jour/",
        "Disallow: /on-repart/",
        "Disallow: /ecole",
        "Disallow: /structure/",
        "Disallow: /orientation/",
        "Disallow: /lettre/",
        "Disallow: /demonstration/",
        "Disallow: /e/*/inscription",
        "Disallow: /*?*mois=",
        "Disallow: /*?*jour=",
    ]
