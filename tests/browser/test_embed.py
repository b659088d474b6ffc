"""An agenda in a frame of a real browser: on the site that was named it shows, on another it does not."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, Route
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.people import approvals, origins
from eventsapp.people.models import Organisation
from tests import factories
from tests.servers import LiveServer, another_site


@pytest.fixture
def espace(db_session: scoped_session[Session]) -> None:
    found = factories.an_association("Espace 19")
    factories.an_event("Atelier cuisine en famille", host=found)
    approvals.approve(found, factories.a_territory(), actor="cli", now=clock.now())
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


@pytest.mark.usefixtures("espace")
def test_two_sites_on_this_machine_one_named_and_one_not(
    chromium: Browser, live_server: LiveServer, db_session: scoped_session[Session]
) -> None:
    """The same by real servers alone, nothing made up on the way: two ports are two sites."""
    live_server.app.config["DEMONSTRATION"] = True
    frame = f'<!doctype html><title>x</title><iframe src="{live_server.url}/integration/espace-19"></iframe>'
    context = chromium.new_context(locale="fr-FR")
    try:
        with another_site(frame) as named, another_site(frame) as stranger:
            host = db_session.scalars(select(Organisation)).one()
            origins.add(host, named, actor="cli", now=clock.now())
            db_session.commit()
            db_session.rollback()
            page, complaints = context.new_page(), list[str]()
            page.on("console", lambda message: complaints.append(message.text))
            page.goto(named)
            page.wait_for_load_state("networkidle")
            assert "Atelier cuisine en famille" in page.frames[1].locator("main").inner_text()
            assert complaints == []
            page.goto(stranger)
            page.wait_for_load_state("networkidle")
            assert page.frames[1].locator("main").count() == 0
            assert [text for text in complaints if "frame-ancestors" in text] != []
            assert context.cookies() == []
    finally:
        context.close()
