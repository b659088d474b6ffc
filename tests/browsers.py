"""A real browser, and axe in it.

An installed Chromium or Chrome is used, the headless shell first; without one, root tries to install
Debian's. If there is still none, browser tests are skipped and the end of the run says so in red; under
CI=true they fail.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol
from weakref import WeakKeyDictionary

import pytest

from tests.mirrors import EVERY_RULE, told

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Route

    from tests.servers import LiveServer

# First the one that draws no window: the same engine, and the tests take a quarter of the CPU less.
SHELL = "chromium-headless-shell"
NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MISSING = (
    "no Chromium or Chrome here: install one (apt-get install chromium-headless-shell), or set BROWSER_PATH"
)

SCREENS = pytest.mark.parametrize(("width", "javascript"), [(390, True), (390, False), (1280, True)])
"""A phone with and without scripts, and a wide window: nothing of ours hangs on both at once."""

OPTIONS: WeakKeyDictionary[BrowserContext, dict[str, Any]] = WeakKeyDictionary()
"""What each visitor's browser was made with."""

COPIES: WeakKeyDictionary[BrowserContext, Page] = WeakKeyDictionary()
"""Where axe looks at what a visitor without scripts sees."""


@cache
def browser_path() -> str | None:
    """Where a browser is, after trying to install one."""
    found = os.environ.get("BROWSER_PATH") or _installed()
    if not found and shutil.which("apt-get") and os.geteuid() == 0:
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends"]
        subprocess.run(["apt-get", "update", "-qq"], check=False, capture_output=True)
        for package in (SHELL, "chromium"):
            subprocess.run([*install, package], check=False, capture_output=True, timeout=600)
            if found := _installed():
                break
    return found


def _installed() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Says loudly what was not seen in a browser."""
    skipped = [r for r in terminalreporter.stats.get("skipped", ()) if MISSING in str(r.longrepr)]
    if skipped:
        terminalreporter.section("BROWSER TESTS SKIPPED", red=True, bold=True)
        terminalreporter.line(f"{len(skipped)} tests were not run: {MISSING}.", red=True)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A headless browser, started once per worker."""
    path = browser_path()
    if not path:
        if os.environ.get("CI") == "true":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    # Imported here: most runs of a few tests open no browser, and this takes half a second.
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        sandbox = [] if os.geteuid() else ["--no-sandbox"]  # Chromium's sandbox refuses root
        browser = playwright.chromium.launch(executable_path=path, args=sandbox)
        yield browser
        browser.close()


class Visit(Protocol):
    """Opens an address in a fresh browser."""

    def __call__(
        self,
        path: str,
        *,
        width: int = 390,
        javascript: bool = True,
        dark: bool = False,
        language: str = "fr-FR",
    ) -> Page: ...


@pytest.fixture
def visit(chromium: Browser, live_server: LiveServer) -> Iterator[Visit]:
    """`page = visit("/paris-19/", width=1280, javascript=False)`: a new visitor at that address.

    The test fails at its end if a page broke the content policy, threw, loaded something that is
    not there, or asked another host for anything.
    """
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def visit(
        path: str, *, width: int = 390, javascript: bool = True, dark: bool = False, language: str = "fr-FR"
    ) -> Page:
        options: dict[str, Any] = {
            "viewport": {"width": width, "height": 844 if width < 700 else 900},
            "base_url": live_server.url,
            "java_script_enabled": javascript,
            "color_scheme": "dark" if dark else "light",
            "locale": language,
            "reduced_motion": "reduce",
            "timezone_id": "Europe/Paris",
        }
        context = chromium.new_context(**options)
        OPTIONS[context] = options
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        watch(page, live_server.url, wrong)
        page.goto(path)
        return page

    yield visit
    for context in contexts:
        if context in COPIES:
            COPIES.pop(context).context.close()
        context.close()
    assert not wrong, "\n".join(wrong)


def watch(page: Page, home: str, wrong: list[str]) -> None:
    """Notes in `wrong` what a page does that ours never do."""

    def hear(message: Any) -> None:
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            wrong.append(f"{page.url} says: {message.text}")

    def see(response: Any) -> None:
        if response.status >= 400 and response.request.resource_type != "document":
            wrong.append(f"{page.url} asked for {response.url}: {response.status}")

    def follow(request: Any) -> None:
        if re.match(r"(https?|wss?)://", request.url) and not request.url.startswith(home + "/"):
            wrong.append(f"{page.url} went to {request.url}")

    page.on("console", hear)
    page.on("pageerror", lambda error: wrong.append(f"{page.url} threw {error}"))
    page.on("response", see)
    page.on("request", follow)


def fits(page: Page) -> bool:
    """Whether nothing has to be scrolled sideways to be read."""
    page.wait_for_load_state()  # a click comes back when the next page has begun
    wide = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    return bool(page.evaluate(wide))


def copy_for_axe(page: Page) -> Page:
    """The same page as somebody without JavaScript sees it, where axe's own promises can run.

    One copy for each visitor: a window costs more than all that axe does in it.
    """
    # A click comes back when the next page has begun: read before it is all there, it is empty.
    page.wait_for_load_state()
    html = re.sub("</?noscript>", "", page.content())
    copy = COPIES.get(page.context)
    if copy is None:
        browser = page.context.browser
        assert browser
        copy = browser.new_context(**(OPTIONS[page.context] | {"java_script_enabled": True})).new_page()
        COPIES[page.context] = copy

    def answer(route: Route) -> None:
        # No script of the page's runs: what axe does comes by the browser's own door.
        policy = {"Content-Security-Policy": "script-src 'none'"}
        route.fulfill(body=html, content_type="text/html; charset=utf-8", headers=policy)

    copy.route(lambda _: True, answer, times=1)
    copy.goto("about:blank")  # to the same address with another fragment, nothing would be loaded
    copy.goto(page.url)
    return copy


@cache
def axe_script() -> str:
    """What a page is handed before it is asked what axe finds."""
    # Imported here: it comes with the browser tests only.
    from axe_playwright_python.base import AXE_FILE_PATH

    return AXE_FILE_PATH.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], None]:
    """`axe(page)`: no rule of axe is broken on the page as it stands, its error state included."""

    def check(page: Page) -> None:
        if not OPTIONS.get(page.context, {}).get("java_script_enabled", True):
            page = copy_for_axe(page)
        page.wait_for_load_state()
        page.evaluate(axe_script())
        broken = told(page.evaluate(EVERY_RULE))
        assert not broken, f"{page.url}: axe found\n" + "\n".join(broken)

    return check
