"""The coordinator’s desk in a real browser: by her link, on a phone and on a wide screen, no rule broken."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.people import accounts
from eventsapp.planning import drafting, wording
from eventsapp.planning.engine.search import Phase
from eventsapp.tasks import queue
from tests import factories, saturdays
from tests.browsers import Visit, fits

Axe = Callable[[Page], None]


@pytest.fixture
def links(db_session: scoped_session[Session]) -> list[str]:
    """Samira's links into the desk of the 19e, where a year waits for her yes: one for each visit."""
    curial, *_ = saturdays.a_town()
    saturdays.a_saturday(curial, date(2026, 12, 5))
    saturdays.a_draft()
    samira = saturdays.a_coordinator(factories.a_territory())
    tokens = [accounts.new_link(samira, now=clock.now()) for _ in range(2)]
    db_session.commit()
    db_session.rollback()
    return [f"/connexion/{token}" for token in tokens]


def enter(page: Page) -> None:
    page.get_by_role("button", name="Entrer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mon espace")


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (320, True)])
def test_no_desk_page_breaks_a_rule(visit: Visit, axe: Axe, links: list[str], width: int, dark: bool) -> None:
    page = visit(links[0], width=width, dark=dark)
    axe(page)
    enter(page)
    for address in (
        "/pro/",
        "/pro/compte",
        "/pro/paris-19/",
        "/pro/paris-19/programme",
        "/pro/paris-19/plans",
        "/pro/plans/1",
        "/pro/plans/1?vue=liste",
        "/pro/plans/1?vue=grille",
        "/pro/paris-19/appels",
        "/pro/paris-19/courriers",
    ):
        page.goto(address)
        axe(page)
        assert fits(page), address


def test_the_sign_in_form_with_its_error_open_breaks_no_rule(
    visit: Visit, axe: Axe, links: list[str]
) -> None:
    page = visit("/connexion")
    axe(page)
    page.get_by_label("Votre adresse e-mail").fill("samira")
    page.get_by_role("button", name="Recevoir mon lien").click()
    expect(page.get_by_role("alert")).to_be_focused()
    axe(page)


def test_a_phone_shows_a_list_and_a_wide_screen_a_grid(visit: Visit, links: list[str]) -> None:
    """The same table: its roles stay when a phone lays it out as a list."""
    for link, width, heads in zip(links, (390, 1280), (0, 9), strict=True):
        page = visit(link, width=width)
        enter(page)
        page.goto("/pro/plans/1")
        assert page.get_by_role("columnheader").count() == heads
        assert page.get_by_role("rowheader").count() == 3
        assert page.get_by_role("cell").count() == 24


@pytest.mark.parametrize("javascript", [True, False])
def test_samira_reads_why_and_says_yes(visit: Visit, links: list[str], javascript: bool) -> None:
    page = visit(links[0], width=1280, javascript=javascript)
    enter(page)
    page.goto("/pro/plans/1")
    why = page.locator("details.why:has(summary:text('Pourquoi ?'))").nth(1)
    why.locator("summary").press("Enter")
    expect(why.locator("p").first).to_be_visible()
    page.get_by_role("button", name="Accepter").click()
    expect(page.get_by_role("status").first).to_contain_text("séances sont annoncées dans l’agenda.")


def test_the_task_page_tells_news_and_leaves_the_focus(
    visit: Visit, axe: Axe, links: list[str], db_session: scoped_session[Session]
) -> None:
    draft = drafting.request(factories.a_territory(), "2027-2028", requested_by=None, now=clock.now())
    db_session.commit()
    claim = queue.claim(clock.now(), only=draft.task_id)
    assert claim is not None
    db_session.commit()
    page = visit(links[0])
    enter(page)
    page.goto(f"/pro/taches/{claim.task_id}")
    axe(page)
    again = page.get_by_role("link", name="Actualiser")
    again.focus()

    queue.beat(claim, progress=42, step=wording.STEPS[Phase.IMPROVING], now=clock.now())
    db_session.commit()

    expect(page.locator("progress")).to_have_attribute("value", "42")
    expect(page.locator("#annonce")).to_have_text("Nous améliorons la proposition, mois par mois.")
    expect(again).to_be_focused()

    queue.fail(claim, "MemoryError", now=clock.now())
    db_session.commit()
    expect(page.get_by_role("heading", name="Le calcul a échoué")).to_be_visible()
    axe(page)


def test_a_plan_prints_on_landscape_pages(visit: Visit, links: list[str]) -> None:
    page = visit(links[0], width=1280)
    enter(page)
    page.goto("/pro/plans/1")
    printed = page.pdf(prefer_css_page_size=True)
    boxes = {tuple(map(float, box.split())) for box in re.findall(rb"/MediaBox ?\[([^\]]*)\]", printed)}
    assert boxes
    assert all(right - left > top - bottom for left, bottom, right, top in boxes)
