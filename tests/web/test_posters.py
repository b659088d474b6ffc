"""The poster of an event, at Nadia's desk: chosen, looked at, taken away; and never of a secret."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from io import BytesIO
from urllib.parse import parse_qs, urlsplit

import pytest
from PIL import Image
from pypdf import PdfReader
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as hours
from eventsapp.access import grants
from eventsapp.access.models import Role
from eventsapp.agenda import scheduling
from eventsapp.agenda.models import Event
from eventsapp.media import keeping, pictures
from eventsapp.people import accounts, approvals, showcase
from eventsapp.people.models import Account
from eventsapp.posters import press
from tests import factories
from tests.pages import PageClient
from tests.photos import a_photo
from tests.web.conftest import SignIn

pytestmark = pytest.mark.databases("sqlite")
Statements = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def event(db_session: scoped_session[Session]) -> Event:
    """Saturday 28 November 2026 from 9:30 to 11:30."""
    press.shelf.clear()
    found = factories.an_event("Atelier : cuisine 🎉", host=factories.an_association("Espace 19"))
    db_session.commit()
    return found


@pytest.fixture
def nadia(event: Event, db_session: scoped_session[Session]) -> Account:
    assert event.host is not None
    account = accounts.open_account("nadia@example.org", "Nadia", actor="cli", now=hours.now())
    grants.give(account, Role.OWNER, event.host, by="cli", now=hours.now())
    approvals.approve(event.host, event.territory, actor="cli", now=hours.now())
    db_session.commit()
    return account


@pytest.fixture
def desk(nadia: Account, sign_in: SignIn) -> PageClient:
    return sign_in(nadia)


def address(event: Event, rest: str = "") -> str:
    return f"/pro/rendez-vous/{event.code}/affiche{rest}"


def test_nadia_chooses_looks_and_takes_it_away(event: Event, desk: PageClient) -> None:
    page = desk.get(address(event)).page
    assert [one["value"] for one in page.all("input", type="radio") if one.has("checked")] == ["a4"]
    chosen = desk.submit(page.form(address(event)), {"format": "carre", "langues": ["fr", "en"]})
    assert chosen.status_code == 200
    page = chosen.page
    picture = page.one("img", class_="sheet")
    assert (picture["width"], picture["height"]) == ("1080", "1080")
    assert (
        picture["alt"]
        == "Aperçu\u00a0: Image carrée, «\u00a0Atelier : cuisine 🎉\u00a0», samedi 28 novembre\u00a02026."
    )
    assert "Ces signes ne s’impriment pas, ils sont enlevés : 🎉" in page.main.text
    seen = desk.get(picture["src"])
    assert (seen.status_code, seen.mimetype) == (200, "image/png")
    assert Image.open(BytesIO(seen.data)).size == (1080, 1080)
    [link] = [one["href"] for one in page.main.all("a") if one.text == "Télécharger le PDF"]
    taken = desk.get(link)
    assert (taken.status_code, taken.mimetype) == (200, "application/pdf")
    name = "affiche-carre-atelier-cuisine-2026-11-28.pdf"
    assert taken.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    text = " ".join(PdfReader(BytesIO(taken.data)).pages[0].extract_text().split())
    assert "Atelier : cuisine" in text.replace("\u00a0", " ")
    assert "Please register" in text


def test_words_to_send_come_in_each_language_and_lead_to_apps_by_links_alone(
    event: Event, desk: PageClient
) -> None:
    page = desk.get(address(event, "?langues=fr,en")).page
    texts = {one["lang"]: "".join(map(str, one.children)) for one in page.all("textarea")}
    assert list(texts) == ["fr", "en"]
    assert texts["fr"].splitlines()[-1] == f"http://127.0.0.1:8000/e/{event.code}"
    links = [one["href"] for one in page.main.all("a") if one["href"].startswith(("https:", "sms:"))]
    assert [urlsplit(link).netloc for link in links] == ["wa.me", "", "wa.me", ""]
    said = [parse_qs(urlsplit(link).query) for link in links]
    assert [one.get("text", one.get("body")) for one in said] == [[texts["fr"]]] * 2 + [[texts["en"]]] * 2


@pytest.mark.parametrize(
    "query", ["?format=a0&langues=xx&dates=aucune", "?langues=&format=", "?langues=" + "fr," * 500]
)
def test_an_odd_choice_is_the_usual_one(event: Event, desk: PageClient, query: str) -> None:
    page = desk.get(address(event, query)).page
    assert page.one("img", class_="sheet")["src"] == address(event, "/a4.png?langues=fr")


@pytest.mark.parametrize("rest", ["/a0.pdf", "/a4.exe", "/A4.pdf"])
def test_a_sheet_that_does_not_exist_is_not_found(event: Event, desk: PageClient, rest: str) -> None:
    assert desk.get(address(event, rest)).status_code == 404


def test_a_browser_asks_again_and_is_told_whether_it_still_holds(
    event: Event, desk: PageClient, db_session: scoped_session[Session]
) -> None:
    first = desk.get(address(event, "/carre.png"))
    assert first.headers["Cache-Control"] == "private, no-cache"
    same = desk.get(address(event, "/carre.png"), headers={"If-None-Match": first.headers["ETag"]})
    assert (same.status_code, same.data) == (304, b"")
    assert same.headers["Cache-Control"] == "private, no-cache"
    found = db_session.merge(event)
    found.door = "Par le jardin"
    db_session.commit()
    db_session.rollback()
    changed = desk.get(address(event, "/carre.png"), headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != first.headers["ETag"]


def test_who_has_this_version_costs_no_sheet(
    event: Event, desk: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    tag = desk.get(address(event, "/carre.png")).headers["ETag"]
    press.shelf.clear()
    monkeypatch.setattr(press, "COMPOSITOR", press.COMPOSITOR.with_name("nowhere.py"))
    assert desk.get(address(event, "/carre.png"), headers={"If-None-Match": tag}).status_code == 304


def test_its_picture_and_the_emblem_of_its_host_are_on_it(
    event: Event, desk: PageClient, db_session: scoped_session[Session]
) -> None:
    found = db_session.merge(event)
    assert found.host is not None
    photo = pictures.renew(a_photo((900, 600)), most=10**7)
    logo = pictures.renew(a_photo((300, 300)), most=10**7)
    found.picture, found.picture_alternative = keeping.keep(photo, now=hours.now()), "Une grande table"
    showcase.show(found.host, logo, "Le logo", actor="cli", now=hours.now())
    db_session.commit()
    db_session.rollback()
    reader = PdfReader(BytesIO(desk.get(address(event, "/a4.pdf")).data))
    assert len(reader.pages[0].images) == 2


@pytest.mark.parametrize("dates", [1, 2, 9])
def test_a_series_offers_its_next_dates_in_as_many_statements_whatever_their_number(
    event: Event,
    desk: PageClient,
    dates: int,
    db_session: scoped_session[Session],
    statements: Statements,
) -> None:
    found = db_session.merge(event)
    for week in range(1, dates):
        factories.an_event(
            f"Atelier {week}",
            activity=found.activity,
            venue=factories.a_school(f"École {week}"),
            starts_at=factories.SATURDAY + timedelta(weeks=week),
        )
    db_session.commit()
    page = desk.get(address(event)).page
    assert len(page.all("input", name="dates")) == (0 if dates == 1 else 1)
    db_session.rollback()
    with statements() as said:
        page = desk.get(address(event, "?dates=toutes&format=a5")).page
    assert len(said) == 8
    db_session.rollback()
    with statements() as said:
        sheet = desk.get(page.one("img", class_="sheet")["src"].replace("png", "pdf"))
    assert len(said) == 6
    reader = PdfReader(BytesIO(sheet.data))
    assert reader.pages[0].extract_text().count("de 9\u00a0h\u00a030 à") == min(dates, 6)


def test_a_sensitive_action_has_no_poster_and_the_page_says_why(
    desk: PageClient, event: Event, db_session: scoped_session[Session]
) -> None:
    found = db_session.merge(event)
    found.activity.action.is_sensitive = True
    db_session.commit()
    page = desk.get(address(event)).page
    assert "Cette action reste discrète" in page.main.text
    assert page.main.all("img", "textarea", "form") == []
    for rest in ("/a4.pdf", "/a4.png", "/carre.png?dates=toutes"):
        refused = desk.get(address(event, rest))
        assert refused.status_code == 422
        assert refused.headers["Cache-Control"] == "no-store"


def test_a_cancelled_event_is_announced_as_cancelled(
    desk: PageClient, event: Event, db_session: scoped_session[Session]
) -> None:
    scheduling.cancel(db_session.merge(event), reason="Fuite d’eau.", actor="cli", now=hours.now())
    db_session.commit()
    db_session.rollback()
    text = PdfReader(BytesIO(desk.get(address(event, "/a4.pdf")).data)).pages[0].extract_text()
    assert "Annulé" in text
    assert "Fuite d’eau." in text
    assert "Sur inscription" not in text


def test_where_the_press_is_busy_one_is_told_to_come_back(
    desk: PageClient, event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(press, "SECONDS", 0.01)
    with press._one_at_a_time:
        answer = desk.get(address(event, "/a4.pdf"))
    assert answer.status_code == 503
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Recommencez dans une minute" in answer.get_data(as_text=True)
