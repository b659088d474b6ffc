"""Moussa held a stand without a network; on Monday Nadia types the sheet in."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.journal import JournalLine
from eventsapp.mailroom.models import Letter
from eventsapp.people.models import Account
from eventsapp.registrations.models import Registration, WayIn
from tests.pages import Form, PageClient
from tests.races import pressed_at_once
from tests.web.conftest import SignIn

SHEET = {
    1: {"first_name": "Awa", "adults": "1", "children_6_10": "2", "phone": "06 39 98 00 01", "agrees": "y"},
    2: {"first_name": "Binta", "adults": "8", "email": "binta@example.org", "agrees": "y"},
    4: {"first_name": "Driss", "adults": "2", "phone": "06 39 98 00 03", "agrees": "y"},
}


def base(event: Event) -> str:
    return f"/pro/rendez-vous/{event.code}/inscriptions/feuille"


def filled(desk: PageClient, event: Event, sheet: dict[int, dict[str, str]]) -> Form:
    db.session.rollback()
    form = desk.get(f"{base(event)}/saisie").page.form()
    for number, line in sheet.items():
        for name, value in line.items():
            form[f"line_{number}-{name}"] = value
    return form


def registered() -> list[tuple[str, str, int, WayIn]]:
    db.session.rollback()
    rows = db.session.scalars(select(Registration).order_by(Registration.id)).all()
    return [(one.contact.first_name, one.status.value, one.seats, one.way) for one in rows]


def test_the_sheet_has_lines_to_write_on_and_says_what_becomes_of_them(
    event: Event, moussa: Account, sign_in: SignIn
) -> None:
    page = sign_in(moussa).get(base(event)).page
    assert len(page.main.one("table").all("tr")) == 2 + 15
    for said in ("D’accord : je signe", "3 à 5 ans", "Responsable :", "détruite une fois recopiée"):
        assert said in page.main.text


def test_lines_are_seated_in_the_order_of_the_sheet_and_the_rest_waits(
    event: Event, nadia: Account, sign_in: SignIn, db_session: scoped_session[Session]
) -> None:
    desk = sign_in(nadia)
    answer = desk.submit(filled(desk, event, SHEET))
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{base(event)}/resultat")
    assert registered() == [
        ("Awa", "confirmee", 3, WayIn.PAPER),
        ("Binta", "confirmee", 8, WayIn.PAPER),
        ("Driss", "attente", 2, WayIn.PAPER),
    ]
    made = db_session.scalars(select(Registration).order_by(Registration.id)).all()
    assert {one.helped_by for one in made} == {nadia.actor}
    assert db_session.scalars(select(Letter.address)).all() == ["binta@example.org"]
    verbs = db_session.scalars(
        select(JournalLine.verb).where(JournalLine.thing == "registration").order_by(JournalLine.id)
    ).all()
    assert verbs == ["registered on paper"] * 3
    db_session.rollback()
    page = desk.get(answer.headers["Location"]).page
    assert "3 inscriptions sont faites." in page.main.text
    assert "Driss Liste d’attente, rang 1" in page.main.text
    assert len([a for a in page.main.all("a") if a["href"].endswith("/bulletin")]) == 3


def test_until_all_lines_are_right_nobody_is_registered_and_what_was_typed_is_kept(
    event: Event, nadia: Account, sign_in: SignIn
) -> None:
    desk = sign_in(nadia)
    wrong = SHEET | {
        3: {"first_name": "Elif", "adults": "deux", "phone": "06"},
        5: {"first_name": "", "adults": "0", "children_3_5": "1", "phone": "06 39 98 00 05", "agrees": "y"},
    }
    answer = desk.submit(filled(desk, event, wrong))
    assert answer.status_code == 422
    assert registered() == []
    third, fifth = answer.page.one(id="ligne-3").text, answer.page.one(id="ligne-5").text
    for said in ("Écrivez un nombre entre 0 et 20.", "Écrivez un numéro", "Demandez son accord"):
        assert said in third
    assert "Écrivez son prénom." in fifth
    assert "Un adulte accompagne les enfants." in fifth
    assert "Ligne 3 :" in answer.page.one(class_="errsum").text
    assert answer.page.one("input", name="line_2-email")["value"] == "binta@example.org"
    right = answer.page.form()
    for number, name in ((3, "first_name"), (3, "adults"), (3, "phone"), (5, "children_3_5"), (5, "phone")):
        right[f"line_{number}-{name}"] = ""
    right["line_5-agrees"] = None
    assert desk.submit(right).status_code == 303
    assert [name for name, *_ in registered()] == ["Awa", "Binta", "Driss"]


def test_sent_twice_it_registers_once(
    event: Event, nadia: Account, sign_in: SignIn, db_session: scoped_session[Session]
) -> None:
    desk = sign_in(nadia)
    form = filled(desk, event, SHEET)
    db_session.remove()
    assert pressed_at_once((desk, form), (desk, form)) == [303, 303]
    assert len(registered()) == 3


def test_a_second_sheet_typed_into_the_page_of_the_first_is_not_lost(
    event: Event, nadia: Account, sign_in: SignIn
) -> None:
    desk = sign_in(nadia)
    form = filled(desk, event, SHEET)
    assert [desk.submit(form).status_code for _ in range(2)] == [303, 303]
    form["line_5-first_name"], form["line_5-phone"] = "Chloé", "06 39 98 00 05"
    form["line_5-adults"], form["line_5-agrees"] = "1", "y"
    for number in SHEET:
        for name in SHEET[number]:
            form[f"line_{number}-{name}"] = "" if name != "agrees" else None
    asked = desk.submit(form)
    assert asked.status_code == 409
    assert "Une feuille de cette page est déjà enregistrée." in asked.page.main.text
    assert len(registered()) == 3
    assert desk.submit(asked.page.form()).status_code == 303
    assert [name for name, *_ in registered()] == ["Awa", "Binta", "Driss", "Chloé"]


@pytest.mark.databases("sqlite")
def test_a_group_that_no_room_takes_is_said_beside_its_line(
    event: Event, nadia: Account, sign_in: SignIn
) -> None:
    desk = sign_in(nadia)
    answer = desk.submit(filled(desk, event, {7: SHEET[1] | {"adults": "15"}}))
    assert "Ce groupe compte 17 personnes, et il y a 12 places en tout." in answer.page.one(id="ligne-7").text


@pytest.mark.databases("sqlite")
def test_an_empty_sheet_is_said_so(event: Event, nadia: Account, sign_in: SignIn) -> None:
    desk = sign_in(nadia)
    answer = desk.submit(filled(desk, event, {}))
    assert (answer.status_code, registered()) == (422, [])
    assert "Recopiez au moins une ligne." in answer.page.main.text


@pytest.mark.databases("sqlite")
def test_a_sensitive_action_has_no_sheet_that_passes_from_hand_to_hand(
    event: Event, nadia: Account, sign_in: SignIn, db_session: scoped_session[Session]
) -> None:
    desk = sign_in(nadia)
    form = filled(desk, event, SHEET)
    event.activity.action.is_sensitive = True
    db_session.commit()
    assert desk.get(base(event)).status_code == 303
    assert "inscrivez chaque personne à part" in desk.get(
        f"{base(event)}/../", follow_redirects=True
    ).get_data(as_text=True)
    assert desk.submit(form).status_code == 409
    assert registered() == []


@pytest.mark.databases("sqlite")
def test_it_is_the_desk_s_business_not_a_relay_worker_s(
    event: Event, fatou: Account, sign_in: SignIn
) -> None:
    desk = sign_in(fatou)
    assert [desk.get(base(event) + end).status_code for end in ("", "/saisie", "/resultat")] == [403] * 3
