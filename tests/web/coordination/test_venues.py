"""« Lieux »: Samira adds, corrects and gives up the places of the 19e; a correction is seen in calendars."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as hours
from eventsapp.directory import contacts
from eventsapp.directory.contacts import Answers
from eventsapp.people.models import Account
from eventsapp.places.models import Quartier, Venue, VenueKind
from tests import factories
from tests.pages import Page, PageClient
from tests.web.conftest import SignIn

Db = scoped_session[Session]
PAGE = "/pro/paris-19/lieux"


@pytest.fixture
def desk(samira: Account, sign_in: SignIn) -> PageClient:
    return sign_in(samira)


@pytest.fixture
def curial(db_session: Db) -> Venue:
    """A school of the 19e with a contact; a park beside it; a school of the 10e."""
    territory = factories.a_territory()
    found = factories.a_school()
    db_session.add(Quartier(territory=territory, slug="villette", name="La Villette"))
    factories.a_school("Jardin d’Éole", kind=VenueKind.PARK, step_free=True)
    factories.a_school("École Récollets", territory=factories.a_territory(10))
    roy = Answers("Madame Roy", phone="01 99 00 00 01")
    contacts.add(found, roy, territory=territory, actor="cli", now=hours.now())
    db_session.commit()
    return found


def names(page: Page) -> list[str]:
    return [row.one("a", lang="fr").text for row in page.main.one("tbody").all("th")]


def test_the_places_of_a_territory_with_whom_to_reach(desk: PageClient, curial: Venue) -> None:
    page = desk.get(PAGE).page
    assert names(page) == ["École Curial", "Jardin d’Éole"]
    rows = [row.text for row in page.main.one("tbody").all("tr")]
    assert "Madame Roy 01 99 00 00 01" in rows[0]
    assert rows[1].endswith("Parc ou jardin oui personne encore")
    assert names(desk.get(f"{PAGE}?sorte=parc").page) == ["Jardin d’Éole"]
    assert names(desk.get(f"{PAGE}?q=ecole").page) == ["École Curial"]
    assert "Aucun lieu ici." in desk.get(f"{PAGE}?quartier=villette").page.main.text


def test_a_place_is_added_with_its_quartier(desk: PageClient, curial: Venue, db_session: Db) -> None:
    form = desk.get(f"{PAGE}/nouveau").page.form()
    assert (form["postal_code"], form["city"]) == ("75019", "Paris")
    said = {"name": "Le kiosque", "kind": "culture", "quartier": "villette", "step_free": "non"}
    answer = desk.submit(form, said)
    db_session.rollback()
    kiosk = db_session.scalars(select(Venue).where(Venue.slug == "le-kiosque")).one()
    assert answer.headers["Location"] == f"{PAGE}/{kiosk.id}"
    assert (kiosk.short_name, kiosk.step_free, kiosk.quartier and kiosk.quartier.name) == (
        "Le kiosque",
        False,
        "La Villette",
    )
    page = desk.get(f"{PAGE}/{kiosk.id}").page
    assert page.link("Ajouter un contact") == f"/pro/paris-19/contacts/nouveau?lieu={kiosk.id}"


def test_what_cannot_be_is_said_beside_its_field(desk: PageClient, curial: Venue) -> None:
    answer = desk.submit(desk.get(f"{PAGE}/nouveau").page.form(), {"name": "École Curial"})
    assert (answer.status_code, set(answer.page.mistakes)) == (422, {"kind"})
    answer = desk.submit(answer.page.form(), {"kind": "elementaire"})
    assert (answer.status_code, set(answer.page.mistakes)) == (422, {"name"})


def test_a_correction_is_seen_in_calendars(desk: PageClient, curial: Venue, db_session: Db) -> None:
    event = factories.an_event(venue=curial)
    db_session.commit()
    page = f"{PAGE}/{curial.id}/modification"
    form = desk.get(page).page.form()
    assert (form["name"], form["step_free"], form["point"]) == ("École Curial", "", "48.8936, 2.3764")
    answer = desk.submit(form, {"door": "Portail bleu"})
    assert answer.status_code == 303
    said = desk.get(answer.headers["Location"]).page.text
    assert "1 rendez-vous est mis à jour dans les calendriers." in said
    db_session.rollback()
    assert (curial.door, curial.latitude) == ("Portail bleu", 48.8936)
    assert "Portail bleu" in desk.get(f"/e/{event.code}.ics").get_data(as_text=True).replace("\r\n ", "")


def test_a_place_is_given_up_and_taken_up_again(desk: PageClient, curial: Venue) -> None:
    one = f"{PAGE}/{curial.id}"
    assert desk.submit(desk.get(one).page.form(f"{one}/retrait")).status_code == 303
    assert names(desk.get(PAGE).page) == ["Jardin d’Éole"]
    assert names(desk.get(f"{PAGE}?etat=retires").page) == ["École Curial"]
    options = desk.get("/pro/paris-19/contacts/nouveau").page.main.one("select").all("option")
    assert [option.text for option in options] == ["Choisir", "Jardin d’Éole"]
    assert desk.submit(desk.get(one).page.form(f"{one}/reprise")).status_code == 303
    assert names(desk.get(PAGE).page) == ["École Curial", "Jardin d’Éole"]


def test_a_place_of_another_territory_is_none(desk: PageClient, curial: Venue, db_session: Db) -> None:
    theirs = db_session.scalars(select(Venue).where(Venue.name == "École Récollets")).one()
    token = desk.get(f"{PAGE}/nouveau").page.form()["csrf_token"]
    for address in (f"{PAGE}/{theirs.id}", f"{PAGE}/{theirs.id}/modification"):
        assert desk.get(address).status_code == 404
    for verb in ("modification", "retrait", "reprise"):
        assert desk.post(f"{PAGE}/{theirs.id}/{verb}", data={"csrf_token": token}).status_code == 404
    assert desk.get("/pro/paris-10/lieux").status_code == 403
