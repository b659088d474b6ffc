"""Roles in a real browser: every page of teams and partners, whole and with its mistakes, breaks no rule.

A visitor goes through them once, in French, on the narrowest screen, dark. What they see is shown in a wide
window, light, as well, and so is the same page in English: whatever hangs on one of these is seen once, and
both languages are. How one goes through them by keyboard: test_keyboard.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from passlib.totp import TOTP
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as hours
from eventsapp.access import day_links
from eventsapp.agenda import scheduling
from eventsapp.agenda.models import Event
from eventsapp.people import accounts, passwords, second_factor, sign_ins
from tests import factories
from tests.browsers import MirrorOf, Visit, fits
from tests.mirrors import Mirror
from tests.web import town
from tests.web.town import Town

PUBLIC = {
    "/devenir-partenaire": 1,
    "/devenir-partenaire/merci?territoire=paris-19": 0,
    "/connexion": 1,
    "/connexion/envoye": 0,
    "/connexion/mot-de-passe": 1,
    "/connexion/{link_samira}": 0,
    "/integration/espace-19": 0,
    "/invitation/{offer_token}": 1,
    "/on-repart/{comeback_token}": 1,
    "/donnees-personnelles": 0,
    "/donnees-personnelles/effacees": 0,
    "/m/lien-perdu": 1,
    "/m/lien-perdu/envoye": 0,
    "/m/{household_token}": 0,
    "/m/{household_token}/confirmation": 0,
    "/ma-venue/{professional_token}": 0,
    "/ma-venue/{professional_token}/inscriptions/{professional_registration}/annulation": 0,
    "/ma-venue/{professional_token}/inscriptions/{professional_registration}/abonnement": 0,
    "/ma-venue/{professional_token}/abonnements/{professional_standing}/fin": 0,
    "/ma-venue/{professional_token}/calendrier": 0,
    "/ecole/{host_token}/calendrier": 0,
    "/paris-19/recevoir": 0,
    "/orientation/{referral_token}": 0,
    "/paris-19/recevoir/par-courriel": 1,
    "/paris-19/recevoir/par-courriel/envoye": 0,
    "/lettre/{letter_token}": 0,
    "/lettre/{letter_token}/arret": 0,
    "/e/{respite}/inscription": 0,
    "/structure/{coming_token}": 0,
    "/ecole": 1,
    "/ecole/envoye": 0,
    "/ecole/{host_token}": 5,
    "/ecole/{host_token}/entrees": 0,
    "/ecole/{host_token}/coordonnees": 0,
}
"""Pages for everybody, and how many forms of each refuse to be sent empty."""

OVER = {"/connexion/x": 410, "/invitation/x": 410, "/jour/x": 410, "/on-repart/x": 410, "/ecole/x": 410}
OVER |= {"/structure/x": 410}
OVER |= {"/orientation/x": 410, "/lettre/x": 410, "/paris-19/recevoir?quartier=atlantide": 404}
"""Links that work no more, and what they answer."""

PAGES = {
    "samira": {
        "/pro/": 0,
        "/pro/compte/code": 0,
        "/pro/compte/cles": 0,
        "/pro/paris-19/equipe": 1,
        "/pro/paris-19/journal": 0,
        "/pro/paris-19/suppressions": 0,
        "/pro/series/{series}/conservation": 1,
        "/pro/paris-19/contacts": 0,
        "/pro/paris-19/contacts/nouveau": 1,
        "/pro/paris-19/contacts/{contact}": 1,
        "/pro/paris-19/contacts/import": 1,
        "/pro/paris-19/contacts/import/{import}": 0,
        "/pro/paris-19/lieux": 0,
        "/pro/paris-19/lieux/{school}": 0,
        "/pro/paris-19/lieux/{school}/modification": 1,
        "/pro/paris-19/programme": 0,
        "/pro/paris-19/programme/axes": 1,
        "/pro/paris-19/programme/actions/nouvelle": 1,
        "/pro/paris-19/annee-suivante": 1,
        "/pro/paris-19/rendez-vous": 0,
        "/pro/paris-19/rendez-vous/changement?quoi=annuler&e={workshop_row}": 1,
        "/pro/paris-19/fermetures": 0,
        "/pro/paris-19/lieux/{school}/fermeture": 1,
        "/pro/paris-19/lieux/{school}/fermeture?du=2026-11-28&au=2026-12-31&raison=Travaux": 1,
        "/pro/paris-19/lieux/{closed}/fermeture/{closure}": 0,
        "/pro/paris-19/lieux/{closed}/fermeture/{closure}/affiche": 0,
        "/pro/paris-19/remplacement": 1,
        "/pro/paris-19/changements/{change}": 0,
        "/pro/paris-19/partenaires": 0,
        "/pro/paris-19/partenaires/demandes/{request}": 2,
        "/pro/paris-19/ecoles": 0,
        "/pro/ecoles/{school}": 0,
        "/pro/ecoles/{school}/calendrier": 0,
        "/pro/paris-19/calendrier": 0,
        "/pro/rendez-vous/{event}/acces": 2,
        "/pro/paris-19/propositions": 0,
        "/pro/paris-19/propositions/{proposal}": 2,
        "/pro/fonctions/{grant}/transmission": 1,
        "/pro/fonctions/{grant}/absence": 1,
        "/pro/organisations/{organisation}/": 0,  # she may take its picture down
        "/pro/paris-19/reponses": 0,
        "/pro/paris-19/reponses?etat=faites": 0,
        "/pro/reponses/{words}": 0,
        "/pro/reponses/{counter}": 0,
        "/pro/reponses/{unreadable}": 0,
        "/pro/paris-19/courriers": 0,  # with a change that is not told yet
        "/pro/inscrire": 0,
        "/pro/rendez-vous/{workshop}/inscriptions/{helped}/bulletin": 0,
        "/pro/rendez-vous/{workshop}/annulation": 0,
        "/pro/rendez-vous/{workshop}/deplacement?jour=2026-12-27&debut=10:00&fin=12:00&lieu=ecole-curial": 1,
    },
    "nadia": {
        "/pro/": 0,
        "/pro/compte": 0,
        "/pro/compte/mot-de-passe": 2,
        "/pro/compte/code": 1,
        "/pro/organisations/{organisation}/": 0,
        "/pro/organisations/{organisation}/equipe": 1,
        "/pro/organisations/{organisation}/coordonnees": 1,
        "/pro/organisations/{organisation}/integration": 1,
        "/pro/organisations/{organisation}/calendrier": 0,
        "/pro/organisations/{organisation}/vitrine": 1,
        "/pro/organisations/{organisation}/reponses": 0,
        "/pro/rendez-vous/{event}": 0,
        "/pro/rendez-vous/{event}/modification": 1,
        "/pro/rendez-vous/{event}/deplacement": 1,
        "/pro/rendez-vous/{event}/annulation": 0,
        "/pro/rendez-vous/{event}/retablissement": 0,
        "/pro/organisations/{organisation}/rendez-vous/nouveau": 1,
        "/pro/organisations/{organisation}/propositions/{proposal}": 0,
        "/pro/organisations/{organisation}/propositions/{proposal}/correction": 1,
        "/pro/organisations/{organisation}/imports": 0,
        "/pro/organisations/{organisation}/imports/nouveau": 1,
        "/pro/organisations/{organisation}/imports/{agenda}": 1,
        "/pro/organisations/{organisation}/imports/{feed}": 0,
        "/pro/organisations/{organisation}/imports/{feed}/reglages": 1,
        "/pro/rendez-vous/{event}/aides": 1,
        "/pro/rendez-vous/{event}/acces": 1,
        "/pro/rendez-vous/{event}/affiche?langues=fr&langues=en": 0,
        "/pro/rendez-vous/{hosted}/inscriptions": 0,
        "/pro/rendez-vous/{hosted}/inscriptions/nouvelle": 1,
        "/pro/rendez-vous/{hosted}/inscriptions/{hosted_registration}": 1,
        "/pro/rendez-vous/{hosted}/inscriptions/{hosted_registration}/personnes": 1,
        "/pro/rendez-vous/{hosted}/inscriptions/reglages": 0,
        "/pro/inscrire": 0,
        "/pro/inscrire?q=rien": 0,
        "/pro/rendez-vous/{workshop}/inscrire": 1,
        "/pro/rendez-vous/{respite}/inscrire": 1,
        "/pro/rendez-vous/{respite}/orientations": 0,
        "/pro/rendez-vous/{hosted}/inscriptions/feuille": 0,
        "/pro/rendez-vous/{hosted}/inscriptions/feuille/saisie": 1,
        "/pro/rendez-vous/{hosted}/inscriptions/feuille/resultat": 0,
        "/pro/rendez-vous/{hosted}/message": 1,
        "/pro/rendez-vous/{hosted}/message/{message}": 0,
        "/pro/organisations/{organisation}/bilan": 0,
        "/pro/organisations/{organisation}/samedis/paris-19": 1,
        "/pro/rendez-vous/{event}/feuille": 0,
        "/pro/rendez-vous/{event}/presences": 0,
    },
    "roy": {"/pro/": 0, "/pro/ecoles/{school}": 0, "/pro/rendez-vous/{event}/acces": 1},
    "ada": {"/pro/": 0, "/pro/installation": 1},
}
"""The same of those who sign in. Nadia has a password and codes of a phone: her account asks for more than
the others' do."""

