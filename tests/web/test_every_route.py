"""Every route, opened by everybody: nobody, every role, and the same role of another place.

The table is compared with the addresses that the application knows: a new route without a row
fails. Whoever is refused learns nothing and changes nothing: the whole database is compared.
"""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from eventsapp.database import db
from eventsapp.people.models import Account
from tests.databases import built_once, everything, snapshot
from tests.pages import PageClient
from tests.web import town
from tests.web.conftest import SignIn
from tests.web.filled_in import FILLED_IN, OF_ONE_ROUTE, OF_ROWS
from tests.web.routes import ROUTES
from tests.web.town import PEOPLE, Town
from tests.web.visitors import EVERYBODY, Route

pytestmark = pytest.mark.databases("sqlite")

OWN_SECRETS = (
    "Ceci ne regarde",
    "boussole",
    "Boussole",
    "invitee@",
    "rachid",
    "Rachid",
    "second@",
    "secretariat@",
)
"""What only the desks of the 19e say."""


@pytest.fixture
def the_town(app: Flask, db_session: scoped_session[Session]) -> Town:
    """One of everything and of everybody; all knock from one machine, so limits are off (test_limits)."""
    app.config["RATE_LIMITS"] = False

    def build() -> tuple[dict[str, str], dict[str, int]]:
        built = town.build()
        return built.rows, {name: account.id for name, account in built.accounts.items()}

    rows, numbers = built_once("everybody", build)
    accounts = {name: db_session.get_one(Account, number) for name, number in numbers.items()}
    return Town(accounts, dict(rows))


def enter(name: str, the_town: Town, sign_in: SignIn, client: PageClient) -> PageClient:
    return client if name == "nobody" else sign_in(the_town.accounts[name])


def knock(client: PageClient, route: Route, rows: dict[str, str]) -> tuple[int, str, str]:
    """Status, where it leads, and what is said; a form comes with the visitor's own CSRF token."""
    db.session.rollback()
    address = route.rule.format(**rows)
    if route.method == "GET":
        answer = client.get(address)
    else:
        filled = FILLED_IN | OF_ONE_ROUTE.get(route.endpoint, {}) | {"csrf_token": client.csrf_token()}
        of_rows = OF_ROWS.get(route.endpoint, {}).items()
        filled |= {name.format(**rows): value.format(**rows) for name, value in of_rows}
        answer = client.post(address, data=filled)
    text = answer.get_data(as_text=True) if answer.mimetype.startswith("text/") else ""
    return answer.status_code, answer.headers.get("Location", ""), text


def named(route: Route) -> str:
    return f"{route.method} {route.endpoint}"


def test_the_table_holds_every_route(app: Flask) -> None:
    known = {
        (method, rule.endpoint)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"}
    }
    assert known == {(route.method, route.endpoint) for route in ROUTES}
    assert len(ROUTES) == len({(route.method, route.endpoint) for route in ROUTES})


@pytest.mark.parametrize("route", [one for one in ROUTES if one.who != EVERYBODY], ids=named)
def test_whoever_has_no_business_there_learns_and_changes_nothing(
    route: Route, the_town: Town, sign_in: SignIn, client: PageClient
) -> None:
    refused = {name: enter(name, the_town, sign_in, client) for name in PEOPLE if name not in route.who}
    before = everything()
    for name, visitor in refused.items():
        status, location, said = knock(visitor, route, the_town.rows)
        if name == "nobody" and route.method == "GET":
            wanted = route.rule.format(**the_town.rows)
            assert (name, status, location) == (name, 303, f"/connexion?next={wanted}")
        elif route.endpoint in {"account.end", "keys.remove"} and name != "nobody":
            assert (name, status) == (name, 404)
        else:
            assert (name, status, location) == (name, 403, "")
        assert [secret for secret in OWN_SECRETS if secret in said] == [], name
    assert everything() == before


