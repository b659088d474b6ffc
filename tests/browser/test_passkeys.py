"""A passkey in a real browser, with the device that Chromium imitates: made, used, refused, unscripted."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.browsers import Visit, fits
from tests.servers import LiveServer

Axe = Callable[[Page], None]
KEYS = "/pro/compte/cles"


@pytest.fixture
def live_server(live_server: LiveServer) -> LiveServer:
    """By its name: browsers know no passkeys of 127.0.0.1."""
    url = live_server.url.replace("127.0.0.1", "localhost")
    live_server.app.config["PUBLIC_URL"] = url
    return LiveServer(url, live_server.app)


def give_device(page: Page) -> tuple[CDPSession, str]:
    """A phone's own authenticator, whose owner always shows the right finger."""
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    traits = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = devices.send("WebAuthn.addVirtualAuthenticator", {"options": traits})
    return devices, made["authenticatorId"]


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (320, True)])
def test_samira_makes_a_passkey_and_comes_back_by_it(
    visit: Visit, axe: Axe, link: str, width: int, dark: bool
) -> None:
    page = visit(link, width=width, dark=dark)
    devices, device = give_device(page)
    page.get_by_role("button", name="Entrer").click()
    page.goto(KEYS)
    axe(page)
    assert fits(page)

    page.get_by_role("button", name="Ajouter cette clé").click()
    expect(page.get_by_role("alert")).to_be_focused()
    axe(page)
    assert fits(page)

    # Without a name the device was not asked: no key of nobody's is left on it.
    assert devices.send("WebAuthn.getCredentials", {"authenticatorId": device})["credentials"] == []
    page.get_by_label("Nom de cette clé").fill("Mon téléphone")
    page.get_by_role("button", name="Ajouter cette clé").click()
    expect(page.get_by_role("status").first).to_contain_text("La clé d’accès est ajoutée.")
    expect(page.get_by_role("listitem").filter(has_text="Mon téléphone")).to_be_visible()
    axe(page)
    assert fits(page)

    page.context.clear_cookies()
    page.goto("/connexion?next=/pro/paris-19/")
    axe(page)
    assert fits(page)
    page.get_by_role("button", name="Entrer avec une clé d’accès").click()
    expect(page).to_have_url(re.compile("/pro/paris-19/$"))


def test_a_finger_that_is_not_hers_opens_nothing(visit: Visit, axe: Axe, link: str) -> None:
    page = visit("/connexion")
    devices, device = give_device(page)
    devices.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    page.get_by_role("button", name="Entrer avec une clé d’accès").click()
    expect(page.locator("[data-passkey-said]")).to_have_text("La clé d’accès n’a pas répondu. Recommencez.")
    axe(page)
    page.goto("/pro/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Entrer dans l’espace des partenaires")


def test_without_script_a_sentence_says_so(visit: Visit, axe: Axe, link: str) -> None:
    page = visit(link, javascript=False)
    page.get_by_role("button", name="Entrer").click()
    for address in (KEYS, "/connexion"):
        if address == "/connexion":
            page.context.clear_cookies()
        page.goto(address)
        expect(page.get_by_text("Ce navigateur ne sait pas utiliser de clé d’accès.")).to_be_visible()
        assert page.locator("form[data-passkey]").is_hidden()
        axe(page)
