"""An agenda in a frame of a real browser: on the site that was named it shows, on another it does not."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, Route
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.people import origins
from tests import factories
from tests.servers import LiveServer


@pytest.fixture
def espace(db_session: scoped_session[Session]) -> None:
    found = factories.an_association("Espace 19")
    factories.an_event("Atelier cuisine en famille", host=found)
    origins.add(found, "https://www.espace19.example", actor="cli", now=clock.now())
    db_session.commit()
    db_session.rollback()


def framed(page: Page, site: str, live_server: LiveServer) -> str:
    """What a visitor of that site reads in the frame; the site itself is made up on the spot.

    The service is called agenda.example: browsers let no public site open an address of this machine.
    """
    frame = (
        '<!doctype html><title>x</title><iframe src="https://agenda.example/integration/espace-19"></iframe>'
    )

    def answer(route: Route) -> None:
        address = route.request.url.replace("https://agenda.example", live_server.url)
        route.fulfill(response=route.fetch(url=address))

    page.route("https://agenda.example/**", answer)
    page.route(f"{site}/**", lambda route: route.fulfill(body=frame, content_type="text/html"))
    page.goto(f"{site}/")
    page.wait_for_load_state("networkidle")
    return page.frames[1].locator("body").inner_text(timeout=5000)


@pytest.mark.usefixtures("espace")
def test_it_shows_on_the_site_that_was_named_and_on_no_other(
    chromium: Browser, live_server: LiveServer
) -> None:
    context = chromium.new_context(locale="fr-FR")
    try:
        assert "Atelier cuisine en famille" in framed(
            context.new_page(), "https://www.espace19.example", live_server
        )
        assert "Atelier" not in framed(context.new_page(), "https://evil.example", live_server)
        assert context.cookies() == []
    finally:
        context.close()