PASSWORD = "deux péniches et un pont"


@pytest.fixture
def the_town(db_session: scoped_session[Session]) -> Town:
    """With a way in for everybody of these pages, a helper's link for the day of the workshop, and a Saturday
    that has moved by an hour and can still be put back."""
    built, now = town.build(), hours.now()
    workshop = db_session.scalars(select(Event).where(Event.code == built.rows["workshop"])).one()
    saturday = db_session.scalars(select(Event).where(Event.code == built.rows["event"])).one()
    later = saturday.ends_at + timedelta(hours=1)
    scheduling.reschedule(saturday, ends_at=later, actor="cli", now=now)
    built.rows["helper"] = day_links.make(workshop, "Awa, à la porte", actor="cli", now=now)
    carried = sign_ins.behind(sign_ins.begin(built.accounts["nadia"], "", now=now), now=now)
    assert carried is not None
    passwords.choose(carried, "", PASSWORD, now=now)
    second_factor.prepare(carried, now=now)
    db_session.flush()
    code = TOTP(key=second_factor.shown(carried, now=now).key).generate(time=now.timestamp()).token
    built.rows["recovery"] = second_factor.turn_on(carried, code, now=now)[0]
    for key in ("samira", "roy", "ada"):
        built.rows[f"link_{key}"] = accounts.new_link(built.accounts[key], now=now)
    db_session.commit()
    db_session.rollback()
    return built