@pytest.mark.parametrize("route", [one for one in ROUTES if one.who], ids=named)
def test_whoever_has_business_there_is_let_in(
    route: Route, the_town: Town, sign_in: SignIn, client: PageClient
) -> None:
    """Each of them, in a town where nobody was before: what one has changed is put back for the next."""
    visitors = {name: enter(name, the_town, sign_in, client) for name in PEOPLE if name in route.who}
    put_back = snapshot()
    got = {}
    for name, visitor in visitors.items():
        status, location, _ = knock(visitor, route, the_town.rows)
        got[name] = status, location.startswith("/connexion?")
        if route.method == "POST":
            put_back()
    also = route.also or route.status
    assert got == {name: (route.status if name == "nobody" else also, False) for name in visitors}


ELSEWHERE = (
    ("paul", "/pro/paris-10/courriers/{letter}"),
    ("paul", "/pro/paris-10/courriers/{call}"),
    ("paul", "/pro/paris-10/partenaires/demandes/{request}"),
    ("paul", "/pro/paris-10/changements/{change}"),
    ("paul", "/pro/paris-10/lieux/{school}/fermeture"),
    ("paul", "/pro/paris-10/lieux/{closed}/fermeture/{closure}"),
    ("samira", "/pro/paris-19/lieux/{school}/fermeture/{closure}"),
    ("samira", "/pro/paris-19/changements/999"),
    ("samira", "/pro/paris-18/"),
    ("samira", "/pro/plans/999"),
    ("samira", "/pro/series/999"),
    ("samira", "/pro/taches/999"),
    ("samira", "/pro/paris-19/courriers/999"),
    ("samira", "/pro/plans/999999999999999999999999"),
    ("samira", "/pro/plans/١"),
    ("samira", "/pro/fonctions/999/transmission"),
    ("samira", "/pro/organisations/999/"),
    ("samira", "/pro/ecoles/999"),
    ("samira", "/pro/rendez-vous/zzzzzzz/aides"),
    ("nadia", "/pro/rendez-vous/{hosted}/inscriptions/{registration}"),
    ("nadia", "/pro/rendez-vous/{event}/inscriptions/{hosted_registration}"),
    ("nadia", "/pro/rendez-vous/{event}/message/{message}"),
    ("samira", "/pro/rendez-vous/zzzzzzz/presences"),
    ("samira", "/pro/rendez-vous/zzzzzzz/feuille"),
    ("nobody", "/invitation/invented"),
    ("samira", "/pro/rendez-vous/zzzzzzz/acces"),
    ("nobody", "/ecole/invented"),
    ("nobody", "/structure/invented"),
    ("nobody", "/jour/invented"),
    ("nobody", "/on-repart/invented"),
    ("nobody", "/connexion/invented"),
    ("nobody", "/m/invented"),
)


@pytest.mark.parametrize(("name", "rule"), ELSEWHERE)
def test_what_is_not_there_is_not_found_through_ones_own_place_either(
    name: str, rule: str, the_town: Town, sign_in: SignIn, client: PageClient
) -> None:
    status = enter(name, the_town, sign_in, client).get(rule.format(**the_town.rows)).status_code
    gone = rule.startswith(("/invitation", "/jour", "/connexion", "/on-repart", "/ecole", "/structure"))
    assert status == (410 if gone else 404)


def test_a_call_of_another_territory_is_not_settled_through_ones_own(
    the_town: Town, sign_in: SignIn, client: PageClient
) -> None:
    [calls] = [route for route in ROUTES if route.endpoint == "calls.outcome"]
    paul = enter("paul", the_town, sign_in, client)
    assert knock(paul, calls, the_town.rows | {"territory": "paris-10"})[0] == 404
    [links] = [route for route in ROUTES if route.endpoint == "day_links.revoke"]
    samira = enter("samira", the_town, sign_in, client)
    assert knock(samira, links, the_town.rows | {"event": the_town.rows["workshop"]})[0] == 404


def test_a_forged_form_is_refused(the_town: Town, sign_in: SignIn, client: PageClient) -> None:
    samira = enter("samira", the_town, sign_in, client)
    before = everything()
    for route in ROUTES:
        # « newsletter.stop » obeys whoever has its link: mail programs send no token (RFC 8058).
        if route.method == "POST" and route.endpoint != "newsletter.stop":
            needs_none = route.endpoint == "day.keep_marks"  # whoever has that link needs no other's cookie
            status = route.status if needs_none else 400
            assert samira.post(route.rule.format(**the_town.rows), data=FILLED_IN).status_code == status
    assert everything() == before
