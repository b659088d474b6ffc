"""Following the agenda in one's own calendar: addresses that work, and promises that hold."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from urllib.parse import urlsplit

import pytest
from sqlalchemy.orm import Session, scoped_session

from tests import factories
from tests.pages import PageClient
from tests.web.residents import towns

pytestmark = pytest.mark.databases("sqlite")
Statements = Callable[[], AbstractContextManager[list[str]]]
HOME = "127.0.0.1:8000"


def test_each_feed_can_be_subscribed_to_and_copied(
    client: PageClient, db_session: scoped_session[Session]
) -> None:
    towns.a_week_of_events()
    page = client.get("/paris-19/recevoir").page
    feeds = [
        "/agendas/paris-19.ics",
        "/agendas/paris-19/parentalite.ics",
        "/agendas/paris-19/lien-social.ics",
        "/agendas/paris-19/droits.ics",
    ]
    assert [a["href"] for a in page.all("a") if a["href"].startswith("webcal:")] == [
        f"webcal://{HOME}{feed}" for feed in feeds
    ]
    copied = [field["value"] for field in page.main.all("input")]
    assert copied == [f"http://{HOME}{feed}" for feed in feeds]
    for address in copied:
        assert client.get(urlsplit(address).path).mimetype == "text/calendar"


def test_one_theme_alone_is_not_offered_twice(
    client: PageClient, db_session: scoped_session[Session]
) -> None:
    factories.an_event("Les écrans")
    db_session.commit()
    page = client.get("/paris-19/recevoir").page
    assert [field["value"] for field in page.main.all("input")] == [f"http://{HOME}/agendas/paris-19.ics"]


def test_nothing_is_promised_that_a_phone_does_not_do(
    client: PageClient, db_session: scoped_session[Session]
) -> None:
    factories.a_territory()
    db_session.commit()
    said = client.get("/paris-19/recevoir").page.main.text.replace("\u00a0", " ")
    assert "Téléphone Android Le téléphone ne sait pas s’abonner d’un geste." in said
    assert "Google relit l’agenda toutes les 8 à 24 heures" in said


@pytest.mark.databases("sqlite", "postgresql")
@pytest.mark.parametrize("events", [1, 30])
def test_two_statements(
    client: PageClient, db_session: scoped_session[Session], statements: Statements, events: int
) -> None:
    towns.many_events(events)
    with statements() as said:
        assert client.get("/paris-19/recevoir").status_code == 200
    assert len(said) == 2, said
