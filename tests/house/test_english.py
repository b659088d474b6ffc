"""Every page in English: none holds a French sentence of ours. What people wrote stays in their language.

Pages are reached by their links and forms, as a visitor reaches them. `tests/inspection.py` looks for whole
sentences on every page any test opens; here each piece of text is compared, short ones too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from urllib.parse import parse_qsl, urldefrag, urlsplit

import polib
import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session
from werkzeug.exceptions import HTTPException

from eventsapp import clock
from eventsapp.agenda import scheduling
from eventsapp.database import db
from eventsapp.people import sign_ins
from eventsapp.web.guards import SIGN_IN
from tests import factories, saturdays
from tests.inspection import CATALOGUE
from tests.pages import Element, Page, PageClient
from tests.registrations.stories import answers, register
from tests.web.residents import towns

pytestmark = pytest.mark.databases("sqlite")

SAID_IN_ATTRIBUTES = ("alt", "aria-label", "title", "placeholder", "content", "data-done", "data-once")
SAME_KIND = 2
"""How many pages are opened of one door with the same questions in its address: a month is like another."""


@pytest.fixture
def visitor(client: PageClient, db_session: scoped_session[Session]) -> PageClient:
    """An English reader of a 19e where every state of an event is found."""
    events = towns.a_week_of_events()
    walk = events["Balade du canal"]
    host = factories.an_association("Les Amis de Curial", is_demonstration=True)
    full = factories.an_event(
        "Atelier vélo",
        activity=walk.activity,
        venue=walk.venue,
        capacity=1,
        host=host,
        spoken_languages=["ar"],
    )
    off = factories.an_event("Cuisine", activity=walk.activity, venue=walk.venue)
    db.session.commit()
    register(full, answers("Binta"))
    scheduling.cancel(off, reason="Pas de gaz.", actor="cli", now=clock.now())
    db.session.commit()
    client.get("/?langue=en")
    return client


def test_no_public_page_says_a_french_sentence_of_ours(app: Flask, visitor: PageClient) -> None:
    pages = list(crawl(app, visitor, "/"))
    opened = Counter(door for door, _ in pages)
    assert {
        "site.territories",
        "site.help",
        "site.accessibility",
        "site.privacy",
        "site.legal",
        "agenda.listing",
        "events.page",
        "programme.project",
        "programme.action",
        "subscriptions.page",
        "registrations.form",
        "sign_in.form",
    } <= set(opened)
    assert {place: said for place, page in pages for said in untranslated(page)} == {}


def test_nor_does_a_desk(app: Flask, client: PageClient, db_session: scoped_session[Session]) -> None:
    saturdays.a_town()
    coordinator = saturdays.a_coordinator(factories.a_territory())
    saturdays.a_draft()
    token, _ = (sign_ins.begin(coordinator, "", now=clock.now()) for _ in range(2))
    register(factories.an_event("Yoga"), answers("Awa", number="06 39 98 00 00"), language="en")
    db_session.rollback()
    with client.session_transaction() as session:
        session[SIGN_IN] = token
    client.get("/?langue=en")
    pages = list(crawl(app, client, "/pro/"))
    assert {
        "account.show",
        "desk.territory",
        "desk.programme",
        "plans.index",
        "calls.index",
        "letters.index",
    } <= {door for door, _ in pages}
    assert {place: said for place, page in pages for said in untranslated(page)} == {}


def test_nor_does_a_registration_from_mistakes_to_cancellation(visitor: PageClient) -> None:
    event = factories.an_event("Yoga en famille", activity=factories.an_activity("Yoga"))
    code = event.code
    db.session.commit()
    form = f"/e/{code}/inscription"
    pages = [visitor.submit(visitor.get(form).page.form()).page]
    assert pages[0].mistakes
    filled = {"first_name": "Amina", "email": "amina@example.org", "adults": 2, "children_3_5": 1}
    check = visitor.submit(visitor.get(form).page.form(), filled)
    pages.append(visitor.get(check.location).page)
    own = visitor.submit(pages[-1].form()).location
    pages.append(visitor.get(own).page)
    cancel = next(a["href"] for a in pages[-1].main.all("a") if a["href"].endswith("/annulation"))
    pages.append(visitor.get(cancel).page)
    assert visitor.submit(pages[-1].form()).status_code == 303
    pages.append(visitor.get(own).page)
    pages.append(visitor.get(f"/m/{'x' * 43}").page)
    assert [said for page in pages for said in untranslated(page)] == []


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 410, 413, 415, 422, 429, 500, 503])
def test_nor_does_an_error(app: Flask, status: int) -> None:
    from eventsapp.web.errors import (
        page as error_page,
    )  # its words are all asked for, even those no door says yet

    with app.test_request_context("/", headers={"Accept-Language": "en"}):
        html, given = error_page(status)
    assert given == status
    assert list(untranslated(Page(html))) == []


def test_this_test_is_awake() -> None:
    page = Page(
        '<html lang="en"><body><p>Annulé</p><p lang="fr">Annulé</p><a aria-label="Page 2 sur 3">x</a></body>'
    )
    assert list(untranslated(page)) == ["Annulé", "Page 2 sur 3"]


def crawl(app: Flask, visitor: PageClient, start: str) -> Iterator[tuple[str, Page]]:
    """The pages that links lead to, `SAME_KIND` of each kind, with the door they stand behind."""
    waiting, seen, kinds = [start], {start}, Counter[object]()
    while waiting:
        address = waiting.pop(0)
        answer = visitor.get(address)
        if answer.status_code in {301, 302, 303}:
            found = [answer.location]
        elif answer.mimetype == "text/html":
            yield door_of(app, address) or "", answer.page
            found = [link["href"] for link in answer.page.all("a")]
        else:
            found = []
        for link in found:
            link = urldefrag(link).url
            kind = (door_of(app, link), frozenset(name for name, _ in parse_qsl(urlsplit(link).query)))
            if (
                link.startswith("/")
                and link not in seen
                and kinds[kind] < SAME_KIND
                and "langue=" not in link
            ):
                kinds[kind] += 1
                seen.add(link)
                waiting.append(link)


def door_of(app: Flask, address: str) -> str | None:
    """The endpoint behind an address of ours."""
    try:
        return str(app.url_map.bind("localhost").match(urlsplit(address).path)[0])
    except HTTPException:
        return None


def untranslated(page: Page) -> Iterator[str]:
    """The pieces of text of a page that are French sentences of ours."""
    for piece in pieces(page.root):
        text = " ".join(piece.split())
        if text in french() or any(pattern.fullmatch(text) for pattern in french_patterns()):
            yield text


def pieces(element: Element) -> Iterator[str]:
    for child in element.children:
        if isinstance(child, str):
            yield child
        elif child.get("lang", "en") == "en" and child.tag not in {"script", "style"}:
            yield from (child[name] for name in SAID_IN_ATTRIBUTES if child.has(name))
            yield from pieces(child)


@cache
def french() -> frozenset[str]:
    """Msgids without places, that read differently in English."""
    english = {text for entry in catalogue() for text in _said(entry)}
    return frozenset(" ".join(e.msgid.split()) for e in catalogue() if "%(" not in e.msgid) - english


@cache
def french_patterns() -> tuple[re.Pattern[str], ...]:
    """Msgids with places, and what may stand there, where enough words are left to know them by."""
    sentences = {text for entry in catalogue() for text in (entry.msgid, entry.msgid_plural) if "%(" in text}
    return tuple(
        re.compile(
            ".+".join(re.escape(" ".join(part.split(" "))) for part in re.split(r"%\(\w+\)[sd]", text))
        )
        for text in sentences
        if len(re.findall(r"[^\W\d]{3,}", re.sub(r"%\(\w+\)[sd]", "", text))) >= 2
    )


def _said(entry: polib.POEntry) -> list[str]:
    return [" ".join(text.split()) for text in (entry.msgstr, *entry.msgstr_plural.values())]


@cache
def catalogue() -> list[polib.POEntry]:
    return list(polib.pofile(str(CATALOGUE)))
