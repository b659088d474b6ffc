"""Doors: nothing changes without a CSRF token, and every address answers something kind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.routing import Rule

from eventsapp.database import db
from eventsapp.extensions import csrf
from tests import factories
from tests.pages import PageClient

EXEMPT = {"eventsapp.web.day.keep_marks", "eventsapp.web.residents.newsletter.stop"}
"""Views that take no token, each with its reason here: a phone sends what it counted offline, hours later;
a mail program stops the weekly letter (RFC 8058). Whoever has their links needs nobody else's cookie, and
none is read."""

pytestmark = pytest.mark.databases("sqlite")


def addresses(app: Flask, methods: set[str]) -> Iterator[tuple[Rule, str, str]]:
    """Each rule with an address that fits it, of nothing that exists but the 19e, and its methods."""
    for rule in app.url_map.iter_rules():
        for method in methods & (rule.methods or set()):
            values = {name: "paris-19" if name == "territory" else "1" for name in rule.arguments}
            built = rule.build(values, append_unknown=False)
            assert built, rule
            yield rule, built[1], method


def test_every_changing_request_needs_a_csrf_token(app: Flask, client: PageClient) -> None:
    with app.app_context():
        factories.a_territory(19)
        db.session.commit()
    assert app.config.get("WTF_CSRF_ENABLED", True)
    assert csrf._exempt_views | {blueprint.name for blueprint in csrf._exempt_blueprints} == EXEMPT
    answers = {
        f"{method} {rule.rule}": client.open(address, method=method).status_code
        for rule, address, method in addresses(app, {"POST", "PUT", "PATCH", "DELETE"})
    }
    for exempt in ("/jour/<token>/marques", "/lettre/<token>/arret"):
        assert answers.pop(f"POST {exempt}") == 410  # no such link
    assert answers == dict.fromkeys(answers, 400)


def test_no_address_breaks_on_an_unknown_name(app: Flask, client: PageClient) -> None:
    """Not found, not allowed, or a way to sign in; readiness alone may say 503."""
    answers = {
        rule.rule: client.get(address).status_code
        for rule, address, _ in addresses(app, {"GET"})
        if rule.rule != "/readyz"
    }
    assert {rule: status for rule, status in answers.items() if status >= 500} == {}
