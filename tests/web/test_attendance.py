"""Nadia reads who came, types the paper sheet in, prints the next one, and notes what the session took."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as hours
from eventsapp.access import grants
from eventsapp.access.models import Role
from eventsapp.agenda import scheduling
from eventsapp.agenda.models import Event
from eventsapp.attendance import listings
from eventsapp.attendance.models import Counter
from eventsapp.database import db
from eventsapp.people import accounts, approvals
from eventsapp.people.models import Account
from eventsapp.registrations.professional_answers import ProfessionalAnswers
from tests import factories
from tests.attendance.gestures import arrived, counted, keep, said
from tests.pages import PageClient
from tests.registrations import stories
from tests.web.conftest import SignIn, Statements

pytestmark = pytest.mark.databases("sqlite")

MONDAY = factories.SATURDAY + timedelta(days=2)
SHEET, LINE = "Enregistrer les présences", "Enregistrer les moyens"


@pytest.fixture
def workshop(db_session: scoped_session[Session]) -> Event:
    """Held by Espace 19; Binta and Clara register."""
    found = factories.an_event("Atelier cuisine", host=factories.an_association("Espace 19"))
    db_session.commit()
    for name in ("Binta", "Clara"):
        stories.register(found, stories.answers(name, children=1))
    return found


@pytest.fixture
def nadia(workshop: Event, db_session: scoped_session[Session]) -> Account:
    assert workshop.host is not None
    account = accounts.open_account("nadia@example.org", "Nadia", actor="cli", now=hours.now())
    grants.give(account, Role.OWNER, workshop.host, by="cli", now=hours.now())
    approvals.approve(workshop.host, workshop.territory, actor="cli", now=hours.now())
    db_session.commit()
    return account


@pytest.fixture
def desk(workshop: Event, nadia: Account, sign_in: SignIn, clock: time_machine.Traveller) -> PageClient:
    """Nadia on Monday; on Saturday a phone saw Binta come, and two adults more."""
    clock.move_to(factories.SATURDAY + timedelta(hours=1))
    binta = listings.of_event(workshop).families[0].registration.code
    keep(workshop, arrived(binta), counted(Counter.ADULTS, 2))
    clock.move_to(MONDAY)
    return sign_in(nadia)


def address(event: Event) -> str:
    return f"/pro/rendez-vous/{event.code}/presences"


def figures(event: Event) -> dict[str, int]:
    db.session.rollback()
    return said(listings.figures_of(event))


def test_the_page_opens_with_what_phones_counted(workshop: Event, desk: PageClient) -> None:
    page = desk.get(address(workshop)).page
    text = page.main.text.replace("\xa0", " ")
    assert "personnes 4" in text
    assert "Inscriptions venues : 1 sur 2" in text
    assert "Un téléphone a compté" in text
    form = page.form(button=SHEET)
    [binta, _] = [family.registration.code for family in listings.of_event(workshop).families]
    assert (form["count_adults"], form["count_from_3"], form.values["arrived"]) == ("2", "0", [binta])


def test_the_sheet_is_typed_in_once(workshop: Event, desk: PageClient) -> None:
    form = desk.get(address(workshop)).page.form(button=SHEET)
    both = [family.registration.code for family in listings.of_event(workshop).families]
    typed = {"arrived": both, "count_adults": "3", "count_families": "2"}
    answer = desk.submit(form, typed)
    assert (answer.status_code, answer.headers["Location"]) == (303, address(workshop))
    expected = {"6-10": 2, "adultes": 5, "familles": 4, "arrived": 2}
    assert figures(workshop) == expected
    assert desk.submit(form, typed).status_code == 303
    assert figures(workshop) == expected
    assert "présences sont enregistrées" in desk.get(address(workshop)).page.main.text


def test_a_number_that_is_none_is_said_beside_its_field(workshop: Event, desk: PageClient) -> None:
    form = desk.get(address(workshop)).page.form(button=SHEET)
    answer = desk.submit(form, {"count_from_3": "-4", "count_adults": "9"})
    assert answer.status_code == 422
    assert answer.page.mistakes.keys() == {"count_from_3"}
    assert "entre 0 et 2000" in answer.page.mistakes["count_from_3"]
    assert answer.page.form(button=SHEET)["count_adults"] == "9"  # what was typed stays
    assert figures(workshop)["adultes"] == 3


def test_a_phone_that_counts_meanwhile_is_not_overwritten(workshop: Event, desk: PageClient) -> None:
    form = desk.get(address(workshop)).page.form(button=SHEET)
    keep(workshop, counted(Counter.ADULTS))
    answer = desk.submit(form, {"count_adults": "9"})
    assert answer.status_code == 409
    assert "a compté entre-temps" in answer.page.main.text
    assert answer.page.form(button=SHEET)["count_adults"] == "3"  # as it is now
    assert desk.submit(answer.page.form(button=SHEET), {"count_adults": "9"}).status_code == 303
    assert figures(workshop)["adultes"] == 10
    form.values["revision"] = ["x"]
    assert desk.submit(form).status_code == 409


def test_nothing_is_typed_in_before_the_day_nor_once_cancelled(
    workshop: Event, nadia: Account, sign_in: SignIn
) -> None:
    desk = sign_in(nadia)

    def type_in() -> int:
        form = desk.get(address(workshop)).page.form(button=LINE)
        asked = {"csrf_token": form["csrf_token"], "revision": "0", "nonce": "nonce-0001"}
        return desk.post(address(workshop), data=asked).status_code

    assert "Le jour venu" in desk.get(address(workshop)).page.main.text
    assert type_in() == 409
    with stories.a_transaction():
        scheduling.cancel(workshop, actor="cli", now=hours.now())
    assert type_in() == 409
    assert listings.figures_of(workshop) is None


def test_the_line_of_means_is_kept_as_it_was_typed(workshop: Event, desk: PageClient) -> None:
    form = desk.get(address(workshop)).page.form(button=LINE)
    typed = {
        "speakers": "2",
        "speakers_from": "Planning familial",
        "paid": "2h30",
        "volunteer": "4",
        "cost": "85,5",
        "funder": "Caf de Paris",
    }
    assert desk.submit(form, typed).status_code == 303
    again = desk.get(address(workshop)).page.form(button=LINE)
    shown = {name: again[name] for name in typed}
    assert shown == typed | {"paid": "2 h 30", "cost": "85,50"}


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("speakers", "beaucoup"),
        ("paid", "2h75"),
        ("volunteer", "-1"),
        ("cost", "=1+1"),
        ("funder", "é" * 121),
    ],
)
def test_means_that_say_nothing_are_refused_beside_their_field(
    workshop: Event, desk: PageClient, name: str, typed: str
) -> None:
    form = desk.get(address(workshop)).page.form(button=LINE)
    answer = desk.submit(form, {name: typed})
    assert answer.status_code == 422
    assert answer.page.mistakes.keys() == {name}
    assert listings.means_of(workshop) is None


@pytest.mark.parametrize("many", [0, 1, 3])
def test_the_desk_says_of_what_nobody_has_counted(
    workshop: Event,
    nadia: Account,
    sign_in: SignIn,
    clock: time_machine.Traveller,
    statements: Statements,
    many: int,
) -> None:
    """Not of what was counted, was cancelled, is another's, or is still to come."""
    for number in range(many):
        factories.an_event(f"Goûter {number}", host=workshop.host, capacity=None)
    gone = factories.an_event("Sortie", host=workshop.host)
    later = factories.an_event("Fête", host=workshop.host, starts_at=MONDAY + timedelta(days=1))
    factories.an_event("Ailleurs", host=factories.an_association("Une autre"))
    with stories.a_transaction():
        scheduling.cancel(gone, actor="cli", now=hours.now())
    clock.move_to(factories.SATURDAY + timedelta(hours=1))
    keep(workshop, counted(Counter.ADULTS))
    clock.move_to(MONDAY)
    assert later.host is not None
    desk, address = sign_in(nadia), f"/pro/organisations/{later.host.id}/"
    with statements() as said_sql:
        page = desk.get(address).page
    links = [a["href"] for a in page.main.all("a") if a.text == "Noter les présences"]
    assert len(links) == many
    assert len(said_sql) == 15
    for link in links:
        assert desk.get(link).page.heading == "Présences"


