"""By keyboard alone a family registers, changes its mind, answers an offer, erases itself; a desk helps it.

Nobody uses a mouse. At every stop of every page on the way, what has the focus is in the window, marked,
with nothing in front of it, and stands after the stop before it (tests/browser/keyboard.py).
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp.agenda.entry_rules import EntryForm, EntryRules
from eventsapp.database import db
from eventsapp.registrations.models import Registration, RegistrationStatus
from tests import factories
from tests.browser.keyboard import choose, press_to, reach, tick, write_in
from tests.browsers import Visit
from tests.registrations.stories import answers, cancel, letters, register, text_of
from tests.web.residents.homes import code_for
from tests.web.residents.towns import a_drawn_territory

pytestmark = pytest.mark.databases("sqlite")

WORKSHOP = "Atelier cuisine"


def reads(page: Page, title: str) -> None:
    """Waited for after each step: a Tab too early would go through the page that is being left."""
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def made() -> list[Registration]:
    db.session.rollback()
    return list(db.session.scalars(select(Registration).order_by(Registration.id)))


@pytest.mark.parametrize(
    ("flaw", "said"),
    [
        (":focus-visible { outline: none !important; }", "has no mark"),
        (".skip { opacity: 0; pointer-events: none; }", "is hidden by"),
        (".head > .wrap { flex-direction: row-reverse; }", "stands before the stop before it"),
        (".brand { position: absolute !important; left: -40rem; }", "is outside of the window"),
    ],
)
def test_the_walk_is_awake(visit: Visit, flaw: str, said: str) -> None:
    page = visit("/", width=1280)
    page.evaluate(
        "flaw => { const one = new CSSStyleSheet(); one.replaceSync(flaw);"
        " document.adoptedStyleSheets = [one]; }",
        flaw,
    )
    with pytest.raises(AssertionError, match=said):
        reach(page, page.get_by_role("link", name="Mentions légales"), "Mentions légales")


def test_fatoumata_comes_to_a_school_saturday_and_then_does_not(
    visit: Visit, db_session: scoped_session[Session]
) -> None:
    """The short form, refused once; who comes, photos, silence, and cancelling."""
    code = factories.an_event(WORKSHOP).code
    db_session.commit()
    db_session.rollback()
    page = visit(f"/e/{code}/inscription")
    press_to(page, "Aller au contenu", "link")
    page.keyboard.press("Tab")  # past the head of the page
    expect(page.get_by_role("main").get_by_role("link", name=WORKSHOP, exact=True)).to_be_focused()
    press_to(page, "Continuer")
    expect(page.get_by_role("alert")).to_be_focused()
    press_to(page, "Écrivez votre prénom.", "link")
    expect(page.get_by_label("Votre prénom", exact=True)).to_be_focused()
    page.keyboard.type("Fatoumata")
    write_in(page, "Votre téléphone", "06 39 98 00 00")
    choose(page, "Comment vous prévenir ?", "Par un appel")
    press_to(page, "Un de plus : 6 à 10 ans")
    press_to(page, "Continuer")
    reads(page, "Vérifiez vos réponses")
    press_to(page, "Inscrire 2 personnes")
    reads(page, "C’est noté, Fatoumata !")

    press_to(page, f"Changer mon groupe ({WORKSHOP})", "link")
    reads(page, "Changer mon groupe")
    write_in(page, "Adultes, avec vous", "2")
    press_to(page, "Enregistrer")
    reads(page, "C’est noté, Fatoumata !")
    press_to(page, "Photos : oui ou non", "link")
    reads(page, "Photos")
    tick(page, "Dans le bilan remis à la Caf")
    press_to(page, "Enregistrer")
    reads(page, "C’est noté, Fatoumata !")
    press_to(page, "Langue, messages, adresse", "link")
    reads(page, "Mes préférences")
    tick(page, "Ne m’envoyez aucun message")
    press_to(page, "Enregistrer")
    reads(page, "C’est noté, Fatoumata !")
    press_to(page, f"Annuler ma venue ({WORKSHOP})", "link")
    reads(page, "Annuler votre venue ?")
    press_to(page, "Oui, annuler ma venue")
    reads(page, "C’est annulé, Fatoumata")
    [one] = made()
    assert (one.status, one.seats) == (RegistrationStatus.CANCELLED, 3)
    assert one.household is not None
    assert one.household.contact.wants_no_messages


def test_awa_comes_to_a_trail_person_by_person_and_takes_her_data_away(
    visit: Visit, db_session: scoped_session[Session]
) -> None:
    """The full form without scripts, one person refused once; the page of her data; all of it erased."""
    a_drawn_territory()
    code = factories.an_event("Parcours du canal", entry=EntryRules(form=EntryForm.FULL)).code
    db_session.commit()
    db_session.rollback()
    page = visit(f"/e/{code}/inscription", width=1280, javascript=False)
    write_in(page, "Votre prénom", "Awa")
    write_in(page, "Votre e-mail", "awa@example.org")
    write_in(page, "Votre quartier (facultatif)", "Flandre")
    press_to(page, "Continuer")
    reads(page, "Qui est la première personne ?")
    choose(page, "Âge", "26 à 59 ans")
    tick(page, "Avec une poussette")
    press_to(page, "Continuer")
    reads(page, "Votre groupe : 1 personne")
    choose(page, "Ajouter quelqu’un ?", "Oui")
    press_to(page, "Continuer")
    reads(page, "Qui est la 2e personne ?")
    press_to(page, "Continuer")
    expect(page.get_by_role("alert")).to_be_visible()
    press_to(page, "Choisissez l’âge.", "link")
    expect(page.get_by_role("radio", name="0 à 2 ans")).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_label("Prénom", exact=True)).to_be_focused()
    page.keyboard.type("Moussa")
    press_to(page, "Continuer")
    reads(page, "Votre groupe : 2 personnes")
    choose(page, "Ajouter quelqu’un ?", "Non")
    press_to(page, "Continuer")
    reads(page, "Vérifiez vos réponses")
    press_to(page, "Inscrire 2 personnes")
    reads(page, "C’est noté, Awa !")
    [one] = made()
    assert one.seats == 2
    assert one.household is not None
    assert one.household.quartier is not None
    assert one.household.quartier.name == "Flandre"
    db.session.rollback()

    press_to(page, "Mes données : les voir, les emporter, les effacer", "link")
    reads(page, "Mes données")
    export = page.get_by_role("link", name="Emporter mes données (JSON)")
    reach(page, export, "Emporter")
    with page.expect_download() as taken:
        page.keyboard.press("Enter")
    assert taken.value.suggested_filename == "mes-donnees.json"
    press_to(page, "Effacer mes données", "link")
    reads(page, "Effacer mes données ?")
    press_to(page, "Oui, tout effacer")
    expect(page).to_have_url(re.compile("/donnees-personnelles/effacees$"))
    assert made() == []


def test_maria_finds_her_page_again_takes_a_place_and_comes_to_every_date(
    visit: Visit, db_session: scoped_session[Session]
) -> None:
    """« J’ai perdu mon lien », a code, an offer; every date, a pause, the end of it."""
    event = factories.an_event(WORKSHOP, capacity=2, entry=replace(EntryRules(), answer_hours=24))
    factories.an_event(WORKSHOP, starts_at=event.starts_at + timedelta(days=7))
    binta = register(event, answers("Binta", adults=2))
    register(event, answers("Maria", email="maria@example.org"))
    cancel(binta.registration)
    db_session.rollback()
    page = visit("/m/lien-perdu", width=1280, dark=True)
    write_in(page, "Votre e-mail ou votre téléphone", "maria@example.org")
    press_to(page, "Recevoir un nouveau lien")
    reads(page, "C’est demandé")
    found = re.search(r"/m/[\w-]{20,}", text_of(letters("maria@example.org")[-1]))
    assert found is not None
    page.goto(found[0])
    press_to(page, "Confirmer avec un code", "link")
    reads(page, "C’est votre page ?")
    press_to(page, "Recevoir un code")
    expect(page.get_by_label("Le code à 6 chiffres")).to_be_visible()
    write_in(page, "Le code à 6 chiffres", code_for("maria@example.org"))
    press_to(page, "Ouvrir ma page")
    reads(page, "Une place pour vous, Maria ?")
    press_to(page, "Oui, je viens")
    reads(page, "C’est noté, Maria !")

    press_to(page, f"Voir les dates ({WORKSHOP})", "link")
    reads(page, "Venir à toutes les dates ?")
    press_to(page, "Oui, à toutes les dates")
    reads(page, "C’est noté, Maria !")
    press_to(page, "Ne plus m’inscrire aux nouvelles dates")
    expect(page.get_by_role("button", name="M’inscrire de nouveau")).to_be_visible()
    press_to(page, "M’inscrire de nouveau")
    expect(page.get_by_role("button", name="Ne plus m’inscrire aux nouvelles dates")).to_be_visible()
    press_to(page, f"Arrêter ({WORKSHOP})", "link")
    reads(page, "Arrêter de venir à toutes les dates ?")
    press_to(page, "Arrêter, et garder cette date")
    reads(page, "C’est noté, Maria !")
    assert [one.status.value for one in made()] == ["annulee", "confirmee", "confirmee"]


def test_samira_registers_who_stands_beside_her_types_a_sheet_in_and_sets_the_form(
    visit: Visit, link: str, db_session: scoped_session[Session]
) -> None:
    event = factories.an_event(WORKSHOP)
    code = event.code
    db_session.commit()
    db_session.rollback()
    page = visit(link, width=1280)
    press_to(page, "Entrer")
    reads(page, "Mon espace")
    press_to(page, "Inscrire quelqu’un", "link")
    reads(page, "Inscrire quelqu’un")
    press_to(page, "Inscrire", "link")
    expect(page.get_by_label("Son prénom", exact=True)).to_be_visible()
    write_in(page, "Son prénom", "Yasmine")
    write_in(page, "Son téléphone", "06 39 98 00 01")
    tick(page, "Cette personne est d’accord")
    press_to(page, "Inscrire")
    reads(page, "Bulletin de Yasmine")

    page.goto(f"/pro/rendez-vous/{code}/inscriptions")
    press_to(page, "Feuille papier", "link")
    reads(page, "Feuille d’inscription")
    press_to(page, "Recopier une feuille", "link")
    reads(page, "Recopier une feuille")
    write_in(page, "Prénom, ligne 1", "Ngozi")
    write_in(page, "Adultes, ligne 1", "1")
    write_in(page, "E-mail, ligne 1", "ngozi@example.org")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # to the line that is wrong
    tick(page, "A signé")  # the first line
    page.keyboard.press("Enter")
    reads(page, "Feuille recopiée")

    press_to(page, "Inscriptions", "link")
    reads(page, "Inscriptions")
    press_to(page, "Régler les inscriptions", "link")
    reads(page, "Régler les inscriptions")
    choose(page, "Quel formulaire ?", "Complet : une page par personne")
    write_in(page, "Adultes, au plus (facultatif)", "8")
    press_to(page, "Enregistrer")
    expect(page.get_by_role("status").first).to_be_visible()
    assert [one.contact.first_name for one in made()] == ["Yasmine", "Ngozi"]
    db_session.refresh(event)
    assert (event.entry.form, event.entry.most_adults) == (EntryForm.FULL, 8)
