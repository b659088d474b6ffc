"""What every visitor meets first, on a phone and on a desk, by day and by night, in a real browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browsers import SCREENS, Visit
from tests.servers import LiveServer

FIRST_VISIT_BYTES = 150_000


@SCREENS
def test_the_front_door_breaks_no_rule_of_axe(
    visit: Visit, axe: Callable[[Page], None], width: int, javascript: bool
) -> None:
    for dark in (False, True):
        page = visit("/", width=width, javascript=javascript, dark=dark)
        assert page.locator("h1").count() == 1
        axe(page)


@pytest.mark.parametrize("javascript", [True, False])
def test_axe_is_awake(visit: Visit, axe: Callable[[Page], None], javascript: bool) -> None:
    """And looks again at a page that it has seen."""
    page = visit("/#contenu", javascript=javascript)
    axe(page)
    page.evaluate("document.querySelector('main').innerHTML = '<h1>Oui</h1><a href=/ ></a>'")
    with pytest.raises(AssertionError, match="link-name"):
        axe(page)


def test_the_watch_is_awake(visit: Visit, live_server: LiveServer) -> None:
    page = visit("/")
    seen: list[str] = []
    from tests.browsers import watch  # beside `visit`, whose own watch stays clean

    other = page.context.browser.new_page()  # type: ignore[union-attr]  # a page of a launched browser has one
    watch(other, live_server.url, seen)
    other.goto(live_server.url + "/")
    other.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<img src=\"/nowhere.png\" style=\"color:red\">')"
    )
    other.wait_for_load_state("networkidle")
    other.close()
    assert any("nowhere.png: 404" in line for line in seen)
    assert any("Content Security Policy" in line for line in seen)


def test_the_first_visit_is_light(visit: Visit) -> None:
    """Page, styles, script, fonts and pictures, as they travel (compressed)."""
    page = visit("/", width=390)
    page.wait_for_load_state("networkidle")
    sizes = page.evaluate(
        "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]"
        ".map(entry => [entry.name, entry.transferSize])"
    )
    assert sum(size for _, size in sizes) < FIRST_VISIT_BYTES, sizes
