"""Every door of the desks, tried by nobody, by a coordinator, and by a coordinator of another territory.

The table is compared with the addresses that the application knows: a new door without a row fails.
"""

from __future__ import annotations

from datetime import date, time
from typing import NamedTuple

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.agenda.models import Activity
from eventsapp.agenda.rules import Ordinal, Rule, Weekday
from eventsapp.mailroom.models import Channel, Letter, LetterStatus
from eventsapp.people import accounts, models, sign_ins
from eventsapp.planning import drafting
from tests import factories, saturdays
from tests.pages import PageClient
from tests.web.coordination.conftest import SignIn


class Door(NamedTuple):
    """A route, how it is knocked at, and what a coordinator of the territory gets."""

    method: str
    endpoint: str
    rule: str
    status: int
    everybody: bool = False
    """Open to whoever is signed in."""


DOORS = (
    Door("GET", "desk.home", "/pro/", 200, everybody=True),
    Door("GET", "account.show", "/pro/compte", 200, everybody=True),
    Door("POST", "account.end", "/pro/compte/entrees/{sign_in}/fin", 404, everybody=True),  # nobody's own
    Door("POST", "account.end_others", "/pro/compte/entrees/fin", 303, everybody=True),
    Door("GET", "desk.territory", "/pro/{territory}/", 200),
    Door("GET", "desk.programme", "/pro/{territory}/programme", 200),
    Door("GET", "plans.index", "/pro/{territory}/plans", 200),
    Door("POST", "plans.propose", "/pro/{territory}/plans", 303),
    Door("GET", "plans.show", "/pro/plans/{draft}", 200),
    Door("POST", "plans.accept", "/pro/plans/{draft}/acceptation", 303),
    Door("POST", "plans.set_aside", "/pro/plans/{draft}/mise-de-cote", 303),
    Door("GET", "series.index", "/pro/{territory}/series", 200),
    Door("GET", "series.show", "/pro/series/{series}", 200),
    Door("POST", "series.set_rule", "/pro/series/{series}/regle", 303),
    Door("POST", "series.add_date", "/pro/series/{series}/ajout", 303),
    Door("POST", "series.drop_date", "/pro/series/{series}/retrait", 303),
    Door("POST", "series.move_date", "/pro/series/{series}/deplacement", 303),
    Door("POST", "series.forget_exception", "/pro/series/{series}/oubli", 303),
    Door("POST", "series.announce_missing", "/pro/series/{series}/annonce", 303),
    Door("GET", "tasks.show", "/pro/taches/{task}", 200),
    Door("POST", "tasks.stop", "/pro/taches/{task}/arret", 303),
    Door("GET", "calls.index", "/pro/{territory}/appels", 200),
    Door("POST", "calls.outcome", "/pro/{territory}/appels/{call}", 303),
    Door("GET", "letters.index", "/pro/{territory}/courriers", 200),
    Door("GET", "letters.show", "/pro/{territory}/courriers/{letter}", 200),
    Door("POST", "letters.retry", "/pro/{territory}/courriers/{letter}/relance", 303),
)


@pytest.fixture
def rows(db_session: scoped_session[Session]) -> dict[str, str]:
    """One of each thing of the 19e, and what a letter of it says."""
    saturdays.a_town()
    territory = factories.a_territory()
    call, mail = a_letter(territory.id, Channel.CALL), a_letter(territory.id, Channel.MAIL)
    draft = saturdays.a_draft()
    later = drafting.request(territory, "2027-2028", requested_by=None, now=clock.now())
    series = a_series()
    nora = accounts.open_account("nora@example.org", "Nora Awa", actor="cli", now=clock.now())
    sign_ins.begin(nora, "", now=clock.now())
    db_session.commit()
    found = {
        "territory": territory.slug,
        "draft": str(draft.id),
        "task": str(later.task_id),
        "call": str(call.id),
        "letter": str(mail.id),
        "series": str(series.id),
        "sign_in": str(db_session.scalars(select(models.SignIn.id)).one()),
    }
    db_session.rollback()
    return found


def a_series() -> Activity:
    """The first Tuesdays of winter and spring, at Curial's gate."""
    rule = Rule(
        weekday=Weekday.TUESDAY,
        first=date(2027, 1, 1),
        last=date(2027, 6, 30),
        ordinals=(Ordinal.FIRST,),
    )
    return factories.an_activity(
        "Petits déjeuners de Curial",
        rule=rule.to_dict(),
        venue=factories.a_school(),
        usual_start=time(8, 30),
        usual_minutes=90,
    )


