"""The same form sent by several connections at once, or again after its answer was lost: done once, on both
databases. A confirmation goes over real HTTP."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from bench.crowd import MAILBOXES, Answer, Family
from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.people.models import Household
from eventsapp.registrations.models import Participant, Registration, RegistrationStatus
from tests import factories
from tests.pages import PageClient
from tests.races import in_its_own_loop, pressed_at_once
from tests.registrations.stories import answers, kinds, letters, register
from tests.servers import LiveServer

AT_ONCE = 4
SURE = "Oui, annuler ma venue"


@pytest.fixture
def event(db_session: scoped_session[Session]) -> Event:
    event = factories.an_event("Atelier cuisine en famille", capacity=4)
    db_session.commit()
    return event


@dataclass
class HangsUp(Family):
    """Sends, and is gone before the answer."""

    async def _read(self) -> Answer:
        raise ConnectionAbortedError


def family_at(server: LiveServer, number: int = 1) -> Family:
    return Family(number, urlsplit(server.url).port or 0)


async def up_to_the_check_page(family: Family, path: str) -> None:
    await family.open_form(path)
    await family.send(path)
    family.close()


def found() -> tuple[list[tuple[str | None, RegistrationStatus, int]], int, int, int]:
    """Who is registered; seats taken, participants, households."""
    db.session.rollback()
    registrations = db.session.scalars(select(Registration).order_by(Registration.id))
    rows = [(one.contact.email, one.status, one.seats) for one in registrations]
    counts = [len(db.session.scalars(select(kind)).all()) for kind in (Participant, Household)]
    taken = db.session.scalars(select(Event.seats_taken)).one()
    db.session.rollback()
    return rows, taken, *counts


ONE_FAMILY = ([(f"famille1@{MAILBOXES}", RegistrationStatus.CONFIRMED, 1)], 1, 1, 1)


def test_confirmed_by_several_connections_at_once_it_is_one_registration_and_every_link_works(
    event: Event, live_server: LiveServer
) -> None:
    path = f"/e/{event.code}/inscription"
    db.session.rollback()

    async def press() -> list[Family]:
        family = family_at(live_server)
        await up_to_the_check_page(family, path)
        tabs = [replace(family, statuses=[]) for _ in range(AT_ONCE)]
        await asyncio.gather(*(tab.confirm(path) for tab in tabs))
        for tab in tabs:
            await tab.look()
            tab.close()
        return tabs

    tabs = in_its_own_loop(press())
    assert [tab.statuses for tab in tabs] == [[303, 200]] * AT_ONCE
    assert all(tab.own_page.startswith("/m/") for tab in tabs)
    assert len({tab.own_page for tab in tabs}) == AT_ONCE
    assert found() == ONE_FAMILY
    assert kinds() == ["confirmed REQUEST"]


def test_whoever_lost_the_answer_sends_again_and_has_the_same_registration_and_a_link(
    event: Event, live_server: LiveServer
) -> None:
    """Nobody knows whether the first is done, under way or was never read when the second one comes."""
    path = f"/e/{event.code}/inscription"
    db.session.rollback()

    async def lose_the_answer_twice() -> Family:
        family = family_at(live_server)
        await up_to_the_check_page(family, path)
        for _ in range(2):
            with pytest.raises(ConnectionAbortedError):
                await HangsUp(**vars(family)).confirm(path)
        await family.confirm(path)
        await family.look()
        family.close()
        return family

    family = in_its_own_loop(lose_the_answer_twice())
    assert family.statuses == [200, 303, 200, 303, 200]
    assert family.own_page.startswith("/m/")
    assert found() == ONE_FAMILY
    assert [letter.address for letter in letters()] == [f"famille1@{MAILBOXES}"]


def test_cancelled_by_several_at_once_the_place_goes_to_one_who_waits(app: Flask, event: Event) -> None:
    """Binta, of two, has the place of Awa's three; Cam, of two, goes on waiting."""
    awa = f"/m/{register(event, answers('Awa', 3)).link_token}"
    for name in ("Binta", "Cam"):
        register(event, answers(name, 2, 1))
    db.session.rollback()
    pressed = []
    for _ in range(AT_ONCE):
        visitor = app.test_client()
        assert isinstance(visitor, PageClient)
        question = visitor.get(awa).page.link("Annuler ma venue (Atelier cuisine en famille)")
        pressed.append((visitor, visitor.get(question).page.form(button=SURE)))
    assert pressed_at_once(*pressed) == [303] * AT_ONCE
    rows, taken, *_ = found()
    assert rows == [
        ("awa@example.org", RegistrationStatus.CANCELLED, 3),
        ("binta@example.org", RegistrationStatus.CONFIRMED, 3),
        ("cam@example.org", RegistrationStatus.WAITING, 3),
    ]
    assert taken == 3
    assert kinds("awa@example.org") == ["confirmed REQUEST", "withdrawn CANCEL"]
    assert kinds("binta@example.org")[1:] == ["promoted REQUEST"]
    assert len(kinds("cam@example.org")) == 1