class Inspector:
    """Opens one page after the other, as one visitor, and finds nothing wrong."""

    def __init__(self, page: Page, rows: dict[str, str], narrow: Mirror, wide: Mirror) -> None:
        self.page, self._rows, self._narrow, self._wide = page, rows, narrow, wide

    def look(self) -> None:
        """At what is there now."""
        assert fits(self.page), self.page.url
        for mirror in (self._narrow, self._wide):
            self._is_whole(mirror.reflect(self.page), "fr")
            assert not (broken := mirror.colours()), "\n".join([self.page.url, *broken])
            if mirror is self._narrow:
                assert not (broken := mirror.rules()), "\n".join([self.page.url, *broken])

    def look_in_english(self, address: str, status: int) -> None:
        """At the same page as it comes to who reads English; colours speak no language."""
        answer = self.page.context.request.get(address, headers={"Accept-Language": "en-GB"})
        assert answer.status == status
        self._is_whole(self._wide.show(answer.text()), "en")
        assert not (broken := self._wide.rules()), "\n".join([address, *broken])

    def _is_whole(self, shown: dict[str, Any], language: str) -> None:
        expected = {"language": language, "styled": True, "fits": True}
        assert shown == expected, self.page.url

    def open(self, rule: str, forms: int = 0, *, status: int = 200) -> None:
        """A page as it comes, and as each of its forms gives it back when nothing is filled in.

        What is given back in French is the page and its mistakes: that only is looked at.
        """
        address = rule.format(**self._rows)
        answer = self.page.goto(address)
        assert answer
        assert answer.status == status, rule
        assert fits(self.page), address
        if not forms:
            self.look()
        found = self.page.locator("main form[novalidate]")
        assert found.count() == forms, rule  # one more, or one less: the table says which
        for number in range(forms):
            if number:
                self.page.goto(address)
            found.nth(number).evaluate(UNFOLD)
            found.nth(number).evaluate(EMPTY)
            found.nth(number).locator("button[type=submit]").first.click()
            expect(self.page.get_by_role("alert")).to_be_focused()
            self.look()
        self.look_in_english(address, status)


