"""What stands beside an invitation that is sent for its own sake, as it is read: tests/letters/sent/ (see
test_letters)."""

from __future__ import annotations

import re
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
from eventsapp.invitations import promises
from eventsapp.invitations.models import Capacity
from eventsapp.invitations.promises import Promise
from eventsapp.mailroom.models import Letter
from eventsapp.mailroom.outbox import Reader
from eventsapp.registrations import letters
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


def a_saturday() -> Event:
    return saturdays.a_saturday(factories.a_school(), date(2026, 12, 12))


def promised(event: Event, language: str, capacity: Capacity) -> tuple[Reader, Promise]:
    reader = Reader(name="Madame Roy", language=language, email="roy@ecole.example")
    promise = promises.request(
        event,
        address="roy@ecole.example",
        name=reader.name,
        organizer_name=to_hosts.sender_name(event, language),
        language=language,
        invited_as=capacity,
        now=time.now(),
    )
    return reader, promise


def to_the_school(session: scoped_session[Session], language: str) -> Letter:
    event = a_saturday()
    reader, promise = promised(event, language, Capacity.PLACE)
    one = Asked(reader, Capacity.PLACE, "École Curial")
    to_hosts.asked(event, one, promise, is_known=False, now=time.now())
    return last(session)


def to_the_host(session: scoped_session[Session], language: str) -> Letter:
    event = a_saturday()
    reader, promise = promised(event, language, Capacity.HOST)
    one = Asked(reader, Capacity.HOST, "Les Amis de Curial")
    to_hosts.asked(event, one, promise, is_known=True, now=time.now())
    return last(session)


def released(session: scoped_session[Session], language: str) -> Letter:
    event = a_saturday()
    reader, promise = promised(event, language, Capacity.HOST)
    to_hosts.released(event, reader, promise, now=time.now())
    return last(session)


def called_off(session: scoped_session[Session], language: str) -> Letter:
    event = a_saturday()
    reader, promise = promised(event, language, Capacity.HOST)
    scheduling.cancel(event, reason="L’école est fermée.", actor="account:1", now=time.now())
    to_hosts.released(event, reader, promise, now=time.now())
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
    "convening_school": to_the_school,
    "convening_host": to_the_host,
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
