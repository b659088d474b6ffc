"""An organisation's agenda inside its own site, and inside no other."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.access import grants
from eventsapp.access.models import Role
from eventsapp.database import db
from eventsapp.media import keeping, pictures
from eventsapp.people import accounts, approvals, origins
from eventsapp.people.models import EmbedOrigin, Organisation
from eventsapp.people.origins import OriginUnreadable
from tests import factories
from tests.pages import PageClient
from tests.photos import a_photo
from tests.web import town
from tests.web.conftest import SignIn

Statements = Callable[[], AbstractContextManager[list[str]]]

pytestmark = pytest.mark.databases("sqlite")
PAGE = "/integration/espace-19"


@pytest.fixture
def espace(db_session: scoped_session[Session]) -> Organisation:
    found = factories.an_association("Espace 19")
    factories.an_event("Atelier cuisine en famille", host=found)
    factories.an_event("Entre nous", host=found, is_restricted=True)
    factories.an_event("À d’autres", host=factories.an_association("Ailleurs"))
    approvals.approve(found, factories.a_territory(), actor="cli", now=clock.now())
    sensitive = factories.an_action("Répit", is_sensitive=True)
    factories.an_event("Hôtel", host=found, activity=factories.an_activity("Hôtel", action=sensitive))
    db_session.commit()
    return found


def ancestors(client: PageClient, path: str) -> str:
    policy = client.get(path).headers["Content-Security-Policy"]
    [rule] = [one for one in policy.split("; ") if one.startswith("frame-ancestors")]
    return str(rule.removeprefix("frame-ancestors "))


def test_it_shows_what_everybody_may_see_and_nothing_else(espace: Organisation, client: PageClient) -> None:
    answer = client.get(PAGE)
    titles = [link.text for link in answer.page.main.one("ul").all("a")]
    assert titles == ["Atelier cuisine en famille"]
    assert {link["target"] for link in answer.page.main.all("a")} == {"_top"}
    assert answer.page.all("script", "form") == []
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "public, max-age=300"


def test_only_the_sites_that_were_named_may_frame_it(
    espace: Organisation, client: PageClient, db_session: scoped_session[Session]
) -> None:
    assert ancestors(client, PAGE) == "'none'"
    for site in ("https://www.espace19.example/agenda", "espace19.example:8443"):
        origins.add(espace, site, actor="cli", now=clock.now())
    db_session.commit()
    assert ancestors(client, PAGE) == "https://espace19.example:8443 https://www.espace19.example"
    policy = client.get(PAGE).headers["Content-Security-Policy"]
    assert "script-src" not in policy
    assert "form-action 'none'" in policy


def test_every_other_page_may_be_framed_by_nobody(
    app: Flask, client: PageClient, db_session: scoped_session[Session]
) -> None:
    built = town.build()
    db_session.commit()
    db_session.rollback()
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or set()) or rule.endpoint == "embed.agenda":
            continue
        values = {name: built.rows.get(name, "1") for name in rule.arguments}
        address = rule.build(values, append_unknown=False)
        assert address is not None
        assert "frame-ancestors 'none'" in client.get(address[1]).headers["Content-Security-Policy"], rule


@pytest.mark.parametrize(
    ("typed", "origin"),
    [
        ("https://www.exemple.fr", "https://www.exemple.fr"),
        (" HTTPS://WWW.Exemple.FR/agenda?x=1#y ", "https://www.exemple.fr"),
        ("exemple.fr", "https://exemple.fr"),
        ("https://exemple.fr:443/", "https://exemple.fr"),
        ("https://exemple.fr:8443", "https://exemple.fr:8443"),
        ("https://café-des-parents.fr", "https://xn--caf-des-parents-dnb.fr"),
        ("https://xn--caf-des-parents-dnb.fr", "https://xn--caf-des-parents-dnb.fr"),
        # Another site than strasse.de, which IDNA 2003 would make of it.
        ("https://straße.de", "https://xn--strae-oqa.de"),
        ("https://EXEMPLE。fr", "https://exemple.fr"),
        ("https://exemple.fr.", "https://exemple.fr"),
    ],
)
def test_an_origin_is_what_browsers_compare(typed: str, origin: str) -> None:
    assert origins.origin_of(typed) == origin


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "http://exemple.fr",
        "javascript:alert(1)",
        "https://*.exemple.fr",
        "https://*",
        "*",
        "'self'",
        "https://exemple.fr; script-src *",
        "https://exemple.fr\r\nX-Evil: 1",
        "https://exemple.fr https://evil.example",
        "https://user:secret@exemple.fr",
        "https://127.0.0.1",
        "https://[::1]",
        "https://localhost",
        "https://exemple.fr:99999",
        "https://" + "a" * 250 + ".fr",
        "data:text/html,x",
        "//[",
    ],
)
def test_nothing_else_gets_into_the_header(typed: str) -> None:
    with pytest.raises(OriginUnreadable):
        origins.origin_of(typed)


def test_this_machine_is_a_site_in_a_demonstration_only(
    espace: Organisation, app: Flask, db_session: scoped_session[Session]
) -> None:
    local = ("http://localhost:8000", "http://127.0.0.1:8001/page")
    for typed in local:
        with pytest.raises(OriginUnreadable):
            origins.add(espace, typed, actor="cli", now=clock.now())
    app.config["DEMONSTRATION"] = True
    added = [origins.add(espace, typed, actor="cli", now=clock.now()) for typed in local]
    assert added == ["http://localhost:8000", "http://127.0.0.1:8001"]
    for typed in (
        "http://exemple.fr",
        "http://localhost.evil.example",
        "http://127.0.0.2",
        "http://localhost;x",
    ):
        with pytest.raises(OriginUnreadable):
            origins.add(espace, typed, actor="cli", now=clock.now())


def test_nadia_names_her_site_and_takes_it_back(
    espace: Organisation, sign_in: SignIn, client: PageClient, db_session: scoped_session[Session]
) -> None:
    nadia = accounts.open_account("nadia@example.org", "Nadia", actor="cli", now=clock.now())
    grants.give(nadia, Role.OWNER, espace, by="cli", now=clock.now())
    db_session.commit()
    desk, address = sign_in(nadia), f"/pro/organisations/{espace.id}/integration"
    db_session.rollback()
    page = desk.get(address).page
    assert '/integration/espace-19"' in page.one("input", id="ligne")["value"]
    wrong = desk.submit(page.form(address), {"site": "mon site"})
    assert (wrong.status_code, list(wrong.page.mistakes)) == (422, ["site"])
    assert desk.submit(wrong.page.form(address), {"site": "espace19.example"}).status_code == 303
    assert ancestors(client, PAGE) == "https://espace19.example"
    assert desk.submit(desk.get(address).page.form(button="Retirer")).status_code == 303
    assert ancestors(client, PAGE) == "'none'"
    for number in range(10):
        form = desk.get(address).page.form(address)
        assert desk.submit(form, {"site": f"site{number}.example"}).status_code == 303
    eleventh = desk.submit(desk.get(address).page.form(address), {"site": "site10.example"})
    assert eleventh.status_code == 409
    assert len(db_session.scalars(select(EmbedOrigin)).all()) == 10


def test_an_organisation_that_is_not_there_is_not_found(client: PageClient) -> None:
    assert client.get("/integration/personne").status_code == 404


def test_nor_is_one_that_may_act_nowhere(
    espace: Organisation, client: PageClient, db_session: scoped_session[Session]
) -> None:
    assert client.get(PAGE).status_code == 200
    assert client.get("/integration/ailleurs").status_code == 404
    approvals.end(espace, factories.a_territory(), actor="cli", now=clock.now())
    db_session.commit()
    assert client.get(PAGE).status_code == 404


def test_what_caches_share_sets_no_cookie_even_for_who_is_signed_in(
    espace: Organisation, client: PageClient, sign_in: SignIn, db_session: scoped_session[Session]
) -> None:
    """A signed-in session is renewed with each answer: not with one that a proxy may keep."""
    nadia = accounts.open_account("nadia@example.org", "Nadia", actor="cli", now=clock.now())
    picture = keeping.keep(pictures.renew(a_photo(), most=10**6), now=clock.now())
    image = f"/images/{picture.fingerprint}.webp"
    desk = sign_in(nadia)
    with desk.session_transaction() as session:
        session.permanent = True
    assert "Set-Cookie" in desk.get("/pro/").headers
    for address in (PAGE, f"{PAGE}?langue=en", image, f"{image}?langue=en", "/agendas/paris-19.ics"):
        for visitor in (client, desk):
            answer = visitor.get(address)
            assert (answer.status_code, "Set-Cookie" in answer.headers) == (200, False), address
    assert sorted(client.get(PAGE).vary) == ["Accept-Encoding", "Accept-Language", "Cookie"]


@pytest.mark.databases("sqlite", "postgresql")
@pytest.mark.parametrize("events", [1, 25])
def test_a_constant_number_of_statements(
    espace: Organisation, client: PageClient, statements: Statements, events: int
) -> None:
    for number in range(events):
        factories.an_event(f"Atelier {number}", host=espace)
        origins.add(espace, f"site{number % 9}.example", actor="cli", now=clock.now())
    db.session.commit()
    db.session.rollback()
    with statements() as said:
        assert client.get(PAGE).status_code == 200
    assert len(said) == 5, said
