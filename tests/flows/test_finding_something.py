"""Amina looks for something to do on Saturday, in a real browser: phone and desk, by hand or by keyboard."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.agenda import scheduling
from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.mailroom import rounds
from tests import factories
from tests.browsers import SCREENS, Visit
from tests.registrations.stories import answers, register
from tests.servers import PostOffice
from tests.web.residents import towns

Axe = Callable[[Page], None]
FIRST_VISIT_BYTES = 150_000
SIZES = """() => [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
    .map(entry => [entry.name, entry.transferSize])"""


@pytest.fixture(autouse=True)
def week(db_session: scoped_session[Session]) -> dict[str, str]:
    """A week of the 19e in every state; the addresses of some events, by state."""
    events = towns.a_week_of_events()
    walk = events["Balade du canal"]
    host = factories.an_association("Les Amis de Curial", is_demonstration=True)
    full = factories.an_event(
        "Atelier vélo", activity=walk.activity, venue=walk.venue, capacity=1, starts_at=walk.starts_at
    )
    off = factories.an_event(
        "Cuisine", activity=walk.activity, venue=walk.venue, starts_at=walk.starts_at, host=host
    )
    db.session.commit()
    register(full, answers("Binta"))
    scheduling.cancel(off, reason="Pas de gaz.", actor="cli", now=clock.now())
    found = {
        "places": walk,
        "waiting": full,
        "cancelled": off,
        "free": events["Les écrans"],
        "past": events["C’était hier"],
        "restricted": events["Entre parents"],
    }
    paths = {state: path_of(event) for state, event in found.items()}
    db.session.commit()
    db.session.rollback()
    return paths


def path_of(event: Event) -> str:
    return f"/e/{event.code}-{event.slug}"


PAGES = (
    "/",
    "/paris-19/",
    "/paris-19/?vue=mois",
    "/paris-19/?vue=plan",
    "/paris-19/?q=girafe",
    "/paris-19/?theme=lien-social&quartier=flandre",
    "/paris-19/projet",
    "/paris-19/actions/balades",
    "/paris-19/recevoir",
    "/aide",
    "/accessibilite",
    "/donnees-personnelles",
    "/mentions-legales",
    "/nulle-part",
)


@pytest.mark.parametrize(("width", "dark"), [(390, False), (1280, True)])
def test_no_public_page_breaks_a_rule_of_axe(
    visit: Visit, axe: Axe, week: dict[str, str], width: int, dark: bool
) -> None:
    page = visit("/", width=width, dark=dark)
    for path in (*PAGES, *week.values()):
        page.goto(path)
        axe(page)


@pytest.mark.parametrize("width", [320, 390])
def test_nothing_has_to_be_scrolled_sideways(visit: Visit, week: dict[str, str], width: int) -> None:
    page = visit("/", width=width)
    for path in (*PAGES, *week.values()):
        page.goto(path)
        seen = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert seen[0] <= seen[1], path


@SCREENS
def test_from_the_agenda_to_the_mail_that_arrives(
    visit: Visit, axe: Axe, smtp: PostOffice, width: int, javascript: bool
) -> None:
    page = visit("/", width=width, javascript=javascript)
    page.get_by_role("link", name="Paris 19e").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Que faire près de chez moi ?")
    page.get_by_role("link", name="Rencontrer ses voisins").first.click()
    page.get_by_label("Ma rue ou mon école").fill("tandou")
    page.get_by_role("button", name="Chercher").click()
    expect(page.locator("#agenda")).to_have_text("3 rendez-vous à venir")
    page.get_by_role("link", name="Balade du canal").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Balade du canal")
    axe(page)

    page.locator("a.btn--go:visible").first.click()
    page.locator("form[method=post] button.btn--lg").click()
    expect(page.get_by_role("alert")).to_be_visible()
    axe(page)
    page.get_by_label("Votre prénom").fill("Amina")
    page.get_by_label("Votre e-mail").fill("amina@example.org")
    page.locator("form[method=post] button.btn--lg").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Vérifiez vos réponses")
    page.locator("form[method=post] button.btn--lg").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("C’est noté, Amina !")
    axe(page)

    rounds.deliver_due(clock.now())
    [letter] = smtp.to("amina@example.org")
    assert "METHOD:REQUEST" in letter.part("text/calendar")
    link = next(line for line in letter.part("text/plain").splitlines() if "/m/" in line)
    page.goto(link)
    expect(page.get_by_role("main")).to_contain_text("Balade du canal")


def test_the_keyboard_alone_is_enough(visit: Visit, week: dict[str, str]) -> None:
    page = visit("/paris-19/", width=1280)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Aller au contenu")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Ma rue ou mon école")).to_be_focused()
    page.keyboard.type("canal")
    page.keyboard.press("Enter")
    expect(page.locator("#agenda")).to_have_text("1 rendez-vous à venir")
    for _ in range(60):
        page.keyboard.press("Tab")
        focused = page.evaluate("document.activeElement.textContent.trim()")
        outlined = page.evaluate(
            "(() => { const e = document.activeElement, c = e.closest('.ev') || e;"
            " return getComputedStyle(c).outlineStyle })()"
        )
        assert outlined != "none", focused
        if focused == "Balade du canal":
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Balade du canal")


def test_menus_open_and_close_by_keyboard(visit: Visit) -> None:
    page = visit("/paris-19/", width=390)
    menu = page.locator("details.drop", has_text="Menu").last
    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(menu.get_by_role("link", name="Aide")).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu.get_by_role("link", name="Aide")).to_be_hidden()
    expect(menu.locator("summary")).to_be_focused()


def test_filters_behind_the_fold_work_without_scripts(visit: Visit) -> None:
    page = visit("/paris-19/", javascript=False)
    page.get_by_text("Plus de choix").click()
    page.get_by_label("Quartier").select_option("Flandre")
    page.get_by_label("Quel jour ?").fill("2026-11-28")
    page.get_by_role("button", name="Filtrer").click()
    expect(page.locator("#agenda")).to_have_text("1 rendez-vous le samedi 28 novembre")
    expect(page.get_by_role("link", name="Les écrans")).to_be_visible()


@pytest.mark.parametrize("width", [390, 1280])
def test_a_pin_leads_to_its_place(visit: Visit, width: int) -> None:
    page = visit("/paris-19/?vue=plan", width=width)
    page.get_by_role("link", name="2, École Tandou").click()
    expect(page.locator("#lieu-2")).to_be_in_viewport()


def test_the_register_button_hides_nothing_that_has_the_focus(visit: Visit, week: dict[str, str]) -> None:
    page = visit(week["places"], width=390)
    bar = page.locator(".sticky")
    for link in page.get_by_role("main").get_by_role("link").all():
        if not link.is_visible() or link.evaluate("e => !!e.closest('.sticky, .evpage__side')"):
            continue
        link.focus()
        box, above = link.bounding_box(), bar.bounding_box()
        assert box is not None
        assert above is not None
        assert box["y"] < above["y"] or box["y"] >= above["y"] + above["height"], link.text_content()


def test_the_date_is_kept_by_a_download(visit: Visit, week: dict[str, str]) -> None:
    page = visit(week["free"], width=1280)
    with page.expect_download() as download:
        page.get_by_role("link", name="Mon téléphone ou ordinateur").click()
    assert download.value.suggested_filename.endswith(".ics")


def test_an_address_is_copied(visit: Visit) -> None:
    page = visit("/paris-19/recevoir", width=1280)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copier").first.click()
    expect(page.get_by_role("button", name="Adresse copiée")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").endswith("/agendas/paris-19.ics")


@pytest.mark.parametrize("path", ["/paris-19/", "/paris-19/?vue=mois", "/paris-19/?vue=plan"])
def test_a_first_visit_of_thirty_events_stays_light(visit: Visit, path: str) -> None:
    towns.many_events(30)
    page = visit(path)
    page.wait_for_load_state("networkidle")
    sizes = page.evaluate(SIZES)
    assert len(sizes) >= 7, sizes
    assert sum(size for _, size in sizes) < FIRST_VISIT_BYTES, sizes


def test_paper_shows_the_month_and_no_button(visit: Visit) -> None:
    page = visit("/paris-19/?vue=mois", width=1280)
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("table.month")).to_be_visible()
    for hidden in (".head", ".foot", ".find", ".views", ".pages", ".chips"):
        expect(page.locator(hidden).first).to_be_hidden()
