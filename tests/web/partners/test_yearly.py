"""Nadia attaches her year to a grant file, and takes her sessions away; Samira those of the 19e."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as hours
from eventsapp.agenda import scheduling
from eventsapp.agenda.models import Event
from eventsapp.attendance.models import AttendanceFigures, EventMeans
from eventsapp.clock import local
from eventsapp.database import db
from eventsapp.indicators.yearly import sayable
from eventsapp.people import approvals
from eventsapp.people.models import Account, Organisation
from eventsapp.places.models import Quartier, Venue
from tests import factories
from tests.pages import Page, PageClient
from tests.registrations.stories import answers, cancel, register
from tests.web.conftest import SignIn, Statements
from tests.workbooks import rows_of


@pytest.fixture
def espace(event: Event, db_session: scoped_session[Session]) -> Organisation:
    """The workshop at Curial (Pont-de-Flandre), a garden at Riquet (La Villette), an hour called off, one of
    next year, one in the 10e, and one of somebody else."""
    assert event.host is not None
    event.venue.quartier = a_quartier("Pont-de-Flandre")
    riquet = factories.a_school("École Riquet", quartier=a_quartier("La Villette"))
    garden = factories.an_event("Jardin", host=event.host, venue=riquet, starts_at=on(2026, 12, 5))
    away = factories.an_event("Contes", host=event.host, venue=riquet, starts_at=on(2026, 12, 12))
    factories.an_event("Contes", host=event.host, venue=riquet, starts_at=on(2027, 9, 4), is_restricted=True)
    tenth = factories.an_action("Veillées", territory=factories.a_territory(10))
    factories.an_event(
        "Veillée du 10e", host=event.host, activity=factories.an_activity("Veillées", action=tenth)
    )
    factories.an_event("Chorale des autres", host=factories.an_association("Les autres"))
    approvals.approve(event.host, tenth.territory, actor="cli", now=hours.now())
    scheduling.cancel(away, reason="Panne", actor="cli", now=hours.now())
    db_session.commit()
    register(event, answers("Awa", 2, 6))
    register(garden, answers("Binta", 1, 2))
    cancel(register(garden, answers("Clara", 2)).registration)
    db.session.rollback()
    return event.host


def a_quartier(name: str) -> Quartier:
    return Quartier(territory=factories.a_territory(), slug=name.lower(), name=name)


def on(*day: int) -> object:
    return local(date(*day), 9, 30)


def summary(desk: PageClient, organisation: Organisation, year: str = "") -> Page:
    query = f"?annee={year}" if year else ""
    return desk.get(f"/pro/organisations/{organisation.id}/bilan{query}").page


def cells(page: Page, heading: str) -> list[list[str]]:
    region = page.one("div", aria_labelledby=heading)
    return [[cell.text for cell in row.all("th", "td")] for row in region.all("tr")]


def test_the_year_is_told_by_action_by_place_and_by_age(
    espace: Organisation, nadia: Account, sign_in: SignIn, clock: time_machine.Traveller
) -> None:
    db.session.rollback()
    clock.move_to(factories.SATURDAY + timedelta(days=1))
    page = summary(sign_in(nadia), espace)
    assert cells(page, "ensemble") == [
        ["Rendez-vous annoncés", "4"],
        ["Tenus", "2"],
        ["À venir", "1"],
        ["Annulés", "1"],
        ["Familles différentes inscrites", "2"],
        ["dont venues, d’après les présences par prénom", "0"],  # counted a week later
        ["dont venues pour la première fois de l’année", "0"],
        ["Parents inscrits : adultes venus avec un enfant", "3"],
        ["Personnes inscrites", "11"],
    ]
    assert cells(page, "actions")[1:] == [
        ["Samedis matins à l’école", "Parentalité", "3", "1", "1", "1", "11"],
        ["Veillées", "Parentalité", "1", "1", "0", "0", "0"],
    ]
    # Three people at La Villette are not counted out, nor are those that would tell them by subtraction.
    assert cells(page, "quartiers")[1:] == [
        ["quartier non précisé", "1", "1", "0", "0", "0"],
        ["La Villette", "2", "0", "1", "1", "moins de 5"],
        ["Pont-de-Flandre", "1", "1", "0", "0", "non montré"],
    ]
    assert cells(page, "ages")[1:] == [["6 à 10 ans", "non montré"], ["Adultes", "moins de 5"]]
    assert "Calculé le dimanche 29 novembre 2026" in page.main.text
    for leak in ("Awa", "Binta", "Chorale", "06 39"):
        assert leak not in page.main.text


def test_what_was_counted_at_the_door_is_told_and_what_it_took(
    espace: Organisation, nadia: Account, sign_in: SignIn, db_session: scoped_session[Session]
) -> None:
    now = hours.now()
    for event in db_session.scalars(select(Event).where(Event.title.in_(["Atelier cuisine", "Contes"]))):
        figures = {"under_3": 3, "from_6": 6, "adults": 7, "families": 5}
        db_session.add(AttendanceFigures(event_id=event.id, changed_at=now, **figures))
        db_session.add(EventMeans(event_id=event.id, paid_minutes=90, cost_cents=12050, changed_at=now))
    db_session.commit()
    db_session.rollback()
    # « Contes » of this year is cancelled, the other is next year's: one session is left.
    page = summary(sign_in(nadia), espace)
    assert cells(page, "presences") == [
        ["Rendez-vous comptés", "1"],
        ["0 à 2 ans", "moins de 5"],
        ["3 à 5 ans", "0"],
        ["6 à 10 ans", "non montré"],
        ["11 à 17 ans", "0"],
        ["Parents et autres adultes", "7"],
        ["60 ans et plus", "0"],
        ["Familles", "5"],
        ["Heures payées", "1,5"],
        ["Heures bénévoles", "0,0"],
        ["Coût en euros", "120,50"],
    ]


@pytest.mark.databases("sqlite")
def test_a_coordinator_reads_her_own_territory_only(
    espace: Organisation, samira: Account, paul: Account, sign_in: SignIn
) -> None:
    db.session.rollback()
    hers, his = sign_in(samira), sign_in(paul)
    assert "Veillées" not in summary(hers, espace).main.text
    assert "Seulement les territoires que vous coordonnez." in summary(hers, espace).main.text
    [_, row] = cells(summary(his, espace), "actions")
    assert row == ["Veillées", "Parentalité", "1", "0", "1", "0", "0"]
    table = his.get(f"/pro/organisations/{espace.id}/rendez-vous.csv").get_data(as_text=True)
    assert ("Veillée du 10e" in table, "Atelier cuisine" in table) == (True, False)
    table = his.get("/pro/paris-10/rendez-vous.csv").get_data(as_text=True)
    assert ("Veillée du 10e" in table, "Atelier cuisine" in table, "Chorale" in table) == (True, False, False)
    assert his.get("/pro/paris-19/rendez-vous.csv").status_code == 403


@pytest.mark.databases("sqlite")
def test_another_year_and_a_year_that_cannot_be_read(
    espace: Organisation, nadia: Account, sign_in: SignIn
) -> None:
    db.session.rollback()
    desk = sign_in(nadia)
    assert "Rien n’est annoncé pour cette année." in summary(desk, espace, "2025-2026").main.text
    assert cells(summary(desk, espace, "2027-2028"), "ensemble")[0] == ["Rendez-vous annoncés", "1"]
    assert "2026-2027" in summary(desk, espace, "2026-2031").heading


def test_the_sessions_are_taken_away_in_both_forms(
    espace: Organisation, nadia: Account, sign_in: SignIn
) -> None:
    db.session.rollback()
    desk = sign_in(nadia)
    answer = desk.get(f"/pro/organisations/{espace.id}/rendez-vous.csv?annee=2026-2027")
    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="rendez-vous-espace-19-2026-2027-2026-11-22.csv"'
    )
    table = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"), newline=""), delimiter=";"))
    assert [(row[0], row[1], row[3], row[4], row[11], *row[14:]) for row in table[1:]] == [
        ("2026-11-28", "09:30", "Atelier cuisine", "à venir", "Pont-de-Flandre", "12", "1", "8", "0"),
        ("2026-11-28", "09:30", "Veillée du 10e", "à venir", "", "12", "0", "0", "0"),
        ("2026-12-05", "09:30", "Jardin", "à venir", "La Villette", "12", "1", "3", "0"),
        ("2026-12-12", "09:30", "Contes", "annulé", "La Villette", "12", "0", "0", "0"),
    ]
    book = rows_of(desk.get(f"/pro/organisations/{espace.id}/rendez-vous.xlsx").get_data())
    assert [row[3] for row in book["Rendez-vous"]] == ["rendez-vous", *(row[3] for row in table[1:])]


@pytest.mark.databases("sqlite")
def test_the_summary_is_a_workbook_too(espace: Organisation, nadia: Account, sign_in: SignIn) -> None:
    db.session.rollback()
    book = rows_of(sign_in(nadia).get(f"/pro/organisations/{espace.id}/bilan.xlsx").get_data())
    assert list(book) == ["Bilan", "Par action", "Par lieu", "Par quartier", "Présences", "Par âge"]
    assert dict(book["Bilan"][1:])["personnes inscrites"] == "11"  # type: ignore[arg-type]  # rows of two
    assert [row[-1] for row in book["Par quartier"][1:]] == ["0", "moins de 5", "non montré"]


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("number", [0, 1, 3, 200])
def test_the_summary_costs_the_same_whatever_the_year_holds(
    event: Event,
    nadia: Account,
    sign_in: SignIn,
    statements: Statements,
    db_session: scoped_session[Session],
    number: int,
) -> None:
    assert event.host is not None
    for count in range(number):
        starts_at = factories.SATURDAY + timedelta(hours=count)
        factories.an_event("Jardin", host=event.host, starts_at=starts_at)
    espace = event.host
    db_session.commit()
    address = f"/pro/organisations/{espace.id}/bilan"
    desk = sign_in(nadia)
    desk.get(address)
    with statements() as said:
        page = desk.get(address).page
    assert cells(page, "ensemble")[0] == ["Rendez-vous annoncés", str(number + 1)]
    assert len(said) == 15, "\n".join(said)


@pytest.mark.databases("sqlite")
def test_the_places_of_a_quartier_do_not_tell_by_subtraction_who_is_few(
    espace: Organisation, nadia: Account, sign_in: SignIn, db_session: scoped_session[Session]
) -> None:
    """La Villette counts 3 people at Riquet and 9 at Tandou: who knows both 12 and 9 knows 3. Curial alone
    makes up Pont-de-Flandre."""
    riquet = db_session.scalars(select(Venue).where(Venue.name == "École Riquet")).one()
    tandou = factories.a_school("École Tandou", quartier=riquet.quartier)
    choir = factories.an_event("Chorale", host=espace, venue=tandou, starts_at=on(2026, 12, 5))
    db_session.commit()
    register(choir, answers("Dalia", 3, 6))
    db.session.rollback()
    page = summary(sign_in(nadia), espace)
    assert [(row[0], row[-1]) for row in cells(page, "quartiers")[1:]] == [
        ("quartier non précisé", "0"),
        ("La Villette", "12"),
        ("Pont-de-Flandre", "8"),
    ]
    assert [(row[0], row[-1]) for row in cells(page, "lieux")[1:]] == [
        ("École Curial", "0"),
        ("École Riquet", "moins de 5"),
        ("École Tandou", "non montré"),
        ("École Curial", "8"),
    ]


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ([], []),
        ([0, 7], [(0, False), (7, False)]),
        ([4], [(None, True)]),
        ([4, 0], [(None, True), (0, False)]),
        ([4, 9, 7], [(None, True), (9, False), (None, False)]),
        ([1, 4, 9], [(None, True), (None, True), (9, False)]),
        ([5, 6], [(5, False), (6, False)]),
    ],
)
def test_a_small_number_is_not_told_by_subtraction(
    numbers: list[int], said: list[tuple[int | None, bool]]
) -> None:
    assert sayable(numbers) == said


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ([9, 7], [(9, False), (None, False)]),
        ([4, 9], [(None, True), (9, False)]),
        ([0], [(0, False)]),
    ],
)
def test_a_sum_that_may_not_be_told_is_not_told_by_its_parts(
    numbers: list[int], said: list[tuple[int | None, bool]]
) -> None:
    assert sayable(numbers, sum_is_said=False) == said
