"""Letters twice as large on a phone: whoever needs them reads, registers and comes back to her page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy.orm import Session, scoped_session

from tests import factories
from tests.browsers import SANDBOX, browser_path, fits
from tests.servers import LiveServer

# What a narrow screen cannot help is a word longer than these.
LONGEST = 11
CUT = """longest => {
  const cut = [], walk = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  const main = document.querySelector("main").getBoundingClientRect();
  for (let node = walk.nextNode(); node; node = walk.nextNode())
    for (const { 0: word, index } of node.data.matchAll(/[\\p{L}\\d@.]+/gu)) {
      const range = document.createRange();
      range.setStart(node, index);
      range.setEnd(node, index + word.length);
      const boxes = [...range.getClientRects()].filter(box => box.width > 1);
      if (!boxes.length || node.parentElement.closest(".vh, [aria-hidden=true]")) continue;
      const lines = new Set(boxes.map(box => Math.round(box.top)));
      const isCut = lines.size > 1 && word.length <= longest;
      if (isCut || boxes.some(box => box.right > main.right)) cut.push(word);
    }
  return cut;
}"""


@pytest.fixture(scope="module")
def magnified(chromium: Browser) -> Iterator[Browser]:
    """One whose letters its owner has made twice as large, as phones let her in their settings."""
    larger = [*SANDBOX, "--blink-settings=defaultFontSize=32"]
    browser = chromium.browser_type.launch(executable_path=browser_path(), args=larger)
    yield browser
    browser.close()


def look(page: Page) -> None:
    """No sideways scrolling, no word cut in two or by the edge."""
    assert fits(page), page.url
    assert page.evaluate(CUT, LONGEST) == [], page.url


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("width", [320, 390])
def test_fatoumata_registers_with_letters_twice_as_large(
    width: int, magnified: Browser, live_server: LiveServer, db_session: scoped_session[Session]
) -> None:
    event = factories.an_event("Atelier cuisine en famille", capacity=12)
    code = event.code
    db_session.commit()
    page = magnified.new_page(
        viewport={"width": width, "height": 700}, base_url=live_server.url, locale="fr-FR"
    )
    for address in ("/paris-19/", "/paris-19/recevoir", f"/e/{code}"):
        page.goto(address)
        look(page)
    page.goto(f"/e/{code}/inscription")
    look(page)
    send = page.locator("form[method=post] button.btn--lg")
    send.click()
    expect(page.get_by_role("alert")).to_be_visible()
    look(page)
    page.get_by_label("Votre prénom").fill("Fatoumata")
    page.get_by_label("Votre e-mail").fill("fatoumata@example.org")
    page.get_by_role("button", name="Un de plus : 6 à 10 ans").click()
    look(page)
    send.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Vérifiez vos réponses")
    look(page)
    send.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("C’est noté, Fatoumata !")
    look(page)
    page.get_by_role("link", name="Annuler ma venue").click()
    look(page)
    page.close()
