"""Whatever sequence of deeds happens, calendars end with exactly what the service shows (RULES section 7).

`neighbours` walks, `client` is the other side. What a wrong service would send, the client notices.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
import time_machine
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as time
from eventsapp.agenda import scheduling
from eventsapp.agenda.models import Event
from eventsapp.invitations import promises
from eventsapp.mailroom import rounds
from tests import factories
from tests.calendars.client import Mailbox
from tests.calendars.neighbours import Neighbours
from tests.registrations.stories import a_transaction, answers, cancel, register, told
from tests.registrations.walks import walk
from tests.servers import PostOffice

STEPS = 30
AWA = "awa@example.org"


@pytest.mark.parametrize("seed", range(4))
def test_calendars_told_by_mail_and_those_that_poll_the_feed_show_what_holds(
    seed: int,
    app: Flask,
    db_session: scoped_session[Session],
    smtp: PostOffice,
    clock: time_machine.Traveller,
) -> None:
    walk(Neighbours(app, smtp, clock), seed, STEPS)


SABOTAGE: dict[str, tuple[str, Callable[..., object]]] = {
    "SEQUENCE is not raised when the hour changes": ("terms_of", lambda event: "always"),
    "DTSTAMP is that of the message before": ("_later_than", lambda last, now: last),
    "no CANCEL is ever sent": ("cancel", lambda event, **said: None),
}


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("name", SABOTAGE)
def test_a_service_that_breaks_a_rule_is_found_out(
    name: str,
    app: Flask,
    db_session: scoped_session[Session],
    smtp: PostOffice,
    clock: time_machine.Traveller,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    function, broken = SABOTAGE[name]
    monkeypatch.setattr(promises, function, broken)
    with pytest.raises(AssertionError, match=r"ignored: |example.org shows "):
        walk(Neighbours(app, smtp, clock), seed=1, steps=STEPS)


@pytest.fixture
def story(db_session: scoped_session[Session], smtp: PostOffice) -> tuple[Event, list[bytes]]:
    """Awa registers, the event moves by an hour, she gives up: three mails, as they arrived."""
    event = factories.an_event()
    registration = register(event, answers("Awa", email=AWA)).registration
    later = timedelta(hours=1)
    with a_transaction():
        scheduling.reschedule(
            event,
            starts_at=event.starts_at + later,
            ends_at=event.ends_at + later,
            actor="account:1",
            now=time.now(),
        )
    told()
    cancel(registration)
    rounds.deliver_due(time.now() + timedelta(minutes=10))
    return event, [letter.octets for letter in smtp.letters]


@pytest.mark.databases("sqlite")
def test_the_client_reads_a_story_as_it_is_told(story: tuple[Event, list[bytes]]) -> None:
    event, mails = story
    box = Mailbox(AWA)
    starts = []
    for mail in mails:
        box.receives(mail)
        starts += [one.starts_at for one in box.shows().values()]
    assert (starts, box.shows(), box.ignored) == (
        [event.starts_at - timedelta(hours=1), event.starts_at],
        {},
        [],
    )


TAMPERED = {
    "the second keeps its SEQUENCE": (1, b"SEQUENCE:2", b"SEQUENCE:0"),
    "its organizer is another": (1, b"mailto:agenda+", b"mailto:agenda+z"),
    "its method is another": (1, b"METHOD:REQUEST", b"METHOD:PUBLISH"),
    "it is for somebody else": (1, b"mailto:awa@", b"mailto:binta@"),
    "a REQUEST that cancels": (1, b"STATUS:CONFIRMED", b"STATUS:CANCELLED"),
    "the CANCEL does not rise": (2, b"SEQUENCE:3", b"SEQUENCE:2"),
    "the CANCEL has no status": (2, b"STATUS:CANCELLED\r\n", b""),
}


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("name", TAMPERED)
def test_what_is_wrong_is_not_obeyed(name: str, story: tuple[Event, list[bytes]]) -> None:
    which, right, wrong = TAMPERED[name]
    _, mails = story
    mails[which] = tampered(mails[which], right, wrong)
    box = Mailbox(AWA)
    for mail in mails[: which + 1]:
        box.receives(mail)
    assert len(box.ignored) == 1


@pytest.mark.databases("sqlite")
def test_a_cancel_that_overtakes_its_request_leaves_a_dead_date(story: tuple[Event, list[bytes]]) -> None:
    """Why letters of one invitation leave in order."""
    event, (first, moved, gone) = story
    box = Mailbox(AWA)
    for mail in (gone, first, moved):
        box.receives(mail)
    assert [one.starts_at for one in box.shows().values()] == [event.starts_at]


def tampered(octets: bytes, right: bytes, wrong: bytes) -> bytes:
    """The same mail with other words in its calendar."""
    mail = message_from_bytes(octets, policy=policy.SMTP)
    assert isinstance(mail, EmailMessage)
    for part in mail.walk():
        if part.get_content_type() == "text/calendar":
            body = part.get_payload(decode=True)
            assert isinstance(body, bytes)
            flat = body.replace(b"\r\n ", b"")
            assert right in flat
            method = part.get_param("method")
            part.set_content(flat.replace(right, wrong), "text", "calendar", cte="base64")
            part.set_param("method", str(method))
            del part["Content-Disposition"]
    return mail.as_bytes()
