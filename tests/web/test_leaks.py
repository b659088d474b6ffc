"""Two families and one sensitive event, each with words that stand nowhere else; then everything is read.

Every address of the route table by everybody, with what they download, every letter, every line logged. A
family's words are read by itself and at the desks that answer for its event, and its private link stands in
its own letters and nowhere else.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from zipfile import BadZipFile, ZipFile

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.agenda.models import Event
from eventsapp.mailroom import sealing
from eventsapp.mailroom.models import Letter
from eventsapp.people import households
from eventsapp.people.contacts import phone
from eventsapp.registrations import booking, seats
from eventsapp.registrations.booking import Confirmed
from eventsapp.registrations.models import AgeBracket, WayIn
from eventsapp.registrations.party import Member
from tests import factories
from tests.pages import PageClient
from tests.registrations.stories import a_transaction
from tests.web.conftest import SignIn
from tests.web.routes import COORDINATION, ROUTES, TEAM, Route
from tests.web.test_every_route import enter, the_town
from tests.web.town import PEOPLE, Town

__all__ = ["the_town"]

pytestmark = pytest.mark.databases("sqlite")

SENSITIVE = "Respiration Ultramarine"
"""What an event of a sensitive action is called, and nobody hears outside a desk."""


@dataclass(frozen=True)
class Family:
    """One parent, one child, one mailbox, one number: nobody else's."""

    parent: str
    child: str
    email: str
    number: str

    @property
    def words(self) -> tuple[str, ...]:
        """All of it, however a number is written."""
        digits = self.number.replace(" ", "")
        return (self.parent, self.child, self.email, self.number, digits, digits[1:])


ZELIE = Family("Zéliandre", "Ysolin", "zeliandre@petite.example", "06 39 98 77 01")
QUENTIN = Family("Quentoline", "Théobaldin", "quentoline@grande.example", "06 39 98 77 02")


@dataclass
class Planted:
    """The town with both families in it, each at three events."""

    town: Town
    tokens: dict[Family, list[str]]
    events: list[str]


@pytest.fixture
def planted(the_town: Town, db_session: scoped_session[Session]) -> Planted:
    """Both at a workshop, at what Espace 19 hosts, and at an event of a sensitive action."""
    action = factories.an_action("Répit des familles", is_sensitive=True)
    hidden = factories.an_event(SENSITIVE, activity=factories.an_activity(SENSITIVE, action=action))
    db_session.commit()
    codes = [the_town.rows["workshop"], the_town.rows["hosted"], hidden.code]
    tokens: dict[Family, list[str]] = {ZELIE: [], QUENTIN: []}
    for code in codes:
        for family in tokens:
            event = db_session.scalars(select(Event).where(Event.code == code)).one()
            with a_transaction():
                tokens[family].append(registered(family, event).link_token)
    db_session.rollback()
    return Planted(the_town, tokens, codes)


def registered(family: Family, event: Event) -> Confirmed:
    now = clock.now()
    event = seats.locked(event.id)
    household = households.open_new(
        first_name=family.parent, email=family.email, phone=phone(family.number), language="fr", now=now
    )
    members = [
        Member(bracket=AgeBracket.ADULT, first_name=family.parent),
        Member(bracket=AgeBracket.FROM_3, first_name=family.child),
    ]
    registration = booking.enter(event, household, members, way=WayIn.ONLINE, now=now)
    made = Confirmed(registration, households.new_link(household, now=now))
    booking.tell(made, now=now)
    return made


def said(client: PageClient, address: str) -> str:
    """All that an answer says: its head, and its body, unpacked where it is a workbook."""
    answer = client.get(address)
    if answer.status_code == 301:
        answer = client.get(answer.location)
    body = answer.get_data()
    text = body.decode("utf-8", "replace")
    try:
        with ZipFile(BytesIO(body)) as packed:
            text = "\n".join(packed.read(name).decode("utf-8", "replace") for name in packed.namelist())
    except BadZipFile:
        pass
    return f"{answer.headers}\n{text}"


def addresses(planted: Planted, name: str) -> Iterator[tuple[Route, str]]:
    """Every page of the table, at each of the events where the families are.

    Not those where that person has no business at all: test_every_route proves that they only hear so.
    """
    rows = planted.town.rows
    for route in ROUTES:
        if route.method != "GET":
            continue
        seen = set() if name in route.who else {route.rule.format(**rows)}
        for code in planted.events:
            there = rows | {"event": code, "workshop": code, "hosted": code}
            address = route.rule.format(**there)
            if address not in seen:
                seen.add(address)
                yield route, address


def found(text: str, words: tuple[str, ...]) -> list[str]:
    return [word for word in words if word in text]


OF_ITS_LINK = frozenset({"events.page"})
"""Whoever was given the link of a sensitive event reads its page (test_events), and finds it nowhere else."""