def test_a_professional_stands_on_both_sheets(
    workshop: Event, desk: PageClient, clock: time_machine.Traveller
) -> None:
    today = hours.now()
    clock.move_to(factories.SATURDAY - timedelta(days=1))
    stories.register(
        workshop,
        ProfessionalAnswers(first_name="Ousmane", email="ousmane@relais.example", organisation="Le Relais"),
    )
    clock.move_to(today)
    for sheet in ("feuille", "presences"):
        assert "Ousmane" in desk.get(f"/pro/rendez-vous/{workshop.code}/{sheet}").page.main.text


def test_the_printed_sheet_names_who_registered_and_leaves_room(workshop: Event, desk: PageClient) -> None:
    page = desk.get(f"/pro/rendez-vous/{workshop.code}/feuille").page
    names = [line.one("th").text for line in page.main.all("table")[0].one("tbody").all("tr")]
    assert names == ["Binta", "Clara"]
    lines = [line.one("th").text for line in page.main.all("table")[1].one("tbody").all("tr")]
    assert lines == [
        "Parents et autres adultes",
        "60 ans et plus",
        "0 à 2 ans",
        "3 à 5 ans",
        "6 à 10 ans",
        "11 à 17 ans",
        "Familles",
    ]
    assert page.main.all("table")[0].one("thead").text.startswith("Atelier cuisine")
    with stories.a_transaction():
        db.session.get_one(Event, workshop.id).activity.action.is_sensitive = True
    page = desk.get(f"/pro/rendez-vous/{workshop.code}/feuille").page
    assert "cuisine" not in page.main.text


@pytest.mark.parametrize("many", [0, 1, 3])
def test_both_pages_ask_as_much_whatever_the_families(
    db_session: scoped_session[Session],
    sign_in: SignIn,
    samira: Account,
    clock: time_machine.Traveller,
    statements: Statements,
    many: int,
) -> None:
    event = factories.an_event("Atelier cuisine")
    db_session.commit()
    for name in ("Binta", "Clara", "Driss")[:many]:
        stories.register(event, stories.answers(name, children=1))
    clock.move_to(factories.SATURDAY)
    codes = [family.registration.code for family in listings.of_event(event).families]
    keep(event, *(arrived(code) for code in codes))
    desk, asked = sign_in(samira), {}
    for page in ("presences", "feuille"):
        with statements() as said_sql:
            assert desk.get(f"/pro/rendez-vous/{event.code}/{page}").status_code == 200
        asked[page] = len(said_sql)
    more = 0 if many == 0 else 1  # their participants
    assert asked == {"presences": 9 + more, "feuille": 6 + more}
