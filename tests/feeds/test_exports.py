"""The public agenda as other programs read it: the same events as its feed, in four other forms."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as Xml

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as hours
from eventsapp.agenda import scheduling
from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.media import keeping, pictures
from eventsapp.programme.models import Theme
from tests import factories
from tests.newsletter.readers import a_quartier
from tests.pages import PageClient
from tests.photos import a_photo
from tests.registrations.stories import a_transaction, answers, register
from tests.web.conftest import Statements

ENDINGS = ("csv", "rss", "jsonld", "openagenda.json")


@pytest.fixture
def town(app: Flask, db_session: scoped_session[Session]) -> dict[str, Event]:
    app.config["PUBLIC_URL"] = "https://agenda.example.org"
    danube = a_quartier("danube", "Danube")
    school = factories.a_school("École Danube", quartier=danube, step_free=True)
    rights = factories.an_activity("Permanence", action=factories.an_action("Accès", theme=Theme.RIGHTS))
    made = {
        "cuisine": factories.an_event(
            "Cuisine", venue=school, host=factories.an_association(), summary="Rien ne se jette."
        ),
        "droits": factories.an_event("Permanence", activity=rights, capacity=None),
        "annulé": factories.an_event("Annulé hier", starts_at=factories.SATURDAY + timedelta(days=1)),
    }
    made["cuisine"].accessibility = ["lsf"]
    scheduling.cancel(made["annulé"], reason="", actor="cli", now=hours.now())
    db_session.commit()
    return made


def read(client: PageClient, ending: str, query: str = "") -> Any:
    answer = client.get(f"/agendas/paris-19.{ending}{query}")
    assert answer.status_code == 200
    return {
        "csv": lambda: list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";")),
        "rss": lambda: Xml.fromstring(answer.data).findall("channel/item"),
        "jsonld": lambda: json.loads(answer.data)["@graph"],
        "openagenda.json": lambda: json.loads(answer.data)["events"],
    }[ending]()


TITLE: dict[str, Callable[[Any], str]] = {
    "csv": lambda one: one["Titre"],
    "rss": lambda one: one.findtext("title").replace("\u00a0", " ").removeprefix("Annulé : "),
    "jsonld": lambda one: one["name"],
    "openagenda.json": lambda one: one["title"]["fr"],
}
CANCELLED: dict[str, Callable[[Any], bool]] = {
    "csv": lambda one: one["État"] == "annulé",
    "rss": lambda one: one.findtext("title").startswith("Annulé\u00a0:"),
    "jsonld": lambda one: one["eventStatus"] == "https://schema.org/EventCancelled",
    "openagenda.json": lambda one: one["status"] == 6,
}


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", {"Cuisine", "Permanence", "Annulé hier"}),
        ("?theme=droits", {"Permanence"}),
        ("?quartier=danube", {"Cuisine"}),
        ("?theme=droits&theme=parentalite&quartier=danube", {"Cuisine"}),
    ],
)
def test_each_form_holds_what_its_feed_holds(
    client: PageClient, ending: str, query: str, titles: set[str]
) -> None:
    assert {TITLE[ending](one) for one in read(client, ending, query)} == titles


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_cancelled_one_is_said_to_be(client: PageClient, ending: str) -> None:
    found = {TITLE[ending](one): CANCELLED[ending](one) for one in read(client, ending)}
    assert found == {"Cuisine": False, "Permanence": False, "Annulé hier": True}


@pytest.mark.parametrize("ending", ENDINGS)
def test_no_participant_and_nothing_discreet_stands_in_any(
    client: PageClient, town: dict[str, Event], db_session: scoped_session[Session], ending: str
) -> None:
    register(town["cuisine"], answers("Zawadie", email="zawadie@marqueur.example"))
    action = factories.an_action("Répit parental", is_sensitive=True)
    place = factories.a_school("Hôtel du Répit", address="3 rue Neutre")
    respite = factories.an_event(
        "Répit à l’hôtel",
        activity=factories.an_activity("Répit", action=action),
        venue=place,
        host=factories.an_association("Maison du répit"),
        summary="Souffler",
        description="Répit",
    )
    factories.an_event("Parents de Curial", is_restricted=True)
    respite.accessibility, respite.is_restricted = ["calme"], False
    db_session.commit()
    said = client.get(f"/agendas/paris-19.{ending}").data.decode()
    leaked = ("Zawadie", "zawadie", "Répit", "R\\u00e9pit", "répit", "Souffler", "Hôtel", "Parents de Curial")
    assert [words for words in leaked if words in said] == []
    assert "3 rue Neutre" in said


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize("ending", ENDINGS)
def test_it_is_answered_as_feeds_are(client: PageClient, statements: Statements, ending: str) -> None:
    path = f"/agendas/paris-19.{ending}"
    first = client.get(path)
    assert first.headers["ETag"].startswith('W/"')
    assert "Set-Cookie" not in first.headers
    assert (first.cache_control.public, first.headers["Vary"]) == (True, "Accept-Encoding")
    with statements() as said:
        again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data, len(said)) == (304, b"", 1)
    packed = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.data) == first.data
    assert client.head(path).headers["Content-Type"] == first.headers["Content-Type"]
    assert client.get(f"/agendas/paris-7.{ending}").status_code == 404
    assert client.get(f"{path}?theme=sorcery").status_code == 404


@pytest.mark.usefixtures("town")
def test_each_form_has_its_own_version(client: PageClient) -> None:
    endings = (*ENDINGS, "ics")
    tags = {client.get(f"/agendas/paris-19.{ending}").headers["ETag"] for ending in endings}
    assert len(tags) == len(endings)


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_changed_is_read_at_once(client: PageClient, town: dict[str, Event], ending: str) -> None:
    before = client.get(f"/agendas/paris-19.{ending}")
    with a_transaction():
        scheduling.reword(town["cuisine"], title="Soupe", actor="cli", now=hours.now())
    after = client.get(f"/agendas/paris-19.{ending}", headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert "Soupe" in {TITLE[ending](one) for one in read(client, ending)}


@pytest.mark.parametrize("ending", ENDINGS)
def test_it_costs_the_same_whatever_it_holds(
    client: PageClient, town: dict[str, Event], statements: Statements, ending: str
) -> None:
    costs = []
    for number in range(2):
        with statements() as said:
            client.get(f"/agendas/paris-19.{ending}")
        costs.append(len(said))
        for more in range(9):
            factories.an_event(
                f"Atelier {number} {more}", host=factories.an_association(f"Asso {number} {more}")
            )
        db.session.commit()
    assert costs == [3, 3], "\n".join(said)


def test_a_cell_that_looks_like_a_formula_is_none(client: PageClient, town: dict[str, Event]) -> None:
    with a_transaction():
        scheduling.reword(town["cuisine"], title='=HYPERLINK("x")', actor="cli", now=hours.now())
    [cuisine] = read(client, "csv", "?quartier=danube")
    assert cuisine["Titre"] == '\'=HYPERLINK("x")'
    assert (cuisine["Jour"], cuisine["Début"], cuisine["Fin"]) == ("2026-11-28", "09:30", "11:30")
    assert (cuisine["Thématique"], cuisine["Structure"]) == ("Parentalité", "Les Amis de Curial")
    answer = client.get("/agendas/paris-19.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="agenda-paris-19.csv"'
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"


def test_a_date_that_was_moved_says_when_it_was_to_be(client: PageClient, town: dict[str, Event]) -> None:
    cuisine = town["cuisine"]
    for ahead in (1, 2):
        with a_transaction():
            starts_at = factories.SATURDAY + timedelta(days=ahead)
            ends_at = starts_at + timedelta(hours=2)
            scheduling.reschedule(cuisine, starts_at=starts_at, ends_at=ends_at, actor="cli", now=hours.now())
    [moved] = read(client, "jsonld", "?quartier=danube")
    assert moved["eventStatus"] == "https://schema.org/EventRescheduled"
    assert moved["startDate"] == "2026-11-30T09:30:00+01:00"
    assert moved["previousStartDate"] == ["2026-11-28T09:30:00+01:00", "2026-11-29T09:30:00+01:00"]
    [same] = read(client, "openagenda.json", "?quartier=danube")
    assert same["status"] == 2
    with a_transaction():
        back = factories.SATURDAY
        scheduling.reschedule(
            cuisine, starts_at=back, ends_at=back + timedelta(hours=2), actor="cli", now=hours.now()
        )
    [moved] = read(client, "jsonld", "?quartier=danube")
    assert moved["previousStartDate"] == ["2026-11-29T09:30:00+01:00", "2026-11-30T09:30:00+01:00"]


def test_a_date_that_was_cancelled_is_news_again(client: PageClient, town: dict[str, Event]) -> None:
    [before] = read(client, "rss", "?quartier=danube")
    with a_transaction():
        scheduling.cancel(town["cuisine"], reason="", actor="cli", now=hours.now() + timedelta(minutes=1))
    [after] = read(client, "rss", "?quartier=danube")
    assert before.findtext("guid") == f"{town['cuisine'].uid}-0"
    assert after.findtext("guid") == f"{town['cuisine'].uid}-1"
    assert (before.findtext("link"), before.find("guid").get("isPermaLink")) == (  # type: ignore[union-attr]
        f"https://agenda.example.org/e/{town['cuisine'].code}-cuisine",
        "false",
    )
    channel = Xml.fromstring(client.get("/agendas/paris-19.rss?quartier=danube").data).find("channel")
    assert channel is not None
    assert channel.findtext("title") == "Agenda du 19e – Danube"
    link = channel.find("{http://www.w3.org/2005/Atom}link")
    assert link is not None
    assert link.get("href") == "https://agenda.example.org/agendas/paris-19.rss?quartier=danube"


def test_what_people_typed_stays_text_in_news(client: PageClient, town: dict[str, Event]) -> None:
    nasty = "<b>Soupe</b> & ]]> <script>"
    with a_transaction():
        scheduling.reword(town["cuisine"], title=nasty, summary=nasty, actor="cli", now=hours.now())
    [item] = read(client, "rss", "?quartier=danube")
    assert item.findtext("title") == nasty
    assert "&lt;script&gt;" in item.findtext("description")


def test_an_openagenda_reader_finds_its_fields(client: PageClient, town: dict[str, Event]) -> None:
    [cuisine] = read(client, "openagenda.json", "?quartier=danube")
    event = town["cuisine"]
    timing = {"begin": "2026-11-28T09:30:00+01:00", "end": "2026-11-28T11:30:00+01:00"}
    assert cuisine == {
        "uid": event.id,
        "extIds": [{"key": "uid", "value": event.uid}],
        "slug": f"{event.code}-cuisine",
        "title": {"fr": "Cuisine"},
        "description": {"fr": "Rien ne se jette."},
        "longDescription": {"fr": ""},
        "image": None,
        "conditions": {"fr": "Gratuit, sur inscription"},
        "keywords": {"fr": ["Parentalité", "Samedis matins à l’école"]},
        "timings": [timing],
        "firstTiming": timing,
        "lastTiming": timing,
        "dateRange": {"fr": "Samedi 28\u00a0novembre, 9\u00a0h\u00a030"},
        "timezone": "Europe/Paris",
        "attendanceMode": 1,
        "status": 1,
        "state": 2,
        "location": {
            "uid": event.venue_id,
            "name": "École Danube",
            "address": "51 rue Curial, 75019 Paris",
            "city": "Paris",
            "postalCode": "75019",
            "district": "Danube",
            "countryCode": "FR",
            "latitude": 48.8936,
            "longitude": 2.3764,
            "timezone": "Europe/Paris",
        },
        "registration": [{"type": "link", "value": f"https://agenda.example.org/e/{event.code}-cuisine"}],
        "accessibility": {"hi": True, "ii": False, "pi": False, "vi": False, "mi": True},
        "canonicalUrl": f"https://agenda.example.org/e/{event.code}-cuisine",
        "createdAt": "2026-11-22T12:00:00+01:00",
        "updatedAt": "2026-11-22T12:00:00+01:00",
    }


def test_a_picture_goes_where_each_reader_looks_for_it(
    client: PageClient, town: dict[str, Event], db_session: scoped_session[Session]
) -> None:
    event = town["cuisine"]
    photo = keeping.keep(pictures.renew(a_photo(), most=10**6), now=hours.now())
    event.picture, event.picture_alternative = photo, "Une grande table"
    db_session.commit()
    name = f"{photo.fingerprint}.webp"
    [graph] = read(client, "jsonld", "?quartier=danube")
    assert [address.rpartition("/images/")[2] for address in graph["image"]] == [name]
    [listed] = read(client, "openagenda.json", "?quartier=danube")
    assert listed["image"]["base"] + listed["image"]["filename"] == graph["image"][0]


def test_search_engines_read_that_it_is_free_until_it_is_cancelled(
    client: PageClient, town: dict[str, Event], db_session: scoped_session[Session]
) -> None:
    event = town["cuisine"]
    [graph] = read(client, "jsonld", "?quartier=danube")
    assert (graph["offers"]["price"], graph["offers"]["priceCurrency"]) == (0, "EUR")
    scheduling.cancel(event, actor="cli", now=hours.now())
    db_session.commit()
    [graph] = read(client, "jsonld", "?quartier=danube")
    assert "offers" not in graph
