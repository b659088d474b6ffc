"""Awa stands at the door with a link of the day: she marks who arrives and counts the others, no account."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as hours
from eventsapp.access import day_links
from eventsapp.access.models import DayLink
from eventsapp.agenda import scheduling
from eventsapp.agenda.models import Audience, Event
from eventsapp.attendance import listings
from eventsapp.attendance.models import AttendanceMark
from eventsapp.database import db
from eventsapp.programme.models import Action
from eventsapp.registrations.models import Registration
from eventsapp.registrations.professional_answers import ProfessionalAnswers
from tests import factories
from tests.attendance.gestures import batch, mark, said
from tests.databases import everything
from tests.pages import Form, PageClient, PageResponse
from tests.registrations import stories
from tests.web.conftest import Statements

OUSMANE = ProfessionalAnswers(first_name="Ousmane", email="ousmane@relais.example", organisation="Le Relais")
pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def workshop(db_session: scoped_session[Session]) -> Event:
    """Binta comes with two children, Clara alone."""
    found = factories.an_event("Atelier cuisine")
    db_session.commit()
    stories.register(found, stories.answers("Binta", adults=1, children=2))
    stories.register(found, stories.answers("Clara"))
    return found


@pytest.fixture
def breakfast(db_session: scoped_session[Session]) -> Event:
    found = factories.an_event("Petit déjeuner", capacity=None)
    db_session.commit()
    return found


@pytest.fixture(autouse=True)
def no_limits(app: Flask) -> None:
    app.config["RATE_LIMITS"] = False  # test_limits


def link_of(event: Event, name: str = "Awa", *, clock: time_machine.Traveller | None = None) -> str:
    """The address of a helper's page; with a clock, its day has come: 9:52 in Paris."""
    with stories.a_transaction():
        token = day_links.make(event, name, actor="cli", now=hours.now())
    if clock is not None:
        clock.move_to(factories.SATURDAY + timedelta(minutes=22))
    return f"/jour/{token}"


def forms(client: PageClient, link: str, kind: str) -> dict[str, Form]:
    """The forms of families (by first name) or of counters."""
    found = {}
    for element in client.get(link).page.main.all("form"):
        if element.has(f"data-{kind}"):
            line = next(above for above in element.ancestors if above.tag == "li")
            name = line.all("strong")[0].text if kind == "family" else element[f"data-{kind}"]
            found[name] = Form(element, link)
    return found


def press(client: PageClient, form: Form, address: str = "", **button: str) -> PageResponse:
    data = form.values | {name: [value] for name, value in button.items()}
    answer = client.post(address or form.action, data=data)
    assert isinstance(answer, PageResponse)
    return answer


def send(client: PageClient, link: str, text: str) -> PageResponse:
    answer = client.post(f"{link}/marques", data={"marks": text})
    assert isinstance(answer, PageResponse)
    return answer


def figures(event: Event) -> dict[str, int]:
    db.session.rollback()
    return said(listings.figures_of(event))


def test_a_family_is_marked_and_unmarked_without_javascript(
    workshop: Event, client: PageClient, clock: time_machine.Traveller
) -> None:
    link = link_of(workshop, clock=clock)
    assert "Arrivés : 0 sur 2" in client.get(link).page.main.text.replace("\xa0", " ")
    binta = forms(client, link, "family")["Binta"]
    answer = press(client, binta)
    assert (answer.status_code, answer.headers["Location"].split("#")[0]) == (303, link)
    page = client.get(link).page
    assert "Arrivés : 1 sur 2" in page.main.text.replace("\xa0", " ")
    [there] = page.all("li", class_="there")
    assert "Binta 3 personnes" in there.text
    assert there.one("span", data_at="").text.replace("\xa0", " ") == "9 h 52"
    assert figures(workshop) == {"6-10": 2, "adultes": 1, "familles": 1, "arrived": 1}
    press(client, binta)  # pressed twice, or by a second phone
    assert figures(workshop)["arrived"] == 1
    for _ in range(3):  # within one second of our clock
        again = forms(client, link, "family")["Binta"]
        assert press(client, again, f"{again.action}/annulation").status_code == 303
        assert figures(workshop) == {}
        press(client, forms(client, link, "family")["Binta"])
        assert figures(workshop)["arrived"] == 1


