"""The own page in a real browser: confirmed by a code, changed, photos, preferences, something else."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session, scoped_session

from eventsapp.agenda.entry_rules import EntryForm, EntryRules
from eventsapp.registrations.booking import Confirmed
from tests import factories
from tests.browsers import Visit, fits
from tests.registrations.stories import answers, register
from tests.web.residents.homes import code_for

Axe = Callable[[Page], None]


@pytest.fixture
def awa(db_session: scoped_session[Session]) -> Confirmed:
    """Awa comes to the workshop with a child; a walk is open, too."""
    event = factories.an_event("Atelier cuisine en famille", capacity=12)
    factories.an_event("Balade", capacity=12, starts_at=event.starts_at + timedelta(days=7))
    made = register(event, answers("Awa", 1, 1, number="06 39 98 00 01", email="awa@example.org"))
    db_session.commit()
    return made


@pytest.mark.parametrize(
    ("width", "language", "javascript", "dark"),
    [(390, "fr-FR", False, False), (320, "en-GB", True, True)],
    ids=["fr-without-scripts", "en-dark"],
)
def test_awa_opens_her_page_on_another_telephone_and_changes_what_she_likes(
    visit: Visit, axe: Axe, awa: Confirmed, width: int, language: str, javascript: bool, dark: bool
) -> None:
    home, code = f"/m/{awa.link_token}", awa.registration.code
    page = visit(home, width=width, language=language, javascript=javascript, dark=dark)

    def look() -> None:
        assert fits(page), page.url
        axe(page)

    def send(number: int = 0) -> None:
        page.locator("main form[method=post]").nth(number).locator("button[type=submit]").first.click()

    main = page.get_by_role("main")
    expect(main).not_to_contain_text("awa@example.org")
    look()
    page.locator(f"a[href='{home}/confirmation']").click()
    look()
    send()
    look()
    page.locator("#code").fill("12")
    send()
    expect(page.get_by_role("alert")).to_be_visible()
    look()
    page.locator("#code").fill(code_for("awa@example.org"))
    send()
    expect(page.locator(f"a[href='{home}/preferences']")).to_be_visible()
    look()

    page.locator(f"a[href='{home}/inscriptions/{code}/personnes']").click()
    look()
    page.locator("#adults").fill("2")
    send()
    expect(page.get_by_role("status").first).to_be_visible()
    expect(main).to_contain_text(re.compile("3.(personnes|people)"))
    page.goto(f"{home}/inscriptions/{code}/photos")
    look()
    page.locator("input[name=accord]").first.check()
    send()
    page.goto(f"{home}/inscriptions/{code}/photos")
    expect(page.locator("input[name=accord]:checked")).to_have_count(1)
    look()
    page.goto(f"{home}/preferences")
    look()
    page.locator("#phone_is_shared").check()
    send()
    page.goto(f"{home}/inscrire")
    look()
    page.get_by_role("main").locator("ul.sum a").first.click()
    look()
    send()
    expect(page.get_by_role("alert")).to_be_visible()
    look()
    page.locator("input[name=coming]").last.check()
    page.locator("input[name=coming]").first.check()
    send()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Awa")
    expect(main).to_contain_text("Balade")
    look()

    page.goto(f"{home}/mes-donnees")
    expect(main).to_contain_text("awa@example.org")
    look()
    page.goto(f"{home}/effacement")
    expect(main).to_contain_text("Balade")
    look()
    send()
    expect(page).to_have_url(re.compile("/donnees-personnelles/effacees$"))
    look()
    page.goto(home)
    expect(main).not_to_contain_text("Awa")


@pytest.mark.parametrize(
    ("width", "language", "javascript"), [(390, "fr-FR", False), (320, "en-GB", True)], ids=["fr", "en"]
)
def test_on_a_trail_awa_says_what_each_needs_and_gives_another_number(
    visit: Visit,
    axe: Axe,
    db_session: scoped_session[Session],
    width: int,
    language: str,
    javascript: bool,
) -> None:
    trail = factories.an_event("Parcours", capacity=12, entry=EntryRules(form=EntryForm.FULL))
    made = register(trail, answers("Awa", 1, 1, email="awa@example.org"))
    db_session.commit()
    home, code = f"/m/{made.link_token}", made.registration.code
    page = visit(f"{home}/confirmation", width=width, language=language, javascript=javascript)

    def look() -> None:
        assert fits(page), page.url
        axe(page)

    def send(number: int = 0) -> None:
        page.locator("main form[method=post]").nth(number).locator("button[type=submit]").first.click()

    send()
    page.locator("#code").fill(code_for("awa@example.org"))
    send()
    page.goto(f"{home}/inscriptions/{code}/personnes")
    look()
    page.locator("#first_name").fill("Moussa")
    page.locator("#bracket").select_option("60+")
    page.locator("input[name=needs][value=fauteuil]").check()
    send()
    page.goto(f"{home}/inscriptions/{code}/besoins")
    look()
    expect(page.locator("input[value=fauteuil]:checked")).to_have_count(1)
    page.locator("select").first.select_option("bm")
    send()
    expect(page.get_by_role("status").first).to_be_visible()
    page.goto(f"{home}/preferences")
    page.locator("#phone").fill("06 39 98 00 02")
    send(2)
    expect(page.get_by_role("main")).to_contain_text("06 39 98 00 02")
    look()
