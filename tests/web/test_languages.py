"""Which language a page is in: the one asked for, then the browser's, then French."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session, scoped_session

from tests import factories
from tests.pages import PageClient

pytestmark = pytest.mark.databases("sqlite")


@pytest.mark.parametrize(
    ("wish", "lang"),
    [
        ("", "fr"),
        ("fr-FR,fr;q=0.9,en;q=0.8", "fr"),
        ("en-GB,en;q=0.9,fr;q=0.5", "en"),
        ("en-US", "en"),
        ("ar,zh;q=0.9", "fr"),
        ("ar,en;q=0.2", "en"),
        ("*", "fr"),
        ("nonsense;;q=", "fr"),
    ],
)
def test_the_browser_is_heard(client: PageClient, wish: str, lang: str) -> None:
    answer = client.get("/aide", headers={"Accept-Language": wish})
    assert answer.page.lang == lang
    assert answer.headers["Content-Language"] == lang
    assert {"accept-language", "cookie"} <= {name.lower() for name in answer.vary}


def test_a_choice_is_kept_and_leaves_the_address(
    client: PageClient, db_session: scoped_session[Session]
) -> None:
    factories.a_territory()
    db_session.commit()
    answer = client.get("/paris-19/?theme=droits&langue=en&vue=mois")
    assert (answer.status_code, answer.location) == (303, "/paris-19/?theme=droits&vue=mois")
    cookie = client.get_cookie("langue")
    assert cookie is not None
    assert (cookie.value, cookie.http_only, cookie.same_site) == ("en", True, "Lax")
    assert client.get(answer.location, headers={"Accept-Language": "fr"}).page.lang == "en"


@pytest.mark.parametrize("language", ["xx", "", "fr-CA", "../../etc", "en" * 500])
def test_a_language_nobody_speaks_changes_nothing(client: PageClient, language: str) -> None:
    answer = client.get("/aide", query_string={"langue": language})
    known = language.startswith("fr")
    assert answer.status_code == (303 if known else 200)


def test_a_spoilt_cookie_is_not_believed(client: PageClient) -> None:
    client.set_cookie("langue", "klingon")
    assert client.get("/aide").page.lang == "fr"


def test_each_language_is_offered_in_its_own_name(client: PageClient) -> None:
    links = [link for link in client.get("/aide").page.all("a") if link.has("hreflang")]
    assert [(link["href"], link["hreflang"], link["lang"], link.text) for link in links] == [
        ("/aide?langue=fr", "fr", "fr", "Français"),
        ("/aide?langue=en", "en", "en", "English"),
    ]
