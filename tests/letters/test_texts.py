"""Every text message as its reader gets it, in files to proof-read; two segments at most, and neutral."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.agenda.entry_rules import EntryRules
from eventsapp.agenda.models import Event
from eventsapp.mailroom import gsm, sealing
from eventsapp.mailroom.models import Channel, Letter
from eventsapp.registrations.models import RegistrationStatus
from tests import factories
from tests.letters.test_letters import SENT, assert_same
from tests.letters.test_letters import STORIES as OF_REGISTRATIONS
from tests.letters.test_letters_about_offers import STORIES as OF_OFFERS
from tests.registrations.stories import a_transaction, answers, register
from tests.registrations.stories import letters as posted
from tests.texting import KEY

pytestmark = pytest.mark.databases("sqlite")

STORIES = {**OF_REGISTRATIONS, **OF_OFFERS}

TWO_SEGMENTS = [kind for kind in STORIES if kind != "message"]
"""A message of the desk is said whole, however long."""


@pytest.fixture
def event(app: Flask, db_session: scoped_session[Session]) -> Event:
    app.config["PUBLIC_URL"] = "https://agenda-des-quartiers.example.org"
    app.config["SMS_API_KEY"] = KEY
    event = factories.an_event("Atelier cuisine en famille", entry=EntryRules(answer_hours=24))
    event.code, event.cancel_reason = "k7m4tqw", "Panne d’eau dans l’école."
    db_session.commit()
    return event


def texted(
    event: Event, kind: str, *, language: str = "fr", waits: bool = False, is_shared: bool = False
) -> Letter:
    registration = register(
        event, answers("Awa", 2, 1, number="06 39 98 00 00"), language=language
    ).registration
    with a_transaction():
        registration.contact.phone_is_shared = is_shared
        if waits:
            registration.status, registration.waiting_since = RegistrationStatus.WAITING, clock.now()
        STORIES[kind](registration)
    letter = posted()[-1]
    if kind == "confirmed" and is_shared:  # its story posts nothing more than the registration did
        from eventsapp.registrations import letters

        with a_transaction():
            letters.confirmed(registration, "jeton", now=clock.now())
        letter = posted()[-1]
    assert (letter.kind, letter.channel) == (f"registrations/{kind}", Channel.SMS)
    return letter


def words(letter: Letter) -> str:
    return sealing.unseal(letter.text) if letter.is_sealed else letter.text


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("kind", STORIES)
def test_the_text_message_reads_as_it_was_proof_read(event: Event, kind: str, language: str) -> None:
    said = words(texted(event, kind, language=language))
    assert_same(SENT / f"{kind}.sms.{language}.txt", sealing.erase_links(said) + "\n")
    assert gsm.is_basic(said)
    assert gsm.segments(said) <= 2


@pytest.mark.parametrize("waits", [False, True])
@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("kind", TWO_SEGMENTS)
def test_two_segments_hold_it_whatever_titles_and_places_are_called(
    event: Event, db_session: scoped_session[Session], kind: str, language: str, waits: bool
) -> None:
    event.title = "Œuvres à quatre mains : l’éveil musical des tout-petits et de leurs familles au jardin"
    event.venue.name = "Maison des associations et de la vie citoyenne du dix-neuvième arrondissement"
    event.cancel_reason = (
        "L’intervenante est malade et personne ne peut la remplacer avant la semaine qui vient."
    )
    db_session.commit()
    said = words(texted(event, kind, language=language, waits=waits))
    assert (gsm.is_basic(said), gsm.segments(said) <= 2) == (True, True), (len(said), said)


@pytest.mark.parametrize("kind", STORIES)
def test_a_sensitive_action_is_not_named_in_a_text(
    event: Event, db_session: scoped_session[Session], kind: str
) -> None:
    action = factories.an_action("Répit parental", is_sensitive=True)
    hidden = factories.an_event("Répit à l’hôtel", activity=factories.an_activity("Répit", action=action))
    hidden.venue.name = "Maison du répit"
    db_session.commit()
    said = words(texted(hidden, kind)).lower()
    assert [leak for leak in ("répit", "repit", "hôtel", "hotel") if leak in said] == []


@pytest.mark.parametrize("kind", STORIES)
def test_a_shared_phone_shows_only_that_there_is_something_to_hear(event: Event, kind: str) -> None:
    assert words(texted(event, kind, is_shared=True)) == ("Un message pour Awa : appelez le 01 99 00 19 19.")


@pytest.mark.parametrize("kind", STORIES)
def test_no_child_is_named(event: Event, kind: str) -> None:
    """Nor anybody: a screen that lies on a table shows the first lines of a text."""
    assert "Awa" not in words(texted(event, kind))
