"""What stands beside an invitation that is sent for its own sake, as it is read: tests/letters/sent/ (see
test_letters)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as time
from eventsapp.agenda import scheduling
from eventsapp.agenda.models import Event
from eventsapp.convening import letters as to_hosts
from eventsapp.convening.asked import Asked
from eventsapp.convening.letters import Why
from eventsapp.invitations import promises
from eventsapp.invitations.models import Capacity
from eventsapp.invitations.promises import Promise, Told
from eventsapp.mailroom.models import Letter
from eventsapp.mailroom.outbox import Reader
from eventsapp.places.models import Venue
from eventsapp.places.wording import agenda_name
from eventsapp.registrations import letters, offer_letters
from tests import factories, saturdays
from tests.inspection import words
from tests.letters.test_letters import SENT, as_read, assert_same, html_of, spaced
from tests.pages import Page
from tests.registrations.stories import a_transaction, answers, register

CODE = re.compile(r"/e/[a-z0-9]{7}")
pytestmark = pytest.mark.databases("sqlite")


def last(session: scoped_session[Session]) -> Letter:
    session.flush()
    return session.scalars(select(Letter).order_by(Letter.id.desc())).all()[0]


def a_school_before() -> Venue:
    return factories.a_school("École Manin", address="2 rue Manin")


def a_saturday() -> Event:
    return saturdays.a_saturday(factories.a_school(), date(2026, 12, 12))


def promised(event: Event, language: str, capacity: Capacity) -> tuple[Reader, Promise]:
    reader = Reader(name="Madame Roy", language=language, email="roy@ecole.example")
    promise = promises.request(
        event,
        address="roy@ecole.example",
        name=reader.name,
        organizer_name=agenda_name(event.territory, language),
        language=language,
        invited_as=capacity,
        now=time.now(),
    )
    return reader, promise


def to_the_school(why: Why) -> Callable[[scoped_session[Session], str], Letter]:
    return lambda session, language: asks(session, language, Capacity.PLACE, "École Curial", why)


def to_the_host(why: Why) -> Callable[[scoped_session[Session], str], Letter]:
    return lambda session, language: asks(session, language, Capacity.HOST, "Les Amis de Curial", why)


def asks(
    session: scoped_session[Session], language: str, capacity: Capacity, office: str, why: Why
) -> Letter:
    event = a_saturday()
    reader, promise = promised(event, language, capacity)
    to_hosts.asked(event, Asked(reader, capacity, office), promise, why=why, now=time.now())
    return last(session)


def released(session: scoped_session[Session], language: str) -> Letter:
    event = a_saturday()
    reader, promise = promised(event, language, Capacity.HOST)
    # It moved, and somebody else holds it there: they never knew that day.
    told = Told(event.starts_at - timedelta(days=7), event.ends_at - timedelta(days=7), a_school_before().id)
    to_hosts.released(event, reader, promise, told=told, now=time.now())
    return last(session)


def called_off(session: scoped_session[Session], language: str) -> Letter:
    event = a_saturday()
    reader, promise = promised(event, language, Capacity.HOST)
    scheduling.cancel(event, reason="L’école est fermée.", actor="account:1", now=time.now())
    to_hosts.released(event, reader, promise, told=None, now=time.now())
    return last(session)


def again(session: scoped_session[Session], language: str) -> Letter:
    awa = register(factories.an_event(), answers("Awa", 2, 1), language=language).registration
    with a_transaction():
        letters.calendar_again(awa, now=time.now())
    return last(session)


def left(session: scoped_session[Session], language: str) -> Letter:
    awa = register(factories.an_event(), answers("Awa", 2, 1), language=language).registration
    with a_transaction():
        awa.contact.email = "awa@ailleurs.example"
        letters.left_mailbox(awa, "awa@example.org", now=time.now() + timedelta(minutes=1))
    return last(session)


STORIES = {
    "convening_school": to_the_school(Why.NEW),
    "convening_host": to_the_host(Why.CHANGED),
    "convening_reworded": to_the_host(Why.REWORDED),
    "convening_again": to_the_school(Why.AGAIN),
    "convening_answered_former": to_the_school(Why.ANSWERED_FORMER),
    "convening_released": released,
    "convening_called_off": called_off,
    "calendar_again": again,
    "left_mailbox": left,
}


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("kind", STORIES)
def test_the_letter_reads_as_it_was_proof_read(
    app: Flask, db_session: scoped_session[Session], kind: str, language: str
) -> None:
    app.config["PUBLIC_URL"] = "https://agenda.example.org"
    letter = STORIES[kind](db_session, language)
    assert letter.calendar is not None
    assert_same(SENT / f"{kind}.{language}.txt", CODE.sub("/e/…", as_read(letter)))
    page = Page(html_of(letter))
    assert (page.heading, page.lang) == (spaced(letter.subject), language)
    assert list(words(page)) == []


@pytest.mark.parametrize("host", ["", "imap.example.org"], ids=["not read", "read"])
@pytest.mark.parametrize("kind", ["convening_school", "convening_host"])
def test_it_says_whether_an_answer_of_the_calendar_reaches_anybody(
    app: Flask, db_session: scoped_session[Session], kind: str, host: str
) -> None:
    app.config["ANSWERS_IMAP_HOST"] = host
    letter = STORIES[kind](db_session, "fr")
    for said in (as_read(letter), Page(html_of(letter)).text):
        assert ("Une réponse dans votre agenda ne nous arrive pas." in said) is not bool(host)
        assert ("Vous pouvez aussi répondre dans votre agenda" in said) is bool(host)


@pytest.mark.parametrize("host", ["", "imap.example.org"], ids=["not read", "read"])
def test_it_says_whether_a_no_of_the_calendar_cancels(
    app: Flask, db_session: scoped_session[Session], host: str
) -> None:
    app.config["ANSWERS_IMAP_HOST"] = host
    event = factories.an_event(capacity=3)
    awa = register(event, answers("Awa", 1)).registration
    with a_transaction():
        letters.promoted(awa, now=time.now())
        letters.standing_near(awa, now=time.now())
        offer_letters.taken(awa, now=time.now())
    found = db_session.scalars(select(Letter).order_by(Letter.id)).all()
    assert [one.kind.removeprefix("registrations/") for one in found] == [
        "confirmed",
        "promoted",
        "standing_near",
        "offer_taken",
    ]
    for one in found:
        for said in (spaced(as_read(one)), Page(html_of(one)).text):
            assert ("dans votre agenda ne suffit pas pour annuler" in said) is not bool(host)
            assert ("pour annuler : un message vous le confirme" in said) is bool(host)
