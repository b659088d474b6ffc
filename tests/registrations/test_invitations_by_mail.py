"""What really arrives by SMTP: an invitation, its change and its end, as calendars read them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage

import icalendar
import pytest
import vobject
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.agenda import scheduling
from eventsapp.mailroom import rounds
from tests import factories
from tests.registrations.stories import a_transaction, answers, cancel, register, told
from tests.servers import PostOffice, Received

NIGHTS = (date(2026, 11, 28), date(2027, 3, 28), date(2027, 10, 31))
"""A winter Saturday, and the two Sundays on which Paris changes its clocks."""

TOLD_AT = datetime(2026, 11, 22, 11, 10, tzinfo=UTC)
"""Ten minutes into the story: what changed is told."""


def calendar_of(received: Received) -> bytes:
    [part] = [p for p in received.message.walk() if p.get_content_type() == "text/calendar"]
    octets = part.get_payload(decode=True)
    assert isinstance(octets, bytes)
    return octets


def the_life_of_an_invitation(smtp: PostOffice, day: date) -> list[Received]:
    """Jeanne registers, the event moves by an hour, she is told and cancels; three letters arrive."""
    event = factories.an_event("Atelier vélo, dès 6 ans ; œufs & thé", starts_at=clock.local(day, 10))
    jeanne = register(event, answers("Jeanne", 2, 1, email="Jeanne.Dupre@example.org")).registration
    with a_transaction():
        scheduling.reschedule(
            event,
            starts_at=event.starts_at + timedelta(hours=1),
            ends_at=event.ends_at + timedelta(hours=1),
            actor="account:1",
            now=clock.now(),
        )
    told(TOLD_AT)
    cancel(jeanne, TOLD_AT)
    assert rounds.deliver_due(TOLD_AT) == rounds.Round(sent=3)
    return list(smtp.letters)


@pytest.mark.parametrize("day", NIGHTS, ids=str)
def test_three_letters_tell_one_story(
    db_session: scoped_session[Session], smtp: PostOffice, day: date
) -> None:
    received = the_life_of_an_invitation(smtp, day)
    told = []
    for one in received:
        [event] = icalendar.Calendar.from_ical(calendar_of(one)).walk("VEVENT")
        told.append(event)
    assert [str(icalendar.Calendar.from_ical(calendar_of(one))["METHOD"]) for one in received] == [
        "REQUEST",
        "REQUEST",
        "CANCEL",
    ]
    assert [event["SEQUENCE"] for event in told] == [0, 2, 3]
    assert len({event["UID"] for event in told}) == len({event["ORGANIZER"] for event in told}) == 1
    stamps = [event["DTSTAMP"].dt for event in told]
    assert stamps == sorted(set(stamps))
    ten = clock.local(day, 10)
    assert [event["DTSTART"].dt for event in told] == [ten, *[ten + timedelta(hours=1)] * 2]
    for one, event in zip(received, told, strict=True):
        assert same_hour_in_vobject(calendar_of(one)) == event["DTSTART"].dt.astimezone(UTC)


def same_hour_in_vobject(octets: bytes) -> datetime:
    """DTSTART as vobject understands the file's own VTIMEZONE."""
    start = vobject.readOne(octets.decode()).vevent.dtstart.value
    assert isinstance(start, datetime)
    return start.astimezone(UTC)


@pytest.mark.databases("sqlite")
def test_each_letter_has_the_shape_that_makes_buttons(
    db_session: scoped_session[Session], smtp: PostOffice
) -> None:
    received = the_life_of_an_invitation(smtp, NIGHTS[0])
    assert len({one.message["Message-ID"] for one in received}) == 3
    for one, posted_at in zip(received, (clock.now(), TOLD_AT, TOLD_AT), strict=True):
        message = one.message
        assert shape(message) == (
            "multipart/mixed(multipart/alternative(text/plain, text/html, text/calendar), application/ics)"
        )
        [event] = icalendar.Calendar.from_ical(calendar_of(one)).walk("VEVENT")
        [attachment] = list(message.iter_attachments())
        assert attachment.get_payload(decode=True) == calendar_of(one)
        [part] = [p for p in message.walk() if p.get_content_type() == "text/calendar"]
        method = str(icalendar.Calendar.from_ical(calendar_of(one))["METHOD"])
        assert (part.get_param("method"), part.get_content_disposition()) == (method, None)
        # From = envelope = ORGANIZER, To = ATTENDEE, and nobody else anywhere.
        [sender], [to] = message["From"].addresses, message["To"].addresses
        assert sender.addr_spec == one.sender == str(event["ORGANIZER"]).removeprefix("mailto:")
        assert sender.addr_spec.startswith("agenda+")
        assert to.addr_spec == str(event["ATTENDEE"]).removeprefix("mailto:") == "Jeanne.Dupre@example.org"
        assert one.recipients == ("Jeanne.Dupre@example.org",)
        assert (message["Cc"], message["Bcc"]) == (None, None)
        # The private link stands in text and HTML only.
        assert "/m/" not in calendar_of(one).decode().replace("\r\n ", "")
        assert message["Date"].datetime == posted_at


def shape(message: EmailMessage) -> str:
    if not message.is_multipart():
        return message.get_content_type()
    return f"{message.get_content_type()}({', '.join(shape(part) for part in message.iter_parts())})"
