"""Awa changes who comes: more if there is room for all, fewer for those who wait, never nobody."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as time
from eventsapp.agenda.entry_rules import EntryForm, EntryRules
from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.journal import JournalLine
from eventsapp.registrations import booking, needs, seats
from eventsapp.registrations.booking import Confirmed
from eventsapp.registrations.models import AgeBracket, Registration, RegistrationStatus, WayIn
from eventsapp.registrations.party import Member
from tests import factories
from tests.pages import Form, PageClient
from tests.registrations.stories import a_transaction, answers, kinds, letters, register, text_of
from tests.web.residents.homes import confirm

SAVE = "Enregistrer"


@pytest.fixture
def event(db_session: scoped_session[Session]) -> Event:
    event = factories.an_event("Atelier cuisine en famille", capacity=4)
    db_session.commit()
    return event


def form_of(client: PageClient, made: Confirmed) -> Form:
    home = confirm(client, made)
    page = client.get(home).page
    return client.get(page.link("Changer mon groupe (Atelier cuisine en famille)")).page.form(button=SAVE)


def seated() -> dict[str, tuple[str, int]]:
    db.session.rollback()
    rows = db.session.scalars(select(Registration).order_by(Registration.id))
    return {row.contact.first_name: (row.status.name, row.seats) for row in rows}


def test_fewer_come_and_the_seats_go_to_who_waits(client: PageClient, event: Event) -> None:
    awa = register(event, answers("Awa", 2, 1))
    register(event, answers("Binta", 2))
    done = client.submit(form_of(client, awa), {"adults": "1", "children_6_10": "1"})
    assert (done.status_code, done.location) == (303, f"/m/{awa.link_token}")
    assert seated() == {"Awa": ("CONFIRMED", 2), "Binta": ("CONFIRMED", 2)}
    assert kinds("awa@example.org") == ["confirmed REQUEST", "party_changed"]
    assert kinds("binta@example.org") == ["waiting", "promoted REQUEST"]
    told = text_of(letters("awa@example.org")[-1])
    assert "vous avez changé qui vient" in told
    assert "L’équipe a changé" not in told
    line = db.session.scalars(select(JournalLine).where(JournalLine.verb == "changed")).one()
    assert line.actor == f"household:{awa.registration.household_id}"


def test_more_than_there_are_seats_changes_nothing_and_says_what_is_kept(
    client: PageClient, event: Event
) -> None:
    awa = register(event, answers("Awa", 2, 1))
    answer = client.submit(form_of(client, awa), {"adults": "3", "children_6_10": "2"})
    # Four places in all: five never fit.
    assert answer.status_code == 422
    assert "il y a 4 places en tout" in answer.page.main.text
    register(event, answers("Binta", 1))
    answer = client.submit(form_of(client, awa), {"adults": "3", "children_6_10": "1"})
    assert answer.status_code == 422
    assert "Il ne restait aucune place. Vous gardez vos 3 places." in answer.page.one(class_="errsum").text
    assert answer.page.form(button=SAVE)["adults"] == "3"
    assert seated() == {"Awa": ("CONFIRMED", 3), "Binta": ("CONFIRMED", 1)}
    assert kinds("awa@example.org") == ["confirmed REQUEST"]


def test_nobody_is_no_party_and_nothing_new_is_no_letter(client: PageClient, event: Event) -> None:
    awa = register(event, answers("Awa", 2))
    form = form_of(client, awa)
    assert client.submit(form, {"adults": "0"}).page.mistakes == {
        "adults": "Erreur : Dites combien d’adultes viennent."
    }
    assert client.submit(form, {"adults": "x" * 3}).status_code == 422
    assert client.submit(form, {"adults": "2"}).status_code == 303
    assert kinds() == ["confirmed REQUEST"]
    assert seated() == {"Awa": ("CONFIRMED", 2)}


def test_whoever_waits_keeps_the_rank(client: PageClient, event: Event) -> None:
    register(event, answers("Binta", 4))
    awa = register(event, answers("Awa", 1))
    register(event, answers("Cam", 1))
    assert client.submit(form_of(client, awa), {"adults": "2"}).status_code == 303
    assert "Votre rang : 1." in client.get(f"/m/{awa.link_token}").page.main.text.replace("\u00a0", " ")


def test_a_page_that_is_stale_writes_over_nothing(client: PageClient, event: Event) -> None:
    awa = register(event, answers("Awa", 3))
    form = form_of(client, awa)
    client.submit(form, {"adults": "1"})
    answer = client.submit(form, {"adults": "4"})
    assert answer.status_code == 409
    assert "Cette inscription a changé entre-temps." in answer.page.main.text
    assert answer.page.form(button=SAVE)["adults"] == "1"
    assert seated() == {"Awa": ("CONFIRMED", 1)}


def test_neither_the_link_alone_nor_another_household_changes_anything(
    client: PageClient, event: Event
) -> None:
    awa, binta = register(event, answers("Awa", 2)), register(event, answers("Binta", 2))
    form = form_of(client, awa)
    own = form.action
    client.delete_cookie("foyer", path="/m")
    assert client.submit(form, {"adults": "1"}).location == f"/m/{awa.link_token}/confirmation"
    assert client.get(own).location == f"/m/{awa.link_token}/confirmation"
    confirm(client, binta)
    form.action = own.replace(awa.link_token, binta.link_token)
    assert client.get(form.action).status_code == 404
    assert client.submit(form, {"adults": "1"}).status_code == 404
    assert seated() == {"Awa": ("CONFIRMED", 2), "Binta": ("CONFIRMED", 2)}


def test_from_its_beginning_on_nothing_is_changed_here(
    client: PageClient, event: Event, clock: time_machine.Traveller
) -> None:
    awa = register(event, answers("Awa", 2))
    clock.move_to(event.starts_at - timedelta(minutes=1))
    form = form_of(client, awa)
    clock.shift(timedelta(minutes=2))
    assert client.get(form.action).location == f"/m/{awa.link_token}"
    answer = client.submit(form, {"adults": "1"})
    assert answer.status_code == 409
    assert "Ce rendez-vous a commencé ou n’a pas lieu" in answer.page.main.text


@pytest.fixture
def trail(db_session: scoped_session[Session]) -> tuple[Event, Confirmed]:
    """Awa, Ibrahim and Aïcha, each by name."""
    event = factories.an_event(
        "Atelier cuisine en famille", capacity=4, entry=EntryRules(form=EntryForm.FULL)
    )
    db_session.commit()
    made = register(event, answers("Awa"))
    with a_transaction():
        held = seats.locked(event.id)
        booking.cancel(made.registration, actor="cli", now=time.now())
        assert made.registration.household is not None
        registration = booking.enter(
            held,
            made.registration.household,
            [
                Member(bracket=AgeBracket.FROM_26, first_name="Awa"),
                Member(bracket=AgeBracket.FROM_11, first_name="Ibrahim"),
                Member(bracket=AgeBracket.FROM_6, first_name="Aïcha"),
            ],
            way=WayIn.ONLINE,
            now=time.now(),
        )
    return event, Confirmed(registration, made.link_token)


def people(registration: Registration) -> list[str]:
    db.session.rollback()
    db.session.refresh(registration, ["participants"])
    return [f"{one.first_name} {one.bracket}" for one in registration.participants]


def test_person_by_person_somebody_stays_at_home_and_somebody_comes(
    client: PageClient, trail: tuple[Event, Confirmed]
) -> None:
    made = trail[1]
    path = f"{confirm(client, made)}/inscriptions/{made.registration.code}/personnes"
    form = client.get(path).page.form(button=SAVE)
    awa, ibrahim, aicha = form.values["staying"]
    typed = {"staying": [awa, aicha], "first_name": "Moussa", "bracket": "60+"}
    assert client.submit(form, typed).status_code == 303
    assert people(made.registration) == ["Awa 26-59", "Aïcha 6-10", "Moussa 60+"]
    assert seated()["Awa"] == ("CONFIRMED", 3)
    form = client.get(path).page.form(button=SAVE)
    stays = form.values["staying"]
    assert ibrahim not in stays


def needs_of(registration: Registration) -> dict[str, list[str]]:
    db.session.rollback()
    db.session.refresh(registration, ["participants"])
    return {
        one.first_name: [f"{row.need} {row.language}".strip() for row in one.needs]
        for one in registration.participants
        if one.needs
    }


def test_somebody_who_joins_is_asked_what_they_need_as_at_the_registration(
    client: PageClient, trail: tuple[Event, Confirmed]
) -> None:
    made = trail[1]
    path = f"{confirm(client, made)}/inscriptions/{made.registration.code}/personnes"
    form = client.get(path).page.form(button=SAVE)
    needs_alone = client.submit(form, {"needs": ["fauteuil"]})
    assert needs_alone.page.mistakes == {"bracket": "Erreur : Choisissez son âge."}
    assert needs_alone.page.form(button=SAVE).values["needs"] == ["fauteuil"]
    joins = {"first_name": "Moussa", "bracket": "60+", "needs": ["fauteuil", "sans_viande"]}
    for odd in ({"needs": ["helicoptere"]}, {"interpreter": "elfique"}):
        assert client.submit(form, joins | odd).status_code == 422
    assert client.submit(form, joins | {"interpreter": "bm"}).status_code == 303
    assert needs_of(made.registration) == {"Moussa": ["fauteuil", "interprete bm", "sans_viande"]}


def test_what_each_needs_is_changed_and_the_desk_reads_it(
    client: PageClient, trail: tuple[Event, Confirmed]
) -> None:
    event, made = trail
    path = f"{confirm(client, made)}/inscriptions/{made.registration.code}/personnes"
    page = client.get(client.get(path).page.link("Ce dont chacun a besoin ce jour-là")).page
    form = page.form(button=SAVE)
    awa, ibrahim, _aicha = (one.id for one in made.registration.participants)
    typed = {f"p{awa}-interpreter": "ar", f"p{ibrahim}-needs": ["marche_lente"]}
    assert client.submit(form, typed).location == f"/m/{made.link_token}"
    assert needs_of(made.registration) == {"Awa": ["interprete ar"], "Ibrahim": ["marche_lente"]}
    said = needs.said(needs.at(event, now=time.now())[made.registration.id])
    assert said == "1 marche lentement, interprète\u00a0: arabe"
    shown = client.get(form.action).page.form(button=SAVE)
    assert (shown[f"p{awa}-interpreter"], shown.values[f"p{ibrahim}-needs"]) == ("ar", ["marche_lente"])
    # Taken back; nothing new is nothing done; nobody was written to.
    letters_before, lines = kinds(), db.session.scalars(select(JournalLine.id).order_by(JournalLine.id)).all()
    assert "Rien n’a changé." in client.submit(shown, follow_redirects=True).page.main.text
    assert db.session.scalars(select(JournalLine.id).order_by(JournalLine.id)).all() == lines
    assert client.submit(shown, {f"p{awa}-interpreter": "", f"p{ibrahim}-needs": None}).status_code == 303
    assert (needs_of(made.registration), kinds()) == ({}, letters_before)
    assert client.submit(form, {f"p{awa}-needs": ["helicoptere"]}).status_code == 422
    # The party changed meanwhile: what was said about others is written over nobody.
    with a_transaction():
        booking.cancel(made.registration, actor="cli", now=time.now())
    assert client.submit(form, typed).location == f"/m/{made.link_token}"
    assert needs_of(made.registration) == {}


def test_a_stale_page_of_needs_is_shown_anew(client: PageClient, trail: tuple[Event, Confirmed]) -> None:
    made = trail[1]
    home = f"{confirm(client, made)}/inscriptions/{made.registration.code}"
    asked, group = (client.get(f"{home}/{page}").page.form(button=SAVE) for page in ("besoins", "personnes"))
    awa, ibrahim, aicha = group.values["staying"]
    client.submit(group, {"staying": [awa, aicha]})
    answer = client.submit(asked, {f"p{awa}-needs": ["fauteuil"]})
    assert answer.status_code == 409
    assert "Cette inscription a changé entre-temps." in answer.page.one(class_="errsum").text
    assert f"p{ibrahim}-needs" not in answer.page.form(button=SAVE).values
    assert needs_of(made.registration) == {}


def test_nobody_says_needs_of_another_household_nor_where_nobody_asked(
    client: PageClient, event: Event, trail: tuple[Event, Confirmed]
) -> None:
    """`event` counts heads only; Binta's link leads to none of Awa's people."""
    made = trail[1]
    binta = register(event, answers("Binta", 2))
    path = f"inscriptions/{made.registration.code}/besoins"
    assert client.get(f"/m/{made.link_token}/{path}").location == f"/m/{made.link_token}/confirmation"
    home = confirm(client, binta)
    assert client.get(f"{home}/{path}").status_code == 404
    assert client.get(f"{home}/inscriptions/{binta.registration.code}/besoins").status_code == 404


def test_person_by_person_never_nobody_nor_children_alone_nor_strangers(
    client: PageClient, trail: tuple[Event, Confirmed]
) -> None:
    made = trail[1]
    path = f"{confirm(client, made)}/inscriptions/{made.registration.code}/personnes"
    form = client.get(path).page.form(button=SAVE)
    awa, ibrahim, aicha = form.values["staying"]
    for typed, said in (
        ({"staying": None}, "Cochez au moins une personne."),
        ({"staying": [ibrahim, aicha]}, "Un adulte accompagne les enfants."),
        ({"staying": ["999999", "x"]}, "Cochez au moins une personne."),
        ({"staying": [awa], "first_name": "Cam"}, "Choisissez son âge."),
        ({"staying": [awa], "first_name": "Cam", "bracket": "18+"}, "Choisissez son âge."),
        ({"staying": [awa], "first_name": "www.x.fr/a", "bracket": "6-10"}, "Écrivez"),
    ):
        blank = {"first_name": "", "bracket": ""}
        answer = client.submit(form, blank | typed)
        assert answer.status_code == 422, typed
        assert said in answer.page.one(class_="errsum").text
    assert people(made.registration) == ["Awa 26-59", "Ibrahim 11-14", "Aïcha 6-10"]
    assert made.registration.status is RegistrationStatus.CONFIRMED


def test_who_came_in_somebody_s_place_is_not_lost_by_an_older_page(
    client: PageClient, trail: tuple[Event, Confirmed]
) -> None:
    """Aïcha stays at home and Sara, as old, comes; a page from before knows of no Sara."""
    made = trail[1]
    path = f"{confirm(client, made)}/inscriptions/{made.registration.code}/personnes"
    older = client.get(path).page.form(button=SAVE)
    awa, ibrahim, aicha = older.values["staying"]
    swapped = {"staying": [awa, ibrahim], "first_name": "Sara", "bracket": "6-10"}
    assert client.submit(client.get(path).page.form(button=SAVE), swapped).status_code == 303
    blank = {"first_name": "", "bracket": ""}
    late = client.submit(older, blank | {"staying": [awa, ibrahim, aicha]})
    assert late.status_code == 409
    assert "Cette inscription a changé entre-temps." in late.page.main.text
    assert people(made.registration) == ["Awa 26-59", "Ibrahim 11-14", "Sara 6-10"]
