"""Every letter as its reader gets it, kept in files to proof-read: tests/letters/sent/.

`UPDATE_LETTERS=1 pytest tests/letters` writes them anew after a change that was meant.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock, languages
from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.mailroom import rendering, sealing
from eventsapp.mailroom.models import Letter
from eventsapp.registrations import booking, letters
from eventsapp.registrations.models import Registration, RegistrationStatus
from tests import factories
from tests.inspection import words
from tests.pages import Page
from tests.registrations.stories import a_transaction, answers, register
from tests.registrations.stories import letters as posted

SENT = Path(__file__).parent / "sent"
pytestmark = pytest.mark.databases("sqlite")

Story = Callable[[Registration], object]
STORIES: dict[str, Story] = {
    "confirmed": lambda registration: None,
    "waiting": lambda registration: letters.waiting(registration, "jeton", rank=2, now=clock.now()),
    "promoted": lambda registration: letters.promoted(registration, now=clock.now()),
    "withdrawn": lambda registration: letters.withdrawn(registration, was_seated=True, now=clock.now()),
    "rescheduled": lambda registration: letters.rescheduled(
        registration, with_calendar=True, now=clock.now()
    ),
    "topic_changed": lambda registration: letters.topic_changed(registration, "le sommeil", now=clock.now()),
    "called_off": lambda registration: letters.called_off(registration, with_calendar=True, now=clock.now()),
    "party_changed": lambda registration: letters.party_changed(registration, now=clock.now()),
    "message": lambda registration: letters.message(
        registration, "Apportez un tablier.\n\nÀ samedi !", number=1, now=clock.now()
    ),
    "restored": lambda registration: letters.restored(registration, with_calendar=True, now=clock.now()),
    "reminder": lambda registration: letters.reminder(registration, now=clock.now()),
}


@pytest.fixture
def event(app: Flask, db_session: scoped_session[Session]) -> Event:
    app.config["PUBLIC_URL"] = "https://agenda.example.org"
    event = factories.an_event("Atelier cuisine en famille")
    event.code, event.cancel_reason = "k7m4tqw", "Panne d’eau dans l’école."
    db_session.commit()
    return event


def written(event: Event, story: Story, *, language: str, by_phone: bool = False) -> Letter:
    who = answers("Awa", 2, 1, number="06 39 98 00 00") if by_phone else answers("Awa", 2, 1)
    registration = register(event, who, language=language).registration
    with a_transaction():
        story(registration)
    return posted()[-1]


def as_read(letter: Letter) -> str:
    text = sealing.unseal(letter.text) if letter.is_sealed else letter.text
    return f"{letter.subject}\n{'=' * len(letter.subject)}\n\n{sealing.erase_links(text)}"


def spaced(text: str) -> str:
    """Any run of spaces is one, as a page shows it."""
    return " ".join(text.split())


def html_of(letter: Letter) -> str:
    return sealing.erase_links(sealing.unseal(letter.html) if letter.is_sealed else letter.html)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("kind", STORIES)
def test_the_text_reads_as_it_was_proof_read(event: Event, kind: str, language: str) -> None:
    letter = written(event, STORIES[kind], language=language)
    assert letter.kind == f"registrations/{kind}"
    assert_same(SENT / f"{kind}.{language}.txt", as_read(letter))


@pytest.mark.parametrize("kind", [kind for kind in STORIES if kind not in {"withdrawn", "party_changed"}])
def test_the_call_reads_as_it_was_proof_read(event: Event, kind: str) -> None:
    """Nobody is called about « withdrawn » or « party_changed »: they did it themselves, or asked for it."""
    assert_same(
        SENT / f"{kind}.call.txt", as_read(written(event, STORIES[kind], language="fr", by_phone=True))
    )


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("kind", STORIES)
def test_the_html_says_what_the_text_says(event: Event, kind: str, language: str) -> None:
    letter = written(event, STORIES[kind], language=language)
    page = Page(html_of(letter))
    assert (page.heading, page.lang) == (spaced(letter.subject), language)
    for essential in (
        "Awa",
        "Atelier cuisine en famille",
        "École Curial, 51 rue Curial, 75019 Paris",
        "01 99 00 19 19",
    ):
        assert essential in page.text
        assert essential in as_read(letter)
    addresses = {link["href"] for link in page.all("a") if not link["href"].startswith("tel:")}
    assert addresses == set(re.findall(r"https://\S+", as_read(letter)))
    assert not page.all("img", "script", "style", "link", "iframe", "form")
    assert not list(words(page))


def test_the_first_letter_in_html_reads_as_it_was_proof_read(event: Event) -> None:
    assert_same(SENT / "confirmed.fr.html", html_of(written(event, STORIES["confirmed"], language="fr")))


def test_who_leaves_the_waiting_list_reads_other_words_and_who_shares_a_mailbox_the_same(
    event: Event,
) -> None:
    """Of a mailbox that others use, nothing is told: whoever typed it may not be who reads there."""
    alone = written(event, STORIES["withdrawn"], language="fr")
    assert alone.calendar is not None
    left = written(event, lambda r: letters.withdrawn(r, was_seated=False, now=clock.now()), language="fr")
    assert "liste d’attente" in as_read(left)
    assert (left.calendar, "votre agenda" in as_read(left)) == (None, False)
    awa = db.session.scalars(db.select(Registration).order_by(Registration.id)).first()
    assert awa is not None
    register(event, answers("Binta", email="awa@example.org"))
    with a_transaction():
        booking.cancel(awa, actor="household:1", now=clock.now())
    shared = posted()[-1]
    assert (shared.calendar, as_read(shared)) == (None, as_read(alone))


def test_who_waits_is_told_so_when_the_event_changes(event: Event) -> None:
    def story(registration: Registration) -> None:
        registration.status, registration.waiting_since = RegistrationStatus.WAITING, clock.now()
        letters.rescheduled(registration, with_calendar=False, now=clock.now())

    assert "Vous êtes toujours sur la liste d’attente." in as_read(written(event, story, language="fr"))


@pytest.mark.parametrize("kind", STORIES)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_subject_is_longer_than_a_phone_shows_on_any_day(
    event: Event, db_session: scoped_session[Session], kind: str, language: str
) -> None:
    subjects = set()
    for number in range(366):
        event.starts_at = clock.local(date(2026, 1, 1) + timedelta(days=number), 10)
        [subject] = rendering._fill(
            f"registrations/{kind}", ("subject.txt",), language, {"event": event, "when": event}
        )
        subjects.add(subject.strip())
    db_session.rollback()
    assert len(subjects) > 300
    assert max(map(len, subjects)) <= rendering.LONGEST_SUBJECT


@pytest.mark.parametrize("kind", STORIES)
def test_a_sensitive_action_is_not_named(db_session: scoped_session[Session], kind: str) -> None:
    action = factories.an_action("Répit parental", is_sensitive=True)
    activity = factories.an_activity("Répit à l’hôtel", action=action)
    event = factories.an_event("Répit à l’hôtel", activity=activity, summary="Répit", description="Hôtel")
    event.venue.name = "Maison du répit"
    db_session.commit()
    letter = written(event, STORIES[kind], language="fr")
    everything = f"{letter.subject} {as_read(letter)} {html_of(letter)}".lower()
    assert [leak for leak in ("répit", "hôtel", "repit", "hotel") if leak in everything] == []
    assert languages.long_day(clock.day_of(event.starts_at)) in as_read(letter)


def test_what_people_typed_cannot_speak_for_us(event: Event, db_session: scoped_session[Session]) -> None:
    event.title = "<b>Gratuit</b> {{ 7 * 7 }} & %(num)d"
    event.cancel_reason = "<script>alert(1)</script>"
    db_session.commit()
    who = answers("Awa", email="awa@example.org")
    registration = register(
        event, who.__class__(first_name='"><img src=x>', email="awa@example.org")
    ).registration
    with a_transaction():
        letters.called_off(registration, with_calendar=True, now=clock.now())
    letter = posted()[-1]
    page = Page(html_of(letter))
    assert not page.all("b", "script", "img")
    assert "<b>Gratuit</b> {{ 7 * 7 }} & %(num)d" in page.text
    assert "<b>Gratuit</b> {{ 7 * 7 }} & %(num)d" in as_read(letter)
    assert '"><img src=x>' in as_read(letter)


def assert_same(path: Path, text: str) -> None:
    if os.environ.get("UPDATE_LETTERS"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    assert text == path.read_text()
