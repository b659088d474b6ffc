"""Feeds of part of an agenda: what each holds and is called, and what none of them gives away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date

import pytest
from icalendar import Calendar
from sqlalchemy import event as listening
from sqlalchemy import select, text, update

from eventsapp import glances
from eventsapp.agenda import surroundings
from eventsapp.agenda.models import Audience, Event
from eventsapp.clock import local, now
from eventsapp.database import db
from eventsapp.directory.venues import Answers
from eventsapp.feeds import public, selection
from eventsapp.people.models import Organisation, OrganisationApproval
from eventsapp.places.models import Quartier, VenueKind
from eventsapp.programme.models import Action, Theme
from eventsapp.refusals import NotFound
from tests import factories

pytestmark = pytest.mark.usefixtures("town")
Statements = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def town(db_session: object) -> None:
    """The 19e: Saturdays in two schools, walks that an association leads, and what stays discreet: a hotel,
    who comes there and what for. One association does both."""
    territory = factories.a_territory()
    quartiers = [
        Quartier(territory=territory, slug=name.lower(), name=name) for name in ("Flandre", "Villette")
    ]
    db.session.add_all(quartiers)
    curial = factories.a_school("École Curial", quartier=quartiers[0])
    tandou = factories.a_school("École Tandou", quartier=quartiers[1])
    hotel = factories.a_school("Hôtel Formule 19", kind=VenueKind.OTHER, quartier=quartiers[0])
    park = factories.a_school("Jardin partagé", kind=VenueKind.OTHER, quartier=quartiers[1])
    amis = factories.an_association("Les Amis de Curial")
    relais = factories.an_association("Relais Hôtels Familles")
    halte = factories.an_association("Halte Répit")
    db.session.add(OrganisationApproval(organisation=halte, territory_id=territory.id, approved_at=now()))
    saturdays = factories.an_activity("Samedis matins")
    walks = factories.an_activity("Balades", action=factories.an_action("Sortir", theme=Theme.SOCIAL_TIES))
    families = factories.an_action("Familles à l’hôtel", is_sensitive=True)
    snacks = factories.an_activity("Goûters de l’hôtel", action=families)
    for title, day, values in [
        ("Le sommeil", 1, {"activity": saturdays, "venue": curial, "host": amis}),
        ("Les écrans", 2, {"activity": saturdays, "venue": tandou, "audience": Audience.SCHOOL_PARENTS}),
        ("Le canal", 3, {"activity": walks, "venue": park, "host": amis, "audience": Audience.EVERYONE}),
        ("Entre nous", 4, {"activity": walks, "venue": park, "host": relais, "is_restricted": True}),
        ("Goûter à l’hôtel", 5, {"activity": snacks, "venue": hotel, "host": relais}),
        ("Goûter à l’école", 6, {"activity": snacks, "venue": curial, "host": amis}),
    ]:
        factories.an_event(title, starts_at=local(date(2026, 12, day), 14), **values)
    tenth = factories.an_action("Samedis matins", territory=factories.a_territory(10))
    factories.an_event("Dans le 10e", activity=factories.an_activity("Samedis", action=tenth), host=amis)
    db.session.commit()


def feed(**asked: str | list[str]) -> public.Feed:
    wanted = {name: [value] if isinstance(value, str) else value for name, value in asked.items()}
    return public.version(selection.read("paris-19", wanted), now=now())


def calendar(**asked: str | list[str]) -> Calendar:
    return Calendar.from_ical(public.octets(feed(**asked)))


def titles(**asked: str | list[str]) -> list[str]:
    return [str(one["SUMMARY"]) for one in calendar(**asked).walk("VEVENT")]


@pytest.mark.parametrize(
    ("asked", "name", "held"),
    [
        ({}, "Agenda du 19e", ["Le sommeil", "Les écrans", "Le canal"]),
        ({"theme": "lien-social"}, "Agenda du 19e – Rencontrer ses voisins", ["Le canal"]),
        ({"quartier": "flandre"}, "Agenda du 19e – Flandre", ["Le sommeil"]),
        ({"public": "parents_ecole"}, "Agenda du 19e – Parents de cette école", ["Les écrans"]),
        ({"action": "sortir"}, "Agenda du 19e – Sortir", ["Le canal"]),
        (
            {"structure": "les-amis-de-curial"},
            "Agenda du 19e – Les Amis de Curial",
            ["Le sommeil", "Le canal"],
        ),
        ({"lieu": "ecole-tandou"}, "Agenda du 19e – École Tandou", ["Les écrans"]),
        ({"serie": "samedis-matins"}, "Agenda du 19e – Samedis matins", ["Le sommeil", "Les écrans"]),
        (
            {"lieu": ["ecole-tandou", "ecole-curial"]},
            "Agenda du 19e – École Curial, École Tandou",
            ["Le sommeil", "Les écrans"],
        ),
        ({"quartier": "villette", "structure": "les-amis-de-curial"}, None, ["Le canal"]),
        ({"theme": ["lien-social", "parentalite"], "quartier": "villette"}, None, ["Les écrans", "Le canal"]),
        ({"theme": "sport"}, "Agenda du 19e – Bouger, sortir, partir", []),
        ({"structure": "halte-repit"}, "Agenda du 19e – Halte Répit", []),
        (
            {"theme": ["sport", "droits", "jeunesse"], "lieu": ["ecole-curial", "ecole-tandou"]},
            "Agenda du 19e – Mes droits, mes aides, Pour les jeunes, Bouger, sortir, partir, École Curial…",
            [],
        ),
    ],
)  # fmt: skip
def test_what_a_choice_holds_and_is_called(
    asked: dict[str, str | list[str]], name: str | None, held: list[str]
) -> None:
    found = calendar(**asked)
    assert [str(one["SUMMARY"]) for one in found.walk("VEVENT")] == held
    assert found["NAME"] == found["X-WR-CALNAME"]
    assert name in (None, str(found["NAME"]).replace("\\,", ","))  # icalendar does not know it for text


@pytest.mark.parametrize(
    "asked",
    [
        {"quartier": "belleville"},
        {"lieu": ["ecole-curial", "ecole-inconnue"]},
        {"action": "familles-a-l-hotel"},
        {"serie": "gouters-de-l-hotel"},
        {"lieu": "hotel-formule-19"},
        {"structure": "relais-hotels-familles"},
        {"structure": ["les-amis-de-curial", "relais-hotels-familles"]},
    ],
    ids=str,
)
def test_what_is_unknown_and_what_is_discreet_are_told_alike(asked: dict[str, str | list[str]]) -> None:
    """The name of a feed would say it; and whether there is one."""
    with pytest.raises(NotFound):
        feed(**asked)


def test_a_discreet_event_that_stands_open_is_in_no_feed_that_says_what_it_is() -> None:
    """None should; were one opened by hand in the database, its neutral words stay true."""
    db.session.execute(update(Event).values(is_restricted=False))
    db.session.commit()
    neutral = ["Rendez-vous", "Rendez-vous"]
    assert titles()[-2:] == neutral
    assert titles(quartier="flandre") == ["Le sommeil", *neutral]
    asked = [
        {"theme": "parentalite"},
        {"public": "familles"},
        {"structure": "les-amis-de-curial"},
        {"structure": "relais-hotels-familles"},
        {"lieu": ["ecole-curial", "hotel-formule-19"]},
        {"quartier": "flandre", "public": "familles"},
    ]
    assert [title for one in asked for title in titles(**one) if title == "Rendez-vous"] == []
    for one in ({"action": "familles-a-l-hotel"}, {"serie": "gouters-de-l-hotel"}):
        with pytest.raises(NotFound):
            feed(**one)


def test_no_word_of_what_is_discreet_or_restricted_is_in_any_feed() -> None:
    every = [
        {},
        *({"theme": theme.value} for theme in Theme),
        *({"public": audience.value} for audience in Audience),
        *({"quartier": slug} for slug in ("flandre", "villette")),
        {"structure": "les-amis-de-curial"},
        {"lieu": ["ecole-curial", "ecole-tandou", "jardin-partage"]},
    ]
    written = b"".join(public.octets(feed(**asked)) for asked in every).decode()
    unfolded = written.replace("\r\n ", "")
    for word in ("hôtel", "Hôtel", "Goûter", "Relais", "Entre nous", "Rendez-vous\r", "Familles à"):
        assert word not in unfolded
    assert "Le sommeil" in unfolded


def test_who_learns_that_a_name_changed_learns_it_at_once() -> None:
    """Names of rooms whose changes raise no revision are part of the version."""
    before = feed(structure="les-amis-de-curial")
    organisation = db.session.scalars(select(Organisation).filter_by(slug="les-amis-de-curial")).one()
    organisation.name = "Curial ensemble"
    db.session.commit()
    after = feed(structure="les-amis-de-curial")
    assert after.tag != before.tag
    assert str(calendar(structure="les-amis-de-curial")["NAME"]) == "Agenda du 19e – Curial ensemble"


def test_an_action_that_turns_discreet_has_no_feed_any_more() -> None:
    action = db.session.scalars(select(Action).filter_by(slug="sortir")).one()
    before = feed()
    answers = surroundings.ActionAnswers(name="Sortir", public_name="Sorties", is_sensitive=True)
    surroundings.change_action(action, answers, action.axis, actor="account:1", now=now())
    db.session.commit()
    assert feed().tag != before.tag
    assert titles() == ["Le sommeil", "Les écrans"]
    for slug in ("sortir", "sorties"):
        with pytest.raises(NotFound):
            feed(action=slug)


def test_a_place_in_another_quartier_moves_from_one_feed_to_the_other() -> None:
    before = feed(quartier="villette")
    curial = db.session.scalars(select(Event).filter_by(title="Le sommeil")).one().venue
    villette = db.session.scalars(select(Quartier).filter_by(slug="villette")).one()
    said = Answers("elementaire", curial.name, address=curial.address, quartier=villette)
    surroundings.change_venue(curial, curial.territory, said, actor="account:1", now=now())
    db.session.commit()
    assert feed(quartier="villette").tag != before.tag
    assert titles(quartier="villette") == ["Le sommeil", "Les écrans", "Le canal"]
    assert titles(quartier="flandre") == []


def test_every_choice_has_an_identity_of_its_own_and_the_same_one_however_asked() -> None:
    asked = [
        {},
        {"theme": "sport"},
        {"quartier": "flandre"},
        {"quartier": ["flandre", "villette"]},
        {"lieu": "ecole-curial"},
        {"theme": "sport", "quartier": "flandre"},
    ]
    identities = {(str(found["UID"]), str(found["SOURCE"])) for found in (calendar(**one) for one in asked)}
    assert len({uid for uid, _ in identities}) == len({source for _, source in identities}) == len(asked)
    assert public.octets(feed(quartier=["villette", "flandre", "villette"])) == public.octets(
        feed(quartier=["flandre", "villette"])
    )


CHOICES = [
    {"theme": "lien-social"},
    {"quartier": "flandre"},
    {"public": "tous"},
    {"action": "sortir"},
    {"structure": "les-amis-de-curial"},
    {"lieu": "ecole-curial"},
    {"serie": "samedis-matins"},
    {
        "theme": "parentalite",
        "quartier": "flandre",
        "lieu": "ecole-curial",
        "structure": "les-amis-de-curial",
    },
]


@pytest.mark.parametrize("asked", CHOICES, ids=str)
def test_one_statement_says_the_version_and_one_more_the_feed(
    asked: dict[str, str | list[str]], statements: Statements
) -> None:
    with statements() as said:
        version = feed(**asked)
    assert len(said) == 1
    with statements() as said:
        public.octets(version)
    assert len(said) == 1


@pytest.fixture
def plans() -> Iterator[list[str]]:
    """How PostgreSQL would go about each SELECT said meanwhile, where a table is never read whole if there
    is another way: a town this small is one page of disk."""
    found: list[str] = []

    def explain(connection: object, cursor: object, statement: str, parameters: object, *_: object) -> None:
        if statement.startswith("SELECT"):
            with db.engine.connect() as other:
                driver = other.connection.cursor()
                driver.execute("SET enable_seqscan = off")
                driver.execute(f"EXPLAIN {statement}", parameters)
                found.append("\n".join(row[0] for row in driver.fetchall()))
                driver.execute("SET enable_seqscan = on")

    def explain_glance(_engine: object, statement: str, parameters: object) -> None:
        explain(None, None, statement, parameters)

    listening.listen(db.engine, "before_cursor_execute", explain)
    with glances.said.connected_to(explain_glance):
        yield found
    listening.remove(db.engine, "before_cursor_execute", explain)


@pytest.mark.databases("postgresql")
@pytest.mark.parametrize("asked", [{}, *CHOICES], ids=str)
def test_no_choice_reads_a_whole_table(asked: dict[str, str | list[str]], plans: list[str]) -> None:
    db.session.execute(text("SELECT 1"))
    public.octets(feed(**asked))
    db.session.rollback()
    assert len(plans) == 3
    assert [plan for plan in plans if "Seq Scan" in plan] == []
