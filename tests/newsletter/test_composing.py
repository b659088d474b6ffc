"""What the letter of a week says: what was chosen, by day, cancelled ones marked, nothing that could harm."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as hours
from eventsapp.agenda import scheduling
from eventsapp.agenda.models import Event
from eventsapp.clock import local
from eventsapp.newsletter import composing
from eventsapp.programme.models import Theme
from tests import factories
from tests.newsletter.readers import MONDAY, MONDAY_MORNING, a_quartier, a_reader, every_turn, text_of, weekly
from tests.registrations.stories import a_transaction

TUESDAY, NEXT_WEEK = local(date(2026, 12, 1), 18), local(date(2026, 12, 9), 10)


@pytest.fixture
def town(app: Flask, db_session: scoped_session[Session]) -> dict[str, Event]:
    """Two quartiers, two themes, and next week."""
    app.config["PUBLIC_URL"] = "https://agenda.example.org"
    danube, villette = a_quartier("danube", "Danube"), a_quartier("villette", "Villette")
    rights = factories.an_action("Accès aux droits", theme=Theme.RIGHTS)
    at = {
        name: factories.a_school(name, quartier=quartier)
        for name, quartier in (
            ("École Danube", danube),
            ("École Villette", villette),
            ("École Ailleurs", None),
        )
    }
    made = {
        "cuisine": factories.an_event("Cuisine", starts_at=TUESDAY, venue=at["École Danube"]),
        "écrans": factories.an_event("Écrans", starts_at=TUESDAY, venue=at["École Villette"], capacity=None),
        "droits": factories.an_event(
            "Permanence",
            starts_at=TUESDAY + timedelta(days=1),
            venue=at["École Danube"],
            activity=factories.an_activity("Permanence", action=rights),
        ),
        "jardin": factories.an_event("Jardin", starts_at=TUESDAY, venue=at["École Ailleurs"]),
        "décembre": factories.an_event("Fête", starts_at=NEXT_WEEK, venue=at["École Danube"]),
        "lointain": factories.an_event("Lointain", starts_at=NEXT_WEEK + timedelta(days=21)),
    }
    db_session.commit()
    return made


def said(**wishes: object) -> str:
    a_reader(**wishes)  # type: ignore[arg-type]
    every_turn()
    letters = weekly()
    return text_of(letters[0]) if letters else ""


def named(text: str) -> set[str]:
    everything = ("Cuisine", "Écrans", "Permanence", "Jardin", "Fête", "Lointain")
    return {title for title in everything if title in text}


@pytest.mark.parametrize(
    ("wishes", "read"),
    [
        ({}, {"Cuisine", "Écrans", "Permanence", "Jardin", "Fête"}),
        ({"themes": ["droits"]}, {"Permanence"}),
        ({"quartiers": ["danube"]}, {"Cuisine", "Permanence", "Fête"}),
        ({"quartiers": ["danube", "villette"]}, {"Cuisine", "Écrans", "Permanence", "Fête"}),
        ({"themes": ["droits", "parentalite"], "quartiers": ["villette"]}, {"Écrans"}),
        (
            {"themes": ["no-theme"], "quartiers": ["no-quartier"]},
            {"Cuisine", "Écrans", "Permanence", "Jardin", "Fête"},
        ),
    ],
)
@pytest.mark.usefixtures("town")
def test_it_holds_what_was_chosen_and_nothing_else(wishes: dict[str, object], read: set[str]) -> None:
    assert named(said(**wishes)) == read


@pytest.mark.usefixtures("town")
def test_it_goes_by_day_then_what_is_worth_noting() -> None:
    text = said().replace("\u00a0", " ")
    order = [
        "== mardi 1er décembre ==",
        "Cuisine",
        "== mercredi 2 décembre ==",
        "Permanence",
        "À noter aussi",
        "Fête",
    ]
    places = [text.index(words) for words in order]
    assert places == sorted(places)


def test_a_cancelled_one_is_marked_and_counted_no_more(town: dict[str, Event]) -> None:
    with a_transaction():
        for name in ("cuisine", "décembre"):
            scheduling.cancel(town[name], reason="Fuite", actor="cli", now=hours.now())
    text = said()
    assert "ANNULÉ : Cuisine" in text.replace("\u00a0", " ")
    assert "Fête" not in text
    assert weekly()[0].subject.startswith("3 ")


def test_what_could_harm_is_never_in_it(town: dict[str, Event], db_session: scoped_session[Session]) -> None:
    """Restricted, sensitive, of another territory, over before the letter leaves."""
    respite = factories.an_activity("Répit", action=factories.an_action("Répit", is_sensitive=True))
    factories.an_event("Répit à l’hôtel", starts_at=TUESDAY, activity=respite, is_restricted=False)
    factories.an_event("Parents de Curial", starts_at=TUESDAY, is_restricted=True)
    tenth = factories.a_territory(10)
    factories.an_event(
        "Dans le 10e",
        starts_at=TUESDAY,
        activity=factories.an_activity("Ailleurs", action=factories.an_action("Ailleurs", territory=tenth)),
    )
    factories.an_event("Cette nuit", starts_at=local(MONDAY, 5), hours=1)
    db_session.commit()
    text = said() + weekly()[0].html
    leaked = ("Répit", "hôtel", "Parents de Curial", "Dans le 10e", "Cette nuit")
    assert [words for words in leaked if words in text] == []
    assert "Cuisine" in text


@pytest.mark.usefixtures("town")
def test_it_is_in_the_language_of_its_reader() -> None:
    text = said(language="en")
    assert "Also worth noting" in text
    assert "Cuisine" in text
    assert weekly()[0].subject == "4 events this week in the 19e"


def test_of_very_many_it_names_forty_and_counts_the_rest(db_session: scoped_session[Session]) -> None:
    activity = factories.an_activity("Ateliers")
    for number in range(43):
        starts_at = TUESDAY + timedelta(minutes=number)
        factories.an_event(f"Atelier {number:02d}", starts_at=starts_at, activity=activity)
    db_session.commit()
    week = composing.week_of(factories.a_territory().id, MONDAY, now=MONDAY_MORNING)
    assert (week.takes_place, sum(len(lines) for _, lines in week.days), week.unnamed) == (43, 40, 3)
    text = said()
    assert ("Atelier 39" in text, "Atelier 40" in text) == (True, False)
    assert "Et 3 autres rendez-vous" in text
