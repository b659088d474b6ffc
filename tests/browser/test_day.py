"""A volunteer counts at the door, offline, on a phone that dies: nothing is lost, and figures arrive once.

The browser has a profile on disk, as a phone's has: it is killed while offline, and opened again.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
import time_machine
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as hours
from eventsapp.access import day_links
from eventsapp.access.models import DayLink
from eventsapp.agenda.models import Event
from eventsapp.attendance import listings
from eventsapp.attendance.models import AttendanceMark
from eventsapp.database import db
from eventsapp.people import accounts
from tests import factories, saturdays
from tests.attendance.gestures import said
from tests.browsers import Visit, browser_path, fits
from tests.registrations import stories
from tests.servers import LiveServer

pytestmark = pytest.mark.databases("sqlite")


def running() -> list[tuple[int, str]]:
    """Every process and its command, as POSIX lists them."""
    listed = subprocess.run(["ps", "-axwwo", "pid=,args="], capture_output=True, text=True, check=True)
    pairs = (line.strip().partition(" ") for line in listed.stdout.splitlines())
    return [(int(number), command) for number, _, command in pairs]


class Phone:
    """A browser with a profile of its own, and the page of the day."""

    def __init__(self, open_: Callable[[], BrowserContext], profile: Path, link: str) -> None:
        self._open, self._profile, self.link = open_, profile, link
        self.batches: list[Request] = []
        self.wake()

    def wake(self, *, offline: bool = False) -> None:
        self.context = self._open()
        self.context.set_default_timeout(10_000)
        self.context.set_offline(offline)
        self.page: Page = self.context.pages[0] if self.context.pages else self.context.new_page()
        self.page.on("request", lambda one: self.batches.append(one) if "/marques" in one.url else None)
        self.page.goto(self.link)
        expect(self.page.locator("[data-day][data-started=yes]")).to_be_attached()

    def is_kept(self) -> None:
        """The page stands on the phone."""
        expect(self.page.locator("[data-day][data-kept=yes]")).to_be_attached()

    def die(self) -> None:
        """Its process is killed: nothing is told to the page, which would have sent what waits."""
        with self.context.expect_event("close"):
            for number, command in running():
                if str(self._profile) in command and "--type=" not in command:
                    os.kill(number, signal.SIGKILL)

    def press(self, counter: str, times: int = 1) -> None:
        for _ in range(times):
            self.page.locator(f"form[data-counter='{counter}'] button[value='1']").click()

    def count(self, counter: str, times: int = 1) -> None:
        """Presses, and sees it counted."""
        before = int(self.shown(counter).text_content())
        self.press(counter, times)
        expect(self.shown(counter)).to_have_text(str(before + times))

    def shown(self, counter: str) -> Any:
        return self.page.locator(f"form[data-counter='{counter}'] output")

    def has_sent(self) -> None:
        """Nothing waits any more."""
        expect(self.page.locator("[data-day][data-waiting='0']")).to_be_attached()
        expect(self.net).to_contain_text("Dernier envoi")

    @property
    def net(self) -> Any:
        return self.page.locator("[data-net]")


@pytest.fixture
def phone(chromium: Browser, live_server: LiveServer, tmp_path: Path) -> Iterator[Callable[..., Phone]]:
    """`phone(link)`: a phone, started with the same profile each time it wakes."""
    phones: list[Phone] = []

    def take(link: str, **options: Any) -> Phone:
        profile = tmp_path / f"phone-{len(phones)}"
        settings = {
            "executable_path": browser_path(),
            "args": ["--no-sandbox"],
            "viewport": {"width": 390, "height": 844},
            "locale": "fr-FR",
            "base_url": live_server.url,
        } | options
        one = Phone(
            lambda: chromium.browser_type.launch_persistent_context(profile, **settings), profile, link
        )
        phones.append(one)
        return one

    yield take
    for one in phones:
        one.context.close()


def link_of(event: Event, clock: time_machine.Traveller) -> str:
    with stories.a_transaction():
        token = day_links.make(event, "Awa, à la porte", actor="cli", now=hours.now())
    clock.move_to(factories.SATURDAY)
    return f"/jour/{token}"


def figures(event: Event) -> dict[str, int]:
    db.session.rollback()
    return said(listings.figures_of(event))


def test_the_browser_is_killed_offline_and_figures_arrive_once(
    phone: Callable[..., Phone], db_session: scoped_session[Session], clock: time_machine.Traveller
) -> None:
    breakfast = factories.an_event("Petit déjeuner", capacity=None)
    db_session.commit()
    awa = phone(link_of(breakfast, clock))
    awa.is_kept()
    awa.count("adultes")
    awa.has_sent()
    assert figures(breakfast) == {"adultes": 1}

    awa.context.set_offline(True)
    awa.count("adultes", 3)
    awa.count("3-5", 2)
    awa.count("familles")
    expect(awa.shown("adultes")).to_have_text("4")
    expect(awa.net).to_contain_text("Hors ligne : 6 gestes à envoyer")
    awa.die()
    assert figures(breakfast) == {"adultes": 1}

    awa.wake(offline=True)
    expect(awa.shown("adultes")).to_have_text("4")
    expect(awa.shown("3-5")).to_have_text("2")
    expect(awa.page.locator("[data-sum=people]")).to_have_text("6")
    awa.count("3-5")
    expect(awa.net).to_contain_text("Hors ligne : 7 gestes à envoyer")

    awa.context.set_offline(False)
    awa.has_sent()
    assert figures(breakfast) == {"adultes": 4, "3-5": 3, "familles": 1}

    # The same batch again: the answer was lost on its way, say.
    sent = [one for one in awa.batches if json.loads(parse_qs(one.post_data or "")["marks"][0])["marks"]]
    body = sent[-1].post_data
    again = awa.page.request.post(sent[-1].url, data=body, headers={"Content-Type": FORM})
    assert again.status == 200
    awa.page.reload()
    expect(awa.shown("3-5")).to_have_text("3")
    assert figures(breakfast) == {"adultes": 4, "3-5": 3, "familles": 1}
    assert db.session.scalar(select(func.count(AttendanceMark.id))) == 8


FORM = "application/x-www-form-urlencoded"

BUSY_DISK = """
  const begin = IDBDatabase.prototype.transaction;
  window.busy = false;
  IDBDatabase.prototype.transaction = function (...words) {
    const work = begin.apply(this, words);
    const wait = () => { if (window.busy) work.objectStore("state").get("state").onsuccess = wait; };
    if (words[1] === "readwrite") wait();
    return work;
  };
