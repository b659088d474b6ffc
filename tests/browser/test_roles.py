"""Roles in a real browser: every page of teams and partners, whole and with its mistakes, breaks no rule;
and by keyboard alone somebody is invited, comes in, and hands the role over."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.mailroom import sealing
from eventsapp.mailroom.models import Letter
from eventsapp.people import accounts
from tests.browsers import Visit
from tests.web import town
from tests.web.town import Town

Axe = Callable[[Page], None]


@pytest.fixture
def the_town(db_session: scoped_session[Session]) -> Town:
    built = town.build()
    for key in ("samira", "nadia", "roy", "ada"):
        built.rows[f"link_{key}"] = accounts.new_link(built.accounts[key], now=clock.now())
    db_session.commit()
    db_session.rollback()
    return built


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


PAGES = {
    "samira": (
        "/pro/",
        "/pro/compte",
        "/pro/compte/mot-de-passe",
        "/pro/compte/code",
        "/pro/compte/cles",
        "/pro/paris-19/equipe",
        "/pro/paris-19/journal",
        "/pro/paris-19/partenaires",
        "/pro/paris-19/partenaires/demandes/{request}",
        "/pro/fonctions/{grant}/transmission",
        "/pro/fonctions/{grant}/absence",
    ),
    "nadia": (
        "/pro/",
        "/pro/organisations/{organisation}/",
        "/pro/organisations/{organisation}/equipe",
        "/pro/organisations/{organisation}/integration",
        "/pro/organisations/{organisation}/vitrine",
        "/pro/rendez-vous/{event}/aides",
    ),
    "roy": ("/pro/", "/pro/ecoles/{school}"),
    "ada": ("/pro/", "/pro/installation"),
}


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (320, True)])
def test_no_page_of_roles_breaks_a_rule(
    visit: Visit, axe: Axe, the_town: Town, width: int, dark: bool
) -> None:
    language = "en-GB" if dark else "fr-FR"
    page = visit("/devenir-partenaire", width=width, dark=dark, language=language)
    for address in (
        "/devenir-partenaire",
        "/connexion/mot-de-passe",
        "/integration/espace-19",
        f"/invitation/{the_town.rows['offer_token']}",
        "/invitation/x",
        f"/jour/{the_town.rows['day_token']}",
        "/jour/x",
    ):
        page.goto(address)
        axe(page)
        assert fits(page), address
    who = "samira" if dark else "nadia"
    page.goto(f"/connexion/{the_town.rows[f'link_{who}']}")
    page.get_by_role("button", name="Enter" if dark else "Entrer").click()
    for rule in PAGES[who]:
        page.goto(rule.format(**the_town.rows))
        axe(page)
        assert fits(page), rule


@pytest.mark.parametrize(
    ("who", "language", "enter"),
    [("samira", "fr-FR", "Entrer"), ("roy", "en-GB", "Enter"), ("ada", "en-GB", "Enter")],
)
def test_nor_does_one_with_its_mistakes(
    visit: Visit, axe: Axe, the_town: Town, who: str, language: str, enter: str
) -> None:
    page = visit(f"/connexion/{the_town.rows[f'link_{who}']}", language=language)
    page.get_by_role("button", name=enter).click()
    for rule in PAGES[who]:
        page.goto(rule.format(**the_town.rows))
        axe(page)
        buttons = page.locator("form[novalidate] button[type=submit]")
        if buttons.count():
            buttons.last.click()
            expect(page.get_by_role("alert")).to_be_focused()
            axe(page)
            assert fits(page), rule


def invited(db_session: scoped_session[Session], address: str) -> str:
    db_session.rollback()
    letter = db_session.scalars(
        select(Letter).where(Letter.address == address).order_by(Letter.id.desc())
    ).first()
    assert letter is not None
    found = re.search(r"/(invitation|connexion)/[\w-]+", sealing.unseal(letter.text))
    assert found is not None
    db_session.rollback()
    return found[0]


def press_to(page: Page, name: str, role: str = "button") -> None:
    """Tabs until the control of this name has the focus, then presses Enter."""
    wanted = page.get_by_role(role, name=name, exact=False).first  # type: ignore[arg-type]  # the tests'
    expect(wanted).to_be_attached()
    for _ in range(120):
        page.keyboard.press("Tab")
        if wanted.evaluate("one => one === document.activeElement"):
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"the keyboard does not reach {name!r}")


def write_in(page: Page, label: str, text: str) -> None:
    field = page.get_by_label(label, exact=True)
    for _ in range(120):
        page.keyboard.press("Tab")
        if field.evaluate("one => one === document.activeElement"):
            page.keyboard.type(text)
            return
    raise AssertionError(f"the keyboard does not reach {label!r}")


def test_by_keyboard_alone_somebody_is_invited_comes_in_and_hands_over(
    visit: Visit, axe: Axe, the_town: Town, db_session: scoped_session[Session]
) -> None:
    """Invited by mail, in by the link, a code of the phone, back by a recovery code, the role handed over."""
    samira = visit(f"/connexion/{the_town.rows['link_samira']}", width=1280)
    press_to(samira, "Entrer")
    expect(samira.get_by_role("heading", level=1)).to_have_text("Mon espace")
    samira.goto("/pro/paris-19/equipe")
    write_in(samira, "Son adresse e-mail", "lena@example.org")
    press_to(samira, "Envoyer l’invitation")
    expect(samira.get_by_text("L’invitation est partie à lena@example.org.")).to_be_visible()

    lena = visit(invited(db_session, "lena@example.org"))
    axe(lena)
    write_in(lena, "Votre nom", "Léna")
    press_to(lena, "Accepter")
    press_to(lena, "Entrer")
    expect(lena.get_by_role("heading", level=1)).to_have_text("Mon espace")

    lena.goto("/pro/compte/code")
    press_to(lena, "Mettre en place")
    expect(lena.get_by_role("img", name="Code à scanner")).to_be_visible()
    axe(lena)
    key = lena.locator(".key-text code").text_content() or ""
    write_in(lena, "Le code de votre téléphone", code_of(key))
    press_to(lena, "Vérifier")
    expect(lena.get_by_text("Gardez ces dix codes de secours")).to_be_visible()
    axe(lena)
    recovery = lena.locator(".codes code").first.text_content() or ""
    press_to(lena, "C’est fait", "link")
    expect(lena.get_by_role("heading", level=1)).to_have_text("Mon espace")
    press_to_leave(lena)
    expect(lena).to_have_url(re.compile(r"/$"))

    lena.goto("/connexion")
    write_in(lena, "Votre adresse e-mail", "lena@example.org")
    press_to(lena, "Recevoir mon lien")
    expect(lena.get_by_role("heading", level=1)).to_have_text("Regardez vos e-mails")
    lena.goto(invited(db_session, "lena@example.org"))
    press_to(lena, "Entrer")
    expect(lena.get_by_role("heading", level=1)).to_have_text("Encore une étape")
    axe(lena)
    press_to(lena, "Entrer avec un code de secours", "link")
    write_in(lena, "Un code de secours", recovery)
    press_to(lena, "Entrer")
    expect(lena.get_by_text("Il vous reste 9 codes de secours.")).to_be_visible()

    press_to(lena, "Transmettre", "link")
    write_in(lena, "Son adresse e-mail", "maud@example.org")
    press_to(lena, "Transmettre")
    expect(lena.get_by_text("L’invitation est partie.")).to_be_visible()
    maud = visit(invited(db_session, "maud@example.org"))
    expect(maud.get_by_text("Vous prenez la suite de Léna.")).to_be_visible()
    write_in(maud, "Votre nom", "Maud")
    press_to(maud, "Accepter")
    press_to(maud, "Entrer")
    expect(maud.get_by_role("link", name="Coordination du 19e")).to_be_visible()
    axe(maud)
    lena.goto("/pro/")
    expect(lena.get_by_text("Aucune fonction ne vous est encore confiée.")).to_be_visible()


def code_of(key: str) -> str:
    from passlib.totp import TOTP

    return str(TOTP(key=key).generate(time=clock.now().timestamp()).token)


def press_to_leave(page: Page) -> None:
    """Signs out through the menu of a phone."""
    page.goto("/pro/")
    page.locator("details.drop.only-m > summary").focus()
    page.keyboard.press("Enter")
    press_to(page, "Me déconnecter")
