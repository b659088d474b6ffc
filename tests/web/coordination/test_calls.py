"""Whom to call, what to say, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.agenda import scheduling
from eventsapp.directory.models import Contact
from eventsapp.mailroom.models import Channel, Letter, LetterStatus
from eventsapp.registrations import booking, enrolments, party
from eventsapp.registrations.models import Registration
from eventsapp.web.coordination.calls import readable_number
from tests import factories, saturdays
from tests.pages import Element, Page, PageClient
from tests.registrations.stories import told

LIST = "/pro/paris-19/appels"


@pytest.fixture
def awa_registers(desk: PageClient, db_session: scoped_session[Session]) -> Callable[[str], None]:
    """Somebody registers to the workshop of 28 November and leaves a phone number only."""

    def register(name: str) -> None:
        event = factories.an_event("Atelier cuisine en famille")
        answers = party.read({"first_name": name, "phone": "06 39 98 00 01", "adults": "1"})
        token = enrolments.open_(event, answers, clock.now())
        booking.confirm(token, event.id, language="fr", now=clock.now())
        db_session.commit()
        db_session.rollback()

    return register


def people(page: Page) -> list[Element]:
    """The people on the list; the schools to confirm stand above them."""
    return [card for card in page.main.all("li", class_="call") if not card.all("h3", class_="mb0")]


def test_awa_has_a_phone_only_and_samira_calls_her(
    desk: PageClient, awa_registers: Callable[[str], None], db_session: scoped_session[Session]
) -> None:
    awa_registers("Awa")
    page = desk.get(LIST).page
    [card] = people(page)
    assert card.one("h2").text == "Awa"
    [number] = [a for a in card.all("a") if a["href"].startswith("tel:")]
    assert (number["href"], number.text) == ("tel:+33639980001", "Appeler Awa au 06 39 98 00 01")
    said = card.one("div", class_="letter").text
    assert "Je voudrais parler à Awa." in said
    assert "samedi 28 novembre" in said
    assert "/m/" not in page.html

    form = card.one("form")
    answer = desk.post(
        form["action"],
        data={"outcome": "appele", "csrf_token": form.one("input", name="csrf_token")["value"]},
    )
    assert (answer.status_code, answer.headers["Location"]) == (303, LIST)
    after = desk.get(LIST).page
    assert "Awa a été prévenu(e)." in after.text
    assert people(after) == []
    assert db_session.scalars(select(Letter.status).where(Letter.channel == Channel.CALL)).all() == [
        LetterStatus.SENT
    ]


def test_a_family_behind_a_wrong_number_is_not_forgotten(
    desk: PageClient, awa_registers: Callable[[str], None]
) -> None:
    """It leaves the calls and stands among what failed; dialled wrong, it is put back."""
    awa_registers("Awa")
    [card] = people(desk.get(LIST).page)
    form = card.one("form")
    token = form.one("input", name="csrf_token")["value"]
    answer = desk.post(form["action"], data={"outcome": "faux_numero", "csrf_token": token})
    assert answer.status_code == 303
    assert people(desk.get(LIST).page) == []
    failed = desk.get(desk.get("/pro/paris-19/").page.link("courrier en échec")).page
    [row] = failed.main.all("table")[0].all("tr")[1:]
    assert "Awa" in row.text
    assert "Faux numéro" in row.text
    letter = desk.get(row.one("a")["href"]).page
    assert desk.submit(letter.form(f"{row.one('a')['href']}/relance")).status_code == 303
    assert [one.one("h2").text for one in people(desk.get(LIST).page)] == ["Awa"]


def test_a_message_keeps_the_line(desk: PageClient, awa_registers: Callable[[str], None]) -> None:
    awa_registers("Awa")
    form = desk.get(LIST).page.main.all("form")[0]
    token = form.one("input", name="csrf_token")["value"]
    desk.post(form["action"], data={"outcome": "message", "csrf_token": token})
    page = desk.get(LIST).page
    assert "Awa : message laissé, à rappeler." in page.text
    assert [tag.text for tag in page.main.all("span", class_="tag")] == ["1 essai"]
    assert "le dernier : message laissé" in page.text


def test_two_people_who_call_at_once_make_one_entry(
    desk: PageClient, awa_registers: Callable[[str], None]
) -> None:
    awa_registers("Awa")
    form = desk.get(LIST).page.main.all("form")[0]
    data = {"outcome": "appele", "csrf_token": form.one("input", name="csrf_token")["value"]}
    desk.post(form["action"], data=data)
    desk.get(LIST)
    desk.post(form["action"], data=data)
    assert "Cette personne n’est plus à appeler" in desk.get(LIST).page.text


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("outcome", ["", "autre", None])
def test_an_outcome_is_one_of_four(
    desk: PageClient, awa_registers: Callable[[str], None], outcome: str | None
) -> None:
    awa_registers("Awa")
    form = desk.get(LIST).page.main.all("form")[0]
    data = {"csrf_token": form.one("input", name="csrf_token")["value"]}
    if outcome is not None:
        data["outcome"] = outcome
    assert desk.post(form["action"], data=data).status_code == 400
    assert len(people(desk.get(LIST).page)) == 1


@pytest.mark.parametrize("also", ["9" * 19, "9" * 5000, "-1", "²", "hier"])
def test_a_letter_that_no_list_shows_changes_nothing_else(
    desk: PageClient, awa_registers: Callable[[str], None], also: str
) -> None:
    awa_registers("Awa")
    form = desk.get(LIST).page.main.all("form")[0]
    token = form.one("input", name="csrf_token")["value"]
    answer = desk.post(form["action"], data={"outcome": "appele", "csrf_token": token, "letter": also})
    assert (answer.status_code, people(desk.get(LIST).page)) == (303, [])


def test_what_awa_is_told_is_the_latest_news(
    desk: PageClient, awa_registers: Callable[[str], None], db_session: scoped_session[Session]
) -> None:
    """The event is called off before anybody rang: only that is still to be said."""
    awa_registers("Awa")
    event = db_session.scalars(select(Registration)).one().event
    scheduling.cancel(event, reason="La salle est inondée", actor="account:1", now=clock.now())
    told()
    [card] = people(desk.get(LIST).page)
    assert "La salle est inondée" in card.text
    assert "Votre place est réservée" not in card.text


def test_markup_in_a_name_stays_text(desk: PageClient, awa_registers: Callable[[str], None]) -> None:
    awa_registers("<b>Awa</b>")
    assert "<b>Awa" not in desk.get(LIST).page.html


@pytest.mark.parametrize(
    ("dialled", "read"),
    [
        ("+33639980001", "06 39 98 00 01"),
        ("+4915123456789", "+49 1512 3456789"),
        ("appelez-moi", "appelez-moi"),
    ],
)
def test_a_number_is_shown_as_one_reads_it_aloud(dialled: str, read: str) -> None:
    assert readable_number(dialled) == read


def test_a_school_that_has_not_answered_is_called_too(
    desk: PageClient, db_session: scoped_session[Session]
) -> None:
    curial = factories.a_school()
    event = saturdays.a_saturday(curial, date(2026, 11, 28))
    db_session.add(
        Contact(
            venue_id=curial.id,
            name="Madame Roy",
            function="directrice",
            hours="avant 8 h 30",
            phone="06 39 98 00 02",
            phone_e164="+33639980002",
            created_at=clock.now(),
        )
    )
    code = event.code
    db_session.commit()
    db_session.rollback()
    page = desk.get(LIST).page
    [card] = page.main.all("li", class_="school")
    assert (card.one("h3").text, card.one("a", href="tel:+33639980002").text) == (
        "École Curial",
        "Appeler Madame Roy au 06 39 98 00 02",
    )
    assert "directrice" in card.text
    assert "avant 8 h 30" in card.text
    assert page.link("Noter sa réponse") == f"/pro/rendez-vous/{code}/acces"
    doors = [door.text for door in desk.get("/pro/paris-19/").page.main.all("div", class_="door")]
    assert "école à confirmer 1" in doors