UNFOLD = """form => {
  for (let around = form.closest("details"); around; around = around.parentElement.closest("details"))
    around.open = true;
}"""
EMPTY = """form => {
  for (const field of form.elements)
    if (field.matches("input:not([type=hidden], [type=radio], [type=checkbox]), textarea")) field.value = "";
}"""


@pytest.fixture
def arrive(visit: Visit, mirror_of: MirrorOf, the_town: Town) -> Callable[[str], Inspector]:
    """`arrive(path)`: who looks around from there on."""

    def at(path: str) -> Inspector:
        page = visit(path.format(**the_town.rows), width=320, dark=True)
        narrow, wide = mirror_of(width=320, dark=True), mirror_of(width=1280, dark=False)
        return Inspector(page, the_town.rows, narrow, wide)

    return at


def test_no_page_for_everybody_breaks_a_rule(
    arrive: Callable[[str], Inspector], clock: time_machine.Traveller
) -> None:
    visitor = arrive("/")
    for rule, forms in PUBLIC.items():
        visitor.open(rule, forms)
    for rule, status in OVER.items():
        visitor.open(rule, status=status)

    # The day of the workshop has come: a family is expected, and Awa stands at the door.
    clock.move_to(factories.SATURDAY - timedelta(hours=2))
    visitor.open("/jour/{helper}")
    expect(visitor.page.get_by_role("list").filter(has_text="Awa")).to_contain_text("1 person")


@pytest.mark.parametrize("people", [("samira",), ("roy", "ada")], ids="-".join)
def test_none_of_a_desk_does(arrive: Callable[[str], Inspector], people: tuple[str, ...]) -> None:
    for who in people:
        visitor = arrive(f"/connexion/{{link_{who}}}")
        visitor.page.locator("main button[type=submit]").click()
        expect(visitor.page).to_have_url(re.compile("/pro/$"))
        for rule, forms in PAGES[who].items():
            visitor.open(rule, forms)
        if who == "samira":
            visitor.open("/pro/installation", status=403)  # Ada's


def test_none_of_an_organisation_does_nor_of_an_account_with_a_password_and_codes(
    arrive: Callable[[str], Inspector], the_town: Town
) -> None:
    """Nadia comes in by her password and, her phone being elsewhere, by a recovery code."""
    visitor = arrive("/connexion/mot-de-passe")
    page, enter = visitor.page, visitor.page.locator("main button[type=submit]")
    page.locator("input[name=email]").fill("nadia@example.org")
    page.locator("input[name=password]").fill(PASSWORD)
    enter.click()
    expect(page).to_have_url(re.compile("/connexion/code$"))
    visitor.open("/connexion/code", forms=1)
    visitor.open("/connexion/code-de-secours", forms=1)
    page.locator("input[name=code]").fill(the_town.rows["recovery"])
    enter.click()
    expect(page).to_have_url(re.compile("/pro/$"))
    for rule, forms in PAGES["nadia"].items():
        visitor.open(rule, forms)

    # A link that was just made for a helper is shown, once.
    page.goto("/pro/rendez-vous/{event}/aides".format(**the_town.rows))
    page.locator("input[name=name]").fill("Awa")
    page.locator("main form[novalidate] button[type=submit]").click()
    expect(page.get_by_role("status").first).to_be_visible()
    visitor.look()

    # Another phone is being set up: its code is asked for, and one of the former phone.
    page.goto("/pro/compte/code")
    page.locator("main form[action$=preparation] button").click()
    expect(page.get_by_role("img")).to_be_visible()
    visitor.open("/pro/compte/code", forms=1)