FILLED_IN = {
    "outcome": "appele",
    "school_year": "2027-2028",
    "jour": "monday",
    "rang": "first",
    "tous": "1",
    "sinon": "nothing",
    "du": "2027-01-01",
    "au": "2027-06-30",
    "ajout": "2027-01-07",
    "retrait": "2027-02-02",
    "depart": "2027-03-02",
    "arrivee": "2027-03-04",
    "day": "2027-04-06",
}
"""What each form asks: no two have a field of the same name."""


def a_letter(territory_id: int, channel: Channel) -> Letter:
    from eventsapp.database import db

    letter = Letter(
        kind="registrations/confirmed",
        channel=channel,
        status=LetterStatus.WAITING,
        territory_id=territory_id,
        reader_name="Awa",
        address="awa@example.org" if channel is Channel.MAIL else "06 39 98 00 01",
        language="fr",
        subject="C’est noté",
        sender_name="L’agenda du 19e",
        sender_address="agenda@example.org",
        message_id=f"<{channel}@example.org>",
        text="Ceci ne regarde qu’Awa",
        html="",
        posted_at=clock.now(),
        due_at=clock.now(),
    )
    db.session.add(letter)
    db.session.flush()
    return letter


def knock(client: PageClient, door: Door, rows: dict[str, str]) -> tuple[int, str, str]:
    """Status, where it leads, and what is said; a form comes with the visitor's own CSRF token."""
    address = door.rule.format(**rows)
    if door.method == "GET":
        answer = client.get(address)
    else:
        a_page = client.get("/pro/", follow_redirects=True).page  # with a way out, or a way in
        token = a_page.all("input", name="csrf_token")[0]["value"]
        answer = client.post(address, data=FILLED_IN | {"csrf_token": token})
    return answer.status_code, answer.headers.get("Location", ""), answer.get_data(as_text=True)


def test_the_table_holds_every_door(app: Flask) -> None:
    known = {
        (method, rule.endpoint)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/pro/")
        for method in (rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"}
    }
    assert known == {(door.method, door.endpoint) for door in DOORS}


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("door", DOORS, ids=lambda door: f"{door.method} {door.endpoint}")
def test_nobody_is_asked_to_sign_in(client: PageClient, rows: dict[str, str], door: Door) -> None:
    status, location, said = knock(client, door, rows)
    if door.method == "GET":
        assert (status, location) == (303, f"/connexion?next={door.rule.format(**rows)}")
    else:
        assert (status, location) == (403, "")
    assert "Awa" not in said


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("door", DOORS, ids=lambda door: f"{door.method} {door.endpoint}")
def test_a_coordinator_enters(sign_in: SignIn, rows: dict[str, str], door: Door) -> None:
    samira = sign_in(saturdays.a_coordinator(factories.a_territory()))
    status, location, _ = knock(samira, door, rows)
    if door.endpoint == "plans.propose":
        assert status == 409  # that year is being worked out already
    else:
        assert status == door.status, location


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("door", DOORS, ids=lambda door: f"{door.method} {door.endpoint}")
def test_a_coordinator_of_another_territory_does_not(
    sign_in: SignIn, rows: dict[str, str], door: Door
) -> None:
    paul = sign_in(saturdays.a_coordinator(factories.a_territory(10), email="paul@example.org", name="Paul"))
    status, location, said = knock(paul, door, rows)
    assert status == (door.status if door.everybody else 403)
    assert location == ("/pro/compte" if status == 303 else "")
    assert "Awa" not in said
    assert "Curial" not in said


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    "address",
    [
        "/pro/paris-18/",
        "/pro/paris-18/plans",
        "/pro/plans/999",
        "/pro/series/999",
        "/pro/taches/999",
        "/pro/paris-19/courriers/999",
        "/pro/plans/999999999999999999999999",
    ],
)
def test_what_does_not_exist_is_not_found(desk: PageClient, address: str) -> None:
    assert desk.get(address).status_code == 404


@pytest.mark.databases("sqlite")
def test_a_letter_of_another_territory_is_not_found_through_ones_own(
    sign_in: SignIn, rows: dict[str, str]
) -> None:
    """Paul may read the letters of the 10e: the number of one of the 19e opens nothing there."""
    paul = sign_in(saturdays.a_coordinator(factories.a_territory(10), email="paul@example.org", name="Paul"))
    for path in (f"courriers/{rows['letter']}", f"courriers/{rows['call']}"):
        assert paul.get(f"/pro/paris-10/{path}").status_code == 404
    [through_his_own] = [door for door in DOORS if door.endpoint == "calls.outcome"]
    assert knock(paul, through_his_own, rows | {"territory": "paris-10"})[0] == 404


@pytest.mark.databases("sqlite")
def test_a_forged_form_is_refused(desk: PageClient) -> None:
    for door in DOORS:
        if door.method == "POST":
            path = door.rule.format(
                territory="paris-19", draft=1, task=1, call=1, letter=1, series=1, sign_in=1
            )
            assert desk.post(path).status_code == 400
