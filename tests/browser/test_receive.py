"""« Recevoir l’agenda » in a real browser: on a phone, by night, by keyboard; then one’s own address."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as hours
from eventsapp.people import household_browsers
from tests import factories
from tests.browsers import SCREENS, Visit, fits
from tests.registrations.stories import a_transaction, answers, register
from tests.web.residents import towns

Axe = Callable[[Page], None]
PAGE = "/paris-19/recevoir"


@SCREENS
def test_a_feed_is_chosen_put_together_and_taken_along(
    visit: Visit,
    axe: Axe,
    db_session: scoped_session[Session],
    width: int,
    javascript: bool,
) -> None:
    towns.a_week_of_events()
    for dark in (False, True):
        page = visit(PAGE, width=width, javascript=javascript, dark=dark)
        axe(page)
        assert fits(page)
        page.get_by_label("Flandre", exact=True).check()
        page.get_by_role("button", name="Voir ce que cela donne").click()
        expect(page.get_by_role("heading", name="Votre choix")).to_be_visible()
        page.get_by_text("Je suis sur un ordinateur, je le veux sur mon téléphone").click()
        expect(page.get_by_role("img", name="Code à scanner")).to_be_visible()
        for name in ("iPhone, iPad, Mac", "Android et Google Agenda"):
            page.locator("summary", has_text=name).click()
        expect(page.locator("#apple .drawing")).to_be_visible()
        axe(page)
        assert fits(page)


def test_every_choice_is_within_reach_of_the_keyboard(
    visit: Visit, db_session: scoped_session[Session]
) -> None:
    towns.a_week_of_events()
    page = visit(PAGE, width=390, javascript=False)
    page.get_by_label("Flandre", exact=True).focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"quartier=flandre#votre-choix$"))
    page.locator("#google summary").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Google relit toutes les 8 à 24")).to_be_visible()


@pytest.mark.parametrize(("width", "dark"), [(390, False), (1280, True)])
def test_a_private_address_is_shown_once(
    visit: Visit, axe: Axe, db_session: scoped_session[Session], width: int, dark: bool
) -> None:
    event = factories.an_event("Atelier cuisine", capacity=4)
    db_session.commit()
    made = register(event, answers("Awa"))
    with a_transaction():
        assert made.registration.household is not None
        cookie = household_browsers.confirm(made.registration.household, "", now=hours.now())
    page = visit("/", width=width, dark=dark)
    page.context.add_cookies([{"name": "foyer", "value": cookie, "url": page.url}])
    page.goto(f"/m/{made.link_token}/calendrier")
    axe(page)
    page.get_by_label("Pour quel appareil").fill("mon téléphone")
    page.get_by_role("button", name="Faire le calendrier").click()
    address = page.get_by_label("Ou copiez cette adresse")
    expect(address).to_have_value(re.compile(r"/agendas/prives/[\w-]{43}\.ics$"))
    page.get_by_text("L’ajouter sur un iPhone qui scanne").click()
    axe(page)
    assert fits(page)
    page.reload()
    expect(address).to_have_count(0)
    expect(page.get_by_text("mon téléphone", exact=True)).to_be_visible()