def test_others_are_counted_without_javascript(
    breakfast: Event, client: PageClient, clock: time_machine.Traveller
) -> None:
    link = link_of(breakfast, clock=clock)
    for counter, step in (
        ("adultes", "1"),
        ("adultes", "1"),
        ("3-5", "1"),
        ("familles", "1"),
        ("adultes", "-1"),
    ):
        assert press(client, forms(client, link, "counter")[counter], step=step).status_code == 303
    assert figures(breakfast) == {"adultes": 1, "3-5": 1, "familles": 1}
    once = forms(client, link, "counter")["60+"]
    press(client, once, step="1")
    press(client, once, step="1")
    assert figures(breakfast)["60+"] == 1
    text = client.get(link).page.main.text.replace("\xa0", " ")
    assert "Personnes : 3 Familles : 1" in text
    press(client, forms(client, link, "counter")["0-2"], step="-1")
    assert "déjà à zéro" in client.get(link).page.main.text
    assert figures(breakfast) == {"adultes": 1, "3-5": 1, "familles": 1, "60+": 1}


@pytest.mark.parametrize(
    ("counter", "step", "status"), [("7-9", "1", 404), ("3-5", "9", 400), ("3-5", "", 400)]
)
def test_only_what_the_page_offers_is_counted(
    breakfast: Event, client: PageClient, clock: time_machine.Traveller, counter: str, step: str, status: int
) -> None:
    link = link_of(breakfast, clock=clock)
    form = forms(client, link, "counter")["3-5"]
    assert press(client, form, f"{link}/comptes/{counter}", step=step).status_code == status
    form.values["nonce"] = ["court"]
    assert press(client, form, step="1").status_code == 400
    assert figures(breakfast) == {}


def test_a_phone_sends_what_it_counted_offline_any_number_of_times(
    workshop: Event, client: PageClient, clock: time_machine.Traveller
) -> None:
    link = link_of(workshop, clock=clock)
    codes = {
        family.registration.household.contact.first_name: family.registration.code
        for family in listings.of_event(workshop).families
        if family.registration.household
    }
    early = hours.now() - timedelta(minutes=11)
    text = batch(
        mark("arrivee", early, code=codes["Binta"]),
        mark("compte", counter="adultes", step=1),
        mark("compte", counter="familles", step=1),
    )
    first, second = send(client, link, text), send(client, link, text)
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json == second.json
    assert first.headers["Cache-Control"] == "no-store"
    told = json.loads(first.text)
    assert (len(told["kept"]), told["refused"], told["state"]["revision"]) == (3, [], 3)
    assert told["state"]["arrived"] == {codes["Binta"]: round(early.timestamp() * 1000)}
    assert told["state"]["counts"]["adultes"] == 1
    assert figures(workshop) == {"6-10": 2, "adultes": 2, "familles": 2, "arrived": 1}
    assert db.session.scalar(select(func.count(AttendanceMark.id))) == 3
    assert send(client, link, batch()).status_code == 200  # what others have counted


def test_a_code_of_another_event_is_refused_and_nothing_of_it_is_changed(
    workshop: Event, breakfast: Event, client: PageClient, clock: time_machine.Traveller
) -> None:
    code = listings.of_event(workshop).families[0].registration.code
    link = link_of(breakfast, clock=clock)
    told = json.loads(send(client, link, batch(mark("arrivee", code=code))).text)
    assert (told["kept"], len(told["refused"]), told["state"]["arrived"]) == ([], 1, {})
    form = forms(client, link, "counter")["3-5"]
    assert press(client, form, f"{link}/arrivees/{code}").status_code == 404
    assert (figures(workshop), figures(breakfast)) == ({}, {})


def test_what_is_no_batch_is_refused_with_a_sentence(
    breakfast: Event, client: PageClient, clock: time_machine.Traveller
) -> None:
    link = link_of(breakfast, clock=clock)
    answer = send(client, link, "[]")
    assert answer.status_code == 422
    assert "Rechargez la page" in json.loads(answer.text)["sentence"]
    assert client.post(f"{link}/marques", data="{}", content_type="application/json").status_code == 415


@pytest.mark.parametrize("why", ["forged", "revoked", "before", "after", "cancelled"])
def test_a_link_that_does_not_work_changes_nothing(
    workshop: Event, client: PageClient, clock: time_machine.Traveller, why: str
) -> None:
    code = listings.of_event(workshop).families[0].registration.code
    link = link_of(workshop)
    if why != "before":
        clock.move_to(factories.SATURDAY)
    if why == "after":
        clock.move_to(factories.SATURDAY.replace(hour=23))
    if why == "revoked":
        with stories.a_transaction():
            day_links.revoke(db.session.scalars(select(DayLink)).one(), actor="cli", now=hours.now())
    if why == "cancelled":
        with stories.a_transaction():
            scheduling.cancel(workshop, actor="cli", now=hours.now())
    if why == "forged":
        link = "/jour/" + "x" * 43
    before = everything()
    token = client.get("/devenir-partenaire").page.all("input", name="csrf_token")[0]["value"]
    data = {"csrf_token": token, "nonce": "nonce-0001", "step": "1"}
    asked = [f"{link}/arrivees/{code}", f"{link}/arrivees/{code}/annulation", f"{link}/comptes/3-5"]
    assert [client.post(address, data=data).status_code for address in asked] == [410] * 3
    assert send(client, link, batch(mark("arrivee", code=code))).status_code == 410
    assert client.get(link).status_code == 410
    assert everything() == before


