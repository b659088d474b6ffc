"""What visitors find: everything that fits, nothing restricted, in few statements."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta

import pytest

from eventsapp import clock
from eventsapp.agenda import listings
from eventsapp.agenda.listings import Filters
from eventsapp.agenda.models import Activity, Audience
from eventsapp.clock import local
from eventsapp.database import db
from eventsapp.places.models import Quartier, Territory
from eventsapp.programme.models import Theme
from eventsapp.refusals import NotFound
from tests import factories

pytestmark = pytest.mark.usefixtures("db_session")
Statements = Callable[[], AbstractContextManager[list[str]]]
FOR_PROFESSIONALS = {"audience": Audience.PROFESSIONALS}


@pytest.fixture
def territory() -> Territory:
    """The 19e with five public dates, and four that nobody may find there."""
    area = factories.a_territory()
    flandre = Quartier(territory=area, slug="flandre", name="Flandre")
    db.session.add(flandre)
    curial = factories.a_school("École Curial", quartier=flandre, address="51 rue Curial")
    jaures = factories.a_school("École Jaurès 100%", address="3 avenue Jean-Jaurès", slug="jaures")
    walk = factories.an_activity(
        "Balade", action=factories.an_action("Balades", theme=Theme.SOCIAL_TIES, slug="balades")
    )
    saturdays = factories.an_activity("Samedis matins")
    for title, venue, activity, starts_at, values in [
        ("Le sommeil", jaures, saturdays, local(date(2026, 12, 5), 9, 30), {}),
        ("Les écrans", curial, saturdays, local(date(2026, 11, 28), 9, 30), {}),
        ("Balade du canal", curial, walk, local(date(2026, 12, 5), 14), {}),
        ("Minuit passé", curial, saturdays, local(date(2027, 1, 1), 0), {}),
        ("Petit déjeuner", jaures, saturdays, local(date(2026, 12, 8), 8, 30), FOR_PROFESSIONALS),
        ("C’était hier", curial, saturdays, local(date(2026, 11, 21), 9, 30), {}),
        ("Entre parents", curial, saturdays, local(date(2026, 12, 5), 9), {"is_restricted": True}),
    ]:
        factories.an_event(title, venue=venue, activity=activity, starts_at=starts_at, **values)
    factories.an_event("Dans le 10e", activity=_activity_of_the_10e())
    return area


def _activity_of_the_10e() -> Activity:
    tenth = factories.a_territory(10)
    return factories.an_activity("Cuisine", action=factories.an_action("Mangez mieux", territory=tenth))


def found(territory: Territory, **wishes: object) -> list[str]:
    page = listings.upcoming(territory, Filters(**wishes), now=clock.now())  # type: ignore[arg-type]  # as named
    assert page.total == len(page.events)
    return [event.title for event in page.events]


ALL = ["Les écrans", "Le sommeil", "Balade du canal", "Petit déjeuner", "Minuit passé"]


def test_everything_to_come_in_order_and_nothing_else(territory: Territory) -> None:
    assert found(territory) == ALL


@pytest.mark.parametrize(
    ("wishes", "titles"),
    [
        ({"theme": Theme.SOCIAL_TIES}, ["Balade du canal"]),
        ({"theme": Theme.SPORT}, []),
        ({"quartier": "flandre"}, ["Les écrans", "Balade du canal", "Minuit passé"]),
        ({"audience": Audience.PROFESSIONALS}, ["Petit déjeuner"]),
        ({"first_day": date(2026, 12, 5), "last_day": date(2026, 12, 5)}, ["Le sommeil", "Balade du canal"]),
        ({"first_day": date(2026, 12, 31), "last_day": date(2026, 12, 31)}, []),
        ({"first_day": date(2027, 1, 1)}, ["Minuit passé"]),
        ({"words": "CURIAL"}, ["Les écrans", "Balade du canal", "Minuit passé"]),
        ({"words": "curial écrans"}, ["Les écrans"]),
        ({"words": "ecole ÉCRANS"}, ["Les écrans"]),
        ({"words": "e\u0301crans"}, ["Les écrans"]),
        ({"words": "100%"}, ["Le sommeil", "Petit déjeuner"]),
        ({"words": "%"}, ["Le sommeil", "Petit déjeuner"]),
        ({"words": "_"}, []),
    ],
)
def test_each_wish_finds_exactly_what_fits(
    territory: Territory, wishes: dict[str, object], titles: list[str]
) -> None:
    assert found(territory, **wishes) == titles


def test_pages_follow_one_another_and_the_last_is_never_passed(territory: Territory) -> None:
    def page(number: int) -> tuple[list[str], int, int, int]:
        page = listings.upcoming(territory, Filters(), now=clock.now(), page=number, per_page=2)
        return [event.title for event in page.events], page.total, page.number, page.pages

    assert page(1) == (ALL[:2], 5, 1, 3)
    assert page(3) == (ALL[4:], 5, 3, 3)
    assert page(9) == (ALL[4:], 5, 3, 3)


def test_choices_hold_only_what_leads_somewhere(territory: Territory) -> None:
    choices = listings.choices(territory, now=clock.now())
    assert choices.themes == (Theme.PARENTING, Theme.SOCIAL_TIES)
    assert choices.quartiers == (("flandre", "Flandre"),)


def test_a_month_knows_its_past_days_too(territory: Territory) -> None:
    november = listings.between(territory, Filters(), date(2026, 11, 1), date(2026, 11, 30))
    assert [event.title for event in november] == ["C’était hier", "Les écrans"]
    starts = listings.starts_between(territory, Filters(), date(2026, 12, 1), date(2026, 12, 31))
    assert sorted(clock.day_of(start) for start in starts) == [
        date(2026, 12, 5),
        date(2026, 12, 5),
        date(2026, 12, 8),
    ]


def test_the_next_one_is_what_an_empty_list_offers(territory: Territory) -> None:
    event = listings.next_after(territory, now=clock.now())
    assert event is not None
    assert event.title == "Les écrans"
    assert listings.next_after(territory, now=clock.now() + timedelta(days=400)) is None


def test_a_restricted_event_opens_by_its_code_and_a_wrong_code_opens_nothing() -> None:
    event = factories.an_event("Entre parents", is_restricted=True)
    assert listings.by_code(event.code).title == "Entre parents"
    with pytest.raises(NotFound):
        listings.by_code("inconnu")


@pytest.mark.parametrize("how_many", [1, 30])
def test_a_page_of_cards_costs_one_statement(statements: Statements, how_many: int) -> None:
    activity, school = factories.an_activity(), factories.a_school()
    for week in range(how_many):
        factories.an_event(
            f"Samedi {week}",
            activity=activity,
            venue=school,
            starts_at=factories.SATURDAY + timedelta(weeks=week),
        )
    db.session.commit()
    territory = factories.a_territory()

    with statements() as said:
        page = listings.upcoming(territory, Filters(), now=clock.now(), per_page=30)
        cards = [(event.title, event.venue.name, event.activity.action.axis.theme) for event in page.events]

    assert len(cards) == how_many
    assert len(said) == 1