DESKS_OF_FAMILIES = frozenset(
    {"answers", "event_registrations", "attendance", "calls", "letters", "event_messages"}
)
"""Where whoever answers for an event reads who comes to it."""


@pytest.mark.parametrize("name", PEOPLE)
def test_only_the_desks_of_its_event_know_a_family(
    name: str, planted: Planted, sign_in: SignIn, client: PageClient
) -> None:
    visitor = enter(name, planted.town, sign_in, client)
    links = tuple(token for tokens in planted.tokens.values() for token in tokens)
    told: set[tuple[str, str]] = set()
    for route, address in addresses(planted, name):
        text = said(visitor, address)
        assert (route.endpoint, found(text, links)) == (route.endpoint, [])
        if found(text, ZELIE.words + QUENTIN.words):
            told.add((route.endpoint.partition(".")[0], "a family"))
        if SENSITIVE in text and not address.startswith("/pro/") and route.endpoint not in OF_ITS_LINK:
            told.add((route.endpoint, SENSITIVE))
    allowed = DESKS_OF_FAMILIES if name in TEAM else frozenset()
    assert {(desk, what) for desk, what in told if desk not in allowed} == set()
    if name in COORDINATION:
        assert ("event_registrations", "a family") in told  # or the walk proves nothing


@pytest.mark.parametrize(("own", "other"), [(ZELIE, QUENTIN), (QUENTIN, ZELIE)], ids=["Zélie", "Quentin"])
def test_a_family_reads_of_itself_alone(
    own: Family, other: Family, planted: Planted, client: PageClient
) -> None:
    shown = False
    others = other.words + tuple(planted.tokens[other])
    for token in planted.tokens[own]:
        planted.town.rows["household_token"] = token
        for route, address in addresses(planted, "nobody"):
            if not route.who or address.startswith("/pro/"):
                continue
            text = said(client, address)
            assert (address, found(text, others)) == (address, [])
            assert route.endpoint in OF_ITS_LINK or SENSITIVE not in text, address
            shown = shown or own.parent in text
    assert shown


def test_a_letter_is_of_one_family_and_its_link_stands_there_alone(
    planted: Planted, db_session: scoped_session[Session]
) -> None:
    letters = db_session.scalars(select(Letter).order_by(Letter.id)).all()
    held: dict[Family, set[str]] = {ZELIE: set(), QUENTIN: set()}
    for letter in letters:
        parts = (letter.text, letter.html)
        text = "\n".join(sealing.unseal(one) if letter.is_sealed else one for one in parts)
        kept = f"{letter.subject}\n{letter.text}\n{letter.html}\n{letter.thread}\n{letter.message_id}"
        calendar = re.sub(rb"\r\n[ \t]", b"", letter.calendar or b"").decode()
        whole = f"{text}\n{letter.subject}\n{calendar}\n{letter.reader_name}\n{letter.address}"
        for own, other in ((ZELIE, QUENTIN), (QUENTIN, ZELIE)):
            tokens = tuple(planted.tokens[own])
            if letter.address == own.email:
                assert found(whole, other.words + tuple(planted.tokens[other])) == []
                held[own] |= set(found(text, tokens))
                assert found(calendar + kept, tokens) == []  # sealed, and never in a calendar
                assert SENSITIVE not in whole
            else:
                assert found(whole, own.words + tokens) == []
    assert held == {family: set(tokens) for family, tokens in planted.tokens.items()}


def test_no_line_of_the_log_names_anybody(
    planted: Planted, app: Flask, client: PageClient, caplog: pytest.LogCaptureFixture
) -> None:
    """Theirs, from the form to the cancellation, with what they mistype."""
    caplog.set_level(logging.DEBUG)
    for token in planted.tokens[ZELIE]:
        planted.town.rows["household_token"] = token
        for _, address in addresses(planted, "nobody"):
            if not address.startswith("/pro/"):
                client.get(address)
    path = f"/e/{planted.events[0]}/inscription"
    typed = {"first_name": ZELIE.parent, "email": ZELIE.email, "phone": ZELIE.number, "adults": "99"}
    assert client.submit(client.get(path).page.form(path), typed).status_code == 422
    form = client.get(path).page.form(path)
    assert client.submit(form, typed | {"adults": "1"}).status_code == 303
    check = client.get(f"{path}/verification").page
    own_page = client.submit(check.form()).location
    assert client.get(own_page).status_code == 200
    assert client.get(f"{path}?q={ZELIE.email}").status_code == 200
    assert client.get(f"/nulle-part/{ZELIE.parent}").status_code == 404
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) > 50
    tokens = (*planted.tokens[ZELIE], own_page.removeprefix("/m/"))
    secret = (*ZELIE.words, *QUENTIN.words, SENSITIVE, *tokens)
    assert [line for line in lines if found(line, secret) or found(json.dumps(line), secret)] == []
