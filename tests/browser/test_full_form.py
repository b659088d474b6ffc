"""The full form in a real browser: phone and desk, French and English, with and without scripts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp.agenda.entry_rules import EntryForm, EntryRules
from eventsapp.database import db
from eventsapp.registrations.models import Registration
from tests import factories
from tests.browsers import Visit, fits
from tests.registrations.stories import answers, register

Axe = Callable[[Page], None]
SEEN = pytest.mark.parametrize(
    ("width", "javascript", "language"), [(390, True, "fr-FR"), (320, False, "fr-FR"), (320, True, "en-GB")]
)


@pytest.fixture(autouse=True)
def trail(db_session: scoped_session[Session]) -> str:
    """A trail with four places, two of them taken; gives its code."""
    rules = EntryRules(form=EntryForm.FULL, most_under_6=2, children_per_adult=3)
    event = factories.an_event("Parcours du canal", capacity=4, entry=rules)
    register(event, answers("Binta", adults=2))
    code = event.code
    db_session.rollback()
    return code


def send(page: Page) -> None:
    page.locator("form[method=post] button.btn--lg").first.click()


@SEEN
def test_a_family_of_three_comes_as_two(
    visit: Visit, axe: Axe, trail: str, width: int, javascript: bool, language: str
) -> None:
    page = visit(f"/e/{trail}/inscription", width=width, javascript=javascript, language=language)
    axe(page)
    page.locator("#first_name").fill("Fatoumata")
    page.locator("#email").fill("fatoumata@example.org")
    send(page)
    axe(page)
    for number, (name, bracket) in enumerate((("Fatoumata", 6), ("Issa", 1), ("Ibrahim", 3))):
        if number:
            page.locator("label[for=more-0]").click()
            send(page)
            if number == 1:
                send(page)  # nothing is filled in
                expect(page.get_by_role("alert")).to_be_visible()
                axe(page)
            page.locator("#first_name").fill(name)
        page.locator(f"label[for=bracket-{bracket}]").click()
        page.locator("label[for=needs-1]").click()
        page.locator("#interpreter").select_option("ar")
        send(page)
        expect(page.locator("label[for=more-0]")).to_be_visible()
        assert fits(page)
    axe(page)
    page.go_back()
    expect(page.locator("#first_name")).to_have_value("Ibrahim")
    page.go_forward()
    page.locator("label[for=more-1]").click()
    send(page)
    expect(page.locator("h1")).to_have_text(
        "Check your answers" if language == "en-GB" else "Vérifiez vos réponses"
    )
    axe(page)
    assert fits(page)
    page.locator("a.btn--go").click()
    axe(page)
    page.locator("label[for=people-2]").click()
    send(page)
    send(page)
    expect(page.locator(".hooray h1")).to_contain_text("Fatoumata")
    assert "inscription" not in page.url
    db.session.rollback()
    made = db.session.scalars(select(Registration).order_by(Registration.id)).all()
    assert [one.seats for one in made] == [2, 2]
    assert [one.first_name for one in made[1].participants] == ["Fatoumata", "Issa"]
