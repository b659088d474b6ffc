"""Nadia sees who comes to her workshop, changes it when somebody calls, and takes the list away."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as hours
from eventsapp.access import day_links
from eventsapp.agenda.models import Event
from eventsapp.clock import day_of, local
from eventsapp.database import db
from eventsapp.journal import JournalLine
from eventsapp.people.models import Account, Household, Person
from eventsapp.registrations.models import AgeBracket, Participant, Registration, RegistrationStatus
from tests import factories
from tests.pages import PageClient, PageResponse
from tests.races import pressed_at_once
from tests.registrations import stories
from tests.registrations.stories import answers, kinds, register
from tests.retention.families import AWA, BINTA, a_family, comes
from tests.web.conftest import SignIn, Statements
from tests.workbooks import rows_of


def list_of(event: Event) -> str:
    return f"/pro/rendez-vous/{event.code}/inscriptions"


def page_of(event: Event, registration: Registration) -> str:
    return f"{list_of(event)}/{registration.code}"


def as_now(event: Event) -> tuple[int, dict[str, tuple[str, int, int]]]:
    """Seats taken, and by first name: status, seats, participants."""
    db.session.rollback()
    rows = db.session.scalars(
        select(Registration).where(Registration.event_id == event.id).order_by(Registration.id)
    ).all()
    taken = db.session.scalar(select(Event.seats_taken).where(Event.id == event.id)) or 0
    return taken, {
        one.contact.first_name: (one.status.value, one.seats, len(one.participants)) for one in rows
    }


def sent(client: PageClient, event: Event, registration: Registration, **numbers: int) -> int:
    db.session.rollback()
    page = client.get(page_of(event, registration)).page
    return client.submit(page.form(button="Enregistrer"), numbers).status_code


# ---------------------------------------------------------------- seeing


def test_moussa_sees_whom_to_call_and_how_many_to_cook_for(
    event: Event, moussa: Account, sign_in: SignIn
) -> None:
    register(event, answers("Driss", 2, 6, number="06 39 98 00 07"))
    register(event, answers("Awa", 1, 2))
    register(event, answers("Binta", 2, 2))
    said = sign_in(moussa).get(list_of(event)).page.main.text
    assert "11 personnes ont une place sur 12, 4 personnes attendent." in said
    assert "6 à 10 ans 8 2 Adultes 3 2" in said
    assert said.index("Awa") < said.index("Driss") < said.index("Binta Liste d’attente, rang 1")
    assert "3 personnes : 1 adulte, 6 à 10 ans (2)" in said
    assert "06 39 98 00 07" in said
    assert "awa@example.org" in said


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(("parties", "most"), [(0, 12), (1, 13), (3, 13), (200, 13)])
def test_the_list_costs_the_same_whatever_its_length(
    event: Event,
    nadia: Account,
    sign_in: SignIn,
    statements: Statements,
    db_session: scoped_session[Session],
    parties: int,
    most: int,
) -> None:
    crowd(event, parties)
    desk = sign_in(nadia)
    desk.get(list_of(event))
    with statements() as said:
        page = desk.get(list_of(event)).page
    assert len(said) == most, "\n".join(said)
    assert len(page.main.all("a", href=f"{list_of(event)}?page=2")) == (parties > 50)
    if parties == 200:
        assert "Page 4 sur 4" in desk.get(f"{list_of(event)}?page=99").page.main.text


def crowd(event: Event, parties: int) -> None:
    event.capacity = 500
    for number in range(parties):
        contact = Person(first_name=f"Awa {number}", email=f"awa{number}@example.org", created_at=hours.now())
        household = Household(contact=contact, created_at=hours.now())
        one = Registration(
            event=event,
            household=household,
            status=RegistrationStatus.CONFIRMED,
            seats=1,
            created_at=hours.now(),
            changed_at=hours.now(),
            told=event.terms,
        )
        one.participants = [Participant(bracket=AgeBracket.ADULT)]
        db.session.add(one)
    event.seats_taken = parties
    db.session.commit()


@pytest.mark.parametrize("words", ["BINTÀ", "bin", "@exemple.fr", "06 39 98", "+33 6 39"])
def test_she_finds_a_family_by_what_it_says_on_the_phone_and_no_address_keeps_it(
    event: Event, nadia: Account, sign_in: SignIn, words: str
) -> None:
    register(event, answers("Awa"))
    register(event, answers("Binta", number="06 39 98 00 07", email="b@exemple.fr"))
    db.session.rollback()
    desk = sign_in(nadia)
    answer = desk.submit(desk.get(list_of(event)).page.form(button="Chercher"), {"mots": words})
    found = f"{list_of(event)}?trouve=1"
    assert (answer.status_code, answer.headers["Location"]) == (303, found)
    page = desk.get(found).page
    assert ("Binta" in page.main.text, "Awa" in page.main.text) == (True, False)
    assert "Awa" in desk.get(list_of(event)).page.main.text  # who comes back later sees everybody
    assert desk.submit(page.form(button="Tout montrer")).headers["Location"] == list_of(event)
    assert "Awa" in desk.get(found).page.main.text


@pytest.mark.databases("sqlite")
def test_a_percent_sign_is_no_wildcard(event: Event, nadia: Account, sign_in: SignIn) -> None:
    register(event, answers("Awa"))
    db.session.rollback()
    desk = sign_in(nadia)
    answer = desk.submit(desk.get(list_of(event)).page.form(button="Chercher"), {"mots": "%"})
    assert "Aucune inscription trouvée." in desk.get(answer.headers["Location"]).page.main.text


@pytest.mark.databases("sqlite")
def test_who_may_see_a_delicate_list_is_said(
    nadia: Account, event: Event, sign_in: SignIn, db_session: scoped_session[Session]
) -> None:
    event.activity.action.is_sensitive = True
    db_session.commit()
    assert "seules l’équipe de Espace 19 et la coordination voient cette liste" in (
        sign_in(nadia).get(list_of(event)).page.main.text
    )


@pytest.mark.databases("sqlite")
def test_another_event_of_hers_does_not_open_it(
    event: Event, nadia: Account, sign_in: SignIn, db_session: scoped_session[Session]
) -> None:
    awa = register(event, answers("Awa")).registration
    other = factories.an_event("Jardin", host=event.host)
    db_session.commit()
    code, there = awa.code, list_of(other)
    db_session.rollback()
    desk = sign_in(nadia)
    assert desk.get(f"{there}/{code}").status_code == 404
    token = desk.get(list_of(event)).page.all("input", name="csrf_token")[0]["value"]
    for path in (f"{there}/{code}", f"{there}/{code}/annulation"):
        assert desk.post(path, data={"csrf_token": token, "adults": "2"}).status_code == 404
    assert "Awa" not in desk.get(there).page.main.text
    assert "Awa" not in desk.get(f"{there}.csv").get_data(as_text=True)


# ---------------------------------------------------------------- changing


def test_a_party_grows_only_while_all_of_it_fits(event: Event, nadia: Account, sign_in: SignIn) -> None:
    awa = register(event, answers("Awa", 2, 4)).registration
    register(event, answers("Binta", 2, 2))
    desk = sign_in(nadia)
    assert sent(desk, event, awa, children_6_10=7) == 422
    assert as_now(event) == (10, {"Awa": ("confirmee", 6, 6), "Binta": ("confirmee", 4, 4)})
    page = desk.submit(desk.get(page_of(event, awa)).page.form(button="Enregistrer"), {"adults": 5}).page
    assert page.mistakes == {
        "adults": "Erreur : Places libres : 2. Ce groupe ne peut pas compter autant de personnes."
    }
    assert sent(desk, event, awa, children_6_10=5, children_0_2=1) == 303
    assert as_now(event) == (12, {"Awa": ("confirmee", 8, 8), "Binta": ("confirmee", 4, 4)})
    assert kinds("awa@example.org") == ["confirmed REQUEST", "party_changed"]
    assert "8 personnes" in stories.text_of(stories.letters("awa@example.org")[-1])


def test_a_smaller_party_gives_its_seats_to_those_who_wait(
    event: Event, nadia: Account, sign_in: SignIn
) -> None:
    awa = register(event, answers("Awa", 2, 9)).registration
    register(event, answers("Binta", 1, 2))
    assert as_now(event)[1]["Binta"][0] == "attente"
    assert sent(sign_in(nadia), event, awa, children_6_10=6) == 303
    assert as_now(event) == (11, {"Awa": ("confirmee", 8, 8), "Binta": ("confirmee", 3, 3)})
    assert kinds("binta@example.org") == ["waiting", "promoted REQUEST"]


def test_a_smaller_party_that_waits_sits_down_when_it_fits(
    event: Event, nadia: Account, sign_in: SignIn
) -> None:
    register(event, answers("Awa", 2, 8))
    binta = register(event, answers("Binta", 1, 2)).registration
    assert sent(sign_in(nadia), event, binta, children_6_10=1) == 303
    assert as_now(event) == (12, {"Awa": ("confirmee", 10, 10), "Binta": ("confirmee", 2, 2)})


@pytest.mark.parametrize(
    ("numbers", "sentence"),
    [
        ({"adults": 0}, "Un adulte accompagne les enfants. Comptez-le ici."),
        ({"adults": "beaucoup"}, "Écrivez un nombre entre 0 et 20."),
        ({"adults": 13}, "Ce groupe compte 14 personnes, et il y a 12 places en tout."),
        ({"adults": 20}, "Ce groupe compte 21 personnes. Une inscription en prend 20 au plus."),
    ],
)
@pytest.mark.databases("sqlite")
def test_why_not_is_said_beside_the_number(
    event: Event, nadia: Account, sign_in: SignIn, numbers: dict[str, int | str], sentence: str
) -> None:
    awa = register(event, answers("Awa", 1, 1)).registration
    db.session.rollback()
    desk = sign_in(nadia)
    answer = desk.submit(desk.get(page_of(event, awa)).page.form(button="Enregistrer"), numbers)
    assert (answer.status_code, answer.page.mistakes["adults"]) == (422, f"Erreur : {sentence}")
    assert as_now(event) == (2, {"Awa": ("confirmee", 2, 2)})


def test_a_stale_form_writes_over_nothing(
    event: Event, nadia: Account, moussa: Account, sign_in: SignIn
) -> None:
    awa = register(event, answers("Awa", 1, 1)).registration
    db.session.rollback()
    hers, his = sign_in(nadia), sign_in(moussa)
    form = hers.get(page_of(event, awa)).page.form(button="Enregistrer")
    cancelling = hers.get(page_of(event, awa)).page.form(button="Oui, annuler son inscription")
    assert sent(his, event, awa, adults=3) == 303
    for stale in (form, cancelling):
        answer = hers.submit(stale)
        assert answer.status_code == 409
        assert "Cette inscription a changé entre-temps." in answer.page.main.text
        assert answer.page.form(button="Enregistrer")["adults"] == "3"
    assert as_now(event) == (4, {"Awa": ("confirmee", 4, 4)})


def test_the_same_numbers_change_nothing(event: Event, nadia: Account, sign_in: SignIn) -> None:
    awa = register(event, answers("Awa", 1, 1)).registration
    assert sent(sign_in(nadia), event, awa, adults=1) == 303
    assert kinds() == ["confirmed REQUEST"]


def test_it_is_cancelled_with_the_letter_of_ones_own_page(
    event: Event, nadia: Account, sign_in: SignIn
) -> None:
    awa = register(event, answers("Awa", 2, 9)).registration
    register(event, answers("Binta", 1, 2))
    db.session.rollback()
    desk = sign_in(nadia)
    form = desk.get(page_of(event, awa)).page.form(button="Oui, annuler son inscription")
    assert desk.submit(form).status_code == 303
    assert as_now(event) == (3, {"Awa": ("annulee", 11, 11), "Binta": ("confirmee", 3, 3)})
    assert kinds("awa@example.org") == ["confirmed REQUEST", "withdrawn CANCEL"]
    assert desk.submit(form).status_code == 303  # a double click
    assert kinds("awa@example.org") == ["confirmed REQUEST", "withdrawn CANCEL"]
    assert "Annulée" in desk.get(page_of(event, awa)).page.main.text


@pytest.mark.databases("sqlite")
def test_nothing_changes_once_it_is_over(
    event: Event, nadia: Account, sign_in: SignIn, clock: time_machine.Traveller
) -> None:
    awa = register(event, answers("Awa")).registration
    db.session.rollback()
    clock.move_to(factories.SATURDAY + timedelta(minutes=115))
    desk = sign_in(nadia)
    form = desk.get(page_of(event, awa)).page.form(button="Enregistrer")
    clock.shift(timedelta(minutes=10))
    assert desk.submit(form, {"adults": 3}).status_code == 409
    assert as_now(event)[0] == 1
    assert desk.get(page_of(event, awa)).page.main.all("form") == []


# ---------------------------------------------------------------- races


def test_two_parties_that_grow_at_once_never_oversell(
    event: Event, nadia: Account, moussa: Account, sign_in: SignIn, db_session: scoped_session[Session]
) -> None:
    parties = [register(event, answers(name, 1, 4)).registration for name in ("Awa", "Binta")]
    db_session.rollback()
    pressed = []
    for account, one in zip((nadia, moussa), parties, strict=True):
        client = sign_in(account)
        form = client.get(page_of(event, one)).page.form(button="Enregistrer")
        form["adults"] = 3  # two seats are left: one of them gets both
        pressed.append((client, form))
    db_session.remove()
    assert sorted(pressed_at_once(*pressed)) == [303, 422]
    event = db_session.scalars(select(Event)).one()
    taken, parts = as_now(event)
    assert taken == 12
    assert sorted(seats for _, seats, _ in parts.values()) == [5, 7]


def test_two_who_change_one_party_at_once_are_not_mixed(
    event: Event, nadia: Account, moussa: Account, sign_in: SignIn, db_session: scoped_session[Session]
) -> None:
    awa = register(event, answers("Awa", 1, 1)).registration
    db_session.rollback()
    pressed = []
    for account, adults in ((nadia, 3), (moussa, 5)):
        client = sign_in(account)
        form = client.get(page_of(event, awa)).page.form(button="Enregistrer")
        form["adults"] = adults
        pressed.append((client, form))
    db_session.remove()
    assert sorted(pressed_at_once(*pressed)) == [303, 409]
    event = db_session.scalars(select(Event)).one()
    taken, parts = as_now(event)
    assert parts["Awa"] in {("confirmee", 4, 4), ("confirmee", 6, 6)}
    assert taken == parts["Awa"][1]


# ---------------------------------------------------------------- by phone


def at_the_desk(client: PageClient, event: Event, **typed: str | None) -> PageResponse:
    db.session.rollback()
    form = client.get(f"{list_of(event)}/nouvelle").page.form(button="Inscrire")
    return client.submit(form, {"agrees": "y"} | typed)


def test_somebody_who_calls_is_registered_with_their_agreement(
    event: Event, nadia: Account, sign_in: SignIn
) -> None:
    desk = sign_in(nadia)
    db.session.rollback()
    form = desk.get(f"{list_of(event)}/nouvelle").page.form(button="Inscrire")
    typed = {"first_name": "Awa", "phone": "06 39 98 00 01", "adults": 1, "children_3_5": 2, "agrees": "y"}
    assert [desk.submit(form, typed).status_code for _ in range(2)] == [303, 303]  # a double click
    assert as_now(event) == (3, {"Awa": ("confirmee", 3, 3)})
    assert kinds() == []  # she heard it on the phone: nobody calls her again
    [line] = db.session.scalars(select(JournalLine).where(JournalLine.thing == "registration"))
    assert (line.verb, line.actor) == ("registered by desk", nadia.actor)
    assert line.details == {"seats": 3, "event": event.id, "agreed": True}
    assert "Awa a sa place." in desk.get(list_of(event)).page.main.text


def test_who_gave_an_address_gets_the_letter_in_their_language(
    event: Event, nadia: Account, sign_in: SignIn
) -> None:
    register(event, answers("Driss", 2, 9))
    at_the_desk(sign_in(nadia), event, first_name="Awa", email="awa@example.org", language="en", adults="2")
    assert as_now(event)[1]["Awa"] == ("attente", 2, 2)
    [letter] = stories.letters("awa@example.org")
    assert (letter.kind, letter.language) == ("registrations/waiting", "en")


@pytest.mark.databases("sqlite")
def test_what_is_missing_is_said_in_the_words_of_a_desk(
    event: Event, nadia: Account, sign_in: SignIn
) -> None:
    desk = sign_in(nadia)
    page = at_the_desk(desk, event).page
    assert page.mistakes == {
        "first_name": "Erreur : Écrivez son prénom.",
        "phone": "Erreur : Écrivez un numéro de téléphone ou une adresse e-mail.",
    }
    page = at_the_desk(desk, event, first_name="Awa", phone="0639980001", agrees=None).page
    assert page.mistakes == {"agrees": "Erreur : Demandez son accord à la personne, puis cochez la case."}
    page = at_the_desk(desk, event, first_name="Awa", phone="0639980001", adults="13").page
    assert "il y a 12 places en tout" in page.mistakes["adults"]
    assert as_now(event) == (0, {})


@pytest.mark.databases("sqlite")
def test_nobody_is_registered_at_what_has_begun(
    event: Event, nadia: Account, sign_in: SignIn, clock: time_machine.Traveller
) -> None:
    db.session.rollback()
    clock.move_to(factories.SATURDAY - timedelta(minutes=5))
    desk = sign_in(nadia)
    form = desk.get(f"{list_of(event)}/nouvelle").page.form(button="Inscrire")
    clock.shift(timedelta(minutes=10))
    typed = {"first_name": "Awa", "phone": "06 39 98 00 01", "agrees": "y"}
    assert desk.submit(form, typed).status_code == 409
    assert "a déjà commencé" in desk.get(f"{list_of(event)}/nouvelle").page.main.text


# ---------------------------------------------------------------- taking away


@pytest.mark.databases("sqlite")
def test_the_list_is_taken_away_and_computes_nothing(event: Event, nadia: Account, sign_in: SignIn) -> None:
    who = answers("Awa", 1, 2)
    register(
        event, who.__class__(first_name="=1+1", email="awa@example.org", adults=1, children=who.children)
    )
    register(event, answers("Binta", 2, 9, number="+33 6 39 98 00 07"))
    db.session.rollback()
    desk = sign_in(nadia)
    answer = desk.get(f"{list_of(event)}.csv")
    assert answer.headers["Content-Disposition"] == (
        f'attachment; filename="inscriptions-{event.code}-2026-11-22.csv"'
    )
    assert "no-store" in answer.headers["Cache-Control"]
    table = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"), newline=""), delimiter=";"))
    assert [row[:5] for row in table[1:]] == [
        ["inscription confirmée", "", "'=1+1", "", "awa@example.org"],
        ["liste d’attente", "1", "Binta", "'+33 6 39 98 00 07", ""],
    ]
    assert table[1][5:] == ["1", "0", "0", "2", "0", "0", "3", "2026-11-22"]
    book = rows_of(desk.get(f"{list_of(event)}.xlsx").get_data())["Inscriptions"]
    assert book[1][1] == "=1+1"
    assert book[2][:4] == ["liste d’attente", "1", "Binta", "+33 6 39 98 00 07"]


# ---------------------------------------------------------------- needs


def test_needs_stand_on_the_list_and_the_sheet_until_the_day_is_over(
    event: Event, nadia: Account, sign_in: SignIn, clock: time_machine.Traveller
) -> None:
    comes(event, AWA, a_family(AWA))
    comes(event, BINTA, a_family(BINTA))
    desk = sign_in(nadia)
    together = "Besoins ce jour-là : 2 fauteuils, interprète : bambara."
    for page in (list_of(event), f"/pro/rendez-vous/{event.code}/feuille"):
        text = desk.get(page).page.main.text
        assert together in text
        assert text.count("1 fauteuil, interprète : bambara") == 2
    table = desk.get(f"{list_of(event)}.csv").get_data(as_text=True)
    assert "Zawadie" in table
    for need in ("fauteuil", "interpr", "bambara"):
        assert need not in table, "a file stays where it was taken"
    clock.move_to(local(day_of(event.ends_at), 23, 59))
    assert together in sign_in(nadia).get(list_of(event)).page.main.text
    clock.shift(timedelta(minutes=1))
    for page in (list_of(event), f"/pro/rendez-vous/{event.code}/feuille"):
        text = sign_in(nadia).get(page).page.main.text
        assert "Zawadie" in text
        assert "fauteuil" not in text
        assert "interprète" not in text


def test_a_helper_s_phone_shows_names_and_numbers_only(
    event: Event, client: PageClient, clock: time_machine.Traveller, nadia: Account
) -> None:
    comes(event, AWA, a_family(AWA))
    with stories.a_transaction():
        token = day_links.make(event, "Driss", actor=nadia.actor, now=hours.now())
    clock.move_to(event.starts_at)
    text = client.get(f"/jour/{token}").page.text
    assert "Zawadie" in text
    for hidden in ("Zoumana", "98 77", "marqueur.example", "fauteuil", "bambara", "interprète"):
        assert hidden not in text
