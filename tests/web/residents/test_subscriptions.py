"""« Recevoir l’agenda »: addresses that work, what each will bring, and promises that hold."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from sqlalchemy.orm import Session, scoped_session

from eventsapp.agenda.models import ActivityKind
from eventsapp.feeds import offering
from eventsapp.feeds.selection import MOST_VALUES
from tests import factories
from tests.pages import Page, PageClient
from tests.web.residents import towns

pytestmark = pytest.mark.databases("sqlite")
Statements = Callable[[], AbstractContextManager[list[str]]]
HOME = "127.0.0.1:8000"
PAGE = "/paris-19/recevoir"


@pytest.fixture
def town(db_session: scoped_session[Session]) -> None:
    towns.a_week_of_events()


def followed(page: Page) -> list[str]:
    """Where « S’abonner » leads, in the order of the page, without scheme and host."""
    begin = f"webcal://{HOME}"
    return [a["href"].removeprefix(begin) for a in page.all("a") if a["href"].startswith("webcal:")]


def said(page: Page) -> str:
    return page.main.text.replace("\u00a0", " ")


@pytest.mark.usefixtures("town")
def test_the_few_that_people_want_say_what_they_will_bring(client: PageClient) -> None:
    page = client.get(PAGE).page
    text = said(page)
    assert "5 dates en 8 semaines, la prochaine : dimanche 22 novembre" in text
    assert "Mon quartier Flandre 3 dates en 8 semaines, la prochaine : dimanche 22 novembre" in text
    assert "École Curial 3 dates en 8 semaines, la prochaine : dimanche 22 novembre" in text
    assert "Mes droits, mes aides 1 date en 8 semaines : mardi 24 novembre" in text
    assert "Entre parents" not in text  # for one school alone
    assert followed(page) == [
        "/agendas/paris-19.ics",
        "/agendas/paris-19.ics?quartier=flandre",
        "/agendas/paris-19.ics?lieu=ecole-curial",
        "/agendas/paris-19.ics?lieu=tandou",
        "/agendas/paris-19/parentalite.ics",
        "/agendas/paris-19/lien-social.ics",
        "/agendas/paris-19/droits.ics",
        "/agendas/paris-19.ics?serie=balades",
        "/agendas/paris-19.ics?serie=samedis-matins",
    ]
    for address in followed(page):
        assert client.get(address).data.count(b"BEGIN:VEVENT") > 0


def test_breakfasts_have_a_place_of_their_own(
    client: PageClient, db_session: scoped_session[Session]
) -> None:
    coffee = factories.an_activity("Petit déjeuner des professionnels", kind=ActivityKind.BREAKFAST)
    factories.an_event("Se présenter", activity=coffee)
    db_session.commit()
    text = said(client.get(PAGE).page)
    assert (
        "Les petits déjeuners Petit déjeuner des professionnels 1 date en 8 semaines : samedi 28 novembre"
        in text
    )


@pytest.mark.usefixtures("town")
def test_one_is_put_together_without_any_script(client: PageClient) -> None:
    form = client.get(PAGE).page.form(button="Voir ce que cela donne")
    assert form.method == "GET"
    page = client.get(f"{PAGE}?theme=lien-social&theme=parentalite&quartier=flandre").page
    text = said(page)
    assert "Quoi ? Être parent, Rencontrer ses voisins – Quel quartier ? Flandre" in text
    assert "3 dates dans les 8 semaines qui viennent." in text
    kept = [a["href"] for a in page.all("a") if a.text.startswith("Garder cette date seule")]
    assert len(kept) == 3
    for one in kept:
        assert client.get(one).headers["Content-Disposition"].startswith("attachment")
    address = "/agendas/paris-19.ics?theme=lien-social&theme=parentalite&quartier=flandre"
    assert followed(page)[0] == address
    copied = page.main.all("input")[0]["value"]
    assert copied == f"http://{HOME}{address}"
    fetched = client.get(f"{urlsplit(copied).path}?{urlsplit(copied).query}").data
    assert fetched.count(b"BEGIN:VEVENT") == 4  # with that of yesterday
    ticked = {(box["name"], box["value"]) for box in page.main.all("input") if box.has("checked")}
    assert ticked == {("theme", "lien-social"), ("theme", "parentalite"), ("quartier", "flandre")}


@pytest.mark.usefixtures("town")
def test_what_brings_nothing_yet_says_so_and_stays_ticked(client: PageClient) -> None:
    quiet = factories.an_activity("Ciné-club")
    factories.an_event("Un film", activity=quiet, starts_at=factories.SATURDAY + timedelta(weeks=20))
    factories.an_activity("Chorale")
    factories.db.session.commit()
    later = client.get(f"{PAGE}?serie=cine-club").page
    assert "Rien dans les 8 semaines qui viennent, mais plus tard :" in said(later)
    assert "17 avril 2027" in said(later)
    never = client.get(f"{PAGE}?serie=chorale").page
    assert "Rien n’est annoncé pour ce choix. L’adresse marche quand même" in said(never)
    assert "Chorale" in [box.parent.text.strip() for box in never.main.all("input") if box.has("checked")]  # type: ignore[union-attr]  # in its label
    assert client.get(followed(never)[0]).status_code == 200


@pytest.mark.usefixtures("town")
def test_a_choice_that_is_none_leads_on(client: PageClient) -> None:
    gone = client.get(f"{PAGE}?quartier=atlantide")
    assert (gone.status_code, "Ce choix n’existe plus." in said(gone.page)) == (404, True)
    many = client.get(f"{PAGE}?" + "&".join(f"lieu=ecole-{number}" for number in range(MOST_VALUES + 1)))
    assert (many.status_code, "Cochez 24 choses au plus" in said(many.page)) == (422, True)
    assert [followed(one.page)[0] for one in (gone, many)] == ["/agendas/paris-19.ics"] * 2


@pytest.mark.usefixtures("town")
def test_what_is_discreet_is_offered_by_no_name(client: PageClient) -> None:
    action = factories.an_action("Répit des aidants", is_sensitive=True)
    respite = factories.an_activity("Café des aidants", action=action)
    factories.an_event("Café des aidants", activity=respite)
    factories.db.session.commit()
    assert "aidants" not in client.get(PAGE).get_data(as_text=True)
    assert client.get(f"{PAGE}?serie={respite.slug}").status_code == 404


@pytest.mark.usefixtures("town")
def test_the_agenda_leads_here_with_its_choices(client: PageClient) -> None:
    listing = client.get("/paris-19/?theme=lien-social&quartier=flandre").page
    found = [a["href"] for a in listing.main.all("a") if a.text == "Recevoir l’agenda"]
    assert found == [f"{PAGE}?theme=lien-social&quartier=flandre#votre-choix"]
    event = client.get(next(a["href"] for a in listing.main.all("a") if a["href"].startswith("/e/"))).page
    assert event.link("Suivre cette série seulement") == f"{PAGE}?serie=balades#votre-choix"
    assert client.get(event.link("Suivre cette série seulement")).status_code == 200


def test_nothing_is_promised_that_a_phone_does_not_do(
    client: PageClient, db_session: scoped_session[Session]
) -> None:
    factories.a_territory()
    db_session.commit()
    text = said(client.get(PAGE).page)
    assert "Un téléphone Android ne sait pas s’abonner d’un geste" in text
    assert "Google relit toutes les 8 à 24 heures. Rien ne l’accélère." in text
    assert "Rien n’est encore annoncé. L’adresse marche quand même" in text
    assert followed(client.get(PAGE).page) == ["/agendas/paris-19.ics"]


def test_every_platform_has_its_drawing(client: PageClient, db_session: scoped_session[Session]) -> None:
    factories.a_territory()
    db_session.commit()
    html = client.get(PAGE).get_data(as_text=True)
    drawn = re.findall(r'href="([^"]+steps[^"#]*\.svg)#s-([a-z-]+)"', html)
    assert [name for _, name in drawn] == [
        "apple",
        "google",
        "outlook-classic",
        "outlook-new",
        "outlook-web",
        "thunderbird",
        "nextcloud",
    ]


@pytest.mark.databases("sqlite", "postgresql")
@pytest.mark.parametrize("events", [1, 30])
@pytest.mark.parametrize(("query", "most"), [("", 2), ("?quartier=flandre", 5)])
def test_as_many_statements_however_much_is_to_come(
    client: PageClient,
    db_session: scoped_session[Session],
    statements: Statements,
    events: int,
    query: str,
    most: int,
) -> None:
    towns.many_events(events)
    offering.forget_editions()
    with statements() as sent:
        assert client.get(PAGE + query).status_code == 200
    assert len(sent) == most, sent


@pytest.mark.usefixtures("town")
def test_themes_are_named_to_each_reader_in_their_own_language(client: PageClient) -> None:
    """Fatoumata reads it in French; an hour has not gone by when John opens it in English."""
    assert "Mes droits, mes aides" in said(client.get(PAGE).page)
    client.get("/?langue=en")
    in_english = said(client.get(PAGE).page)
    assert "Mes droits, mes aides" not in in_english
    assert "My rights, my benefits" in in_english
