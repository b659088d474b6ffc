"""Samira lists her sessions, ticks some, and moves, rehouses or cancels them at once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as hours
from eventsapp.agenda.models import Event
from eventsapp.clock import local
from eventsapp.people.models import Account
from eventsapp.places import closures
from tests import factories, saturdays
from tests.databases import everything
from tests.disruptions import curial
from tests.pages import Page, PageClient
from tests.registrations.stories import letters
from tests.web.conftest import SignIn, Statements
from tests.web.coordination.test_closures import (
    explained,
    figures,
    plain,
    told_at_last,
    what_became,
)

LIST, CHANGE = "/pro/paris-19/rendez-vous", "/pro/paris-19/rendez-vous/changement"
TRY, DO = "Voir ce que cela change", "Valider et prévenir"


@pytest.fixture
def desk(samira: Account, sign_in: SignIn, db_session: scoped_session[Session]) -> PageClient:
    """Three schools; three sessions at Curial, of three partners; families come to the first two."""
    school, *_ = curial.schools()
    events = curial.sessions(school, curial.partners(3), 3)
    db_session.commit()
    curial.families(events)
    db_session.commit()
    db_session.rollback()
    return sign_in(samira)


def titles(page: Page) -> list[str]:
    return [row.one("a").text for body in page.main.all("tbody") for row in body.all("tr")]


def ticked(desk: PageClient, button: str, number: int = 3) -> Page:
    """The first sessions of the list are ticked, and a button is pressed."""
    page = desk.get(LIST).page
    boxes = [one["value"] for one in page.main.all("input", name="e")][:number]
    form = page.form(button=button)
    form.values["e"] = boxes
    name, value = next((b["name"], b["value"]) for b in form.buttons if b.text == button)
    query = "&".join([f"{name}={value}", *(f"e={one}" for one in boxes)])
    return desk.get(f"{form.action}?{query}").page


def asked(desk: PageClient, page: Page, **values: str) -> Page:
    """The form of the page is filled in and sent; the answer."""
    form = page.form(button=TRY)
    for name, value in values.items():
        form[name] = value
    return desk.submit(form).page


def test_sessions_are_filtered_by_month_place_host_activity_and_state(
    desk: PageClient, db_session: scoped_session[Session]
) -> None:
    factories.an_event(
        "Hier", starts_at=local(date(2026, 11, 21), 10), venue=factories.a_school("École Manin")
    )
    elsewhere = factories.an_action("Ailleurs", territory=factories.a_territory(10))
    factories.an_event("Au 10e", activity=factories.an_activity("Au 10e", action=elsewhere))
    db_session.commit()
    page = desk.get(LIST).page
    assert titles(page) == ["Atelier 1", "Atelier 2", "Atelier 3"]
    by = {one["name"]: {o.text: o["value"] for o in one.all("option")} for one in page.main.all("select")}
    assert list(by["structure"]) == ["Toutes les structures", *(f"Association {one}" for one in (1, 2, 3))]
    assert titles(desk.get(f"{LIST}?structure={by['structure']['Association 2']}").page) == ["Atelier 2"]
    assert titles(desk.get(f"{LIST}?activite={by['activite']['Atelier 3']}").page) == ["Atelier 3"]
    assert titles(desk.get(f"{LIST}?lieu={by['lieu']['Manin']}&mois=2026-11").page) == ["Hier"]
    assert titles(desk.get(f"{LIST}?mois=2026-12&etat=prevu").page) == ["Atelier 1", "Atelier 2", "Atelier 3"]
    page = desk.get(f"{LIST}?etat=annule").page
    assert (titles(page), page.link("Tous les filtres")) == ([], LIST)
    assert "Aucun rendez-vous ne correspond." in plain(page.main.text)
    assert titles(desk.get(f"{LIST}?page=9").page) == []


def test_three_are_moved_by_a_week_and_people_are_told_once(
    desk: PageClient, db_session: scoped_session[Session]
) -> None:
    before = everything()
    page = asked(desk, ticked(desk, "Déplacer"), semaines="1", raison="Fête de l’école.")
    assert everything() == before
    assert "Devient : lundi 14 décembre 2026, de 9 h à 11 h" in plain(page.main.text)
    assert figures(page) == {
        "courriers": 5,
        "appels à passer": 3,
        "inscriptions": 5,
        "responsables de structures": 3,
        "contacts de lieux": 0,
    }
    counted, table = figures(page), explained(page)
    known = {one.id for one in letters()}
    answer = desk.submit(page.form(button=DO))
    result = desk.get(answer.headers["Location"]).page
    assert (figures(result), explained(result)) == (counted, table)
    new = told_at_last(known)
    assert len(new) == counted["courriers"] + counted["appels à passer"]
    starts = list(db_session.scalars(select(Event.starts_at).order_by(Event.id)))
    day = curial.FIRST + timedelta(weeks=1)
    assert starts == [local(day, 9), local(day, 14), local(day, 17)]
    db_session.rollback()


def test_pressed_twice_they_move_by_one_week_and_not_by_two(
    desk: PageClient, db_session: scoped_session[Session]
) -> None:
    form = asked(desk, ticked(desk, "Déplacer"), semaines="1").form(button=DO)
    assert desk.submit(form).status_code == 303
    before = everything()
    answer = desk.submit(form)
    assert answer.status_code == 409
    assert "Entre-temps, quelque chose a changé dans l’agenda." in plain(answer.page.main.text)
    assert "Devient : lundi 21 décembre 2026, de 9 h à 11 h" in plain(answer.page.main.text)
    assert everything() == before
    assert desk.submit(answer.page.form(button=DO)).status_code == 303  # that was looked at
    db_session.rollback()
    assert db_session.scalars(select(Event.starts_at).order_by(Event.id)).first() == local(
        curial.FIRST + timedelta(weeks=2), 9
    )
    db_session.rollback()


def test_an_hour_stays_the_hour_of_the_wall_when_summer_comes(
    desk: PageClient, db_session: scoped_session[Session]
) -> None:
    page = asked(desk, ticked(desk, "Déplacer", 1), semaines="17")
    assert "Devient : lundi 5 avril 2027, de 9 h à 11 h" in plain(page.main.text)
    page = asked(desk, ticked(desk, "Déplacer", 1), jours="-3", heure="10:15")
    assert "Devient : vendredi 4 décembre 2026, de 10 h 15 à 12 h 15" in plain(page.main.text)


def test_what_stands_against_a_new_day_is_said(desk: PageClient, db_session: scoped_session[Session]) -> None:
    school = factories.a_school()
    monday = local(date(2026, 12, 14), 0)
    closures.close(school, monday, monday + timedelta(days=1), "Travaux", actor="cli", now=hours.now())
    factories.an_event("Goûter", venue=school, starts_at=local(date(2026, 12, 8), 15))
    db_session.commit()
    assert "lieu fermé" in plain(asked(desk, ticked(desk, "Déplacer", 1), semaines="1").main.text)
    assert "lieu déjà pris à cette heure" in plain(asked(desk, ticked(desk, "Déplacer"), jours="1").main.text)
    assert "pas d’école ce jour-là" in plain(asked(desk, ticked(desk, "Déplacer"), jours="13").main.text)
    # A closed place is refused.
    page = asked(desk, ticked(desk, "Déplacer", 1), semaines="1")
    before = everything()
    answer = desk.submit(page.form(button=DO))
    assert answer.status_code == 422
    assert "École Curial, lieu fermé le lundi 14 décembre 2026" in answer.page.main.text
    assert everything() == before


def test_a_school_that_votes_is_pointed_out(desk: PageClient, db_session: scoped_session[Session]) -> None:
    saturdays.a_saturday(factories.a_school(), date(2027, 4, 17))
    db_session.commit()
    words = "Bureau de vote : Élection présidentielle, premier tour, le dimanche 18 avril"
    assert words in plain(desk.get(f"{LIST}?mois=2027-04").page.main.text)
    home = desk.get("/pro/paris-19/").page
    assert "1 rendez-vous est annoncé dans une école la veille ou le jour d’une élection" in plain(
        home.main.text
    )
    assert home.link("Voir ces rendez-vous") == f"{LIST}?mois=2027-04"
    # The library votes nowhere, nor does a day later.
    page = desk.get("/pro/paris-19/lieux/1/fermeture?du=2027-04-17&au=2027-04-17&raison=Travaux").page
    assert words in plain(page.main.text)


def test_all_are_housed_elsewhere_in_a_room(desk: PageClient, db_session: scoped_session[Session]) -> None:
    page = ticked(desk, "Changer de lieu ou de salle")
    manin = next(o["value"] for o in page.main.one("select").all("option") if o.text == "École Manin")
    page = asked(desk, page, lieu=manin, salle="préau")
    answer = desk.submit(page.form(button=DO))
    rows = what_became(desk.get(answer.headers["Location"]).page)
    assert [row[2] for row in rows] == [
        f"Devient : lundi 7 décembre 2026, de {span}, École Manin, préau."
        for span in ("9 h à 11 h", "14 h à 16 h", "17 h à 19 h")
    ]
    rooms = db_session.execute(select(Event.room, Event.venue_id).order_by(Event.id)).all()
    assert [tuple(row) for row in rooms] == [("préau", int(manin))] * 3
    db_session.rollback()


def test_another_room_far_ahead_tells_hosts_and_no_family(desk: PageClient) -> None:
    page = asked(desk, ticked(desk, "Changer de lieu ou de salle"), salle="salle 3")
    assert figures(page)["inscriptions"] == 0
    known = {one.id for one in letters()}
    desk.submit(page.form(button=DO))
    assert {one.kind for one in told_at_last(known)} == {"disruptions/changed"}


def test_all_are_cancelled_with_a_reason_that_families_read(desk: PageClient) -> None:
    page = ticked(desk, "Annuler")
    refused = desk.get(page.address + "&raison=+")
    assert (refused.status_code, list(refused.page.mistakes)) == (422, ["raison"])
    page = asked(desk, page, raison="Grève des gardiens.")
    known = {one.id for one in letters()}
    answer = desk.submit(page.form(button=DO))
    rows = what_became(desk.get(answer.headers["Location"]).page)
    assert [row[2] for row in rows] == ["Annulé"] * 3
    new = told_at_last(known)
    assert all("Grève des gardiens." in one.text for one in new if one.address == "chen@example.org")
    assert {one.kind for one in new} == {"registrations/called_off", "disruptions/changed"}


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("quoi=deplacer", 422),
        ("quoi=deplacer&e=999", 422),
        ("quoi=deplacer&e=x&e=٣", 422),
        ("quoi=autre&e=1", 404),
        ("e=1", 303),
        ("quoi=deplacer&e=1&semaines=&jours=&heure=&raison=", 422),
        ("quoi=deplacer&e=1&semaines=999", 422),
        ("quoi=deplacer&e=1&semaines=-9", 422),
        ("quoi=lieu&e=1&lieu=&salle=", 422),
        ("quoi=lieu&e=1&lieu=999&salle=", 404),
        (f"quoi=lieu&e=1&lieu=&salle={'x' * 81}", 422),
        ("quoi=deplacer&" + "&".join(f"e={one}" for one in range(1, 102)), 422),
    ],
)
@pytest.mark.databases("sqlite")
def test_what_means_nothing_is_refused(desk: PageClient, query: str, status: int) -> None:
    before = everything()
    assert desk.get(f"{CHANGE}?{query}").status_code == status
    assert everything() == before


def test_sessions_of_another_territory_are_not_touched(
    desk: PageClient, db_session: scoped_session[Session]
) -> None:
    action = factories.an_action("Ailleurs", territory=factories.a_territory(10))
    theirs = factories.an_event("Au 10e", activity=factories.an_activity("Au 10e", action=action))
    db_session.commit()
    page = asked(desk, ticked(desk, "Déplacer", 1), semaines="1")
    form = page.form(button=DO)
    form.values["e"].append(str(theirs.id))
    assert desk.submit(form).status_code == 303
    db_session.rollback()
    assert theirs.starts_at == factories.SATURDAY


@pytest.mark.databases("sqlite")
def test_a_list_and_a_preview_ask_as_much_for_one_session_as_for_many(
    samira: Account, sign_in: SignIn, db_session: scoped_session[Session], statements: Statements
) -> None:
    school, *_ = curial.schools()
    db_session.commit()
    desk, number = sign_in(samira), school.id

    def said(path: str) -> int:
        with statements() as collected:
            assert desk.get(path).status_code == 200
        return len(collected)

    lists, previews, events = [said(LIST)], [], []
    for hosts in (1, 3, 12):
        db_session.rollback()
        at = db_session.get_one(type(school), number)
        events += [one.id for one in curial.sessions(at, curial.more_partners(hosts), hosts)]
        db_session.commit()
        lists.append(said(LIST))
        chosen = "&".join(f"e={one}" for one in events)
        previews.append(said(f"{CHANGE}?quoi=deplacer&{chosen}&semaines=1"))
    assert (lists, previews) == ([8, 9, 9, 9], [15, 15, 15])
