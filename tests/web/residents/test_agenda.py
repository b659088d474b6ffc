"""Looking for something to do: the list, the month and the map."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from itertools import pairwise

import pytest
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as time
from eventsapp.agenda import scheduling
from eventsapp.agenda.models import Event
from eventsapp.clock import local
from eventsapp.database import db
from eventsapp.programme.models import ProjectStatus, Theme
from tests import factories
from tests.pages import Page, PageClient
from tests.web.residents import towns

pytestmark = pytest.mark.databases("sqlite")  # the queries themselves: tests/agenda/test_listings.py
BOTH = pytest.mark.databases("sqlite", "postgresql")
Statements = Callable[[], AbstractContextManager[list[str]]]
TO_COME = [
    "Goûter du dimanche",
    "Petit déjeuner : se présenter",
    "Les écrans",
    "Balade du canal",
    "Le sommeil",
]


@pytest.fixture
def week(db_session: scoped_session[Session]) -> dict[str, Event]:
    return towns.a_week_of_events()


def titles(page: Page) -> list[str]:
    """What the cards of a list announce, in order."""
    return [plain(card.all("a")[0].text) for card in page.main.all("li", class_="ev")]


def plain(text: str) -> str:
    """With plain spaces again."""
    return text.replace("\u00a0", " ")


def count_of(page: Page) -> str:
    return plain(page.one("h2", id="agenda").text)


@BOTH
def test_everything_to_come_stands_by_day_and_nothing_restricted(
    client: PageClient, week: dict[str, Event]
) -> None:
    page = client.get("/paris-19/").page
    assert titles(page) == TO_COME
    days = [plain(heading.text) for heading in page.all("h3", class_="day")]
    assert days == ["Dimanche 22 novembre", "Mardi 24 novembre", "Samedi 28 novembre", "Samedi 5 décembre"]
    assert "Entre parents" not in page.html


def test_a_year_is_said_when_it_is_not_the_present_one(client: PageClient, week: dict[str, Event]) -> None:
    later = factories.an_event(
        "Galette", activity=week["Les écrans"].activity, starts_at=local(date(2027, 1, 9), 10)
    )
    db.session.commit()
    page = client.get("/paris-19/?mois=2027-01").page
    assert titles(page) == [later.title]
    assert [plain(heading.text) for heading in page.all("h3", class_="day")] == ["Samedi 9 janvier 2027"]


def test_a_cancelled_event_stays_so_that_nobody_comes_for_nothing(
    client: PageClient, week: dict[str, Event]
) -> None:
    scheduling.cancel(week["Les écrans"], reason="Grève", actor="cli", now=time.now())
    db.session.commit()
    page = client.get("/paris-19/").page
    assert titles(page) == TO_COME
    [card] = page.all("li", class_="ev--off")
    assert plain(card.text).startswith("Les écrans")
    assert card.one("span", class_="tag--stop").text == "Annulé"


@pytest.mark.parametrize(
    ("query", "found", "count"),
    [
        ("", TO_COME, "5 rendez-vous à venir"),
        ("theme=lien-social", ["Goûter du dimanche", "Balade du canal"], "2 rendez-vous à venir"),
        ("quartier=flandre", ["Goûter du dimanche", "Les écrans", "Le sommeil"], "3 rendez-vous à venir"),
        ("public=professionnels", ["Petit déjeuner : se présenter"], "1 rendez-vous à venir"),
        ("q=tandou", ["Petit déjeuner : se présenter", "Balade du canal"], "2 rendez-vous à venir"),
        ("q=SOMMEIL", ["Le sommeil"], "1 rendez-vous à venir"),
        ("quand=aujourdhui", ["Goûter du dimanche"], "1 rendez-vous aujourd’hui"),
        ("quand=week-end", ["Goûter du dimanche"], "1 rendez-vous ce week-end"),
        ("quand=semaine", ["Goûter du dimanche"], "1 rendez-vous cette semaine"),
        ("jour=2026-11-28", ["Les écrans", "Balade du canal"], "2 rendez-vous le samedi 28 novembre"),
        ("jour=2026-11-21", ["C’était hier"], "1 rendez-vous le samedi 21 novembre"),
        ("mois=2026-11", TO_COME[:4], "4 rendez-vous d’ici fin novembre"),
        ("mois=2026-12", ["Le sommeil"], "1 rendez-vous en décembre 2026"),
        (
            "theme=lien-social&quartier=flandre&quand=week-end",
            ["Goûter du dimanche"],
            "1 rendez-vous ce week-end",
        ),
    ],
)
def test_filters_in_the_address(
    client: PageClient, week: dict[str, Event], query: str, found: list[str], count: str
) -> None:
    page = client.get(f"/paris-19/?{query}").page
    assert (titles(page), count_of(page)) == (found, count)


@pytest.mark.parametrize(
    "query",
    [
        "theme=cuisine",
        "quartier=montmartre",
        "public=parents_ecole'--",
        "quand=demain",
        "jour=2026-13-45",
        "jour=1999-01-01",
        "mois=novembre",
        "vue=camembert",
        "page=-1",
        "page=deux",
        "page=²",
        "theme=&quartier=&public=&jour=&q=",
    ],
)
def test_what_is_not_understood_is_left_out(client: PageClient, week: dict[str, Event], query: str) -> None:
    assert titles(client.get(f"/paris-19/?{query}").page) == TO_COME


@BOTH
@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/paris-19/?q=%00", 400),
        ("/paris-19/?%00=1", 400),
        ("/devenir-partenaire/merci?territoire=a%00", 400),
        ("/paris-19/actions/%00", 404),
        ("/paris-19/actions/-a", 404),
    ],
)
def test_what_postgresql_takes_in_no_text_breaks_no_page(
    client: PageClient, week: dict[str, Event], address: str, status: int
) -> None:
    assert client.get(address).status_code == status


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("", "Que faire près de chez moi ? – L’agenda du 19e"),
        (
            "theme=parentalite&quand=week-end",
            "Que faire près de chez moi ? – Être parent – Ce week-end – L’agenda du 19e",
        ),
        ("q=curial", "Que faire près de chez moi ? – « curial » – L’agenda du 19e"),
        ("jour=2026-11-28", "Que faire près de chez moi ? – Samedi 28 novembre – L’agenda du 19e"),
        ("vue=mois&mois=2026-12", "Que faire près de chez moi ? – Décembre 2026 – L’agenda du 19e"),
        ("vue=plan&quartier=flandre", "Que faire près de chez moi ? – Flandre – Plan – L’agenda du 19e"),
        ("page=2", "Que faire près de chez moi ? – page 2 – L’agenda du 19e"),
    ],
)
def test_the_title_changes_with_what_is_asked(
    client: PageClient, week: dict[str, Event], query: str, title: str
) -> None:
    assert plain(client.get(f"/paris-19/?{query}").page.title) == title


@pytest.mark.parametrize("view", ["liste", "mois", "plan"])
def test_an_empty_page_says_what_to_remove_and_what_comes_next(
    client: PageClient, week: dict[str, Event], view: str
) -> None:
    page = client.get(f"/paris-19/?vue={view}&q=girafe&theme=droits").page
    empty = page.one("div", class_="empty")
    assert plain(empty.text) == (
        "Aucun rendez-vous pour ces choix. Enlever un choix : Mes droits, mes aides « girafe » "
        "Prochain rendez-vous : dimanche 22 novembre, Goûter du dimanche"
    )
    without_word = next(a["href"] for a in empty.all("a") if "girafe" in a.text)
    assert without_word == f"/paris-19/?vue={view}&theme=droits"
    assert "Petit déjeuner" in client.get(without_word).page.main.text


def test_an_agenda_without_anything_says_so(client: PageClient, db_session: scoped_session[Session]) -> None:
    factories.a_territory(9)
    db_session.commit()
    page = client.get("/paris-9/").page
    assert count_of(page) == "0 rendez-vous à venir"
    assert page.one("div", class_="empty").text == "Aucun rendez-vous pour le moment."


@BOTH
@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (ProjectStatus.UPCOMING, "Le projet social du 9e est à venir : les rendez-vous arriveront ici."),
        (ProjectStatus.ENGAGED, "Le projet social du 9e est engagé : les rendez-vous arriveront ici."),
    ],
)
@pytest.mark.parametrize("view", ["liste", "mois", "plan"])
def test_a_territory_that_has_not_begun_says_why_and_leads_elsewhere(
    client: PageClient,
    db_session: scoped_session[Session],
    statements: Statements,
    status: ProjectStatus,
    sentence: str,
    view: str,
) -> None:
    factories.an_axis(factories.a_territory(9), Theme.SPORT).project.status = status
    db_session.commit()
    with statements() as said:
        page = client.get(f"/paris-9/?vue={view}").page
    assert len(said) == 4, said
    assert page.one("h2", id="agenda").text == "Pas encore de rendez-vous"
    empty = page.one("div", class_="empty")
    assert plain(empty.text) == f"{sentence} Voir les autres arrondissements"
    assert [link["href"] for link in empty.all("a")] == ["/"]
    assert "0 rendez-vous" not in plain(page.main.text)


def test_filters_are_kept_from_one_choice_to_the_next(client: PageClient, week: dict[str, Event]) -> None:
    page = client.get("/paris-19/?theme=lien-social&quand=week-end&page=3").page
    assert page.link("Mois") == "/paris-19/?theme=lien-social&quand=week-end&vue=mois"
    assert page.link("Tout à venir") == "/paris-19/?theme=lien-social"
    assert page.link("Être parent") == "/paris-19/?theme=parentalite&quand=week-end"
    [search] = [form for form in page.main.all("form") if form.get("role") == "search"]
    assert [(field["name"], field["value"]) for field in search.all("input")] == [
        ("q", ""),
        ("theme", "lien-social"),
    ]


def test_only_themes_and_quartiers_with_something_to_come_are_offered(
    client: PageClient, week: dict[str, Event]
) -> None:
    page = client.get("/paris-19/").page
    chips = page.all("ul", class_="chips")[0]
    assert [chip.text for chip in chips.all("a")] == [
        "Tout",
        "Être parent",
        "Rencontrer ses voisins",
        "Mes droits, mes aides",
    ]
    offered = [option.text for option in page.one("select", name="quartier").all("option")]
    assert offered == ["Tous les quartiers", "Flandre"]


@BOTH
def test_one_page_leads_to_the_next_and_the_last_is_the_last(
    client: PageClient, db_session: scoped_session[Session]
) -> None:
    towns.many_events(31)
    first = client.get("/paris-19/").page
    assert len(titles(first)) == 30
    second = client.get(first.link("Dates suivantes")).page
    assert titles(second) == ["Samedi 30"]
    assert second.link("Dates plus proches") == "/paris-19/"
    assert titles(client.get("/paris-19/?page=99").page) == ["Samedi 30"]


def test_the_month_shows_all_its_days_past_ones_too(client: PageClient, week: dict[str, Event]) -> None:
    page = client.get("/paris-19/?vue=mois").page
    assert count_of(page) == "5 rendez-vous en novembre 2026"
    table = page.one("table", class_="month")
    squares = [plain(link.text) for link in table.all("a")]
    assert squares == [
        "9 h 30 C’était hier",
        "16 h Goûter du dimanche",
        "8 h 30 Petit déjeuner : se présenter",
        "9 h 30 Les écrans",
        "14 h Balade du canal",
    ]
    closed = [note.text for note in table.all("span", class_="why")]
    assert closed == ["Jour férié de la Toussaint", "Jour férié du 11 novembre"]
    assert page.link("Décembre 2026") == "/paris-19/?vue=mois&mois=2026-12"
    assert page.link("Octobre 2026") == "/paris-19/?vue=mois&mois=2026-10"


def test_school_holidays_are_told_in_the_table_and_under_the_list_of_days(
    client: PageClient, week: dict[str, Event]
) -> None:
    page = client.get("/paris-19/?vue=mois&mois=2026-12").page
    notes = [note.text for note in page.one("table", class_="month").all("span", class_="why")]
    assert notes == ["Vacances de Noël"] * 6 + ["Jour de Noël"] + ["Vacances de Noël"] * 6
    rows = [plain(row.text) for row in page.one("ul", class_="month-narrow").all("li", class_="muted")]
    assert rows == [
        "Vacances de Noël du samedi 19 décembre au jeudi 24 décembre",
        "Jour de Noël vendredi 25 décembre",
        "Vacances de Noël du samedi 26 décembre au jeudi 31 décembre",
    ]


def test_days_gone_by_stand_back_and_the_next_month_is_above_and_below(
    client: PageClient, week: dict[str, Event]
) -> None:
    page = client.get("/paris-19/?vue=mois").page
    past = page.one("table", class_="month").all("td", class_="past")
    assert [day.one("span", class_="n").text for day in past] == [str(number) for number in range(1, 22)]
    labels = [nav.get("aria-label") for nav in page.main.all("nav", class_="pages")]
    assert labels == ["Mois", "Mois, sous le tableau"]


def test_a_busy_saturday_leads_to_its_list(client: PageClient, db_session: scoped_session[Session]) -> None:
    towns.many_events(5)
    page = client.get("/paris-19/?vue=mois&theme=parentalite").page
    whole_day = page.link("et 2 autres, samedi 28 novembre")
    assert whole_day == "/paris-19/?theme=parentalite&jour=2026-11-28"
    assert titles(client.get(whole_day).page) == [f"Samedi {number}" for number in range(5)]


def test_months_far_from_now_have_no_closures_but_open(client: PageClient, week: dict[str, Event]) -> None:
    page = client.get("/paris-19/?vue=mois&mois=2031-08").page
    assert count_of(page) == "0 rendez-vous en août 2031"
    assert page.all("span", class_="why") == []


def test_the_map_numbers_places_and_says_the_same_in_words(
    client: PageClient, week: dict[str, Event]
) -> None:
    page = client.get("/paris-19/?vue=plan").page
    pins = page.one("figure", class_="map").all("a", class_="pin")
    assert [(pin["href"], pin["aria-label"]) for pin in pins] == [
        ("#lieu-1", "1, École Curial"),
        ("#lieu-2", "2, École Tandou"),
    ]
    places = page.one("ol", class_="places").all("li", id="lieu-1")[0]
    assert [plain(link.text) for link in places.all("a")] == [
        "Goûter du dimanche",
        "Les écrans",
        "Le sommeil",
    ]
    quartier = next(a for a in page.one("figure", class_="map").all("a") if a.get("aria-label") == "Flandre")
    assert quartier["href"] == "/paris-19/?vue=plan&quartier=flandre"


def test_neighbours_share_a_pin_and_the_unplaced_stay_in_the_list(
    client: PageClient, db_session: scoped_session[Session]
) -> None:
    towns.a_drawn_territory()
    activity = factories.an_activity("Samedis matins")
    for name, spot in [
        ("École A", (48.8936, 2.38)),
        ("École B", (48.8937, 2.38)),
        ("Au square", (None, None)),
    ]:
        school = factories.a_school(name, latitude=spot[0], longitude=spot[1])
        factories.an_event(f"Ici : {name}", activity=activity, venue=school)
    db_session.commit()
    page = client.get("/paris-19/?vue=plan").page
    assert [pin["aria-label"] for pin in page.all("a", class_="pin")] == ["1, École A, École B"]
    unplaced = page.one("li", id="lieu-2")
    assert "Au square" in unplaced.text
    assert "(pas sur le plan)" in unplaced.text


def test_the_map_counts_what_it_shows_and_leads_to_the_rest(
    client: PageClient, db_session: scoped_session[Session]
) -> None:
    towns.many_events(31)
    page = client.get("/paris-19/?vue=plan").page
    assert count_of(page) == "30 rendez-vous sur le plan, sur 31"
    assert [nav.get("aria-label") for nav in page.main.all("nav", class_="pages")] == [
        "Pages",
        "Pages, sous la liste",
    ]
    last = client.get(page.link("Dates suivantes")).page
    assert count_of(last) == "1 rendez-vous sur le plan, sur 31"


def test_no_pin_hides_another_on_a_telephone(client: PageClient, db_session: scoped_session[Session]) -> None:
    towns.many_events(30)
    [drawn] = client.get("/paris-19/?vue=plan").page.main.all("figure", class_="map")
    spots = [pin.all("g")[0]["transform"] for pin in drawn.all("a", class_="pin")]
    heights = sorted(float(spot.partition(")")[0].split()[1]) for spot in spots)
    assert len(heights) > 2
    assert min(below - above for above, below in pairwise(heights)) >= 74


def test_a_territory_without_drawing_has_its_list(
    client: PageClient, db_session: scoped_session[Session]
) -> None:
    factories.an_event("Les écrans")
    db_session.commit()
    page = client.get("/paris-19/?vue=plan").page
    assert page.all("figure", class_="map") == []
    assert "Les écrans" in page.one("ol", class_="places").text


def test_what_is_over_leaves_the_list_and_what_runs_stays(client: PageClient, week: dict[str, Event]) -> None:
    goes_on = factories.an_event(
        "Atelier en cours",
        activity=week["Les écrans"].activity,
        starts_at=time.now() - timedelta(minutes=30),
        capacity=8,
    )
    db.session.commit()
    page = client.get("/paris-19/").page
    assert titles(page) == [goes_on.title, *TO_COME]
    assert page.all("li", class_="ev")[0].one("span", class_="tag--warn").text == "Inscriptions fermées"


def test_search_engines_see_one_agenda_and_calendars_its_feed(
    client: PageClient, week: dict[str, Event]
) -> None:
    page = client.get("/paris-19/?theme=lien-social&vue=plan").page
    assert page.one("link", rel="canonical")["href"] == "http://127.0.0.1:8000/paris-19/"
    assert [(one["type"], one["href"]) for one in page.all("link", rel="alternate")] == [
        ("text/calendar", "/agendas/paris-19.ics"),
        ("application/rss+xml", "/agendas/paris-19.rss"),
    ]


def test_in_english_our_words_change_and_theirs_do_not(client: PageClient, week: dict[str, Event]) -> None:
    client.get("/paris-19/?langue=en")
    page = client.get("/paris-19/").page
    assert (page.lang, page.heading) == ("en", "What’s on near me?")
    assert count_of(page) == "5 events coming up"
    assert titles(page) == TO_COME
    month = client.get("/paris-19/?vue=mois").page
    assert [note.text for note in month.all("span", class_="why")] == [
        "All Saints’ Day",
        "11 November (public holiday)",
    ]


@pytest.mark.parametrize("address", ["/paris-99/", "/paris-1x/", "/lyon/"])
def test_no_such_territory(client: PageClient, address: str) -> None:
    assert client.get(address).status_code == 404


@BOTH
@pytest.mark.parametrize("events", [1, 30])
@pytest.mark.parametrize(
    ("query", "count"), [("", 4), ("vue=mois", 3), ("vue=plan", 3), ("q=girafe", 4), ("vue=plan&q=girafe", 4)]
)
def test_statements_do_not_grow_with_rows(
    client: PageClient,
    db_session: scoped_session[Session],
    statements: Statements,
    events: int,
    query: str,
    count: int,
) -> None:
    towns.many_events(events)
    with statements() as said:
        assert client.get(f"/paris-19/?{query}").status_code == 200
    assert len(said) == count, said
