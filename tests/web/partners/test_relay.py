"""Fatou, relay worker at La Maison des Familles, registers Mariama at Espace 19's workshop."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as hours
from eventsapp.access import grants
from eventsapp.access.models import Grant, Role
from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.journal import JournalLine
from eventsapp.mailroom.models import Letter
from eventsapp.people import accounts, approvals
from eventsapp.people.models import Account, Organisation, PrivateLink
from eventsapp.registrations.models import Registration, RegistrationStatus, WayIn
from eventsapp.web.slips import square
from tests import factories, saturdays
from tests.pages import PageClient, PageResponse
from tests.races import pressed_at_once
from tests.registrations.stories import answers, register
from tests.web.conftest import SignIn, Statements
from tests.web.residents.homes import confirm

MARIAMA = {
    "first_name": "Mariama",
    "phone": "06 39 98 00 11",
    "adults": "1",
    "children_3_5": "2",
    "agrees": "y",
}


def form_of(event: Event) -> str:
    return f"/pro/rendez-vous/{event.code}/inscrire"


def slip_of(event: Event, registration: Registration) -> str:
    return f"/pro/rendez-vous/{event.code}/inscriptions/{registration.code}/bulletin"


def send(client: PageClient, event: Event, **typed: str | None) -> PageResponse:
    db.session.rollback()
    form = client.get(form_of(event)).page.form(button="Inscrire")
    return client.submit(form, MARIAMA | typed)


def the_registration() -> Registration:
    db.session.rollback()
    return db.session.scalars(select(Registration)).one()


# ---------------------------------------------------------------- registering


@pytest.mark.parametrize("means", ["", "sms", "appel"])
def test_mariama_says_how_she_wants_to_be_told(
    event: Event, fatou: Account, sign_in: SignIn, means: str
) -> None:
    assert send(sign_in(fatou), event, means=means).status_code == 303
    assert (the_registration().contact.means or "") == means


@pytest.mark.databases("sqlite")
def test_by_mail_without_an_address_is_refused_beside_the_question(
    event: Event, fatou: Account, sign_in: SignIn
) -> None:
    answer = send(sign_in(fatou), event, means="courriel")
    assert answer.status_code == 422
    assert "Pour un e-mail, écrivez votre adresse e-mail." in answer.page.mistakes["means"]


def test_she_finds_it_from_the_public_page_and_registers_mariama_with_her_agreement(
    event: Event, fatou: Account, sign_in: SignIn, db_session: scoped_session[Session]
) -> None:
    desk = sign_in(fatou)
    public = desk.get(f"/e/{event.code}-{event.slug}").page
    page = desk.get(public.link("Inscrire quelqu’un")).page
    assert [one for one in page.main.all("input", id="agrees") if one.has("checked")] == []
    assert "Lisez-lui à voix haute" in page.main.text
    answer = desk.submit(page.form(button="Inscrire"), MARIAMA)
    made = the_registration()
    assert (answer.status_code, answer.headers["Location"]) == (303, slip_of(event, made))
    assert (made.way, made.helped_by, made.agreed_at) == (WayIn.RELAY, fatou.actor, hours.now())
    assert (made.status, made.seats, made.contact.phone_is_shared) == (RegistrationStatus.CONFIRMED, 3, False)
    lines = db_session.scalars(
        select(JournalLine).where(JournalLine.thing == "registration").order_by(JournalLine.id)
    ).all()
    assert [(one.actor, one.verb, one.details["agreed"]) for one in lines] == [
        (fatou.actor, "registered by relay", True)
    ]
    db_session.rollback()
    slip = desk.get(answer.headers["Location"]).page.main.text
    assert "Mariama a sa place." in slip
    for said in ("Samedi vingt-huit novembre", "Atelier cuisine", "3 personnes", "2 enfants de 3 à 5 ans"):
        assert said in slip
    assert f"Votre code {made.code.upper()}" in slip


def test_without_her_yes_nothing_is_written(event: Event, fatou: Account, sign_in: SignIn) -> None:
    answer = send(sign_in(fatou), event, agrees=None)
    assert (answer.status_code, answer.page.mistakes) == (
        422,
        {"agrees": "Erreur : Demandez son accord à la personne, puis cochez la case."},
    )
    db.session.rollback()
    assert db.session.scalars(select(Registration)).all() == []


def test_whoever_has_neither_phone_nor_mail_is_reached_through_her_organisation(
    event: Event, fatou: Account, maison: Organisation, sign_in: SignIn
) -> None:
    answer = send(sign_in(fatou), event, phone="", through=str(maison.id))
    assert answer.status_code == 303
    contact = the_registration().contact
    assert (contact.phone, contact.phone_e164, contact.phone_is_shared) == (
        "01 99 00 00 42",
        "+33199000042",
        True,
    )


@pytest.mark.databases("sqlite")
def test_through_an_organisation_that_is_not_hers_nobody_is_reached(
    event: Event, fatou: Account, sign_in: SignIn, db_session: scoped_session[Session]
) -> None:
    other = factories.an_association("Ailleurs", phone="01 99 00 00 77")
    approvals.approve(other, event.territory, actor="cli", now=hours.now())
    db_session.commit()
    answer = send(sign_in(fatou), event, phone="", through=str(other.id))
    assert answer.page.mistakes == {"phone": "Erreur : Écrivez un numéro de téléphone ou une adresse e-mail."}


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(("has_mail", "letters"), [(True, 1), (False, 0)])
def test_a_letter_goes_to_whoever_left_an_address(
    event: Event, fatou: Account, sign_in: SignIn, has_mail: bool, letters: int
) -> None:
    send(sign_in(fatou), event, email="mariama@example.org" if has_mail else "")
    db.session.rollback()
    assert len(db.session.scalars(select(Letter)).all()) == letters


def test_pressed_twice_she_is_registered_once(
    event: Event, fatou: Account, sign_in: SignIn, db_session: scoped_session[Session]
) -> None:
    desk = sign_in(fatou)
    form = desk.get(form_of(event)).page.form(button="Inscrire")
    for name, value in MARIAMA.items():
        form[name] = value
    db_session.remove()
    assert pressed_at_once((desk, form), (desk, form)) == [303, 303]
    assert the_registration().seats == 3


def test_when_it_is_full_she_waits_and_the_slip_says_so(
    event: Event, fatou: Account, sign_in: SignIn
) -> None:
    register(event, answers("Awa", 12))
    db.session.rollback()
    desk = sign_in(fatou)
    slip = desk.get(send(desk, event).headers["Location"]).page.main.text
    assert "Vous êtes sur la liste d’attente, au rang 1. Ne venez pas avant notre appel." in slip


@pytest.mark.databases("sqlite")
def test_samira_registers_at_her_own_desk_s_name(event: Event, samira: Account, sign_in: SignIn) -> None:
    assert send(sign_in(samira), event).status_code == 303
    assert the_registration().way is WayIn.DESK


# ---------------------------------------------------------------- what she sees after


def test_after_it_she_sees_that_slip_and_nothing_else(
    event: Event, fatou: Account, sign_in: SignIn, db_session: scoped_session[Session]
) -> None:
    awa = register(event, answers("Awa")).registration
    others = slip_of(event, awa)
    db_session.rollback()
    desk = sign_in(fatou)
    send(desk, event)
    assert [
        desk.get(address).status_code for address in (others, f"/pro/rendez-vous/{event.code}/inscriptions")
    ] == [
        403,
        403,
    ]
    home = desk.get("/pro/inscrire").page.main.text
    assert ("Mariama" in home, "Awa" in home) == (True, False)


def test_a_relay_worker_of_another_organisation_opens_nothing_of_it(
    event: Event, fatou: Account, sign_in: SignIn, db_session: scoped_session[Session]
) -> None:
    other = factories.an_association("Ailleurs")
    approvals.approve(other, event.territory, actor="cli", now=hours.now())
    omar = accounts.open_account("omar@example.org", "Omar", actor="cli", now=hours.now())
    grants.give(omar, Role.OWNER, other, by="cli", now=hours.now())
    db_session.commit()
    send(sign_in(fatou), event)
    made = the_registration()
    address, cancel = slip_of(event, made), f"{form_of(event)}/{made.code}/annulation"
    db.session.rollback()
    desk = sign_in(omar)
    token = desk.get(form_of(event)).page.form(button="Inscrire")["csrf_token"]
    answered = [desk.get(address), desk.post(cancel, data={"csrf_token": token})]
    assert [one.status_code for one in answered] == [403, 403]
    assert "Mariama" not in desk.get("/pro/inscrire").get_data(as_text=True)
    assert the_registration().is_active


@pytest.mark.databases("sqlite")
def test_once_she_works_there_no_more_or_the_day_is_over_the_slip_is_closed(
    event: Event, fatou: Account, sign_in: SignIn, clock: time_machine.Traveller
) -> None:
    desk = sign_in(fatou)
    send(desk, event)
    slip = slip_of(event, the_registration())
    db.session.rollback()
    assert desk.get(slip).status_code == 200
    clock.move_to(event.ends_at + timedelta(days=1))
    db.session.rollback()
    assert sign_in(fatou).get(slip).status_code == 403
    clock.move_to(event.starts_at - timedelta(days=1))
    grant = db.session.scalars(select(Grant).where(Grant.account_id == fatou.id)).one()
    grants.end(grant, by="cli", now=hours.now())
    db.session.commit()
    left = sign_in(fatou)
    assert [left.get(address).status_code for address in (slip, form_of(event), "/pro/inscrire")] == [403] * 3


@pytest.mark.databases("sqlite")
def test_another_territory_s_events_are_not_hers(
    fatou: Account, sign_in: SignIn, db_session: scoped_session[Session]
) -> None:
    tenth = factories.a_territory(10)
    action = factories.an_action("Balades", territory=tenth)
    elsewhere = factories.an_event("Balade", activity=factories.an_activity("Balade", action=action))
    db_session.commit()
    code = elsewhere.code
    db_session.rollback()
    desk = sign_in(fatou)
    assert desk.get(f"/pro/rendez-vous/{code}/inscrire").status_code == 403
    assert "Balade" not in desk.get("/pro/inscrire").page.main.text


def test_she_cancels_when_mariama_asks_as_long_as_it_is_ahead(
    event: Event, fatou: Account, sign_in: SignIn, clock: time_machine.Traveller
) -> None:
    desk = sign_in(fatou)
    page = desk.get(send(desk, event).headers["Location"]).page
    form = page.form(button="Oui, annuler son inscription")
    clock.move_to(event.starts_at + timedelta(minutes=1))
    db.session.rollback()
    late = sign_in(fatou)
    form["csrf_token"] = late.get("/pro/inscrire").page.all("input", name="csrf_token")[0]["value"]
    assert late.submit(form).status_code == 409
    assert the_registration().is_active
    clock.move_to(factories.SATURDAY - timedelta(days=2))
    again = sign_in(fatou)
    page = again.get(slip_of(event, the_registration())).page
    assert again.submit(page.form(button="Oui, annuler son inscription")).status_code == 303
    made = the_registration()
    assert (made.status, made.event.seats_taken) == (RegistrationStatus.CANCELLED, 0)


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(("mine", "events"), [(0, 0), (1, 1), (3, 3), (3, 40)])
def test_her_page_costs_the_same_whatever_it_shows(
    fatou: Account,
    event: Event,
    sign_in: SignIn,
    statements: Statements,
    db_session: scoped_session[Session],
    mine: int,
    events: int,
) -> None:
    for number in range(events):
        factories.an_event(f"Atelier {number}", starts_at=factories.SATURDAY + timedelta(days=number))
    event.capacity = 60
    db_session.commit()
    desk = sign_in(fatou)
    for number in range(mine):
        send(desk, event, first_name=f"Mariama {number}")
    desk.get("/pro/inscrire")
    db_session.rollback()
    with statements() as said:
        desk.get("/pro/inscrire")
    assert len(said) == 6, "\n".join(said)


def test_she_searches_among_the_open_ones(
    fatou: Account, event: Event, sign_in: SignIn, db_session: scoped_session[Session]
) -> None:
    factories.an_event("Balade du canal")
    factories.an_event("On vient sans inscription", capacity=None)
    db_session.commit()
    desk = sign_in(fatou)
    assert "sans inscription" not in desk.get("/pro/inscrire").page.main.text
    said = desk.get("/pro/inscrire?q=CANAL").page.main.text
    assert ("Balade du canal" in said, "Atelier cuisine" in said) == (True, False)
    assert "Aucun rendez-vous pour ces mots." in desk.get("/pro/inscrire?q=rien").page.main.text


@pytest.mark.databases("sqlite")
def test_whoever_is_not_signed_in_or_acts_nowhere_sees_no_button(
    event: Event, client: PageClient, sign_in: SignIn, db_session: scoped_session[Session]
) -> None:
    nour = saturdays.a_coordinator(factories.a_territory(10), email="nour@example.org", name="Nour")
    db_session.commit()
    address = f"/e/{event.code}-{event.slug}"
    db_session.rollback()
    for visitor in (client, sign_in(nour)):
        assert "Inscrire quelqu’un" not in visitor.get(address).page.text


# ---------------------------------------------------------------- the slip


def test_the_family_finds_its_slip_on_its_own_page_once_its_browser_is_confirmed(
    client: PageClient, event: Event
) -> None:
    made = register(event, answers("Awa", 1, 2))
    token, code = made.link_token, made.registration.code
    db.session.rollback()
    address = f"/m/{token}/inscriptions/{code}/bulletin"
    forwarded = client.get(address)
    assert (forwarded.status_code, forwarded.headers["Location"]) == (303, f"/m/{token}/confirmation")
    assert "Bulletin à imprimer" not in client.get(f"/m/{token}").page.main.text
    home = confirm(client, made)
    page = client.get(home).page
    slip = client.get(page.link("Bulletin à imprimer (Atelier cuisine)")).page
    assert f"Votre code {code.upper()}" in slip.main.text
    assert "Samedi vingt-huit novembre" in slip.main.text
    english = client.get(address, headers={"Accept-Language": "en"}).page
    assert "Saturday the twenty-eighth of November" in english.main.text
    assert client.get(f"/m/{token}/inscriptions/zzzzzzz/bulletin").status_code == 404
    assert client.get(f"/m/x/inscriptions/{code}/bulletin").status_code == 404


def test_the_square_holds_the_code_alone(event: Event) -> None:
    """Version 1, 21 modules a side, holds 20 letters of level M: no token fits (ISO/IEC 18004 table 7)."""
    made = register(event, answers("Awa"))
    drawn = str(square(made.registration))
    box = re.search(r'viewBox="0 0 (\d+) (\d+)"', drawn)
    assert box is not None
    assert box.groups() == ("29", "29")  # 21 modules and a border of 4
    assert made.link_token not in drawn
    assert "Awa" not in drawn


def test_no_token_stands_on_a_slip_of_the_desk(
    event: Event, fatou: Account, sign_in: SignIn, db_session: scoped_session[Session]
) -> None:
    desk = sign_in(fatou)
    html = desk.get(send(desk, event, email="m@example.org").headers["Location"]).get_data(as_text=True)
    assert "/m/" not in html
    prints = db_session.scalars(select(PrivateLink.fingerprint).order_by(PrivateLink.id)).all()
    assert [one for one in prints if one in html] == []


@pytest.mark.databases("sqlite")
def test_of_a_sensitive_action_the_slip_says_neither_what_nor_the_place_s_name(
    event: Event, fatou: Account, sign_in: SignIn, client: PageClient, db_session: scoped_session[Session]
) -> None:
    event.activity.action.is_sensitive = True
    db_session.commit()
    desk = sign_in(fatou)
    page = desk.get(send(desk, event).headers["Location"]).page
    slip = page.one("article").text
    assert "Votre rendez-vous" in slip
    assert "51 rue Curial" in slip
    for secret in ("Atelier", "École Curial", "Espace 19", "Maison des Familles"):
        assert secret not in slip


@pytest.mark.databases("sqlite")
def test_the_slip_of_a_desk_is_in_the_language_of_the_person(
    event: Event, fatou: Account, sign_in: SignIn
) -> None:
    desk = sign_in(fatou)
    page = desk.get(send(desk, event, language="en").headers["Location"]).page
    assert page.lang == "fr"
    slip = page.one("article")
    assert next(iter(slip.ancestors)).get("lang") == "en"
    assert "Saturday the twenty-eighth of November" in slip.text
