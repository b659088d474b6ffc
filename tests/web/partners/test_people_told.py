"""A trail asks each person what they need: Mariama comes with a wheelchair, and fills in no form herself."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as hours
from eventsapp.access import grants
from eventsapp.access.models import Role
from eventsapp.agenda.entry_rules import EntryForm, EntryRules
from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.journal import JournalLine
from eventsapp.people import accounts, approvals
from eventsapp.people.models import Account, Household
from eventsapp.places.models import Quartier
from eventsapp.registrations import changing, helped
from eventsapp.registrations.models import CHILD_BRACKETS, AgeBracket, Need, Registration
from eventsapp.registrations.people_answers import Wanted
from tests import factories
from tests.pages import Form, PageClient, PageResponse
from tests.races import pressed_at_once
from tests.registrations.stories import a_transaction, answers, cancel, register
from tests.web.conftest import SignIn, Statements
from tests.web.partners.test_relay import MARIAMA, send, slip_of, the_registration
from tests.web.residents.homes import confirm

SAVE = "Enregistrer"
DONE = "C’est déjà noté. Pour changer, appelez l’équipe du rendez-vous."


@pytest.fixture
def event(db_session: scoped_session[Session]) -> Event:
    """The trail of Espace 19, twelve seats; it asks for each person."""
    espace = factories.an_association("Espace 19")
    found = factories.an_event("Parcours", host=espace, entry=EntryRules(form=EntryForm.FULL))
    for name in ("Flandre", "Rosa-Parks"):
        db_session.add(Quartier(territory=found.territory, slug=name.lower(), name=name))
    approvals.approve(espace, found.territory, actor="cli", now=hours.now())
    db_session.commit()
    return found


def page_of(event: Event, registration: Registration) -> str:
    return f"/pro/rendez-vous/{event.code}/inscriptions/{registration.code}/personnes"


def shown(event: Event, registration: Registration) -> str:
    return f"/pro/rendez-vous/{event.code}/inscriptions/{registration.code}"


def numbers() -> list[int]:
    return [one.id for one in the_registration().participants]


def people() -> list[tuple[str, AgeBracket, list[tuple[Need, str]]]]:
    made = the_registration()
    return [
        (one.first_name, one.bracket, [(row.need, row.language) for row in one.needs])
        for one in made.participants
    ]


def filled(form: Form) -> Form:
    """Mariama in a wheelchair with an interpreter, Sira in a pushchair, of the other child nothing."""
    mariama, sira, _ = numbers()
    form[f"p{mariama}-bracket"] = "26-59"
    form[f"p{mariama}-needs"] = ["fauteuil"]
    form[f"p{mariama}-interpreter"] = "bm"
    form[f"p{sira}-first_name"] = "Sira"
    form[f"p{sira}-needs"] = ["poussette"]
    form["agrees"] = "y"
    return form


TOLD = [
    ("Mariama", AgeBracket.FROM_26, [(Need.WHEELCHAIR, ""), (Need.INTERPRETER, "bm")]),
    ("Sira", AgeBracket.FROM_3, [(Need.PUSHCHAIR, "")]),
    ("", AgeBracket.FROM_3, []),
]


def registered_by(worker: PageClient, event: Event) -> PageResponse:
    """Mariama and two children; gives the page that asks for each of them."""
    answer = send(worker, event)
    assert (answer.status_code, answer.headers["Location"]) == (303, page_of(event, the_registration()))
    return worker.get(answer.headers["Location"])


# ---------------------------------------------------------------- whoever helps


def test_whoever_helps_is_asked_for_each_of_them_and_the_desk_knows(
    event: Event, fatou: Account, moussa: Account, sign_in: SignIn, db_session: scoped_session[Session]
) -> None:
    relay = sign_in(fatou)
    assert (
        "Ensuite, vous demandez le prénom et les besoins"
        in relay.get(f"/pro/rendez-vous/{event.code}/inscrire").page.main.text
    )
    page = registered_by(relay, event).page
    assert "Mariama a sa place." in page.text
    assert "Lisez-lui à voix haute" in page.main.text
    assert [one for one in page.main.all("input") if one.has("checked")] == []
    form = page.form(button=SAVE)
    first = numbers()[0]
    assert form[f"p{first}-first_name"] == "Mariama"
    form["quartier"] = str(quartier("Flandre"))
    answer = relay.submit(filled(form))
    assert (answer.status_code, answer.headers["Location"]) == (303, slip_of(event, the_registration()))
    assert people() == TOLD
    made = the_registration()
    assert made.seats == 3
    assert made.household is not None
    assert made.household.quartier_id == quartier("Flandre")
    line = db_session.scalars(select(JournalLine).where(JournalLine.verb == "people told")).one()
    assert (line.actor, line.details) == (fatou.actor, {"seats": 3, "event": event.id, "agreed": True})
    db_session.rollback()
    desk = sign_in(moussa).get(f"/pro/rendez-vous/{event.code}/inscriptions").page.main.text
    assert "1 fauteuil, 1 poussette, interprète : bambara" in desk


def quartier(name: str) -> int:
    return db.session.scalars(select(Quartier.id).where(Quartier.name == name)).one()


def test_she_writes_it_down_once_and_reads_nothing_that_the_family_says_later(
    event: Event, fatou: Account, sign_in: SignIn
) -> None:
    relay = sign_in(fatou)
    form = registered_by(relay, event).page.form(button=SAVE)
    made = the_registration()
    assert "Prénoms et besoins" in relay.get(slip_of(event, made)).page.main.text
    with a_transaction():
        one = db.session.get_one(Registration, made.id)
        _family_says(one, [Need.SLOW_WALK])
    for answer in (relay.get(page_of(event, made)), relay.submit(filled(form))):
        assert (answer.status_code, answer.headers["Location"]) == (303, slip_of(event, made))
    slip = relay.get(slip_of(event, made)).page
    assert DONE in slip.text
    assert "Prénoms et besoins" not in slip.main.text
    assert [needs for _, _, needs in people()] == [[(Need.SLOW_WALK, "")], [], []]


def _family_says(registration: Registration, needs: list[Need]) -> None:
    first = registration.participants[0]
    changing.to_needs(
        registration,
        {first.id: Wanted(frozenset(needs), "")},
        seen=changing.mark_of_needs(registration),
        actor=f"household:{registration.household_id}",
        now=hours.now(),
    )


def test_nothing_is_kept_without_their_yes(event: Event, fatou: Account, sign_in: SignIn) -> None:
    relay = sign_in(fatou)
    form = filled(registered_by(relay, event).page.form(button=SAVE))
    answer = relay.submit(form, {"agrees": None})
    assert (answer.status_code, answer.page.mistakes) == (
        422,
        {"agrees": "Erreur : Demandez son accord à la personne, puis cochez la case."},
    )
    mariama = numbers()[0]
    assert answer.page.form(button=SAVE)[f"p{mariama}-needs"] == "fauteuil"
    assert [needs for _, _, needs in people()] == [[], [], []]


def test_pressed_twice_it_is_written_down_once(
    event: Event, nadia: Account, sign_in: SignIn, db_session: scoped_session[Session]
) -> None:
    desk = sign_in(nadia)
    register(event, answers("Mariama", 1, 2))
    db.session.rollback()
    made = the_registration()
    form = filled(desk.get(page_of(event, made)).page.form(button=SAVE))
    db_session.remove()
    assert pressed_at_once((desk, form), (desk, form)) == [303, 303]
    db_session.rollback()
    assert len(db_session.scalars(select(JournalLine).where(JournalLine.verb == "people told")).all()) == 1


# ---------------------------------------------------------------- the desk


def test_a_desk_asks_whoever_calls_and_changes_it_later(
    event: Event, moussa: Account, sign_in: SignIn
) -> None:
    desk = sign_in(moussa)
    form = desk.get(f"/pro/rendez-vous/{event.code}/inscriptions/nouvelle").page.form(button="Inscrire")
    answer = desk.submit(form, MARIAMA)
    made = the_registration()
    assert (answer.status_code, answer.headers["Location"]) == (303, page_of(event, made))
    answer = desk.submit(filled(desk.get(answer.headers["Location"]).page.form(button=SAVE)))
    assert (answer.status_code, answer.headers["Location"]) == (303, shown(event, made))
    page = desk.get(shown(event, made)).page
    assert "1 fauteuil, 1 poussette, interprète : bambara." in page.main.text
    form = desk.get(page.link("Prénoms et besoins")).page.form(button=SAVE)
    mariama = numbers()[0]
    assert (form[f"p{mariama}-needs"], form[f"p{mariama}-interpreter"]) == ("fauteuil", "bm")
    assert desk.submit(form, {f"p{mariama}-needs": [], "agrees": "y"}).status_code == 303
    assert people()[0] == ("Mariama", AgeBracket.FROM_26, [(Need.INTERPRETER, "bm")])


def test_what_the_family_said_meanwhile_is_not_written_over(
    event: Event, moussa: Account, sign_in: SignIn
) -> None:
    register(event, answers("Mariama", 1, 2))
    db.session.rollback()
    desk, made = sign_in(moussa), the_registration()
    form = filled(desk.get(page_of(event, made)).page.form(button=SAVE))
    with a_transaction():
        _family_says(db.session.get_one(Registration, made.id), [Need.SLOW_WALK])
    answer = desk.submit(form)
    assert answer.status_code == 409
    assert "Cette inscription a changé entre-temps." in answer.page.main.text
    mariama = numbers()[0]
    assert answer.page.form(button=SAVE)[f"p{mariama}-needs"] == "marche_lente"
    assert [needs for _, _, needs in people()] == [[(Need.SLOW_WALK, "")], [], []]


def test_the_quartier_that_a_family_said_is_neither_shown_nor_written_over(
    event: Event, moussa: Account, sign_in: SignIn
) -> None:
    register(event, answers("Mariama"))
    with a_transaction():
        household = db.session.scalars(select(Household)).one()
        household.quartier_id = quartier("Flandre")
    desk, made = sign_in(moussa), the_registration()
    page = desk.get(page_of(event, made)).page
    assert page.main.all("select", id="quartier") == []
    form = page.form(button=SAVE)
    other = quartier("Rosa-Parks")
    data = form.values | {"agrees": "y", "quartier": str(other)}
    assert desk.post(form.action, data=data | {"csrf_token": desk.csrf_token()}).status_code == 303
    db.session.rollback()
    assert db.session.scalars(select(Household)).one().quartier_id == quartier("Flandre")


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("first_name", "https://x.example", "Écrivez le prénom."),
        ("first_name", "a" * 10_000, "60"),
        ("bracket", "6-10", "Choisissez l’âge."),
        ("needs", ["avion"], "Choisissez parmi les cases proposées."),
        ("interpreter", "xx", "Choisissez une langue de la liste."),
    ],
)
def test_bad_answers_get_a_sentence_and_change_nothing(
    event: Event, moussa: Account, sign_in: SignIn, field: str, typed: str | list[str], said: str
) -> None:
    register(event, answers("Mariama"))
    db.session.rollback()
    desk, made = sign_in(moussa), the_registration()
    form, number = desk.get(page_of(event, made)).page.form(button=SAVE), numbers()[0]
    answer = desk.post(
        form.action,
        data=form.values | {f"p{number}-{field}": typed, "agrees": "y", "csrf_token": desk.csrf_token()},
    )
    assert answer.status_code == 422
    assert said in answer.page.mistakes.get(f"p{number}-{field}", answer.page.main.text)
    assert people() == [("", AgeBracket.ADULT, [])]


# ---------------------------------------------------------------- who may, and until when


@pytest.mark.databases("sqlite")
def test_neither_other_workers_nor_another_house_open_it(
    event: Event, fatou: Account, sign_in: SignIn, db_session: scoped_session[Session]
) -> None:
    register(event, answers("Mariama"))
    db.session.rollback()
    made = the_registration()
    ailleurs = factories.an_association("Ailleurs")
    paul = accounts.open_account("paul@example.org", "Paul", actor="cli", now=hours.now())
    grants.give(paul, Role.OWNER, ailleurs, by="cli", now=hours.now())
    db_session.commit()
    for who in (fatou, paul):
        assert sign_in(who).get(page_of(event, made)).status_code == 403


@pytest.mark.databases("sqlite")
def test_where_numbers_are_asked_for_there_is_no_such_page(
    event: Event, moussa: Account, sign_in: SignIn
) -> None:
    register(event, answers("Mariama"))
    with a_transaction():
        db.session.get_one(Event, event.id).entry = EntryRules()
    desk, made = sign_in(moussa), the_registration()
    assert desk.get(page_of(event, made)).status_code == 404
    assert "Besoins ce jour-là" not in desk.get(shown(event, made)).page.main.text


@pytest.mark.databases("sqlite")
def test_once_cancelled_or_over_nothing_is_asked(
    event: Event, moussa: Account, sign_in: SignIn, clock: time_machine.Coordinates
) -> None:
    awa, binta = register(event, answers("Awa")), register(event, answers("Binta"))
    cancel(awa.registration)
    clock.move_to(event.ends_at - timedelta(minutes=1))
    desk = sign_in(moussa)
    form = desk.get(page_of(event, binta.registration)).page.form(button=SAVE)
    assert desk.get(page_of(event, awa.registration)).status_code == 303
    clock.shift(timedelta(minutes=2))
    answer = desk.submit(form, {"agrees": "y"})
    assert (answer.status_code, answer.headers["Location"]) == (303, shown(event, binta.registration))
    assert "passé ou annulé" in desk.get(answer.headers["Location"]).page.text


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("adults", [1, 3, 20])
def test_however_many_they_are_the_page_asks_as_much(
    event: Event, moussa: Account, sign_in: SignIn, statements: Statements, adults: int
) -> None:
    made = register(event, answers("Awa", adults)) if adults <= 12 else None
    if made is None:
        with a_transaction():
            db.session.get_one(Event, event.id).capacity = 20
        made = register(event, answers("Awa", adults))
    desk = sign_in(moussa)
    desk.get(page_of(event, made.registration))
    with statements() as asked:
        desk.get(page_of(event, made.registration))
    assert len(asked) == 17


# ---------------------------------------------------------------- own page, paper


@pytest.mark.databases("sqlite")
def test_the_family_reads_on_its_own_page_what_was_noted(
    event: Event, moussa: Account, sign_in: SignIn, client: PageClient
) -> None:
    made = register(event, answers("Mariama", 1, 2))
    db.session.rollback()
    desk = sign_in(moussa)
    desk.submit(filled(desk.get(page_of(event, made.registration)).page.form(button=SAVE)))
    page = client.get(f"{confirm(client, made)}/inscriptions/{made.registration.code}/besoins").page
    form = page.form(button=SAVE)
    assert form[f"p{numbers()[0]}-needs"] == "fauteuil"


@pytest.mark.databases("sqlite")
def test_a_sheet_says_that_needs_are_asked_afterwards_and_leads_there(
    event: Event, nadia: Account, sign_in: SignIn
) -> None:
    desk = sign_in(nadia)
    base = f"/pro/rendez-vous/{event.code}/inscriptions/feuille"
    assert "La feuille ne les demande pas." in desk.get(base).page.main.text
    form = desk.get(f"{base}/saisie").page.form()
    line = {"first_name": "Mariama", "adults": "1", "phone": "06 39 98 00 11", "agrees": "y"}
    answer = desk.submit(form, {f"line_1-{name}": value for name, value in line.items()})
    page = desk.get(answer.headers["Location"]).page
    assert page.link("Prénoms et besoins") == page_of(event, the_registration())


def test_grown_and_child_brackets_are_all_there_are() -> None:
    """An adult never becomes a child on this page, whose quotas would not have been asked."""
    assert set(helped.GROWN) | set(CHILD_BRACKETS) == set(AgeBracket)
    assert not set(helped.GROWN) & set(CHILD_BRACKETS)


def test_what_the_desk_noted_meanwhile_the_family_does_not_write_over_unseen(
    event: Event, moussa: Account, sign_in: SignIn, client: PageClient
) -> None:
    made = register(event, answers("Mariama", 1, 2))
    path = f"{confirm(client, made)}/inscriptions/{made.registration.code}/besoins"
    stale = client.get(path).page.form(button=SAVE)
    db.session.rollback()
    desk = sign_in(moussa)
    desk.submit(filled(desk.get(page_of(event, made.registration)).page.form(button=SAVE)))
    mariama = numbers()[0]
    answer = client.submit(stale, {f"p{mariama}-needs": ["marche_lente"]})
    assert answer.status_code == 409
    form = answer.page.form(button=SAVE)
    assert form[f"p{mariama}-needs"] == "fauteuil"
    assert client.submit(form, {f"p{mariama}-needs": ["marche_lente"]}).status_code == 303
    # Pressed twice, it is what stands.
    assert client.submit(form).status_code == 303
    assert people()[0][2] == [(Need.INTERPRETER, "bm"), (Need.SLOW_WALK, "")]
