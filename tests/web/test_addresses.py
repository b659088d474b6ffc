"""Addresses: read strictly, written back with their query, never leading elsewhere."""

from __future__ import annotations

import pytest
from flask import Flask, request

from eventsapp.web.addresses import canonical_url, here, local_path

pytestmark = pytest.mark.databases("sqlite")


@pytest.mark.parametrize(
    ("changes", "address"),
    [
        ({}, "/paris-19/?vue=mois&theme=droits"),
        ({"vue": None}, "/paris-19/?theme=droits"),
        ({"theme": "sport", "page": 2}, "/paris-19/?vue=mois&theme=sport&page=2"),
        ({"vue": None, "theme": None}, "/paris-19/"),
        ({"q": "rue Curial & co"}, "/paris-19/?vue=mois&theme=droits&q=rue+Curial+%26+co"),
    ],
)
def test_the_present_address_with_changes(app: Flask, changes: dict[str, object], address: str) -> None:
    with app.test_request_context("/paris-19/?vue=mois&theme=droits&quartier="):
        assert here(**changes) == address


def test_a_path_that_names_another_site_does_not_lead_there(app: Flask) -> None:
    with app.test_request_context("/paris-19/"):
        request.environ["PATH_INFO"] = "//evil.example/"
        request.path = "//evil.example/"
        assert here(langue=None) == "/evil.example/"


def test_a_page_has_one_public_address(app: Flask) -> None:
    app.config["PUBLIC_URL"] = "https://agenda.example.fr"
    with app.test_request_context("/paris-19/?vue=mois", base_url="http://inside:8000"):
        assert canonical_url() == "https://agenda.example.fr/paris-19/"


@pytest.mark.parametrize("wanted", ["/pro/", "/pro/paris-19/?page=2", "/é"])
def test_paths_of_ours_are_followed(wanted: str) -> None:
    assert local_path(wanted, "/") == wanted


@pytest.mark.parametrize(
    "wanted",
    [
        None,
        "",
        "pro",
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/a\r\nSet-Cookie: x=1",
        "\t//evil.example",
        "/\t/evil.example",
        "//[",
        "http://[",
    ],
)
def test_nobody_is_sent_elsewhere(wanted: str | None) -> None:
    assert local_path(wanted, "/pro/") == "/pro/"


@pytest.mark.parametrize(
    ("address", "endpoint"),
    [
        ("/paris-19/", "agenda.listing"),
        ("/e/k7mw2pa", "events.page"),
        ("/e/k7mw2pa-les-ecrans-a-la-maison", "events.page"),
        ("/e/k7mw2pa.ics", "events.download"),
        ("/e/k7mw2pa/inscription", "registrations.form"),
        ("/agendas/paris-19.ics", "calendar_feeds.territory"),
    ],
)
def test_which_door_an_address_opens(app: Flask, address: str, endpoint: str) -> None:
    with app.test_request_context():
        adapter = app.create_url_adapter(None) or app.url_map.bind("localhost")
        assert adapter.match(address)[0] == endpoint
