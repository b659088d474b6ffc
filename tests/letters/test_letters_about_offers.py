"""What somebody is told of a place that came free, kept in files to proof-read like every other letter."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock, languages
from eventsapp.agenda.entry_rules import EntryRules
from eventsapp.agenda.models import Event
from eventsapp.mailroom import rendering
from eventsapp.mailroom.models import Letter
from eventsapp.registrations import offer_letters
from eventsapp.registrations.models import Registration, RegistrationStatus
from tests import factories
from tests.letters.test_letters import SENT, as_read, assert_same, html_of, spaced
from tests.pages import Page
from tests.registrations.stories import a_transaction, answers, register
from tests.registrations.stories import letters as posted

pytestmark = pytest.mark.databases("sqlite")


def offered(registration: Registration) -> None:
    offer_letters.offered(registration, now=clock.now())


def again(registration: Registration) -> None:
    registration.lapses = 1
    offer_letters.offered(registration, now=clock.now())


STORIES: dict[str, Callable[[Registration], None]] = {
    "offered": offered,
    "offer_taken": lambda one: offer_letters.taken(one, now=clock.now()),
    "offer_declined": lambda one: offer_letters.declined(one, now=clock.now()),
    "offer_lapsed": lambda one: offer_letters.lapsed(one, rank=4, now=clock.now()),
    "offer_given_up": lambda one: offer_letters.given_up(one, now=clock.now()),
}
CALLED = ("offered", "offer_lapsed", "offer_given_up")
"""Whoever says yes or no without a mailbox has just said it themselves: nobody calls."""


@pytest.fixture
def event(app: Flask, db_session: scoped_session[Session]) -> Event:
    app.config["PUBLIC_URL"] = "https://agenda.example.org"
    event = factories.an_event("Atelier cuisine en famille", entry=EntryRules(answer_hours=24))
    event.code = "k7m4tqw"
    db_session.commit()
    return event


def written(event: Event, kind: str, *, language: str = "fr", by_phone: bool = False) -> Letter:
    who = answers("Awa", 2, 1, number="06 39 98 00 00") if by_phone else answers("Awa", 2, 1)
    registration = register(event, who, language=language).registration
    with a_transaction():
        STORIES[kind](registration)
    return posted()[-1]


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("kind", STORIES)
def test_the_text_reads_as_it_was_proof_read(event: Event, kind: str, language: str) -> None:
    letter = written(event, kind, language=language)
    assert letter.kind == f"registrations/{kind}"
    assert_same(SENT / f"{kind}.{language}.txt", as_read(letter))


@pytest.mark.parametrize("kind", CALLED)
def test_the_call_reads_as_it_was_proof_read(event: Event, kind: str) -> None:
    assert_same(SENT / f"{kind}.call.txt", as_read(written(event, kind, by_phone=True)))


@pytest.mark.parametrize("kind", [kind for kind in STORIES if kind not in CALLED])
def test_nobody_calls_to_say_what_was_just_said(event: Event, kind: str) -> None:
    assert written(event, kind, by_phone=True).kind == "registrations/confirmed"


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("kind", STORIES)
def test_the_html_says_what_the_text_says(event: Event, kind: str, language: str) -> None:
    letter = written(event, kind, language=language)
    page = Page(html_of(letter))
    assert (page.heading, page.lang) == (spaced(letter.subject), language)
    for essential in ("Awa", "Atelier cuisine en famille", "École Curial, 51 rue Curial, 75019 Paris"):
        assert essential in page.text
        assert essential in as_read(letter)


def test_only_a_yes_comes_with_an_invitation(event: Event) -> None:
    methods = {}
    for kind in STORIES:
        letter = written(event, kind)
        methods[kind] = letter.method
    assert methods == dict.fromkeys(STORIES, None) | {"offer_taken": "REQUEST"}


def test_the_second_time_it_says_what_no_answer_means(event: Event, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(STORIES, "offered", again)
    assert "Sans réponse, nous vous retirons de la liste d’attente." in as_read(written(event, "offered"))


def test_other_letters_say_that_a_place_is_offered_still(event: Event) -> None:
    def moved(registration: Registration) -> None:
        from eventsapp.registrations import letters

        registration.status, registration.offered_at = RegistrationStatus.OFFERED, clock.now()
        letters.rescheduled(registration, with_calendar=False, now=clock.now())

    who = register(event, answers("Awa")).registration
    with a_transaction():
        moved(who)
    text = spaced(as_read(posted()[-1]))
    assert "Une place vous est toujours proposée : dites oui ou non." in text
    assert "liste d’attente" not in text


@pytest.mark.parametrize("kind", STORIES)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_subject_is_longer_than_a_phone_shows_on_any_day(
    event: Event, db_session: scoped_session[Session], kind: str, language: str
) -> None:
    for number in range(366):
        event.starts_at = factories.SATURDAY + timedelta(days=number, hours=3, minutes=15)
        weekday = languages.weekday_names(languages.known(language))[event.starts_at.weekday()]
        context = {"event": event, "until": event.starts_at, "weekday": weekday}
        [subject] = rendering._fill(f"registrations/{kind}", ("subject.txt",), language, context)
        assert len(subject.strip()) <= rendering.LONGEST_SUBJECT
    db_session.rollback()


@pytest.mark.parametrize("kind", STORIES)
def test_a_sensitive_action_is_not_named(db_session: scoped_session[Session], kind: str) -> None:
    action = factories.an_action("Répit parental", is_sensitive=True)
    activity = factories.an_activity("Répit à l’hôtel", action=action)
    event = factories.an_event("Répit à l’hôtel", activity=activity, entry=EntryRules(answer_hours=24))
    event.venue.name = "Maison du répit"
    db_session.commit()
    letter = written(event, kind)
    everything = f"{letter.subject} {as_read(letter)} {html_of(letter)}".lower()
    assert [leak for leak in ("répit", "hôtel", "repit", "hotel") if leak in everything] == []
