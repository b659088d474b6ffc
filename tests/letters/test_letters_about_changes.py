"""What hosts and places are told of several sessions at once, as they get it: tests/letters/sent/."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.clock import local
from eventsapp.disruptions import letters
from eventsapp.disruptions.changes import Change, as_announced
from eventsapp.disruptions.staff import Office, StaffReader
from eventsapp.mailroom.models import Letter
from eventsapp.mailroom.outbox import Reader
from tests import factories, saturdays
from tests.inspection import words
from tests.letters.test_letters import SENT, as_read, assert_same, html_of, spaced
from tests.pages import Page

pytestmark = pytest.mark.databases("sqlite")


def written(language: str, *, phone: str | None = None) -> Letter:
    """Curial is flooded: one session goes to Manin, one is held by others, one to a later day, one is off."""
    curial, manin, _ = saturdays.a_town()
    espace = factories.an_association("La Ludothèque")
    sensitive = factories.an_action("Groupe de parole", is_sensitive=True)
    activity = factories.an_activity("Groupe de parole", action=sensitive)
    saturday = saturdays.a_saturday(curial, date(2026, 12, 5), topic=saturdays.a_topic())
    cooking, group = factories.an_event(), factories.an_event("Groupe de parole", activity=activity)
    goes_off = saturdays.a_saturday(curial, date(2026, 12, 12))
    later = local(date(2026, 12, 19), 9, 30)
    changes = [
        Change(cooking, as_announced(cooking), venue=manin, room="préau"),
        Change(saturday, as_announced(saturday), host=espace, topic=saturdays.a_topic("le sommeil")),
        Change(group, as_announced(group), starts_at=later, ends_at=later + timedelta(hours=2)),
        Change(goes_off, as_announced(goes_off), cancels=True),
    ]
    mail = None if phone else "roy@example.org"
    reader = Reader(name="Madame Roy", language=language, email=mail, phone=phone)
    to = StaffReader(Office.PLACE, "École Curial", reader, changes)
    return letters.changed(to, factories.a_territory(), reason="Fuite d’eau dans l’école.", now=clock.now())


@pytest.fixture(autouse=True)
def here(app: Flask, db_session: scoped_session[Session]) -> None:
    app.config["PUBLIC_URL"] = "https://agenda.example.org"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_it_reads_as_it_was_proof_read(language: str) -> None:
    letter = written(language)
    assert_same(SENT / f"changed.{language}.txt", as_read(letter))
    page = Page(html_of(letter))
    assert (page.heading, page.lang) == (spaced(letter.subject), language)
    for line in as_read(letter).splitlines():
        if line.startswith("- "):
            assert spaced(line.removeprefix("- ")) in page.text
    assert "Groupe de parole" not in page.text + as_read(letter)
    assert not list(words(page))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_of_one_date_it_asks_again_as_it_was_proof_read(language: str) -> None:
    """Les Amis de Curial hold it; their answer was to another hour."""
    friends = factories.an_association(email="amis@example.org")
    saturday = saturdays.a_saturday(factories.a_school(), date(2026, 12, 5), host=friends)
    former = as_announced(saturday)
    saturday.starts_at, saturday.ends_at = local(date(2026, 12, 5), 14), local(date(2026, 12, 5), 16)
    change = Change(saturday, former, starts_at=saturday.starts_at, ends_at=saturday.ends_at)
    reader = Reader(name="Les Amis de Curial", language=language, email="amis@example.org")
    to = StaffReader(Office.HOST, friends.name, reader, [change])
    letter = letters.changed(to, factories.a_territory(), reason="", now=clock.now())
    assert letter is not None
    assert_same(SENT / f"changed_one.{language}.txt", as_read(letter))
    page = Page(html_of(letter))
    assert spaced("Venez-vous ?" if language == "fr" else "Are you coming?") in page.text
    assert not list(words(page))


def test_the_call_reads_as_it_was_proof_read() -> None:
    assert_same(SENT / "changed.call.txt", as_read(written("fr", phone="+33140000000")))