"""
"""What is written is not there before `busy` is false."""

HELD_STORE = """
  const open = StorageBucketManager.prototype.open;
  const held = new Promise((free) => { window.free = free; });
  StorageBucketManager.prototype.open = async function (...words) {
    await held;
    return open.apply(this, words);
  };
"""
"""What the phone keeps opens when `free` is called."""


def test_what_is_shown_is_on_the_disk_however_busy(
    phone: Callable[..., Phone], db_session: scoped_session[Session], clock: time_machine.Traveller
) -> None:
    """A number that was read and then lost would be a person lost."""
    breakfast = factories.an_event("Petit déjeuner", capacity=None)
    db_session.commit()
    awa = phone(link_of(breakfast, clock))
    awa.is_kept()
    awa.context.add_init_script(BUSY_DISK)
    awa.page.reload()
    awa.is_kept()
    awa.context.set_offline(True)
    awa.count("adultes", 2)
    expect(awa.shown("adultes")).to_have_text("2")
    awa.page.evaluate("window.busy = true")
    awa.press("adultes")
    read = awa.shown("adultes").text_content()
    awa.die()
    awa.wake(offline=True)
    expect(awa.shown("adultes")).to_have_text(read)
    assert read == "2"
    awa.context.set_offline(False)
    awa.has_sent()
    assert figures(breakfast) == {"adultes": 2}


def test_what_is_pressed_before_the_page_is_awake_counts(
    phone: Callable[..., Phone], db_session: scoped_session[Session], clock: time_machine.Traveller
) -> None:
    workshop = factories.an_event("Atelier cuisine")
    db_session.commit()
    stories.register(workshop, stories.answers("Binta", children=2))
    awa = phone(link_of(workshop, clock))
    awa.is_kept()
    awa.context.set_offline(True)
    awa.context.add_init_script(HELD_STORE)
    awa.page.reload()
    awa.press("adultes", 2)
    awa.page.get_by_role("button", name="Arrivé").click()
    expect(awa.shown("adultes")).to_have_text("0")
    awa.page.evaluate("window.free()")
    expect(awa.shown("adultes")).to_have_text("2")
    expect(awa.net).to_contain_text("Hors ligne : 3 gestes à envoyer")
    expect(awa.page.get_by_role("button", name="Annuler")).to_be_focused()
    awa.context.set_offline(False)
    awa.has_sent()
    assert figures(workshop) == {"6-10": 2, "adultes": 3, "familles": 1, "arrived": 1}


def test_where_nothing_can_be_kept_what_is_pressed_is_sent_as_a_form(
    phone: Callable[..., Phone], db_session: scoped_session[Session], clock: time_machine.Traveller
) -> None:
    breakfast = factories.an_event("Petit déjeuner", capacity=None)
    db_session.commit()
    awa = phone(link_of(breakfast, clock))
    awa.is_kept()
    awa.context.add_init_script(HELD_STORE.replace("return open", "throw open"))
    awa.page.reload()
    awa.press("adultes")
    awa.page.evaluate("window.free()")  # and it cannot be opened: the form goes
    expect(awa.shown("adultes")).to_have_text("1")
    assert figures(breakfast) == {"adultes": 1}
    awa.page.evaluate("window.free()")
    awa.press("adultes")
    expect(awa.shown("adultes")).to_have_text("2")
    assert figures(breakfast) == {"adultes": 2}


def test_two_phones_add_up_and_a_family_marked_twice_is_no_error(
    phone: Callable[..., Phone], db_session: scoped_session[Session], clock: time_machine.Traveller
) -> None:
    workshop = factories.an_event("Atelier cuisine")
    db_session.commit()
    stories.register(workshop, stories.answers("Binta", children=2))
    link = link_of(workshop, clock)
    awa, driss = phone(link), phone(link)
    for one in (awa, driss):
        one.is_kept()
        one.context.set_offline(True)
        one.page.get_by_role("button", name="Arrivé").click()
        expect(one.page.get_by_role("button", name="Annuler")).to_be_focused()
        one.count("adultes", 2)
        expect(one.page.locator("[data-sum=arrived]")).to_have_text("1")
    for one in (awa, driss):
        one.context.set_offline(False)
        one.has_sent()
    assert figures(workshop) == {"6-10": 2, "adultes": 5, "familles": 1, "arrived": 1}
    expect(driss.shown("adultes")).to_have_text("4")
    driss.page.get_by_role("button", name="Annuler").click()
    expect(driss.page.get_by_role("button", name="Arrivé")).to_be_focused()
    driss.has_sent()
    awa.page.reload()
    expect(awa.page.get_by_role("button", name="Arrivé")).to_be_visible()


KEPT = """async () => {
  const found = (await indexedDB.databases()).map((one) => one.name);
  for (const name of await navigator.storageBuckets.keys()) found.push(name);
  for (const name of await caches.keys()) if (name !== "jour-habits") found.push(name);
  return found;
}"""


def test_what_was_kept_leaves_the_phone_when_the_link_is_taken_back(
    phone: Callable[..., Phone], db_session: scoped_session[Session], clock: time_machine.Traveller
) -> None:
    breakfast = factories.an_event("Petit déjeuner", capacity=None)
    db_session.commit()
    awa = phone(link_of(breakfast, clock))
    awa.is_kept()
    assert len(awa.page.evaluate(KEPT)) == 1
    with stories.a_transaction():
        day_links.revoke(db.session.scalars(select(DayLink)).one(), actor="cli", now=hours.now())
    awa.press("adultes")
    expect(awa.page.get_by_role("heading", level=1)).to_have_text("Ce lien ne marche plus")
    assert awa.page.evaluate(KEPT) == []
    assert figures(breakfast) == {}


@pytest.mark.parametrize(("width", "dark"), [(320, True), (1280, False)])
def test_no_page_of_attendance_breaks_a_rule(
    visit: Visit,
    axe: Callable[[Page], None],
    db_session: scoped_session[Session],
    clock: time_machine.Traveller,
    width: int,
    dark: bool,
) -> None:
    """As they come on the day, and as a form comes back with a mistake."""
    workshop = factories.an_event("Atelier cuisine")
    samira = saturdays.a_coordinator(factories.a_territory())
    db_session.commit()
    for name in ("Binta", "Clara"):
        stories.register(workshop, stories.answers(name, children=2))
    link = link_of(workshop, clock)
    with stories.a_transaction():
        way_in = accounts.new_link(samira, now=hours.now())
    page = visit(f"/connexion/{way_in}", width=width, dark=dark)
    page.locator("main button[type=submit]").click()
    expect(page).to_have_url(re.compile("/pro/$"))

    def look() -> None:
        assert fits(page), page.url
        axe(page)

    page.goto(link)
    page.get_by_role("button", name="Arrivé").first.click()
    expect(page.locator("[data-day][data-waiting='0'][data-kept=yes]")).to_be_attached()
    look()
    desk = f"/pro/rendez-vous/{workshop.code}"
    for name in ("feuille", "presences"):
        page.goto(f"{desk}/{name}")
        look()
    page.locator("input[name=count_from_3]").fill("-1")
    page.get_by_role("button", name="Enregistrer les présences").click()
    expect(page.get_by_role("alert")).to_be_focused()
    look()


def test_a_sheet_of_25_families_fits_on_one_page(
    visit: Visit, db_session: scoped_session[Session], clock: time_machine.Traveller
) -> None:
    workshop = factories.an_event("Atelier cuisine", capacity=50)
    samira = saturdays.a_coordinator(factories.a_territory())
    db_session.commit()
    for number in range(25):
        stories.register(workshop, stories.answers("Famille", number=f"06 39 98 01 {number:02}"))
    with stories.a_transaction():
        way_in = accounts.new_link(samira, now=hours.now())
    page = visit(f"/connexion/{way_in}")
    page.locator("main button[type=submit]").click()
    expect(page).to_have_url(re.compile("/pro/$"))
    page.goto(f"/pro/rendez-vous/{workshop.code}/feuille")
    printed = page.pdf(prefer_css_page_size=True)
    assert re.findall(rb"/Type /Pages\s+/Count (\d+)|/Count (\d+)", printed)[0] in {(b"", b"1"), (b"1", b"")}
