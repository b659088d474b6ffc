"""An organisation's agenda inside its own site, and inside no other."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.access import grants
from eventsapp.access.models import Role
from eventsapp.people import accounts, origins
from eventsapp.people.models import EmbedOrigin, Organisation
from eventsapp.people.origins import OriginUnreadable
from tests import factories
from tests.pages import PageClient
from tests.web import town
from tests.web.conftest import SignIn

pytestmark = pytest.mark.databases("sqlite")
PAGE = "/integration/espace-19"


@pytest.fixture
def espace(db_session: scoped_session[Session]) -> Organisation:
    found = factories.an_association("Espace 19")
    factories.an_event("Atelier cuisine en famille", host=found)
    factories.an_event("Entre nous", host=found, is_restricted=True)
    factories.an_event("À d’autres", host=factories.an_association("Ailleurs"))
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