def test_gestures_by_forms_need_their_token_and_batches_do_not(
    breakfast: Event, client: PageClient, clock: time_machine.Traveller
) -> None:
    link = link_of(breakfast, clock=clock)
    data = {"nonce": "nonce-0001", "step": "1"}
    assert client.post(f"{link}/comptes/3-5", data=data).status_code == 400
    assert send(client, link, batch(mark("compte", counter="3-5", step=1))).status_code == 200


def test_a_sensitive_action_is_not_named_on_a_phone(
    workshop: Event, client: PageClient, clock: time_machine.Traveller
) -> None:
    link = link_of(workshop, clock=clock)
    assert client.get(link).page.heading == "Atelier cuisine"
    with stories.a_transaction():
        for action in db.session.scalars(select(Action)):
            action.is_sensitive = True
    page = client.get(link).page
    assert page.heading == "Rendez-vous"
    assert "cuisine" not in page.text
    assert "Curial" not in page.main.text.replace("51 rue Curial", "")


def test_the_worker_is_a_script_of_these_pages_alone(client: PageClient) -> None:
    answer = client.get("/jour/sw.js")
    assert (answer.status_code, answer.mimetype) == (200, "text/javascript")
    assert answer.headers["Service-Worker-Allowed"] == "/jour/"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("many", [0, 1, 3])
def test_the_page_asks_as_much_whatever_the_families(
    db_session: scoped_session[Session],
    client: PageClient,
    clock: time_machine.Traveller,
    statements: Statements,
    many: int,
) -> None:
    event = factories.an_event("Atelier cuisine")
    db_session.commit()
    for name in ("Binta", "Clara", "Driss")[:many]:
        stories.register(event, stories.answers(name, children=1))
    link = link_of(event, clock=clock)
    codes = [family.registration.code for family in listings.of_event(event).families]
    send(client, link, batch(*(mark("arrivee", code=code) for code in codes)))
    with statements() as said_sql:
        assert client.get(link).status_code == 200
    assert len(said_sql) == (
        3 if many == 0 else 4
    )  # link, marks, families, and participants where there are any


def test_the_code_of_a_slip_marks_its_family_however_it_is_written(
    workshop: Event, client: PageClient, clock: time_machine.Traveller
) -> None:
    link = link_of(workshop, clock=clock)
    codes = {
        one.contact.first_name: one.code
        for one in db.session.scalars(select(Registration).where(Registration.event_id == workshop.id))
    }
    db.session.rollback()
    code = codes["Binta"].upper()
    for typed in (f" {code[:3]} {code[3:]}", f"EA1:{code}"):  # by hand, and as a phone reads its square
        answer = client.submit(client.get(link).page.form(f"{link}/bulletins"), {"code": typed})
        assert (answer.status_code, answer.headers["Location"]) == (303, f"{link}#famille-{codes['Binta']}")
        assert figures(workshop)["arrived"] == 1


@pytest.mark.parametrize("typed", ["", "zzzzzzz", "é", "a" * 400, "EA1:"])
def test_a_code_of_nobody_here_is_said_so(
    workshop: Event, client: PageClient, clock: time_machine.Traveller, typed: str
) -> None:
    elsewhere = stories.register(factories.an_event("Ailleurs"), stories.answers("Driss")).registration.code
    link = link_of(workshop, clock=clock)
    for code in (typed, elsewhere):
        answer = client.submit(client.get(link).page.form(f"{link}/bulletins"), {"code": code})
        assert answer.status_code == 303
        assert "Ce code n’est pas sur la liste d’aujourd’hui." in client.get(link).page.text
    assert figures(workshop) == {}


def test_a_professional_is_expected_by_first_name_too(
    client: PageClient, workshop: Event, clock: time_machine.Traveller
) -> None:
    workshop.audience = Audience.PROFESSIONALS
    db.session.commit()
    stories.register(workshop, OUSMANE)
    link = link_of(workshop, clock=clock)
    assert list(forms(client, link, "family")) == ["Binta", "Clara", "Ousmane"]
    assert "Le Relais" not in client.get(link).page.main.text
