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

from tests.mirrors import Mirror

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

    from tests.servers import Front, LiveServer

# First the one that draws no window: the same engine, and the tests take a quarter of the CPU less.
SHELL = "chromium-headless-shell"
NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MISSING = (
    "no Chromium or Chrome here: install one (apt-get install chromium-headless-shell), or set BROWSER_PATH"
)

SCREENS = pytest.mark.parametrize(("width", "javascript"), [(390, True), (390, False), (1280, True)])
"""A phone with and without scripts, and a wide window: nothing of ours hangs on both at once."""

SANDBOX = [] if os.geteuid() else ["--no-sandbox"]
"""How a browser is launched: Chromium's sandbox refuses root."""

OPTIONS: WeakKeyDictionary[BrowserContext, dict[str, Any]] = WeakKeyDictionary()
"""What each visitor's browser was made with."""


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
        browser = playwright.chromium.launch(executable_path=path, args=SANDBOX)
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


@cache
def axe_script() -> str:
    """What a page is handed before it is asked what axe finds."""
    # Imported here: it comes with the browser tests only.
    from axe_playwright_python.base import AXE_FILE_PATH

    return AXE_FILE_PATH.read_text(encoding="utf-8")


MirrorOf = Callable[..., Mirror]


@pytest.fixture(scope="session")
def mirror_of(chromium: Browser, front: Front) -> Iterator[MirrorOf]:
    """`mirror_of(width=320, dark=True)`: the window of that kind, which stands open from its first use on."""
    windows: dict[tuple[int, bool], Mirror] = {}

    def of(*, width: int, dark: bool) -> Mirror:
        kind = width, dark
        if kind not in windows:
            windows[kind] = Mirror(chromium, front.url, axe_script(), width=width, dark=dark)
        return windows[kind]

    yield of
    for mirror in windows.values():
        mirror.context.close()


@pytest.fixture
def axe(mirror_of: MirrorOf, live_server: LiveServer) -> Callable[[Page], None]:
    """`axe(page)`: no rule of axe is broken on the page as it stands, errors included (mirrors.py)."""

    def check(page: Page) -> None:
        size = page.viewport_size
        assert size
        mirror = mirror_of(width=size["width"], dark=OPTIONS[page.context]["color_scheme"] == "dark")
        assert mirror.reflect(page)["styled"], page.url
        broken = mirror.rules() + mirror.colours()
        assert not broken, f"{page.url}: axe found\n" + "\n".join(broken)

    return check
