"""From the agenda to the mail that arrives, in a real browser: phone and desk, with and without scripts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.database import db
from eventsapp.mailroom import rounds
from eventsapp.registrations.models import Registration, RegistrationStatus
from tests import factories
from tests.browsers import SCREENS, Visit, fits
from tests.registrations.stories import answers, register
from tests.servers import PostOffice

TITLE = "Atelier cuisine en famille"
Axe = Callable[[Page], None]


@pytest.fixture(autouse=True)
def workshop(db_session: scoped_session[Session]) -> str:
    """A workshop with twelve places, five of them taken; gives its code."""
    event = factories.an_event(TITLE, capacity=12)
    register(event, answers("Binta", adults=5))
    code = event.code
    db_session.rollback()
    return code


def send(page: Page) -> None:
    page.locator("form[method=post] button.btn--lg").click()


@SCREENS
def test_fatoumata_registers_gets_her_mail_and_cancels(
    visit: Visit, axe: Axe, smtp: PostOffice, workshop: str, width: int, javascript: bool
) -> None:
    page = visit("/paris-19/", width=width, javascript=javascript)
    page.get_by_role("link", name=TITLE).first.click()
    page.locator(f"a[href='/e/{workshop}/inscription']:visible").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Je m’inscris")
    axe(page)

    page.get_by_label("Votre e-mail").fill("fatoumata@")
    page.get_by_label("Adultes, avec vous", exact=True).fill("0")
    send(page)
    expect(page.get_by_role("alert")).to_contain_text("Écrivez votre prénom.")
    if javascript:
        expect(page.locator(".errsum")).to_be_focused()
    axe(page)

    page.get_by_label("Votre prénom").fill("Fatoumata")
    page.get_by_label("Votre e-mail").fill("fatoumata@example.org")
    page.get_by_label("Adultes, avec vous", exact=True).fill("2")
    if javascript:
        page.get_by_role("button", name="Un de plus : 6 à 10 ans").click()
    else:
        page.get_by_label("6 à 10 ans", exact=True).fill("1")
    send(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Vérifiez vos réponses")
    axe(page)

    send(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("C’est noté, Fatoumata !")
    axe(page)
    assert fits(page)

    rounds.deliver_due(clock.now())
    [invitation] = smtp.to("fatoumata@example.org")
    assert "METHOD:REQUEST" in invitation.part("text/calendar")
    link = next(line for line in invitation.part("text/plain").splitlines() if "/m/" in line)
    page.goto(link)
    page.get_by_role("link", name="Annuler ma venue").click()
    axe(page)
    send(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("C’est annulé, Fatoumata")
    axe(page)
    rounds.deliver_due(clock.now())
    assert "METHOD:CANCEL" in smtp.to("fatoumata@example.org")[1].part("text/calendar")


@pytest.mark.parametrize("javascript", [True, False])
def test_an_impatient_double_click_registers_once(visit: Visit, workshop: str, javascript: bool) -> None:
    page = visit(f"/e/{workshop}/inscription", javascript=javascript)
    page.get_by_label("Votre prénom").fill("Fatoumata")
    page.get_by_label("Votre téléphone").fill("06 39 98 00 00")
    send(page)
    page.locator("form[method=post] button.btn--lg").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("C’est noté, Fatoumata !")
    db.session.rollback()
    assert db.session.scalar(select(func.count(Registration.id))) == 2


def test_back_and_forth_loses_nothing(visit: Visit, workshop: str) -> None:
    page = visit(f"/e/{workshop}/inscription")
    page.get_by_label("Votre prénom").fill("Fatoumata")
    page.get_by_label("Votre téléphone").fill("06 39 98 00 00")
    send(page)
    page.get_by_role("link", name="Modifier qui vient").click()
    expect(page.get_by_label("Votre prénom")).to_have_value("Fatoumata")
    page.get_by_label("Adultes, avec vous", exact=True).fill("3")
    send(page)
    expect(page.get_by_role("main")).to_contain_text("3 adultes")
    page.go_back()
    page.go_forward()
    send(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("C’est noté, Fatoumata !")


def test_who_does_not_fit_waits(visit: Visit, axe: Axe, workshop: str) -> None:
    page = visit(f"/e/{workshop}/inscription")
    page.get_by_label("Votre prénom").fill("Fatoumata")
    page.get_by_label("Votre e-mail").fill("fatoumata@example.org")
    page.get_by_label("Adultes, avec vous", exact=True).fill("8")
    send(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Vérifiez vos réponses")
    axe(page)
    page.get_by_role("button", name="Attendre à 8").click()
    expect(page.get_by_role("main")).to_contain_text("Votre rang : 1.")
    axe(page)
    db.session.rollback()
    last = db.session.scalars(select(Registration).order_by(Registration.id.desc())).first()
    assert last is not None
    assert last.status is RegistrationStatus.WAITING


def test_the_private_link_is_copied(visit: Visit, workshop: str) -> None:
    page = visit(f"/e/{workshop}/inscription")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_label("Votre prénom").fill("Fatoumata")
    page.get_by_label("Votre téléphone").fill("06 39 98 00 00")
    send(page)
    send(page)
    page.get_by_role("button", name="Copier").click()
    expect(page.get_by_role("button", name="Adresse copiée")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == page.url
