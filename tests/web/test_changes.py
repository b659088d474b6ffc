"""The desk of one event: Nadia moves, cancels and restores her Saturday, sees first whom it reaches, and
takes it back before anybody has heard."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as hours
from eventsapp import languages
from eventsapp.access import grants
from eventsapp.access.models import Role
from eventsapp.agenda import scheduling
from eventsapp.agenda.models import Accessibility, Event
from eventsapp.people import accounts, approvals
from eventsapp.people.models import Account
from tests import factories
from tests.disruptions import curial
from tests.factories import SATURDAY
from tests.inspection import words
from tests.pages import Page, PageClient
from tests.registrations import stories
from tests.web.conftest import SignIn, Statements

pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def event(db_session: scoped_session[Session]) -> Event:
    """Saturday 28 November 2026 from 9:30 to 11:30, six days from now: Awa comes, Binta has no mailbox."""
    found = factories.an_event(
        "Atelier cuisine", host=factories.an_association("Espace 19"), capacity=3, room="Préau"
    )
    factories.a_school("École Archereau", address="26 rue Archereau")
    db_session.commit()
    stories.register(found, stories.answers("Awa", adults=1, children=1))
    stories.register(found, stories.answers("Binta", number="06 39 98 00 07"))
    stories.register(found, stories.answers("Chao"), language="en")
    return found


@pytest.fixture
def nadia(event: Event, db_session: scoped_session[Session]) -> Account:
    assert event.host is not None
    account = accounts.open_account("nadia@example.org", "Nadia", actor="cli", now=hours.now())
    grants.give(account, Role.OWNER, event.host, by="cli", now=hours.now())
    approvals.approve(event.host, event.territory, actor="cli", now=hours.now())
    db_session.commit()
    return account


@pytest.fixture
def desk(nadia: Account, sign_in: SignIn) -> PageClient:
    return sign_in(nadia)


@pytest.fixture
def here(event: Event) -> str:
    return f"/pro/rendez-vous/{event.code}"


def plain(page: Page) -> str:
    return " ".join(page.main.text.split())


def preview(desk: PageClient, here: str, **answers: str) -> Page:
    """The form of a move, filled in and looked at."""
    form = desk.get(f"{here}/deplacement").page.form(button="Voir qui sera prévenu")
    return desk.submit(form, answers).page


def move(desk: PageClient, here: str, **answers: str) -> Page:
    """The move is previewed, then done; gives the desk of the event."""
    answer = desk.submit(preview(desk, here, **answers).form(button="Déplacer"))
    assert (answer.status_code, answer.headers["Location"]) == (303, here)
    return desk.get(here).page


def told_kinds() -> list[str]:
    stories.told()
    return [kind.split()[0] for kind in stories.kinds()[3:]]


def test_nadia_sees_whom_a_move_reaches_before_it_is_done(
    desk: PageClient, here: str, event: Event, db_session: scoped_session[Session]
) -> None:
    page = preview(
        desk, here, jour="2026-12-05", debut="10:00", fin="12:00", lieu="ecole-archereau", salle=""
    )
    text = plain(page)
    assert "Aperçu : rien n’est encore fait." in text
    assert "Avant : samedi 28 novembre 2026, de 9 h 30 à 11 h 30, École Curial – Préau" in text
    assert "Après : samedi 5 décembre 2026, de 10 h à 12 h, École Archereau" in text
    assert "Par courrier électronique 2 inscriptions" in text
    assert "Par téléphone 1 personne à appeler" in text
    assert "Sur la liste d’attente 1 inscription comptées ci-dessus" in text
    assert "Français (2), English (1)" in text
    assert "Quand ? À 12 h 05" in text
    db_session.rollback()
    assert (event.starts_at, event.venue.name) == (SATURDAY, "École Curial")


def test_the_school_is_among_those_who_will_be_told_and_nadia_who_does_it_is_not(
    desk: PageClient, here: str, event: Event, db_session: scoped_session[Session]
) -> None:
    nobody = "Nous n’avons ni adresse ni téléphone pour : École Curial. Prévenez-les vous-même."
    assert nobody in plain(preview(desk, here, jour="2026-12-05"))
    curial.contacts_of(event.venue)
    db_session.commit()
    said = "Structure et lieu École Curial 2 personnes, par courrier ou par téléphone"
    for page in (preview(desk, here, jour="2026-12-05"), desk.get(f"{here}/annulation").page):
        assert said in plain(page)
        assert nobody not in plain(page)
    # Another room, a week before: told to nobody.
    assert "Structure et lieu" not in plain(preview(desk, here, salle="Cour"))


def test_moved_she_has_five_minutes_and_then_each_is_told_once(
    desk: PageClient, here: str, event: Event, clock: time_machine.Traveller
) -> None:
    text = plain(move(desk, here, jour="2026-12-05"))
    assert "Le rendez-vous est déplacé. Les personnes inscrites seront prévenues à 12 h 05." in text
    assert "Pas encore annoncé : il reste 5 minutes pour revenir en arrière." in text
    clock.shift(timedelta(minutes=3, seconds=30))
    assert "il reste 2 minutes pour" in plain(desk.get(here).page)
    clock.shift(timedelta(minutes=2))
    assert "vont être prévenues dans un instant" in plain(desk.get(here).page)
    assert told_kinds() == ["rescheduled"] * 3
    assert "revenir en arrière" not in plain(desk.get(here).page)
    letter = stories.text_of(stories.letters("awa@example.org")[-1]).replace("\u00a0", " ")
    assert "Quand ? samedi 5 décembre 2026, de 9 h 30 à 11 h 30\nAvant : samedi 28 novembre 2026" in letter


def test_undone_it_is_as_before_and_nobody_hears_of_it(
    desk: PageClient, here: str, event: Event, db_session: scoped_session[Session]
) -> None:
    page = move(desk, here, jour="2026-12-05", lieu="ecole-archereau")
    desk.submit(page.form(button="Revenir en arrière"))
    text = plain(desk.get(here).page)
    assert "C’est comme avant. Personne n’a été prévenu pour rien." in text
    db_session.rollback()
    assert (event.starts_at, event.venue.name, event.room) == (SATURDAY, "École Curial", "Préau")
    assert told_kinds() == []


def test_told_already_it_cannot_be_undone(desk: PageClient, here: str, event: Event) -> None:
    page = move(desk, here, jour="2026-12-05")
    stories.told()
    assert desk.submit(page.form(button="Revenir en arrière")).status_code == 303
    assert "C’est trop tard pour revenir en arrière" in plain(desk.get(here).page)


def test_tomorrow_morning_people_are_told_at_once(
    nadia: Account, sign_in: SignIn, here: str, clock: time_machine.Traveller
) -> None:
    clock.move_to(SATURDAY - timedelta(hours=20))
    desk = sign_in(nadia)
    page = preview(desk, here, debut="10:00", fin="12:00")
    assert "Tout de suite c’est dans moins de deux jours : on ne peut pas revenir en arrière" in plain(page)
    answer = desk.submit(page.form(button="Déplacer"))
    assert answer.status_code == 303
    assert "Revenir en arrière" not in plain(desk.get(here).page)
    assert [kind.split()[0] for kind in stories.kinds()[3:]] == ["rescheduled"] * 3


def test_another_room_alone_is_told_to_nobody_a_week_before(
    desk: PageClient, here: str, event: Event
) -> None:
    page = preview(desk, here, salle="Salle 2")
    assert "Personne : seule la salle change" in plain(page)
    assert "Salle Salle 2" in plain(move(desk, here, salle="Salle 2"))
    assert told_kinds() == []


@pytest.mark.parametrize(
    ("answers", "field", "sentence"),
    [
        ({"jour": ""}, "jour", "Donnez une date : jour, mois et année."),
        ({"jour": "hier"}, "jour", "Donnez une date : jour, mois et année."),
        ({"debut": ""}, "debut", "Donnez une heure : « 9:30 »."),
        ({"fin": "25:00"}, "fin", "Donnez une heure : « 9:30 »."),
        ({"fin": "09:00"}, "fin", "L’heure de fin doit venir après l’heure de début."),
        ({"jour": "2025-12-05"}, "jour", "Ce jour et cette heure sont déjà passés."),
        ({"jour": "0001-01-01", "debut": "00:00"}, "jour", "Donnez une date : jour, mois et année."),
        ({"jour": "9999-12-31"}, "jour", "Donnez une date : jour, mois et année."),
        ({"jour": "2062-12-05"}, "jour", "Cette date est dans plus de deux ans : vérifiez l’année."),
        ({"lieu": "ecole-pajol"}, "lieu", "Choisissez un lieu dans la liste."),
        ({"salle": "x" * 81}, "salle", "C’est trop long : 80 signes au plus."),
    ],
    ids=lambda one: str(one)[:24],
)
def test_what_cannot_be_is_said_beside_its_field_in_the_preview_and_when_it_is_sent(
    desk: PageClient, here: str, answers: dict[str, str], field: str, sentence: str
) -> None:
    known = {"jour": "2026-12-05", "debut": "10:00", "fin": "12:00", "lieu": "ecole-curial", "salle": ""}
    form = desk.get(f"{here}/deplacement?jour=2026-12-05&debut=10:00&fin=12:00&lieu=ecole-curial").page.form(
        button="Déplacer"
    )
    for answer in (
        desk.get(f"{here}/deplacement", query_string=known | answers),
        desk.submit(form, answers),
    ):
        assert answer.status_code == 422
        error = answer.page.one("p", id=f"{field}-error")
        assert error.text.replace("\u00a0", " ").endswith(sentence)


def test_a_place_that_serves_no_more_is_not_offered(
    desk: PageClient, here: str, db_session: scoped_session[Session]
) -> None:
    factories.a_school("École fermée", ended_at=hours.now())
    db_session.commit()
    page = desk.get(f"{here}/deplacement").page
    assert [option.text for option in page.main.all("option")] == ["École Archereau", "École Curial"]


def test_what_speaks_against_a_day_is_said_and_forbids_nothing(
    desk: PageClient, here: str, db_session: scoped_session[Session]
) -> None:
    christmas = hours.local(date(2026, 12, 27), 9)
    factories.an_event("Conte de Noël", starts_at=christmas)
    off = factories.an_event("Annulé ce jour-là", starts_at=christmas)
    scheduling.cancel(off, actor="cli", now=hours.now())
    db_session.commit()
    text = plain(preview(desk, here, jour="2026-12-27"))
    assert "Vacances de Noël" in text
    assert "C’est un dimanche." in text
    assert "Au même endroit, à la même heure : Conte de Noël, de 9 h à 11 h" in text
    assert "Annulé ce jour-là" not in text
    assert "Au même endroit" not in plain(preview(desk, here, jour="2026-12-27", lieu="ecole-archereau"))
    move(desk, here, jour="2026-12-27")


def test_what_others_hold_by_referral_only_is_not_named_to_a_partner(
    desk: PageClient,
    here: str,
    event: Event,
    samira: Account,
    sign_in: SignIn,
    db_session: scoped_session[Session],
) -> None:
    """Else any member could look for families in hotels, place by place and day by day."""
    december = hours.local(date(2026, 12, 5), 9, 30)
    hidden = factories.an_action("Colis pour les familles à l’hôtel", is_sensitive=True)
    parcels = factories.an_activity("Colis à l’hôtel", action=hidden)
    factories.an_event("Colis à l’hôtel", starts_at=december, activity=parcels)
    factories.an_event("Réunion d’équipe", starts_at=december, is_restricted=True, host=event.host)
    db_session.commit()
    shown = preview(desk, here, jour="2026-12-05")
    assert "Colis" not in shown.text
    same = "Au même endroit, à la même heure : "
    assert f"{same}un rendez-vous hors de l’agenda public, de 9 h 30" in plain(shown)
    assert f"{same}Réunion d’équipe, de 9 h 30" in plain(shown)
    assert f"{same}Colis à l’hôtel, de 9 h 30" in plain(preview(sign_in(samira), here, jour="2026-12-05"))


def test_cancelled_with_a_reason_then_restored(
    desk: PageClient, here: str, event: Event, db_session: scoped_session[Session]
) -> None:
    page = desk.get(f"{here}/annulation").page
    assert "Par courrier électronique 2 inscriptions" in plain(page)
    desk.submit(page.form(button="Oui, annuler le rendez-vous"), {"motif": " La salle est inondée. "})
    text = plain(desk.get(here).page)
    assert "Le rendez-vous est annulé. Sa page le dit déjà. Les personnes inscrites seront prévenues" in text
    assert "Pourquoi ? La salle est inondée." in text
    assert told_kinds() == ["called_off"] * 3
    page = desk.get(f"{here}/retablissement").page
    assert "Par téléphone 1 personne à appeler" in plain(page)
    desk.submit(page.form(button="Oui, il a lieu"))
    assert "Le rendez-vous a lieu, finalement." in plain(desk.get(here).page)
    assert told_kinds() == ["called_off"] * 3 + ["restored"] * 3
    db_session.rollback()
    assert not event.is_cancelled


def test_cancelled_in_error_and_undone(desk: PageClient, here: str, event: Event) -> None:
    desk.submit(desk.get(f"{here}/annulation").page.form(button="Oui, annuler le rendez-vous"))
    desk.submit(desk.get(here).page.form(button="Revenir en arrière"))
    assert told_kinds() == []


def test_a_reason_that_is_too_long_is_refused(desk: PageClient, here: str) -> None:
    form = desk.get(f"{here}/annulation").page.form(button="Oui, annuler le rendez-vous")
    answer = desk.submit(form, {"motif": "x" * 241})
    assert answer.status_code == 422
    assert "C’est trop long : 240 signes au plus." in plain(answer.page)


def test_a_page_left_open_says_what_has_happened_since(
    desk: PageClient, here: str, event: Event, db_session: scoped_session[Session]
) -> None:
    cancelling = desk.get(f"{here}/annulation").page.form(button="Oui, annuler le rendez-vous")
    moving = preview(desk, here, jour="2026-12-05").form(button="Déplacer")
    scheduling.cancel(event, actor="account:9", now=hours.now())
    db_session.commit()
    db_session.rollback()
    for form in (cancelling, moving):
        answer = desk.submit(form)
        assert answer.status_code == 422
        assert "Ce rendez-vous est annulé." in plain(answer.page)
    restoring = desk.get(f"{here}/retablissement").page.form(button="Oui, il a lieu")
    desk.submit(restoring)
    desk.submit(restoring)
    assert "Ce rendez-vous n’est pas annulé." in plain(desk.get(here).page)


def test_what_is_over_is_only_looked_at(
    desk: PageClient, here: str, nadia: Account, sign_in: SignIn, clock: time_machine.Traveller
) -> None:
    clock.move_to(SATURDAY + timedelta(days=1))
    desk = sign_in(nadia)
    page = desk.get(here).page
    assert "C’est passé" in plain(page)
    ways = ("deplacement", "annulation", "retablissement", "modification")
    assert [link["href"] for link in page.main.all("a") if link["href"].endswith(ways)] == []
    for way in ("deplacement", "annulation", "retablissement"):
        page = desk.get(f"{here}/{way}").page
        assert "Ce rendez-vous est passé." in plain(page)
        assert page.main.all("form") == []


def test_the_gate_list_and_the_next_time_are_a_press_away(
    desk: PageClient, here: str, event: Event, samira: Account, sign_in: SignIn
) -> None:
    """Who comes to the school is for the host to say; nothing else leads its team there."""
    page = desk.get(here).page
    assert page.link("L’accueil sur place") == f"{here}/acces"
    assert event.host is not None
    again = f"/pro/organisations/{event.host.id}/rendez-vous/nouveau?depuis={event.code}"
    assert page.link("Refaire") == again
    assert desk.get(f"{here}/acces").page.link(event.title) == here
    assert "Refaire" not in sign_in(samira).get(here).page.main.text


def test_of_a_sensitive_event_nobody_is_offered_a_poster(
    desk: PageClient, here: str, event: Event, db_session: scoped_session[Session]
) -> None:
    assert "Affiche, tract, image" in desk.get(here).page.main.text
    event.activity.action.is_sensitive = True
    db_session.commit()
    assert "Affiche, tract, image" not in desk.get(here).page.main.text


def test_a_typo_is_corrected_and_tells_nobody(
    desk: PageClient, here: str, event: Event, db_session: scoped_session[Session]
) -> None:
    form = desk.get(f"{here}/modification").page.form(button="Enregistrer")
    answers = {
        "title": "Atelier de cuisine",
        "summary": "On cuisine ensemble.",
        "spoken_languages": ["ar", "bm"],
        "accessibility": ["garde_enfants", "n’importe quoi"],
    }
    assert desk.submit(form, answers).status_code == 303
    assert "C’est enregistré. Personne n’est prévenu." in plain(desk.get(here).page)
    db_session.rollback()
    assert (event.title, event.summary) == ("Atelier de cuisine", "On cuisine ensemble.")
    assert (event.spoken_languages, event.accessibility) == (["ar", "bm"], [Accessibility.CHILD_CARE.value])
    assert told_kinds() == []


def test_the_languages_offered_are_those_of_a_proposal_and_what_it_has_is_kept(
    desk: PageClient, here: str, event: Event, db_session: scoped_session[Session]
) -> None:
    event.spoken_languages = ["so", "eu"]
    db_session.commit()
    page = desk.get(f"{here}/modification").page
    offered = {box["value"] for box in page.main.all("input", name="spoken_languages")}
    assert offered == {*languages.SPOKEN, "eu"}
    desk.submit(page.form(button="Enregistrer"), {"spoken_languages": ["so", "eu", "ur"]})
    db_session.rollback()
    assert sorted(event.spoken_languages) == ["eu", "so", "ur"]


def test_more_places_go_to_who_waits_and_fewer_than_are_taken_there_are_not(
    desk: PageClient, here: str, event: Event, db_session: scoped_session[Session]
) -> None:
    form = desk.get(f"{here}/modification").page.form(button="Enregistrer")
    for capacity, sentence in (
        ("2", "3 places sont déjà prises : il ne peut pas y en avoir moins."),
        ("beaucoup", "Indiquez le nombre de places."),
        ("0", "Indiquez le nombre de places."),
        ("2001", "Écrivez un nombre de places entre 1 et 2000."),
        ("9" * 19, "Écrivez un nombre de places entre 1 et 2000."),
    ):
        answer = desk.submit(form, {"capacity": capacity})
        assert answer.status_code == 422
        error = answer.page.one("p", id="capacity-error")
        assert error.text.replace("\u00a0", " ").endswith(sentence)
    assert desk.submit(form, {"capacity": "4"}).status_code == 303
    db_session.rollback()
    assert (event.capacity, event.seats_taken) == (4, 4)
    assert stories.kinds("chao@example.org") == ["waiting", "promoted REQUEST"]


def test_a_title_is_wanted(desk: PageClient, here: str) -> None:
    form = desk.get(f"{here}/modification").page.form(button="Enregistrer")
    for title, sentence in (
        ("  ", "Donnez un titre."),
        ("x" * 161, "C’est trop long : 160 signes au plus."),
        ("Atelier\u202egratuit", "Ce texte contient un signe illisible."),
        ("Atelier\r\nBcc: x@example.org", "Ce texte contient un signe illisible."),
    ):
        answer = desk.submit(form, {"title": title})
        assert answer.status_code == 422
        assert sentence in plain(answer.page)


def test_samira_sees_what_waits_to_be_told_among_the_letters_and_takes_it_back_there(
    desk: PageClient, here: str, samira: Account, sign_in: SignIn
) -> None:
    letters = "/pro/paris-19/courriers"
    coordination = sign_in(samira)
    assert "À annoncer" not in coordination.get(letters).page.main.text
    move(desk, here, jour="2026-12-05")
    page = coordination.get(letters).page
    assert "À annoncer" in page.main.text
    assert "Avant : samedi 28 novembre 2026, de 9 h 30 à 11 h 30, École Curial" in plain(page)
    assert "Annoncé à 12 h 05" in plain(page)
    coordination.submit(page.form(button="Revenir en arrière"))
    assert "À annoncer" not in coordination.get(letters).page.main.text
    assert told_kinds() == []


def test_another_territory_s_changes_are_not_among_the_letters(
    desk: PageClient, here: str, paul: Account, sign_in: SignIn
) -> None:
    move(desk, here, jour="2026-12-05")
    text = sign_in(paul).get("/pro/paris-10/courriers").page.text
    assert "Atelier cuisine" not in text


def test_markup_in_what_was_typed_stays_text(desk: PageClient, here: str) -> None:
    move(desk, here, salle="<b>Préau</b>")
    assert "<b>Préau" not in desk.get(here).page.html


@pytest.mark.parametrize("many", [0, 1, 3])
def test_the_pages_ask_as_much_of_the_database_however_many_come(
    many: int, nadia: Account, desk: PageClient, event: Event, here: str, statements: Statements
) -> None:
    for number in range(many):
        stories.register(event, stories.answers(f"Dalia{number}"))
    looked_at = f"{here}/deplacement?jour=2026-12-05&debut=10:00&fin=12:00&lieu=ecole-curial"
    for address, expected in ((here, 8), (looked_at, 16)):
        with statements() as said:
            desk.get(address)
        assert len(said) == expected, said


@pytest.mark.parametrize("many", [0, 1, 3])
def test_what_waits_to_be_told_is_read_at_once_however_much_it_is(
    many: int, samira: Account, sign_in: SignIn, db_session: scoped_session[Session], statements: Statements
) -> None:
    coordination = sign_in(samira)
    for number in range(many):
        place = factories.a_school(f"École {number}")
        found = factories.an_event(f"Samedi {number}", venue=factories.a_school())
        scheduling.reschedule(found, venue=place, actor="cli", now=hours.now())
    db_session.commit()
    with statements() as said:
        page = coordination.get("/pro/paris-19/courriers").page
    assert len(said) == 6, said
    assert len(page.main.all("form")) == many


def test_the_words_are_french(desk: PageClient, here: str) -> None:
    for way in ("", "/deplacement", "/annulation", "/retablissement", "/modification"):
        assert not list(words(desk.get(here + way).page))
